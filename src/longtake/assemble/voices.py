"""Narration: each voice begins with its clip, to the sample, and is heard to its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from longtake.assemble.ducking import Stretch
from longtake.assemble.listened import Listen
from longtake.assemble.strands import Strand, film_sample
from longtake.cues import CueSheet, NarrationCue
from longtake.errors import AssemblyError
from longtake.media.audio import RATE, Heard, Samples, sound_from
from longtake.timeline import Timeline

# A part of a voice that lies further (in dB) below its loudness is a rest: room and breath lie there.
_REST_DB = 30


@dataclass(frozen=True)
class Voice:
    """A voice's file from film sample `start` on, brought to its level by `gain`."""

    path: Path
    start: int
    gain: float
    heard: Heard


def place_voices(timeline: Timeline, cues: CueSheet, listen: Listen) -> tuple[Voice, ...]:
    """Lay the narration on the film's samples; what nobody has said yet (no file) is left out.

    A voice begins with the first frame of its clip. One that would outlast the film, for a take may
    end earlier than it was planned to, begins as much sooner. Raises AssemblyError where the film is
    shorter than the voice.
    """
    starts = timeline.clip_starts()
    end = film_sample(timeline, timeline.frames)
    voices = []
    for cue in cues.narration:
        if cue.path is None:
            continue
        found = listen(cue.path, cue.sha256, _REST_DB)
        length = max((stop for _, stop in found.heard.parts), default=0)
        if length > end:
            raise _too_long(cue, length - end)
        start = min(film_sample(timeline, starts[cue.clip]), end - length)
        voices.append(Voice(cue.path, start, found.gain(cue.level), found.heard))
    return tuple(voices)


def _too_long(cue: NarrationCue, over: int) -> AssemblyError:
    return AssemblyError(
        f'the narration of shot "{cue.shot}" is {over / RATE:.1f} s longer than the whole film',
        hint="say less there, or give the film more `seconds`: what is said is never cut",
    )


def spoken(voices: tuple[Voice, ...]) -> Iterator[Stretch]:
    """Yield where on the film's samples somebody speaks."""
    for voice in voices:
        for start, end in voice.heard.parts:
            yield voice.start + start, voice.start + end


def voice_strand(voice: Voice) -> Strand:
    """Make a voice heard."""
    end = voice.start + voice.heard.samples
    return Strand(voice.start, end, partial(sound_from, voice.path), partial(_shape, voice))


def _shape(voice: Voice, sound: Samples, place: int) -> None:
    sound *= np.float32(voice.gain)
