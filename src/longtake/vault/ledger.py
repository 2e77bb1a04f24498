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

import secrets
import statistics
from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from longtake.extras import load_extra
from longtake.units import Money
from longtake.vault.admission import decide, latest_of, spent_tries
from longtake.vault.book import Book, Row, Transaction, storable
from longtake.vault.moves import ABANDONED, Move, carry_out, note_down, purchase_row, was_written
from longtake.vault.purchase import Admission, Limits, Order, Purchase, purchase_from
from longtake.vault.sqlite import SqliteBook
from longtake.vault.tables import OPEN, make_tables

_NOTHING = Money(Decimal(0))
# How many takes tell how long a model usually needs, and how few are too few to tell.
_LATELY, _ENOUGH = 15, 3
_BOTH = ("answered", "closed")


def open_ledger(where: Path | str) -> Ledger:
    """Open a ledger, made where there is none: a file, or a database `postgresql://...`.

    Raises VaultError where it cannot be reached, or was written by a newer version.
    """
    ledger = Ledger(where) if isinstance(where, Path) else Ledger(_book(where))
    ledger.open()
    return ledger


def _book(where: str) -> Book:
    if not where.startswith(("postgresql://", "postgres://")):
        return SqliteBook(Path(where))
    # Few need it, and its driver is not part of every installation.
    kit = load_extra("longtake.vault.postgres", "a ledger on PostgreSQL", "fleet")
    book: Book = kit.PostgresBook(where)
    return book


class Ledger:
    """Append-only record of submissions and charges; the first thing read after a crash.

    A file for the processes of one machine, or a PostgreSQL database for many machines: `where` is its
    path or its book. Safe for many processes and threads. Every call is written when it returns; on
    PostgreSQL one whose connection breaks is repeated, and none is written twice.
    """

    def __init__(self, where: Path | Book) -> None:
        self._book: Book = SqliteBook(where) if isinstance(where, Path) else where
        self.path = where if isinstance(where, Path) else None
        self.place = self._book.place

    def exists(self) -> bool:
        """Tell whether there is a ledger; makes none."""
        return self._book.exists()

    def open(self) -> None:
        """Make the tables. Raises VaultError for a ledger of a newer version."""
        make_tables(self._book)

    def close(self) -> None:
        """Give back connections that are held for the next call; the ledger may be used again."""
        self._book.close()

    def clock(self) -> float:
        """Give the seconds since 1970 by the clock that rules here: the database's, where it has one."""
        return self._book.clock()

    def damage(self) -> str:
        """Say what is damaged of the ledger, "" where it is sound."""
        return self._book.damage()

    def admit(self, order: Order, limits: Limits, now: float) -> Admission:
        """Decide on a purchase and write its intent, in one transaction."""
        nonce = secrets.token_hex(16)
        return self._book.within(lambda db: decide(db, order, limits, nonce, now))

    def sending(self, purchase: Purchase, now: float) -> bool:
        """Write down that the request goes out now; False where the intent is no longer one's own."""
        act = secrets.token_hex(8)
        update = (
            "UPDATE purchases SET state = 'sending', began = ? WHERE id = ? AND nonce = ?"
            " AND state = 'intent'"
        )

        def leave(db: Transaction) -> bool:
            at = db.now(now)
            if db.change(update, at, purchase.id, purchase.nonce):
                note_down(db, purchase.id, "sending", "", act, at)
                return True
            still = purchase_row(db, purchase.id).state == "sending"
            return still and was_written(db, purchase.id, act)

        return self._book.within(leave)

    def abandoned(self, seen: Purchase, now: float) -> Purchase:
        """Write down that a purchase's run is gone, where it stands as it was seen; else change nothing.

        What was not sent has failed; of what was being sent nobody knows the outcome. Should its run
        live all the same, it learns so before it sends.
        """
        move = ABANDONED.get(seen.state)
        if move is None:
            return self.get(seen.id)
        named = replace(move, act=secrets.token_hex(8))
        return self._book.within(lambda db: carry_out(db, seen.id, named, now, seen))

    def not_sent(self, purchase: int, message: str, now: float) -> Purchase:
        """Write down that the request certainly was not taken: it may be sent again.

        Where others took it for one without an answer meanwhile, it has failed, and may be bought anew.
        """
        return self._move(purchase, "intent", now, message=message)

    def submitted(self, purchase: int, task: str, now: float) -> Purchase:
        """Write down the provider's task id: from now on the clip can be found again.

        Raises TaskTaken where another purchase of that provider has it.
        """
        return self._move(purchase, "submitted", now, task=task, stamps=("answered",))

    def proved(self, purchase: int, task: str, now: float) -> Purchase:
        """Write down a task id that the provider's own list proved; no person's word can undo it.

        Raises TaskTaken where another purchase of that provider has it.
        """
        return self._move(
            purchase, "submitted", now, mark="proved", task=task, stamps=("answered",)
        )

    def ended(self, purchase: int, now: float) -> None:
        """Write down that its task runs no more, whether or not its file can be had."""
        act = secrets.token_hex(8)

        def note(db: Transaction) -> None:
            if not was_written(db, purchase, act):
                note_down(db, purchase, "ended", "", act, db.now(now))

        self._book.within(note)

    def unknown(self, purchase: int, message: str, now: float) -> Purchase:
        """Write down that nobody knows whether the provider took it."""
        return self._move(purchase, "unknown", now, message=message, stamps=("answered",))

    def failed(self, purchase: int, message: str, now: float) -> Purchase:
        """Write down that it was not made and cost nothing; a task it was thought to be is free again."""
        values = {"task": "", "message": message, "charge": "0"}
        return self._move(purchase, "failed", now, stamps=_BOTH, **values)

    def refused(
        self, purchase: int, message: str, now: float, charge: Money | None = _NOTHING
    ) -> Purchase:
        """Write down that moderation refused it: the same request would be refused again.

        The reserve stands where `charge` is None.
        """
        amount = None if charge is None else str(charge.amount)
        return self._move(purchase, "refused", now, stamps=_BOTH, message=message, charge=amount)

    def refunded(
        self, purchase: int, message: str, now: float, charge: Money | None = _NOTHING
    ) -> Purchase:
        """Write down that it was taken, not made, and paid back; the reserve stands where `charge` is None.

        A provider may keep its money all the same: then that is what it was charged.
        """
        amount = None if charge is None else str(charge.amount)
        return self._move(
            purchase, "refunded", now, message=message, charge=amount, stamps=("closed",)
        )

    def lost(self, purchase: int, message: str, now: float) -> Purchase:
        """Write down that it was paid and can no longer be had; what it cost stays as it was."""
        return self._move(purchase, "lost", now, message=message, stamps=("closed",))

    def done(self, purchase: int, sha256: str, charge: Money | None, now: float) -> Purchase:
        """Write down that the take lies in the vault; the reserve stands where no charge is told."""
        amount = None if charge is None else str(charge.amount)
        return self._move(purchase, "done", now, sha256=sha256, charge=amount, stamps=("closed",))

    def find(self, key: str) -> Purchase | None:
        """Give the purchase of a key that counts: one under way, else one that was had, else the newest."""
        return self._book.within(lambda db: latest_of(db, key))

    def get(self, purchase: int) -> Purchase:
        """Give a purchase by its number; raises VaultError where there is none."""
        return self._book.within(lambda db: purchase_row(db, purchase))

    def unfinished(self, board: str | None = None) -> tuple[Purchase, ...]:
        """List open purchases, of one board or of all, oldest first."""
        query = f"SELECT * FROM purchases WHERE {OPEN}"
        if board is None:
            return self._rows(query + " ORDER BY id")
        return self._rows(query + " AND board = ? ORDER BY id", board)

    def purchases(self) -> tuple[Purchase, ...]:
        """List every purchase there ever was, oldest first."""
        return self._rows("SELECT * FROM purchases ORDER BY id")

    def of_board(self, board: str) -> tuple[Purchase, ...]:
        """List the purchases of one board, oldest first."""
        return self._rows("SELECT * FROM purchases WHERE board = ? ORDER BY id", board)

    def of_recipe(self, recipe: str) -> tuple[Purchase, ...]:
        """List the purchases of one recipe, whatever board they were for, oldest first."""
        return self._rows("SELECT * FROM purchases WHERE recipe = ? ORDER BY id", recipe)

    def since(self, number: int, boards: Collection[str]) -> tuple[Purchase, ...]:
        """List what boards bought after a purchase, oldest first."""
        if not boards:
            return ()
        query = f"SELECT * FROM purchases WHERE id > ? AND board IN ({_marks(boards)}) ORDER BY id"
        return self._rows(query, number, *boards)

    def owned_tasks(self, provider: str, tasks: Collection[str]) -> frozenset[str]:
        """Tell which tasks of a provider are those of purchases."""
        if not tasks:
            return frozenset()
        query = (
            "SELECT task FROM purchases WHERE provider = ? AND task <> ''"
            f" AND task IN ({_marks(tasks)})"
        )
        return frozenset(row["task"] for row in self._every(query, provider, *tasks))

    def last_number(self) -> int:
        """Give the number of the newest purchase; a run's own are those above it."""
        rows = self._every("SELECT coalesce(max(id), 0) AS number FROM purchases")
        return int(rows[0]["number"])

    def was_unknown(self, purchase: int) -> bool:
        """Tell whether only a person's word gave a purchase its task, or may give it one."""
        query = (
            "SELECT state FROM happenings WHERE purchase = ? AND state IN ('unknown', 'proved')"
            " ORDER BY rowid DESC LIMIT 1"
        )
        return any(row["state"] == "unknown" for row in self._every(query, purchase))

    def spent(self, key: str) -> int:
        """Count the attempts of a key that came to nothing: so many retakes allow one more."""
        return self._book.within(lambda db: spent_tries(db, key))

    def usual_s(self, provider: str, model: str, seconds: int) -> float | None:
        """Say how long clips like this one took lately, from the answer to the file; None if unknown."""
        query = (
            "SELECT closed - answered AS took FROM purchases WHERE provider = ? AND model = ?"
            " AND seconds = ? AND state = 'done' AND answered IS NOT NULL ORDER BY id DESC LIMIT ?"
        )
        rows = self._every(query, provider, model, seconds, _LATELY)
        return statistics.median(row["took"] for row in rows) if len(rows) >= _ENOUGH else None

    def charges(self) -> dict[tuple[str, str, str, int], Money]:
        """Give the last charge a provider told, by provider, model, resolution and seconds."""
        return {
            (row["provider"], row["model"], row["resolution"], row["seconds"]): Money(
                Decimal(row["charge"]), row["currency"]
            )
            for row in self._every("SELECT * FROM charges")
        }

    def _every(self, query: str, *values: Any) -> list[Row]:
        return self._book.within(lambda db: db.every(query, *values))

    def _rows(self, query: str, *values: Any) -> tuple[Purchase, ...]:
        return tuple(purchase_from(row) for row in self._every(query, *values))

    def _move(
        self,
        purchase: int,
        state: str,
        now: float,
        *,
        stamps: tuple[str, ...] = (),
        mark: str = "",
        **values: str | None,
    ) -> Purchase:
        texts = {name: None if said is None else storable(said) for name, said in values.items()}
        move = Move(state, secrets.token_hex(8), texts, stamps, mark)
        return self._book.within(lambda db: carry_out(db, purchase, move, now))


def _marks(values: Collection[str]) -> str:
    return ", ".join("?" * len(values))
