"""What is owned, wherever it lies: the record of purchases, the takes, the voices."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from longtake.project import home
from longtake.vault.ledger import Ledger, open_ledger
from longtake.vault.shared import open_vault
from longtake.vault.store import Vault
from longtake.vault.voices import VoiceShelf

# Where machines that make films together keep their ledger and their vault.
DATABASE, VAULT = "LONGTAKE_DATABASE", "LONGTAKE_VAULT"


@dataclass(frozen=True)
class Holdings:
    """What is owned: the ledger, the vault of paid takes, the shelf of paid voices.

    `catalogue` is the folder of one's own offers and speakers. `shared` says that machines make films
    of it together: what costs nothing lies there too then, else with its project. `owner` names who
    writes into the ledger, nothing for a run here.
    """

    ledger: Ledger
    vault: Vault
    voices: VoiceShelf
    catalogue: Path
    shared: bool = False
    owner: str = ""

    def drawn_takes(self, work: Path) -> Vault:
        """The vault of takes that cost nothing, for a project's working folder."""
        return self.vault if self.shared else Vault(work / "takes")

    def free_voices(self, work: Path) -> VoiceShelf:
        """The shelf of voices that cost nothing, for a project's working folder."""
        return self.voices if self.shared else VoiceShelf(work / "takes")


def own_holdings() -> Holdings:
    """Give what this user owns: in the user's own folder, or where LONGTAKE_DATABASE and LONGTAKE_VAULT say.

    Raises LongtakeError where what they name cannot be reached.
    """
    place = home()
    database, where = os.environ.get(DATABASE), os.environ.get(VAULT)
    ledger = _ledger_at(database) if database else Ledger(place / "ledger.db")
    vault = _vault_at(where, place / "copies") if where else Vault(place / "vault")
    return Holdings(ledger, vault, vault.voices(), place)


@lru_cache(maxsize=4)
def _ledger_at(database: str) -> Ledger:
    """Open a ledger once for a process: it keeps its connections."""
    return open_ledger(database)


@lru_cache(maxsize=4)
def _vault_at(where: str, copies: Path) -> Vault:
    return open_vault(where, copies)
