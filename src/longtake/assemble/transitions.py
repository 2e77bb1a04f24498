"""The frames of a transition: two clips played over each other, on the film's own 4:2:0 planes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import av
import numpy as np
from av.filter import Graph
from av.filter.context import FilterContext
from numpy.typing import NDArray

from longtake.assemble.pieces import Fade
from longtake.errors import AssemblyError
from longtake.media.color import Plane, planes_to_frame, rgb_to_planes
from longtake.timeline import Transition
from longtake.units import FrameRate

Planes = tuple[Plane, Plane, Plane]
# Progress 0 shows the first clip alone, 1 the second alone.
Mix = Callable[[Planes, Planes, float], Planes]


def transition_frames(
    join: Transition, before: list[av.VideoFrame], after: list[av.VideoFrame], rate: FrameRate
) -> Iterator[av.VideoFrame]:
    """Play two runs of `join.frames` film frames (yuv420p, one size) over each other.

    Frame i has progress (i + 1) / (frames + 1): the neighbours outside show the pure clips, so none
    is shown twice.
    """
    if len(before) != join.frames or len(after) != join.frames:
        raise AssemblyError(
            f"a transition of {join.frames} frames got {len(before)} and {len(after)} frames"
        )
    if join.kind == "xfade":
        yield from _xfade(join, before, after, rate)
        return
    mix = _mix(join)
    for index, (first, second) in enumerate(zip(before, after, strict=True)):
        progress = (index + 1) / (join.frames + 1)
        yield planes_to_frame(*mix(planes_of(first), planes_of(second), progress))


def faded(frame: av.VideoFrame, index: int, fades: tuple[Fade, ...]) -> av.VideoFrame:
    """Veil a piece's frame by the fades that touch it."""
    for fade in fades:
        level = fade.level(index)
        if level < 1.0:
            frame = planes_to_frame(*_blend(_flat(frame, fade.colour), planes_of(frame), level))
    return frame


def planes_of(frame: av.VideoFrame) -> Planes:
    """View a yuv420p frame as its three planes, without the padding of their lines."""
    views = []
    for plane in frame.planes:
        lines = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        views.append(lines[: plane.height, : plane.width])
    return views[0], views[1], views[2]


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


def _flat(frame: av.VideoFrame, colour: str) -> Planes:
    return _flat_planes(frame.width, frame.height, colour)


def _flat_planes(width: int, height: int, colour: str) -> Planes:
    rgb = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    y, u, v = rgb_to_planes(np.full((2, 2, 3), rgb, np.uint8))
    return (
        np.full((height, width), y[0, 0], np.uint8),
        np.full((height // 2, width // 2), u[0, 0], np.uint8),
        np.full((height // 2, width // 2), v[0, 0], np.uint8),
    )


def _xfade(
    join: Transition, before: list[av.VideoFrame], after: list[av.VideoFrame], rate: FrameRate
) -> Iterator[av.VideoFrame]:
    """Run ffmpeg's xfade over the frames, each time stamped by its place."""
    graph, sources, sink = _xfade_graph(join, before[0], rate)
    # One frame more than is shown on each side: progress then never is 0, as in our own transitions.
    for index in range(join.frames + 2):
        shown = min(max(index - 1, 0), join.frames - 1)
        for source, frames in zip(sources, (before, after), strict=True):
            source.push(_stamped(frames[shown], index, rate))
    for source in sources:
        source.push(None)
    pulled = 0
    while pulled <= join.frames:
        try:
            frame = sink.pull()
        except (av.EOFError, av.BlockingIOError):
            break
        if pulled and isinstance(frame, av.VideoFrame):
            yield frame
        pulled += 1
    # A filter context alone does not keep its graph alive.
    del graph
    if pulled <= join.frames:
        raise AssemblyError(f"xfade:{join.name} gave {pulled - 1} of {join.frames} frames")


def _xfade_graph(
    join: Transition, like: av.VideoFrame, rate: FrameRate
) -> tuple[Graph, tuple[FilterContext, FilterContext], FilterContext]:
    graph = Graph()
    # Without a frame rate of its own PyAV's buffer lets xfade repeat frames at the end.
    shape = (
        f"video_size={like.width}x{like.height}:pix_fmt=yuv420p:time_base={1 / rate.value}"
        f":frame_rate={rate.value}:colorspace=bt709:range=tv"
    )
    first, second = graph.add("buffer", shape), graph.add("buffer", shape)
    seconds = float(Fraction(join.frames + 1) / rate.value)
    xfade = graph.add("xfade", f"transition={join.name}:duration={seconds:.6f}:offset=0")
    # xfade works in 4:4:4 where it may choose; the film is 4:2:0.
    final = graph.add("format", "pix_fmts=yuv420p")
    sink = graph.add("buffersink")
    first.link_to(xfade, 0, 0)
    second.link_to(xfade, 0, 1)
    xfade.link_to(final)
    final.link_to(sink)
    graph.configure()
    return graph, (first, second), sink


def _stamped(frame: av.VideoFrame, index: int, rate: FrameRate) -> av.VideoFrame:
    copy = planes_to_frame(*planes_of(frame))
    copy.pts, copy.time_base = index, 1 / rate.value
    return copy
