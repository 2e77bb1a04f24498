"""`init` writes a board that renders at once."""

from __future__ import annotations

import json
from pathlib import Path

from commands import Cli
from longtake.media.stills import check_still


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
