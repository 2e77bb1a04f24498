"""Some clips alone: they and what they hang on are made, and no film of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from longtake.events import Event, Planned, silent
from longtake.plan.parts import only_clips
from longtake.planning import plan_film
from longtake.project import Project
from longtake.taking import take_clips
from longtake.wishes import Wishes

BOARD = """longtake: 1
title: T
film: {size: 64x36, fps: 12}
scenes:
  - {id: a, prompt: one, seconds: 1}
  - {id: b, prompt: two, seconds: 1}
  - {id: c, prompt: three, seconds: 1}
  - {id: d, start: fresh, prompt: four, seconds: 1}
"""


def test_a_clip_is_made_with_those_it_continues(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither what continues it nor any other; a second run makes nothing, and there is no film."""
    monkeypatch.setenv("LONGTAKE_HOME", str(tmp_path / "home"))
    board = tmp_path / "board.yaml"
    board.write_text(BOARD)
    told: list[Event] = []
    wishes, project = Wishes(), Project(board)
    takes, again = (
        take_clips(only_clips(plan_film(board, wishes), {"b/1"}), project, wishes, tell)
        for tell in (told.append, silent)
    )

    (planned,) = (event for event in told if isinstance(event, Planned))
    assert [clip for clip, _, _ in planned.plan.quote.lines] == ["a/1", "b/1"]
    assert (set(takes.by_clip), takes.errors) == ({"a/1", "b/1"}, {})
    assert {t.path for t in again.by_clip.values()} == {t.path for t in takes.by_clip.values()}
    assert not (tmp_path / "films").exists()
