"""A film of bought clips, end to end: real HTTP, a real ledger, and a key that leaves no trace."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import longtake
from longtake.media.probe import probe
from longtake.testing.serve import Simulator
from longtake.units import Size
from longtake.vault.ledger import Ledger

CANARY = "sk-canary-7f3a91c2d5"
BOARD = """longtake: 1
title: Bought
model: apimart/MiniMax-Hailuo-2.3
resolution: 768p
film: {size: 136x76, fps: 12}
scenes:
  - {id: a, prompt: a lamp is lit, seconds: 12}
  - {id: b, start: fresh, join: dissolve 0.25s, prompt: a ship answers}
"""


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """A small and quick world that knows the canary key."""
    accounts = {CANARY: {"host": "apimart"}}
    with Simulator({"task_s": 0.05, "scale": 0.1, "rate": "12", "accounts": accounts}) as running:
        yield running


def start(folder: Path, sim: Simulator, *options: str) -> subprocess.Popen[str]:
    """Start `longtake make` in a process of its own, with a home of its own."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(longtake.__file__).parents[1]),
        "LONGTAKE_HOME": str(folder / "home"),
        "APIMART_API_HOST": f"{sim.url}/apimart",
        "APIMART_API_KEY": CANARY,
    }
    program = [sys.executable, str(Path(__file__).parent / "hurry.py")]
    command = [*program, "make", "board.yaml", "--quality", "draft", *options]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=folder, env=environment, text=True, stdout=pipe, stderr=pipe
    )


def make(folder: Path, sim: Simulator, *options: str) -> subprocess.CompletedProcess[str]:
    """Run `longtake make` to its end."""
    running = start(folder, sim, *options)
    out, err = running.communicate()
    return subprocess.CompletedProcess(running.args, running.returncode, out, err)


def test_a_film_is_bought_once_and_the_key_leaves_no_trace(tmp_path: Path, sim: Simulator) -> None:
    """The film is made, a second run buys nothing, and no byte written holds the key."""
    (tmp_path / "board.yaml").write_text(BOARD)
    first = make(tmp_path, sim, "--yes")
    again = make(tmp_path, sim, "--yes")

    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    assert "nothing to do" in again.stderr
    assert sim.oracle("submits")["paid"] == 3
    assert (tmp_path / "films/board/film.mp4").exists()
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    holding = [path for path in written if CANARY.encode() in path.read_bytes()]
    assert holding == []
    assert CANARY not in first.stdout + first.stderr + again.stderr


def test_other_shapes_buy_nothing(tmp_path: Path, sim: Simulator) -> None:
    """The ledger stays as it is to the row, and nobody is asked to agree to anything."""
    (tmp_path / "board.yaml").write_text(BOARD.partition("  - {id: b")[0])
    first = make(tmp_path, sim, "--yes")
    rows = Ledger(tmp_path / "home/ledger.db").purchases()
    takes = sorted((tmp_path / "home").rglob("*.mp4"))
    shapes = make(tmp_path, sim, "--aspect", "9:16,1:1")

    assert (first.returncode, shapes.returncode) == (0, 0), first.stderr + shapes.stderr
    assert "0 of 143 frames rendered" in shapes.stderr
    assert Ledger(tmp_path / "home/ledger.db").purchases() == rows
    assert sorted((tmp_path / "home").rglob("*.mp4")) == takes
    assert sim.oracle("submits")["paid"] == len(takes) == 2
    for name, size in (("9x16", Size(76, 136)), ("1x1", Size(76, 76))):
        facts = probe(tmp_path / f"films/board/film-{name}.mp4")
        assert (facts.size, facts.frames) == (size, probe(tmp_path / "films/board/film.mp4").frames)


def test_a_bridge_is_bought_once_and_lands_on_the_next_shot(tmp_path: Path, sim: Simulator) -> None:
    """It is asked for with the frames of both its neighbours, and shown to its very last one."""
    board = (
        BOARD.replace("2.3", "02")
        .replace("dissolve 0.25s", "bridge 5s")
        .replace("seconds: 12", "seconds: 5")
    )
    (tmp_path / "board.yaml").write_text(board)
    done = make(tmp_path, sim, "--yes", "--price", "0.5USD")
    again = make(tmp_path, sim, "--yes", "--price", "0.5USD")

    assert (done.returncode, again.returncode) == (0, 0), done.stderr + again.stderr
    assert sim.oracle("submits")["paid"] == 3
    assert "nothing to do" in again.stderr
    assert probe(tmp_path / "films/board/film.mp4").frames == 3 * 60 - 2
    way = next(
        row for row in Ledger(tmp_path / "home/ledger.db").purchases() if "bridge" in row.clip
    )
    assert way.clip == "b.bridge"
    assert way.asked["first"]
    assert way.asked["last"]


def test_a_refused_key_is_not_repeated_in_the_message(tmp_path: Path, sim: Simulator) -> None:
    """A key that the provider does not know stops the run with exit 5, unnamed."""
    (tmp_path / "board.yaml").write_text(BOARD)
    sim.change(accounts={"another": {"host": "apimart"}})
    done = make(tmp_path, sim, "--yes")

    assert done.returncode == 5, done.stderr
    assert CANARY not in done.stderr
    assert sim.oracle("submits")["paid"] == 0


def test_nothing_is_bought_without_a_word(tmp_path: Path, sim: Simulator) -> None:
    """Without a terminal, `--yes` or `--budget` the price is named and nothing is sent."""
    (tmp_path / "board.yaml").write_text(BOARD)
    done = make(tmp_path, sim)

    assert done.returncode == 3
    assert "would cost" in done.stderr
    assert sim.oracle("submits")["paid"] == 0


def test_a_budget_of_the_run_binds(tmp_path: Path, sim: Simulator) -> None:
    """A budget below the quote refuses before anything is sent."""
    (tmp_path / "board.yaml").write_text(BOARD)
    done = make(tmp_path, sim, "--budget", "0.10 USD")

    assert done.returncode == 4
    assert sim.oracle("submits")["paid"] == 0


def test_a_dropped_answer_asks_a_person(tmp_path: Path, sim: Simulator) -> None:
    """The job was taken and its answer lost: exit 6, and no later run sends it again."""
    (tmp_path / "board.yaml").write_text(BOARD)
    sim.change(faults=[{"do": "drop", "on": "submit", "when": "after", "times": 1}])
    codes = [make(tmp_path, sim, "--yes").returncode for _ in range(2)]

    assert codes == [6, 6]
    assert sim.oracle("submits")["twice"] == []


def test_a_run_is_stopped_in_the_middle_of_a_failing_download(
    tmp_path: Path, sim: Simulator
) -> None:
    """Ctrl-C does not wait for a line that never gets better; the next run fetches what is paid."""
    (tmp_path / "board.yaml").write_text(BOARD)
    sim.change(faults=[{"do": "http", "status": 503, "on": "download"}])
    running = start(tmp_path, sim, "--yes")
    while not sim.oracle("faults")["all"]:
        assert running.poll() is None
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert (running.returncode, "goes on where it stopped" in err) == (130, True)

    sim.change(faults=[])
    assert make(tmp_path, sim, "--yes").returncode == 0
    assert (sim.oracle("submits")["twice"], sim.oracle("submits")["paid"]) == ([], 3)


def test_an_ignored_first_frame_needs_a_word(tmp_path: Path, sim: Simulator) -> None:
    """A clip that begins elsewhere is paid and kept, but the chain goes on only when it is accepted.

    What is to be seen of it is said at the end.
    """
    head = BOARD.partition("scenes:")[0]
    chain = "scenes: [{id: a, prompt: a lamp is lit}, {id: b, prompt: a ship in the harbour}]\n"
    (tmp_path / "board.yaml").write_text(head + chain)
    sim.change(drift={"first": "ignored"})
    refused = make(tmp_path, sim, "--yes")
    accepted = make(tmp_path, sim, "--yes", "--accept", "b/1")

    assert refused.returncode == 3, refused.stderr
    assert '"b/1" does not begin on the frame it was given' in refused.stderr
    assert accepted.returncode == 0, accepted.stderr
    said = accepted.stderr.splitlines()[-1]
    assert said == "1 of 1 seam can be seen: `longtake seams` shows it"
    assert sim.oracle("submits")["paid"] == 2
