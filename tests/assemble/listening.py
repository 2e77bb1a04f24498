"""Make a film's sound alone, listen to it, and write tones to lay under it."""

from __future__ import annotations

import wave
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from longtake.assemble.material import Material
from longtake.assemble.sound import ensure_sound, sound_key
from longtake.cues import CueSheet, MusicCue
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


def tone(
    path: Path, seconds: float, peak: float = 0.5, quiet_s: float = 0, hz: int = 997
) -> MusicCue:
    """A WAV file with a tone in it, silent for its first seconds; a cue of it at -20 LUFS."""
    time = np.arange(int(seconds * 48_000)) / 48_000
    samples = peak * np.sin(2 * np.pi * hz * time) * (time >= quiet_s)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(np.repeat((samples * 32767).astype("<i2"), 2).tobytes())
    return MusicCue(path, sha256_of(path), -20)
