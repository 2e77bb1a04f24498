"""`longtake share`: bring along what was bought before there was a fleet."""

from __future__ import annotations

import click

from longtake.cli import options, say
from longtake.cli.fleet import open_fleet
from longtake.cli.say import WARNING
from longtake.cli.table import counted
from longtake.project import home
from longtake.vault.carry import carry
from longtake.vault.shared import open_vault
from longtake.vault.store import Vault


@click.command("share")
@options.DATABASE
@options.VAULT
def command(database: str | None, vault: str | None) -> int:
    """Copy your takes and voices into the vault of a fleet, so that none of them is bought again there.

    What you own stays where it is. The command may be given again: it copies what is new. Where the
    database of the fleet is named, the vault must be the one it works with.
    """
    if not vault:
        raise click.UsageError("`share` has to know where to: `--vault`, or set LONGTAKE_VAULT")
    if database:
        # A folder that is not mounted would take the copies and lose them.
        open_fleet(database, vault).meet()
    done = carry(Vault(home() / "vault"), open_vault(vault, home() / "copies"))
    for name in done.broken:
        say.answer((f"{name}: its file is not whole", WARNING))
    there = f", {done.known:,} there already" if done.known else ""
    takes, voices = counted(done.takes, "take"), counted(done.voices, "voice")
    say.answer(f"{takes} and {voices} copied{there}")
    return 1 if done.broken else 0
