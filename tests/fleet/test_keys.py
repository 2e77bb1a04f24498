"""Who has which key, and which vault: clips go to those who can buy them, and nothing to a strange vault."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path

import pytest

from longtake.errors import VaultError
from longtake.fleet.roster import account_for, left_alone, unserved
from longtake.fleet.runs import Runs, Worker
from longtake.testing.serve import Simulator
from longtake.vault.store import Vault
from yards import Yard, ended

linux = pytest.mark.skipif(sys.platform != "linux", reason="workers are frozen")

BOARD = """longtake: 1
title: Keys
model: apimart/MiniMax-Hailuo-2.3
resolution: 768p
film: {size: 68x38, fps: 12}
scenes: [{id: a, prompt: a lamp is lit, seconds: 12}]
"""


def hand(name: str, silent_s: float = 0.0, **accounts: str) -> Worker:
    """One of the list, with its accounts by provider."""
    return Worker(name, "host", "all", silent_s, "0.1.0", accounts)


def test_a_clip_waits_for_an_account_somebody_has() -> None:
    """The one it was bought with where that can be, else that of the oldest that lives."""
    workers = (hand("silent", 12.0, apimart="slow"), hand("x"), hand("y", apimart="new"))
    both = (*workers, hand("z", apimart="old"))

    assert account_for(workers, "apimart", "old") == "new"
    assert account_for(workers[:2], "apimart") == "slow", (
        "it may only have been cut off for a moment"
    )
    assert account_for(both, "apimart", "old") == "old"
    assert account_for(both, "apimart") == "new"
    assert account_for(both, "minimax") is None


def test_a_queue_that_nobody_serves_has_one_heir() -> None:
    """The oldest that can buy there; what is served, by one that is silent for a moment too, is let be."""
    queues = (("animatic", ""), ("apimart", "new"), ("apimart", "old"), ("pixazo", "p"))
    workers = (hand("none"), hand("first", apimart="new"), hand("second", apimart="new"))
    silent = hand("third", 12.0, apimart="old")

    assert left_alone(queues, workers, "first") == ((("apimart", "old"),), ())
    assert left_alone(queues, workers, "second") == ((), ())
    assert left_alone(queues, (*workers, silent), "first") == ((), ())


def test_a_queue_that_nobody_can_serve_is_looked_after() -> None:
    """By the oldest worker that does more than render."""
    encoder = Worker("encoder", "host", "encode", 0.0)
    workers = (encoder, hand("none"), hand("first", apimart="new"))

    assert left_alone((("pixazo", "p"),), workers, "none") == ((), (("pixazo", "p"),))
    assert left_alone((("pixazo", "p"),), workers, "first") == ((), ())


def test_clips_wait_where_nobody_lives_that_has_the_key() -> None:
    """A worker that is silent buys nothing; the animatic needs no key."""
    workers = (hand("silent", 12.0, apimart="a"), hand("x", pixazo="p"))

    assert unserved(["animatic", "apimart", "pixazo"], workers) == ("apimart",)


@linux
@pytest.mark.timeout(180)
def test_clips_go_to_who_has_the_key(yard: Yard, sim: Simulator) -> None:
    """A worker without it begins the film and buys nothing; one whose key is gone leaves its clips."""
    board = yard.board(BOARD)
    yard.worker(key="")
    nobody = yard.make(board, "--yes")
    with contextlib.closing(Runs(yard.database)) as runs:
        gone = hand("gone", apimart="old")
        runs.beat(gone)
        renewed = yard.worker(wait=False)
        making = yard.start(board, "--yes")
        while not runs.queues():
            runs.beat(gone)
            assert making.poll() is None
    renewed.wait_for("took over 1 that waited for another key of apimart")
    done = ended(making)
    status = json.loads(yard.verb("status", "--fleet", "--json").stdout)

    assert nobody.returncode == 5
    assert "no worker of the fleet has a key of apimart" in nobody.stderr
    assert done.returncode == 0, done.stderr
    assert sim.oracle("submits")["paid"] == 2
    assert [worker["providers"] for worker in status["workers"]] == [[], ["apimart"]]
    assert [run["state"] for run in status["runs"]] == ["done", "failed"]


@linux
@pytest.mark.timeout(180)
def test_a_run_that_nobody_can_buy_for_is_cancelled(yard: Yard, sim: Simulator) -> None:
    """Its clips wait for a worker with the key, which is gone for good: it ends all the same."""
    board = yard.board(BOARD)
    left = yard.worker(key="")
    with contextlib.closing(Runs(yard.database)) as runs:
        gone = hand("gone", apimart="old")
        runs.beat(gone)
        making = yard.start(board, "--yes")
        while not runs.queues():
            runs.beat(gone)
            assert making.poll() is None
    left.wait_for("1 waiting for a key of apimart, which no worker has")
    waiting = yard.verb("status", "--fleet")
    cancelled = yard.verb("cancel", str(board))
    done = ended(making)
    status = json.loads(yard.verb("status", "--fleet", "--json").stdout)

    assert cancelled.returncode == 0, cancelled.stderr
    assert "no worker has a key of apimart: what is not bought yet waits" in waiting.stdout
    assert (done.returncode, "the run was cancelled" in done.stderr) == (1, True), done.stderr
    assert "no worker has a key of apimart; its clips wait until one comes" in done.stderr
    assert [run["state"] for run in status["runs"]] == ["cancelled"]
    assert sim.oracle("submits")["paid"] == 0


@pytest.mark.timeout(180)
def test_a_vault_that_is_not_mounted(yard: Yard, sim: Simulator, tmp_path: Path) -> None:
    """An empty folder where the vault was is no vault: nothing is made in it, nothing is bought."""
    vault, elsewhere = Vault(tmp_path / "vault"), tmp_path / "not-mounted"
    with contextlib.closing(Runs(yard.database)) as runs:
        runs.pair(vault)
        runs.pair(vault)
    words = ("--vault", str(elsewhere))
    worker = yard.verb("worker", *words)
    made = yard.make(yard.board(BOARD), "--yes", *words)
    shared = yard.verb("share", *words)

    for refused in (worker, made, shared):
        assert refused.returncode == 1
        assert "not the one that this fleet works with" in refused.stderr
        assert "is its folder mounted" in refused.stderr
    assert sim.oracle("submits")["paid"] == 0
    assert not elsewhere.exists()


def test_a_vault_outlives_its_database(database: str, yard: Yard, tmp_path: Path) -> None:
    """A new database takes it as it is; another vault goes on with it where its mark is put there."""
    old, moved = Vault(tmp_path / "vault"), Vault(tmp_path / "moved")
    with contextlib.closing(Runs(yard.database)) as first:
        first.pair(old)
        with pytest.raises(VaultError) as caught:
            first.pair(moved)
        moved.note("fleet.json", json.loads(caught.value.hint.rpartition("into it: ")[2]))
        first.pair(moved)
    with contextlib.closing(Runs(database)) as second:
        second.open()
        second.pair(old)
        second.pair(moved)
