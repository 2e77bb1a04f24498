"""Captions on film frames: the author's own, and those made of what is spoken.

All is computed from the conformed timeline: a take that ended early moves its captions with it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from longtake.assemble.captiontext import (
    LONGEST_S,
    SHORTEST_S,
    WIDEST,
    divided,
    laid_out,
    reading_s,
    two_lines,
)
from longtake.assemble.voices import voice_starts
from longtake.cues import CaptionFile, CaptionStyle, CueSheet, NarrationCue, TimedText
from longtake.media.audio import RATE
from longtake.speaking import SpokenClock
from longtake.subtitles import readable
from longtake.timeline import Timeline
from longtake.units import FrameRate, Size, exact

# Between two captions the eye must see that something changed.
GAP = 2
# A shorter hole is closed: a caption that blinks off and on disturbs more than one that stands.
_HOLE_S = Fraction(1, 2)
# What stands shorter than this cannot be seen as words at all.
_GLANCE_S = Fraction(1, 4)
# Of the picture's width the lines may take, and of a letter's size its usual width.
_ROOM, _LETTER = Fraction(86, 100), Fraction(1, 2)
_SHORT_SIDE = 720


@dataclass(frozen=True)
class Caption:
    """Lines to be read over the film frames [start, end); `style` is set where they are drawn into it.

    `source` tells where they come from: the name of a file, or "narration".
    """

    start: int
    end: int
    text: str
    source: str
    style: CaptionStyle | None = None


def film_captions(timeline: Timeline, cues: CueSheet) -> tuple[Caption, ...]:
    """Give all captions of a conformed film in order, none over another."""
    shown = _Windows(timeline)
    captions = [
        caption for file in cues.captions.files for caption in _written(timeline, shown, file)
    ]
    captions += _spoken(timeline, shown, cues)
    styles = dict(cues.captions.burned)
    laid = _apart(captions, timeline.rate.frames(_GLANCE_S))
    return tuple(
        _styled(caption, styles.get(shown.clip_at(caption.start)), timeline) for caption in laid
    )


def soft_captions(captions: Iterable[Caption]) -> tuple[Caption, ...]:
    """Keep the captions that are not drawn into the picture."""
    return tuple(caption for caption in captions if caption.style is None)


def timed(captions: Iterable[Caption], rate: FrameRate) -> tuple[TimedText, ...]:
    """Give captions in seconds, for files beside the film."""
    return tuple(TimedText(rate.seconds(c.start), rate.seconds(c.end), c.text) for c in captions)


def letter_size(style: CaptionStyle, size: Size) -> Fraction:
    """Give the size of a style's letters in pixels of a film."""
    return style.size * min(size.width, size.height) / _SHORT_SIDE


def widest_line(size: Size, style: CaptionStyle | None = None) -> float:
    """Count the columns of the widest line that a film of this size has room for."""
    letter = letter_size(style or CaptionStyle(), size) * _LETTER
    return float(min(Fraction(WIDEST), max(Fraction(8), size.width * _ROOM / letter)))


class _Windows:
    """Which clip is on at a film frame, and the runs of frames of some clips."""

    def __init__(self, timeline: Timeline) -> None:
        self.starts = timeline.clip_starts
        self._names = list(self.starts)
        self._edges = [*self.starts.values(), timeline.frames]

    def clip_at(self, frame: int) -> str:
        return self._names[max(bisect_right(self._edges[:-1], frame) - 1, 0)]

    def runs(self, clips: frozenset[str]) -> list[tuple[int, int]]:
        """Give the film frames [start, end) of clips, neighbours as one."""
        runs: list[tuple[int, int]] = []
        for name, (start, end) in zip(self._names, pairwise(self._edges), strict=True):
            if name not in clips:
                continue
            if runs and runs[-1][1] == start:
                runs[-1] = runs[-1][0], end
            else:
                runs.append((start, end))
        return runs


def _written(timeline: Timeline, shown: _Windows, file: CaptionFile) -> Iterator[Caption]:
    first = shown.starts[file.clip] if file.clip else 0
    runs = shown.runs(file.clips)
    for text in file.texts:
        start = first + timeline.rate.frames(text.start_s)
        end = max(first + timeline.rate.frames(text.end_s), start + 1)
        for low, high in runs:
            if max(start, low) < min(end, high):
                yield Caption(max(start, low), min(end, high), text.text, file.name)


def _spoken(timeline: Timeline, shown: _Windows, cues: CueSheet) -> list[Caption]:
    """Make captions of all narration, each as long as it is said and can be read."""
    styles = dict(cues.captions.burned)
    starts = [Fraction(start, RATE) for start in voice_starts(timeline, cues)]
    captions = [
        caption
        for cue, start_s in zip(cues.narration, starts, strict=True)
        for caption in _said(timeline, cue, start_s, styles)
    ]
    captions.sort(key=lambda caption: caption.start)
    captions = [caption for caption in captions if caption.start < timeline.frames]
    limits = [following.start - GAP for following in captions[1:]] + [timeline.frames]
    # There is no following one where there is none at all.
    paced = [
        _paced(caption, limit, timeline.rate)
        for caption, limit in zip(captions, limits, strict=False)
    ]
    silent = shown.runs(cues.captions.unspoken)
    glance = timeline.rate.frames(_GLANCE_S)
    return [part for caption in paced for part in _outside(caption, silent, glance)]


def _outside(caption: Caption, runs: list[tuple[int, int]], glance: int) -> Iterator[Caption]:
    """Give the longest part of a caption outside some runs of frames, where it can be seen at all."""
    edges = [0, *(edge for run in runs for edge in run), caption.end]
    free = [
        (max(low, caption.start), min(high, caption.end))
        for low, high in zip(edges[::2], edges[1::2], strict=True)
    ]
    start, end = max(free, key=lambda part: part[1] - part[0])
    if end - start >= min(glance, caption.end - caption.start):
        yield replace(caption, start=start, end=end)


def _said(
    timeline: Timeline, cue: NarrationCue, start_s: Fraction, styles: dict[str, CaptionStyle]
) -> Iterator[Caption]:
    text = " ".join(readable(cue.text).split())
    if not text:
        return
    clock = SpokenClock(text, cue)
    widest = widest_line(timeline.size, styles.get(cue.clip))
    frames = timeline.rate.frames
    for low, high in divided(text, clock.at, widest):
        start = frames(start_s + exact(clock.at(low)))
        end = frames(start_s + exact(clock.at(high)))
        yield Caption(start, max(end, start + 1), two_lines(text[low:high], widest), "narration")


def _paced(caption: Caption, limit: int, rate: FrameRate) -> Caption:
    """Let a caption stand until it is read, up to film frame `limit`; close a short hole behind it."""
    needed_s = min(max(SHORTEST_S, reading_s(caption.text)), LONGEST_S)
    end = max(caption.end, caption.start + rate.frames(needed_s))
    if end < limit <= end + rate.frames(_HOLE_S):
        end = limit
    longest = caption.start + rate.frames(LONGEST_S)
    return replace(caption, end=max(min(end, limit, max(longest, caption.end)), caption.start + 1))


def _apart(captions: list[Caption], glance: int) -> list[Caption]:
    """Let each caption end where the next begins; what would only flash up is put with the next."""
    laid: list[Caption] = []
    for caption in sorted(captions, key=lambda c: (c.start, c.end)):
        last = laid[-1] if laid else None
        if last and last.end > caption.start:
            if caption.start - last.start < glance:
                both = f"{last.text}\n{caption.text}"
                laid[-1] = replace(last, end=max(last.end, caption.end), text=both)
                continue
            laid[-1] = replace(last, end=caption.start)
        laid.append(caption)
    return laid


def _styled(caption: Caption, style: CaptionStyle | None, timeline: Timeline) -> Caption:
    text = laid_out(caption.text, widest_line(timeline.size, style))
    return replace(caption, text=text, style=style)
