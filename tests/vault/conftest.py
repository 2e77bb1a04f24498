"""A ledger in a file and one on PostgreSQL, what is shown of one is shown of both; and an S3 server."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ledgers import BOOKS, Place
from longtake.vault.ledger import Ledger
from longtake.vault.postgres import SCHEMA
from postgres import Server
from swift_server import s3

__all__ = ["s3"]


@pytest.fixture(scope="session")
def _one_database(postgres: Server) -> str:
    return postgres.database()


@pytest.fixture
def database(_one_database: str) -> str:
    """The address of a database without a ledger; a new one for each test would be a thousand files."""
    with psycopg.connect(_one_database) as db:
        db.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE".encode())
    return _one_database


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
