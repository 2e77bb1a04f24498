"""Small pictures out of a finished film: exactly the frames asked for, decoded in one pass."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.packet import Packet
from PIL import Image

from longtake.errors import MediaError
from longtake.media.color import Deep, Sampling, frame_planes, planes_to_rgb
from longtake.media.probe import Grid, open_clip, read_grid
from longtake.media.workers import cores

# A film is bt709, limited range; its planes are scaled to one small size before they become RGB.
_SCALED = Sampling(half_width=False, half_height=False)
_QUALITY = 80


def film_pictures(path: Path, wanted: Collection[int], longest: int = 240) -> dict[int, bytes]:
    """Give the wanted film frames as JPEG files, their longer side at most `longest` pixels.

    Only groups of pictures that hold a wanted frame are decoded, each up to the last one wanted.
    Raises MediaError where the film is damaged or has no such frame.
    """
    grid = read_grid(path)
    beyond = [index for index in wanted if not 0 <= index < len(grid.pts)]
    if beyond:
        raise MediaError(f"{path}: has no frame {beyond[0]}, but {len(grid.pts)} frames")
    shown = {grid.pts[index]: index for index in wanted}
    found: dict[int, bytes] = {}
    with open_clip(path, threads=cores(), opening=grid.opening) as (container, stream):
        for packet in _needed(container.demux(stream), grid, shown):
            for frame in packet.decode():
                if isinstance(frame, av.VideoFrame) and frame.pts in shown:
                    found[shown[frame.pts]] = jpeg_of(frame, longest)
    if len(found) < len(shown):
        lost = min(set(shown.values()) - set(found))
        raise MediaError(f"{path}: frame {lost} cannot be decoded")
    return found


def picture_side(pictures: int) -> int:
    """Choose the longer side of so many pictures so that a page of them stays below some 30 MB."""
    return 240 if pictures <= 3000 else 160 if pictures <= 9000 else 96


def fitted(width: int, height: int, longest: int) -> tuple[int, int]:
    """Give the size of a picture made smaller, never larger, to fit a square of that side."""
    share = min(1.0, longest / max(width, height))
    return max(1, round(width * share)), max(1, round(height * share))


def _needed(
    packets: Iterator[Packet[Any]], grid: Grid, shown: Collection[int]
) -> Iterator[Packet[Any]]:
    """Pass on, group by group, the packets up to the last one that is shown, and the flush."""
    waiting: dict[int | None, set[int]] = defaultdict(set)
    for pts in shown:
        waiting[grid.key_before(pts)].add(pts)
    keys = frozenset(grid.keys)
    group: int | None = None
    for packet in packets:
        if packet.pts in keys:
            group = packet.pts
        if waiting[group] or not packet.size:
            yield packet
        waiting[group].discard(packet.pts)


def jpeg_of(frame: av.VideoFrame, longest: int) -> bytes:
    """Write a frame of a film as a JPEG file, its longer side at most `longest` pixels."""
    size = fitted(frame.width, frame.height, longest)
    y, u, v = (_small(plane, size) for plane in frame_planes(frame))
    picture = Image.fromarray(planes_to_rgb(y, u, v, _SCALED))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=_QUALITY, optimize=True)
    return file.getvalue()


def _small(plane: Deep, size: tuple[int, int]) -> Deep:
    picture = Image.fromarray(plane)
    return np.asarray(picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0))
