"""`longtake cancel`: stop a run of the fleet before its next purchase."""

from __future__ import annotations

import click

from longtake.cli import options, say
from longtake.cli.fleet import open_fleet
from longtake.cli.say import DIM


@click.command("cancel")
@click.argument("word", metavar="RUN|FILE")
@options.DATABASE
@options.VAULT
def command(word: str, database: str | None, vault: str | None) -> None:
    """Stop a run of the fleet before its next purchase; what is paid for is still brought home.

    Name the run as `status --fleet` does, or its storyboard.
    """
    for run in open_fleet(database, vault).cancel(word):
        say.tell(f"run {run.id} buys nothing more: ", (say.shown(run.board), DIM))
