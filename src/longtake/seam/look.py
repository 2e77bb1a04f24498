"""A frame made small: its luma in some 57,600 cells and its colour in 144, all that a seam asks of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtake.media.color import Coloured, Deep, Plane, Sampling, frame_planes, rgb_to_planes
from longtake.media.color import frame_to_rgb as to_rgb
from longtake.media.planes import FilmFrame, means_of, planes_of
from longtake.seam.lab import to_lab
from longtake.units import Size

Real = NDArray[np.float32]

# 320x180 for a wide picture, turned or squarer for others.
_CELLS = 320 * 180
# A colour cell is 20x20 luma cells; L*a*b* is taken at 4x4 and then averaged, so that the mean is
# one of colours, not of codes.
_COARSE, _FINE = 20, 4
_SHARP_ROWS, _SHARP_STRIPS, _SHARP_EDGE = 96, 8, 60


@dataclass(frozen=True, eq=False)
class Look:
    """One frame reduced: `luma` (rows, columns) in codes of 0 to 255, `lab` (rows, columns, 3)."""

    luma: Real
    lab: Real


@dataclass(frozen=True, eq=False)
class Reduced:
    """A frame's planes made small: luma in cells, chroma as 0 to 255 about 128 in coarser cells."""

    luma: Real
    blue: Real
    red: Real
    sharpness: float

    def look(self, facts: Coloured, turned: int = 0) -> Look:
        """Give the frame's luma and colour, the picture turned upright by quarter turns."""
        kr, kg, kb = Sampling(matrix=facts.matrix).weights
        light = cells(self.luma, *self.blue.shape)
        red = light + np.float32(2 * (1 - kr)) * (self.red - 128)
        blue = light + np.float32(2 * (1 - kb)) * (self.blue - 128)
        green = (light - kr * red - kb * blue) / kg
        lab = to_lab(np.stack([red, green, blue], -1))
        rows, columns = (max(1, side * _FINE // _COARSE) for side in lab.shape[:2])
        coarse = np.stack([cells(lab[..., c], rows, columns) for c in range(3)], -1)
        return Look(np.rot90(self.luma, turned), np.rot90(coarse, turned))


def reduce_frame(frame: FilmFrame, facts: Coloured) -> Reduced:
    """Make a decoded frame small, without turning it."""
    if frame.format.is_rgb:
        return reduce_planes(rgb_to_planes(to_rgb(frame, facts)), Sampling())
    # A view costs nothing; frames of other kinds are copied first.
    planar = frame.format.name in ("yuv420p", "yuvj420p")
    planes = planes_of(frame) if planar else frame_planes(frame)
    bits = frame.format.components[0].bits
    return reduce_planes(planes, Sampling(full_range=facts.full_range, bits=bits))


def reduce_planes(planes: tuple[Deep, Deep, Deep], sampling: Sampling) -> Reduced:
    """Make a frame's planes small; of the sampling only range and depth matter."""
    y, u, v = planes
    height, width = y.shape
    rows, columns = grid_of(Size(width, height))
    black, codes = sampling.luma
    middle, chroma = sampling.chroma
    fine = [max(1, side // _FINE) for side in (rows, columns)]
    fine = [min(side, most) for side, most in zip(fine, u.shape, strict=True)]
    blue, red = (
        (cells(c, *fine) - np.float32(middle)) * np.float32(255 / chroma) + 128 for c in (u, v)
    )
    luma = (cells(y, rows, columns) - np.float32(black)) * np.float32(255 / codes)
    return Reduced(luma, blue, red, _sharpness(y, 255 / codes))


def look_at(rgb: Plane) -> Look:
    """Make an RGB picture small as a frame of it would be: the handoff frame that was sent."""
    sampling = Sampling()
    return reduce_planes(rgb_to_planes(rgb), sampling).look(sampling)


def grid_of(size: Size) -> tuple[int, int]:
    """Give the rows and columns of luma cells for a picture, multiples of the coarse cell."""
    aspect = size.width / size.height
    columns = _multiple(math.sqrt(_CELLS * aspect), size.width)
    return _multiple(columns / aspect, size.height), columns


def cells(samples: NDArray[np.generic], rows: int, columns: int) -> Real:
    """Average a plane (height, width) into cells of whole samples."""
    height, width = samples.shape
    if height % rows or width % columns:
        whole: type[np.generic] = np.uint32 if samples.dtype.kind == "u" else np.float32
        down, across = _starts(height, rows), _starts(width, columns)
        # Row after row of all cells at once: a quarter of the time of `add.reduceat`.
        sums = _summed(_summed(samples.astype(whole), down, 0), across, 1)
        counts = np.outer(np.diff(down, append=height), np.diff(across, append=width))
        uneven: Real = (sums / counts).astype(np.float32)
        return uneven
    return means_of(samples, height // rows, width // columns)


def _summed(samples: NDArray[np.generic], starts: NDArray[np.intp], axis: int) -> Any:
    """Sum runs of rows or columns that begin at `starts`, the last one up to the edge."""
    lengths = np.diff(starts, append=samples.shape[axis])
    sums: Any = samples.take(starts, axis)
    for step in range(1, int(lengths.max())):
        longer = np.flatnonzero(lengths > step)
        place = (longer, slice(None)) if axis == 0 else (slice(None), longer)
        sums[place] += samples.take(starts[longer] + step, axis)
    return sums


def _sharpness(y: Deep, scale: float) -> float:
    """Give the variance of the Laplacian of full-size luma on some of its rows.

    Side by side other rows are taken: an edge that lies along one row would else be seen whole or not
    at all, as the picture moves by a line. Lines at the very edge, often odd ones, are left out.
    """
    height, width = y.shape
    if height < 3 or width < 3:
        return 0.0
    edge = max(1, height // _SHARP_EDGE)
    rows = np.linspace(edge, max(edge, height - 2 - edge), _SHARP_ROWS)
    bent = [
        _laplacian(y[:, max(0, left - 1) : right + 1], rows + share * (rows[1] - rows[0]))
        for left, right, share in _strips(width)
    ]
    return float(np.concatenate(bent, axis=1).var()) * scale**2


def _laplacian(y: Deep, rows: NDArray[np.float64]) -> Real:
    at = np.minimum(rows.astype(np.intp), len(y) - 2)
    middle = y[at].astype(np.float32)
    lap: Real = 4 * middle[:, 1:-1] - middle[:, :-2] - middle[:, 2:]
    lap -= y[at - 1, 1:-1]
    lap -= y[at + 1, 1:-1]
    return lap


@lru_cache(maxsize=8)
def _strips(width: int) -> tuple[tuple[int, int, float], ...]:
    """Divide a width into strips: where each begins and ends, and its share of the way to the next row."""
    count = min(_SHARP_STRIPS, width // 3)
    sides = np.linspace(0, width, count + 1).astype(int)
    return tuple((int(a), int(b), k / count) for k, (a, b) in enumerate(pairwise(sides)))


def _multiple(cells_: float, most: int) -> int:
    wanted = max(_COARSE, round(cells_ / _COARSE) * _COARSE)
    while wanted > most and wanted > _COARSE:
        wanted -= _COARSE
    return min(wanted, most)


@lru_cache(maxsize=64)
def _starts(length: int, parts: int) -> NDArray[np.intp]:
    return np.arange(parts) * length // parts
