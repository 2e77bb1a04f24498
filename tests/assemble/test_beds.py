"""Beds lie under what they were asked for, and turn over into themselves without a click or a hole."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from longtake.assemble.beds import bed_frames, place_beds, sounding
from longtake.assemble.listened import listener
from longtake.assemble.sound import film_mix, sound_key
from longtake.cues import CueSheet, MusicCue
from longtake.files import sha256_of
from longtake.media.audio import Samples, integrated_loudness
from longtake.timeline import Cut, Timeline, TimelineClip, Transition
from synthetic import Clip, make_clip

from .conftest import timeline_of
from .listening import rms_db, tone, wave_of, write_wav

RATE = 48_000


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Clip]:
    """Three mute clips of four seconds."""
    folder = tmp_path_factory.mktemp("mute")
    return {name: make_clip(folder / f"{name}.mp4", 1, 96) for name in "abc"}


FILM = timeline_of([TimelineClip(n, "s", 0, 96) for n in "abc"], [Cut(), Cut()])
DISSOLVED = replace(FILM, joins=(Transition("dissolve", 24), Cut()))


def mix(folder: Path, clips: dict[str, Clip], *music: MusicCue, film: Timeline = FILM) -> Samples:
    """The film's sound before anything is done to its loudness."""
    takes = {name: clip.material for name, clip in clips.items()}
    blocks = film_mix(film, takes, CueSheet(music), folder / "sound")()
    return np.concatenate(list(blocks), axis=1)


@pytest.mark.parametrize(
    ("range_", "film", "frames"),
    [
        (None, FILM, (0, 288)),
        (("a", "a"), FILM, (0, 96)),
        (("b", "b"), FILM, (96, 192)),
        (("b", "c"), FILM, (96, 288)),
        (("a", "a"), DISSOLVED, (0, 84)),
        (("b", "b"), DISSOLVED, (84, 168)),
    ],
)
def test_frames_of_a_bed(
    range_: tuple[str, str] | None, film: Timeline, frames: tuple[int, int]
) -> None:
    """From where the first of its clips begins to where what follows the last one does."""
    assert bed_frames(film, MusicCue(Path("m"), "", -20, range_)) == frames


def test_bed_under_one_shot(tmp_path: Path, clips: dict[str, Clip]) -> None:
    """Music of one shot is heard from its first frame to its last and nowhere else."""
    cue = replace(tone(tmp_path / "t.wav", 2), clips=("b", "b"))
    sound = mix(tmp_path, clips, cue)
    loud = np.flatnonzero(np.abs(sound[0]) > 1e-3)
    assert abs(loud[0] - 4 * RATE) < 10
    assert abs(loud[-1] - 8 * RATE) < 10


def test_beds_lie_over_each_other(tmp_path: Path, clips: dict[str, Clip]) -> None:
    """Music of a shot does not end that of the film: both are heard."""
    under = tone(tmp_path / "low.wav", 13, hz=300)
    over = replace(tone(tmp_path / "high.wav", 5, hz=3000), clips=("b", "b"))
    alone = mix(tmp_path, clips, under)
    both = mix(tmp_path, clips, under, over)
    assert np.array_equal(alone[:, : 4 * RATE], both[:, : 4 * RATE])
    assert rms_db(both - alone, 5, 7) > -30


def noise(folder: Path, seconds: float) -> MusicCue:
    """Music of which no moment is like another."""
    samples = np.random.default_rng(1).normal(0, 0.1, int(seconds * RATE))
    path = write_wav(folder / "noise.wav", samples)
    return MusicCue(path, sha256_of(path), integrated_loudness(path))


@pytest.mark.parametrize("seconds", [2.5, 1.0])
def test_cross_fade_of_a_loop_keeps_the_power(
    tmp_path: Path, clips: dict[str, Clip], seconds: float
) -> None:
    """Looped noise is as loud everywhere; of a short file no more than half is turned over."""
    sound = mix(tmp_path, clips, replace(noise(tmp_path, seconds), cross_fade=24))
    levels = [rms_db(sound, at / 10, at / 10 + 0.1) for at in range(120)]
    assert np.allclose(levels, -20, atol=0.7)


def test_where_a_loop_begins_again(tmp_path: Path, clips: dict[str, Clip]) -> None:
    """With a cross-fade of half a second a file of two seconds comes back after one and a half."""
    once = mix(tmp_path, clips, replace(noise(tmp_path, 2), loop=False))
    sound = mix(tmp_path, clips, replace(noise(tmp_path, 2), cross_fade=12))
    middle = once[:, RATE // 2 : RATE]
    for turn in range(5):
        at = RATE // 2 + turn * RATE * 3 // 2
        assert np.allclose(sound[:, at : at + RATE // 2], middle, atol=1e-6)


@pytest.mark.parametrize("hz", [220, 333])
def test_no_click_where_a_loop_turns(tmp_path: Path, clips: dict[str, Clip], hz: int) -> None:
    """A hum that is broken off by its file's end turns over without a step."""
    samples = wave_of(1.7037, hz, 0.5)
    path = write_wav(tmp_path / "hum.wav", samples)
    cue = MusicCue(path, sha256_of(path), integrated_loudness(path))
    bound = 1.6 * 0.5 * 2 * np.pi * hz / RATE

    def steepest(sound: Samples) -> float:
        return float(np.abs(np.diff(sound[0, : 11 * RATE])).max())

    assert steepest(mix(tmp_path, clips, replace(cue, cross_fade=12))) < bound
    assert steepest(mix(tmp_path, clips, cue)) > bound


def test_loop_made_to_loop(tmp_path: Path, clips: dict[str, Clip]) -> None:
    """Without a cross-fade the file's first sample follows its last one."""
    path = write_wav(tmp_path / "m.wav", wave_of(1, 440, 0.25))
    cue = MusicCue(path, sha256_of(path), integrated_loudness(path))
    sound = mix(tmp_path, clips, cue)
    assert np.allclose(sound[0], wave_of(12, 440, 0.25), atol=1e-4)


def test_music_broken_off_does_not_click(tmp_path: Path, clips: dict[str, Clip]) -> None:
    """Where music that does not loop ends in the middle of a wave, it goes out in 8 ms."""
    path = write_wav(tmp_path / "m.wav", wave_of(2.0005, 500, 0.5))
    cue = MusicCue(path, sha256_of(path), integrated_loudness(path), loop=False)
    sound = mix(tmp_path, clips, cue)
    assert np.abs(np.diff(sound[0])).max() < 1.1 * 0.5 * 2 * np.pi * 500 / RATE
    assert np.abs(sound[0, 2 * RATE - 400 : 2 * RATE - 380]).max() > 0.4


@pytest.mark.parametrize(
    "start_s", [Fraction(0), Fraction(1), Fraction(19, 10), Fraction(199, 100)]
)
def test_where_a_turning_bed_sounds(
    tmp_path: Path, clips: dict[str, Clip], start_s: Fraction
) -> None:
    """What is said of where a bed is heard is where it is heard, offsets and turns included."""
    cue = tone(tmp_path / "t.wav", 2, quiet_s=1)
    cue = replace(cue, offset_s=start_s, cross_fade=12)
    sound = mix(tmp_path, clips, cue)
    (bed,) = place_beds(FILM, CueSheet((cue,)), listener(tmp_path / "sound"))
    told = np.zeros(12 * RATE, bool)
    for start, end in sounding(bed):
        told[start:end] = True
    windows = np.abs(sound[0]).reshape(-1, 480).max(axis=1)
    found = np.repeat(windows > 0.005, 480)
    # A fade begins and ends in silence: 50 ms of it are told of and not found.
    assert np.mean(told != found) < 0.05


def test_what_a_bed_does_is_part_of_the_key(tmp_path: Path, clips: dict[str, Clip]) -> None:
    """Range, cross-fade and loudness make another sound; a cross-fade that is never heard does not."""
    takes = {name: clip.material for name, clip in clips.items()}
    cue = MusicCue(Path("m"), "sha", -20)

    def key(cue: MusicCue, loudness: float | None = None) -> str:
        return sound_key(FILM, takes, CueSheet((cue,), loudness=loudness))

    others = [key(replace(cue, clips=("a", "b"))), key(replace(cue, cross_fade=5)), key(cue, -14)]
    assert len({key(cue), *others}) == 4
    assert key(replace(cue, clips=("a", "c"))) == key(cue) == key(replace(cue, duck=False))
    once = replace(cue, loop=False)
    assert key(replace(once, cross_fade=5)) == key(once)
