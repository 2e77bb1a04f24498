"""What the benchmark's film is dressed with: captions, shown or burnt in, or music and a voice."""

from __future__ import annotations

import hashlib
import wave
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from longtake.cues import (
    CaptionFile,
    CaptionSheet,
    CaptionStyle,
    CueSheet,
    MusicCue,
    NarrationCue,
    TimedText,
)
from longtake.timeline import Timeline

RATE = 48_000
SPOKEN_S, EVERY_S = 4, 18
BURNED = 10


def dressed(change: str, timeline: Timeline, folder: Path) -> CueSheet:
    """Give the cues of a change; none for a change of the picture.

    `captions`: two seconds and a half of words in every four. `burned`: those of every tenth clip drawn
    into the picture. `heard`: music under all, a voice every eighteen seconds, -14 LUFS.
    """
    if change == "heard":
        return _heard(timeline, folder)
    if change not in ("captions", "burned"):
        return CueSheet()
    clips = [clip.id for clip in timeline.clips]
    length = int(timeline.rate.seconds(timeline.frames))
    texts = tuple(
        TimedText(
            Fraction(at), at + Fraction(5, 2), f"What is said after {at} seconds,\nin two lines."
        )
        for at in range(0, length - 3, 4)
    )
    burned = clips[BURNED // 2 :: BURNED] if change == "burned" else []
    return CueSheet(
        captions=CaptionSheet(
            (CaptionFile("words.srt", texts, frozenset(clips)),),
            burned=tuple((clip, CaptionStyle()) for clip in burned),
        )
    )


def _heard(timeline: Timeline, folder: Path) -> CueSheet:
    time = np.arange(30 * RATE) / RATE
    chord = sum(np.sin(2 * np.pi * tone * time) for tone in (220, 277.18, 329.63, 880))
    music = _sound(folder / "music.wav", chord * (0.6 + 0.4 * np.sin(time)))
    time = time[: SPOKEN_S * RATE]
    hiss = np.random.default_rng(7).normal(size=len(time))
    syllables = np.maximum(0, np.sin(2 * np.pi * 3 * time)) * (
        np.sin(2 * np.pi * 140 * time) + hiss / 9
    )
    path, name = _sound(folder / "voice.wav", syllables)
    said = tuple(
        NarrationCue(clip.id, clip.id, "Words.", -16.0, Fraction(SPOKEN_S), path, name)
        for clip in timeline.clips[:: EVERY_S // 6]
    )
    return CueSheet((MusicCue(*music, -24.0),), narration=said, loudness=-14.0)


def _sound(path: Path, samples: Any) -> tuple[Path, str]:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1), out.setsampwidth(2), out.setframerate(RATE)
        out.writeframes((samples / np.abs(samples).max() * 9000).astype("<i2").tobytes())
    return path, hashlib.sha256(path.read_bytes()).hexdigest()
