"""Takes as MiniMax-H3 makes them: 17n + 5 frames, 32 kHz stereo that outlasts the picture."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from longtake.assemble.clipsound import SEAM_FADE
from longtake.assemble.conform import conform
from longtake.assemble.film import Workshop, assemble_film
from longtake.cues import CueSheet
from longtake.media.audio import sound_from
from longtake.media.probe import probe
from longtake.timeline import Cut, Join, Seam, Timeline, TimelineClip, Transition
from longtake.units import FrameRate, Size, half_up, shown_frame
from longtake.vault.take import Take
from synthetic import SURPLUS_HZ, Clip, Making, Sound, beep_times, listen, make_clip, watch

from .listening import heard, rms_db

SIZE = Size(120, 64)
# Seconds asked for, and frames made of them at 24 a second.
LENGTHS = ((4, 107), (5, 124), (8, 192), (10, 243), (5, 141))
CHAIN = LENGTHS * 2
BEEP = Fraction(5, 2)


def h3(folder: Path, number: int, frames: int, rate: str, first: int = 0) -> Clip:
    """A take that beeps at 2.5 s over its own hum, and is loud behind its picture."""
    sound = Sound(
        32_000, 2, (float(BEEP),), hum=0.25, hum_hz=180 + 37 * number, over_s=0.02 + 0.004 * number
    )
    making = Making((SIZE.width, SIZE.height), rate)
    return make_clip(
        folder / f"{number}.mp4", number, frames, first=first, sound=sound, making=making
    )


def chain_of(folder: Path, rate: str, clips: int) -> list[Clip]:
    """Takes of one rate, each with another pitch."""
    value = FrameRate.parse(rate).value
    counts = [half_up(frames * value / 24) for _, frames in CHAIN[:clips]]
    return [h3(folder, number, count, rate) for number, count in enumerate(counts)]


@pytest.fixture(scope="module")
def tens(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Clip]]:
    """Ten takes of each rate."""
    rates = ("24", "25", "30")
    return {rate: chain_of(tmp_path_factory.mktemp("chain"), rate, 10) for rate in rates}


def filmed(clips: list[Clip], rate: FrameRate, *joins: Join) -> Timeline:
    """What a plan of these takes becomes: it asks for whole seconds, they are longer."""
    planned = Timeline(
        rate,
        SIZE,
        tuple(
            TimelineClip(str(number), "s", 0, rate.frames(seconds))
            for number, (seconds, _) in enumerate(CHAIN[: len(clips)])
        ),
        joins or tuple(Seam() for _ in clips[1:]),
    )
    conformed = conform(planned, {str(n): taken(n, clip, rate) for n, clip in enumerate(clips)})
    assert conformed.frames == planned.frames
    return conformed


def taken(number: int, clip: Clip, film: FrameRate) -> Take:
    """A clip as a take that the plan leaves where it wants to."""
    rate = FrameRate(probe(clip.path).rate)
    out = shown_frame(film.frames(CHAIN[number][0]) - 1, rate, film)
    facts = ("k", "r", str(number), clip.material.sha256, clip.path, "p", "m", "t")
    return Take(*facts, clip.frames, rate, SIZE, out)


def named(clips: list[Clip]) -> Mapping[str, Clip]:
    return {str(number): clip for number, clip in enumerate(clips)}


@pytest.mark.parametrize(
    ("rate", "film"),
    [
        ("24", "24"),
        ("24", "25"),
        ("24", "30"),
        ("24", "23.976"),
        ("25", "24"),
        ("30", "23.976"),
    ],
)
def test_ten_takes_in_a_chain(
    tmp_path: Path, tens: Mapping[str, list[Clip]], rate: str, film: str
) -> None:
    """At the end of a chain of ten a beep is within a millisecond of its frame, and nothing of what
    the takes say behind their out-points is heard.
    """
    own = FrameRate.parse(film)
    chain = tens[rate]
    timeline = filmed(chain, own)
    sound = heard(tmp_path, named(chain), timeline)
    wanted = [float(own.seconds(at) + BEEP) for at, _ in timeline.placed()]
    errors = np.array(beep_times(sound, wanted)) - wanted
    assert np.abs(errors).max() <= 0.001, errors
    assert surplus(sound) < 0.03
    assert 0 <= sound.shape[1] - half_up(own.seconds(timeline.frames) * 48_000) < 1024


def surplus(sound: np.ndarray) -> float:
    """The strongest trace of the noise that lies behind every picture, over 5 ms."""
    turned = sound[0] * np.exp(-2j * np.pi * SURPLUS_HZ * np.arange(sound.shape[1]) / 48_000)
    sums = np.concatenate([[0], np.cumsum(turned)])
    return float(np.abs(sums[240:] - sums[:-240]).max() / 240)


def test_the_surplus_would_be_found(tmp_path: Path) -> None:
    """The measure of the test above sees the noise where a film plays past a take's picture."""
    clip = h3(tmp_path, 0, 107, "24")
    sound = np.concatenate(list(sound_from(clip.path)), axis=1)
    assert surplus(sound) > 0.3


def test_no_click_and_no_hole_at_a_seam(tmp_path: Path) -> None:
    """Over a seam no sample jumps further than the sounds move, and the level stays."""
    rate = FrameRate.parse(24)
    chain = chain_of(tmp_path, "24", 4)
    timeline = filmed(chain, rate)
    sound = heard(tmp_path, named(chain), timeline)
    moves = 0.25 * 2 * np.pi * (180 + 37 * 3) / 48_000
    for at, _ in list(timeline.placed())[1:]:
        seam = float(rate.seconds(at))
        near = sound[:, int((seam - 0.1) * 48_000) : int((seam + 0.1) * 48_000)]
        assert np.abs(np.diff(near)).max() < 2 * moves
        levels = [rms_db(sound, seam + k / 100, seam + (k + 2) / 100) for k in range(-5, 5)]
        assert min(levels) > rms_db(sound, seam - 0.6, seam - 0.1) - 3


def test_the_earlier_sound_ends_within_the_shared_frame(tmp_path: Path) -> None:
    """The sound of a take goes on over the frame that both takes hold, and no further."""
    rate = FrameRate.parse(24)
    clips = [h3(tmp_path, number, 124, "24") for number in range(2)]
    timeline = Timeline(
        rate, SIZE, tuple(TimelineClip(str(n), "s", 0, 120) for n in range(2)), (Seam(),)
    )
    sound = heard(tmp_path, named(clips), timeline, CueSheet(silenced=frozenset("1")))
    seam = 119 / 24
    assert rms_db(sound, seam, seam + 0.01) > -20
    assert rms_db(sound, seam + SEAM_FADE / 48_000 + 0.001, 9) < -60
    assert SEAM_FADE / 48_000 < 1 / 24


@pytest.mark.parametrize("join", [Seam(), Cut(), Transition("dissolve", 12)])
def test_a_frame_and_its_beep_are_seen_and_heard_together(tmp_path: Path, join: Join) -> None:
    """In the film itself the frame with the beep is shown when it sounds, before and behind a join."""
    clips = [h3(tmp_path, number, frames, "24") for number, (_, frames) in enumerate(CHAIN[:3])]
    timeline = filmed(clips, FrameRate.parse(24), join, join)
    takes = {str(n): taken(n, clip, timeline.rate) for n, clip in enumerate(clips)}
    film = assemble_film(
        timeline, takes, tmp_path / "film.mp4", workshop=Workshop(tmp_path, "draft", workers=1)
    )
    shown = {seen.code: float(seen.at) for seen in reversed(watch(film.path))}
    wanted = [shown[number, int(BEEP * 24)] for number in range(3)]
    assert beep_times(listen(film.path), wanted) == pytest.approx(wanted, abs=0.001)
