"""Keeping a take and approving a shot: what is written, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from longtake.choosing.keeping import approve, consequence, keep
from longtake.errors import PlanError
from longtake.storyboard.choices import read_choices
from longtake.wishes import Wishes

BOARD = """longtake: 1
title: T
film: {size: 160x90, fps: 12}
scenes:
  - {id: a, shots: [{prompt: one}, {prompt: two}]}
"""


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A board of drawn clips, and a home of its own."""
    monkeypatch.setenv("LONGTAKE_HOME", str(tmp_path / "home"))
    path = tmp_path / "board.yaml"
    path.write_text(BOARD)
    return path


def test_approved_shots_are_written_in_the_order_of_approval(board: Path) -> None:
    """And taken back one by one; what was chosen besides stays."""
    approve(board, Wishes(), ["a.2", "a.1"])
    approve(board, Wishes(), ["a.2"], on=False)

    assert read_choices(board).approved == ["a.1"]


def test_a_shot_nobody_knows_is_not_approved(board: Path) -> None:
    """The nearest one is named, and nothing is written."""
    with pytest.raises(PlanError, match=r'no shot "a\.3"') as caught:
        approve(board, Wishes(), ["a.1", "a.3"])

    assert caught.value.hint == 'did you mean "a.2"?'
    assert read_choices(board).approved == []


@pytest.mark.parametrize("ask", [keep, consequence])
def test_a_drawn_clip_has_nothing_to_choose_from(board: Path, ask: object) -> None:
    """It comes out the same each time."""
    with pytest.raises(PlanError, match="drawn here"):
        ask(board, Wishes(), "a.1", 2)  # type: ignore[operator]
