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

from longtake.media.color import Plane

Real = NDArray[np.float32]
Exact = NDArray[np.float64]

# Blocks down and across, coarse to fine.
_GRIDS = ((2, 3), (4, 6), (4, 6), (4, 6))
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
    """An affine of the unit picture: where its points go, with x and y from -0.5 to 0.5.

    x' = xx * x + xy * y + dx;  y' = yx * x + yy * y + dy.
    """

    xx: float = 1.0
    xy: float = 0.0
    dx: float = 0.0
    yx: float = 0.0
    yy: float = 1.0
    dy: float = 0.0

    @classmethod
    def of(cls, goes: Exact) -> Move:
        """Take the numbers of a 3x3 matrix, rounded so that they are written and read alike."""
        return cls(*(round(float(number), 7) + 0.0 for number in goes[:2].ravel()))

    @property
    def matrix(self) -> Exact:
        """The move as a 3x3 homography, as `media.camera` writes them."""
        return np.array([[self.xx, self.xy, self.dx], [self.yx, self.yy, self.dy], [0, 0, 1.0]])

    def towards(self, rest: Move, share: float) -> Move:
        """Give so much of the way from this move to another, from 0 to 1."""
        return Move.of(self.matrix + (rest.matrix - self.matrix) * share)

    def reach(self, height: int, width: int) -> float:
        """Give the longest way any point of a picture of so many samples goes, in samples."""
        corners = np.array([[-0.5, 0.5, -0.5, 0.5, 0], [-0.5, -0.5, 0.5, 0.5, 0], [1.0] * 5])
        ways = (self.matrix @ corners - corners)[:2] * np.array([[width], [height]])
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


def register(first: Plane, second: Plane, *, far: bool = False) -> Registration:
    """Find the affine that takes the second luma plane to the first, both of one size.

    Good to 0.3 samples for shifts up to a tenth of the picture and zooms of some percent; `far`
    also finds larger ones. Pictures with nothing in common come back with few trusted blocks.
    """
    one, other = (plane.astype(np.float32) for plane in (first, second))
    height, width = one.shape
    back: Exact = _far_guess(one, other) if far else np.eye(3)
    trusted = error = 0.0
    for grid in _GRIDS:
        seen = other if np.array_equal(back, np.eye(3)) else _sampled(other, back)
        step, trusted, error = _fitted(one, seen, grid)
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

    Bilinear, for measuring only; what lies beyond the edges is NaN.
    """
    height, width = picture.shape
    unit = np.diag([width, height, 1.0])
    back: Exact = unit @ np.linalg.inv(move.matrix) @ np.linalg.inv(unit)
    return _sampled(picture, back, np.float32(np.nan))


def _fitted(one: Real, seen: Real, grid: tuple[int, int]) -> tuple[Exact, float, float]:
    shifts, quality = block_shifts(one, seen, grid)
    height, width = one.shape
    rows, columns = grid
    down, across = np.mgrid[0:rows, 0:columns]
    x = ((across + 0.5) / columns - 0.5) * width
    y = ((down + 0.5) / rows - 0.5) * height
    places = np.stack([x.ravel(), y.ravel(), np.ones(x.size)], 1)
    return _robust(places, places[:, :2] + shifts, np.maximum(quality - _TRUSTED / 2, 0))


def _robust(places: Exact, found: Exact, quality: Exact) -> tuple[Exact, float, float]:
    """Fit an affine to the places found, block by block less of those that do not agree."""
    weights = quality + 1e-9
    if quality.sum() <= 0:
        return np.eye(3), 0.0, 0.0
    # Few blocks cannot tell a shift from a zoom: a pull towards no change decides where they don't.
    pull = np.diag([40.0, 40.0, 0.0]) * float(weights.max())
    solved = np.eye(3)[:, :2]
    away = np.zeros(len(places))
    scale = 0.0
    for _ in range(_ROUNDS):
        w = weights[:, None]
        wanted = places.T @ (found * w) + pull @ np.eye(3)[:, :2]
        solved = np.asarray(np.linalg.solve(places.T @ (places * w) + pull, wanted), np.float64)
        away = np.linalg.norm(places @ solved - found, axis=1)
        seen = quality > 0
        scale = 1.4826 * float(np.median(away[seen])) + 0.05
        weights = quality * np.clip(1 - (away / (4 * scale)) ** 2, 0, None) ** 2 + 1e-9
    agree = (away < min(4 * scale, 1.5)) & (quality > 0)
    step = np.eye(3)
    step[:2] = solved.T
    error = float(np.median(away[agree])) if agree.any() else 0.0
    return step, float(agree.mean()), error


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


def _sampled(picture: Real, back: Exact, beyond: np.float32 | None = None) -> Real:
    """Look up each sample where a matrix (in samples from the middle) says it came from."""
    height, width = picture.shape
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    across -= (width - 1) / 2
    down -= (height - 1) / 2
    x = np.float32(back[0, 0]) * across + np.float32(back[0, 1]) * down
    y = np.float32(back[1, 0]) * across + np.float32(back[1, 1]) * down
    x += np.float32(back[0, 2] + (width - 1) / 2)
    y += np.float32(back[1, 2] + (height - 1) / 2)
    outside = (x < -0.5) | (y < -0.5) | (x > width - 0.5) | (y > height - 0.5)
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
    if beyond is not None:
        seen[outside] = beyond
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
