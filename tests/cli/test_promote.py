"""From a draft to the final clips of the shots that were approved in it, bought from a simulated provider."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commands import Cli, Write
from json_schemas import check
from longtake.storyboard.choices import read_choices
from longtake.testing.serve import Simulator

BOARD = """longtake: 1
title: Promote
model: apimart/MiniMax-Hailuo-02
resolution: 768p
draft: {model: animatic}
film: {size: 136x76, fps: 12}
scenes:
  - id: dawn
    shots: [{prompt: a stair}, {prompt: a door}, {prompt: the sea}]
  - {id: lamp, start: fresh, prompt: a lamp}
"""
PROMOTE = ("promote", "--price", "0.30USD")


@pytest.fixture
def sim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """A small and quick world."""
    with Simulator({"task_s": 0.01, "scale": 0.1, "rate": "12"}) as running:
        monkeypatch.setenv("LONGTAKE_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("APIMART_API_HOST", f"{running.url}/apimart")
        monkeypatch.setenv("APIMART_API_KEY", "apimart-key")
        yield running


def paid(sim: Simulator) -> int:
    """Count what was sold."""
    return int(sim.oracle("submits")["paid"])


def test_only_what_was_approved_is_made(cli: Cli, write: Write, sim: Simulator) -> None:
    """In the order of the chain, with the price and the word about handoffs before; once."""
    write(BOARD)
    draft = cli("make", "--draft", "--quality", "draft")
    assert (draft.code, paid(sim)) == (0, 0)
    assert "`longtake approve SHOT...`, then `longtake promote`" in draft.err

    assert (
        cli("approve", "dawn.2", "dawn.1").err
        == "dawn.2, dawn.1 are approved: board.choices.yaml\n"
    )
    done = cli(*PROMOTE, "--yes")
    assert (done.code, paid(sim)) == (0, 2)
    said = done.err.splitlines()
    assert said[:3] == [
        "dawn.1, dawn.2: 2 clips to make, 0 owned (apimart/MiniMax-Hailuo-02 768p)",
        "price: 0.60 USD",
        "handoffs change: final clips begin on each other's last frames, not on the draft's",
    ]
    assert said[-2:] == [
        "2 shots promoted",
        "the film still lacks dawn.3, lamp (2 clips, 0.60 USD): "
        "`longtake approve` and `promote` them, or `longtake make`",
    ]
    again = cli(*PROMOTE)
    assert (again.code, paid(sim)) == (0, 2)
    assert again.err.startswith("dawn.1, dawn.2: 0 clips to make, 2 owned\n")


def test_the_film_buys_only_the_rest(cli: Cli, write: Write, sim: Simulator) -> None:
    """What was promoted is the film's own, and `status` and `plan` know what was approved."""
    write(BOARD)
    cli("approve", "lamp", "dawn.1")
    cli(*PROMOTE, "lamp", "--yes")

    assert "approved lamp (promoted); dawn.1 (still to promote)" in cli("plan").out
    assert "approved lamp (promoted); dawn.1 (still to promote)" in cli("status").out
    stands = check("status", cli("status", "--json").out)
    assert (stands["approved"], stands["promoted"]) == (["dawn.1", "lamp"], ["lamp"])
    made = cli("make", "--price", "0.30USD", "--quality", "draft", "--yes")
    assert (made.code, paid(sim)) == (0, 4)
    assert cli(*PROMOTE).err.splitlines()[-1] == (
        "every clip of the film is there: `longtake make` puts it together"
    )


def test_a_shot_whose_chain_is_not_approved_waits(cli: Cli, write: Write, sim: Simulator) -> None:
    """What hangs on nothing is made; then it is said on what the rest hangs, with both ways out."""
    write(BOARD)
    cli("approve", "dawn.3", "lamp")
    done = cli(*PROMOTE, "--yes")

    assert (done.code, paid(sim)) == (3, 1)
    assert done.err.startswith(
        'left out: "dawn.3/1" continues "dawn.2/1", which is not approved\nlamp: 1 clip to make'
    )
    assert done.err.splitlines()[-2:] == [
        'error: "dawn.3/1" continues "dawn.2/1", which is not approved',
        "hint: `longtake approve dawn.1 dawn.2`, or give it a `start:` of its own",
    ]
    assert (cli(*PROMOTE, "dawn.3", "--yes").code, paid(sim)) == (3, 1)


def test_a_scene_that_is_named_is_approved_with_its_shots(
    cli: Cli, write: Write, sim: Simulator
) -> None:
    """Agreed to, that is: without a word about money nothing is written and nothing bought."""
    board = write(BOARD)
    asked = cli(*PROMOTE, "dawn")
    assert (asked.code, paid(sim), read_choices(board).approved) == (3, 0, [])
    assert "would cost 0.90 USD, and nobody is here to agree" in asked.err
    assert cli(*PROMOTE, "dawn", "--budget", "0.50 USD").code == 4

    assert (cli(*PROMOTE, "dawn", "--budget", "0.90 USD").code, paid(sim)) == (0, 3)
    assert read_choices(board).approved == ["dawn.1", "dawn.2", "dawn.3"]


def test_a_final_with_several_takes_waits_for_a_choice(
    cli: Cli, write: Write, sim: Simulator
) -> None:
    """The takes are laid side by side, as `make` does it."""
    write(BOARD.replace("prompt: a lamp", "takes: 2, prompt: a lamp"))
    done = cli(*PROMOTE, "lamp", "--yes")

    assert (done.code, paid(sim)) == (3, 2)
    assert "longtake keep lamp 1" in done.err
    cli("keep", "lamp", "2")
    assert (cli(*PROMOTE).code, paid(sim)) == (0, 2)


def test_what_the_board_does_not_have_is_not_approved(cli: Cli, write: Write) -> None:
    """Near names are proposed; nobody approved anything, and approval can be taken back."""
    board = write(BOARD)

    assert 'did you mean "dawn.1"?' in cli("approve", "dawn.11").err
    assert cli("promote").code == 3
    cli("approve", "--all")
    cli("approve", "lamp", "dawn.2", "--not")
    assert read_choices(board).approved == ["dawn.1", "dawn.3"]
    assert cli("approve").code == 2
