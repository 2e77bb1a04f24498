"""The frames of a transition: two clips played over each other, on the film's own 4:2:0 planes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from longtake.assemble.pieces import Fade
from longtake.errors import AssemblyError
from longtake.media.color import Plane, planes_to_frame, rgb_to_planes
from longtake.media.planes import FilmFrame, Planes, planes_of
from longtake.media.xfade import xfade_frames
from longtake.timeline import Transition

# Progress 0 shows the first clip alone, 1 the second alone.
Mix = Callable[[Planes, Planes, float], Planes]


def transition_frames(
    join: Transition, before: Iterable[FilmFrame], after: Iterable[FilmFrame]
) -> Iterator[FilmFrame]:
    """Play two runs of `join.frames` film frames (yuv420p, one size) over each other, as they come.

    Frame i has progress (i + 1) / (frames + 1): the neighbours outside show the pure clips, so none
    is shown twice. Raises AssemblyError where a run is shorter.
    """
    pairs = _pairs(join.frames, before, after)
    if join.kind == "xfade":
        yield from xfade_frames(join.name, join.frames, pairs)
        return
    mix = _mix(join)
    for index, (first, second) in enumerate(pairs):
        progress = (index + 1) / (join.frames + 1)
        yield planes_to_frame(*mix(planes_of(first), planes_of(second), progress))


def _pairs(
    count: int, before: Iterable[FilmFrame], after: Iterable[FilmFrame]
) -> Iterator[tuple[FilmFrame, FilmFrame]]:
    got = 0
    for pair in zip(before, after, strict=False):
        yield pair
        got += 1
    if got != count:
        raise AssemblyError(f"a transition of {count} frames got {got}")


def faded(frame: FilmFrame, index: int, fades: tuple[Fade, ...]) -> FilmFrame:
    """Veil a piece's frame by the fades that touch it."""
    for fade in fades:
        level = fade.level(index)
        if level < 1.0:
            frame = planes_to_frame(*_blend(_flat(frame, fade.colour), planes_of(frame), level))
    return frame


def _mix(join: Transition) -> Mix:
    if join.kind == "dissolve":
        return _blend
    if join.kind == "dip":
        return lambda a, b, progress: _dip(a, b, progress, join.colour)
    if join.kind == "wipe":
        return lambda a, b, progress: _wipe(a, b, progress, join.direction)
    raise AssemblyError(f"no transition is called {join.kind!r}")


def _blend(first: Planes, second: Planes, progress: float) -> Planes:
    # 256 steps of weight are finer than a code of difference, and keep the sums within 16 bits.
    weight = np.uint16(round(progress * 256))
    rest = np.uint16(256) - weight

    def mixed(a: Plane, b: Plane) -> Plane:
        total = a * rest
        total += b * weight
        total += np.uint16(128)
        total >>= np.uint16(8)
        return total.astype(np.uint8)

    y, u, v = (mixed(a, b) for a, b in zip(first, second, strict=True))
    return y, u, v


def _dip(first: Planes, second: Planes, progress: float, colour: str) -> Planes:
    """Go to a colour in the first half and come from it in the second."""
    shown, level = (first, 1 - 2 * progress) if progress < 0.5 else (second, 2 * progress - 1)
    height, width = shown[0].shape
    return _blend(_flat_planes(width, height, colour), shown, max(0.0, level))


def _wipe(first: Planes, second: Planes, progress: float, direction: str) -> Planes:
    """Let the second clip in over the first; the edge travels to `direction`, a soft line wide."""
    height, width = first[0].shape
    across = direction in ("left", "right")
    length = width if across else height
    soft = max(2.0, length / 64)
    places = np.arange(length, dtype=np.float32) + 0.5
    if direction in ("left", "up"):
        places = length - places
    share = np.clip((progress * (length + soft) - places) / soft, 0, 1)
    rounded = np.round(share * 256).astype(np.uint16)
    # A chroma sample lies between two luma samples: it takes the share half-way between theirs.
    halved = (rounded[0::2] + rounded[1::2]) // np.uint16(2)

    def wiped(a: Plane, b: Plane, line: NDArray[np.uint16]) -> Plane:
        weight = line[None, :] if across else line[:, None]
        total = a * (np.uint16(256) - weight)
        total += b * weight
        total += np.uint16(128)
        return (total >> np.uint16(8)).astype(np.uint8)

    return (
        wiped(first[0], second[0], rounded),
        wiped(first[1], second[1], halved),
        wiped(first[2], second[2], halved),
    )


def _flat(frame: FilmFrame, colour: str) -> Planes:
    return _flat_planes(frame.width, frame.height, colour)


def _flat_planes(width: int, height: int, colour: str) -> Planes:
    rgb = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    y, u, v = rgb_to_planes(np.full((2, 2, 3), rgb, np.uint8))
    return (
        np.full((height, width), y[0, 0], np.uint8),
        np.full((height // 2, width // 2), u[0, 0], np.uint8),
        np.full((height // 2, width // 2), v[0, 0], np.uint8),
    )
