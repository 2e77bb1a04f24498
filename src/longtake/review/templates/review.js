"use strict";
// The page works without this script: links and forms lead to whole pages. With it they are put into the
// one that is open, which hears what happens and obeys keys. Pages are fetched as documents, never as text
// that is turned into one, and words are only ever set as text.
const by = (id) => document.getElementById(id);
const PARTS = ["top", "run", "sheet", "stage"];
const AT_ONCE = 1000;
const known = new Map();
let wanted = null;
let chosen = null;

function fetched(address, form) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open(form ? "POST" : "GET", address);
    request.responseType = "document";
    request.onload = () => {
      if (request.status === 403) lost("This page was closed by its server: open the new address.");
      if (request.response) done(request.response);
      else failed(new Error(`nothing came from ${address}`));
    };
    request.onerror = () => failed(new Error(`${address} cannot be reached`));
    if (form) request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
    request.send(form ? String(new URLSearchParams(form)) : null);
  });
}

function say(words, bad = false) {
  const said = by("said");
  said.textContent = words;
  said.classList.toggle("bad", bad);
  clearTimeout(say.timer);
  if (!bad) say.timer = setTimeout(() => { said.textContent = ""; }, 6000);
}

function lost(words) {
  document.body.classList.add("lost");
  say(words, true);
}

// Put what is new into the page, and leave alone what is as it was: a film that plays goes on playing.
function put(fresh) {
  if (!by("top") || !fresh.getElementById("top")) {
    location.reload();
    return;
  }
  document.title = fresh.title;
  for (const id of PARTS) {
    const now = by(id);
    // A copy, not the node itself: Chromium refuses films whose node began in a document without a window.
    const then = document.importNode(fresh.getElementById(id), true);
    const before = known.get(id);
    const after = sources(then);
    known.set(id, after);
    if (before?.join() === after.join()) continue;
    if (id === "sheet" && tilesOnly(now, then)) continue;
    if (id === "stage" && before?.length === after.length) {
      [...now.children].forEach((part, at) => {
        if (before[at] !== after[at]) replace(part, then.children[0]);
        else then.children[0].remove();
      });
      continue;
    }
    replace(now, then);
  }
}

const sources = (part) => [...part.children].map((child) => child.outerHTML);

// Players of the same film are carried over, and go on playing.
function replace(now, then) {
  const playing = [];
  for (const player of now.querySelectorAll("video")) {
    const address = player.getAttribute("src");
    const same = [...then.querySelectorAll("video")].find((each) => each.getAttribute("src") === address);
    if (!same) continue;
    if (!player.paused) playing.push(player);
    same.replaceWith(player);
  }
  now.replaceWith(then);
  for (const player of playing) player.play().catch(() => {});
}

// Where the tiles are those that are there already, only those that changed are put.
function tilesOnly(now, then) {
  const before = [...now.querySelectorAll(".tile")];
  const after = [...then.querySelectorAll(".tile")];
  const same = before.length === after.length
    && before.every((tile, at) => tile.id === after[at].id && tile.dataset.clip === after[at].dataset.clip);
  if (!same || bare(now) !== bare(then)) return false;
  before.forEach((tile, at) => {
    if (tile.outerHTML !== after[at].outerHTML) tile.replaceWith(after[at]);
  });
  return true;
}

function bare(sheet) {
  const copy = sheet.cloneNode(true);
  for (const tile of copy.querySelectorAll(".tile")) tile.remove();
  return copy.outerHTML;
}

async function go(address, remember = true) {
  wanted = address;
  try {
    const fresh = await fetched(address);
    if (wanted !== address) return;
    put(fresh);
    if (remember) history.pushState(null, "", address);
    document.querySelector(".tile.chosen")?.scrollIntoView({ block: "nearest" });
  } catch (error) {
    lost(error.message);
  }
}

// Many things happen at once while a film is made: the page is read again once for all of them.
let again = 0;
let last = 0;
function refresh() {
  clearTimeout(again);
  again = setTimeout(async () => {
    last = Date.now();
    const address = location.pathname + location.search;
    try {
      const fresh = await fetched(address);
      if (location.pathname + location.search === address) put(fresh);
    } catch { /* What was cut off is told when the line is back. */ }
  }, Math.max(80, AT_ONCE - (Date.now() - last)));
}

function clipMoves({ clip, state, percent, message }) {
  const slug = state.replaceAll(" ", "-");
  for (const tile of document.querySelectorAll(".tile")) {
    if (tile.dataset.clip !== clip) continue;
    const bar = tile.querySelector("progress");
    bar.hidden = state !== "making" || percent === null;
    bar.value = percent ?? 0;
    if (state !== "making") continue;
    tile.className = `tile ${slug}${tile.classList.contains("chosen") ? " chosen" : ""}`;
    const word = tile.querySelector(".state");
    word.className = `state ${slug}`;
    word.textContent = percent === null ? state : `${state} ${percent} %`;
    known.delete("sheet");
  }
  if (state !== "making" || !percent) refresh();
  if (state === "failed") say(`${clip}: ${message}`, true);
}

function renders({ frames, total, aspect }) {
  const run = by("run");
  const bar = run.querySelector("progress");
  bar.hidden = false;
  bar.value = total ? (100 * frames) / total : 0;
  run.querySelector(".light").className = "light making";
  const shape = aspect ? ` in ${aspect}` : "";
  const count = (number) => number.toLocaleString("en");
  run.querySelector(".words").textContent = `rendering the film${shape}: ${count(frames)} of ${count(total)} frames`;
  known.delete("run");
}

function listen() {
  const events = new EventSource(`/events?since=${encodeURIComponent(document.body.dataset.mark)}`);
  const heard = (event) => JSON.parse(event.data);
  events.addEventListener("open", () => document.body.classList.remove("lost"));
  events.addEventListener("error", () => {
    document.body.classList.add("lost");
    if (events.readyState === EventSource.CLOSED) lost("The server of this page has ended: start `longtake review` again.");
  });
  events.addEventListener("clip", (event) => clipMoves(heard(event)));
  events.addEventListener("rendering", (event) => renders(heard(event)));
  events.addEventListener("deed", (event) => {
    const { said, bad } = heard(event);
    say(said, bad);
    refresh();
  });
  for (const kind of ["changed", "run", "end", "film", "seams", "holder", "seen", "resync"]) {
    events.addEventListener(kind, refresh);
  }
}

// A bill: shown in a dialog, agreed to there, shown again where it has changed meanwhile.
async function ask(form) {
  try {
    const fresh = await fetched(form.getAttribute("action"), new FormData(form));
    const done = fresh.getElementById("done");
    const bill = by("bill");
    if (done) {
      bill.close();
      say(done.textContent);
      refresh();
      return;
    }
    bill.replaceChildren(document.importNode(fresh.getElementById("bill-form"), true));
    if (!bill.open) bill.showModal();
    (bill.querySelector("button.main") ?? bill.querySelector("[data-close]")).focus();
  } catch (error) {
    lost(error.message);
  }
}

function playSeam(link) {
  const view = link.closest(".seam-view");
  let player = view.querySelector("video");
  if (!player) {
    player = document.createElement("video");
    Object.assign(player, { controls: true, loop: true, playsInline: true, muted: true });
    player.src = link.getAttribute("href");
    player.addEventListener("error", () => say("This seam cannot be played.", true));
    view.querySelector("h3").after(player);
  }
  if (player.paused) player.play().catch(() => {});
  else player.pause();
  player.scrollIntoView({ block: "nearest" });
}

function playAll() {
  const stage = by("stage");
  const sides = [...stage.querySelectorAll("video.side")];
  const players = sides.length ? sides : [...stage.querySelectorAll("#player")];
  const plays = players.some((player) => !player.paused);
  for (const player of players) {
    if (plays) player.pause();
    else player.play().catch(() => {});
  }
}

document.addEventListener("click", (event) => {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (event.target.closest("[data-close]")) {
    if (!by("bill")) return;
    event.preventDefault();
    by("bill").close();
    return;
  }
  const seam = event.target.closest("[data-play-seam]");
  if (seam) {
    event.preventDefault();
    playSeam(seam);
    return;
  }
  const link = event.target.closest("a[href^='/?'], a[href='/']");
  if (link && by("top")) {
    event.preventDefault();
    if (!("inFilm" in link.dataset)) go(link.getAttribute("href"));
    else go(link.getAttribute("href")).then(() => by("player")?.play().catch(() => {}));
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || !by("bill")) return;
  event.preventDefault();
  ask(form);
});

// Another number of takes is another bill.
document.addEventListener("change", (event) => {
  const form = event.target.closest("#bill-form");
  if (!form) return;
  form.elements.bill.value = "";
  ask(form);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !by("stage")) return;
  if (event.target.closest("input, textarea, select, dialog[open]")) return;
  const stage = by("stage");
  const press = (selector) => stage.querySelector(selector)?.click();
  const keys = {
    j: () => press("[data-key='j'][href]"),
    k: () => press("[data-key='k'][href]"),
    r: () => press("[data-key='r']"),
    a: () => press("[data-key='a']"),
    s: () => press("[data-play-seam]"),
    f: () => go("/"),
    "?": () => by("help").showModal(),
    " ": () => playAll(),
  };
  const does = keys[event.key] ?? (/^[1-9]$/.test(event.key) ? () => press(`[data-take='${event.key}']`) : null);
  if (!does || (event.key === " " && event.target.closest("button, a, video, summary"))) return;
  event.preventDefault();
  does();
});

addEventListener("popstate", () => go(location.pathname + location.search, false));
for (const id of PARTS) if (by(id)) known.set(id, sources(by(id)));
listen();
