"""A repair plan carried out on decoded 4:2:0 planes, frame by frame."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from longtake.media.color import Plane, Sampling, planes_to_frame, planes_to_rgb
from longtake.media.frames import decode_frames
from longtake.media.planes import FilmFrame, Planes, Samples, SmallPlanes, planes_of
from longtake.media.warp import warped_planes
from longtake.seam.fit import SAME, ColourMap
from longtake.seam.plan import NO_BARS, Bars, RepairPlan
from longtake.seam.register import STILL

Real = NDArray[np.float32]
RealPlanes = tuple[Real, Real, Real]
Some = TypeVar("Some", bound=SmallPlanes)

# Rows of luma worked on at a time: what fits in a processor's own memory.
_BAND = 64
# Samples on a side over which a part of a code is spread.
_TURN = 8


class Mender:
    """Repairs the frames of one clip as its plan says.

    Frames come in as uint8 planes of the clip's own sampling, at any size, and go out alike. What the
    plan does not touch is given back itself, bit for bit.
    """

    def __init__(self, plan: RepairPlan, sampling: Sampling) -> None:
        self.plan = plan
        self._sampling = sampling

    def planes(self, frame: int, planes: Some) -> Some | Planes:
        """Give frame `frame` of the clip as the film shows it; colours are rounded once."""
        colours = self.plan.colour(frame) if self.plan.shown else SAME
        placed = self._placed(frame, planes)
        whole = self.plan.flash(frame).then(colours)
        if placed is planes and whole == SAME:
            return planes
        return _coloured(placed, whole, self._sampling)

    def frame(self, frame: int, shown: FilmFrame) -> FilmFrame:
        """Give a decoded frame as the film shows it; one that is not touched is given back itself.

        A new frame is tagged as the film is: the caller knows the clip's own tags.
        """
        planes = planes_of(shown)
        mended = self.planes(frame, planes)
        return shown if mended is planes else planes_to_frame(*mended)

    def handoff(self, frame: int, planes: Planes) -> Plane:
        """Give frame `frame` as RGB, corrected even where the film does not show the correction."""
        whole = self.plan.flash(frame).then(self.plan.colour(frame))
        placed = self._placed(frame, planes)
        if placed is planes and whole == SAME:
            return planes_to_rgb(*planes, self._sampling)
        real = _real(placed, whole, self._sampling)
        # What nobody sees of a correction is not worth the noise.
        y, u, v = _dithered(real) if self.plan.shown else real
        return planes_to_rgb(y, u, v, self._sampling)

    def _placed(self, frame: int, planes: SmallPlanes) -> SmallPlanes:
        move = self.plan.place(frame)
        if self.plan.bars != NO_BARS:
            planes = _filled(planes, self.plan.bars)
        if move == STILL:
            return planes
        return warped_planes(planes, move.matrix)


def handoff_picture(
    path: Path, plan: RepairPlan, sampling: Sampling, frame: int | None = None
) -> Plane:
    """Decode a clip's out-point, or another frame, and give it as RGB, corrected as its plan says.

    This is what the next clip is given, and what its own first frame is then compared with.
    """
    wanted = plan.last if frame is None else frame
    pictures = [
        Mender(plan, sampling).handoff(index, planes_of(decoded))
        for index, decoded in decode_frames(path, wanted, wanted + 1)
    ]
    return pictures[-1]


def _filled(planes: SmallPlanes, bars: Bars) -> SmallPlanes:
    """Cut bars off, with the row beside them that coding has darkened, and mirror what is left."""
    y, u, v = (_mirrored(plane, bars, 2 if k == 0 else 1) for k, plane in enumerate(planes))
    return y, u, v


def _mirrored(plane: Samples, bars: Bars, darkened: int) -> Samples:
    height, width = plane.shape

    def lines(share: float, side: int) -> int:
        return math.ceil(share * side - 1e-3) + darkened if share else 0

    top, bottom = lines(bars.top, height), lines(bars.bottom, height)
    left, right = lines(bars.left, width), lines(bars.right, width)
    inner = plane[top : height - bottom, left : width - right]
    padded: Any = np.pad(inner, ((top, bottom), (left, right)), mode="symmetric")
    whole: Samples = padded
    return whole


def _coloured(planes: SmallPlanes, colours: ColourMap, sampling: Sampling) -> Planes:
    """Map the colours of planes and round them."""
    y, u, v = (np.empty(plane.shape, np.uint8) for plane in planes)
    for out, place, codes in _bands(planes, colours, sampling):
        codes += np.float32(0.5)
        np.clip(codes, 0, 255, out=codes)
        (y, u, v)[out][place] = codes
    return y, u, v


def _real(planes: SmallPlanes, colours: ColourMap, sampling: Sampling) -> RealPlanes:
    """Map the colours of planes, without rounding or cutting off."""
    y, u, v = (np.empty(plane.shape, np.float32) for plane in planes)
    for out, place, codes in _bands(planes, colours, sampling):
        (y, u, v)[out][place] = codes
    return y, u, v


def _dithered(planes: RealPlanes) -> RealPlanes:
    """Round chroma up or down by turns, so that its means keep what is less than a code.

    A model's clip is coded with 8 bits and smooths: a correction of 0.6 codes, rounded to one alike
    all over a sky, would be 0.4 too much at every hop of a chain. Whole codes stay what they are.
    """
    y, *chroma = planes
    u, v = (np.floor(plane + _turns(*plane.shape)).astype(np.float32) for plane in chroma)
    return y, u, v


@lru_cache(maxsize=8)
def _turns(height: int, width: int) -> Real:
    """Give thresholds of 0 to 1 for each sample, as evenly spread as they can be (Bayer's)."""
    square = np.zeros((1, 1))
    while len(square) < _TURN:
        square = np.block([[4 * square, 4 * square + 2], [4 * square + 3, 4 * square + 1]])
    thresholds = (square + 0.5) / square.size
    tiles = (-(-height // _TURN), -(-width // _TURN))
    return np.tile(thresholds, tiles)[:height, :width].astype(np.float32)


def _bands(
    planes: SmallPlanes, colours: ColourMap, sampling: Sampling
) -> Iterator[tuple[int, slice, Real]]:
    """Yield mapped codes band by band: of which plane, which rows, and the codes.

    Luma sees chroma repeated, chroma sees the mean of four samples of luma.
    """
    matrix, offset = _codes(colours, sampling)
    rows = planes[1].shape[0]
    for top in range(0, rows, _BAND // 2):
        band = slice(top, min(top + _BAND // 2, rows))
        light = slice(2 * band.start, min(2 * band.stop, planes[0].shape[0]))
        y = planes[0][light].astype(np.float32)
        u, v = (plane[band].astype(np.float32) for plane in planes[1:])
        small = _halved(y, u.shape)
        for row in (1, 2):
            mixed = u * matrix[row, 1] + v * matrix[row, 2] + small * matrix[row, 0]
            yield row, band, mixed + offset[row]
        side = np.repeat(u * matrix[0, 1] + v * matrix[0, 2] + offset[0], 2, axis=1)
        y *= matrix[0, 0]
        for row in (0, 1):
            lines = y[row::2]
            lines += side[: lines.shape[0], : lines.shape[1]]
        yield 0, light, y


def _halved(y: Real, shape: tuple[int, ...]) -> Real:
    below, beside = shape[0] * 2 - y.shape[0], shape[1] * 2 - y.shape[1]
    whole = np.pad(y, ((0, below), (0, beside)), mode="edge") if below or beside else y
    pairs = whole[0::2] + whole[1::2]
    means: Real = (pairs[:, 0::2] + pairs[:, 1::2]) * np.float32(0.25)
    return means


@lru_cache(maxsize=64)
def _codes(colours: ColourMap, sampling: Sampling) -> tuple[Real, Real]:
    return colours.in_codes(sampling)
