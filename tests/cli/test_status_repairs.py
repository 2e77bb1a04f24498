"""`longtake status` knows which takes a run would look at anew, and what became of those it did."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commands import Cli, Write
from json_schemas import check
from longtake.testing.serve import Simulator

BOARD = """longtake: 1
title: Mended
model: apimart/MiniMax-Hailuo-2.3
resolution: 768p
film: {size: 136x76, fps: 12}
scenes: [{id: a, prompt: a lamp is lit}, {id: b, prompt: a ship answers}]
"""


@pytest.fixture
def sim(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Simulator]:
    """A small and quick world, which the key and host of this test lead to."""
    with Simulator({"task_s": 0.05, "scale": 0.1, "rate": "12"}) as running:
        monkeypatch.setenv("APIMART_API_HOST", f"{running.url}/apimart")
        monkeypatch.setenv("APIMART_API_KEY", "apimart-key")
        monkeypatch.setenv("LONGTAKE_HOME", str(tmp_path / "home"))
        yield running


def test_other_repairs_are_allowed(cli: Cli, write: Write, sim: Simulator) -> None:
    """A take that was decided under other switches makes the film older than its board, until a run."""
    write(BOARD)
    cli("make", "--yes", "--quality", "draft")
    assert ": up to date" in cli("status", "--quality", "draft").out
    write(BOARD.replace("a ship answers", "a ship answers, color: off"))
    said = cli("status", "--quality", "draft").out
    stands = check("status", cli("status", "--quality", "draft", "--json").out)
    cli("make", "--yes", "--quality", "draft")

    assert "and what the repairs of b/1 change: they are not decided yet" in said
    assert (stands["undecided"], stands["missing"], stands["up_to_date"]) == (["b/1"], [], False)
    assert ": up to date" in cli("status", "--quality", "draft").out
    assert sim.oracle("submits")["paid"] == 2


def test_a_take_that_was_refused_and_then_accepted(cli: Cli, write: Write, sim: Simulator) -> None:
    """`status` and `plan` say where the chain stops and what to do, then that the author gave a word."""
    write(BOARD)
    sim.change(drift={"first": "ignored"})
    cli("make", "--yes", "--quality", "draft")
    refused, planned = cli("status").out, cli("plan").out
    document = check("status", cli("status", "--json").out)
    cli("make", "--yes", "--quality", "draft", "--accept", "b/1")
    accepted = cli("status").out

    why = '"b/1" does not begin on the frame it was given'
    assert f"refused {why}" in refused
    assert "`make --accept b/1` takes it as it is" in refused
    assert f"refused {why}" in planned
    assert document["refused"]["b/1"].startswith(why)
    assert (document["undecided"], document["up_to_date"]) == ([], False)
    assert "accepted b/1: shown as it came, by your word" in accepted
    assert "refused" not in accepted
    assert "b/1: shown as it came" in cli("plan").out
