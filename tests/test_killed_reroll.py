"""A run that buys further takes is killed: the same command goes on with the same takes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import longtake
from longtake.testing.serve import Simulator
from longtake.vault.ledger import Ledger

pytestmark = pytest.mark.slow

BOARD = """longtake: 1
title: Killed
model: apimart/MiniMax-Hailuo-2.3
resolution: 768p
film: {size: 136x76, fps: 12}
scenes: [{id: a, prompt: a lamp is lit}]
"""
# The program, in which a step of the ledger may be deadly.
PROGRAM = """
import sys
from hurry import hurry
from killing import Blow, arm
from longtake.cli.main import main
from longtake.vault.ledger import Ledger
step, count, after = sys.argv.pop(1).split(":")
if step:
    arm(Ledger, step, Blow(step, int(count), after == "after"))
hurry()
main()
"""
# The same, killed by a name of the module that buys further takes.
KILLED = """
import os, sys
from hurry import hurry
from longtake.choosing import reroll
setattr(reroll, sys.argv.pop(1), lambda *words, **more: os.kill(os.getpid(), 9))
from longtake.cli.main import main
hurry()
main()
"""


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """A small and quick world."""
    with Simulator({"task_s": 0.05, "scale": 0.1, "rate": "12", "drift_of_take": [{}]}) as running:
        yield running


def run(
    folder: Path, sim: Simulator, *words: str, blow: str = "::", killed_at: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run the program to its end, or to its death."""
    tests = Path(__file__).parent
    paths = (Path(longtake.__file__).parents[1], tests, tests / "campaigns")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "LONGTAKE_HOME": str(folder / "home"),
        "APIMART_API_HOST": f"{sim.url}/apimart",
        "APIMART_API_KEY": "apimart-key",
    }
    program = [KILLED, killed_at] if killed_at else [PROGRAM, blow]
    command = [sys.executable, "-c", *program, *words]
    return subprocess.run(
        command, cwd=folder, env=environment, text=True, capture_output=True, check=False
    )


@pytest.mark.skipif(sys.platform != "linux", reason="clients are killed")
def test_a_killed_reroll_buys_nothing_twice(tmp_path: Path, sim: Simulator) -> None:
    """Killed before and after it has sent, it goes on with the take it began with; then comes another."""
    (tmp_path / "board.yaml").write_text(BOARD)
    assert run(tmp_path, sim, "make", "--quality", "draft", "--yes").returncode == 0
    reroll = ("reroll", "a", "--n", "1")
    blows = ("admit:1:after", "submitted:1:after")
    killed = [run(tmp_path, sim, *reroll, "--yes", blow=blow).returncode for blow in blows]
    assert (killed, sim.oracle("submits")["paid"]) == ([-9, -9], 2)

    # What is paid comes home with the next run of the board, though the film does not ask for it.
    made = run(tmp_path, sim, "make", "--quality", "draft")
    assert made.returncode == 0, made.stderr
    assert "a/1 ............................................................ settled" in made.stderr
    again = run(tmp_path, sim, *reroll)
    assert again.returncode == 0, again.stderr
    assert "a/1: 1 further take (2); an earlier run began with it" in again.stderr
    another = run(tmp_path, sim, *reroll)
    assert (another.returncode, "a/1: 1 further take (3)\n" in another.stderr) == (3, True)
    assert set(sim.oracle("submits")["by_idempotency_key"].values()) == {1}
    assert sim.oracle("submits")["paid"] == 2
    rows = Ledger(tmp_path / "home/ledger.db").purchases()
    assert [row.take for row in rows if row.state == "done"] == [1, 2]


@pytest.mark.skipif(sys.platform != "linux", reason="clients are killed")
def test_a_take_that_was_bought_to_land_is_judged_by_the_next_run(
    tmp_path: Path, sim: Simulator
) -> None:
    """Killed between its download and the judgement over it, it is not bought again."""
    chain = BOARD.replace("Hailuo-2.3", "Hailuo-02").replace(
        "{id: a, prompt: a lamp is lit}",
        "{id: a, prompt: a}, {id: b, prompt: b}, {id: c, prompt: c}",
    )
    (tmp_path / "board.yaml").write_text(chain)
    price = ("--price", "0.30USD", "--yes")
    assert run(tmp_path, sim, "make", "--quality", "draft", *price).returncode == 0
    reroll = ("reroll", "b", "--land", *price)
    assert run(tmp_path, sim, *reroll, killed_at="settle").returncode == -9
    again = run(tmp_path, sim, *reroll)
    assert (again.returncode, sim.oracle("submits")["paid"]) == (0, 4), again.stderr
    assert "b/1: take 2 ends where c/1 begins: it stays as bought" in again.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="clients are killed")
def test_a_smaller_wish_is_not_overruled_by_a_killed_run(tmp_path: Path, sim: Simulator) -> None:
    """Nine takes that no run came to order are not bought where one is asked for."""
    (tmp_path / "board.yaml").write_text(BOARD)
    assert run(tmp_path, sim, "make", "--quality", "draft", "--yes").returncode == 0
    nine = run(tmp_path, sim, "reroll", "a", "--n", "9", "--yes", blow="admit:1:before")
    one = run(tmp_path, sim, "reroll", "a", "--n", "1", "--yes")
    assert (nine.returncode, one.returncode, sim.oracle("submits")["paid"]) == (-9, 0, 2)
    assert "a/1: 1 further take (2); an earlier run began with it" in one.stderr
