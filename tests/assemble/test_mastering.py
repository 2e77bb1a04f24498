"""A finished track is as loud as was asked, has no peak above -1 dB, and keeps its soft passages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from longtake.assemble.film import Workshop, assemble_film
from longtake.assemble.mastering import PEAK_DB, Mix, master
from longtake.assemble.sound import sound_key
from longtake.cues import CueSheet
from longtake.media.audio import Loudness, Samples, measure, sound_from
from longtake.timeline import Cut, TimelineClip
from synthetic import Sound, make_clip

from .conftest import timeline_of
from .listening import heard, tone

RATE = 48_000


def played(sound: np.ndarray) -> Mix:
    """A mix of one side of sound, begun anew each time."""

    def blocks() -> Iterator[Samples]:
        for start in range(0, len(sound), RATE):
            yield np.stack([sound[start : start + RATE]] * 2).astype(np.float32)

    return blocks


def programme(seconds: int, gain: float = 1.0) -> np.ndarray:
    """Something like speech over music: words of noise and tone in turn, some louder, some pauses."""
    chance = np.random.default_rng(1)
    time = np.arange(seconds * RATE) / RATE
    words = np.abs(np.sin(2 * np.pi * 2.3 * time)) * (np.sin(2 * np.pi * time / 7) > -0.2)
    louder = 0.3 + 0.7 * np.repeat(chance.uniform(0, 1, seconds), RATE)
    voice = np.sin(2 * np.pi * 190 * time) + 0.5 * np.sin(2 * np.pi * 1130 * time)
    voice += 0.3 * chance.standard_normal(len(time))
    made: np.ndarray = gain * (0.15 * words * louder * voice + 0.004 * chance.standard_normal(1))
    return made


def mastered(folder: Path, mix: Mix, loudness: float | None = -14.0) -> Loudness:
    """Master a mix and measure what a player decodes of it."""
    path = folder / "a.m4a"
    told = master(path, mix, loudness)
    found = measure(sound_from(path))
    assert found == told
    return found


@pytest.mark.parametrize("gain", [0.05, 1.0, 8.0])
@pytest.mark.parametrize("loudness", [-14.0, -23.0])
def test_loudness_and_peak(tmp_path: Path, gain: float, loudness: float) -> None:
    """From soft and from clipping sound comes the loudness that was asked for, peaks within bounds."""
    found = mastered(tmp_path, played(programme(12, gain)), loudness)
    assert found.lufs == pytest.approx(loudness, abs=0.5)
    assert found.peak_db <= PEAK_DB


def test_hot_noise_and_single_peaks(tmp_path: Path) -> None:
    """Sound that the codec overshoots with: full-scale noise and bursts far above the rest."""
    chance = np.random.default_rng(2)
    sound = chance.uniform(-1, 1, 12 * RATE)
    sound[: 6 * RATE] *= 0.1
    sound[RATE : 6 * RATE : RATE // 2] = 1.0
    found = mastered(tmp_path, played(sound), -8.0)
    assert found.peak_db <= PEAK_DB
    assert found.lufs == pytest.approx(-8, abs=0.5)


def test_peaks_alone_are_not_pushed_for_ever(tmp_path: Path) -> None:
    """A film of single clicks cannot be as loud as asked: it comes out softer, its peaks in bounds."""
    sound = np.zeros(8 * RATE)
    sound[:: RATE // 4] = 0.9
    found = mastered(tmp_path, played(sound))
    assert found.lufs < -14.5
    assert found.peak_db <= PEAK_DB


def test_soft_passages_stay_soft(tmp_path: Path) -> None:
    """One gain for all: the loudness range of a film is what it was in the mix, to a LU."""
    swell = np.repeat([0.4, 0.7, 1.0, 0.5], 8 * RATE)
    mix = played(programme(32) * swell)
    before = measure(mix())
    found = mastered(tmp_path, mix)
    assert before.range_lu > 10
    assert found.range_lu == pytest.approx(before.range_lu, abs=1.0)
    assert found.lufs == pytest.approx(-14, abs=0.5)


def test_off_leaves_the_mix_alone(tmp_path: Path) -> None:
    """Without a loudness to come to the mix keeps its own, and its peaks stay in bounds."""
    soft = played(programme(6, 0.3))
    assert mastered(tmp_path, soft, None).lufs == pytest.approx(measure(soft()).lufs, abs=0.5)
    assert mastered(tmp_path, played(programme(6, 8.0)), None).peak_db <= PEAK_DB


@pytest.mark.parametrize("peak", [0.0, 0.001])
def test_next_to_silence_stays_so(tmp_path: Path, peak: float) -> None:
    """What is hardly heard is not made loud: silence stays silence, a breath a breath."""
    sound = peak * np.sin(2 * np.pi * 997 * np.arange(3 * RATE) / RATE)
    assert mastered(tmp_path, played(sound)).peak_db < -55


def test_film_comes_to_its_loudness(tmp_path: Path) -> None:
    """Clip sound and music together: the finished MP4 has the loudness, and the film tells it."""
    clips = {n: make_clip(tmp_path / f"{n}.mp4", 1, 96, sound=Sound(hum=0.05)) for n in "ab"}
    film = timeline_of([TimelineClip(n, "s", 0, 96) for n in "ab"], [Cut()])
    takes = {name: clip.material for name, clip in clips.items()}
    cues = CueSheet((tone(tmp_path / "t.wav", 3),), loudness=-14.0)
    make = partial(assemble_film, film, takes, tmp_path / "film.mp4", cues=cues)
    made = make(workshop=Workshop(tmp_path / "work", "draft", workers=1))
    found = measure(sound_from(made.path))
    assert found.lufs == pytest.approx(-14, abs=0.5)
    assert found.peak_db <= PEAK_DB
    assert made.loudness is not None
    assert made.loudness.lufs == pytest.approx(found.lufs, abs=0.1)
    again = make(workshop=Workshop(tmp_path / "work", "draft", workers=1))
    assert (again.made, again.loudness) == (False, made.loudness)


def test_other_loudness_is_another_sound(tmp_path: Path) -> None:
    """A film's loudness is part of its sound's key, and levels keep their distance to each other."""
    clips = {"a": make_clip(tmp_path / "a.mp4", 1, 96, sound=Sound(hum=0.1, beeps_s=()))}
    film = timeline_of([TimelineClip("a", "s", 0, 96)], [])
    cues = CueSheet(loudness=-20.0)
    louder = replace(cues, loudness=-14.0)
    takes = {name: clip.material for name, clip in clips.items()}
    assert sound_key(film, takes, cues) != sound_key(film, takes, louder)
    soft, loud = (heard(tmp_path, clips, film, sheet) for sheet in (cues, louder))
    ratio = np.abs(loud[:, RATE:-RATE]).max() / np.abs(soft[:, RATE:-RATE]).max()
    assert 20 * np.log10(ratio) == pytest.approx(6, abs=0.3)


@pytest.mark.parametrize("samples", [4320, 4799, 4801])
def test_a_peak_at_the_very_end_is_heard(samples: int) -> None:
    """What sounds in the last tenth of a second is measured too, however long the sound is."""
    sound = np.zeros(3 * RATE + samples)
    sound[-4000:] = 0.9 * np.sin(2 * np.pi * 997 * np.arange(4000) / RATE)
    assert measure(played(sound)()).peak_db == pytest.approx(20 * np.log10(0.9), abs=0.3)
