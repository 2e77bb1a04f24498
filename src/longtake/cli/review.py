"""`longtake review`: the film on a page in the browser, while it is made and after."""

from __future__ import annotations

import contextlib
import os
import sys
import webbrowser
from pathlib import Path

import click

from longtake.cli import options, say
from longtake.cli.board import Misuse, find_board
from longtake.cli.crash import write_crash_log
from longtake.cli.say import DIM, ERROR, PATH
from longtake.extras import load_extra
from longtake.wishes import Wishes


@click.command("review")
@options.BOARD
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="The port of 127.0.0.1 to answer on.  [default: any free one]",
)
@click.option("--no-open", is_flag=True, help="Only print the address; open no browser.")
@options.DRAFT
@options.ANIMATIC
@options.QUALITY
@options.SET
def command(
    board: Path | None,
    port: int,
    no_open: bool,
    draft: bool,
    animatic: bool,
    quality: str,
    variables: dict[str, str],
) -> None:
    """Show the film in the browser: clips, takes, seams, money, and what a running `make` does.

    Answers this machine alone, until stopped with Ctrl-C. Whoever has the address can spend your money:
    its key is a new one each time.
    """
    if draft and animatic:
        raise click.UsageError("a film is a draft or an animatic, not both")
    path = find_board(board)
    if not path.is_file():
        raise Misuse(f"there is no file {path}", hint="name a storyboard")
    # What it is built on is not part of every installation.
    kit = load_extra("longtake.review.serve", "the review page", "review")
    wishes = Wishes(animatic=animatic, draft=draft, quality=quality, variables=variables)
    review = kit.Review(path, wishes, port, _crashed)
    say.answer((review.address, PATH))
    say.tell(("Ctrl-C ends it; who has the address can spend your money", DIM))
    sys.stdout.flush()
    if not no_open and _has_window():
        webbrowser.open(review.address)
    # To be stopped is how this ends; that is no failure.
    with contextlib.suppress(KeyboardInterrupt):
        review.serve()


def _crashed(error: Exception) -> str:
    """Write down a bug that a request met: the page goes on."""
    said = f"please report {write_crash_log(error)}"
    say.tell(("error: ", ERROR), f"this is a bug of longtake: {type(error).__name__}; {said}")
    return said


def _has_window() -> bool:
    """Tell whether a browser would have a window: those for terminals would take this one over."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
