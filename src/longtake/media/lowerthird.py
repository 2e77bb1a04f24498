"""Lower thirds: a name and a line about it, over the lower part of the picture.

line    a bar that grows, the words beside it, on a shade that nobody notices
box     the words on a plate that opens from its edge
tag     the name on the accent colour, the second line on a plate below it
plain   the words alone, with a soft shadow
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from PIL import Image

from longtake.media.overlay import Drawing, Window
from longtake.media.titlekit import (
    Block,
    Palette,
    Setting,
    Stage,
    contrast,
    fits,
    flat,
    ramp,
    set_block,
    shadowed,
    soft,
)
from longtake.media.titlemotion import Motion, Part, moving
from longtake.media.type import Colour, runs_from_right

_NAME = Setting(((0.054, 1), (0.047, 2), (0.04, 2), (0.035, 3)), "bold", 1.16, 0.022)
_LINE2 = Setting(((0.033, 1), (0.03, 2), (0.027, 3)), leading=1.26)
# Of the width between the margins: a lower third leaves the rest of the picture alone.
_ROOM, _TALL_ROOM = 0.62, 0.9
_DEPTH = 0.76
# More contrast than this is no easier to read: the ground's own colour is kept then.
_ENOUGH = 4.5


@dataclass(frozen=True)
class _Words:
    """What all presets have to arrange."""

    stage: Stage
    palette: Palette
    text: str
    line2: str
    font: str

    @property
    def room(self) -> int:
        share = _TALL_ROOM if self.stage.size.width <= self.stage.size.height else _ROOM
        return round((self.stage.right - self.stage.left) * share) - self.stage.of(0.03)

    @property
    def mirrored(self) -> bool:
        """Whether all stands at the right: the text is of a writing that begins there."""
        return runs_from_right(self.text)

    def name(self, colour: Colour) -> Block:
        return set_block(self.text, _NAME, self.stage, self.room, colour, self.font)

    def second(self, colour: Colour) -> Block | None:
        if not self.line2.strip():
            return None
        return set_block(self.line2, _LINE2, self.stage, self.room, colour, self.font)

    def across(self, width: int, inset: int) -> int:
        """Give the left edge of what lies `inset` pixels from the side where all begins."""
        return self.stage.right - inset - width if self.mirrored else self.stage.left + inset

    @property
    def side(self) -> str:
        return "right" if self.mirrored else "left"

    def slide(self, share: float) -> tuple[float, float]:
        """Give a way to come from the side where all begins."""
        way = self.stage.of(share)
        return (float(way), 0.0) if self.mirrored else (float(-way), 0.0)


def draw_lower_third(window: Window) -> Drawing:
    """Draw `text` and `line2` as the `preset` has it."""
    wishes = window.wishes
    words = _words(
        wishes, Stage(window.size, bool(wishes.get("raised"))), str(window.file("font") or "")
    )
    parts = PRESETS[str(wishes.get("preset", "line"))](words)
    return moving(parts, window, Motion.of(wishes))


def lower_third_too_long(wishes: Mapping[str, Any], stage: Stage, font: str) -> tuple[str, ...]:
    """Name the keys whose texts cannot be shown whole."""
    words = _words(wishes, stage, font)
    rows = (("text", words.text, _NAME), ("line2", words.line2, _LINE2))
    return tuple(key for key, text, how in rows if not fits(text, how, stage, words.room, font))


def _words(wishes: Mapping[str, Any], stage: Stage, font: str) -> _Words:
    text, line2 = str(wishes.get("text", "")), str(wishes.get("line2", ""))
    return _Words(stage, Palette.of(wishes), text, line2, font)


def _line(words: _Words) -> list[Part]:
    stage, palette = words.stage, words.palette
    name, second = words.name(palette.text), words.second(palette.text)
    gap = stage.of(0.006)
    height = name.height + (gap + second.height if second else 0)
    top = stage.bottom - height
    bar, inset = stage.of(0.0065, 2), stage.of(0.026)
    wide = inset + max(name.width, second.width if second else 0)
    parts = [
        _shade(words, wide, top),
        Part(
            flat(bar, height - 2, palette.accent), words.across(bar, 0), top + 1, 0.0, wipe="bottom"
        ),
        Part(name.picture, words.across(name.width, inset), top, 0.12, words.slide(0.03)),
    ]
    if second:
        place = words.across(second.width, inset), top + name.height + gap
        parts.append(Part(second.picture, *place, 0.22, words.slide(0.03)))
    return parts


def _shade(words: _Words, wide: int, top: int) -> Part:
    """A darkness without an edge behind the words, which fades out beside and above them."""
    stage = words.stage
    above, end = stage.of(0.14), stage.left + wide
    begin = max(top - above, 0)
    x, y = np.arange(stage.size.width) + 0.5, np.arange(begin, stage.size.height) + 0.5
    # A darkness that ended soon behind the words would be seen as a spot.
    across = 1 - ramp((x - end) / stage.of(0.34))
    down = ramp((y - begin) / (above * 1.12))
    cover = _DEPTH * across[None, :] * down[:, None]
    return Part(soft(cover[:, ::-1] if words.mirrored else cover, words.palette.ground), 0, begin)


def _box(words: _Words) -> list[Part]:
    stage, palette = words.stage, words.palette
    name, second = words.name(palette.text), words.second(palette.text)
    gap, pad, strip = stage.of(0.006), stage.of(0.026), stage.of(0.009, 2)
    height = name.height + (gap + second.height if second else 0) + 2 * pad
    inner = max(name.width, second.width if second else 0)
    width = strip + inner + round(2.4 * pad)
    top = stage.bottom - height
    inset = strip + round(1.1 * pad)
    parts = [
        Part(
            flat(width, height, palette.ground, 0.92),
            words.across(width, 0),
            top,
            wipe=words.side,
        ),
        Part(flat(strip, height, palette.accent), words.across(strip, 0), top, wipe="bottom"),
        Part(name.picture, words.across(name.width, inset), top + pad, 0.24, words.slide(0.016)),
    ]
    if second:
        place = words.across(second.width, inset), top + pad + name.height + gap
        parts.append(Part(second.picture, *place, 0.32, words.slide(0.016)))
    return parts


def _tag(words: _Words) -> list[Part]:
    stage, palette = words.stage, words.palette
    name = words.name(palette.on(palette.accent))
    second = words.second(palette.text)
    pad = stage.of(0.018)
    tall = name.height + round(1.3 * pad)
    below = second.height + pad if second else 0
    top = stage.bottom - tall - below
    width = name.width + 2 * pad
    parts = [
        Part(flat(width, tall, palette.accent), words.across(width, 0), top, wipe=words.side),
        Part(
            name.picture,
            words.across(name.width, pad),
            top + (tall - name.height) // 2,
            0.2,
            words.slide(0.016),
        ),
    ]
    if second:
        width = second.width + 2 * pad
        plate = flat(width, below, palette.ground, 0.92)
        parts.insert(0, Part(plate, words.across(width, 0), top + tall, 0.16, wipe=words.side))
        place = words.across(second.width, pad), top + tall + (below - second.height) // 2
        parts.append(Part(second.picture, *place, 0.28, words.slide(0.016)))
    return parts


def _plain(words: _Words) -> list[Part]:
    stage, palette = words.stage, words.palette
    name, second = words.name(palette.text), words.second(palette.text)
    gap, reach = stage.of(0.006), stage.of(0.016)
    # A dark text needs a light cloud, whatever the ground's colour is.
    cloud = max((palette.ground, (0, 0, 0), (255, 255, 255)), key=partial(_told_from, palette.text))
    top = stage.bottom - name.height - (gap + second.height if second else 0)
    rows = [(name, top, 0.0)]
    if second:
        rows.append((second, top + name.height + gap, 0.1))
    parts: list[Part] = []
    for block, at, delay_s in rows:
        picture: Image.Image = shadowed(block.picture, reach, cloud, 0.86)
        left = words.across(block.width, -block.pad) - 3 * reach
        parts.append(Part(picture, left, at - 3 * reach, delay_s, (0.0, stage.of(0.012))))
    return parts


def _told_from(text: Colour, cloud: Colour) -> float:
    return min(contrast(text, cloud), _ENOUGH)


PRESETS: Mapping[str, Callable[[_Words], list[Part]]] = {
    "line": _line,
    "box": _box,
    "tag": _tag,
    "plain": _plain,
}
