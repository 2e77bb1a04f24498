"""How alike two pictures are, coarsely: enough to tell a kept first frame from an ignored one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from longtake.media.color import Plane

Cells = NDArray[np.float64]
Luma = NDArray[np.float32]

_ACROSS, _DOWN = 64, 36
# Most pictures are light above and dark below: what is left without that is what they show.
_SURROUND = 4
_REACH = 2
# Below this spread a picture has no shape that could be followed, only a brightness.
_FLAT = 1.5
_BRIGHTNESS = 25.0


def likeness(one: Plane, other: Plane) -> float:
    """Compare two RGB pictures of any sizes: 1 for the same composition, 0 for unrelated ones.

    The correlation of their detail in 64 x 36 cells, at the best of a few small shifts. It does not
    mind another exposure, noise, or a zoom of some percent. Two flat pictures are alike where their
    brightness is.
    """
    weights = np.array([0.2126, 0.7152, 0.0722], np.float32)
    return luma_likeness(one.astype(np.float32) @ weights, other.astype(np.float32) @ weights)


def luma_likeness(one: Luma | Plane, other: Luma | Plane) -> float:
    """Compare two luma pictures (height, width), whole or parts of codes of 0 to 255, as `likeness` does."""
    cells = _cells(one), _cells(other)
    first, second = (_detail(each) for each in cells)
    if min(first.std(), second.std()) < _FLAT:
        apart = abs(float(cells[0].mean() - cells[1].mean())) / _BRIGHTNESS
        return max(0.0, 1.0 - apart) if max(first.std(), second.std()) < 2 * _FLAT else 0.0
    inner = second[_REACH:-_REACH, _REACH:-_REACH].ravel()
    shifts = range(2 * _REACH + 1)
    rows, columns = _DOWN - 2 * _REACH, _ACROSS - 2 * _REACH
    found = (
        np.corrcoef(first[y : y + rows, x : x + columns].ravel(), inner)[0, 1]
        for y in shifts
        for x in shifts
    )
    return float(max(0.0, *found))


def _cells(luma: Luma | Plane) -> Cells:
    shrunk = Image.fromarray(luma.astype(np.float32)).resize((_ACROSS, _DOWN), Image.Resampling.BOX)
    return np.asarray(shrunk, np.float64)


def _detail(cells: Cells) -> Cells:
    """Take the mean of each cell's surroundings away from it."""
    side = 2 * _SURROUND + 1
    wide = np.pad(np.pad(cells, _SURROUND, mode="edge"), ((1, 0), (1, 0)))
    sums = wide.cumsum(axis=0).cumsum(axis=1)
    around = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    detail: Cells = cells - around / side**2
    return detail
