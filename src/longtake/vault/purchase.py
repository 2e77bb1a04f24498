"""What a purchase is: what was ordered, under which limits, and what may come of asking for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from longtake.units import Money
from longtake.vault.book import Row

OPEN_STATES = ("intent", "sending", "submitted", "unknown")
FINAL_STATES = ("done", "failed", "refused", "refunded", "lost")
# What may be followed by another attempt, but only as often as the author allows.
SPENT_STATES = ("refused", "refunded", "lost")


@dataclass(frozen=True)
class Order:
    """What is about to be bought: its key, for whom, and the worst price it may have.

    `request` is the canonical request as text (no key, no picture bytes); `account` names the
    provider account without telling its key; `owner` the worker who is to send it, "" for a run that
    no other one watches.
    """

    key: str
    provider: str
    account: str
    model: str
    seconds: int
    board: str
    clip: str
    recipe: str
    request: str
    reserve: Money
    owner: str = ""


@dataclass(frozen=True)
class Limits:
    """What binds an admission: tasks in flight and submits a minute of an account, and budgets.

    `board_budget` binds all that was ever spent or reserved for the board, `run_budget` what was
    since the purchase `run_start` (exclusive), `purse_budget` what was for any order under the name
    `purse`, whoever gave it, on whatever machine. `rebuys` is how many failed attempts may be followed
    by another; `unknown_s` is how long a request without an answer holds a place in flight,
    `task_s` how long a task does that nobody has seen end.
    """

    in_flight: int
    per_minute: int
    board_budget: Money | None = None
    run_budget: Money | None = None
    run_start: int = 0
    run_boards: tuple[str, ...] = ()
    rebuys: int = 0
    unknown_s: float = 600.0
    task_s: float = 3600.0
    purse: str = ""
    purse_budget: Money | None = None


@dataclass(frozen=True)
class Purchase:
    """One row of the ledger; times are seconds since 1970 (UTC)."""

    id: int
    nonce: str
    key: str
    attempt: int
    state: str
    provider: str
    account: str
    model: str
    seconds: int
    board: str
    clip: str
    recipe: str
    request: str
    reserved: Money
    charge: Money | None
    task: str
    sha256: str
    message: str
    began: float
    answered: float | None
    closed: float | None
    owner: str = ""
    purse: str = ""

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def bound(self) -> Money:
        """What it takes of its budgets: its charge where that is known, else its reserve."""
        return self.reserved if self.charge is None else self.charge

    @property
    def asked(self) -> Mapping[str, Any]:
        """Give the canonical request as values; nothing where it cannot be read."""
        try:
            said = json.loads(self.request)
        except ValueError:
            return {}
        return said if isinstance(said, dict) else {}

    @property
    def take(self) -> int:
        """Tell which take of its clip was bought."""
        number = self.asked.get("take", 1)
        return number if isinstance(number, int) else 1

    @property
    def is_speech(self) -> bool:
        """Tell a voice's purchase from a clip's: its answer was its file, no task can be asked again."""
        return self.asked.get("kind") == "speech"


@dataclass(frozen=True)
class Admitted:
    """The intent row is written and synced: send it now, and only you."""

    purchase: Purchase


@dataclass(frozen=True)
class Standing:
    """There is a purchase of this key already: open, done, or failed for good."""

    purchase: Purchase


@dataclass(frozen=True)
class NoRoom:
    """The account is busy; ask again after so many seconds."""

    after_s: float
    why: str


@dataclass(frozen=True)
class OverBudget:
    """This would spend more than the author allows; nothing was written."""

    budget: Money
    bound: Money
    wanted: Money


Admission = Admitted | Standing | NoRoom | OverBudget


def purchase_from(row: Row) -> Purchase:
    """Turn a row into a purchase."""
    values = dict(row)
    currency = values.pop("currency")
    charge = values.pop("charge")
    reserved = Money(Decimal(values.pop("reserved")), currency)
    return Purchase(
        reserved=reserved,
        charge=None if charge is None else Money(Decimal(charge), currency),
        **values,
    )
