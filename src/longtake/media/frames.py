"""Exact frames of a clip: the last one shown, a given one, a run of them.

A frame is found by decoding, never by a duration or a time: audio that outlasts the picture, edit
lists and uneven rates make every other way miss it on some files.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from PIL import Image

from longtake.errors import MediaError
from longtake.files import write_bytes
from longtake.media.color import Coloured, Plane, frame_to_rgb
from longtake.media.probe import ClipFacts, Grid, open_clip, probe, read_grid
from longtake.units import Size


@dataclass(frozen=True, eq=False)
class Frame:
    """One shown frame: RGB (height, width, 3) uint8, its number, and how many the clip has."""

    rgb: Plane
    index: int
    count: int


@dataclass(frozen=True)
class Measured:
    """What a full strict decode found; `size` is the coded one, `rate` an average if `vfr`."""

    frames: int
    size: Size
    rate: Fraction
    vfr: bool
    duration_s: Fraction


def last_frame(path: Path, index: int | None = None, colours: Coloured | None = None) -> Frame:
    """Decode a clip to its end and give its last frame, or frame `index` (an out-point).

    The picture is as shown: turned upright, and with square pixels. `colours` stand in for the
    clip's own tags where a calibration knows better. Raises MediaError where anything in the clip
    cannot be decoded, or where it has no such frame.
    """
    facts = probe(path)
    found: av.VideoFrame | None = None
    count = 0
    for count, frame in enumerate(_decoded(path), 1):
        if index is None or count == index + 1:
            found = frame
    if found is None:
        raise MediaError(f"{path}: has no frame {index}, but only {count}")
    rgb = _as_shown(frame_to_rgb(found, colours or facts), facts)
    return Frame(rgb, count - 1 if index is None else index, count)


def first_frame(path: Path) -> Plane:
    """Give the first frame of a clip as it is shown, RGB, without decoding the rest."""
    return frame_at(path, 0)


def frame_at(path: Path, index: int) -> Plane:
    """Give one frame of a clip as it is shown, RGB; only what leads to it is decoded.

    Raises MediaError where the clip has no such frame.
    """
    facts = probe(path)
    (found,) = (frame_to_rgb(frame, facts) for _, frame in decode_frames(path, index, index + 1))
    return _as_shown(found, facts)


def measure_clip(path: Path, look: Callable[[av.VideoFrame], object] | None = None) -> Measured:
    """Decode every frame of a clip strictly and say what is there; any damage is a MediaError.

    `look` is shown each frame on the way, so that one decode serves two; it must not write to it.
    """
    grid = read_grid(path)
    size: Size | None = None
    count = 0
    for count, frame in enumerate(_decoded(path), 1):
        now = Size(frame.width, frame.height)
        if size not in (None, now):
            raise MediaError(f"{path}: changes its size from {size} to {now} at frame {count - 1}")
        size = now
        if look:
            look(frame)
    # A stream that begins in the middle of a group may rightly leave out its first pictures.
    if size is None or (_starts_clean(grid) and count != len(grid.pts)):
        raise MediaError(f"{path}: only {count} of its {len(grid.pts)} frames can be decoded")
    return Measured(count, size, grid.rate, grid.vfr, grid.duration_s)


def decode_frames(
    path: Path, start: int, end: int, threads: int = 1
) -> Iterator[tuple[int, av.VideoFrame]]:
    """Yield frames [start, end) in the order shown, each with its number.

    Decoding begins at a key picture near `start` where the packets prove that this gives the same
    frames as decoding from the first. Frames must not be written to: the decoder may still need
    them. Raises MediaError where the clip ends before `end`.
    """
    if not 0 <= start <= end:
        raise ValueError(f"no frames [{start}, {end})")
    following = start
    for index, frame in _run(path, start, end, threads) if end > start else ():
        yield index, frame
        following = index + 1
    if following < end:
        raise MediaError(f"{path}: ends before frame {end - 1}, which is asked for")


def save_png(rgb: Plane, path: Path) -> None:
    """Write RGB as PNG, without loss; the file appears whole or not at all, crash or not."""
    image = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(rgb)).save(image, "PNG", compress_level=3)
    write_bytes(path, image.getvalue())


def _run(path: Path, start: int, end: int, threads: int) -> Iterator[tuple[int, av.VideoFrame]]:
    grid = read_grid(path)
    if start:
        with open_clip(path, threads=threads, opening=grid.opening) as (container, stream):
            # One decoder to the end: a second one is refused where this one was flushed for the first frame.
            frames = _sought(container, stream, grid, start)
            if frames:
                for index, frame in enumerate(_sound(path, frames), start):
                    if index >= end:
                        return
                    _check_time(path, grid, index, frame)
                    yield index, frame
                return
    for index, frame in enumerate(_decoded(path, threads)):
        if index >= end:
            return
        if index >= start:
            yield index, frame


def _sought(
    container: InputContainer, stream: VideoStream, grid: Grid, start: int
) -> Iterator[av.VideoFrame] | None:
    """Decode from frame `start` on, by the key picture before it; None where that is not certain."""
    if not _starts_clean(grid) or start >= len(grid.pts):
        return None
    wanted = grid.pts[start]
    key = grid.key_before(wanted)
    if key is None or wanted == grid.pts[0]:
        return None
    if key > grid.pts[0]:
        container.seek(key, stream=stream)
    frames = _hurried(container, stream, wanted)
    for frame in frames:
        if frame.pts is None or frame.pts >= wanted:
            found = frame.pts == wanted and not frame.is_corrupt
            return chain((frame,), frames) if found else None
    return None


def _hurried(
    container: InputContainer, stream: VideoStream, wanted: int
) -> Iterator[av.VideoFrame]:
    """Decode what is shown from `wanted` on, and before it only what other pictures depend on."""
    codec = stream.codec_context
    if codec.codec.canonical_name == "h264":
        codec.skip_frame = "NONREF"
    for packet in container.demux(stream):
        if packet.pts is None or packet.pts >= wanted:
            codec.skip_frame = "DEFAULT"
        yield from codec.decode(packet if packet.size else None)


def _starts_clean(grid: Grid) -> bool:
    """Tell whether each packet is one frame: decoding can begin at the first, no two coincide."""
    clean = bool(grid.keys) and grid.keys[0] <= grid.pts[0]
    return clean and len(set(grid.pts)) == len(grid.pts)


def _decoded(path: Path, threads: int = 1) -> Iterator[av.VideoFrame]:
    grid = read_grid(path)
    with open_clip(path, threads=threads, opening=grid.opening) as (container, stream):
        frames = _sound(path, container.decode(stream))
        if grid.opening == "pictures" or not _starts_clean(grid):
            yield from frames
            return
        # The order was taken from what the file says: it must have been true.
        for index, frame in enumerate(frames):
            _check_time(path, grid, index, frame)
            yield frame


def _check_time(path: Path, grid: Grid, index: int, frame: av.VideoFrame) -> None:
    if index >= len(grid.pts) or frame.pts != grid.pts[index]:
        raise MediaError(f"{path}: shows no frame {index} at its time")


def _sound(path: Path, frames: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    """Pass frames on, raising MediaError at the first that the decoder had to patch up."""
    for frame in frames:
        if frame.is_corrupt:
            raise MediaError(f"{path}: is damaged at {float(frame.time or 0):.3f} s")
        yield frame


def _as_shown(rgb: Plane, facts: ClipFacts) -> Plane:
    if facts.sar != 1:
        turned = facts.rotation in (90, 270)
        shown = facts.display_size
        size = (shown.height, shown.width) if turned else (shown.width, shown.height)
        rgb = np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.LANCZOS))
    return np.ascontiguousarray(np.rot90(rgb, -facts.rotation // 90))
