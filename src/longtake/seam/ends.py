"""What repairs are decided on: the picture that was sent, and both ends of the clip, made small."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from longtake.errors import MediaError
from longtake.media.color import Plane, Sampling, rgb_to_planes
from longtake.media.frames import decode_frames
from longtake.media.planes import Planes, SmallPlanes, planes_of, shrink_planes
from longtake.media.probe import ClipFacts
from longtake.seam.normal import ENDING

Real = NDArray[np.float32]

# Samples of luma on the longer side at which all is measured, and frames looked at at each end.
WORKING = 640
REACH = 26
# How far before the frame that a plan wants a bad tail may move the out-point.
LATITUDE = ENDING
# Of a picture, the share of pixels that may lie at the ends of the range and be no doubt.
_CUT_OFF = 0.01


@dataclass(frozen=True, eq=False)
class ClipEnds:
    """Both ends of a clip up to its out-point `last`, at working size.

    `sent` is the picture the clip was given, None where there was none. `head` are frames 0 on,
    `tail` the last ones up to `last`; in a short clip they overlap. `before` are the last frames of
    the film in front of the clip, the handoff frame among them; without it `sent` stands for them.
    `anchor` is the approved picture whose colours the last frame is to have.
    """

    sent: SmallPlanes | None
    head: tuple[SmallPlanes, ...]
    tail: tuple[SmallPlanes, ...]
    last: int
    sampling: Sampling
    before: tuple[SmallPlanes, ...] = ()
    anchor: SmallPlanes | None = None

    @property
    def front(self) -> tuple[SmallPlanes, ...]:
        """The frames that stand before the clip; empty where it begins afresh."""
        return self.before or ((self.sent,) if self.sent else ())

    @property
    def tail_start(self) -> int:
        """The number of the tail's first frame."""
        return self.last + 1 - len(self.tail)


class EndsReader:
    """Gathers the ends of a clip while somebody decodes it.

    `last` is the latest frame that may become the out-point; which one does may be found out later, up
    to `LATITUDE` frames before it. It holds small frames, and of the first one the planes as they are:
    `first`.
    """

    def __init__(self, last: int) -> None:
        self._last = last
        self._head: list[SmallPlanes] = []
        self._tail: deque[tuple[int, SmallPlanes]] = deque(maxlen=REACH + LATITUDE)
        self.first: Planes | None = None

    def put(self, frame: int, planes: Planes) -> None:
        """Take the next frame, from 0 on; those behind the last one are passed over."""
        if frame > self._last:
            return
        if frame == 0:
            y, u, v = planes
            self.first = y.copy(), u.copy(), v.copy()
        if frame < REACH or frame > self._last - REACH - LATITUDE:
            small = shrink_planes(planes, WORKING)
            if frame < REACH:
                self._head.append(small)
            self._tail.append((frame, small))

    def kept(self, last: int) -> bool:
        """Tell whether all frames that the ends of a clip with this out-point need were kept."""
        return {frame for frame, _ in self._tail}.issuperset(_tail_of(last))

    def ends(self, last: int, sampling: Sampling, sent: Plane | None = None) -> ClipEnds:
        """Give the ends up to an out-point beside the RGB picture that was sent."""
        kept = dict(self._tail)
        tail = tuple(kept[frame] for frame in _tail_of(last))
        small = small_picture(sent, sampling) if sent is not None else None
        return ClipEnds(small, tuple(self._head[: last + 1]), tail, last, sampling)


def _tail_of(last: int) -> range:
    return range(max(0, last + 1 - REACH), last + 1)


def mendable(facts: ClipFacts) -> bool:
    """Tell whether a clip's own planes can be repaired: 4:2:0 of 8 bits, upright, square pixels."""
    upright = facts.rotation == 0 and facts.sar == 1 and not facts.interlaced
    return upright and facts.pix_fmt == "yuv420p"


def gather_ends(path: Path, last: int) -> EndsReader:
    """Decode a clip once up to its out-point and keep its ends.

    Raises MediaError where it cannot be decoded, or its pictures are not 4:2:0 of 8 bits.
    """
    reader = EndsReader(last)
    for index, frame in decode_frames(path, 0, last + 1):
        if frame.format.name != "yuv420p":
            raise MediaError(f"{path}: pictures of the kind {frame.format.name} are not repaired")
        reader.put(index, planes_of(frame))
    return reader


def read_ends(
    path: Path,
    last: int,
    sampling: Sampling,
    sent: Plane | None,
    before: tuple[SmallPlanes, ...] = (),
) -> ClipEnds:
    """Decode a clip once up to its out-point and give its ends; raises what `gather_ends` does."""
    return replace(gather_ends(path, last).ends(last, sampling, sent), before=before)


def small_picture(rgb: Plane, sampling: Sampling) -> SmallPlanes:
    """Make working-size planes of RGB, by the very steps a decoded frame has gone through."""
    planes = rgb_to_planes(rgb, sampling.matrix, sampling.full_range, sampling.siting)
    return shrink_planes(planes, WORKING)


def cut_off(rgb: Plane) -> bool:
    """Tell whether a picture may lack what RGB cannot hold: brighter, darker or more colourful codes.

    Then it does not stand for the frame it was made of: the film shows that one whole.
    """
    at_ends = (rgb == 0) | (rgb == 255)
    return bool(at_ends.any(-1).mean() > _CUT_OFF)


def small_luma(planes: SmallPlanes) -> Real:
    """Average luma by two: the size at which differences between frames are told."""
    y = planes[0].astype(np.float32)
    height, width = (side - side % 2 for side in y.shape)
    pairs = y[:height:2, :width] + y[1:height:2, :width]
    return (pairs[:, 0::2] + pairs[:, 1::2]) * np.float32(0.25)


def difference(one: SmallPlanes, other: SmallPlanes) -> float:
    """Give the mean difference of luma between two frames, in codes."""
    return float(np.abs(small_luma(one) - small_luma(other)).mean())
