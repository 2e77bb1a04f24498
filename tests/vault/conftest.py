"""A ledger in a file and one on PostgreSQL: what is shown of one is shown of both."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledgers import BOOKS, Place
from longtake.vault.ledger import Ledger


@pytest.fixture(params=BOOKS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A place for a ledger, in a file or on PostgreSQL."""
    if request.param == "sqlite":
        return Place(tmp_path / "ledger.db")
    return Place(request.getfixturevalue("database"))


@pytest.fixture
def ledger(place: Place) -> Iterator[Ledger]:
    """A ledger of its own."""
    with contextlib.closing(place.ledger()) as made:
        yield made
