"""A run is told in lines where nobody watches and in bars where somebody does."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from boards import plan_of
from longtake import events
from longtake.cli.progress import Bars, Lines
from longtake.generate.ensure import Progress
from longtake.plan.job import Plan

BOARD = "longtake: 1\ntitle: Sea\nscenes:\n  - {id: sea, prompt: the sea, seconds: 60}\n"


@pytest.fixture
def plan() -> Plan:
    """Six chained clips of which none is owned."""
    return plan_of(BOARD)


def test_many_kept_clips_are_counted(plan: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    """Kept clips are no news: they wait for some, and are then one line."""
    lines = Lines()
    lines(events.Planned(plan))
    for number in range(1, 6):
        lines(Progress(f"sea/{number}", "kept", 1.0))
    assert capsys.readouterr().err == ""
    lines(Progress("sea/6", "failed", message="the provider said\nno"))

    head, kept, failed, why = capsys.readouterr().err.splitlines()
    assert head == "Sea  6 clips to make, 0 owned; 1,435 frames"
    assert kept == f"5 clips {'.' * 59} kept"
    assert failed == f"sea/6 {'.' * 59} failed"
    assert why == "    the provider said no"


def test_rendering_is_told_in_tenths(plan: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    """Where nobody watches, a line for about every tenth of the film is enough."""
    lines = Lines()
    lines(events.Planned(plan))
    for _ in range(144):
        lines(events.Rendering(10, 1440))

    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1 + 10
    assert said[-1] == "1,440 of 1,440 frames are there"


@pytest.mark.parametrize("kind", [Lines, Bars])
def test_a_clip_of_an_earlier_board_is_told(plan: Plan, kind: type[Lines]) -> None:
    """It has no bar and no place in the film, and still somebody paid for it."""
    seen = io.StringIO()
    console = Console(file=seen, force_terminal=True, width=60, color_system=None)
    with kind(console) as told:
        told.line = lambda text: print(text.plain, file=seen)  # type: ignore[method-assign]
        told(events.Planned(plan))
        told(Progress("gone/1", "unsettled", message="its key is not set now"))

    assert "gone/1 " in seen.getvalue()
    assert "    its key is not set now\n" in seen.getvalue()


def test_bars_leave_lines_behind(plan: Plan) -> None:
    """On a terminal the bars go and what was made stays, its word at the right edge."""
    seen = io.StringIO()
    console = Console(file=seen, force_terminal=True, width=60, color_system=None)
    with Bars(console) as bars:
        bars(events.Planned(plan))
        bars(Progress("sea/1", "making", 0.5))
        bars(Progress("sea/1", "made", 1.0))
        bars(events.Rendering(720, 1440))

    text = seen.getvalue()
    assert f"sea/1 {'.' * 49} made" in text
    assert "720/1,440 frames" in text


def test_a_watched_run_without_news() -> None:
    """Where every clip is there already nothing moves on the terminal."""
    plan = plan_of(BOARD)
    plan = plan_of(BOARD, owned=frozenset(job.recipe for job in plan.jobs))
    seen = io.StringIO()
    with Bars(Console(file=seen, force_terminal=True)) as bars:
        bars(events.Planned(plan))
        bars(Progress("sea/1", "making", 0.0))
        bars(Progress("sea/1", "kept", 1.0))

    assert (seen.getvalue(), bars.anything_said) == ("", False)


def test_a_reason_to_wait_is_told_once(plan: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    """Many clips wait for the same place: one line says what for."""
    lines = Lines()
    lines(events.Planned(plan))
    for number in (1, 2):
        lines(Progress(f"sea/{number}", "waiting", message="8 tasks are under way"))

    said = capsys.readouterr().err.splitlines()
    assert said[1:] == [f"sea/1 {'.' * 58} waiting", "    8 tasks are under way"]


@pytest.mark.parametrize("kind", [Lines, Bars])
def test_a_choice_is_told_and_what_waits_for_it_once(plan: Plan, kind: type[Lines]) -> None:
    """However long the chain behind it is; what was gone through before is not told again."""
    seen = io.StringIO()
    console = Console(file=seen, force_terminal=True, width=60, color_system=None)
    with kind(console) as told:
        told.line = lambda text: print(text.plain, file=seen)  # type: ignore[method-assign]
        told(events.Planned(plan))
        told(Progress("sea/1", "kept", 1.0))
        told(Progress("sea/2", "choose", 1.0, message="3 takes are there: choose one"))
        for number in (3, 4, 5):
            told(Progress(f"sea/{number}", "held", message="it continues sea/2"))
        told(Progress("sea/1", "kept", 1.0))

    said = [line for line in seen.getvalue().splitlines() if line.startswith(("sea", "    "))]
    assert [line.strip(" .").split()[0] for line in said] == ["sea/1", "sea/2", "3", "sea/3", "it"]
    assert (said[1].endswith(" choose"), said[3].endswith(" held")) == (True, True)
    assert told.kept == 1
