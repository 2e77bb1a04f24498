"""`longtake worker`: one of the machines that make films together."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from longtake import __version__
from longtake.cli import options, say
from longtake.cli.fleet import shared_holdings
from longtake.cli.say import DIM, WARNING
from longtake.extras import load_extra
from longtake.project import home


@click.command("worker")
@options.DATABASE
@options.VAULT
@click.option(
    "--encode-only", is_flag=True, help="Render pieces and films; leave buying to others."
)
@click.option(
    "--cores",
    metavar="N",
    type=click.IntRange(1, 1024),
    help="Render so many pieces at once.  [default: one for each processor]",
)
@click.option(
    "--folder",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where copies and pieces are kept on this machine.",
)
@click.option("--beat", "beat_s", type=float, default=2.0, hidden=True)
@click.option("--dead-after", "dead_s", type=float, default=15.0, hidden=True)
@click.option("--poll", "poll_s", type=float, default=0.5, hidden=True)
def command(
    database: str | None,
    vault: str | None,
    encode_only: bool,
    cores: int | None,
    folder: Path | None,
    beat_s: float,
    dead_s: float,
    poll_s: float,
) -> None:
    """Work for the fleet that shares a database and a vault, until stopped.

    The keys of providers are those of this machine's environment. What a worker that dies was doing is
    done by another.
    """
    holdings = shared_holdings(database, vault)
    kit = load_extra("longtake.fleet.worker", "a worker", "fleet")
    post = kit.Post(
        str(database),
        holdings,
        folder or home() / "fleet",
        encode_only,
        cores or 0,
        beat_s,
        dead_s,
        poll_s,
        __version__,
    )
    made = kit.Worker(post, lambda line: say.tell((line, DIM)))
    # To be stopped is how a worker ends.
    with made as worker, contextlib.suppress(KeyboardInterrupt):
        say.tell(f"{worker.name} works; Ctrl-C ends it")
        if not encode_only:
            keys = ", ".join(worker.providers)
            none = "no provider's key is set here: it renders, and leaves buying to others"
            say.tell((f"it buys from {keys}" if keys else none, DIM if keys else WARNING))
        worker.serve()
