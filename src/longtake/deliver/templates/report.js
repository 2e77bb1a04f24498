"use strict";
// Every link to a moment of the film moves the player; without this script it opens the film there.
const film = document.querySelector("video");
const head = document.getElementById("head");
const clips = [...document.querySelectorAll("[data-from]")];
let now = null;

document.addEventListener("click", (event) => {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const moment = event.target.closest("[data-at]");
  if (moment) {
    event.preventDefault();
    film.currentTime = Number(moment.dataset.at);
    film.scrollIntoView({ block: "nearest" });
    if ("play" in moment.dataset) film.play();
    else film.pause();
  }
  event.target.closest(".prompt")?.classList.toggle("whole");
});

function follow() {
  if (film.duration) head.setAttribute("x", (998 * film.currentTime) / film.duration);
  const clip = clips.findLast((each) => Number(each.dataset.from) <= film.currentTime + 0.001);
  if (clip === now) return;
  now?.classList.remove("now");
  clip?.classList.add("now");
  now = clip;
}

film.addEventListener("timeupdate", follow);
film.addEventListener("seeked", follow);
addEventListener("beforeprint", () => {
  for (const table of document.querySelectorAll("details")) table.open = true;
});
