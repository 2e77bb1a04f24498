"""Machines that share nothing but a database and a bucket make one film."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from longtake.testing.serve import Simulator
from longtake.vault.ledger import open_ledger
from longtake.vault.shared import open_vault
from postgres import Server
from swift_server import Swift
from yards import Yard, ended, pictures

BOARD = """longtake: 1
title: Bought
model: apimart/MiniMax-Hailuo-2.3
resolution: 768p
film: {size: 68x38, fps: 12}
scenes:
  - {id: a, prompt: a lamp is lit, seconds: 12}
  - {id: b, start: fresh, join: dissolve 0.25s, prompt: a ship answers}
"""


@pytest.mark.skipif(
    not os.environ.get("LONGTAKE_LONG_TESTS"),
    reason="takes most of a minute: LONGTAKE_LONG_TESTS=1",
)
@pytest.mark.timeout(180)
def test_machines_with_disks_of_their_own(
    met: str, postgres: Server, s3: Swift, sim: Simulator, tmp_path: Path
) -> None:
    """Two that work and one that sends, over an S3 server; one is killed in the middle.

    The film is what is made here, nothing is bought twice, and all of it lies in the bucket.
    """
    sim.change(task_s=3.0)
    database, vault = postgres.database(met), f"{s3.url}/{tmp_path.name}"
    first, second, sender = (
        Yard(tmp_path / name, database, sim, vault) for name in ("first", "second", "sender")
    )
    ledger = open_ledger(database)
    try:
        for machine in (first, second, sender):
            machine.folder.mkdir()
        doomed = first.worker()
        second.worker()
        board = sender.board(BOARD)
        making = sender.start(board, "--yes")
        while sum(bool(row.task) for row in ledger.purchases()) < 2:
            assert making.poll() is None
        doomed.kill()
        sim.change(task_s=0.2)
        done = ended(making)
        twice = sim.oracle("submits")["twice"]
        here = sender.here(sender.board(BOARD, "alone"), tmp_path / "own")
    finally:
        ledger.close()
        for machine in (first, second, sender):
            machine.close()

    assert (done.returncode, here.returncode) == (0, 0), done.stderr + here.stderr
    film = board.parent / "films/board/film.mp4"
    assert pictures(film) == pictures(sender.folder / "projects/alone/films/alone/film.mp4")
    assert twice == []
    assert len(open_vault(vault, tmp_path / "other").by_recipe()) == 3
