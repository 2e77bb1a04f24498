"""Places for ledgers: every behaviour is shown in a file and on PostgreSQL."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import psycopg

from longtake.units import Money
from longtake.vault.ledger import Ledger
from longtake.vault.postgres import SCHEMA, PostgresBook
from longtake.vault.purchase import Order

BOOKS = ("sqlite", "postgres")


@dataclass(frozen=True)
class Place:
    """A file or a database for a ledger whose time is the one that tests tell."""

    where: Path | str

    def ledger(self) -> Ledger:
        """Open its ledger as another process would."""
        book = (
            self.where if isinstance(self.where, Path) else PostgresBook(self.where, told_time=True)
        )
        ledger = Ledger(book)
        ledger.open()
        return ledger

    def tamper(self, statement: str) -> None:
        """Write to its tables behind the ledger's back."""
        if isinstance(self.where, Path):
            with contextlib.closing(sqlite3.connect(self.where, isolation_level=None)) as db:
                db.execute(statement)
            return
        with psycopg.connect(self.where, options=f"-c search_path={SCHEMA}") as db:
            db.execute(statement.encode())


def order(key: str, price: str = "0.30", board: str = "b", account: str = "acc") -> Order:
    """Order a clip under a key."""
    return Order(key, "sim", account, "m", 6, board, "a/1", "r", "{}", Money(Decimal(price)))
