"""A film frame as its three planes: what transitions and fades work on."""

from __future__ import annotations

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from longtake.media.color import Plane

# A frame of the film: yuv420p, BT.709, limited range, the film's size.
FilmFrame = av.VideoFrame
Planes = tuple[Plane, Plane, Plane]
# Planes made small for measuring: means, which are no whole codes.
Samples = Plane | NDArray[np.float32]
SmallPlanes = tuple[Samples, Samples, Samples]


def planes_of(frame: FilmFrame) -> Planes:
    """View a yuv420p frame as its three planes, without the padding of their lines."""
    views = []
    for plane in frame.planes:
        lines = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        views.append(lines[: plane.height, : plane.width])
    return views[0], views[1], views[2]


def shrink_planes(planes: Planes, longest: int) -> SmallPlanes:
    """Average planes down to at most `longest` samples of luma on the longer side.

    Each sample is the very mean of the area it covers, not rounded: a half, always rounded up, would
    make what has grain an eighth of a code lighter than what a codec smoothed. Chroma keeps half the
    sides of luma, and its siting. Planes that are small enough come back as they are.
    """
    height, width = planes[0].shape
    share = longest / max(height, width)
    if share >= 1:
        return planes
    across, down = (max(2, round(side * share / 2) * 2) for side in (width, height))
    y, u, v = planes
    half = (across // 2, down // 2)
    return _shrunk(y, (across, down)), _shrunk(u, half), _shrunk(v, half)


def _shrunk(plane: Plane, size: tuple[int, int]) -> NDArray[np.float32]:
    height, width = plane.shape
    across, left = divmod(width, size[0])
    down, below = divmod(height, size[1])
    if left or below:
        picture = Image.fromarray(plane.astype(np.float32))
        return np.asarray(picture.resize(size, Image.Resampling.BOX))
    # The same means, in a third of the time.
    return means_of(plane, down, across)


def means_of(samples: NDArray[np.generic], down: int, across: int) -> NDArray[np.float32]:
    """Average a plane over areas of so many whole samples."""
    whole: type[np.generic] = np.uint32 if samples.dtype.kind == "u" else np.float32
    # 65535 holds the sum of 257 bytes, and 16 bits are summed twice as fast as 32.
    if samples.dtype == np.uint8 and down * across <= 256:
        whole = np.uint16
    rows = samples[0::down].astype(whole)
    for row in range(1, down):
        rows += samples[row::down]
    means = rows[:, 0::across].astype(np.float32)
    for column in range(1, across):
        means += rows[:, column::across]
    means *= np.float32(1 / (down * across))
    return means
