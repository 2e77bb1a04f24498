"""The transitions of ffmpeg's xfade filter, in process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain

import av
from av.filter import Graph
from av.filter.context import FilterContext

from longtake.errors import MediaError
from longtake.media.color import planes_to_frame
from longtake.media.planes import FilmFrame, planes_of

# xfade takes no more than 60 seconds; it looks at none, only at how far it has come.
_RATE = 1000


def xfade_frames(
    name: str, count: int, pairs: Iterable[tuple[FilmFrame, FilmFrame]]
) -> Iterator[FilmFrame]:
    """Play `count` pairs of film frames over each other by ffmpeg's xfade of a name, as they come.

    Raises MediaError where the filter gives fewer frames than it got.
    """
    held = _held(pairs)
    first = next(held)
    graph, sources, sink = _graph(name, count, first[0])
    pulled = 0
    for index, pair in enumerate(chain((first,), held, (None,))):
        for side, source in enumerate(sources):
            source.push(_stamped(pair[side], index) if pair else None)
        for frame in _ready(sink):
            if 0 < pulled <= count:
                yield frame
            pulled += 1
    # A filter context alone does not keep its graph alive.
    del graph
    if pulled <= count:
        raise MediaError(f"xfade:{name} gave {pulled - 1} of {count} frames")


def _held(
    pairs: Iterable[tuple[FilmFrame, FilmFrame]],
) -> Iterator[tuple[FilmFrame, FilmFrame]]:
    """Give the first and the last pair twice: progress then never is 0, as in our own transitions."""
    last = None
    for pair in pairs:
        if last is None:
            yield pair
        yield pair
        last = pair
    if last:
        yield last


def _ready(sink: FilterContext) -> Iterator[FilmFrame]:
    while True:
        try:
            frame = sink.pull()
        except (av.EOFError, av.BlockingIOError):
            return
        if isinstance(frame, FilmFrame):
            yield frame


def _graph(
    name: str, count: int, like: FilmFrame
) -> tuple[Graph, tuple[FilterContext, FilterContext], FilterContext]:
    graph = Graph()
    # Without a frame rate of its own PyAV's buffer lets xfade repeat frames at the end.
    shape = (
        f"video_size={like.width}x{like.height}:pix_fmt=yuv420p:time_base=1/{_RATE}"
        f":frame_rate={_RATE}:colorspace=bt709:range=tv"
    )
    first, second = graph.add("buffer", shape), graph.add("buffer", shape)
    seconds = (count + 1) / _RATE
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


def _stamped(frame: FilmFrame, index: int) -> FilmFrame:
    copy = planes_to_frame(*planes_of(frame))
    copy.pts, copy.time_base = index, Fraction(1, _RATE)
    return copy
