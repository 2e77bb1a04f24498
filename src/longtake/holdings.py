"""What is owned, wherever it lies: the record of purchases, the takes, the voices."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from longtake.project import home
from longtake.vault.ledger import Ledger
from longtake.vault.store import Vault
from longtake.vault.voices import VoiceShelf


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
    """Give what this user owns here."""
    place = home()
    vault = place / "vault"
    return Holdings(Ledger(place / "ledger.db"), Vault(vault), VoiceShelf(vault), place)
