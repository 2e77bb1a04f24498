"""Films that several workers make: as they are made here, paid once, and finished whoever dies."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from longtake.errors import LongtakeError
from longtake.fleet.letters import written_error
from longtake.fleet.runs import Runs
from longtake.testing.serve import Simulator
from yards import Yard, ended, pictures

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="workers are killed and frozen"),
    pytest.mark.timeout(180),
]

BOARD = """longtake: 1
title: Bought
model: apimart/MiniMax-Hailuo-2.3
resolution: 768p
film: {{size: 68x38, fps: 12}}
scenes:
  - {{id: a, prompt: "{name} a lamp is lit", seconds: 12}}
"""
MORE = """
  - {{id: b, start: fresh, join: dissolve 0.25s, prompt: "{name} a ship answers"}}
"""


def seen(yard: Yard) -> Any:
    """Look at the fleet from a folder without a board."""
    return json.loads(yard.verb("status", "--fleet", "--json").stdout)


def sold(sim: Simulator) -> tuple[int, list[str]]:
    """Count the clips that were sold, and name those that were sold twice."""
    submits = sim.oracle("submits")
    return submits["paid"], submits["twice"]


def test_two_workers_make_films_of_two_projects(yard: Yard, sim: Simulator, tmp_path: Path) -> None:
    """Beside each other, under one budget; frame for frame what is made here, and laid where a run here
    would have: that finds nothing left to do. What is done is not done again.
    """
    text = BOARD.format(name="one") + MORE.format(name="one").lstrip("\n")
    boards = [yard.board(text, "one"), yard.board(BOARD.format(name="two"), "two")]
    yard.worker()
    yard.worker()
    words = ("make", *map(str, boards), "--fleet", "--quality", "draft", "--budget")
    poor = yard.verb(*words, "0.20 USD")
    done = yard.verb(*words, "20 USD")
    again = yard.make(boards[0])
    after = yard.verb("make", "one.yaml", "--quality", "draft", cwd=boards[0].parent)
    paid = sold(sim)
    alone = yard.board(text, "alone")
    here = yard.here(alone, tmp_path / "own")

    assert (poor.returncode, done.returncode) == (4, 0), poor.stderr + done.stderr
    assert "2 of 2 films" in done.stderr
    assert "3 clips made" in done.stderr
    assert "2 clips made" in done.stderr
    assert paid == (5, [])
    assert (again.returncode, "nothing to do" in again.stderr) == (0, True), again.stderr
    assert (after.returncode, "nothing to do" in after.stderr) == (0, True), after.stderr
    assert here.returncode == 0, here.stderr
    film, own = boards[0].parent / "films/one/film.mp4", alone.parent / "films/alone/film.mp4"
    assert pictures(film) == pictures(own)
    assert {path.name for path in film.parent.iterdir()} == {p.name for p in own.parent.iterdir()}


def test_workers_freeze_die_and_wake(yard: Yard, sim: Simulator) -> None:
    """What one that froze had begun another finishes, and what that leaves the first, once it wakes.

    Nothing is bought twice, and nothing that was bought is lost.
    """
    sim.change(task_s=1.0)
    board = yard.board(BOARD.format(name="dies"))
    first = yard.worker()
    making = yard.start(board, "--yes")
    while not sim.oracle("submits")["paid"]:
        assert making.poll() is None
    first.freeze()
    second = yard.worker()
    second.wait_for("is gone: took over")
    second.kill()
    first.thaw()
    first.wait_for("is gone")
    done = ended(making)

    assert done.returncode == 0, done.stderr
    assert sold(sim) == (2, [])


def test_looking_is_given_up_and_taken_up_again(yard: Yard, sim: Simulator) -> None:
    """Ctrl-C leaves the run to the fleet; the same command finds it, asks nothing, and brings the film.

    A worker that only encodes buys nothing for it, and needs no key. A film that is no longer in the
    vault is made again, of the clips that are.
    """
    board = yard.board(BOARD.format(name="detached"))
    yard.worker("--encode-only")
    making = yard.start(board, "--yes")
    assert making.stderr is not None
    while "1 worker" not in making.stderr.readline():
        assert making.poll() is None
    making.send_signal(signal.SIGINT)
    left = ended(making)
    before = seen(yard)
    bought = sold(sim)
    yard.worker()
    found = yard.make(board)
    after = seen(yard)
    shutil.rmtree(yard.folder / "vault/blobs/names/films")
    anew = yard.make(board)

    assert anew.returncode == 0, anew.stderr
    assert (left.returncode, "the fleet goes on with the run" in left.stderr) == (130, True)
    assert [worker["what"] for worker in before["workers"]] == ["encode"]
    assert [(run["state"], run["made"]) for run in before["runs"]] == [("running", 0)]
    assert bought == (0, [])
    assert found.returncode == 0, found.stderr
    assert (board.parent / "films/board/film.mp4").exists()
    assert sold(sim) == (2, [])
    assert [(run["state"], run["made"]) for run in after["runs"]] == [("done", 2)]
    assert after["runs"][0]["spent"]


def test_a_run_is_cancelled(yard: Yard, sim: Simulator) -> None:
    """Nothing more is bought, and what is paid is brought home."""
    sim.change(task_s=1.5)
    board = yard.board(BOARD.format(name="cancelled"))
    yard.worker()
    making = yard.start(board, "--yes")
    while not sim.oracle("submits")["paid"]:
        assert making.poll() is None
    cancelled = yard.verb("cancel", str(board))
    done = ended(making)
    bought, _ = sold(sim)
    rows = json.loads(yard.verb("ledger", "--json").stdout)["rows"]

    assert cancelled.returncode == 0, cancelled.stderr
    assert (done.returncode, "the run was cancelled" in done.stderr) == (1, True), done.stderr
    assert bought == 1
    assert {row["state"] for row in rows} == {"done"}


def test_a_stop_is_heeded_at_the_next_clip(yard: Yard, sim: Simulator) -> None:
    """Also by a worker that looks at the runs but rarely; what hangs on it is told of, too."""
    sim.change(task_s=1.0)
    board = yard.board(BOARD.format(name="stopped").replace("12", "24"))
    yard.worker("--beat", "4", "--dead-after", "60")
    making = yard.start(board, "--yes")
    while not sim.oracle("submits")["paid"]:
        assert making.poll() is None
    with contextlib.closing(Runs(yard.database)) as runs:
        (run,) = runs.running()
        runs.halt(run.id, written_error(LongtakeError("that will do")))
    done = ended(making)

    assert (done.returncode, "that will do" in done.stderr) == (1, True), done.stderr
    assert 'it continues "a/2", which failed' in done.stderr
    assert sold(sim) == (1, [])
