"""A film frame as its three planes: what transitions and fades work on."""

from __future__ import annotations

import av
import numpy as np

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
