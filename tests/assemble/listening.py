"""Make a film's sound alone, listen to it, and write tones to lay under it."""

from __future__ import annotations

import wave
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import numpy as np

from longtake.assemble.material import Material
from longtake.assemble.sound import ensure_sound, sound_key
from longtake.cues import CueSheet, MusicCue, NarrationCue
from longtake.files import sha256_of
from longtake.timeline import Timeline
from synthetic import Clip, listen


def heard(
    folder: Path, clips: Mapping[str, Clip], timeline: Timeline, cues: CueSheet | None = None
) -> np.ndarray:
    """Make the film's sound alone and decode it."""
    takes: dict[str, Material] = {name: clip.material for name, clip in clips.items()}
    cues = cues or CueSheet()
    path = ensure_sound(timeline, takes, cues, folder / "sound", sound_key(timeline, takes, cues))
    assert path
    return listen(path)


def rms_db(sound: np.ndarray, start_s: float, end_s: float) -> float:
    """The power of a stretch in dB."""
    part = sound[:, int(start_s * 48_000) : int(end_s * 48_000)]
    return float(10 * np.log10(np.mean(np.square(part)) + 1e-12))


def level_db(sound: np.ndarray, hz: float, start_s: float, end_s: float) -> float:
    """The level of one tone in a stretch, whatever else sounds there."""
    part = sound[0, int(start_s * 48_000) : int(end_s * 48_000)]
    turned = part * np.exp(-2j * np.pi * hz * np.arange(len(part)) / 48_000)
    return float(20 * np.log10(np.abs(turned.mean()) + 1e-9))


def wave_of(seconds: float, hz: float, peak: float = 0.5) -> np.ndarray:
    """A tone, on one side."""
    made: np.ndarray = peak * np.sin(2 * np.pi * hz * np.arange(int(seconds * 48_000)) / 48_000)
    return made


def write_wav(path: Path, samples: np.ndarray) -> Path:
    """Write one side of sound as a WAV file of two."""
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, 48_000, 0, "NONE", ""))
        file.writeframes(np.repeat((samples * 32767).astype("<i2"), 2).tobytes())
    return path


def tone(
    path: Path, seconds: float, peak: float = 0.5, quiet_s: float = 0, hz: int = 997
) -> MusicCue:
    """A WAV file with a tone in it, silent for its first seconds; a cue of it at -20 LUFS."""
    samples = wave_of(seconds, hz, peak)
    samples[: int(quiet_s * 48_000)] = 0
    write_wav(path, samples)
    return MusicCue(path, sha256_of(path), -20)


def said(path: Path, clip: str, samples: np.ndarray, level: float = -16) -> NarrationCue:
    """A voice that "says" these samples with a clip."""
    write_wav(path, samples)
    seconds = Fraction(len(samples), 48_000)
    return NarrationCue(clip, clip, "words", level, seconds, path, sha256_of(path))
