"""In an editor the schema completes keys, says what they mean, and finds what `check` finds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from longtake.cli.init import BOARD
from longtake.errors import StoryboardError
from longtake.storyboard.load import load_storyboard
from longtake.storyboard.model import Film, Shot, Storyboard
from longtake.storyboard.schema import keep_schema
from longtake.storyboard.wording import key_of

from .server import Editor, editor

TOP = "# yaml-language-server: $schema=.longtake/schema.json\nlongtake: 1\ntitle: T\n"
FAULTY = {
    "an unknown key": "scenes:\n  - prompt: a\n    secondz: 3\n",
    "an unknown key of a map": "film:\n  fps: 24\n  sise: 1280x720\nscenes: [{prompt: a}]\n",
    "another type": "look: 5\nscenes:\n  - prompt: a\n    mute: perhaps\n",
    "a number in quotes": "scenes:\n  - prompt: a\n    seconds: '5'\n",
    "out of bounds": "scenes:\n  - prompt: a\n    seconds: -3\n    takes: 99\n",
    "no such word": "split: sometimes\nscenes:\n  - prompt: a\n    sound: loud\n    silence: [gost]\n",
    "nothing in a list": "scenes: []\n",
    "a list for a map": "film: [24]\nscenes: [{prompt: a}]\n",
    "a text of no form": "budget: 12\nscenes:\n  - prompt: a\n    join: disolve 1s\n    id: No\n",
    "a size of odd sides": "film: {size: 1281x720}\nscenes: [{prompt: a}]\n",
    "lacking a key": "cast:\n  a: {face: a.png}\nscenes: [{prompt: a}]\n",
    "deep inside": "scenes:\n  - shots:\n      - prompt: a\n        captions:\n          style:\n            size: 500\n",
    "two maps for one": "scenes:\n  - prompt:\n      camera: in\n      charcter: he\n",
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """An editor whose folder holds the schema, as `init` and every run leave it there."""
    folder = tmp_path_factory.mktemp("desk").resolve()
    keep_schema(folder / ".longtake")
    with editor(folder) as found:
        yield found


def opened(desk: Editor, text: str, name: str = "board.yaml") -> tuple[Path, list[dict[str, Any]]]:
    """Write a board and open it; gives what the editor complains of."""
    path = desk.folder / name
    path.write_text(text, encoding="utf-8")
    return path, desk.open(path)


def checked(path: Path) -> list[int]:
    """Give the lines that have a fault, counted from 0."""
    with pytest.raises(StoryboardError) as caught:
        load_storyboard(path)
    return sorted({fault.where.line - 1 for fault in caught.value.faults})


@pytest.mark.parametrize("name", FAULTY)
def test_the_same_faults_as_check(desk: Editor, name: str) -> None:
    """Each line that `check` finds a fault in is underlined, and no other."""
    path, found = opened(desk, TOP + FAULTY[name], f"{name.replace(' ', '-')}.yaml")

    assert sorted({each["range"]["start"]["line"] for each in found}) == checked(path), found


def test_a_board_without_faults(desk: Editor) -> None:
    """Where `check` finds nothing, nothing is underlined."""
    assert opened(desk, BOARD, "sound.yaml")[1] == []


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("scenes:\n  - prompt: a\n    \n", Shot),
        ("film:\n  \nscenes: [{prompt: a}]\n", Film),
        ("scenes: [{prompt: a}]\n\n", Storyboard),
    ],
)
def test_completion_of_keys(desk: Editor, text: str, part: type[Any]) -> None:
    """On an empty line the keys that may stand there are offered, with what they mean."""
    path, _ = opened(desk, TOP + text, f"keys-{part.__name__}.yaml")
    lines = (TOP + text).split("\n")
    line = next(n for n, each in enumerate(lines) if not each.strip())
    offered = desk.at("completion", path, line, len(lines[line]))["items"]
    there = {"prompt", "longtake", "title", "scenes"}

    assert set(key_of(part)) - there <= {each["label"] for each in offered}
    assert all(each["documentation"] for each in offered if each["label"] in key_of(part))


@pytest.mark.parametrize(
    ("line", "some"),
    [
        ("join: ", {"cut", "dissolve 0.5s"}),
        ("camera: [", {"Push in", "Pan left"}),
        ("sound: ", {"keep", "duck", "drop"}),
        ("silence: [", {"ghost", "camera-reversal"}),
    ],
)
def test_completion_of_values(desk: Editor, line: str, some: set[str]) -> None:
    """Where there are words to choose from they are offered."""
    close = "]" if line.endswith("[") else ""
    text = f"{TOP}scenes:\n  - prompt: a\n    {line}{close}\n"
    path, _ = opened(desk, text, f"values-{line.partition(':')[0]}.yaml")
    offered = desk.at("completion", path, 5, 4 + len(line))["items"]

    assert some <= {each["label"].strip('"') for each in offered}


def test_what_a_key_means(desk: Editor) -> None:
    """Pointing at a key shows its line of the schema."""
    path, _ = opened(desk, BOARD, "meaning.yaml")
    line = next(n for n, each in enumerate(BOARD.split("\n")) if each.startswith("look:"))

    shown = desk.at("hover", path, line, 1)["contents"]
    assert "Style words added to every prompt" in shown["value"]


def test_a_bible(desk: Editor) -> None:
    """Its own schema asks for no title and no scenes, and finds what is wrong all the same."""
    text = TOP.replace("schema.json", "bible.json").replace("title: T\n", "")

    assert opened(desk, text + "look: x\n", "bible.yaml")[1] == []
    (found,) = opened(desk, text + "lok: x\n", "other-bible.yaml")[1]
    assert found["message"] == "Property lok is not allowed."
