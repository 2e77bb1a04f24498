"""What a worker does while its database is away."""

from __future__ import annotations

import signal

import pytest
import sqlalchemy

from longtake.errors import VaultError
from longtake.fleet import worker
from longtake.fleet.worker import patiently
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
