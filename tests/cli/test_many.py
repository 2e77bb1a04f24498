"""Many boards in one run: one vault, one budget, one question; an error of one stops no other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from boards import plan_of
from commands import Cli, Write
from json_schemas import check
from longtake.cli.board import Misuse, find_boards
from longtake.errors import PlanError
from longtake.plan.together import quote_together
from longtake.testing.serve import Simulator
from longtake.units import Money

HOUSE = """\
model: apimart/MiniMax-Hailuo-2.3
resolution: 768p
look: warm light
film: {size: 136x76, fps: 12}
brand: {opener: {prompt: a bell rings, seconds: 6}}
"""
EPISODE = (
    "longtake: 1\ntitle: '%s'\nextends: ../house.yaml\nscenes: [{id: a, prompt: %s, seconds: 6}]\n"
)
FREE = "longtake: 1\ntitle: '%s'\nfilm: {size: 64x36, fps: 6}\nscenes: [{id: a, prompt: x, seconds: 1}]\n"
SERIES = ("eps/1.yaml", "eps/2.yaml")


@pytest.fixture
def sim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """A small and quick provider, and a key for it."""
    accounts = {"key": {"host": "apimart"}}
    with Simulator({"task_s": 0.05, "scale": 0.1, "rate": "12", "accounts": accounts}) as running:
        monkeypatch.setenv("APIMART_API_HOST", f"{running.url}/apimart")
        monkeypatch.setenv("APIMART_API_KEY", "key")
        monkeypatch.setenv("LONGTAKE_HOME", str(tmp_path / "home"))
        yield running


@pytest.fixture
def series(write: Write) -> tuple[str, ...]:
    """Two episodes that share an opener."""
    write(HOUSE, "house.yaml")
    for name, prompt in zip(SERIES, ("a lamp", "a ship"), strict=True):
        write(EPISODE % (name[4], prompt), name)
    return SERIES


def test_two_episodes_in_one_run(
    cli: Cli, series: tuple[str, ...], sim: Simulator, write: Write
) -> None:
    """They are priced together and agreed to once, and buy the opener that they share once; `plan` then
    says of each what a change of the bible makes stale, and what all of it costs.
    """
    asked = cli("make", *series)
    made = cli("make", *series, "--yes", "--quality", "draft")

    assert asked.code == 3
    assert "3 clips for 2 films would cost 0.8784 USD, and nobody is here to agree" in asked.err
    assert made.code == 0
    assert made.out == "eps/films/1/film.mp4\neps/films/2/film.mp4\n"
    assert "\n2/2  2  1 clip to make, 1 owned" in made.err
    assert made.err.endswith("2 of 2 films; 0.8784 USD spent\n")
    assert sim.oracle("submits")["paid"] == 3

    write(HOUSE.replace("warm", "cold"), "house.yaml")
    said = cli("plan", *series).out
    assert said.count("made again  opener/1, a/1  its look changed  0.5856 USD\n") == 2
    assert said.endswith("all     2 boards; 3 clips to buy, 0.8784 USD still to pay\n")


def test_a_budget_for_all(cli: Cli, series: tuple[str, ...], sim: Simulator) -> None:
    """What they come to together must be within it, or nothing is bought."""
    short = cli("make", *series, "--budget", "0.80 USD")

    assert short.code == 4
    assert "the quote for 2 films is 0.8784 USD, the budget 0.80 USD" in short.err
    assert "the budget is in EUR" in cli("make", *series, "--budget", "5 EUR").err
    assert sim.oracle("submits")["paid"] == 0


def test_the_budget_of_one_board(
    cli: Cli, series: tuple[str, ...], sim: Simulator, write: Write
) -> None:
    """It holds for that board whatever the run may cost; the other one is made, events say whose."""
    write(EPISODE % ("1", "a lamp") + "budget: 0.30 USD\n", "eps/1.yaml")
    said = cli("make", *series, "--budget", "5 USD", "--quality", "draft", "--json")
    lines = [json.loads(line) for line in said.out.splitlines()]
    for line in said.out.splitlines():
        check("events", line)

    assert said.code == 4
    assert [(line["exit"], line["board"]) for line in lines if line.get("event") == "error"] == [
        (4, "eps/1.yaml")
    ]
    assert {line["board"] for line in lines[2:]} == {"eps/2.yaml"}
    assert sim.oracle("submits")["paid"] == 2


def test_an_error_stops_no_other(cli: Cli, write: Write) -> None:
    """Faults are said first; the rest is made, and the exit code is the highest."""
    write(FREE % "One", "one.yaml")
    write("longtake: 1\ntitle: Two\nscenes: []\n", "two.yaml")
    said = cli("animatic", "two.yaml", "none.yaml", "one.yaml")

    assert said.code == 2
    assert said.err.startswith("two.yaml:3:9:")
    assert said.out == "films/one/film-animatic.mp4\n"
    assert said.err.endswith("1 of 3 films\n")


def test_looking_at_many(cli: Cli, write: Write) -> None:
    """`check`, `plan` and `status` go through all of them, a line of data or a part for each."""
    write(FREE % "One", "one.yaml")
    write("longtake: 1\ntitle: Two\nscenes: []\n", "two.yaml")
    checked = cli("check", "two.yaml", "one.yaml")
    planned = cli("plan", "one.yaml", "two.yaml", "--json")
    status = cli("status", "one.yaml", "two.yaml")

    assert (checked.code, planned.code, status.code) == (2, 2, 2)
    assert checked.out == "one.yaml: no faults, 1 scene, 1 shot\n"
    events = [json.loads(line)["event"] for line in planned.out.splitlines()]
    assert events == ["plan", "error"]
    assert status.out.startswith("one.yaml\na/1 ")
    assert "two.yaml:3:9:" in status.err


def test_accepting_a_clip_of_many(cli: Cli, write: Write) -> None:
    """A clip's name means nothing among several boards."""
    write(FREE % "One", "one.yaml")
    write(FREE % "Two", "two.yaml")
    said = cli("make", "one.yaml", "two.yaml", "--accept", "a/1")

    assert said.code == 2
    assert "name that board alone" in said.err


def test_a_board_named_twice(write: Write) -> None:
    """It counts once, in the order of the names."""
    one, two = write(FREE % "One", "one.yaml"), write(FREE % "Two", "two.yaml")

    assert find_boards((two, one, one.parent / "." / "two.yaml")) == (two, one)


def test_what_lies_beside_boards(write: Write) -> None:
    """Named together with boards, choices and bibles are left out; alone they are taken at their word."""
    one, house = write(FREE % "One", "one.yaml"), write("look: warm\n", "house.yaml")
    broken = write("longtake: 1\nscene: []\n", "broken.yaml")
    choices = write("longtake: 1\nclips: {}\n", "one.choices.yaml")

    assert find_boards((broken, house, choices, one)) == (broken, one)
    assert find_boards((house,)) == (house,)
    with pytest.raises(Misuse):
        find_boards((house, choices))


def test_prices_in_two_currencies() -> None:
    """They have no sum, so these boards are not made in one run."""
    plan = plan_of(
        "longtake: 1\ntitle: T\nmodel: minimax/MiniMax-Hailuo-02\nresolution: 768p\n"
        "scenes: [{prompt: x, seconds: 6}]\n"
    )
    job = replace(plan.jobs[0], price=Money.parse("2 CNY"), recipe="other")

    assert quote_together([plan, plan]).total == plan.quote.total
    with pytest.raises(PlanError, match="CNY and USD"):
        quote_together([plan, replace(plan, sources=(job,))])
