"""The transitions of ffmpeg's xfade filter, in process."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av
from av.filter import Graph
from av.filter.context import FilterContext

from longtake.errors import MediaError
from longtake.media.color import planes_to_frame
from longtake.media.planes import FilmFrame, planes_of
from longtake.units import FrameRate


def xfade_frames(
    name: str, before: list[FilmFrame], after: list[FilmFrame], rate: FrameRate
) -> Iterator[FilmFrame]:
    """Play two equally long runs of film frames over each other by ffmpeg's xfade of a name.

    Raises MediaError where the filter gives fewer frames than it got.
    """
    count = len(before)
    graph, sources, sink = _graph(name, count, before[0], rate)
    # One frame more than is shown on each side: progress then never is 0, as in our own transitions.
    for index in range(count + 2):
        shown = min(max(index - 1, 0), count - 1)
        for source, frames in zip(sources, (before, after), strict=True):
            source.push(_stamped(frames[shown], index, rate))
    for source in sources:
        source.push(None)
    pulled = 0
    while pulled <= count:
        try:
            frame = sink.pull()
        except (av.EOFError, av.BlockingIOError):
            break
        if pulled and isinstance(frame, FilmFrame):
            yield frame
        pulled += 1
    # A filter context alone does not keep its graph alive.
    del graph
    if pulled <= count:
        raise MediaError(f"xfade:{name} gave {pulled - 1} of {count} frames")


def _graph(
    name: str, count: int, like: FilmFrame, rate: FrameRate
) -> tuple[Graph, tuple[FilterContext, FilterContext], FilterContext]:
    graph = Graph()
    # Without a frame rate of its own PyAV's buffer lets xfade repeat frames at the end.
    shape = (
        f"video_size={like.width}x{like.height}:pix_fmt=yuv420p:time_base={1 / rate.value}"
        f":frame_rate={rate.value}:colorspace=bt709:range=tv"
    )
    first, second = graph.add("buffer", shape), graph.add("buffer", shape)
    seconds = float(Fraction(count + 1) / rate.value)
    xfade = graph.add("xfade", f"transition={name}:duration={seconds:.6f}:offset=0")
    # xfade works in 4:4:4 where it may choose; the film is 4:2:0.
    final = graph.add("format", "pix_fmts=yuv420p")
    sink = graph.add("buffersink")
    first.link_to(xfade, 0, 0)
    second.link_to(xfade, 0, 1)
    xfade.link_to(final)
    final.link_to(sink)
    graph.configure()
    return graph, (first, second), sink


def _stamped(frame: FilmFrame, index: int, rate: FrameRate) -> FilmFrame:
    copy = planes_to_frame(*planes_of(frame))
    copy.pts, copy.time_base = index, 1 / rate.value
    return copy
