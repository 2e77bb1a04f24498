"""Films that several workers make: as they are made here, paid once, and finished whoever dies."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

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
film: {{size: 68x38}}
scenes:
  - {{id: a, prompt: "{name} a lamp is lit", seconds: 12}}
  - {{id: b, start: fresh, join: dissolve 0.25s, prompt: "{name} a ship answers"}}
  - {{id: c, prompt: "{name} it turns away"}}
"""
CLIPS = 4
SHORT = BOARD.partition("  - {{id: b")[0]
SHORT_CLIPS = 2


def seen(yard: Yard) -> Any:
    """Look at the fleet from a folder without a board."""
    return json.loads(yard.verb("status", "--fleet", "--json").stdout)


def sold(sim: Simulator) -> tuple[int, list[str]]:
    """Count the clips that were sold, and name those that were sold twice."""
    submits = sim.oracle("submits")
    return submits["paid"], submits["twice"]


def test_two_workers_make_the_film_that_is_made_here(
    yard: Yard, sim: Simulator, tmp_path: Path
) -> None:
    """Frame for frame, and laid where a run here would have: that finds nothing left to do.

    Sent again, what is done is not done again.
    """
    board = yard.board(BOARD.format(name="same"))
    yard.worker()
    yard.worker()
    there = yard.make(board, "--yes")
    film = board.parent / "films/board/film.mp4"
    shown = pictures(film)
    beside = sorted(path.name for path in film.parent.iterdir())
    again = yard.make(board)
    after = yard.verb("make", "board.yaml", "--quality", "draft", cwd=board.parent)
    paid = sold(sim)

    alone = yard.board(BOARD.format(name="same"), "alone")
    here = yard.here(alone, tmp_path / "own")
    own = alone.parent / "films/alone/film.mp4"

    assert (there.returncode, here.returncode) == (0, 0), there.stderr + here.stderr
    assert paid == (CLIPS, [])
    assert shown == pictures(own)
    assert beside == sorted(path.name for path in own.parent.iterdir())
    assert (again.returncode, "nothing to do" in again.stderr) == (0, True), again.stderr
    assert (after.returncode, "nothing to do" in after.stderr) == (0, True), after.stderr


def test_a_worker_dies(yard: Yard, sim: Simulator) -> None:
    """What it had begun another one finishes; nothing is bought twice."""
    sim.change(task_s=1.0)
    board = yard.board(SHORT.format(name="dies"))
    first = yard.worker()
    making = yard.start(board, "--yes")
    while not sim.oracle("submits")["paid"]:
        assert making.poll() is None
    second = yard.worker()
    first.kill()
    done = ended(making)

    second.wait_for("took over")
    assert done.returncode == 0, done.stderr
    assert sold(sim) == (SHORT_CLIPS, [])


def test_a_worker_freezes_and_wakes(yard: Yard, sim: Simulator) -> None:
    """Others take its work over; when it goes on it harms nothing."""
    sim.change(task_s=1.0)
    board = yard.board(SHORT.format(name="sleeps"))
    first = yard.worker()
    making = yard.start(board, "--yes")
    while not sim.oracle("submits")["paid"]:
        assert making.poll() is None
    first.freeze()
    yard.worker().wait_for("took over")
    first.thaw()
    done = ended(making)

    assert done.returncode == 0, done.stderr
    assert sold(sim) == (SHORT_CLIPS, [])


def test_looking_is_given_up_and_taken_up_again(yard: Yard, sim: Simulator) -> None:
    """Ctrl-C leaves the run to the fleet; the same command finds it, asks nothing, and brings the film.

    A worker that only encodes buys nothing for it, and needs no key.
    """
    board = yard.board(SHORT.format(name="detached"))
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

    assert (left.returncode, "the fleet goes on with the run" in left.stderr) == (130, True)
    assert [worker["what"] for worker in before["workers"]] == ["encode"]
    assert [(run["state"], run["made"]) for run in before["runs"]] == [("running", 0)]
    assert bought == (0, [])
    assert found.returncode == 0, found.stderr
    assert (board.parent / "films/board/film.mp4").exists()
    assert sold(sim) == (SHORT_CLIPS, [])
    assert [(run["state"], run["made"]) for run in after["runs"]] == [("done", SHORT_CLIPS)]
    assert after["runs"][0]["spent"]


def test_a_run_is_cancelled(yard: Yard, sim: Simulator) -> None:
    """Nothing more is bought, what is paid is brought home, and a later run goes on with it."""
    sim.change(task_s=1.5)
    board = yard.board(SHORT.format(name="cancelled"))
    yard.worker()
    making = yard.start(board, "--yes")
    while not sim.oracle("submits")["paid"]:
        assert making.poll() is None
    cancelled = yard.verb("cancel", str(board))
    done = ended(making)
    bought, _ = sold(sim)
    rows = json.loads(yard.verb("ledger", "--json").stdout)["rows"]
    again = yard.make(board, "--yes")

    assert cancelled.returncode == 0, cancelled.stderr
    assert (done.returncode, "the run was cancelled" in done.stderr) == (1, True), done.stderr
    assert bought == 1
    assert {row["state"] for row in rows} == {"done"}
    assert again.returncode == 0, again.stderr
    assert sold(sim) == (SHORT_CLIPS, [])


def test_boards_of_two_projects_share_budget_and_limits(yard: Yard, sim: Simulator) -> None:
    """Their clips are made beside each other, never more at once than the account may have."""
    sim.change(task_s=0.3)
    boards = [yard.board(SHORT.format(name=name), name) for name in ("one", "two")]
    yard.worker()
    yard.worker()
    words = ("make", *map(str, boards), "--fleet", "--quality", "draft", "--budget")
    poor = yard.verb(*words, "0.20 USD")
    done = yard.verb(*words, "20 USD")

    assert poor.returncode == 4, poor.stderr
    assert done.returncode == 0, done.stderr
    assert "2 of 2 films" in done.stderr
    assert sold(sim) == (2 * SHORT_CLIPS, [])
