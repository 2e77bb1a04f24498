"""Beds of music: laid under the film, a scene or a shot, looped, faded, lower where somebody speaks."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from longtake.assemble.clipsound import DECLICK
from longtake.assemble.ducking import Stretch, ducked
from longtake.assemble.listened import REST_DB, Listen
from longtake.assemble.strands import Strand, faded, film_sample
from longtake.cues import CueSheet, MusicCue
from longtake.media.audio import Heard, Samples, samples_at, silence, sound_from
from longtake.timeline import Timeline


@dataclass(frozen=True)
class Bed:
    """A bed of music over film samples [start, end), brought to its level by `gain`.

    Fades are counted in samples; `turn` is for how many of them the end of the file and its beginning
    are heard together.
    """

    cue: MusicCue
    start: int
    end: int
    gain: float
    heard: Heard
    turn: int
    fade_in: int
    fade_out: int


def bed_frames(timeline: Timeline, cue: MusicCue) -> tuple[int, int]:
    """Give the film frames [start, end) a bed lies under."""
    if cue.clips is None:
        return 0, timeline.frames
    first, last = cue.clips
    return timeline.clip_starts[first], timeline.clip_ends[last]


def place_beds(timeline: Timeline, cues: CueSheet, listen: Listen) -> tuple[Bed, ...]:
    """Lay the cue sheet's music on the film's samples."""
    beds = []
    for cue in cues.music:
        start, end = (film_sample(timeline, frame) for frame in bed_frames(timeline, cue))
        found = listen(cue.path, cue.sha256, REST_DB)
        # No longer than half the file: a turn that meets the next one is heard as neither.
        turn = min(film_sample(timeline, cue.cross_fade), found.heard.samples // 2)
        beds.append(
            Bed(
                cue,
                start,
                end,
                found.gain(cue.level),
                found.heard,
                turn,
                film_sample(timeline, cue.fade_in),
                film_sample(timeline, cue.fade_out),
            )
        )
    return tuple(beds)


def sounding(bed: Bed) -> Iterator[Stretch]:
    """Yield where on the film's samples a bed is heard: its file's parts, as often as they are played."""
    at, skip = bed.start, samples_at(bed.cue.offset_s)
    while bed.heard.parts and at < bed.end:
        for start, end in bed.heard.parts:
            stretch = at + max(0, start - skip), min(at + end - skip, bed.end)
            if stretch[0] < stretch[1]:
                yield stretch
        played = max(0, bed.heard.samples - skip)
        at += played - min(bed.turn, played)
        skip = 0
        if not bed.cue.loop:
            return


def bed_strand(bed: Bed, spoken: tuple[Stretch, ...]) -> Strand:
    """Make a bed heard; `spoken` tells where narration sounds, which it lies lower under."""
    under = spoken if bed.cue.duck else ()
    return Strand(
        bed.start, bed.end, partial(_passes, bed.cue, bed.turn), partial(_shape, bed, under)
    )


def _shape(bed: Bed, under: tuple[Stretch, ...], sound: Samples, place: int) -> None:
    sound *= np.float32(bed.gain)
    faded(sound, place, bed.start, bed.end, bed.fade_in, bed.fade_out)
    ducked(sound, place, under)


def _passes(cue: MusicCue, turn: int) -> Iterator[Samples]:
    """Play a file from its offset on, then from its start for ever where it loops."""
    skip, tail = samples_at(cue.offset_s), silence(0)
    # Held back of each pass: what the next one is mixed with, or what must not end in a click.
    held = turn if cue.loop else DECLICK
    while True:
        played, tail = yield from _one_pass(sound_from(cue.path, skip), tail, held)
        if not cue.loop:
            tail *= np.linspace(1, 0, tail.shape[1], dtype=np.float32)
            yield tail
            return
        if not played and not skip:
            return
        skip = 0


def _one_pass(
    blocks: Iterator[Samples], before: Samples, held: int
) -> Generator[Samples, None, tuple[int, Samples]]:
    """Play a file once over the end of the pass before it; gives the samples it has, and its own end."""
    played, rest = 0, silence(0)
    for block in blocks:
        played += block.shape[1]
        rest = np.concatenate([rest, block], axis=1)
        if rest.shape[1] < before.shape[1]:
            continue
        _turn_over(before, rest)
        before = silence(0)
        ready = max(0, rest.shape[1] - held)
        yield rest[:, :ready]
        rest = rest[:, ready:]
    return played, rest


def _turn_over(before: Samples, after: Samples) -> None:
    """Mix the end of one pass into the beginning of the next, at equal power."""
    count = before.shape[1]
    way = np.linspace(0, np.pi / 2, count, dtype=np.float32)
    after[:, :count] = before * np.cos(way) + after[:, :count] * np.sin(way)
