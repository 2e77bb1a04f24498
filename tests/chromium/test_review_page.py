"""The review page in a real browser: a run watched, films played, takes kept, other sites kept out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from calls import free_port
from commands import start
from longtake.storyboard.choices import read_choices
from longtake.testing.serve import Simulator

from .reviewed import DRAFT, Scene, opened

# Twelve clips: a chain, one of two takes, and some that begin afresh.
BOARD = """\
longtake: 1
title: How a lighthouse works
model: apimart/MiniMax-Hailuo-2.3
resolution: 768p
budget: 9.00 USD
film: {size: 136x76, fps: 12}
scenes:
  - id: title
    still: card.png
    seconds: 1
  - id: dawn
    title: Dawn
    start: card.png
    shots:
      - {prompt: the keeper climbs the stairs, seconds: 18, camera: [Truck right]}
      - {prompt: he opens the door of the lamp room, seconds: 12, start: fresh}
      - {prompt: the sea far below, seconds: 12, start: fresh}
  - id: lamp
    title: The lamp
    start: fresh
    join: dissolve 0.25s
    shots:
      - {prompt: the lamp catches fire, takes: 2}
      - {prompt: the lens turns, seconds: 12, start: fresh}
  - id: night
    start: fresh
    shots: [{prompt: a ship answers}, {prompt: storm, start: fresh}, {prompt: calm, start: fresh}]
"""


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures of all views lie, for whoever wants to look at them."""
    return tmp_path_factory.mktemp("views")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, pictures: Path) -> Iterator[Scene]:
    """The page of a film that was made in another process while it was open."""
    folder = tmp_path_factory.mktemp("review").resolve()
    board = folder / "board.yaml"
    board.write_text(BOARD, encoding="utf-8")
    rows, columns = np.mgrid[0:768, 0:1366]
    picture = np.stack([rows // 4, columns // 6, 90 + 40 * np.sin(columns / 50)], -1)
    Image.fromarray(picture.astype(np.uint8)).save(folder / "card.png")
    with (
        pytest.MonkeyPatch.context() as patch,
        Simulator({"task_s": 0.4, "scale": 0.1, "rate": "12"}) as sim,
    ):
        patch.setenv("APIMART_API_HOST", f"{sim.url}/apimart")
        patch.setenv("APIMART_API_KEY", "apimart-key")
        patch.setenv("LONGTAKE_HOME", str(folder / "home"))
        with opened(board, DRAFT, pictures) as scene:
            yield scene


def test_a_page_before_anything_is_made(scene: Scene) -> None:
    """It says what to do, and shows the clips to come."""
    assert "longtake make board.yaml" in scene.page.inner_text("#stage")
    assert scene.page.locator(".tile.not-made").count() == 12
    scene.shoot("empty")


def test_a_run_is_seen_while_it_goes_on(scene: Scene) -> None:
    """Clips are seen being made and landing one by one, then the film; the page is never read anew."""
    page = scene.page
    page.evaluate("window.stayed = true; window.seen = new Set()")
    page.evaluate(
        "new MutationObserver(() => { for (const each of document.querySelectorAll('.tile .state'))"
        " seen.add(each.textContent.split(' ')[0]); })"
        ".observe(document.body, { subtree: true, childList: true, characterData: true })"
    )
    # Looks at a task come seconds apart: with calls the film is made as fast as its clips are.
    port = free_port()
    called = ("--webhook", f"http://127.0.0.1:{port}/hook", "--listen", f"127.0.0.1:{port}")
    made = ("make", "--yes", "--quality", "draft", "--take-best", *called)
    run = start(scene.board.parent, *made)
    page.wait_for_selector(".tile.making")
    scene.shoot("live")
    page.wait_for_selector(".film-state:text-is('up to date')")
    _, err = run.communicate(timeout=60)
    page.wait_for_selector("#run .words:has-text('last run')")

    assert run.returncode == 0, err
    assert page.evaluate("window.stayed")
    assert {"making", "made"} <= set(page.evaluate("[...seen]"))
    assert page.inner_text(".figures div:first-child dd") == "12 of 12"
    assert "12 made" in page.inner_text("#run")


def test_the_film_is_played_and_sought(scene: Scene) -> None:
    """Parts of the file are asked for: a seek far ahead needs no download of what lies between."""
    scene.open()
    asked: list[str] = []
    scene.page.on("request", lambda each: asked.append(each.headers.get("range", "")))
    stands = scene.page.evaluate(
        """async () => {
          const film = document.getElementById("player");
          await new Promise((done) => { film.onloadedmetadata = done; film.readyState && done(); });
          film.muted = true;
          await film.play();
          film.currentTime = film.duration - 1;
          await new Promise((done) => { film.onseeked = done; });
          film.pause();
          return film.duration - film.currentTime;
        }"""
    )
    scene.shoot("film")

    assert stands == pytest.approx(1, abs=0.5)
    assert scene.tab.complaints == []


def test_keys_go_from_clip_to_clip(scene: Scene) -> None:
    """j and k walk in story order, space plays, ? lists the keys, f shows the film."""
    scene.open()
    page = scene.page

    def clip() -> str:
        return page.inner_text("#stage h2 bdi")

    page.keyboard.press("j")
    page.wait_for_selector("#stage h2 bdi:text-is('title')")
    page.keyboard.press("j")
    page.wait_for_selector("#stage h2 bdi:text-is('dawn.1/1')")
    page.keyboard.press("j")
    page.wait_for_selector("#stage h2 bdi:text-is('dawn.1/2')")
    assert page.locator(".tile.chosen").get_attribute("data-clip") == clip() == "dawn.1/2"
    page.keyboard.press(" ")
    scene.until("document.getElementById('player').currentTime > 0.1")
    page.keyboard.press(" ")
    assert page.evaluate("document.getElementById('player').paused")
    page.keyboard.press("k")
    page.wait_for_selector("#stage h2 bdi:text-is('dawn.1/1')")
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    scene.shoot("help")
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    page.wait_for_selector("#stage h2:text-is('The film')")


def test_a_seam_is_played_plain_beside_repaired(scene: Scene) -> None:
    """Its verdict is told, and a second of both sides plays on demand."""
    scene.open("/?clip=dawn.1/2")
    page = scene.page
    page.wait_for_selector(".seam-view .verdict")
    page.keyboard.press("s")
    scene.until("document.querySelector('.seam-view video')?.currentTime > 0.1")
    scene.shoot("seam")

    sizes = "(({videoWidth, videoHeight}) => [videoWidth, videoHeight])"
    width, height = page.evaluate(f"{sizes}(document.querySelector('.seam-view video'))")
    assert width > 2 * height


def test_a_take_is_kept_once_its_bill_was_seen(scene: Scene) -> None:
    """The key of a take shows what it changes; only agreeing to that writes it down."""
    scene.open("/?clip=lamp.1/1")
    page = scene.page
    assert page.locator(".candidate").count() == 2
    page.keyboard.press(" ")
    scene.until("[...document.querySelectorAll('.side')].every((each) => each.currentTime > 0.2)")
    page.keyboard.press(" ")
    scene.shoot("takes")
    kept = int(page.inner_text(".candidate.kept b").removeprefix("take "))
    other = 3 - kept
    page.keyboard.press(str(other))
    page.wait_for_selector("#bill[open]")
    scene.shoot("bill")
    assert f"Keep take {other} of lamp.1/1" in page.inner_text("#bill")
    before = read_choices(scene.board).of().get("lamp.1/1")
    page.keyboard.press("Escape")
    page.keyboard.press(str(other))
    page.wait_for_selector("#bill[open]")
    page.keyboard.press("Enter")
    page.wait_for_selector(f".candidate.kept b:text-is('take {other}')")

    assert before is None or before.take == kept
    assert read_choices(scene.board).of()["lamp.1/1"].take == other
    assert "is kept" in page.inner_text("#said")


def test_a_shot_is_approved_by_its_key(scene: Scene) -> None:
    """The same two steps, and back again."""
    scene.open("/?clip=night.1/1")
    page = scene.page
    page.keyboard.press("a")
    page.wait_for_selector("#bill[open]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".tile .approved")

    assert read_choices(scene.board).approved == ["night.1"]


def test_a_line_that_was_cut_goes_on_where_it_was(scene: Scene) -> None:
    """What happened meanwhile is told, once; nothing is read anew but what changed."""
    scene.open()
    page, review = scene.page, scene.review
    page.evaluate("window.stayed = true")
    scene.until("document.readyState === 'complete'")

    def making(percent: int) -> None:
        facts = {"state": "making", "percent": percent, "message": ""}
        review.journal.add("clip", clip="night.1/1", **facts)

    making(10)
    page.wait_for_selector(".tile .state:text-is('making 10 %')")
    review.cut()
    making(60)
    page.wait_for_selector(".tile .state:text-is('making 60 %')")

    assert page.evaluate("window.stayed")
    assert not page.evaluate("document.body.classList.contains('lost')")


def test_an_edit_is_shown_with_its_reason(scene: Scene) -> None:
    """The author saves the board: what would be made again, and why, is there at once."""
    scene.open("/?clip=night.3/1")
    board, page = scene.board, scene.page
    board.write_text(BOARD.replace("prompt: calm", "prompt: a calm morning"), encoding="utf-8")
    page.wait_for_selector("#stage .state:text-is('made again')")
    scene.shoot("stale")
    assert "its prompt changed" in page.inner_text("#stage .why")
    page.click(".filters a:nth-child(2)")
    scene.until("document.querySelectorAll('.tile').length === 1")
    scene.shoot("to-do")
    board.write_text(BOARD.replace("prompt: calm", "promt: calm"), encoding="utf-8")
    page.wait_for_selector(".wrong")
    scene.shoot("fault")
    board.write_text(BOARD, encoding="utf-8")
    page.wait_for_selector(".wrong", state="detached")


def test_a_page_of_another_site_gets_nothing(scene: Scene) -> None:
    """It can neither read the page, nor frame it, nor send it a form, though the browser has its cookie."""
    port = scene.review.port
    page = scene.page.context.new_page()
    try:
        page.goto("data:text/html,<p>elsewhere")
        told = page.evaluate(
            f"""async () => {{
              const read = await fetch("http://127.0.0.1:{port}/", {{ credentials: "include" }})
                .then((answer) => answer.text(), () => "refused");
              const sent = await fetch("http://127.0.0.1:{port}/approve", {{
                method: "POST", mode: "no-cors", credentials: "include",
                headers: {{ "Content-Type": "application/x-www-form-urlencoded" }}, body: "clip=night.2/1",
              }}).then((answer) => answer.type, () => "refused");
              return [read, sent];
            }}"""
        )
    finally:
        page.close()

    assert told[0] == "refused"
    assert read_choices(scene.board).approved == ["night.1"]
