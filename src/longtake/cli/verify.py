"""`longtake verify`: whether everything that was bought is there and whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from longtake.buying import bought_takes, the_ledger
from longtake.cli import say
from longtake.cli.say import HINT, WARNING
from longtake.cli.table import counted
from longtake.media.ffmpeg import strict_check
from longtake.vault.audit import Flaw, audit_ledger, audit_takes
from longtake.vault.store import Vault

_BOUGHT = "the next `make` fetches it again from its task and pays nothing"
_DRAWN = "the next run draws it again for nothing"


@click.command("verify")
@click.option("--full", is_flag=True, help="Read every byte: hashes, and each film decoded.")
def command(full: bool) -> int:
    """Check the takes you own, those drawn in this folder, and the ledger. Changes nothing."""
    takes = 0

    def seen() -> None:
        nonlocal takes
        takes += 1

    def flaws() -> Iterator[Flaw]:
        strict = strict_check if full else None
        yield from audit_takes(bought_takes(), _BOUGHT, strict, seen)
        yield from audit_takes(drawn_here(), _DRAWN, strict, seen)
        yield from audit_ledger(the_ledger(), bought_takes())

    wrong = 0
    for flaw in flaws():
        wrong += 1
        say.answer((say.plain(flaw.what), WARNING))
        say.answer(("  hint: ", HINT), say.plain(flaw.remedy))
    depth = "every byte read" if full else "sizes only, `--full` reads every byte"
    fault = counted(wrong, "thing") + " wrong" if wrong else "nothing is wrong"
    say.answer(f"{counted(takes, 'take')} and the ledger looked at ({depth}): {fault}")
    return 1 if wrong else 0


def drawn_here() -> Vault:
    """The vault of clips drawn for the boards of this folder."""
    return Vault(Path(".longtake") / "takes")
