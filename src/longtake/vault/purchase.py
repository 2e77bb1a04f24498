"""What a purchase is, and the questions an admission asks of the ledger's tables.

The functions run inside the ledger's transaction: they read and write, and decide nothing alone.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from longtake.errors import TaskTaken, VaultError
from longtake.units import Money

MINUTE_S = 60.0

OPEN_STATES = ("intent", "sending", "submitted", "unknown")
FINAL_STATES = ("done", "failed", "refused", "refunded", "lost")
# What may be followed by another attempt, but only as often as the author allows.
_SPENT_STATES = ("refused", "refunded", "lost")


@dataclass(frozen=True)
class Order:
    """What is about to be bought: its key, for whom, and the worst price it may have.

    `request` is the canonical request as text (no key, no picture bytes); `account` names the
    provider account without telling its key.
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


@dataclass(frozen=True)
class Limits:
    """What binds an admission: tasks in flight and submits a minute of an account, and budgets.

    `board_budget` binds all that was ever spent or reserved for the board, `run_budget` what was
    since the purchase `run_start` (exclusive). `rebuys` is how many failed attempts may be followed
    by another; `unknown_s` is how long a request without an answer holds a place in flight,
    `task_s` how long a task does that nobody has seen end.
    """

    in_flight: int
    per_minute: int
    board_budget: Money | None = None
    run_budget: Money | None = None
    run_start: int = 0
    rebuys: int = 0
    unknown_s: float = 600.0
    task_s: float = 3600.0


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

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

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


def may_follow(db: sqlite3.Connection, earlier: Purchase, limits: Limits) -> bool:
    """Tell whether a key may be tried again: freely where nothing was taken, else as often as allowed."""
    if earlier.state == "failed":
        return True
    return earlier.state in _SPENT_STATES and spent_tries(db, earlier.key) <= limits.rebuys


def spent_tries(db: sqlite3.Connection, key: str) -> int:
    """Count the attempts of a key that came to nothing though the provider had taken them."""
    query = "SELECT count(*) FROM purchases WHERE key = ? AND state IN (?, ?, ?)"
    (tries,) = db.execute(query, (key, *_SPENT_STATES)).fetchone()
    return int(tries)


def find_room(db: sqlite3.Connection, order: Order, limits: Limits, now: float) -> NoRoom | None:
    """Say how long to wait for a place or a slot of the account; None where there is room."""
    account = (order.provider, order.account)
    # A row whose run died keeps its state, and an outcome may stay unknown for ever: whatever must be
    # over by now, or was seen to be, holds no place.
    (busy,) = db.execute(
        "SELECT count(*) FROM purchases WHERE provider = ? AND account = ? AND began <= ? AND"
        " (state IN ('intent', 'sending', 'unknown') AND began > ?"
        " OR state = 'submitted' AND began > ? AND NOT EXISTS"
        " (SELECT 1 FROM happenings WHERE purchase = purchases.id AND happenings.state = 'ended'))",
        (*account, now, now - limits.unknown_s, now - limits.task_s),
    ).fetchone()
    if busy >= limits.in_flight:
        return NoRoom(0.5, f"{busy} tasks are under way, {limits.in_flight} are allowed")
    # A slot is counted from the answer, one still without an answer as taken now: a slow provider must
    # not see more requests a minute than it allows. An answer "after now" is a clock set back.
    times = [
        row[0]
        for row in db.execute(
            "SELECT coalesce(answered, ?) FROM purchases WHERE provider = ? AND account = ?"
            " AND (answered > ? AND answered <= ?"
            " OR answered IS NULL AND state IN ('intent', 'sending') AND began > ?) ORDER BY 1",
            (now, *account, now - MINUTE_S, now, now - limits.unknown_s),
        )
    ]
    if len(times) >= limits.per_minute:
        free = times[len(times) - limits.per_minute] + MINUTE_S
        return NoRoom(max(0.05, free - now), f"{limits.per_minute} submits a minute are allowed")
    return None


def find_overspend(db: sqlite3.Connection, order: Order, limits: Limits) -> OverBudget | None:
    """Say which budget would be exceeded; None where none is."""
    for budget, since in ((limits.board_budget, 0), (limits.run_budget, limits.run_start)):
        if budget is None:
            continue
        bound = _bound(db, order.board, since, order.reserve.currency)
        if budget.amount < bound.amount + order.reserve.amount:
            return OverBudget(budget, bound, order.reserve)
    return None


def _bound(db: sqlite3.Connection, board: str, since: int, currency: str) -> Money:
    """Sum what a board has spent or may still have to pay: charges where known, reserves elsewhere."""
    rows = db.execute(
        "SELECT coalesce(charge, reserved) FROM purchases WHERE board = ? AND id > ? AND currency = ?",
        (board, since, currency),
    )
    return Money(sum((Decimal(amount) for (amount,) in rows), Decimal(0)), currency)


def write_intent(db: sqlite3.Connection, order: Order, attempt: int, now: float) -> Purchase:
    """Write an intent row with a fresh nonce."""
    cursor = db.execute(
        "INSERT INTO purchases (nonce, key, attempt, state, provider, account, model, seconds, board,"
        " clip, recipe, request, reserved, currency, began)"
        " VALUES (?, ?, ?, 'intent', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            secrets.token_hex(16),
            order.key,
            attempt,
            order.provider,
            order.account,
            order.model,
            order.seconds,
            order.board,
            order.clip,
            order.recipe,
            order.request,
            str(order.reserve.amount),
            order.reserve.currency,
            now,
        ),
    )
    number = int(cursor.lastrowid or 0)
    db.execute("INSERT INTO happenings VALUES (?, ?, 'intent', '')", (number, now))
    return purchase_row(db, number)


def latest_of(db: sqlite3.Connection, key: str) -> Purchase | None:
    """Give the attempt of a key that counts: one under way, else one that was had, else the newest."""
    # An early one may come back by a person's word, after others were made.
    marks = ", ".join("?" * len(OPEN_STATES))
    query = (
        "SELECT * FROM purchases WHERE key = ? ORDER BY"
        f" CASE WHEN state IN ({marks}) THEN 0 WHEN state = 'done' THEN 1 ELSE 2 END, attempt DESC"
    )
    row = db.execute(query, (key, *OPEN_STATES)).fetchone()
    return purchase_from(row) if row else None


def refuse_taken(db: sqlite3.Connection, purchase: Purchase, task: str) -> None:
    """Raise TaskTaken where a task is that of another purchase."""
    row = db.execute(
        "SELECT * FROM purchases WHERE provider = ? AND task = ? AND id != ? AND state != 'failed'",
        (purchase.provider, task, purchase.id),
    ).fetchone()
    if row is not None:
        raise TaskTaken(
            f'task {task} is that of purchase {row["id"]}, "{row["clip"]}" of {row["board"]}',
            hint="each purchase has a task of its own; look for another one of that minute",
        )


def purchase_row(db: sqlite3.Connection, number: int) -> Purchase:
    """Give a purchase by its number; raises VaultError where there is none."""
    row = db.execute("SELECT * FROM purchases WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise VaultError(f"the ledger has no purchase {number}")
    return purchase_from(row)


def purchase_from(row: sqlite3.Row) -> Purchase:
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
