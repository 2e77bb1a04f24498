"""Voices of a whole run: made before the clips, planned again with their real lengths."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from longtake import events
from longtake.errors import KeyMissing, StoryboardError
from longtake.film import make_film
from longtake.plan.job import Plan
from longtake.planning import plan_film
from longtake.wishes import Wishes

needs_espeak = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="no espeak-ng")

BOARD = """longtake: 1
title: T
film: {size: 64x36, fps: 12}
scenes:
- {id: a, prompt: a lamp, seconds: auto, narration: Every evening the keeper climbs the stairs to light the lamp.}
"""


def run(folder: Path, board: str, wishes: Wishes) -> tuple[Plan, list[str]]:
    """Make a film of a board; gives the last plan, and what was told of plans and voices."""
    path = folder / "b.yaml"
    path.write_text(board, encoding="utf-8")
    plans: list[Plan] = []
    told: list[str] = []

    def tell(event: events.Event) -> None:
        if isinstance(event, events.Planned):
            plans.append(event.plan)
            told.append("planned again" if event.again else "planned")
        elif isinstance(event, events.Voiced):
            told.append(f"{event.voice} {event.state}")

    make_film(path, wishes, tell)
    return plans[-1], told


@needs_espeak
@pytest.mark.parametrize("animatic", [True, False])
def test_free_voices_are_made_first_and_the_film_takes_their_length(
    tmp_path: Path, animatic: bool
) -> None:
    """An estimate gives way to the voice; a second run has it already and plans once."""
    wishes = Wishes(animatic=animatic, workers=1)
    before = plan_film_of(tmp_path, BOARD)
    plan, told = run(tmp_path, BOARD, wishes)
    _, again = run(tmp_path, BOARD, wishes)

    (cue,) = plan.cues.narration
    assert told == ["planned", "a (voice) made", "planned again"]
    assert again == ["planned"]
    assert cue.path is not None and cue.path.is_file()
    assert before.spoken[0].low_s < cue.seconds < before.spoken[0].high_s
    assert plan.timeline.frames < before.timeline.frames


def plan_film_of(folder: Path, board: str) -> Plan:
    """Plan a board without making anything."""
    path = folder / "b.yaml"
    path.write_text(board, encoding="utf-8")
    return plan_film(path, Wishes())


def test_a_drawn_film_needs_no_voice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody can speak it is made with the estimated lengths; what lacks is said, but for an animatic."""
    monkeypatch.setenv("PATH", "/nowhere")
    plan, told = run(tmp_path, BOARD, Wishes(animatic=True, workers=1))
    _, of_film = run(tmp_path, BOARD, Wishes(workers=1))

    assert (told, plan.cues.narration[0].path) == (["planned"], None)
    assert of_film == ["planned", "a (voice) missing"]


def test_no_clip_is_bought_by_a_guess(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A film that costs money waits for its voices."""
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("MINIMAX_API_KEY", "k")
    board = BOARD + "model: minimax/MiniMax-Hailuo-02\n"

    with pytest.raises(KeyMissing, match="espeak-ng"):
        run(tmp_path, board, Wishes(workers=1, agreed=True))


def test_an_animatic_starts_no_program_of_the_authors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What such a program costs nobody knows: it is for the film itself."""
    monkeypatch.setenv("LONGTAKE_SPEECH_COMMAND", f"touch {tmp_path / 'started'}")
    run(tmp_path, BOARD + "voice: command/ada\n", Wishes(animatic=True, workers=1))

    assert not (tmp_path / "started").exists()


@needs_espeak
def test_a_voice_too_long_for_its_shot_stops_before_any_clip(tmp_path: Path) -> None:
    """Once it is known to be too long it is a fault, and no clip is made."""
    board = BOARD.replace("seconds: auto", "seconds: 2")

    with pytest.raises(StoryboardError, match=r"has 2\.0 s for a narration of"):
        run(tmp_path, board, Wishes(workers=1))
    assert list((tmp_path / ".longtake" / "takes" / "takes").glob("*")) == []


@needs_espeak
def test_a_shot_lasts_as_long_as_a_file_of_ones_own(tmp_path: Path) -> None:
    """A sound file beside the board is measured, and is a narration like any other."""
    run(tmp_path, BOARD, Wishes(animatic=True, workers=1))
    (voice,) = (tmp_path / ".longtake" / "takes" / "sounds").glob("*.wav")
    voice.rename(tmp_path / "own.wav")
    shot = "{id: a, prompt: a lamp, seconds: auto, narration: {file: own.wav}}"
    plan = plan_film_of(tmp_path, BOARD.partition("- {")[0] + f"- {shot}\n")

    assert plan.cues.narration[0].path == tmp_path / "own.wav"
    assert 2 < plan.cues.narration[0].seconds < 6


@needs_espeak
@pytest.mark.parametrize("name", ["en-gb-nobody", "grman", "nobody+f3"])
def test_a_voice_that_espeak_lacks_is_found_before_anything_is_made(
    tmp_path: Path, name: str
) -> None:
    """It is one fault, where it stands; espeak-ng itself would say some of them in another voice."""
    shot = "- {id: b, prompt: x, seconds: 4, narration: On.}\n"

    with pytest.raises(StoryboardError, match=r"b.yaml:\d+:\d+: espeak-ng has no voice") as caught:
        plan_film_of(tmp_path, BOARD + shot + f"voice: espeak/{name}\n")
    assert len(caught.value.faults) == 1
    assert "`espeak-ng --voices` lists" in (caught.value.faults[0].hint or "")


@needs_espeak
@pytest.mark.parametrize(
    "name", ["en-gb", "EN-us+f3", "de-DE", "gmw/de", "zh", "cmn", "en-gb-x-rp"]
)
def test_a_voice_that_espeak_has_is_none(tmp_path: Path, name: str) -> None:
    """By language, by file, by region, with a variant: all are names of voices."""
    assert plan_film_of(tmp_path, BOARD + f"voice: espeak/{name}\n").warnings == ()


def test_where_nobody_can_be_asked_no_voice_is_doubted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A board is checked on a machine without espeak-ng, too."""
    monkeypatch.setenv("PATH", "/nowhere")
    plan_film_of(tmp_path, BOARD + "voice: espeak/nobody\n")


@needs_espeak
def test_a_voice_that_failed_is_told_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The animatic is made without it; the run and its report say which shot is silent, and why."""
    broken = tmp_path / "bin" / "espeak-ng"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\necho no tongue >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{broken.parent}:{os.environ['PATH']}")
    _, told = run(tmp_path, BOARD, Wishes(animatic=True, workers=1))
    report = (tmp_path / "films" / "b" / "report-animatic.html").read_text(encoding="utf-8")

    assert told == ["planned", "a (voice) failed"]
    assert "is silent: espeak-ng failed with 1: no tongue" in report
