"""A seam played over and over: a second of both clips, as bought beside as repaired."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path

import numpy as np
from PIL import Image

from longtake.assemble.endscans import TakeEnds
from longtake.assemble.material import FileMaterial
from longtake.assemble.render import Shown, clip_frames
from longtake.assemble.seams import SeamPlace
from longtake.media.clipwriter import write_clip
from longtake.media.color import rgb_to_planes
from longtake.media.normalise import FilmFormat
from longtake.media.planes import Planes, planes_of
from longtake.media.type import text_image
from longtake.timeline import Timeline
from longtake.units import Fit, FrameRate, Size, film_frame_of, film_frames_until

# How often it is played, and the seconds on each side of the seam.
_TIMES, _SIDE_S = 4, 1.0
# The longer side of each picture, and the rows of words above them.
_LONGEST, _STRIP = 640, 28
_GROUND, _INK, _FAINT = (22, 23, 26), (236, 236, 232), (150, 152, 158)
_NAMES = ("as bought", "as repaired")


def write_replay(place: SeamPlace, timeline: Timeline, fit: Fit, path: Path) -> None:
    """Write the short film of a seam to `path`; raises MediaError where a take cannot be decoded."""
    film = FilmFormat(_panel(timeline.size), timeline.rate, fit, timeline.background)
    plain, repaired = (list(_pictures(place, film, mended=mended)) for mended in (False, True))
    pairs = list(zip(plain, repaired, strict=True))
    before = _before(place.before, film.rate)
    turning = before[1] - before[0]
    strips = [_strip(film.size, words) for words in ("before the seam", "behind the seam")]
    frames = [
        _stacked(strips[index >= turning], _beside(*pair)) for index, pair in enumerate(pairs)
    ]
    height, width = frames[0][0].shape
    write_clip(
        chain.from_iterable(repeat(frames, _TIMES)),
        path,
        size=Size(width, height),
        rate=film.rate,
        crf=16,
        preset="veryfast",
    )


def _panel(size: Size) -> Size:
    share = min(1.0, _LONGEST / max(size.width, size.height))
    width, height = (max(16, round(side * share / 2) * 2) for side in (size.width, size.height))
    return Size(width, height)


def _pictures(place: SeamPlace, film: FilmFormat, *, mended: bool) -> Iterator[Planes]:
    """Give the frames on both sides of the seam; both ways of showing it last equally long."""
    behind = _behind(place.after, film.rate)
    rate = place.after.rate
    shift = film_frame_of(place.after.dropped, rate, film.rate) if mended else 0
    shift += place.after.begin
    sides = (
        (place.before, _before(place.before, film.rate)),
        (place.after, (shift, shift + behind)),
    )
    for ends, (start, end) in sides:
        file = FileMaterial(ends.path, ends.sha256, ends.mending if mended else None)
        shown = Shown(ends.clip, ends.material or file, start, end)
        for _, frame in clip_frames(shown, film, start, end):
            y, u, v = planes_of(frame)
            yield y.copy(), u.copy(), v.copy()


def _before(ends: TakeEnds, film: FrameRate) -> tuple[int, int]:
    """Give the film-rate frames shown of the clip before; the frame both clips hold is the other's."""
    end = film_frames_until(ends.out, ends.rate, film) - 1
    return max(ends.begin, end - film.frames(_SIDE_S)), end


def _behind(ends: TakeEnds, film: FrameRate) -> int:
    """Count the film-rate frames shown of the clip behind."""
    rate = ends.rate
    first = ends.begin + film_frame_of(ends.dropped, rate, film)
    shown = film_frames_until(ends.out, rate, film) - first
    return min(film.frames(_SIDE_S), shown)


def _strip(size: Size, words: str) -> Planes:
    """Draw the words above both pictures."""
    strip = Image.new("RGB", (2 * size.width, _STRIP), _GROUND)
    for index, name in enumerate(_NAMES):
        left, room = index * size.width + 8, size.width // 2 - 12
        text = text_image(name, 15, _INK, room)
        strip.paste(text, (left, 5), text)
        where = text_image(words, 13, _FAINT, room)
        strip.paste(where, (left + size.width - where.width - 16, 6), where)
    return rgb_to_planes(np.asarray(strip))


def _beside(left: Planes, right: Planes) -> Planes:
    y, u, v = (np.concatenate(pair, axis=1) for pair in zip(left, right, strict=True))
    return y, u, v


def _stacked(top: Planes, bottom: Planes) -> Planes:
    y, u, v = (np.concatenate(pair, axis=0) for pair in zip(top, bottom, strict=True))
    return y, u, v
