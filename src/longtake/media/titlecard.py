"""Title cards: words that have the picture, or a ground of their own, to themselves.

centre  the title in the middle, a rule below it, the subtitle below that
left    the subtitle small above, the title large at the lower left
plate   the title in a frame
end     the title at one side of a rule, links at the other: how to go on
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
        room = _left_room(card) if preset == "left" else _centre_room(card, preset)
        lesser = _KICKER if preset == "left" else _SUBTITLE
        rows = [("text", card.text, _TITLE, room), ("subtitle", card.subtitle, lesser, room)]
    long = (key for key, text, how, wide in rows if not fits(text, how, stage, wide, font))
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
    # The small line is set in capitals where its writing has them.
    kicker = card.block(card.subtitle.upper(), _KICKER, room, palette.accent)
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


def _end_rooms(card: _Card) -> tuple[int, int]:
    """Give the room of the words and of the links: beside each other, or one below the other."""
    if card.stage.size.width <= card.stage.size.height or not card.links:
        return card.room, card.room - card.stage.of(0.05)
    gap = card.stage.of(0.16)
    return round((card.room - gap) * 0.54), round((card.room - gap) * 0.46) - card.stage.of(0.05)


def _end(card: _Card) -> list[Part]:
    stage, palette = card.stage, card.palette
    room, link_room = _end_rooms(card)
    title = set_block(card.text, _END_TITLE, stage, room, palette.text, card.font)
    line = card.block(card.subtitle, _END_LINE, room, palette.text)
    links = [card.block(link, _LINK, link_room, palette.text) for link in card.links]
    rows = [row for row in links if row]
    below = stage.of(0.026)
    words = [row for row in (title, line) if row]
    tall = sum(row.height for row in words) + below * (len(words) - 1)
    step = stage.of(0.034)
    list_tall = sum(row.height for row in rows) + step * max(len(rows) - 1, 0)
    thin = stage.of(0.004, 2)
    beside = stage.size.width > stage.size.height and bool(rows)
    parts = [] if card.alone else [_veil(card, stage.size.height)]
    if beside:
        middle = round(stage.size.height * 0.485)
        rule_tall = max(tall, list_tall) + stage.of(0.06)
        at = card.across(thin, room + stage.of(0.08))
        parts.append(
            Part(flat(thin, rule_tall, palette.accent), at, middle - rule_tall // 2, wipe="bottom")
        )
        parts += _column(card, words, 0, middle - tall // 2, below, 0.1)
        inset = room + stage.of(0.16)
        return parts + _list(card, rows, inset, middle - list_tall // 2, step)
    gap = stage.of(0.06)
    whole = tall + (2 * gap + thin + list_tall if rows else 0)
    top = round(stage.size.height * 0.46 - whole / 2)
    parts += _column(card, words, 0, top, below, 0.1)
    if rows:
        rule = flat(stage.of(0.16), thin, palette.accent)
        parts.append(Part(rule, card.across(rule.width), top + tall + gap, 0.2, wipe=_from(card)))
        parts += _list(card, rows, 0, top + tall + 2 * gap + thin, step)
    return parts


def _from(card: _Card) -> str:
    return "right" if card.mirrored else "left"


def _column(
    card: _Card, rows: list[Block], inset: int, top: int, gap: int, delay_s: float
) -> list[Part]:
    parts = []
    for number, row in enumerate(rows):
        slide = (0.0, float(card.stage.of(0.018)))
        place = card.across(row.width, inset - row.pad), top
        parts.append(Part(row.picture, *place, delay_s + 0.1 * number, slide))
        top += row.height + gap
    return parts


def _list(card: _Card, rows: list[Block], inset: int, top: int, gap: int) -> list[Part]:
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
