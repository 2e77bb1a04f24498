"""Peaks under a ceiling, between the samples too, and everything else as it was."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

from longtake.media.audio import RATE, Samples, measure
from longtake.media.limiter import limited

CEILING = -1.5


def cut(sound: Samples, *lengths: int) -> Iterator[Samples]:
    """Cut sound into blocks of these lengths, again and again."""
    place = 0
    for length in itertools.cycle(lengths):
        if place >= sound.shape[1]:
            return
        yield sound[:, place : place + length]
        place += length


def limit(sound: Samples, *lengths: int) -> Samples:
    """All of what the limiter makes of a sound."""
    return np.concatenate(list(limited(cut(sound, *(lengths or (RATE,))), CEILING)), axis=1)


def tone(seconds: float, peak: float, hz: float = 220, phase: float = 0) -> Samples:
    """A tone on both sides, the right one a little softer."""
    wave = peak * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE)) / RATE + phase)
    return np.stack([wave, 0.9 * wave]).astype(np.float32)


def peak_db(sound: Samples) -> float:
    """The true peak, as the meter of EBU R 128 tells it."""
    return measure(cut(sound, RATE)).peak_db


def test_soft_sound_goes_through_to_the_bit() -> None:
    """Nothing near the ceiling, nothing changed, whatever the length."""
    sound = tone(2.3, 0.6)
    assert np.array_equal(limit(sound, 7_001), sound)


@pytest.mark.parametrize("gain", [1.0, 3.0, 10.0])
def test_hot_sound_stays_under_the_ceiling(gain: float) -> None:
    """Tones with noise, far too loud from the first sample to the last, have no peak above it."""
    noise = np.random.default_rng(1).normal(0, 0.2, (2, 3 * RATE)).astype(np.float32)
    made = limit((tone(3, 1.0) + noise) * np.float32(gain))
    assert made.shape == (2, 3 * RATE)
    assert CEILING - 0.5 < peak_db(made) <= CEILING + 0.15


def test_peaks_between_the_samples() -> None:
    """A tone whose samples all lie under the ceiling, but whose wave does not, is lowered."""
    sound = tone(2, 1.0, hz=RATE / 4, phase=np.pi / 4)
    sound *= np.hanning(2 * RATE).astype(np.float32)
    assert np.abs(sound).max() < 10 ** (CEILING / 20)
    assert peak_db(sound) > -0.2
    assert peak_db(limit(sound)) == pytest.approx(CEILING, abs=0.2)


def test_blocks_do_not_matter() -> None:
    """However the sound is cut into blocks, the same comes out."""
    sound = tone(2.4, 0.5) * np.linspace(0, 4, int(2.4 * RATE), dtype=np.float32)
    assert np.array_equal(limit(sound, 1, 4_999, 30_000), limit(sound, 3 * RATE))


def test_gain_glides_and_comes_back() -> None:
    """Down within 5 ms before a peak, even on both sides, back to nothing a quarter second behind."""
    sound = tone(3, 0.4)
    # Eleven whole waves: a burst without an edge of its own.
    sound[:, RATE : RATE + 2400] *= 4
    sound[np.abs(sound) < 1e-3] = 0
    made = limit(sound)
    loud = np.abs(sound).min(axis=0) > 0.02
    gain = 20 * np.log10(made[:, loud] / sound[:, loud])
    places = np.flatnonzero(loud)
    lowest = 20 * np.log10(4 * 0.4) - CEILING
    assert gain.min() == pytest.approx(-lowest, abs=0.2)
    assert np.allclose(gain[0], gain[1], atol=1e-4)
    assert np.all(gain[:, places < RATE - 480] == 0)
    assert np.allclose(gain[:, places > 1.3 * RATE], 0)
    assert np.abs(np.diff(gain[0]) / np.diff(places)).max() < 2 * lowest / 240


def test_nothing_comes_of_nothing() -> None:
    """A film without a sample has none behind the limiter."""
    assert list(limited([], CEILING)) == []
