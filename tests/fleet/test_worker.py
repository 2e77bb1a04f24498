"""What a worker does while its database is away."""

from __future__ import annotations

import contextlib
import signal
from pathlib import Path

import psycopg
import pytest
import sqlalchemy

from longtake.errors import VaultError
from longtake.fleet import worker
from longtake.fleet.runs import Run, Runs
from longtake.fleet.worker import Post, Worker, patiently
from longtake.holdings import Holdings
from longtake.vault.ledger import Ledger
from longtake.vault.store import Vault
from postgres import running


def test_a_database_that_restarts_is_waited_for() -> None:
    """What DBOS does not repeat by itself is repeated: no run fails for it."""
    asked: list[int] = []
    with running() as server:
        engine = sqlalchemy.create_engine(server.url("postgres").replace("ql:", "ql+psycopg:"))
        engine.connect().close()
        server.stop(signal.SIGQUIT)

        def ask() -> None:
            asked.append(len(asked))
            with engine.connect() as db:
                db.execute(sqlalchemy.text("SELECT 1"))

        patiently(ask, rest=lambda seconds: server.start())
        engine.dispose()

    assert len(asked) > 1


def test_one_that_stays_away_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the author's words; what is no outage is told as it is, at once."""
    monkeypatch.setattr(worker, "PATIENCE_S", 0.0)
    nowhere = sqlalchemy.create_engine("postgresql+psycopg://me@127.0.0.1:1/nowhere")
    with pytest.raises(VaultError, match="away for too long"):
        patiently(nowhere.connect)
    with pytest.raises(ZeroDivisionError):
        patiently(lambda: 1 / 0)


def test_a_request_leaves_before_its_sender_is_taken_for_dead(tmp_path: Path) -> None:
    """Whoever takes over counts what a dead worker sent as of its death: nothing of it may leave later."""
    vault = Vault(tmp_path / "vault")
    holdings = Holdings(Ledger(tmp_path / "ledger.db"), vault, vault.voices(), tmp_path)
    usual, quick = (Post("", holdings, tmp_path, dead_s=dead_s) for dead_s in (15.0, 1.5))

    assert (usual.leaves_within_s, quick.leaves_within_s) == (10.0, 1.0)


class Stuck(Worker):
    """One whose look at the runs lasts until it has said three times more that it lives."""

    def _look_at_runs(self, running: tuple[Run, ...]) -> None:
        seen: set[object] = set()
        with psycopg.connect(self._post.database, autocommit=True) as db:
            while len(seen) < 3:
                seen |= set(db.execute("SELECT at FROM longtake.fleet_workers").fetchall())
        self.stop()


@pytest.mark.timeout(60)
def test_who_waits_for_the_database_lives_all_the_same(database: str, tmp_path: Path) -> None:
    """DBOS may wait for long: nobody takes such a worker for dead."""
    with contextlib.closing(Runs(database)) as runs:
        runs.open()
        vault = Vault(tmp_path / "vault")
        holdings = Holdings(Ledger(tmp_path / "ledger.db"), vault, vault.voices(), tmp_path)
        stuck = Stuck(Post(database, holdings, tmp_path, beat_s=0.01))
        stuck.serve()
        living = [each.id for each in runs.workers()]

    assert living == [stuck.name]
