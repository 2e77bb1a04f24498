"""How the colours of one picture become those of another, learnt on pairs of cells.

A pair is the same place in both pictures: never how often a colour occurs. An object that moved is
an outlier among pairs; to a distribution it would be a change of light.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longtake.media.color import Sampling
from longtake.media.planes import SmallPlanes
from longtake.seam.lab import to_lab
from longtake.seam.register import STILL, Move, resampled

Real = NDArray[np.float32]
Exact = NDArray[np.float64]
Row = tuple[float, float, float, float]

ACROSS, DOWN = 80, 45
_ROUNDS = 8
# A deviation of the matrix from the identity weighs as much as so many codes in so many pairs.
_RIDGE = 30.0
# Residuals below this are the codec's, in codes.
_NOISE = 0.4
_TUKEY = 4.7
# Beyond these the gains are no drift any more, but another picture.
_MOST_GAIN, _MOST_OFFSET = 0.35, 40.0
_FEWEST = 40


@dataclass(frozen=True)
class ColourMap:
    """An affine of RGB codes (0 to 255): each row gives one channel of red, green, blue and 1."""

    red: Row = (1.0, 0.0, 0.0, 0.0)
    green: Row = (0.0, 1.0, 0.0, 0.0)
    blue: Row = (0.0, 0.0, 1.0, 0.0)

    @classmethod
    def of(cls, rows: Exact) -> ColourMap:
        """Take a 3x4 matrix, rounded so that it is written and read alike."""
        red, green, blue = (
            (float(r), float(g), float(b), float(one)) for r, g, b, one in np.round(rows, 6) + 0.0
        )
        return cls(red, green, blue)

    @property
    def matrix(self) -> Exact:
        """The map as a 4x4 matrix of homogeneous colours."""
        return np.array([self.red, self.green, self.blue, (0.0, 0.0, 0.0, 1.0)])

    def then(self, after: ColourMap) -> ColourMap:
        """Give the map that does this one first."""
        return ColourMap.of((after.matrix @ self.matrix)[:3])

    def towards(self, other: ColourMap, share: float) -> ColourMap:
        """Give so much of the way from this map to another, from 0 to 1."""
        return ColourMap.of((self.matrix + (other.matrix - self.matrix) * share)[:3])

    def on(self, rgb: Real) -> Real:
        """Map colours (..., 3) in codes, without cutting off or rounding."""
        matrix = self.matrix.astype(np.float32)
        return rgb @ matrix[:3, :3].T + matrix[:3, 3]

    def in_codes(self, sampling: Sampling) -> tuple[Real, Real]:
        """Write the map for Y, Cb, Cr codes of a sampling: a 3x3 matrix and an offset."""
        to_rgb = code_matrix(sampling)
        whole = np.linalg.inv(to_rgb) @ self.matrix @ to_rgb
        return whole[:3, :3].astype(np.float32), whole[:3, 3].astype(np.float32)


SAME = ColourMap()


@dataclass(frozen=True)
class Fit:
    """A colour map learnt from pairs, the share of pairs that follow it, and what it leaves.

    `before` and `after` are the mean distances in Lab of the pairs that follow it; `size` is how far
    the map moves their mean colours.
    """

    map: ColourMap
    share: float
    before: float
    after: float
    size: float


def code_matrix(sampling: Sampling) -> Exact:
    """Give the 4x4 matrix that turns Y, Cb, Cr codes of a sampling into RGB codes."""
    kr, kg, kb = sampling.weights
    (black, luma), (grey, chroma) = sampling.luma, sampling.chroma
    lift, spread = 255 / luma, 255 / chroma
    red, blue = 2 * (1 - kr) * spread, 2 * (1 - kb) * spread
    rows = np.array(
        [
            [lift, 0, red, 0],
            [lift, -kb * blue / kg, -kr * red / kg, 0],
            [lift, blue, 0, 0],
            [0, 0, 0, 1.0],
        ]
    )
    shift = np.eye(4)
    shift[:3, 3] = (-black, -grey, -grey)
    whole: Exact = rows @ shift
    return whole


def colour_cells(planes: SmallPlanes, sampling: Sampling, move: Move = STILL) -> Real:
    """Average 4:2:0 planes into (45, 80, 3) RGB codes; smaller pictures have fewer cells.

    A move is undone first, so that the cells are those of the picture it leads to; cells that lie
    beyond its edge are NaN. Colours that RGB cannot hold are not cut off: averages stay true.
    """
    rows, columns = (min(*sides) for sides in zip((DOWN, ACROSS), planes[1].shape, strict=True))
    shown = (
        planes if move == STILL else tuple(resampled(p.astype(np.float32), move) for p in planes)
    )
    channels = [_averaged(plane, rows, columns) for plane in shown]
    return np.stack(channels, -1) @ _linear(sampling).T + _constant(sampling)


def fit_colour(source: Real, target: Real) -> Fit | None:
    """Learn the map that takes source colours to target colours, both (..., 3) of the same places.

    Fitted both ways and averaged, since noise on one side makes either fit too small. None where too
    few pairs are left: NaN, or colours at the ends of the range.
    """
    pairs = [np.asarray(colours, np.float64).reshape(-1, 3) for colours in (source, target)]
    whole = np.isfinite(pairs[0]).all(1) & np.isfinite(pairs[1]).all(1)
    # What is cut off at an end of the range says nothing about the map.
    for colours in pairs:
        with np.errstate(invalid="ignore"):
            whole &= (colours > -6).all(1) & (colours < 253).all(1)
            whole &= colours.max(1) > 3
    if whole.sum() < _FEWEST:
        return None
    one, other = pairs[0][whole], pairs[1][whole]
    forth, weights = _solved(one, other)
    back, _ = _solved(other, one)
    rows = (forth.matrix + np.linalg.inv(back.matrix))[:3] / 2
    found = ColourMap.of(_clamped(rows))
    used = weights > 0
    first, second = (to_lab(c[used].astype(np.float32)) for c in (one, other))
    moved = to_lab(found.on(one[used].astype(np.float32)))
    before, after = (np.linalg.norm(lab - second, axis=1).mean() for lab in (first, moved))
    size = float(np.linalg.norm((moved - first).mean(0)))
    return Fit(found, float(used.mean()), float(before), float(after), size)


def limited(found: ColourMap, cells: Real, most: float) -> ColourMap:
    """Hold a map back so that it moves the cells' colours by at most `most` on average, in Lab."""
    colours = cells.reshape(-1, 3)
    colours = colours[np.isfinite(colours).all(1)]
    reach = float(np.linalg.norm(to_lab(found.on(colours)) - to_lab(colours), axis=1).mean())
    return found if reach <= most else SAME.towards(found, most / reach)


def _solved(source: Exact, target: Exact) -> tuple[ColourMap, Exact]:
    """Solve target = map(source) by least squares, again and again without what does not follow."""
    wide = np.concatenate([source, np.ones((len(source), 1))], 1)
    # A drift is small and an object that moved is not: begin with what one shift explains best.
    weights = _agreeing(
        np.linalg.norm(target - source - np.median(target - source, 0), axis=1), 2.0
    )
    middle = (source * weights[:, None]).sum(0) / max(weights.sum(), 1e-9)
    rows = np.eye(3, 4)
    for _ in range(_ROUNDS):
        # Around the mean colour, so that the ridge pulls the gains and leaves the offset free.
        centred = wide.copy()
        centred[:, :3] -= middle
        ridge = np.diag([_RIDGE**2 * len(source) / 1000.0] * 3 + [0.0])
        heavy = centred * weights[:, None]
        wanted = target - middle
        solved = np.linalg.solve(
            centred.T @ heavy + ridge, heavy.T @ wanted + ridge @ np.eye(4, 3)
        ).T
        rows = np.concatenate(
            [solved[:, :3], (solved[:, 3] + middle - solved[:, :3] @ middle)[:, None]], 1
        )
        away = np.linalg.norm(wide @ rows.T - target, axis=1)
        weights = _agreeing(away, _NOISE)
        middle = (source * weights[:, None]).sum(0) / max(weights.sum(), 1e-9)
    return ColourMap.of(rows), weights


def _agreeing(away: Exact, noise: float) -> Exact:
    reach = _TUKEY * (1.4826 * float(np.median(away)) + noise)
    weights: Exact = np.clip(1 - (away / reach) ** 2, 0, None) ** 2
    return weights


def _clamped(rows: Exact) -> Exact:
    gains = np.clip(rows[:, :3] - np.eye(3), -_MOST_GAIN, _MOST_GAIN) + np.eye(3)
    offsets = np.clip(rows[:, 3:], -_MOST_OFFSET, _MOST_OFFSET)
    return np.concatenate([gains, offsets], 1)


def _averaged(plane: NDArray[np.uint8] | Real, rows: int, columns: int) -> Real:
    height, width = plane.shape
    down = np.arange(rows) * height // rows
    across = np.arange(columns) * width // columns
    real = plane.astype(np.float32)
    sums = np.add.reduceat(np.add.reduceat(real, down, axis=0), across, axis=1)
    counts = np.diff([*down, height])[:, None] * np.diff([*across, width])[None]
    means: Real = (sums / counts).astype(np.float32)
    return means


def _linear(sampling: Sampling) -> Real:
    return code_matrix(sampling)[:3, :3].astype(np.float32)


def _constant(sampling: Sampling) -> Real:
    return code_matrix(sampling)[:3, 3].astype(np.float32)
