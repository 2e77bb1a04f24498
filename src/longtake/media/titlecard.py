"""Title cards: words that have the picture, or a ground of their own, to themselves.

centre  the title in the middle, a rule below it, the subtitle below that
left    the subtitle small above, the title large at the lower left
plate   the title in a frame
end     the title at one side of a rule, links at the other: how to go on
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PIL import Image

from longtake.media.overlay import Drawing, Picture, Window
from longtake.media.titlekit import (
    Block,
    Palette,
    Setting,
    Stage,
    fits,
    flat,
    ramp,
    set_block,
    soft,
)
from longtake.media.titlemotion import Motion, Part, moving
from longtake.media.type import Colour, runs_from_right

_BIG = ((0.132, 1), (0.112, 2), (0.094, 3), (0.078, 3), (0.064, 4), (0.052, 5))
_TITLE = Setting(_BIG, "medium", 1.1, 0.0, "centre")
_TITLE_LEFT = Setting(_BIG, "medium", 1.1)
_SUBTITLE = Setting(((0.046, 2), (0.04, 3), (0.034, 4)), leading=1.32, align="centre")
_KICKER = Setting(((0.034, 1), (0.03, 2)), "bold", 1.3, 0.09)
_END_TITLE = Setting(((0.088, 2), (0.072, 3), (0.058, 4), (0.048, 5)), "medium", 1.12)
_END_LINE = Setting(((0.04, 2), (0.034, 4)), leading=1.34)
_LINK = Setting(((0.044, 1), (0.038, 1), (0.033, 2), (0.028, 2)), leading=1.24)
# An end card too full for the picture's height is set in smaller letters, as far as they can be read.
_DENSITIES = (1.0, 0.88, 0.76)


@dataclass(frozen=True)
class _Card:
    """What all presets have to arrange."""

    stage: Stage
    palette: Palette
    text: str
    subtitle: str
    links: tuple[str, ...]
    font: str
    alone: bool

    @property
    def room(self) -> int:
        return self.stage.right - self.stage.left

    @property
    def mirrored(self) -> bool:
        return runs_from_right(self.text)

    @property
    def kicker(self) -> str:
        """The subtitle as a small line: in capitals where its writing has them."""
        return self.subtitle.upper()

    def block(self, text: str, setting: Setting, room: int, colour: Colour) -> Block | None:
        if not text.strip():
            return None
        return set_block(text, setting, self.stage, room, colour, self.font)

    def across(self, width: int, inset: int = 0) -> int:
        stage = self.stage
        return stage.right - inset - width if self.mirrored else stage.left + inset


def draw_title_card(window: Window) -> Drawing:
    """Draw `text`, `subtitle` and `links` as the `preset` has it.

    A card that stands `alone` has a ground of its own, which `draw_ground` draws; one that lies over
    a clip shades it.
    """
    wishes = window.wishes
    card = _card(wishes, Stage(window.size), str(window.file("font") or ""))
    return moving(PRESETS[_preset(wishes)](card), window, Motion.of(wishes))


def draw_ground(window: Window) -> Drawing:
    """Draw what a card of its own stands on: its colour, a little lighter where the words are."""
    wishes, size = window.wishes, window.size
    ground = np.array(Palette.of(wishes).ground, np.float64)
    x = (np.arange(size.width) + 0.5)[None, :] / size.width
    y = (np.arange(size.height) + 0.5)[:, None] / size.height
    middle = 0.5 if _preset(wishes) in ("centre", "plate") else 0.3
    away = np.hypot((x - middle) * size.width, (y - 0.48) * size.height)
    light = ramp(1 - away / (0.78 * max(size.width, size.height)))[..., None]
    # Dithered: in so slow a change of so dark a colour eight bits show bands.
    noise = np.random.default_rng(0).random(light.shape)
    lit = ground + (255 - ground) * 0.085 * light - ground * 0.25 * (1 - light)
    rgb = np.floor(lit + noise).clip(0, 255).astype(np.uint8)
    opaque = np.full((*rgb.shape[:2], 1), 255, np.uint8)
    picture = Picture(np.concatenate([rgb, opaque], axis=2))
    return lambda index: picture


def title_card_too_long(wishes: Mapping[str, Any], stage: Stage, font: str) -> tuple[str, ...]:
    """Name the keys whose texts cannot be shown whole."""
    card = _card(wishes, stage, font)
    preset = _preset(wishes)
    if preset == "end":
        room, link_room = _end_rooms(card)
        rows = [("text", card.text, _END_TITLE, room), ("subtitle", card.subtitle, _END_LINE, room)]
        rows += [("links", link, _LINK, link_room) for link in card.links]
    else:
        left = preset == "left"
        room = _left_room(card) if left else _centre_room(card, preset)
        lesser = (card.kicker, _KICKER) if left else (card.subtitle, _SUBTITLE)
        rows = [("text", card.text, _TITLE, room), ("subtitle", *lesser, room)]
    long = [key for key, text, how, wide in rows if not fits(text, how, stage, wide, font)]
    if preset == "end" and not long and _ending(card).tall > stage.bottom - stage.top:
        long = ["links" if card.links else "text"]
    return tuple(dict.fromkeys(long))


def _preset(wishes: Mapping[str, Any]) -> str:
    return str(wishes.get("preset", "centre"))


def _card(wishes: Mapping[str, Any], stage: Stage, font: str) -> _Card:
    return _Card(
        stage,
        Palette.of(wishes),
        str(wishes.get("text", "")),
        str(wishes.get("subtitle", "")),
        tuple(str(link) for link in wishes.get("links") or ()),
        font,
        bool(wishes.get("alone")),
    )


def _centre_room(card: _Card, preset: str) -> int:
    return round(card.room * (0.78 if preset == "plate" else 0.9))


def _centre(card: _Card) -> list[Part]:
    stage, palette = card.stage, card.palette
    room = _centre_room(card, "centre")
    title = set_block(card.text, _TITLE, stage, room, palette.text, card.font)
    subtitle = card.block(card.subtitle, _SUBTITLE, round(room * 0.86), palette.text)
    rule = flat(stage.of(0.12), stage.of(0.007, 2), palette.accent)
    gap = stage.of(0.034)
    tall = title.height + gap + rule.height + (gap + subtitle.height if subtitle else 0)
    top = round(stage.size.height * 0.485 - tall / 2)
    middle = stage.size.width // 2
    at = top + title.height + gap
    rise = (0.0, float(stage.of(0.022)))
    parts = [] if card.alone else [_veil(card, tall)]
    parts.append(Part(title.picture, middle - title.width // 2, top, 0.05, rise))
    parts.append(Part(rule, middle - rule.width // 2, at, 0.25, wipe="centre"))
    if subtitle:
        at += rule.height + gap
        parts.append(Part(subtitle.picture, middle - subtitle.width // 2, at, 0.35, rise))
    return parts


def _left_room(card: _Card) -> int:
    return round(card.room * (0.96 if card.stage.tall else 0.8))


def _left(card: _Card) -> list[Part]:
    stage, palette = card.stage, card.palette
    room = _left_room(card)
    title = set_block(card.text, _TITLE_LEFT, stage, room, palette.text, card.font)
    kicker = card.block(card.kicker, _KICKER, room, palette.accent)
    rule = flat(card.room, stage.of(0.003), palette.text, 0.55)
    gap = stage.of(0.03)
    low = stage.bottom - rule.height
    top = low - gap - title.height
    rise = (0.0, float(stage.of(0.022)))
    over = top - gap - kicker.height if kicker else top
    parts = [] if card.alone else [_rising(card, over)]
    parts.append(Part(title.picture, card.across(title.width, -title.pad), top, 0.12, rise))
    parts.append(Part(rule, stage.left, low, 0.0, wipe="right" if card.mirrored else "left"))
    if kicker:
        parts.append(Part(kicker.picture, card.across(kicker.width, -kicker.pad), over, 0.3, rise))
    return parts


def _plate(card: _Card) -> list[Part]:
    stage, palette = card.stage, card.palette
    room = _centre_room(card, "plate")
    title = set_block(card.text, _TITLE, stage, room, palette.text, card.font)
    subtitle = card.block(card.subtitle, _SUBTITLE, room, palette.text)
    gap, pad = stage.of(0.024), stage.of(0.075)
    tall = title.height + (gap + subtitle.height if subtitle else 0)
    wide = max(title.width, subtitle.width if subtitle else 0)
    width, height = min(wide + 2 * pad, card.room), tall + round(1.5 * pad)
    left, top = (stage.size.width - width) // 2, (stage.size.height - height) // 2
    frame = _frame(width, height, stage.of(0.005, 2), card)
    parts = [] if card.alone else [_veil(card, height)]
    parts.append(Part(frame, left, top, wipe="centre"))
    middle, at = stage.size.width // 2, top + (height - tall) // 2
    rise = (0.0, float(stage.of(0.014)))
    parts.append(Part(title.picture, middle - title.width // 2, at, 0.18, rise))
    if subtitle:
        at += title.height + gap
        parts.append(Part(subtitle.picture, middle - subtitle.width // 2, at, 0.3, rise))
    return parts


def _frame(width: int, height: int, line: int, card: _Card) -> Image.Image:
    """A plate with a thin line around it; a card of its own needs the line only."""
    frame = flat(width, height, card.palette.accent)
    inner = flat(
        width - 2 * line, height - 2 * line, card.palette.ground, 0.0 if card.alone else 0.84
    )
    frame.paste(inner, (line, line))
    return frame


@dataclass(frozen=True)
class _Ending:
    """An end card's words and links as they are set, and the distances between them in pixels.

    The links stand `beside` the words or below them; `gap` is on both sides of the rule between.
    """

    words: tuple[Block, ...]
    links: tuple[Block, ...]
    beside: bool
    below: int
    step: int
    gap: int
    thin: int

    @property
    def words_tall(self) -> int:
        return _stacked(self.words, self.below)

    @property
    def links_tall(self) -> int:
        return _stacked(self.links, self.step)

    @property
    def tall(self) -> int:
        if self.beside:
            return max(self.words_tall, self.links_tall) + self.gap
        return self.words_tall + (2 * self.gap + self.thin + self.links_tall if self.links else 0)


def _stacked(rows: tuple[Block, ...], gap: int) -> int:
    return sum(row.height for row in rows) + gap * max(len(rows) - 1, 0)


def _ending(card: _Card) -> _Ending:
    """Set an end card as large as it fits between the top and the bottom of the safe area."""
    for density in _DENSITIES:
        ending = _set_ending(card, density)
        if ending.tall <= card.stage.bottom - card.stage.top:
            break
    return ending


def _set_ending(card: _Card, density: float) -> _Ending:
    stage, colour = card.stage, card.palette.text
    room, link_room = _end_rooms(card)

    def block(text: str, setting: Setting, wide: int) -> Block | None:
        sizes = tuple((share * density, lines) for share, lines in setting.sizes)
        return card.block(text, replace(setting, sizes=sizes), wide, colour)

    words = block(card.text, _END_TITLE, room), block(card.subtitle, _END_LINE, room)
    links = [block(link, _LINK, link_room) for link in card.links]
    rows = tuple(row for row in links if row)
    beside = stage.size.width > stage.size.height and bool(rows)
    below, step, gap = (stage.of(share * density) for share in (0.026, 0.034, 0.06))
    thin = stage.of(0.004, 2)
    return _Ending(tuple(row for row in words if row), rows, beside, below, step, gap, thin)


def _end_rooms(card: _Card) -> tuple[int, int]:
    """Give the room of the words and of the links: beside each other, or one below the other."""
    if card.stage.size.width <= card.stage.size.height or not card.links:
        return card.room, card.room - card.stage.of(0.05)
    gap = card.stage.of(0.16)
    return round((card.room - gap) * 0.54), round((card.room - gap) * 0.46) - card.stage.of(0.05)


def _end(card: _Card) -> list[Part]:
    stage, accent, end = card.stage, card.palette.accent, _ending(card)
    parts = [] if card.alone else [_veil(card, stage.size.height)]
    if end.beside:
        middle = _held(card, 0.485, end.tall) + end.tall // 2
        room, _ = _end_rooms(card)
        rule, at = flat(end.thin, end.tall, accent), card.across(end.thin, room + stage.of(0.08))
        parts.append(Part(rule, at, middle - end.tall // 2, wipe="bottom"))
        parts += _column(card, end.words, 0, middle - end.words_tall // 2, end.below, 0.1)
        inset = room + stage.of(0.16)
        return parts + _list(card, end.links, inset, middle - end.links_tall // 2, end.step)
    top = _held(card, 0.46, end.tall)
    parts += _column(card, end.words, 0, top, end.below, 0.1)
    if end.links:
        top += end.words_tall + end.gap
        rule = flat(stage.of(0.16), end.thin, accent)
        parts.append(Part(rule, card.across(rule.width), top, 0.2, wipe=_from(card)))
        parts += _list(card, end.links, 0, top + end.gap + end.thin, end.step)
    return parts


def _held(card: _Card, height: float, tall: int) -> int:
    """Give the top of what stands around a height of the picture, kept within the safe area."""
    stage = card.stage
    top = round(stage.size.height * height - tall / 2)
    return max(min(top, stage.bottom - tall), stage.top)


def _from(card: _Card) -> str:
    return "right" if card.mirrored else "left"


def _column(
    card: _Card, rows: tuple[Block, ...], inset: int, top: int, gap: int, delay_s: float
) -> list[Part]:
    parts = []
    for number, row in enumerate(rows):
        slide = (0.0, float(card.stage.of(0.018)))
        place = card.across(row.width, inset - row.pad), top
        parts.append(Part(row.picture, *place, delay_s + 0.1 * number, slide))
        top += row.height + gap
    return parts


def _list(card: _Card, rows: tuple[Block, ...], inset: int, top: int, gap: int) -> list[Part]:
    """Links below each other, a small square of the accent before each."""
    dot = card.stage.of(0.012, 3)
    away = card.stage.of(0.034)
    parts = []
    for number, row in enumerate(rows):
        delay_s = 0.3 + 0.09 * number
        first = row.height // row.lines
        mark = Part(
            flat(dot, dot, card.palette.accent),
            card.across(dot, inset),
            top + (first - dot) // 2,
            delay_s,
        )
        parts += [
            mark,
            Part(row.picture, card.across(row.width, inset + away - row.pad), top, delay_s),
        ]
        top += row.height + gap
    return parts


def _veil(card: _Card, tall: int) -> Part:
    """A shade over the whole picture, deepest behind the words."""
    size = card.stage.size
    y = np.arange(size.height) + 0.5
    near = np.exp(-np.square((y - size.height / 2) / max(tall * 0.85, size.height * 0.3)))
    cover = np.broadcast_to((0.44 + 0.26 * near)[:, None], (size.height, size.width))
    return Part(soft(cover, card.palette.ground), 0, 0)


def _rising(card: _Card, top: int) -> Part:
    """A shade that rises from below to the words and beyond them."""
    size = card.stage.size
    reach = card.stage.of(0.42)
    y = np.arange(size.height) + 0.5
    rising = ramp((y - top + reach) / (reach * 1.25))
    cover = np.broadcast_to((0.16 + 0.62 * rising)[:, None], (size.height, size.width))
    return Part(soft(cover, card.palette.ground), 0, 0)


PRESETS: Mapping[str, Callable[[_Card], list[Part]]] = {
    "centre": _centre,
    "left": _left,
    "plate": _plate,
    "end": _end,
}
