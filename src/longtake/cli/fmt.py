"""`longtake fmt`: a board laid out in one way, with every comment."""

from __future__ import annotations

import stat
from pathlib import Path

import click

from longtake.cli import options, say
from longtake.cli.board import Misuse, find_board
from longtake.cli.say import PATH
from longtake.errors import StoryboardError
from longtake.files import write_bytes
from longtake.storyboard.load import load_storyboard
from longtake.storyboard.read import read_source
from longtake.storyboard.schema import keep_schema
from longtake.storyboard.tidy import tidy


@click.command("fmt")
@options.BOARDS
@click.option(
    "--check", is_flag=True, help="Write nothing; exit 1 where a file would be written otherwise."
)
def command(boards: tuple[Path, ...], check: bool) -> int:
    """Lay storyboards out: keys in order, two spaces a level, quotes where needed.

    What a board says does not change, and no comment is lost. One with faults is left as it is. Names
    the files that it writes.
    """
    files = boards or (find_board(None),)
    # All are looked at before one is written.
    changed = [each for each in map(_laid_out, files) if each]
    for path, content in changed:
        say.answer((say.shown(path), PATH))
        if not check:
            write_bytes(path.resolve(), content, stat.S_IMODE(path.stat().st_mode))
            work = path.parent / ".longtake"
            if work.is_dir():
                keep_schema(work)
    if check and changed:
        say.tell(("hint: ", say.HINT), "`longtake fmt` writes them as they should be")
    return 1 if check and changed else 0


def _laid_out(path: Path) -> tuple[Path, bytes] | None:
    """Give what a file should hold, where that is not what it holds; raises StoryboardError."""
    if path.is_dir():
        raise Misuse(f"{say.shown(path)} is a folder", hint="name the storyboard inside it")
    try:
        load_storyboard(path)
    except StoryboardError as error:
        # A bible lacks what a board needs, and is laid out all the same.
        faults = tuple(fault for fault in error.faults if fault.code != "bible")
        if faults:
            raise StoryboardError(faults) from None
    raw = path.read_bytes()
    text = tidy(read_source(path, str(path)))
    content = text.replace("\n", "\r\n" if b"\r\n" in raw else "\n").encode()
    return None if content == raw else (path, content)
