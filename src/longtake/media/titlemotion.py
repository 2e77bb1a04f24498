"""How titles come, stand and go: parts that slide, fade and are uncovered, composed by MoviePy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from longtake.media.color import Plane
from longtake.media.overlay import Drawing, Picture, Window

_ENTER_S, _EXIT_S = 0.45, 0.3


@dataclass(frozen=True)
class Part:
    """A picture of a title, where it stands, and how it comes.

    It comes `delay_s` after the title begins, moving in by `slide` pixels (across, down), and is
    uncovered from its `wipe` edge (left, right, bottom, or none: it fades in).
    """

    picture: Image.Image
    left: int
    top: int
    delay_s: float = 0.0
    slide: tuple[float, float] = (0.0, 0.0)
    wipe: str = ""


@dataclass(frozen=True)
class Motion:
    """How a title's parts come and go; `stays` leaves it standing at the end."""

    name: str = "slide"
    stays: bool = False
    enter_s: float = _ENTER_S

    @classmethod
    def of(cls, wishes: Any) -> Motion:
        """Read it from a title's options."""
        return cls(str(wishes.get("motion") or "slide"), bool(wishes.get("stays")))


def moving(parts: Sequence[Part], window: Window, motion: Motion) -> Drawing:
    """Give a title of parts, the first lying lowest: it comes, stands still, and goes.

    MoviePy composes the frames in which something moves; what stands is composed once.
    """
    if motion.name == "none":
        whole = _Composed(parts, window, motion).picture(None)
        return lambda index: whole
    composed = _Composed(parts, window, motion)
    standing = composed.picture(None)

    def drawing(index: int) -> Picture | None:
        return composed.picture(index) if composed.moves(index) else standing

    return drawing


def clip_drawing(clip: Any, window: Window, left: int = 0, top: int = 0) -> Drawing:
    """Draw what a MoviePy clip shows, its mask being its alpha; a clip without a mask hides all below.

    For plug-ins: whatever MoviePy can compose lies over the film, at its own size, from this corner.
    """

    def drawing(index: int) -> Picture:
        # Half a frame in: no rounding of seconds can show a neighbour.
        at = float((index + Fraction(1, 2)) / window.rate.value)
        rgb = np.asarray(clip.get_frame(at), np.uint8)
        return Picture(np.dstack([rgb, _alpha(clip, at, rgb)]), left, top)

    return drawing


def _alpha(clip: Any, at: float, rgb: Plane) -> Plane:
    if clip.mask is None:
        return np.full(rgb.shape[:2], 255, np.uint8)
    cover = np.asarray(clip.mask.get_frame(at), np.float64)
    return np.rint(cover * 255).astype(np.uint8)


def ease_out(share: float) -> float:
    """Come fast and settle softly: cubic, 0 to 1."""
    rest = 1 - min(max(share, 0.0), 1.0)
    return 1 - rest * rest * rest


class _Composed:
    """A title's parts as MoviePy clips, within the box they need."""

    def __init__(self, parts: Sequence[Part], window: Window, motion: Motion) -> None:
        self._window = window
        self._motion = motion
        self._rate = float(window.rate.value)
        self._length_s = window.frames / self._rate
        last = max((part.delay_s for part in parts), default=0.0)
        # A title that stands for a short time comes and goes faster.
        self._pace = min(1.0, self._length_s * 0.45 / (last + motion.enter_s))
        self._settled_s = (last + motion.enter_s) * self._pace
        self._leaves_s = self._length_s - min(_EXIT_S, self._length_s * 0.3)
        left = min(int(part.left - abs(part.slide[0])) for part in parts)
        top = min(int(part.top - abs(part.slide[1])) for part in parts)
        right = max(part.left + part.picture.width + round(abs(part.slide[0])) for part in parts)
        bottom = max(part.top + part.picture.height + round(abs(part.slide[1])) for part in parts)
        size = window.size
        self._left, self._top = max(left, 0), max(top, 0)
        self._box = (
            max(min(right, size.width) - self._left, 1),
            max(min(bottom, size.height) - self._top, 1),
        )
        self._film = self._composition(parts)

    def moves(self, index: int) -> bool:
        at = self._middle(index)
        return at < self._settled_s or (at > self._leaves_s and not self._motion.stays)

    def picture(self, index: int | None) -> Picture:
        """Compose the picture of a frame, or (None) the one that stands."""
        # A time beyond the coming and before the going shows the standing title.
        at = (self._settled_s + self._leaves_s) / 2 if index is None else self._middle(index)
        if index is None and self._motion.stays:
            at = max(self._settled_s, at)
        rgb = np.asarray(self._film.get_frame(at), np.uint8)
        rgba = np.dstack([rgb, _alpha(self._film, at, rgb)])
        strength = 1.0 if index is None else self._strength(at)
        return Picture(rgba, self._left, self._top, strength)

    def _middle(self, index: int) -> float:
        # Half a frame in: frame 0 already shows a little, and no rounding can show a neighbour.
        return min((index + 0.5) / self._rate, self._length_s)

    def _strength(self, at: float) -> float:
        """The going: all fades together."""
        if self._motion.stays or at <= self._leaves_s:
            return 1.0
        return max(0.0, 1 - (at - self._leaves_s) / (self._length_s - self._leaves_s))

    def _composition(self, parts: Sequence[Part]) -> Any:
        # Importing moviepy takes longer than starting the whole command line.
        from moviepy import CompositeVideoClip, ImageClip, VideoClip

        layers = []
        for part in parts:
            rgba = np.asarray(part.picture)
            mask = VideoClip(self._masked(part), is_mask=True, duration=self._length_s)
            clip = ImageClip(rgba[..., :3], duration=self._length_s).with_mask(mask)
            layers.append(clip.with_position(self._path(part)))
        return CompositeVideoClip(layers, size=self._box, bg_color=None)

    def _path(self, part: Part) -> Callable[[float], tuple[int, int]]:
        x, y = part.left - self._left, part.top - self._top

        def place(at: float) -> tuple[int, int]:
            rest = 1 - self._come(part, at)
            if self._motion.name != "slide":
                rest = 0.0
            return round(x + part.slide[0] * rest), round(y + part.slide[1] * rest)

        return place

    def _masked(self, part: Part) -> Callable[[float], NDArray[np.float64]]:
        cover = np.asarray(part.picture.getchannel("A")).astype(np.float64) / 255
        wipes = bool(part.wipe) and self._motion.name == "slide"

        def mask(at: float) -> NDArray[np.float64]:
            come = self._come(part, at)
            if come >= 1:
                return cover
            if wipes:
                return cover * _uncovered(cover.shape, part.wipe, come)
            return cover * come

        return mask

    def _come(self, part: Part, at: float) -> float:
        return ease_out((at / self._pace - part.delay_s) / self._motion.enter_s)


def _uncovered(shape: tuple[int, ...], edge: str, share: float) -> NDArray[np.float64]:
    """Let a picture show from an edge on, its limit drawn between pixels."""
    height, width = shape[:2]
    length = height if edge == "bottom" else width
    places = np.arange(length) + 0.5
    if edge in ("right", "bottom"):
        places = length - places
    if edge == "centre":
        places = np.abs(places - length / 2) * 2
    line: NDArray[np.float64] = np.clip(share * length - places + 0.5, 0, 1)
    return line[:, None] if edge == "bottom" else line[None, :]
