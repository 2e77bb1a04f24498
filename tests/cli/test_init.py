"""`init` writes a board that renders at once."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from commands import Cli
from longtake.cli.init import USES
from longtake.media.stills import check_still

ROOT = Path(__file__).parents[2]


def test_a_new_board(cli: Cli) -> None:
    """The board has no faults, its stills are pictures, and the next command is named."""
    said = cli("init", "my film")

    assert (said.code, said.err) == (0, 'next: longtake animatic "my film/board.yaml"\n')
    assert said.out.splitlines() == [
        "my film/board.yaml",
        "my film/stills/shore.png",
        "my film/stills/crossing.png",
    ]
    assert cli("check", "my film").out == "my film/board.yaml: no faults, 2 scenes, 3 shots\n"
    assert str(check_still(Path("my film/stills/shore.png"))) == "1280x720"


@pytest.mark.parametrize("use", USES)
def test_a_board_for_a_use(cli: Cli, use: str) -> None:
    """Its folder is complete: no fault, no doubt, laid out, pictures for all it names, and it renders."""
    said = cli("init", "--use", use)
    board = Path("board.yaml")

    assert said.code == 0
    assert all(Path(name).is_file() for name in said.out.split())
    assert "warning" not in cli("check").out + cli("fmt", "--check").out
    assert "stills/" not in re.sub(
        r"^ *(start|still): stills/.*", "", board.read_text("utf-8"), flags=re.M
    )
    # The film itself is small here.
    for path in Path().glob("*.yaml"):
        path.write_text(path.read_text("utf-8").replace("1280x720, fps: 24", "160x90, fps: 6"))
    assert cli("animatic").code == 0


@pytest.mark.parametrize("use", USES)
def test_a_board_for_a_use_is_the_one_we_show(cli: Cli, use: str) -> None:
    """It is the storyboard of the folder `storyboard`, with the pictures that are waited for there."""
    cli("init", "--use", use)
    for name, file in USES[use].items():
        shown = (ROOT / "storyboard" / file).read_text("utf-8")
        lines, theirs = (Path(name).read_text("utf-8").splitlines(), shown.splitlines())
        gone = [line.strip() for line in theirs if line not in lines]
        new = [line.strip() for line in lines if line not in theirs]

        assert [f"# {line}" for line in new] == [line for line in gone if "stills/" in line]
        assert all(re.match("start: fresh|prompt: |# st", line) for line in gone)


def test_nothing_is_overwritten(cli: Cli) -> None:
    """A picture that is in the way stops it before anything is written."""
    Path("stills").mkdir()
    Path("stills/title.png").touch()
    said = cli("init", "--use", "explainer")

    assert (said.code, said.err.splitlines()[0]) == (
        2,
        "error: stills/title.png is there already; nothing was written",
    )
    assert [path.name for path in Path().iterdir()] == ["stills"]


def test_the_editor_finds_the_schema(cli: Cli) -> None:
    """The comment on the board's first line names a schema that is there."""
    cli("init")
    named = Path("board.yaml").read_text(encoding="utf-8").splitlines()[0].partition("$schema=")[2]

    assert json.loads(Path(named).read_text(encoding="utf-8"))["properties"]["scenes"]


def test_a_folder_that_cannot_be_made(cli: Cli) -> None:
    """A file in the way is said in plain words."""
    Path("taken").write_text("", encoding="utf-8")
    said = cli("init", "taken/film")

    assert said.code == 1
    assert said.err.startswith("error: taken/film cannot be written to: ")
