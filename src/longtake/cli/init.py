"""`longtake init`: a board with stills that renders at once, small or for a use."""

from __future__ import annotations

import re
from importlib.resources import files
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
    join: dissolve 0.5s
    start: stills/crossing.png
    prompt: the lantern crosses the dark water under the first stars
    camera: [Pull out, Pedestal up]
    seconds: 5
"""
# Storyboards by use: the files of each. They are those of the folder `storyboard`.
USES = {
    "explainer": {"board.yaml": "explainer.yaml"},
    "episode": {"house.yaml": "house.yaml", "board.yaml": "episode.yaml"},
    "long-take": {"board.yaml": "long-take.yaml"},
}
# Names of stills -> seeds of the places that are painted for them, where the name's own is not the right one.
SEEDS = {
    "stills/crossing.png": "boat crossing",
    "stills/street.png": "bakery in town",
    "stills/bakery.png": "street by day",
    "stills/morning.png": "town at dawn",
    "stills/first-frame.png": "first frame one",
}
SIZE = Size(1280, 720)

_STILL = re.compile(r"^ *(?:start|still): (stills/\S+)", re.MULTILINE)
# A picture that waits behind a `#`, with the line above it that it stands for, if there is one.
_WAITING = re.compile(
    r"^(?:( *)(?:start: fresh|prompt: ).*\n\1# |( *)# )((?:start|still): stills/.*)$", re.MULTILINE
)


@click.command("init")
@click.argument("folder", required=False, type=click.Path(path_type=Path), default=Path())
@click.option(
    "--use",
    type=click.Choice(list(USES)),
    help="Begin with a storyboard for this use instead of a small one.",
)
def command(folder: Path, use: str | None) -> None:
    """Write a storyboard with stills into FOLDER (or here); it renders at once."""
    texts = _texts(use)
    stills = [name for text in texts.values() for name in _STILL.findall(text)]
    names = [*reversed(texts), *stills]
    there = [name for name in names if (folder / name).exists()]
    if there:
        raise Misuse(
            f"{say.shown(folder / there[0])} is there already; nothing was written",
            hint="choose another folder: `longtake init FOLDER`",
        )
    try:
        _write(folder, texts, stills)
    except OSError as error:
        raise LongtakeError(
            f"{say.shown(folder)} cannot be written to: {error.strerror}",
            hint="choose another folder: `longtake init FOLDER`",
        ) from error
    for name in names:
        say.answer((say.shown(folder / name), PATH))
    board = folder / "board.yaml"
    say.tell(("next: ", HINT), f"longtake animatic {_quoted(say.shown(board))}")


def with_stills(text: str) -> str:
    """Give a board that names its pictures, where they waited behind a `#` for somebody to have them."""
    return _WAITING.sub(lambda found: (found[1] or found[2] or "") + found[3], text)


def _texts(use: str | None) -> dict[str, str]:
    if use is None:
        return {"board.yaml": BOARD}
    ready = files("longtake") / "ready"
    texts = {name: (ready / file).read_text("utf-8") for name, file in USES[use].items()}
    return {name: with_stills(text) for name, text in texts.items()}


def _write(folder: Path, texts: dict[str, str], stills: list[str]) -> None:
    for name in stills:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        save_png(paint_place(SIZE, SEEDS.get(name, Path(name).stem)), folder / name)
    keep_schema(folder / ".longtake")
    write_bytes(folder / ".longtake" / ".gitignore", b"*\n")
    # The board comes last: where it stands, all it names stands too.
    for name, text in texts.items():
        write_bytes(folder / name, text.encode())


def _quoted(path: str) -> str:
    return f'"{path}"' if " " in path else path
