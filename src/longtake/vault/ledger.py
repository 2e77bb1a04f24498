"""The record of every purchase: what was meant, what was sent, what came of it, what it cost.

A purchase is a row that only moves forward:

    intent -> sending -> submitted -> done | refunded | lost
                 |-----> unknown ----'
                 `-----> failed | refused

`admit` is one transaction: the same key not bought twice, the account's room and pace, the budget,
and the intent row, synced before anything leaves this machine. `sending` is synced right before the
request goes out, so that a run that died is known to have sent nothing unless it died just there:
that row becomes `unknown` (nobody knows whether it was accepted) and is never sent again by itself.
`failed` took no money and may be tried again; `refused` (moderation), `refunded` and `lost` (paid, and
neither the file nor the task can be had any more) only on request.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import statistics
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from longtake.errors import VaultError
from longtake.units import Money
from longtake.vault.purchase import (
    FINAL_STATES,
    OPEN_STATES,
    Admission,
    Admitted,
    Limits,
    Order,
    Purchase,
    Standing,
    find_overspend,
    find_room,
    latest_of,
    may_follow,
    purchase_from,
    purchase_row,
    refuse_taken,
    spent_tries,
    write_intent,
)

SCHEMA = 1
_NOTHING = Money(Decimal(0))
# How many takes tell how long a model usually needs, and how few are too few to tell.
_LATELY, _ENOUGH = 15, 3

_TABLES = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS purchases (
  id INTEGER PRIMARY KEY,
  nonce TEXT NOT NULL UNIQUE,
  key TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  state TEXT NOT NULL,
  provider TEXT NOT NULL,
  account TEXT NOT NULL,
  model TEXT NOT NULL,
  seconds INTEGER NOT NULL,
  board TEXT NOT NULL,
  clip TEXT NOT NULL,
  recipe TEXT NOT NULL,
  request TEXT NOT NULL,
  reserved TEXT NOT NULL,
  charge TEXT,
  currency TEXT NOT NULL,
  task TEXT NOT NULL DEFAULT '',
  sha256 TEXT NOT NULL DEFAULT '',
  message TEXT NOT NULL DEFAULT '',
  began REAL NOT NULL,
  answered REAL,
  closed REAL,
  UNIQUE (key, attempt)
);
CREATE INDEX IF NOT EXISTS by_account ON purchases (provider, account, state);
CREATE INDEX IF NOT EXISTS by_board ON purchases (board);
CREATE TABLE IF NOT EXISTS happenings (
  purchase INTEGER NOT NULL REFERENCES purchases (id),
  at REAL NOT NULL,
  state TEXT NOT NULL,
  note TEXT NOT NULL
);
"""


class Ledger:
    """Append-only record of submissions and charges; the first thing read after a crash.

    SQLite with a write-ahead log and full sync. Safe for many processes; a connection is opened for
    each call, so threads need no care either.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def open(self) -> None:
        """Make the tables. Raises VaultError for a ledger of a newer version."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._transaction() as db:
            for statement in _TABLES.split(";"):
                db.execute(statement)
            db.execute("INSERT OR IGNORE INTO facts VALUES ('schema', ?)", (str(SCHEMA),))
            (found,) = db.execute("SELECT value FROM facts WHERE name = 'schema'").fetchone()
        if int(found) > SCHEMA:
            raise VaultError(
                f"the ledger {self.path} was written by a newer longtake (version {found})",
                hint="upgrade longtake; this one leaves the ledger alone",
            )

    def admit(self, order: Order, limits: Limits, now: float) -> Admission:
        """Decide on a purchase and write its intent, in one transaction."""
        with self._transaction() as db:
            earlier = latest_of(db, order.key)
            if earlier and not may_follow(db, earlier, limits):
                return Standing(earlier)
            wait = find_room(db, order, limits, now)
            if wait:
                return wait
            over = find_overspend(db, order, limits)
            if over:
                return over
            return Admitted(write_intent(db, order, (earlier.attempt + 1) if earlier else 1, now))

    def sending(self, purchase: Purchase, now: float) -> bool:
        """Write down that the request goes out now; False where the intent is no longer one's own."""
        with self._transaction() as db:
            moved = db.execute(
                "UPDATE purchases SET state = 'sending', began = ? WHERE id = ? AND nonce = ?"
                " AND state = 'intent'",
                (now, purchase.id, purchase.nonce),
            )
            return bool(moved.rowcount)

    def not_sent(self, purchase: int, message: str, now: float) -> Purchase:
        """Write down that the request certainly was not taken: it may be sent again."""
        return self._move(purchase, "intent", now, message=message)

    def submitted(self, purchase: int, task: str, now: float) -> Purchase:
        """Write down the provider's task id: from now on the clip can be found again.

        Raises TaskTaken where another purchase of that provider has it.
        """
        return self._move(purchase, "submitted", now, task=task, answered=now)

    def proved(self, purchase: int, task: str, now: float) -> Purchase:
        """Write down a task id that the provider's own list proved; no person's word can undo it.

        Raises TaskTaken where another purchase of that provider has it.
        """
        return self._move(purchase, "submitted", now, mark="proved", task=task, answered=now)

    def ended(self, purchase: int, now: float) -> None:
        """Write down that its task runs no more, whether or not its file can be had."""
        with self._transaction() as db:
            db.execute("INSERT INTO happenings VALUES (?, ?, 'ended', '')", (purchase, now))

    def unknown(self, purchase: int, message: str, now: float) -> Purchase:
        """Write down that nobody knows whether the provider took it."""
        return self._move(purchase, "unknown", now, message=message, answered=now)

    def failed(self, purchase: int, message: str, now: float) -> Purchase:
        """Write down that it was not made and cost nothing; a task it was thought to be is free again."""
        values: dict[str, Any] = {"task": "", "message": message, "charge": "0"}
        return self._move(purchase, "failed", now, answered=now, closed=now, **values)

    def refused(
        self, purchase: int, message: str, now: float, charge: Money | None = _NOTHING
    ) -> Purchase:
        """Write down that moderation refused it: the same request would be refused again.

        The reserve stands where `charge` is None.
        """
        amount = None if charge is None else str(charge.amount)
        return self._move(
            purchase, "refused", now, message=message, charge=amount, answered=now, closed=now
        )

    def refunded(
        self, purchase: int, message: str, now: float, charge: Money | None = _NOTHING
    ) -> Purchase:
        """Write down that it was taken, not made, and paid back; the reserve stands where `charge` is None.

        A provider may keep its money all the same: then that is what it was charged.
        """
        amount = None if charge is None else str(charge.amount)
        return self._move(purchase, "refunded", now, message=message, charge=amount, closed=now)

    def lost(self, purchase: int, message: str, now: float) -> Purchase:
        """Write down that it was paid and can no longer be had; what it cost stays as it was."""
        return self._move(purchase, "lost", now, message=message, closed=now)

    def done(self, purchase: int, sha256: str, charge: Money | None, now: float) -> Purchase:
        """Write down that the take lies in the vault; the reserve stands where no charge is told."""
        amount = None if charge is None else str(charge.amount)
        return self._move(purchase, "done", now, sha256=sha256, charge=amount, closed=now)

    def find(self, key: str) -> Purchase | None:
        """Give the purchase of a key that counts: one under way, else one that was had, else the newest."""
        with self._transaction() as db:
            return latest_of(db, key)

    def get(self, purchase: int) -> Purchase:
        """Give a purchase by its number; raises VaultError where there is none."""
        with self._transaction() as db:
            return purchase_row(db, purchase)

    def unfinished(self, board: str | None = None) -> tuple[Purchase, ...]:
        """List open purchases, of one board or of all, oldest first."""
        marks = ", ".join("?" * len(OPEN_STATES))
        query = f"SELECT * FROM purchases WHERE state IN ({marks})"
        values: list[Any] = list(OPEN_STATES)
        if board is not None:
            query += " AND board = ?"
            values.append(board)
        return self._rows(query + " ORDER BY id", values)

    def purchases(self) -> tuple[Purchase, ...]:
        """List every purchase there ever was, oldest first."""
        return self._rows("SELECT * FROM purchases ORDER BY id", [])

    def of_board(self, board: str) -> tuple[Purchase, ...]:
        """List the purchases of one board, oldest first."""
        return self._rows("SELECT * FROM purchases WHERE board = ? ORDER BY id", [board])

    def last_number(self) -> int:
        """Give the number of the newest purchase; a run's own are those above it."""
        with self._transaction() as db:
            (number,) = db.execute("SELECT coalesce(max(id), 0) FROM purchases").fetchone()
            return int(number)

    def was_unknown(self, purchase: int) -> bool:
        """Tell whether only a person's word gave a purchase its task, or may give it one."""
        query = (
            "SELECT state FROM happenings WHERE purchase = ? AND state IN ('unknown', 'proved')"
            " ORDER BY rowid DESC LIMIT 1"
        )
        with self._transaction() as db:
            last = db.execute(query, (purchase,)).fetchone()
        return last is not None and last["state"] == "unknown"

    def spent(self, key: str) -> int:
        """Count the attempts of a key that came to nothing: so many retakes allow one more."""
        with self._transaction() as db:
            return spent_tries(db, key)

    def usual_s(self, provider: str, model: str, seconds: int) -> float | None:
        """Say how long clips like this one took lately, from the answer to the file; None if unknown."""
        query = (
            "SELECT closed - answered AS took FROM purchases WHERE provider = ? AND model = ?"
            " AND seconds = ? AND state = 'done' AND answered IS NOT NULL ORDER BY id DESC LIMIT ?"
        )
        with self._transaction() as db:
            rows = db.execute(query, (provider, model, seconds, _LATELY)).fetchall()
        return statistics.median(row["took"] for row in rows) if len(rows) >= _ENOUGH else None

    def charges(self) -> dict[tuple[str, str, str, int], Money]:
        """Give the last charge a provider told, by provider, model, resolution and seconds."""
        query = (
            "SELECT provider, model, seconds, request, charge, currency FROM purchases"
            " WHERE state = 'done' AND charge IS NOT NULL ORDER BY id"
        )
        found = {}
        with self._transaction() as db:
            for row in db.execute(query):
                asked = json.loads(row["request"])
                name = (row["provider"], row["model"], str(asked.get("resolution", "")))
                found[*name, row["seconds"]] = Money(Decimal(row["charge"]), row["currency"])
        return found

    def _rows(self, query: str, values: list[Any]) -> tuple[Purchase, ...]:
        with self._transaction() as db:
            return tuple(purchase_from(row) for row in db.execute(query, values))

    def _move(
        self, purchase: int, state: str, now: float, *, mark: str = "", **values: Any
    ) -> Purchase:
        with self._transaction() as db:
            row = purchase_row(db, purchase)
            # Two processes may have waited for one task: the first to finish has written it. But an
            # answer that comes late, after somebody said "it was not made", is proof that it was.
            # A person may also have named another task first, which then was not to be found.
            late = row.state in ("failed", "lost") and state == "submitted"
            late = late or (row.state == "lost" and state in ("done", "failed"))
            gone = row.state == "done" and state == "lost"
            if row.state in FINAL_STATES and not (late or gone):
                return row
            if state == "submitted":
                refuse_taken(db, row, values["task"])
            if late and state == "submitted":
                values |= {"charge": None, "closed": None}
            names = ", ".join(f"{name} = :{name}" for name in values)
            query = f"UPDATE purchases SET state = :state, {names} WHERE id = :id"
            db.execute(query, {"state": state, "id": purchase, **values})
            note = str(values.get("message") or values.get("task") or "")
            for word in (state, mark) if mark else (state,):
                db.execute(
                    "INSERT INTO happenings VALUES (?, ?, ?, ?)", (purchase, now, word, note)
                )
            return purchase_row(db, purchase)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            db = sqlite3.connect(self.path, timeout=60, isolation_level=None)
        except sqlite3.Error as error:
            raise VaultError(f"the ledger {self.path} cannot be opened: {error}") from error
        try:
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            # IMMEDIATE: two admissions never read the same state and both write.
            db.execute("BEGIN IMMEDIATE")
            yield db
            db.execute("COMMIT")
        except sqlite3.Error as error:
            raise VaultError(f"the ledger {self.path} cannot be used: {error}") from error
        finally:
            db.close()
