"""A film frame as its three planes: what transitions and fades work on."""

from __future__ import annotations

import av
import numpy as np
from PIL import Image

from longtake.media.color import Plane

# A frame of the film: yuv420p, BT.709, limited range, the film's size.
FilmFrame = av.VideoFrame
Planes = tuple[Plane, Plane, Plane]


def planes_of(frame: FilmFrame) -> Planes:
    """View a yuv420p frame as its three planes, without the padding of their lines."""
    views = []
    for plane in frame.planes:
        lines = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        views.append(lines[: plane.height, : plane.width])
    return views[0], views[1], views[2]


def shrink_planes(planes: Planes, longest: int) -> Planes:
    """Average planes down to at most `longest` samples of luma on the longer side.

    Each sample is the mean of the area it covers; chroma keeps half the sides of luma, and its
    siting. Planes that are small enough come back as they are.
    """
    height, width = planes[0].shape
    share = longest / max(height, width)
    if share >= 1:
        return planes
    across, down = (max(2, round(side * share / 2) * 2) for side in (width, height))
    y, u, v = planes
    half = (across // 2, down // 2)
    return _shrunk(y, (across, down)), _shrunk(u, half), _shrunk(v, half)


def _shrunk(plane: Plane, size: tuple[int, int]) -> Plane:
    picture = Image.fromarray(np.ascontiguousarray(plane))
    across, left = divmod(picture.width, size[0])
    down, below = divmod(picture.height, size[1])
    if left or below:
        return np.asarray(picture.resize(size, Image.Resampling.BOX))
    # The same means, in a third of the time, where each covers whole samples.
    return np.asarray(picture.reduce((across, down)))
