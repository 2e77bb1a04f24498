"""Where the points of one picture lie in another: block phase correlation and a robust affine.

picture   blocks of it      each block's shift     one affine through them
+------+  +--+--+--+        -> -> ->
|      |  +--+--+--+        -> x  ->               outliers (what moved by itself) left out
+------+  +--+--+--+        -> -> ->
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtake.media.planes import Samples
from longtake.media.warp import looked_up

Real = NDArray[np.float32]
Exact = NDArray[np.float64]

# Blocks down and across, coarse to fine; the finest also tell how a camera that turned sees lines meet.
_GRIDS = ((2, 3), (4, 6), (4, 6), (4, 6))
_TURNED_GRIDS = ((4, 6), (4, 6), (5, 8))
_SETTLED = 0.1
# Enlargements tried where nothing is known of how one picture lies in the other.
_SCALES = (1.0, 0.92, 1.09, 0.85, 1.18)
_TRUSTED = 0.12
_COARSE = 4
# High frequencies hold the codec's noise, not the picture's place: a Gaussian, in cycles a sample.
_PASS = 0.14
_ROUNDS = 6


@dataclass(frozen=True)
class Move:
    """Where the points of the unit picture go, with x and y from -0.5 to 0.5.

    x' = (xx * x + xy * y + dx) / w;  y' = (yx * x + yy * y + dy) / w;  w = px * x + py * y + 1,
    which is 1 unless a camera turned.
    """

    xx: float = 1.0
    xy: float = 0.0
    dx: float = 0.0
    yx: float = 0.0
    yy: float = 1.0
    dy: float = 0.0
    px: float = 0.0
    py: float = 0.0

    @classmethod
    def of(cls, goes: Exact) -> Move:
        """Take the numbers of a 3x3 matrix, rounded so that they are written and read alike."""
        numbers = (goes / goes[2, 2]).ravel()[:8]
        return cls(*(round(float(number), 7) + 0.0 for number in numbers))

    @property
    def matrix(self) -> Exact:
        """The move as a 3x3 homography, as `media.camera` writes them."""
        rows = [[self.xx, self.xy, self.dx], [self.yx, self.yy, self.dy], [self.px, self.py, 1.0]]
        return np.array(rows)

    def towards(self, rest: Move, share: float) -> Move:
        """Give so much of the way from this move to another, from 0 to 1."""
        return Move.of(self.matrix + (rest.matrix - self.matrix) * share)

    def reach(self, height: int, width: int) -> float:
        """Give the longest way any point of a picture of so many samples goes, in samples."""
        corners = np.array([[-0.5, 0.5, -0.5, 0.5, 0], [-0.5, -0.5, 0.5, 0.5, 0], [1.0] * 5])
        goal = self.matrix @ corners
        ways = (goal[:2] / goal[2] - corners[:2]) * np.array([[width], [height]])
        return float(np.hypot(*ways).max())


STILL = Move()


@dataclass(frozen=True)
class Registration:
    """How one picture lies in another.

    `move` takes the points of the second to where they are in the first. `trusted` is the share of
    blocks that follow it, `error` their median distance from it in samples.
    """

    move: Move
    trusted: float
    error: float

    @property
    def sure(self) -> bool:
        """Whether enough of the picture follows the move to act on it."""
        return self.trusted >= 0.4 and self.error <= 0.5


def register(first: Samples, second: Samples, *, far: bool = False) -> Registration:
    """Find the affine that takes the second luma plane to the first, both of one size.

    Good to 0.3 samples for shifts up to a tenth of the picture and zooms of some percent; `far`
    also finds larger ones, and those of a camera that turned. Pictures with nothing in common come
    back with few trusted blocks.
    """
    one, other = (plane.astype(np.float32) for plane in (first, second))
    height, width = one.shape
    back: Exact = _far_guess(one, other) if far else np.eye(3)
    trusted = error = 0.0
    grids = [(grid, False) for grid in _GRIDS]
    if far:
        grids = [*grids[:2], *((grid, True) for grid in _TURNED_GRIDS)]
    for grid, turned in grids:
        seen = other if np.array_equal(back, np.eye(3)) else _sampled(other, back)
        step, trusted, error = _fitted(one, seen, grid, turned)
        back = back @ step
        if (
            grid == _GRIDS[-1]
            and np.abs(step[:2, 2]).max() + np.abs(step - np.eye(3))[:2, :2].max() * width / 2
            < _SETTLED
        ):
            break
    unit: Exact = np.diag([float(width), height, 1.0])
    # Pixel places are counted from the picture's middle, so units only scale them.
    goes = np.asarray(np.linalg.inv(np.linalg.inv(unit) @ back @ unit), np.float64)
    return Registration(Move.of(goes), trusted, error)


def block_shifts(one: Real, other: Real, grid: tuple[int, int]) -> tuple[Exact, Exact]:
    """Give per block of a grid (rows, columns) how far `other` is shifted against `one`.

    Shifts are (blocks, 2), across before down, in samples; qualities run from 0 to 1.
    """
    cross, shape = _cross(one, other, grid)
    size = np.abs(cross)
    floor = 1e-3 * size.max((1, 2), keepdims=True) + 1.0
    weight = _weight(*shape)
    peaks = np.fft.irfft2(cross / (size + floor) * weight, s=shape)
    return _peaks(peaks, float(np.fft.irfft2(weight, s=shape)[0, 0]))


def common_shift(pairs: list[tuple[Real, Real]], grid: tuple[int, int]) -> tuple[Exact, float]:
    """Give the one shift (across, down) that all blocks of all pairs share, and its quality.

    For shifts of parts of a sample in pictures with little in them: blocks that hold nothing add
    nothing, where each of them alone would only guess.
    """
    shape = (1, 1)
    total = size = np.zeros(1)
    for one, other in pairs:
        cross, shape = _cross(one, other, grid)
        # The root keeps strong waves from speaking alone, and noise from speaking as loud as they.
        root = np.sqrt(np.abs(cross)) + 1e-6
        total = total + (cross / root).sum(0, keepdims=True)
        size = size + root.sum(0, keepdims=True)
    weight = _weight(*shape)
    agreed = np.fft.irfft2(total / (size + 1e-3 * size.max()) * weight, s=shape)
    shifts, quality = _peaks(agreed, float(np.fft.irfft2(weight, s=shape)[0, 0]))
    return shifts[0], float(quality[0])


def resampled(picture: Real, move: Move) -> Real:
    """Give a picture (height, width) as it looks when its points have gone as a move says.

    What lies beyond the edges is NaN. Contrast must stay: to look up chroma between its samples
    bilinearly takes a hundredth of the saturation away, and a fit would add it to every clip of a chain.
    """
    height, width = picture.shape
    unit = np.array([[1 / width, 0, -0.5], [0, 1 / height, -0.5], [0, 0, 1.0]])
    return looked_up(picture, np.linalg.inv(unit) @ np.linalg.inv(move.matrix) @ unit)


def _fitted(
    one: Real, seen: Real, grid: tuple[int, int], turned: bool
) -> tuple[Exact, float, float]:
    shifts, quality = block_shifts(one, seen, grid)
    height, width = one.shape
    rows, columns = grid
    down, across = np.mgrid[0:rows, 0:columns]
    x = ((across + 0.5) / columns - 0.5) * width
    y = ((down + 0.5) / rows - 0.5) * height
    places = np.stack([x.ravel(), y.ravel(), np.ones(x.size)], 1)
    quality = np.maximum(quality - _TRUSTED / 2, 0)
    return _robust(places, places[:, :2] + shifts, quality, turned)


def _robust(
    places: Exact, found: Exact, quality: Exact, turned: bool
) -> tuple[Exact, float, float]:
    """Fit a move to the places found, block by block less of those that do not agree."""
    step: Exact = np.eye(3)
    if quality.sum() <= 0:
        return step, 0.0, 0.0
    weights = quality + 1e-9
    away = np.zeros(len(places))
    scale = 0.0
    for _ in range(_ROUNDS):
        step = _solved(places, found, weights, turned)
        goal = places @ step.T
        away = np.linalg.norm(goal[:, :2] / goal[:, 2:] - found, axis=1)
        scale = 1.4826 * float(np.median(away[quality > 0])) + 0.05
        weights = quality * np.clip(1 - (away / (4 * scale)) ** 2, 0, None) ** 2 + 1e-9
    agree = (away < min(4 * scale, 1.5)) & (quality > 0)
    error = float(np.median(away[agree])) if agree.any() else 0.0
    return step, float(agree.mean()), error


def _solved(places: Exact, found: Exact, weights: Exact, turned: bool) -> Exact:
    """Solve for the move, all in units of the farthest block, by least squares with two pulls."""
    unit = float(np.abs(places[:, :2]).max()) + 1e-9
    x, y = places[:, 0] / unit, places[:, 1] / unit
    one, none = np.ones_like(x), np.zeros_like(x)
    goal = found / unit
    across = np.stack([x, y, one, none, none, none, -x * goal[:, 0], -y * goal[:, 0]], 1)
    down = np.stack([none, none, none, x, y, one, -x * goal[:, 1], -y * goal[:, 1]], 1)
    # Few blocks cannot tell a shift from a zoom, nor a zoom from a turn: pulls towards none decide
    # where they don't. Without a turn the pull is all there is.
    most = float(weights.max())
    pulls = most * np.array([1e-3, 1e-3, 0, 1e-3, 1e-3, 0, *([1e-3 if turned else 1e6] * 2)])
    facts = np.concatenate([across, down])
    heavy = facts * np.concatenate([weights, weights])[:, None]
    rest = np.array([1.0, 0, 0, 0, 1, 0, 0, 0])
    numbers = np.linalg.solve(
        facts.T @ heavy + np.diag(pulls), heavy.T @ goal.T.ravel() + pulls * rest
    )
    scaled = np.append(numbers, 1.0).reshape(3, 3)
    scale = np.diag([unit, unit, 1.0])
    return np.asarray(scale @ scaled @ np.linalg.inv(scale), np.float64)


def _far_guess(one: Real, other: Real) -> Exact:
    small = [_reduced(picture, _COARSE) for picture in (one, other)]
    best = -1.0
    guess: Exact = np.eye(3)
    for scale in _SCALES:
        back: Exact = np.diag([scale, scale, 1.0])
        seen = _sampled(small[1], back) if scale != 1 else small[1]
        shift, quality = block_shifts(small[0], seen, (1, 1))
        if quality[0] > best * 1.1:
            step = np.eye(3)
            step[:2, 2] = shift[0]
            best, guess = float(quality[0]), back @ step
    guess[:2, 2] *= _COARSE
    return guess


def _reduced(picture: Real, by: int) -> Real:
    height, width = (side - side % by for side in picture.shape)
    parts = picture[:height, :width].reshape(height // by, by, width // by, by)
    small: Real = parts.mean((1, 3), dtype=np.float32)
    return small


def _sampled(picture: Real, back: Exact) -> Real:
    """Look up each sample, bilinear, where a matrix (in samples from the middle) says it came from."""
    height, width = picture.shape
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    across -= (width - 1) / 2
    down -= (height - 1) / 2
    x = np.float32(back[0, 0]) * across + np.float32(back[0, 1]) * down
    y = np.float32(back[1, 0]) * across + np.float32(back[1, 1]) * down
    x += np.float32(back[0, 2] + (width - 1) / 2)
    y += np.float32(back[1, 2] + (height - 1) / 2)
    if back[2, 0] or back[2, 1]:
        depth = np.float32(back[2, 0]) * across + np.float32(back[2, 1]) * down
        depth += np.float32(back[2, 2])
        x, y = (x - (width - 1) / 2) / depth, (y - (height - 1) / 2) / depth
        x, y = x + np.float32((width - 1) / 2), y + np.float32((height - 1) / 2)
    np.clip(x, 0, width - 1.001, out=x)
    np.clip(y, 0, height - 1.001, out=y)
    left, top = x.astype(np.int32), y.astype(np.int32)
    x -= left
    y -= top
    at = top * width + left
    flat = picture.ravel()
    upper = flat[at] * (1 - x) + flat[at + 1] * x
    lower = flat[at + width] * (1 - x) + flat[at + width + 1] * x
    seen: Real = upper * (1 - y) + lower * y
    return seen


def _cross(one: Real, other: Real, grid: tuple[int, int]) -> tuple[Any, tuple[int, int]]:
    """Multiply the waves of two pictures, block by block of a grid."""
    blocks = [_blocks(picture, grid) for picture in (one, other)]
    high, wide = blocks[0].shape[1:]
    window = _window(high, wide)
    waves = [np.fft.rfft2((b - b.mean((1, 2), keepdims=True)) * window) for b in blocks]
    return waves[1] * np.conj(waves[0]), (high, wide)


def _blocks(picture: Real, grid: tuple[int, int]) -> Real:
    rows, columns = grid
    high, wide = picture.shape[0] // rows, picture.shape[1] // columns
    parts = picture[: high * rows, : wide * columns].reshape(rows, high, columns, wide)
    return parts.swapaxes(1, 2).reshape(-1, high, wide)


@cache
def _window(height: int, width: int) -> Real:
    return np.outer(np.hanning(height + 2)[1:-1], np.hanning(width + 2)[1:-1]).astype(np.float32)


@cache
def _weight(height: int, width: int) -> Exact:
    down, across = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    weight: Exact = np.exp(-(down**2 + across**2) / (2 * _PASS**2))
    weight[0, 0] = 0
    return weight


def _peaks(peaks: Exact, most: float) -> tuple[Exact, Exact]:
    """Read each block's highest peak to a part of a sample: through a Gaussian, exact on its log."""
    count, height, width = peaks.shape
    rows = np.arange(count)
    top, left = np.unravel_index(peaks.reshape(count, -1).argmax(1), (height, width))
    high = np.maximum(peaks[rows, top, left], 1e-12)
    shifts = np.empty((count, 2))
    for axis, (at, side) in enumerate(((left, width), (top, height))):
        before, after = (
            peaks[rows, top, (left + by) % width]
            if axis == 0
            else peaks[rows, (top + by) % height, left]
            for by in (-1, 1)
        )
        low, mid, up = (np.log(np.maximum(p, high * 1e-3)) for p in (before, high, after))
        bend = low - 2 * mid + up
        part = np.where(bend < 0, 0.5 * (low - up) / np.minimum(bend, -1e-9), 0.0)
        place = at + np.clip(part, -0.5, 0.5)
        shifts[:, axis] = np.where(place > side / 2, place - side, place)
    return shifts, np.clip(high / most, 0, 1)
