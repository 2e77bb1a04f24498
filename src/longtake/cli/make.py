"""`longtake make`: the film itself."""

from __future__ import annotations

from pathlib import Path

import click

from longtake.cli import options
from longtake.cli.board import find_board
from longtake.cli.making import Consent, agree, make_and_show
from longtake.film import Wishes
from longtake.units import Money


@click.command("make")
@options.BOARD
@options.QUALITY
@options.SET
@options.BUDGET
@options.YES
@options.JSON
def command(
    board: Path | None,
    quality: str,
    variables: dict[str, str],
    budget: Money | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Make the film. What exists already is not made again.

    Stop it whenever you like: the same command goes on where it stopped.
    """
    path = find_board(board)
    consent = Consent(budget, yes)
    wishes = Wishes(quality=quality, variables=variables, budget=budget)
    make_and_show(path, wishes, gate=lambda plan: agree(plan, consent), as_json=as_json)
