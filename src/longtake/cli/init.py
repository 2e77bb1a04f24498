"""`longtake init`: a small board with two stills that renders at once."""

from __future__ import annotations

from pathlib import Path

import click

from longtake.cli import say
from longtake.cli.board import Misuse
from longtake.cli.say import HINT, PATH
from longtake.errors import LongtakeError
from longtake.files import write_bytes
from longtake.media.frames import save_png
from longtake.media.scenery import paint_place
from longtake.storyboard.schema import keep_schema
from longtake.units import Size

BOARD = """\
# yaml-language-server: $schema=.longtake/schema.json
longtake: 1
title: The ferryman
film: {size: 1280x720, fps: 24, fade_in: 1s, fade_out: 1.5s}
look: paper cut-out, soft evening light
cast:
  ferryman: {text: "an old ferryman in a blue coat, a lantern in his hand"}
scenes:
  - id: shore
    title: The shore
    start: stills/shore.png              # the picture the first clip begins on
    shots:
      - prompt: "${ferryman} walks down to the water and unties his boat"
        camera: [Truck right]
        seconds: 5
      - prompt: he pushes off, the boat glides out of sight
        camera: [Push in]                # begins where the shot before it ended
        seconds: 4
  - id: crossing
    title: The crossing
    start: stills/crossing.png
    join: dissolve 0.5s
    prompt: the lantern crosses the dark water under the first stars
    camera: [Pull out, Pedestal up]
    seconds: 5
"""
# Seeds of painted places: a shore at sunset, and open water at night.
STILLS = {"stills/shore.png": "shore", "stills/crossing.png": "boat crossing"}
SIZE = Size(1280, 720)


@click.command("init")
@click.argument("folder", required=False, type=click.Path(path_type=Path), default=Path())
def command(folder: Path) -> None:
    """Write a small storyboard with two stills into FOLDER (or here); it renders at once."""
    names = ["board.yaml", *STILLS]
    there = [name for name in names if (folder / name).exists()]
    if there:
        raise Misuse(
            f"{say.shown(folder / there[0])} is there already; nothing was written",
            hint="choose another folder: `longtake init FOLDER`",
        )
    try:
        _write(folder)
    except OSError as error:
        raise LongtakeError(
            f"{say.shown(folder)} cannot be written to: {error.strerror}",
            hint="choose another folder: `longtake init FOLDER`",
        ) from error
    for name in names:
        say.answer((say.shown(folder / name), PATH))
    board = folder / "board.yaml"
    say.tell(("next: ", HINT), f"longtake animatic {_quoted(say.shown(board))}")


def _write(folder: Path) -> None:
    for name, seed in STILLS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        save_png(paint_place(SIZE, seed), folder / name)
    keep_schema(folder / ".longtake")
    write_bytes(folder / ".longtake" / ".gitignore", b"*\n")
    # The board comes last: where it stands, all it names stands too.
    write_bytes(folder / "board.yaml", BOARD.encode())


def _quoted(path: str) -> str:
    return f'"{path}"' if " " in path else path
