"""What is wrong at the ends of a clip besides its colours: still lead-ins, flashes, bars."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from longtake.media.planes import SmallPlanes
from longtake.seam.ends import ClipEnds, difference
from longtake.seam.fit import ColourMap, colour_cells
from longtake.seam.plan import NO_BARS, Bars, Flash

Exact = NDArray[np.float64]

# A pair of frames is still below this share of the clip's own motion, and below these codes.
_STILL_SHARE, _STILL_CODES = 0.25, 0.2
# A clip that hardly moves, or moves on twos, has no still lead-in.
_LEAST_MOTION, _MOST_STILL = 0.4, 0.25
# The head of a clip, which may flash, and the frames it is held against.
_HEAD, _STEADY = 8, 16
_HEAD_FLASH, _FRAME_FLASH = 0.008, 0.02
_SURE = 5.0
_DARK = 24
_FEWEST = 40
_BAR_CONTRAST = 10.0


def still_lead_in(ends: ClipEnds) -> int:
    """Count the leading frames that only repeat the first one, and may be left out."""
    steps = [difference(one, other) for one, other in pairwise(ends.head)]
    own = [difference(one, other) for one, other in pairwise(ends.tail)]
    body = [*steps[_HEAD:], *(own if ends.tail_start > _HEAD else [])]
    if len(body) < 4:
        return 0
    normal = float(np.median(body))
    still = max(_STILL_SHARE * normal, _STILL_CODES)
    if normal < _LEAST_MOTION or np.mean(np.array(body) < still) > _MOST_STILL:
        return 0
    count = 0
    while count < len(steps) and steps[count] < still:
        count += 1
    return count if count < min(len(steps), ends.last) else 0


def find_flashes(ends: ClipEnds) -> tuple[Flash, ...]:
    """Find frames at both ends that are lighter or darker than their neighbours, and what evens them."""
    light = [_light(planes, ends) for planes in ends.head]
    found = {flash.frame: flash for flash in _single(light, 0)}
    found |= {flash.frame: flash for flash in _head(light) if flash.frame not in found}
    if ends.tail_start:
        tail = [_light(planes, ends) for planes in ends.tail]
        found |= {flash.frame: flash for flash in _single(tail, ends.tail_start)}
    return tuple(found[frame] for frame in sorted(found))


def find_bars(ends: ClipEnds) -> Bars:
    """Find black bars that stand at both ends of the clip and are not in the picture sent."""
    if ends.sent is None or ends.sent[0].shape != ends.head[0][0].shape:
        return NO_BARS
    frames = [ends.head[0][0], ends.head[-1][0], ends.tail[-1][0]]
    dark = np.max(frames, axis=0)
    rows, columns = np.percentile(dark, 98, axis=1), np.percentile(dark, 98, axis=0)
    sent = ends.sent[0].astype(np.float64)
    down, across = sent.mean(1) - rows, sent.mean(0) - columns
    return Bars(
        _run(rows, down), _run(rows[::-1], down[::-1]),
        _run(columns, across), _run(columns[::-1], across[::-1]),
    )  # fmt: skip


def _run(levels: Exact, contrast: Exact) -> float:
    """Give the share of leading lines that are black here and were not in the sent picture."""
    black = levels <= _DARK
    count = int(np.argmin(black)) if not black.all() else 0
    if not count or contrast[:count].mean() < _BAR_CONTRAST:
        return 0.0
    return round(count / len(levels), 6)


def _light(planes: SmallPlanes, ends: ClipEnds) -> Exact:
    """Give each cell's light in codes."""
    cells: Exact = colour_cells(planes, ends.sampling).mean(-1).ravel().astype(np.float64)
    return cells


def _step(one: Exact, other: Exact) -> float:
    """Give the logarithm of how much lighter the second frame is.

    Cells and their sum must agree: motion moves what most cells see, new things in the picture move
    the sum, and only a flash moves both alike.
    """
    seen = (one > 12) & (one < 245) & (other > 12) & (other < 245)
    if seen.sum() < _FEWEST:
        return 0.0
    most = float(np.median(np.log(other[seen] / one[seen])))
    whole = float(np.log(other[seen].sum() / one[seen].sum()))
    return min(most, whole, key=abs) if most * whole > 0 else 0.0


def _single(light: list[Exact], first: int) -> list[Flash]:
    """Find frames that step away from both neighbours, which agree with each other."""
    steps = [_step(one, other) for one, other in pairwise(light)]
    if len(steps) < 4:
        return []
    usual = 1.4826 * float(np.median(np.abs(np.array(steps) - np.median(steps))))
    found = []
    for index, (come, go) in enumerate(pairwise(steps), 1):
        height = (come - go) / 2
        across = _step(light[index - 1], light[index + 1])
        sharp = min(abs(come), abs(go)) > max(_FRAME_FLASH, _SURE * usual) and come * go < 0
        if sharp and abs(across) < 0.5 * abs(height):
            found.append(Flash(first + index, _gain(-height)))
    return found


def _head(light: list[Exact]) -> list[Flash]:
    """Find a head that begins lighter or darker than the frames behind it and settles there."""
    if len(light) < _STEADY:
        return []
    steps = np.array([_step(one, other) for one, other in pairwise(light[:_STEADY])])
    steady = steps[_HEAD:]
    trend = float(np.median(steady))
    usual = 1.4826 * float(np.median(np.abs(steady - trend)))
    # What is left of the flash in each frame: the sum of the unusual steps still to come.
    left = -np.cumsum((steps[:_HEAD] - trend)[::-1])[::-1]
    if abs(left[0]) < max(_HEAD_FLASH, _SURE * usual * np.sqrt(_HEAD)):
        return []
    # A flash is over before the steady frames begin; a slow change of light is not.
    if abs(left[_HEAD - 2 :]).max() > 0.35 * abs(left[0]):
        return []
    least = max(0.003, 2 * usual)
    return [Flash(index, _gain(-at)) for index, at in enumerate(left) if abs(at) > least]


def _gain(log: float) -> ColourMap:
    gain = float(np.exp(log))
    return ColourMap.of(np.diag([gain, gain, gain, 1.0])[:3])
