"""Pictures that lie over the film: what a drawer is asked, what it gives, how it is blended.

A drawer is asked once for a window of film frames and gives a function from a frame of that window to
a picture. A picture it gives twice is turned into planes once: titles stand still most of their time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtake.media.color import Ink, Plane, Real, planes_to_frame, rgba_to_ink
from longtake.media.planes import FilmFrame, Planes, planes_of
from longtake.units import FrameRate, Size


@dataclass(frozen=True)
class Window:
    """What is asked of a drawer: `frames` of a film of this size and rate, by these options (JSON).

    `files` are pairs of the name by which the drawer knows a file, and its path.
    """

    size: Size
    rate: FrameRate
    frames: int
    options: str = "{}"
    files: tuple[tuple[str, Path], ...] = ()

    @cached_property
    def wishes(self) -> Mapping[str, Any]:
        """The options as a map."""
        wishes: dict[str, Any] = json.loads(self.options)
        return wishes

    def file(self, name: str) -> Path | None:
        """Give the path of a file by its name, None where there is none."""
        return dict(self.files).get(name)


@dataclass(frozen=True, eq=False)
class Picture:
    """RGBA (height, width, 4), straight alpha, whose corner lies at these pixels of the frame.

    It may reach beyond the frame. `strength` (0 to 1) thins all of it. Give the same array again
    where it looks the same as before.
    """

    rgba: Plane
    left: int = 0
    top: int = 0
    strength: float = 1.0


# From a frame of the window, counted from 0, to what lies over the film there, if anything.
Drawing = Callable[[int], Picture | None]


@dataclass(frozen=True)
class Drawer:
    """Who draws a kind of overlay; another `version` draws otherwise, and pieces are made anew."""

    draw: Callable[[Window], Drawing]
    version: str = "1"


class Overlay:
    """A drawing at work: lays the picture of a frame over the film's planes."""

    def __init__(self, drawing: Drawing, size: Size) -> None:
        self._drawing = drawing
        self._size = size
        self._kept: tuple[Picture, _Laid | None] | None = None

    def over(self, planes: Planes, index: int) -> bool:
        """Blend the picture of frame `index` into planes that may be written; tell whether it showed."""
        picture = self._drawing(index)
        if picture is None or picture.strength <= 0:
            return False
        laid = self._laid(picture)
        if laid is None:
            return False
        laid.blend(planes, min(picture.strength, 1.0))
        return True

    def _laid(self, picture: Picture) -> _Laid | None:
        if self._kept:
            old, laid = self._kept
            # The array itself is the sign of sameness: comparing all its pixels costs as much.
            if old.rgba is picture.rgba and (old.left, old.top) == (picture.left, picture.top):
                return laid
        laid = _laid(picture, self._size)
        self._kept = picture, laid
        return laid


def overlaid(frame: FilmFrame, overlays: tuple[tuple[Overlay, int], ...]) -> FilmFrame:
    """Lay overlays, each at a frame of its own window, over a film frame; the last lies on top."""
    if not overlays:
        return frame
    y, u, v = (plane.copy() for plane in planes_of(frame))
    # Each is drawn, even where one below showed nothing: none may be skipped by a short cut.
    shown = [overlay.over((y, u, v), index) for overlay, index in overlays]
    return planes_to_frame(y, u, v) if any(shown) else frame


@dataclass(frozen=True, eq=False)
class _Laid:
    """Ink at an even place of the frame: the same place in luma and, halved, in chroma."""

    ink: Ink
    left: int
    top: int

    def blend(self, planes: Planes, strength: float) -> None:
        for number, plane in enumerate(planes):
            colour, cover = self.ink.colour[number], self.ink.cover[number]
            half = 2 if number else 1
            top, left = self.top // half, self.left // half
            below = plane[top : top + cover.shape[0], left : left + cover.shape[1]]
            below[:] = _mixed(below, colour, cover, np.float32(strength))


def _mixed(below: Plane, colour: Real, cover: Real, strength: np.float32) -> NDArray[np.uint8]:
    total = below * (np.float32(1) - cover * strength)
    total += colour * strength
    return np.rint(total).astype(np.uint8)


def _laid(picture: Picture, size: Size) -> _Laid | None:
    """Cut a picture to the frame and give it a margin, so that its edges fall off as they should."""
    height, width = picture.rgba.shape[:2]
    left, right = _even_ends(picture.left, width, size.width)
    top, bottom = _even_ends(picture.top, height, size.height)
    if left >= right or top >= bottom:
        return None
    framed = np.zeros((bottom - top, right - left, 4), np.uint8)
    shown_top, shown_left = max(picture.top, 0), max(picture.left, 0)
    part = picture.rgba[
        shown_top - picture.top : size.height - picture.top,
        shown_left - picture.left : size.width - picture.left,
    ]
    row, column = shown_top - top, shown_left - left
    framed[row : row + part.shape[0], column : column + part.shape[1]] = part
    return _Laid(rgba_to_ink(framed), left, top)


def _even_ends(start: int, length: int, limit: int) -> tuple[int, int]:
    """Widen [start, start + length) by at least one to even numbers, within the frame."""
    if start >= limit or start + length <= 0:
        return 0, 0
    # A chroma sample is made of its neighbours too, so those beside the picture change with it.
    return max((start - 1) // 2 * 2, 0), min((start + length + 2) // 2 * 2, limit)
