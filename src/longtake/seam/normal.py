"""What is normal for a clip near one of its ends: its light, its sharpness, how it moves.

All of it is read off the numbers a scan keeps for every frame; a seam is judged against these, so
that a restless clip may be restless over its seam as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longtake.seam.look import Real
from longtake.seam.scan import Profile

Exact = NDArray[np.float64]

# The frames at a clip's end that may be bad, and the body before them that says what is good.
ENDING = 12
_BODY = 24
# A change of light within so many frames is a switch, not a fade.
_SWITCH, _SWITCHED = 2, 0.6
# A pair of frames counts as still below a quarter of the usual change; below 0.2 codes it may be
# the codec's noise, as long as that is at most half of the usual change.
_STILL_SHARE, _STILL_CODES, _STILL_MOST = 0.25, 0.2, 0.5
_MOVING = 0.08
# Frames that may creep, and their change against the least there is anywhere else.
CREPT, _CREEP = 2, 0.9
# A flash is up and down again within so many frames.
_FLASH_FRAMES = 3
FLASH = 0.04
# However restless a take is, beyond these it is not its restlessness: log2 of sharpness, a share of
# light. Good takes reach -1.0 and 0.95; blurred ends begin at -1.5, fades to 80 % at 0.82.
SURELY_BLURRED, SURELY_FADED = -1.2, 0.87
_MAD = 1.4826


@dataclass(frozen=True)
class Body:
    """The frames [start, end) of a clip that say what is normal at a frame behind them."""

    start: int
    end: int


def body_before(frame: int) -> Body:
    """Give the body that frame `frame` near a clip's end is measured against."""
    end = max(1, frame + 1 - ENDING) if frame >= ENDING + 5 else max(1, (frame + 1) // 2)
    return Body(max(0, end - _BODY), end)


def light_curve(profile: Profile) -> Exact:
    """Give the brightness of the clip's pictures without what moves in them: 1 at its first frame."""
    return np.exp(np.cumsum(profile.gain, dtype=np.float64))


def light_off_trend(profile: Profile, frame: int, body: Body) -> tuple[float, float]:
    """Give a frame's light as a factor of what the body's trend promised, and the trend's own noise.

    A switch (a step of one or two frames, settled since) counts as promised.
    """
    curve = light_curve(profile)
    places = np.arange(body.start, body.end)
    slope = level = 0.0
    logs = np.log(curve)
    if len(places) >= 6:
        slope, level = _line(places, logs[places])
    noise = float(np.std(logs[places] - (slope * places + level))) if len(places) >= 6 else 0.0
    recent = places[-6:]
    promised = float(np.median(logs[recent] - slope * recent)) + slope * frame
    off = float(logs[frame]) - promised
    steps = profile.gain[body.end : frame + 1].astype(np.float64) - slope
    off -= _switched(steps, off)
    return float(np.exp(off)), noise


def sharpness_loss(profile: Profile, frame: int, body: Body) -> tuple[float, float]:
    """Give log2 of a frame's sharpness against its body's median, and how much the body varies.

    Less light makes every edge weaker; that is no blur and is taken out.
    """
    light = light_curve(profile)
    logs = np.log2(np.maximum(profile.sharpness, 1e-3)) - 2 * np.log2(light)
    usual = float(np.median(logs[body.start : body.end]))
    return float(logs[frame]) - usual, float(np.std(logs[body.start : body.end]))


def flash_frames(profile: Profile) -> tuple[int, ...]:
    """List frames that are lighter or darker than those on both sides, flicker of the shot apart."""
    gain = profile.gain.astype(np.float64)
    limit = max(FLASH, 5 * robust_spread(gain[1:]))
    found: set[int] = set()
    for start in np.flatnonzero(np.abs(gain) > limit):
        for length in range(1, _FLASH_FRAMES + 1):
            end = start + length
            if end >= len(gain):
                break
            back = gain[end]
            if back * gain[start] < 0 and abs(gain[start : end + 1].sum()) < 0.3 * abs(gain[start]):
                found.update(range(int(start), end))
                break
    return tuple(sorted(found))


def motion(profile: Profile, start: int, end: int) -> float:
    """Give the median change between frames [start, end) that move at all; 0 where most stand still.

    What is drawn on twos or threes moves in every second or third frame only.
    """
    changes = profile.change[max(1, start) : end]
    moving = changes[changes >= _MOVING]
    if len(moving) * 4 < len(changes) or not len(moving):
        return 0.0
    return float(np.median(moving))


def still_limit(moved: float, changes: Real) -> float:
    """Give the change below which a pair of frames counts as frozen, where `moved` is normal.

    Where no frame of a take changes much less than others, half of its least change tells as well.
    """
    least = float(np.percentile(changes, 5)) if len(changes) else 0.0
    return max(_STILL_SHARE * moved, min(_STILL_CODES, _STILL_MOST * moved), _STILL_MOST * least)


def longest_still(changes: Real, limit: float) -> int:
    """Count the longest run of still pairs between moving ones: 1 in what is drawn on twos."""
    longest = run = 0
    started = False
    for change in changes:
        if change >= limit:
            longest, run, started = (max(longest, run) if started else longest), 0, True
        else:
            run += 1
    return longest


def leading_still(changes: Real, limit: float) -> int:
    """Count the still pairs before the first that moves; all of them where none does."""
    moving = np.flatnonzero(changes >= limit)
    return int(moving[0]) if len(moving) else len(changes)


def crept(changes: Real, tail: Real, moved: float) -> bool:
    """Tell whether a take begins slower over two frames than either take ever is.

    A codec that predicts from both sides lets two frozen frames creep towards the next that moves.
    """
    if len(changes) <= ENDING or len(tail) <= ENDING:
        return False
    lead = float(changes[:CREPT].sum())
    usual = [np.convolve(side, np.ones(CREPT), "valid") for side in (tail, changes[CREPT:_BODY])]
    least = min(float(sums.min()) for sums in usual)
    return lead < min(_CREEP * least, _STILL_MOST * CREPT * moved)


def robust_spread(values: Exact | Real) -> float:
    """Give the spread of most values, as a standard deviation; a few outliers do not count."""
    if not len(values):
        return 0.0
    return _MAD * float(np.median(np.abs(values - np.median(values))))


def _line(places: NDArray[np.intp], values: Exact) -> tuple[float, float]:
    """Fit a line that no single step or flash bends: the median of slopes over half the length."""
    half = len(places) // 2
    slope = float(np.median(values[half:] - values[: len(values) - half])) / half
    return slope, float(np.median(values - slope * places))


def _switched(steps: Exact, off: float) -> float:
    """Give the part of a change of light that came at once and has settled since."""
    settled = len(steps) - _SWITCH
    for start in range(settled - _SWITCH + 1):
        jump = float(steps[start : start + _SWITCH].sum())
        if off * jump > 0 and abs(jump) > _SWITCHED * abs(off):
            return jump
    return 0.0
