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
from longtake.media.audio import RATE, Heard, Samples, samples_at, sound_from
from longtake.timeline import Timeline

# A part of a voice that lies further (in dB) below its loudness is a rest: room and breath lie there.
_REST_DB = 30
# A voice may be told a sample shorter than it is.
_SLACK = RATE // 100


@dataclass(frozen=True)
class Voice:
    """A voice's file from film sample `start` on, brought to its level by `gain`."""

    path: Path
    start: int
    gain: float
    heard: Heard


def voice_starts(timeline: Timeline, cues: CueSheet) -> tuple[int, ...]:
    """Give the film sample on which each narration begins: with its clip, one after the other.

    A take may end earlier than it was planned to. One that would begin before the last has ended waits
    for it; those that would outlast the film begin as much sooner.
    """
    first = timeline.clip_starts
    wanted = [film_sample(timeline, first[cue.clip]) for cue in cues.narration]
    lengths = [samples_at(cue.seconds) for cue in cues.narration]
    order = sorted(range(len(wanted)), key=lambda at: wanted[at])
    free = 0
    for at in order:
        wanted[at] = max(wanted[at], free)
        free = wanted[at] + lengths[at]
    limit = film_sample(timeline, timeline.frames)
    for at in reversed(order):
        wanted[at] = max(min(wanted[at], limit - lengths[at]), 0)
        limit = wanted[at]
    return tuple(wanted)


def place_voices(timeline: Timeline, cues: CueSheet, listen: Listen) -> tuple[Voice, ...]:
    """Lay the narration on the film's samples; what nobody has said yet (no file) is left out.

    Raises AssemblyError where the film is too short for all that is said in it.
    """
    end = film_sample(timeline, timeline.frames)
    voices = []
    free = 0
    starts = zip(voice_starts(timeline, cues), cues.narration, strict=True)
    for start, cue in sorted(starts, key=lambda pair: pair[0]):
        if cue.path is None:
            continue
        found = listen(cue.path, cue.sha256, _REST_DB)
        length = max((stop for _, stop in found.heard.parts), default=0)
        over = max(start + length - end, free - start)
        if over > _SLACK:
            raise _too_long(cue, length - end if length > end else over, alone=length > end)
        free = start + length
        voices.append(Voice(cue.path, start, found.gain(cue.level), found.heard))
    return tuple(voices)


def _too_long(cue: NarrationCue, over: int, *, alone: bool) -> AssemblyError:
    what = f'the narration of shot "{cue.shot}"'
    if not alone:
        what = f"what is said up to {what}"
    return AssemblyError(
        f"{what} is {max(over / RATE, 0.1):.1f} s longer than the whole film",
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
