"""Words that want to be more than words, in every place of the review page that shows any."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from longtake.generate.ensure import Progress
from longtake.planning import plan_film
from longtake.runlog import RunName, written_down

from .reviewed import DRAFT, opened

HOSTILE = [
    "<script>window.pwned=1</script>",
    "</script><script>pwned=1</script>",
    "<img src=x onerror=window.pwned=1>",
    '"><svg onload=window.pwned=1>',
    "' autofocus onfocus=window.pwned=1 x='",
    "javascript:window.pwned=1",
    "{{ 7*7 }}{% raw %}",
    "{{ ''.__class__ }}",
    "${window.pwned=1}",
    "<!-- --><b>bold</b>",
    "]]><script>pwned=1</script>",
    "&lt;script&gt;",
    "&#x3c;img src=x onerror=pwned=1&#x3e;",
    "<iframe srcdoc='<script>parent.pwned=1</script>'>",
    "<style>*{display:none}</style>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "\u202egpj.exe\u2066",
    "<math><mtext></p><script>pwned=1</script>",
    "<a href=//evil.example target=_top>click</a>",
]


EVERY = " ".join(HOSTILE)


def hostile_board(folder: Path) -> Path:
    """Write a board whose every free word is hostile."""
    scenes = []
    for number, words in enumerate(HOSTILE):
        still = folder / f"{words.replace('/', '_').replace('$', '')[:60]}.png"
        Image.new("RGB", (64, 36), (number, 90, 120)).save(still)
        shots = [
            {"prompt": words, "seconds": 6, "narration": words, "lower_third": words},
            {"still": still.name, "seconds": 1},
        ]
        scenes.append({"id": f"s{number}", "title": words, "look": words, "shots": shots})
    scenes.append({"id": "all", "prompt": EVERY, "seconds": 6})
    model = "apimart/MiniMax-Hailuo-2.3"
    whole = {"longtake": 1, "title": EVERY, "model": model, "voice": "espeak/en", "scenes": scenes}
    text = json.dumps(whole).replace("${", "$${")
    board = folder / "board.yaml"
    board.write_text(text, encoding="utf-8")
    return board


def test_hostile_words_are_words(tmp_path: Path) -> None:
    """No script runs, nobody else is asked, and each is there to be read, in every place."""
    board = hostile_board(tmp_path)
    plan = plan_film(board, DRAFT)
    name = RunName(tmp_path / ".longtake", "board")
    with written_down(name, plan, lambda event: None) as tell:
        tell(Progress("all/1", "failed", message=EVERY))
    with opened(board, DRAFT, tmp_path) as scene:
        page = scene.page
        page.on("dialog", lambda each: pytest.fail(each.message))
        everything = page.evaluate("document.body.textContent")
        titles = page.locator(".scene h2 .name").all_text_contents()
        abouts = page.locator(".tile .about").all_text_contents()
        scene.open("/?clip=all/1")
        why, prompt = page.text_content("#stage .why"), page.text_content("#stage .prompt")
        page.keyboard.press("a")
        page.wait_for_selector("#bill[open]")
        with written_down(name, plan, lambda event: None) as tell:
            tell(Progress("all/1", "failed", message=EVERY))
        scene.until("document.getElementById('said').textContent.includes('evil.example')")
        scene.shoot("hostile")
        pwned = page.evaluate("typeof window.pwned")

    assert titles == [*HOSTILE, "all"]
    assert (why, prompt) == (EVERY, EVERY)
    assert all(any(words in about for about in abouts) for words in HOSTILE)
    assert all(words in everything for words in HOSTILE)
    assert pwned == "undefined"
    assert (scene.tab.complaints, scene.tab.strangers) == ([], [])
