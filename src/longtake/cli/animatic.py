"""`longtake animatic`: the whole film, drawn here, free, in the chosen model's lengths."""

from __future__ import annotations

from pathlib import Path

import click

from longtake.cli import options
from longtake.cli.board import find_boards
from longtake.cli.making import Consent, make_and_show
from longtake.cli.many import make_together
from longtake.units import Aspect
from longtake.wishes import Wishes


@click.command("animatic")
@options.BOARDS
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
    boards: tuple[Path, ...],
    no_labels: bool,
    quality: str,
    no_copy: bool,
    aspects: tuple[Aspect, ...],
    variables: dict[str, str],
    trace: Path | None,
    as_json: bool,
) -> int:
    """Make a rough moving version of the whole film, free and without a key.

    It uses the lengths of the models the board names, so that its cuts are the film's.
    """
    paths = find_boards(boards)
    wishes = Wishes(
        animatic=True,
        quality=quality,
        copies=not no_copy,
        aspects=aspects,
        labels=not no_labels,
        variables=variables,
    )
    if len(paths) > 1:
        return make_together(paths, wishes, Consent(), as_json=as_json, trace=trace)
    make_and_show(
        paths[0], wishes, gate=lambda plan, before, why: None, as_json=as_json, trace=trace
    )
    return 0
