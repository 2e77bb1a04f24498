"""Drawn pictures written as one finished clip: H.264 in MP4, tagged as the film is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import av

from longtake.errors import MediaError
from longtake.files import written_aside
from longtake.media.color import Plane, planes_to_frame, rgb_to_planes
from longtake.media.encode import tag
from longtake.media.planes import Planes
from longtake.units import FrameRate, Size


def write_clip(
    frames: Iterable[Plane | Planes],
    path: Path,
    *,
    size: Size,
    rate: FrameRate,
    crf: int = 14,
    preset: str = "ultrafast",
    threads: int = 2,
) -> int:
    """Encode pictures into a silent MP4 that appears whole or not at all; gives their number.

    A picture is RGB (height, width, 3) or its bt709 4:2:0 planes. All RGB is converted by our own
    arithmetic: 9 ms for 1280x720, where libswscale takes 3 and darkens each clip by a code.
    At equal crf ultrafast keeps as much as veryfast, in a third of the time and four times the
    bytes.
    """
    try:
        with written_aside(path) as part:
            return _encoded(frames, part, size, rate, _options(rate, crf, preset), threads)
    except (av.FFmpegError, OSError) as exc:
        raise MediaError(f"the clip {path.name} could not be written: {exc}") from exc


def _options(rate: FrameRate, crf: int, preset: str) -> dict[str, str]:
    gop = rate.frames(2)
    # A higher ipratio spends more bits on key frames, and so on frame 0, which must come back as
    # the picture it was made of.
    return {
        "preset": preset,
        "crf": str(crf),
        "x264-params": f"open-gop=0:keyint={gop}:min-keyint={gop}:scenecut=0:ipratio=2",
    }


def _encoded(
    frames: Iterable[Plane | Planes],
    part: Path,
    size: Size,
    rate: FrameRate,
    options: dict[str, str],
    threads: int,
) -> int:
    written = 0
    with av.open(part, "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=rate.value, options=options)
        stream.width, stream.height, stream.pix_fmt = size.width, size.height, "yuv420p"
        stream.time_base = stream.codec_context.time_base = 1 / rate.value
        stream.codec_context.thread_count = threads
        tag(stream.codec_context)
        for frame in _film_frames(frames, size):
            frame.pts, frame.time_base = written, 1 / rate.value
            container.mux(stream.encode(frame))
            written += 1
        if not written:
            raise MediaError("a clip needs at least one frame")
        container.mux(stream.encode(None))
    return written


def _film_frames(frames: Iterable[Plane | Planes], size: Size) -> Iterator[av.VideoFrame]:
    for picture in frames:
        planes = picture if isinstance(picture, tuple) else rgb_to_planes(picture)
        height, width = planes[0].shape
        if (width, height) != (size.width, size.height):
            raise MediaError(f"a picture of {width}x{height} in a clip of {size}")
        yield planes_to_frame(*planes)
