"""A database that workers have met before, copied for each test; and a world that sells clips."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from longtake.testing.serve import Simulator
from postgres import Server
from swift_server import s3
from yards import Yard

__all__ = ["s3"]

# Its workers look at tasks often: nobody waits for a task of a moment as for one of minutes.
HURRIED = str(Path(__file__).parents[1] / "campaigns" / "hurried_worker.py")


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """A small and quick world."""
    with Simulator({"task_s": 0.05, "scale": 0.05, "rate": "12"}) as running:
        yield running


@pytest.fixture(scope="session")
def met(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database in which a worker has made its tables: to make them takes seconds."""
    database = postgres.database()
    with Simulator({}) as sim:
        yard = Yard(tmp_path_factory.mktemp("first"), database, sim)
        try:
            yard.worker().end()
        finally:
            yard.close()
    with psycopg.connect(database, autocommit=True) as db:
        # The vault it met is not that of its copies.
        db.execute("DELETE FROM longtake.fleet_vault")
    postgres.cut(database, of="true")
    return database.rpartition("/")[2]


@pytest.fixture
def yard(met: str, postgres: Server, sim: Simulator, tmp_path: Path) -> Iterator[Yard]:
    """A fleet without workers, of its own."""
    made = Yard(tmp_path, postgres.database(met), sim, worker_program=HURRIED)
    yield made
    made.close()
