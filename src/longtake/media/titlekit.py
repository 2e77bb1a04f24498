"""What all titles share: safe areas, colours, lines of text as pictures, shades, and how things move.

Lengths are parts of the film's short side, so that one design serves 16:9, 1:1 and 9:16.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from longtake.media.overlay import Drawing, Picture, Window
from longtake.media.type import (
    Colour,
    Style,
    Weight,
    clean,
    draw_line,
    line_width,
    runs_from_right,
    set_lines,
)
from longtake.units import Size

TEXT, ACCENT, GROUND = "#ffffff", "#f2b544", "#12161d"
_ENTER_S, _EXIT_S = 0.45, 0.3
_ASCENT, _DESCENT = 0.76, 0.24


@dataclass(frozen=True)
class Stage:
    """Where a title may stand: text keeps within the safe area, and players' buttons stay clear.

    `unit` is the short side; the safe area is [left, right) by [top, bottom) in pixels. A tall film
    is watched on telephones, whose players cover its lower fifth.
    """

    size: Size

    @property
    def unit(self) -> int:
        return min(self.size.width, self.size.height)

    @property
    def tall(self) -> bool:
        return self.size.width < 0.8 * self.size.height

    @property
    def left(self) -> int:
        return round(self.size.width * (0.08 if self.tall else 0.065))

    @property
    def right(self) -> int:
        return self.size.width - self.left

    @property
    def top(self) -> int:
        return round(self.size.height * (0.12 if self.tall else 0.085))

    @property
    def bottom(self) -> int:
        return round(self.size.height * (0.8 if self.tall else 0.905))

    def of(self, share: float, least: int = 1) -> int:
        """Give a length in pixels, at least so many."""
        return max(round(self.unit * share), least)


@dataclass(frozen=True)
class Palette:
    """The colours of a title: of its text, of what is to catch the eye, of what lies behind."""

    text: Colour
    accent: Colour
    ground: Colour

    @classmethod
    def of(cls, wishes: Any) -> Palette:
        """Read them from a title's `palette` ("#rrggbb"); what is not named is ours."""
        named = wishes.get("palette") or {}
        usual = {"text": TEXT, "accent": ACCENT, "ground": GROUND}
        return cls(*(_rgb(named.get(name) or colour) for name, colour in usual.items()))

    def on(self, ground: Colour) -> Colour:
        """Choose what is read best on a colour: the text's or the ground's own."""
        return max((self.text, self.ground), key=lambda ink: contrast(ink, ground))


def contrast(one: Colour, other: Colour) -> float:
    """Give the contrast of two colours, 1 to 21, as WCAG 2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@dataclass(frozen=True)
class Block:
    """Lines of text as one picture (RGBA), cropped to what the lines take.

    `whole` is false where the text was too long and ends in an ellipsis.
    """

    picture: Image.Image
    whole: bool
    lines: int

    @property
    def width(self) -> int:
        return self.picture.width

    @property
    def height(self) -> int:
        return self.picture.height


@dataclass(frozen=True)
class Setting:
    """How a text is fitted: the sizes to try (parts of the short side) and the most lines of each."""

    sizes: tuple[tuple[float, int], ...]
    weight: Weight = "regular"
    leading: float = 1.22
    tracking: float = 0.0
    align: str = "left"


def set_block(
    text: str, setting: Setting, stage: Stage, room: int, colour: Colour, font: str = ""
) -> Block:
    """Set a text as large as it fits into so many pixels, its lines as even as they can be."""
    style, lines, whole = _fitted(text, setting, stage, room, font)
    size = style.size
    wide = [line_width(line, style) for line in lines]
    # The same for every weight, so that lines of different ones begin at one edge.
    pad = stage.of(0.004) + 2
    leading = round(size * setting.leading)
    height = leading * (len(lines) - 1) + round(size * (_ASCENT + _DESCENT)) + 2 * pad
    width = round(max(wide, default=0)) + 2 * pad
    picture = Image.new("RGBA", (width, height), (*colour, 0))
    pen = ImageDraw.Draw(picture)
    align = setting.align
    if align == "left" and runs_from_right(text):
        align = "right"
    for number, line in enumerate(lines):
        spare = width - 2 * pad - wide[number]
        x = pad + spare * {"left": 0.0, "centre": 0.5, "right": 1.0}[align]
        draw_line(pen, line, (x, pad + size * _ASCENT + number * leading), style, colour)
    return Block(picture, whole, len(lines))


def fits(text: str, setting: Setting, stage: Stage, room: int, font: str = "") -> bool:
    """Tell whether a text can be shown whole."""
    return _fitted(text, setting, stage, room, font)[2]


def _fitted(
    text: str, setting: Setting, stage: Stage, room: int, font: str
) -> tuple[Style, list[str], bool]:
    for share, most in setting.sizes:
        style = Style(stage.of(share, 8), setting.weight, font, setting.tracking)
        lines = set_lines(text, style, room, most + 1)
        if len(lines) <= most and _unbroken(text, lines):
            return style, _even(text, style, room, lines), True
    share, most = setting.sizes[-1]
    style = Style(stage.of(share, 8), setting.weight, font, setting.tracking)
    lines = set_lines(text, style, room, most)
    return style, lines, "".join(lines).replace(" ", "") == clean(text).replace(" ", "")


def _unbroken(text: str, lines: list[str]) -> bool:
    """Tell whether no word had to be divided; writings without blanks are divided anywhere."""
    return not text.isascii() or " ".join(lines) == clean(text)


def _even(text: str, style: Style, room: int, lines: list[str]) -> list[str]:
    """Break into as many lines, but as evenly as words allow."""
    if len(lines) < 2:
        return lines
    low, high = room // len(lines), room
    while low < high:
        middle = (low + high) // 2
        tried = set_lines(text, style, middle, len(lines) + 1)
        even = len(tried) <= len(lines) and _unbroken(text, tried)
        low, high = (low, middle) if even else (middle + 1, high)
    return set_lines(text, style, low, len(lines) + 1)


def shadowed(picture: Image.Image, reach: int, colour: Colour, depth: float) -> Image.Image:
    """Lay a picture on a soft cloud of its own form, which reaches 3 times `reach` beyond it."""
    margin = 3 * reach
    grown = Image.new("L", (picture.width + 2 * margin, picture.height + 2 * margin), 0)
    grown.paste(picture.getchannel("A"), (margin, margin))
    # Thin strokes weigh little in a wide blur: its gain makes one cloud of them.
    wide = grown.filter(ImageFilter.GaussianBlur(reach)).point(lambda a: min(255, a * 4))
    wide = wide.filter(ImageFilter.GaussianBlur(reach / 2))
    near = grown.filter(ImageFilter.GaussianBlur(max(reach / 8, 0.8)))
    both = ImageChops.lighter(wide, near.point(lambda a: min(255, a * 2)))
    shade = soft(np.asarray(both) * (depth / 255), colour)
    shade.alpha_composite(picture, (margin, margin))
    return shade


def ramp(share: Any) -> Any:
    """Go from 0 to 1 without an edge at either end."""
    part = np.clip(share, 0, 1)
    return part * part * (3 - 2 * part)


def soft(cover: NDArray[np.float64], colour: Colour) -> Image.Image:
    """Make a shade of a cover (0 to 1): dithered, so that no bands show in it."""
    noise = np.random.default_rng(0).random(cover.shape)
    alpha = np.floor(np.clip(cover, 0, 1) * 255 + noise).clip(0, 255).astype(np.uint8)
    shade = Image.new("RGBA", (cover.shape[1], cover.shape[0]), (*colour, 0))
    shade.putalpha(Image.fromarray(alpha))
    return shade


def flat(width: int, height: int, colour: Colour, alpha: float = 1.0) -> Image.Image:
    """Make a rectangle of one colour."""
    return Image.new("RGBA", (max(width, 1), max(height, 1)), (*colour, round(alpha * 255)))


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
    enter_s: float = field(default=_ENTER_S)

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
        alpha = np.rint(np.asarray(self._film.mask.get_frame(at)) * 255).astype(np.uint8)
        strength = 1.0 if index is None else self._strength(at)
        return Picture(np.dstack([rgb, alpha]), self._left, self._top, strength)

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


def _rgb(text: str) -> Colour:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _luminance(colour: Colour) -> float:
    linear = [c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
