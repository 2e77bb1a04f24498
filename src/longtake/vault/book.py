"""Where a ledger lies: what a database must do for it, so that all decisions are written once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

Row = Mapping[str, Any]
Answer = TypeVar("Answer")


def storable(text: str) -> str:
    """Give a text as every database takes it, with `?` for what is no character."""
    # Providers cut what they say at any place, also within a sign of two halves.
    return text.encode("utf-8", "replace").decode().replace("\0", "?")


class Transaction(Protocol):
    """One transaction: all of it is written, or nothing.

    Statements take `?` for a value. `locked` ends a query whose rows nobody else may change until the
    end. `again` says that the transaction is repeated: an earlier try may have been written after all.
    """

    again: bool
    locked: str

    def one(self, query: str, *values: Any) -> Row | None:
        """Give the first row a query finds."""
        ...

    def every(self, query: str, *values: Any) -> list[Row]:
        """Give all rows a query finds."""
        ...

    def change(self, statement: str, *values: Any) -> int:
        """Carry out a statement; gives how many rows it changed."""
        ...

    def hold(self, *names: str) -> None:
        """Wait until no other transaction holds one of these names, then hold them to the end."""
        ...

    def now(self, told: float) -> float:
        """Give the time that rules here: the one told, or that of the database."""
        ...


class Book(Protocol):
    """A database with a ledger's tables. Errors of the database come out as VaultError.

    `place` names it in messages, without a password. `types` are its words for what databases call
    differently.
    """

    place: str
    types: Mapping[str, str]

    def exists(self) -> bool:
        """Tell whether a ledger was made here; makes none."""
        ...

    def prepare(self) -> None:
        """Make the place for the tables."""
        ...

    def within(self, act: Callable[[Transaction], Answer]) -> Answer:
        """Carry an act out as one transaction; it may be called again where a connection was lost."""
        ...

    def columns(self, db: Transaction, table: str) -> frozenset[str]:
        """Name the columns of a table; none where there is no such table."""
        ...

    def damage(self) -> str:
        """Say what is damaged; nothing where the database itself watches over its files."""
        ...

    def clock(self) -> float:
        """Give the seconds since 1970, by the clock that rules here."""
        ...

    def close(self) -> None:
        """Give back what is held open."""
        ...
