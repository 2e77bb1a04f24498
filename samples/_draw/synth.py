"""Soft music, made of sines: pads, plucks and a bass on a circle of time, so that it loops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
Sound = NDArray[np.float64]

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


@dataclass(frozen=True)
class Bed:
    """A loop of music: its chords, how long each lasts, and how the plucks walk over them."""

    chords: Sequence[str]  # notes with octave, low to high: "F3 A3 C4 E4"
    chord_s: float
    walk: Sequence[int | None]  # indexes into the chord, evenly spread over it; None rests
    seed: int
    bright: float = 1.0

    @property
    def count(self) -> int:
        """Samples in one round of the loop."""
        return round(len(self.chords) * self.chord_s * RATE)


def pitch(note: str) -> float:
    """The frequency of a note such as Bb3 or C#4."""
    half = _STEPS[note[0]] + {"b": -1, "#": 1}.get(note[1], 0) + 12 * (int(note[-1]) + 1)
    return 440.0 * float(2 ** ((half - 69) / 12))


def play(bed: Bed) -> Sound:
    """Play a bed once around; the result is (samples, 2) and its end runs into its beginning."""
    dry, wet = np.zeros((2, bed.count)), np.zeros((2, bed.count))
    rng = np.random.default_rng(bed.seed)
    for place, chord in enumerate(bed.chords):
        notes = [pitch(note) for note in chord.split()]
        start = place * bed.chord_s
        _put(dry, _bass(notes[0] / 2, bed.chord_s), start, 0.0, 0.15)
        for voice, tone in enumerate(notes):
            side = (voice / (len(notes) - 1) - 0.5) * 0.9
            sound = _pad(tone, bed.chord_s + 2.4, bed.bright)
            _put(dry, sound, start - 0.9, side, 0.10)
            _put(wet, sound, start - 0.9, -side, 0.05)
        step = bed.chord_s / len(bed.walk)
        for beat, choice in enumerate(bed.walk):
            if choice is None:
                continue
            octave, index = divmod(choice, len(notes))
            sound = _pluck(notes[index] * 2 * 2**octave, bed.bright)
            strong = 0.12 if beat == 0 else 0.085 + 0.02 * float(rng.random())
            at = start + beat * step + float(rng.normal(0, 0.006))
            side = 0.5 * float(np.sin(beat * 1.7 + place))
            _put(dry, sound, at, side, strong)
            _put(wet, sound, at, side * 0.5, strong * 1.2)
    mix = dry + _room(wet, bed.seed)
    return _level(mix).T


def chime(seconds: float, notes: Sequence[tuple[float, str, float]], *, wash: float = 0.0) -> Sound:
    """Bells at given times, over the wash of a calm sea that comes and goes."""
    count = round(seconds * RATE)
    mix = np.zeros((2, count))
    for start, note, strong in notes:
        bell = _bell(pitch(note))[: count - round(start * RATE)]
        _put(mix, bell, start, 0.25 * float(np.sin(start * 9)), strong)
    rng = np.random.default_rng(5)
    spectrum = np.fft.rfft(rng.normal(0, 1, (2, count)))
    tones = np.fft.rfftfreq(count, 1 / RATE)
    hush = np.fft.irfft(spectrum * (tones > 60) / (1 + (tones / 420) ** 1.6), count)
    swell = np.sin(np.pi * np.linspace(0, 1, count)) ** 1.4
    # Mostly the same sea on both sides, or it would vanish on a telephone.
    mix += wash * swell * (0.7 * hush.mean(0) + 0.3 * hush) / np.abs(hush).max()
    edge = round(0.02 * RATE)
    mix[:, :edge] *= np.linspace(0, 1, edge)
    mix[:, -8 * edge :] *= np.linspace(1, 0, 8 * edge) ** 1.5
    return mix.T


def _put(mix: Sound, sound: Sound, start_s: float, side: float, loud: float) -> None:
    """Add a mono sound on the circle; `side` goes from -1 (left) to 1, at constant power."""
    turn = (side + 1) * np.pi / 4
    gains = np.array([[np.cos(turn)], [np.sin(turn)]]) * np.sqrt(2) * loud
    at = round(start_s * RATE) % mix.shape[1]
    while len(sound):
        room = mix.shape[1] - at
        mix[:, at : at + len(sound)] += gains * sound[:room]
        sound, at = sound[room:], 0


def _times(seconds: float) -> Sound:
    return np.arange(round(seconds * RATE)) / RATE


def _pad(tone: float, seconds: float, bright: float) -> Sound:
    time = _times(seconds)
    sound = np.zeros(len(time))
    # A filter that opens and closes slowly: high partials arrive late and leave early.
    bloom = np.sin(np.pi * np.clip(time / seconds, 0, 1))
    for cents, phase in ((-5, 0.0), (0, 2.1), (6, 4.2)):
        base = tone * 2 ** (cents / 1200)
        for partial in range(1, 7):
            open_ = bloom ** (0.4 * (partial - 1))
            wave = np.sin(2 * np.pi * base * partial * time + phase * partial)
            sound += wave * open_ * bright ** (partial - 1) / partial**1.9
    rise, fall = np.clip(time / 1.5, 0, 1), np.clip((seconds - time) / 2.0, 0, 1)
    return sound / 3 * np.sin(rise * np.pi / 2) ** 2 * np.sin(fall * np.pi / 2) ** 2


def _pluck(tone: float, bright: float) -> Sound:
    time = _times(3.2)
    sound = np.zeros(len(time))
    for partial in range(1, 6):
        decay = np.exp(-time * (1.7 + 1.1 * partial + tone / 900))
        sound += np.sin(2 * np.pi * tone * partial * time) * decay * bright / partial**1.7
    return sound * np.clip(time / 0.012, 0, 1) * np.clip((3.2 - time) / 0.4, 0, 1)


def _bell(tone: float) -> Sound:
    time = _times(4.0)
    parts = ((1, 1, 1.3), (2.0, 0.5, 2.0), (2.76, 0.22, 3.2), (4.1, 0.12, 5.0), (5.4, 0.05, 7.0))
    sound = sum(
        loud * np.sin(2 * np.pi * tone * ratio * time) * np.exp(-time * decay)
        for ratio, loud, decay in parts
    )
    return np.asarray(sound) * np.clip(time / 0.006, 0, 1)


def _bass(tone: float, seconds: float) -> Sound:
    time = _times(seconds + 0.6)
    wave = np.sin(2 * np.pi * tone * time) + 0.22 * np.sin(4 * np.pi * tone * time)
    rise, fall = np.clip(time / 0.35, 0, 1), np.clip((seconds + 0.6 - time) / 1.2, 0, 1)
    return 0.75 * wave * rise**1.5 * fall**1.5


def _room(wet: Sound, seed: int) -> Sound:
    """A reverb by circular convolution: what rings at the end is heard at the beginning."""
    count = wet.shape[1]
    rng = np.random.default_rng(seed + 1)
    time = _times(2.8)
    common, own = rng.normal(0, 1, len(time)), rng.normal(0, 1, (2, len(time)))
    tail = (0.75 * common + 0.45 * own) * np.exp(-time * 2.3) * np.clip(time / 0.03, 0, 1)
    spectrum = np.fft.rfft(wet) * np.fft.rfft(tail, count)
    tones = np.fft.rfftfreq(count, 1 / RATE)
    soft = (tones > 140) / (1 + (tones / 2600) ** 2)
    ring = np.fft.irfft(spectrum * soft, count)
    return np.asarray(ring * (0.6 * np.std(wet) / np.std(ring)))


def _level(mix: Sound) -> Sound:
    """Bring the loudness to -20 dB RMS, then keep peaks under -3 dB without a hard corner."""
    mix = mix - mix.mean(1, keepdims=True)
    mix = mix * (0.1 / np.sqrt(np.mean(mix**2)))
    return np.asarray(0.7 * np.tanh(mix / 0.7))
