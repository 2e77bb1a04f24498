"""`longtake animatic`: the whole film, drawn here, free, in the chosen model's lengths."""

from __future__ import annotations

from pathlib import Path

import click

from longtake.cli import options
from longtake.cli.board import find_board
from longtake.cli.making import make_and_show
from longtake.units import Aspect
from longtake.wishes import Wishes


@click.command("animatic")
@options.BOARD
@click.option(
    "--no-labels", is_flag=True, help="Draw no scene, prompt and timecode into the clips."
)
@options.QUALITY
@options.NO_COPY
@options.ASPECT
@options.SET
@options.TRACE
@options.JSON
def command(
    board: Path | None,
    no_labels: bool,
    quality: str,
    no_copy: bool,
    aspects: tuple[Aspect, ...],
    variables: dict[str, str],
    trace: Path | None,
    as_json: bool,
) -> None:
    """Make a rough moving version of the whole film, free and without a key.

    It uses the lengths of the models the board names, so that its cuts are the film's.
    """
    path = find_board(board)
    wishes = Wishes(
        animatic=True,
        quality=quality,
        copies=not no_copy,
        aspects=aspects,
        labels=not no_labels,
        variables=variables,
    )
    make_and_show(path, wishes, gate=lambda plan, before, why: None, as_json=as_json, trace=trace)
