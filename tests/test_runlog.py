"""A run writes down what it does, so that others can watch it and read it later."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from boards import plan_of
from longtake import Wishes, make_film
from longtake.errors import LongtakeError
from longtake.events import Event, Rendering
from longtake.generate.ensure import Progress
from longtake.runlog import RunName, written_down

BOARD = """longtake: 1
title: Logged
film: {size: 160x90, fps: 12}
scenes: [{id: a, prompt: a boat, seconds: 1}, {id: b, prompt: a lamp, seconds: 1}]
"""


def lines(name: RunName) -> list[dict[str, Any]]:
    """Read a log."""
    return [json.loads(line) for line in name.path.read_text().splitlines()]


def test_a_run_is_written_from_its_plan_to_its_end(tmp_path: Path) -> None:
    """Clips, frames and film are there; a second run, which makes nothing, says only that."""
    board = tmp_path / "board.yaml"
    board.write_text(BOARD)
    name = RunName(tmp_path / ".longtake", "board", "animatic")
    wishes = Wishes(animatic=True, quality="draft", workers=1)
    make_film(board, wishes)
    first = lines(name)
    make_film(board, wishes)
    second = lines(name)

    assert (first[0]["event"], first[0]["clips"], first[0]["owned"]) == ("run", 2, 0)
    made = [line["clip"] for line in first if line["event"] == "clip" and line["state"] == "made"]
    assert sorted(made) == ["a/1", "b/1"]
    rendered = [line for line in first if line["event"] == "rendering"][-1]
    assert rendered["frames"] == rendered["total"] > 0
    assert (first[-1]["event"], first[-1]["message"]) == ("end", "")
    assert [line["event"] for line in second] == ["run", "film", "end"]
    assert first[0]["run"] != second[0]["run"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (LongtakeError("no way", hint="go back"), "no way"),
        (KeyboardInterrupt(), "stopped"),
        (OSError(), "OSError"),
    ],
)
def test_the_error_a_run_ends_by_is_written(
    tmp_path: Path, error: BaseException, said: str
) -> None:
    """Whoever watches sees why; the error goes on its way."""
    name = RunName(tmp_path, "board")
    with pytest.raises(type(error)), written_down(name, plan_of(BOARD), lambda event: None):
        raise error

    assert lines(name)[-1]["message"] == said


def test_small_steps_are_left_out(tmp_path: Path) -> None:
    """A percent is the smallest step of a clip, a hundredth that of a film; all are passed on."""
    name, heard = RunName(tmp_path, "board"), list[Event]()
    with written_down(name, plan_of(BOARD), heard.append) as tell:
        for share in (0.0, 0.101, 0.104, 0.11, 0.2):
            tell(Progress("a/1", "making", share))
        for _ in range(1000):
            tell(Rendering(1, 1000))

    assert len(heard) == 1005
    assert [line["percent"] for line in lines(name) if line["event"] == "clip"] == [0, 10, 11, 20]
    assert sum(line["event"] == "rendering" for line in lines(name)) == 100


def test_a_clip_that_was_made_stays_so(tmp_path: Path) -> None:
    """A run that walks over its clips a second time has no news of those it has made."""
    name = RunName(tmp_path, "board")
    with written_down(name, plan_of(BOARD), lambda event: None) as tell:
        for state, share in (("making", 0.0), ("made", 1.0), ("making", 0.0), ("kept", 1.0)):
            tell(Progress("a/1", state, share))

    states = [line["state"] for line in lines(name) if line["event"] == "clip"]
    assert states == ["making", "made"]


def test_a_folder_that_cannot_be_written_stops_no_run(tmp_path: Path) -> None:
    """The log is for those who watch: a run that cannot write it goes on."""
    (tmp_path / "runs").write_text("a file where the folder should be")
    heard: list[Event] = []
    with written_down(RunName(tmp_path, "board"), plan_of(BOARD), heard.append) as tell:
        tell(Progress("a/1", "made", 1.0))

    assert len(heard) == 1
