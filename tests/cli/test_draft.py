"""`make --draft` makes the cheaper film first, and says what the other one would cost."""

from __future__ import annotations

from pathlib import Path

from commands import Cli, Write

BOARD = """\
longtake: 1
title: Draft
model: pixazo/hailuo-2-3
draft: {model: animatic}
film: {size: 160x90, fps: 12}
scenes: [{id: bay, prompt: a boat sets out, seconds: 2}]
"""


def test_a_draft(cli: Cli, write: Write) -> None:
    """The draft is a film of its own, and what it stands for is priced."""
    write(BOARD)
    said = cli("make", "--draft")

    assert (said.code, said.out) == (0, "films/board/film-draft.mp4\n")
    assert said.err.splitlines()[-2] == (
        "the final film: 0.35 USD for 1 clip; `longtake make` without `--draft` makes it"
    )
    assert not Path("films/board/film.mp4").exists()


def test_the_plan_of_a_draft(cli: Cli, write: Write) -> None:
    """What the draft would cost can be seen before it is made."""
    write(BOARD)

    assert "price   0.35 USD still to pay" in cli("plan").out
    assert "price   free: every clip is drawn here" in cli("plan", "--draft").out


def test_a_board_without_a_draft(cli: Cli, write: Write) -> None:
    """What to write is said."""
    write(BOARD.replace("draft: {model: animatic}\n", ""))
    said = cli("make", "--draft")

    assert said.code == 2
    assert said.err.startswith("error: the board has no draft to make\n")


def test_a_price_that_is_none(cli: Cli, write: Write) -> None:
    """What money looks like is said."""
    write(BOARD)
    said = cli("make", "--price", "half a dollar")

    assert said.code == 2
    assert '"half a dollar" is no amount such as 12.00 USD' in said.err
