"""Ends of a drawn clip that pans over a painted place, as a drifting provider would show them."""

from __future__ import annotations

from functools import cache

import numpy as np

from longtake.media.camera import PlanesView
from longtake.media.color import Plane, Sampling, planes_to_rgb, rgb_to_planes
from longtake.media.planes import Planes
from longtake.media.scenery import paint_place
from longtake.seam.ends import ClipEnds, EndsReader
from longtake.testing.drift import FAITHFUL, Drift
from longtake.units import Size

SIZE = Size(480, 270)
FRAMES = 48


@cache
def place(seed: str = "dawn") -> Plane:
    """A painted place with grain and some saturated signs."""
    rgb = paint_place(SIZE, seed).astype(np.float64)
    rgb += np.random.default_rng(len(seed)).normal(0, 5, rgb.shape[:2])[..., None]
    for index, colour in enumerate([(200, 40, 40), (40, 160, 60), (40, 60, 190), (220, 200, 60)]):
        rgb[200:250, 40 + 60 * index : 90 + 60 * index] = colour
    return np.clip(rgb, 0, 255).astype(np.uint8)


def shown(planes: Planes, frame: int, pace: int = 2) -> Planes:
    """Move planes by `pace` samples a frame."""
    way = frame * pace
    y, u, v = planes
    return np.roll(y, way, 1), np.roll(u, way // 2, 1), np.roll(v, way // 2, 1)


def clip(drift: Drift = FAITHFUL, *, seed: str = "dawn", pace: int = 2) -> list[Planes]:
    """Give all frames of a clip, with a little noise on each."""
    planes = rgb_to_planes(place(seed))
    misfit = drift.misfit(SIZE)
    if not np.array_equal(misfit, np.eye(3)):
        planes = PlanesView(planes, [misfit]).frame(misfit)
    chance = np.random.default_rng(5)
    frames = []
    for index in range(FRAMES):
        still = drift.apply(shown(planes, drift.source_frame(index), pace), index, FRAMES)
        noise = chance.integers(-1, 2, still[0].shape)
        frames.append((np.clip(still[0] + noise, 0, 255).astype(np.uint8), still[1], still[2]))
    return frames


def ends_of(frames: list[Planes], sent: Plane | None = None) -> ClipEnds:
    """Gather the ends of a clip that was given `sent`."""
    reader = EndsReader(len(frames) - 1)
    for index, planes in enumerate(frames):
        reader.put(index, planes)
    return reader.ends(len(frames) - 1, Sampling(), sent)


def off(planes: Planes, truth: Planes) -> float:
    """Give the mean difference of two frames in RGB codes, the noise averaged out."""
    one, other = (planes_to_rgb(*p, Sampling()).astype(np.float64) for p in (planes, truth))
    parts = (one - other).reshape(27, 10, 48, 10, 3).mean((1, 3))
    return float(np.abs(parts).mean())
