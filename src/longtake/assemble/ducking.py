"""Where a sound lies lower because something else sounds over it: a clip's own under music and
narration, music under narration.

    something else   ______|#########|__|#####|__________|####
    the lower one    ----\\__________________/-----\\________

Stretches are half-open runs of film samples. What they are made by does not matter here.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from longtake.media.audio import RATE, Samples

Stretch = tuple[int, int]

# The sound below stays audible as a place, and no longer competes.
DUCKED_DB = -14.0
# Half as long is heard as a switch, twice as long as a mistake at the mixing desk.
RAMP = round(0.3 * RATE)
# Twice a ramp and as much again: a shorter rest would be a swell, not a return.
BRIDGED = round(1.2 * RATE)


def bridged(stretches: Iterable[Stretch], gap: int = BRIDGED) -> tuple[Stretch, ...]:
    """Put stretches in order and join those that overlap or lie less than `gap` samples apart."""
    joined: list[Stretch] = []
    for start, end in sorted(stretches):
        if end <= start:
            continue
        if joined and start - joined[-1][1] < gap:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def ducked(sound: Samples, place: int, sounding: tuple[Stretch, ...]) -> None:
    """Lower sound that begins at film sample `place` wherever one of `sounding` lies over it.

    The ramps stand outside the stretches: where something begins to sound, all is low already.
    `sounding` is as `bridged` gives it.
    """
    count = sound.shape[1]
    near = [(s, e) for s, e in sounding if s - RAMP < place + count and e + RAMP > place]
    if not near:
        return
    depth = np.zeros(count, np.float32)
    for start, end in near:
        low, high = max(place, start - RAMP), min(place + count, end + RAMP)
        places = np.arange(low, high)
        # The last sample of a stretch is end - 1: both ramps are alike.
        outside = np.maximum(np.maximum(start - places, places - (end - 1)), 0)
        eased = (0.5 + 0.5 * np.cos(np.pi * outside / RAMP)).astype(np.float32)
        part = depth[low - place : high - place]
        np.maximum(part, eased, out=part)
    # Even in decibels is even to the ear.
    sound *= np.float32(10) ** (depth * np.float32(DUCKED_DB / 20))
