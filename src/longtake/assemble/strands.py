"""Sounds laid on the film's samples and heard together, a second at a time.

    clip        |~~~~~~~~~~~~|
    clip                   |~~~~~~~~~~~~~~|
    music   |~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~|
    voice             |~~~~~|

The frame count is the clock: what belongs to film frame f starts at sample round(f * 48000 / rate).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from longtake.media.audio import RATE, Samples, samples_at, silence
from longtake.timeline import Timeline

_BLOCK = RATE


@dataclass(frozen=True)
class Strand:
    """A sound over film samples [start, end), silent where it has no more of its own.

    `play` begins it anew; `shape` changes a stretch of it, given with its first film sample, in place.
    """

    start: int
    end: int
    play: Callable[[], Iterator[Samples]]
    shape: Callable[[Samples, int], None]


def film_sample(timeline: Timeline, frames: int) -> int:
    """Give the sample on which a film frame begins."""
    return samples_at(timeline.rate.seconds(frames))


def mixed(strands: Iterable[Strand], samples: int) -> Iterator[Samples]:
    """Yield the sum of strands over film samples [0, samples); opens each when it begins to sound."""
    waiting = sorted(strands, key=lambda strand: strand.start, reverse=True)
    playing: list[_Player] = []
    for place in range(0, samples, _BLOCK):
        block = silence(min(_BLOCK, samples - place))
        end = place + block.shape[1]
        while waiting and waiting[-1].start < end:
            playing.append(_Player(waiting.pop()))
        for player in playing:
            player.add_to(block, place)
        playing = [player for player in playing if player.end > end]
        yield block


class _Player:
    """A strand on its way through the film; what was read too far waits for the next block."""

    def __init__(self, strand: Strand) -> None:
        self.end = strand.end
        self._strand = strand
        self._blocks = strand.play()
        self._rest = silence(0)

    def add_to(self, block: Samples, place: int) -> None:
        strand = self._strand
        low, high = max(place, strand.start), min(place + block.shape[1], strand.end)
        if high <= low:
            return
        sound = self._read(high - low)
        strand.shape(sound, low)
        block[:, low - place : high - place] += sound

    def _read(self, count: int) -> Samples:
        while self._rest.shape[1] < count:
            more = next(self._blocks, None)
            if more is None:
                more = silence(count - self._rest.shape[1])
            self._rest = np.concatenate([self._rest, more], axis=1)
        taken, self._rest = self._rest[:, :count].copy(), self._rest[:, count:]
        return taken


def faded(sound: Samples, place: int, start: int, end: int, rise: int, fall: int) -> None:
    """Let sound that begins at `place` come and go evenly over the ends of [start, end)."""
    places = np.arange(place, place + sound.shape[1], dtype=np.float64)
    if place < start + rise:
        sound *= np.clip((places - start) / rise, 0, 1).astype(np.float32)
    if fall and place + sound.shape[1] > end - fall:
        sound *= np.clip((end - places) / fall, 0, 1).astype(np.float32)
