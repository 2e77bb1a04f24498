"""A ledger in a file: SQLite with a write-ahead log and full sync."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from longtake.errors import VaultError
from longtake.vault.book import Answer, Row, Transaction


class SqliteBook:
    """A file for the processes of one machine; a connection is opened for each call."""

    def __init__(self, path: Path) -> None:
        self.types: Mapping[str, str] = {"number": "INTEGER PRIMARY KEY", "line": ""}
        self.path = path
        self.place = str(path)

    def exists(self) -> bool:
        """Tell whether the file is there."""
        return self.path.exists()

    def prepare(self) -> None:
        """Make the folder of the file."""
        self.path.parent.mkdir(parents=True, exist_ok=True)

    def within(self, act: Callable[[Transaction], Answer]) -> Answer:
        """Carry an act out as one transaction, once."""
        with self._transaction() as db:
            return act(_Transaction(db))

    def columns(self, db: Transaction, table: str) -> frozenset[str]:
        """Name the columns of a table."""
        return frozenset(row["name"] for row in db.every(f"PRAGMA table_info({table})"))

    def damage(self) -> str:
        """Have SQLite look at every page of the file."""
        try:
            with contextlib.closing(sqlite3.connect(self.path, timeout=60)) as db:
                said = [str(row[0]) for row in db.execute("PRAGMA integrity_check(5)")]
        except sqlite3.Error as error:
            return f"is damaged: {error}"
        return "" if said == ["ok"] else f"is damaged: {'; '.join(said)}"

    def clock(self) -> float:
        """Give the time of this machine."""
        return time.time()

    def close(self) -> None:
        """Nothing is held open between two calls."""

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            db = sqlite3.connect(self.path, timeout=60, isolation_level=None)
        except sqlite3.Error as error:
            raise VaultError(f"the ledger {self.path} cannot be opened: {error}") from error
        try:
            db.row_factory = _row
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


class _Transaction:
    # Only one transaction runs at a time, and none is repeated: nothing else needs a lock.
    again = False
    locked = ""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def one(self, query: str, *values: Any) -> Row | None:
        row: Row | None = self._db.execute(query, values).fetchone()
        return row

    def every(self, query: str, *values: Any) -> list[Row]:
        return self._db.execute(query, values).fetchall()

    def change(self, statement: str, *values: Any) -> int:
        return self._db.execute(statement, values).rowcount

    def hold(self, *names: str) -> None:
        """Nobody else is in a transaction."""

    def now(self, told: float) -> float:
        return told


def _row(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> Row:
    return {column[0]: value for column, value in zip(cursor.description, values, strict=True)}
