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
_OLD_ROWS = """
INSERT INTO longtake.purchases (nonce, key, attempt, state, provider, account, model, seconds, board,
  clip, recipe, request, reserved, charge, currency, task, sha256, began, answered, closed, purse)
SELECT 'old-' || n, encode(sha256(('old' || n)::bytea), 'hex'), 1, 'done', 'minimax_v2',
  'key-' || n %% 4, 'MiniMax-H3', 6, '/films/old-' || n / 100, 's1/1', md5(n::text),
  json_build_object('prompt', repeat('a boat sets out at dawn; ', 12), 'resolution', '768p')::text,
  '0.28', '0.27', 'USD', 'old-task-' || n, md5(n::text), n, n + 1, n + 90, 'earlier'
FROM generate_series(%s::bigint, %s::bigint) AS n
"""
_OLD_HAPPENINGS = """
INSERT INTO longtake.happenings (purchase, at, state, note, act)
SELECT id, began, step, '', md5(id::text || step)
FROM longtake.purchases, unnest(ARRAY['intent', 'sending', 'submitted', 'done']) AS step
WHERE id > %s
"""


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


def add_old_rows(url: str, first: int, last: int) -> None:
    """Fill the tables with finished purchases of earlier nights, and what happened to them."""
    if last < first:
        return
    with psycopg.connect(url, autocommit=True) as db:
        (newest,) = db.execute(
            "SELECT coalesce(max(id), 0) FROM longtake.purchases"
        ).fetchone() or (0,)
        db.execute(_OLD_ROWS, (first, last))
        db.execute(_OLD_HAPPENINGS, (newest,))
        db.execute("VACUUM ANALYZE")
        db.execute("CHECKPOINT")
