"""What the benchmark's film is dressed with: captions, shown or burnt in, or music and a voice."""

from __future__ import annotations

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


def make_sounds(folder: Path) -> None:
    """Write music and a voice for `dressed`."""
    time = np.arange(30 * RATE) / RATE
    chord = sum(np.sin(2 * np.pi * tone * time) for tone in (220, 277.18, 329.63, 880))
    _write(folder / "music.wav", chord * (0.6 + 0.4 * np.sin(time)))
    time = time[: SPOKEN_S * RATE]
    hiss = np.random.default_rng(7).normal(size=len(time))
    syllables = np.maximum(0, np.sin(2 * np.pi * 3 * time))
    _write(folder / "voice.wav", syllables * (np.sin(2 * np.pi * 140 * time) + hiss / 9))


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
    voice = folder / "voice.wav"
    clips = timeline.clips[:: EVERY_S // 6]
    said = tuple(
        NarrationCue(clip.id, clip.id, "Words.", -16.0, Fraction(SPOKEN_S), voice, "a voice")
        for clip in clips
    )
    music = MusicCue(folder / "music.wav", "music", -24.0)
    unsaid = CaptionSheet(unspoken=frozenset(clip.id for clip in clips))
    return CueSheet((music,), narration=said, captions=unsaid, loudness=-14.0)


def _write(path: Path, samples: Any) -> None:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1), out.setsampwidth(2), out.setframerate(RATE)
        out.writeframes((samples / np.abs(samples).max() * 9000).astype("<i2").tobytes())
