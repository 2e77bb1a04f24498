"""What all titles share: safe areas, colours, lines of text as pictures, shades.

Lengths are parts of the film's short side, so that one design serves 16:9, 1:1 and 9:16.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter

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
_ASCENT, _DESCENT = 0.76, 0.24


@dataclass(frozen=True)
class Stage:
    """Where a title may stand: text keeps within the safe area, and players' buttons stay clear.

    `unit` is the short side; the safe area is [left, right) by [top, bottom) in pixels. A tall film
    is watched on telephones, whose players cover its lower fifth. `raised` leaves room below for two
    lines of captions.
    """

    size: Size
    raised: bool = False

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
        below = round(self.unit * 0.135) if self.raised else 0
        return round(self.size.height * (0.8 if self.tall else 0.905)) - below

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
    """Lines of text as one picture (RGBA), `pad` pixels larger at each side than the lines.

    `whole` is false where the text was too long and ends in an ellipsis.
    """

    picture: Image.Image
    whole: bool
    lines: int
    pad: int

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
    lines = _even(text, style, room, lines) if whole else lines
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
    return Block(picture, whole, len(lines), pad)


def fits(text: str, setting: Setting, stage: Stage, room: int, font: str = "") -> bool:
    """Tell whether a text can be shown whole."""
    # A font's file may be another one by the next look; our own face is not.
    return (
        _fitted(text, setting, stage, room, font)[2] if font else _fits(text, setting, stage, room)
    )


# A line under a speaker's name, say, is the same each time.
@lru_cache(maxsize=4096)
def _fits(text: str, setting: Setting, stage: Stage, room: int) -> bool:
    return _fitted(text, setting, stage, room, "")[2]


def _fitted(
    text: str, setting: Setting, stage: Stage, room: int, font: str
) -> tuple[Style, list[str], bool]:
    for share, most in setting.sizes:
        style = Style(stage.of(share, 8), setting.weight, font, setting.tracking)
        lines = set_lines(text, style, room, most + 1)
        if len(lines) <= most and _unbroken(text, lines):
            return style, lines, True
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


def _rgb(text: str) -> Colour:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _luminance(colour: Colour) -> float:
    linear = [c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
