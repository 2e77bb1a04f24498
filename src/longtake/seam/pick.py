"""Where a clip ends in the film: its exact last frame, or the best one before it where that is bad.

Nothing after the out-point is shown, so time never runs backwards over a seam.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from longtake.seam.normal import (
    ENDING,
    SURELY_BLURRED,
    SURELY_FADED,
    Body,
    body_before,
    flash_frames,
    light_off_trend,
    sharpness_loss,
)
from longtake.seam.scan import Profile

Badness = Literal["blurred", "fades", "flash", "bars"]

# Sharpness of at least 80 % of the body's, or what the body itself sinks to.
_LEAST_SHARP = float(np.log2(0.8))
_LEAST_OFF = 0.025
_SPREADS = 3.0
_NOISES = 4.0
_LEAST_BAR = 0.02
# No clip is trimmed to nothing.
_LEAST_LEFT = 2


@dataclass(frozen=True)
class OutPoint:
    """The frame a take ends with in the film, how many wanted frames that costs, and why."""

    frame: int
    trimmed: int = 0
    why: tuple[Badness, ...] = ()
    sound: bool = True

    def __str__(self) -> str:
        if not self.why:
            return f"frame {self.frame}, the last one wanted"
        if not self.sound:
            return f"frame {self.frame}: none of the last frames is better ({', '.join(self.why)})"
        bad = {"blurred": "blurred", "fades": "fading", "flash": "flashing", "bars": "barred"}
        return (
            f"frame {self.frame}, {self.trimmed} before the last one wanted, which is "
            + " and ".join(bad[word] for word in self.why)
        )


def pick_out_point(profile: Profile, wanted: int | None = None) -> OutPoint:
    """Choose the frame a clip ends with: `wanted` (the last if None), or one of the eleven before it.

    The latest that is as sharp and as bright as the clip's body promises and shows no new bars. Where
    none is, the wanted frame stays and `sound` is False.
    """
    last = len(profile.luma) - 1
    wanted = last if wanted is None else min(wanted, last)
    if wanted < 0:
        raise ValueError("a clip without frames has no out-point")
    # One body for all candidates: bad frames must not say what is good.
    body = body_before(wanted)
    flashes = set(flash_frames(profile))
    why = faults_of(profile, wanted, body, flashes)
    if not why:
        return OutPoint(wanted)
    lowest = max(wanted - ENDING + 1, body.end, _LEAST_LEFT - 1)
    for frame in range(wanted - 1, lowest - 1, -1):
        if not faults_of(profile, frame, body, flashes):
            return OutPoint(frame, wanted - frame, why)
    return OutPoint(wanted, 0, why, sound=False)


def faults_of(
    profile: Profile, frame: int, body: Body, flashes: set[int] | frozenset[int] = frozenset()
) -> tuple[Badness, ...]:
    """List what is wrong with a frame as the last one of a clip."""
    found: list[Badness] = []
    loss, spread = sharpness_loss(profile, frame, body)
    if loss < max(min(_LEAST_SHARP, -_SPREADS * spread), SURELY_BLURRED):
        found.append("blurred")
    light, noise = light_off_trend(profile, frame, body)
    restless = min(_NOISES * noise, -float(np.log(SURELY_FADED)))
    if abs(float(np.log(light))) > max(_LEAST_OFF, restless):
        found.append("fades")
    if frame in flashes:
        found.append("flash")
    for name in ("top", "bottom", "left", "right"):
        bar = getattr(profile, name)
        if bar[frame] - float(np.median(bar[body.start : body.end])) > _LEAST_BAR:
            found.append("bars")
            break
    return tuple(found)
