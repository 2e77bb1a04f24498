"""The machines that make films together, as the command line names them."""

from __future__ import annotations

import os
from typing import Any

import click

from longtake.cli import say
from longtake.cli.say import DIM
from longtake.extras import load_extra
from longtake.holdings import DATABASE, VAULT, Holdings, own_holdings


def shared_holdings(database: str | None, vault: str | None) -> Holdings:
    """Give what a fleet owns; a UsageError says which address is missing.

    All that this process looks at from now on is the fleet's.
    """
    for name, value, flag in ((DATABASE, database, "--database"), (VAULT, vault, "--vault")):
        if not value:
            raise click.UsageError(f"a fleet has `{flag}`: name it, or set {name}")
        os.environ[name] = value
    if not str(database).startswith(("postgresql://", "postgres://")):
        raise click.UsageError("`--database` is a PostgreSQL one: postgresql://user@host/name")
    return own_holdings()


def open_fleet(database: str | None, vault: str | None, *, quiet: bool = False) -> Any:
    """Give the fleet that shares a database and a vault.

    Raises LongtakeError where the extra is missing or an address leads nowhere.
    """
    holdings = shared_holdings(database, vault)
    kit = load_extra("longtake.fleet.client", "`--fleet`", "fleet")
    return kit.Fleet(str(database), holdings, _silent if quiet else _tell)


def _tell(line: str) -> None:
    say.tell((line, DIM))


def _silent(line: str) -> None:
    """Leave the lines to those who read them as data."""
