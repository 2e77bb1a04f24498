"""Takes of one clip held against each other: what is measured of each, and an order with its reasons.

A rank proposes and never decides: no number knows which of two good takes an author wants.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import exp, log2

import numpy as np

from longtake.media.likeness import luma_likeness
from longtake.seam.lab import delta_e
from longtake.seam.look import Look, Real
from longtake.seam.measure import SEEN_MOTION, structure
from longtake.seam.normal import (
    body_before,
    flash_frames,
    leading_still,
    longest_still,
    motion,
    still_limit,
)
from longtake.seam.pick import faults_of as end_faults
from longtake.seam.register import block_shifts
from longtake.seam.scan import Scan
from longtake.seam.verdict import LIKENESS_LEAST, SHIFT_MOST, SSIM_LEAST, colour_limits

# Frames that stand for how a clip begins and how it ends.
_ENDS = 4
# What is said of light and colour in words, and what one demerit is worth.
_LIGHT_TOLD, _COLOUR_TOLD = 0.01, 0.04
_SHARP_TOLD = 0.85
# A take that begins elsewhere is behind all that do not; nothing else outweighs everything.
_ELSEWHERE, _MOST = 100.0, 5.0
_DRIFTS = ("drift", "tint")
_FLASHED, _STOOD_FRAMES = 3.0, 5


@dataclass(frozen=True)
class Landing:
    """How well a frame of a take matches the picture it was asked to be.

    `likeness` and `ssim` are 1 where they agree, `shift` is in cells of a picture 320 wide, `de` the
    median CIEDE2000 of 16x9 cells and `light` the part of it that is lighter or darker, in L*.
    """

    likeness: float
    ssim: float
    shift: float
    de: float
    light: float

    @property
    def is_elsewhere(self) -> bool:
        """Whether it shows another picture altogether."""
        return self.likeness < LIKENESS_LEAST

    def demerits(self, motion: float) -> float:
        """Count how far it is off, 1 for each limit it reaches; movement hides some of it."""
        if self.is_elsewhere:
            return _ELSEWHERE
        parts = (
            self.de / colour_limits(motion)[0],
            self.shift / SHIFT_MOST,
            (1 - self.ssim) / (1 - SSIM_LEAST),
        )
        return sum(min(part, _MOST) for part in parts)


@dataclass(frozen=True)
class TakeMarks:
    """What was measured of a take up to its out-point; `first` and `last` where it was given frames.

    `stills` counts frames, `sharpness` is the variance of the Laplacian, `drift` the logarithm of the end's
    light against the beginning's and `tint` that of saturation. `bad_end` names what is wrong with its
    last frame.
    """

    motion: float
    first: Landing | None
    last: Landing | None
    flashes: tuple[int, ...]
    stills: int
    sharpness: float
    drift: float
    tint: float
    bad_end: tuple[str, ...]


@dataclass(frozen=True)
class Ranked:
    """The place of a take among those of its clip (1 is best), its demerits, and why in words."""

    place: int
    demerits: float
    reasons: tuple[str, ...]


def land(given: Look, shown: Look) -> Landing:
    """Hold a frame of a take against the picture it was asked to be."""
    same = given.luma.shape == shown.luma.shape
    if not same:
        return Landing(1.0, 1.0, 0.0, 0.0, 0.0)
    shifts, _ = block_shifts(given.luma, shown.luma, (2, 2))
    mean = shown.lab.mean((0, 1)) - given.lab.mean((0, 1))
    return Landing(
        likeness=luma_likeness(given.luma, shown.luma),
        ssim=structure(given.luma, shown.luma),
        shift=float(np.median(np.hypot(shifts[:, 0], shifts[:, 1]))),
        de=float(np.median(delta_e(given.lab, shown.lab))),
        light=float(mean[0]),
    )


def mark_take(
    scan: Scan, out: int, *, first: Look | None = None, last: Look | None = None
) -> TakeMarks:
    """Measure a take up to the frame `out`, against the pictures it was asked to begin and end on."""
    profile, end = scan.profile, out + 1
    changes = profile.change[1:end]
    moved = motion(profile, 0, end)
    limit = still_limit(moved, changes)
    stills = max(leading_still(changes, limit), longest_still(changes, limit))
    flashes = tuple(frame for frame in flash_frames(profile) if frame <= out)
    kept = out < len(scan.head) or out >= scan.frames - len(scan.tail)
    return TakeMarks(
        motion=moved,
        first=land(first, scan.look(0)) if first else None,
        last=land(last, scan.look(out)) if last and kept else None,
        flashes=flashes,
        stills=stills if moved >= SEEN_MOTION else 0,
        sharpness=float(np.median(profile.sharpness[:end])),
        drift=_change(profile.luma, end),
        tint=_change(profile.saturation, end),
        bad_end=end_faults(profile, out, body_before(out), set(flashes)),
    )


def rank_takes(marks: Sequence[TakeMarks], *, steady: bool = True) -> tuple[Ranked, ...]:
    """Rank the takes of a clip, in the order given; of two alike the earlier is the better.

    `steady` says that light and colour are to stay as they begin. A camera that goes into the dark
    darkens every take: what the steadiest of them does is the shot's own.
    """
    sharpest = max((mark.sharpness for mark in marks), default=0.0)
    drift, tint = (
        min((getattr(mark, name) for mark in marks), key=abs, default=0.0) for name in _DRIFTS
    )
    own = [
        replace(mark, drift=mark.drift - drift, tint=mark.tint - tint)
        if steady
        else replace(mark, drift=0.0, tint=0.0)
        for mark in marks
    ]
    counted = [_demerits(mark, sharpest) for mark in own]
    order = sorted(range(len(marks)), key=lambda index: (round(counted[index], 2), index))
    return tuple(
        Ranked(order.index(index) + 1, counted[index], tuple(_reasons(mark, sharpest)))
        for index, mark in enumerate(own)
    )


def _change(curve: Real, end: int) -> float:
    """Give the logarithm of a curve's last frames against its first; one more keeps black from counting."""
    first, last = curve[: min(_ENDS, end)].mean(), curve[max(0, end - _ENDS) : end].mean()
    return float(np.log((last + 1) / (first + 1)))


def _demerits(mark: TakeMarks, sharpest: float) -> float:
    ends = (mark.first, mark.last)
    found = sum(landing.demerits(mark.motion) for landing in ends if landing)
    found += _FLASHED * bool(mark.flashes) + len(mark.bad_end)
    found += min(_MOST, _still(mark) / _STOOD_FRAMES)
    share = (mark.sharpness + 1) / (sharpest + 1)
    # Takes that begin on one picture show one place; others may differ for what they show.
    weight = 2 if mark.first else 1
    found += min(_MOST, -weight * log2(share)) if share < _SHARP_TOLD else 0.0
    found += min(_MOST, abs(mark.drift) / (2 * _LIGHT_TOLD))
    found += min(_MOST, abs(mark.tint) / (2 * _COLOUR_TOLD))
    return found


def _still(mark: TakeMarks) -> int:
    # Drawings on twos and threes stand still all the time, and a move may begin slowly.
    return mark.stills if mark.stills >= _STOOD_FRAMES else 0


def _reasons(mark: TakeMarks, sharpest: float) -> Iterator[str]:
    if mark.first:
        yield from _landed(mark.first, mark.motion, "begins", "the frame it was given")
    if mark.last:
        yield from _landed(mark.last, mark.motion, "ends", "the frame it was asked to end on")
    if mark.flashes:
        yield f"flashes at frame {mark.flashes[0]}"
    if _still(mark):
        yield f"stands still for {mark.stills} frames"
    share = (mark.sharpness + 1) / (sharpest + 1)
    yield "sharp" if share >= _SHARP_TOLD else f"softer ({share * 100:.0f} % of the sharpest)"
    if mark.bad_end:
        yield f"its end is {' and '.join(_END_WORDS[word] for word in mark.bad_end)}"
    if abs(mark.drift) > _LIGHT_TOLD:
        word = "darker" if mark.drift < 0 else "lighter"
        yield f"{abs(exp(mark.drift) - 1) * 100:.0f} % {word} at the end"
    if abs(mark.tint) > _COLOUR_TOLD:
        word = "paler" if mark.tint < 0 else "more colourful"
        yield f"{abs(exp(mark.tint) - 1) * 100:.0f} % {word} at the end"


_END_WORDS = {"blurred": "blurred", "fades": "fading", "flash": "flashing", "bars": "barred"}


def _landed(landing: Landing, motion: float, verb: str, what: str) -> Iterator[str]:
    if landing.is_elsewhere:
        yield f"{verb} on another picture than {what}"
        return
    found = []
    if landing.shift > SHIFT_MOST:
        found.append(f"{landing.shift:.1f} cells beside it")
    if landing.de > colour_limits(motion)[0]:
        light = abs(landing.light) > landing.de / 2
        word = ("lighter" if landing.light > 0 else "darker") if light else "in other colours"
        found.append(f"{word} (dE {landing.de:.1f})")
    if landing.ssim < SSIM_LEAST and not found:
        found.append(f"with other detail ({landing.ssim:.2f})")
    handoff = "the handoff frame" if verb == "begins" else what
    yield f"{verb} {' and '.join(found)}" if found else f"{verb} on {handoff}"
