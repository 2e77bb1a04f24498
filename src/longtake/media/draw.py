"""What the animatic shows: a card where a chain begins afresh, and pictures that move."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from longtake.media.camera import PlanesView, camera_path, locked
from longtake.media.color import Plane, rgb_to_planes
from longtake.media.labels import Band, Labels, band_rows
from longtake.media.planes import Planes
from longtake.media.scenery import paint_place, scene_colour
from longtake.media.type import Colour, Weight, text_image, wrapped
from longtake.units import FrameRate, Size

# A later, better drawing carries a higher number, and clips drawn by an older one are drawn anew.
DRAWING = 2

_INK: Colour = (255, 255, 255)
_SOFT: Colour = (225, 229, 238)
_SHADE: Colour = (6, 8, 14)
_SHADE_DEPTH = 0.78
# The card's words stand for this part of the clip and are gone by the other, so that the frame
# handed on to the next clip is a picture without the words of this one.
_WORDS_STAND, _WORDS_GONE = 0.45, 0.68
# Where the given last frame begins to show.
_END_BEGINS = 0.6
_PROMPT_LINES = 4


@dataclass(frozen=True)
class Card:
    """A painted place (RGB) and the words (RGBA) that stand over it while a clip begins."""

    place: Plane
    words: Image.Image

    @cached_property
    def picture(self) -> Plane:
        """The place with the words over it, RGB."""
        drawn = Image.fromarray(self.place).convert("RGBA")
        return np.asarray(Image.alpha_composite(drawn, self.words).convert("RGB"))


def design_card(
    size: Size, *, title: str, prompt: str, look: str, cast: Sequence[str], colour_seed: str
) -> Card:
    """Design the card of a fresh start; the seed (a scene id) chooses its place and colours."""
    words = _card_words(size, title, prompt, look, ", ".join(cast), scene_colour(colour_seed))
    return Card(paint_place(size, colour_seed), words)


def card(
    size: Size, *, title: str, prompt: str, look: str, cast: Sequence[str], colour_seed: str
) -> Plane:
    """Draw the card of a fresh start as RGB (height, width, 3)."""
    return design_card(
        size, title=title, prompt=prompt, look=look, cast=cast, colour_seed=colour_seed
    ).picture


def animatic_frames(
    first: Plane | Card,
    words: tuple[str, ...],
    frames: int,
    labels: Labels | None,
    rate: FrameRate,
    last_rgb: Plane | None = None,
) -> Iterator[Planes]:
    """Draw a clip, frame by frame, as bt709 4:2:0 planes ready for the encoder.

    Frame 0 is exactly a given first picture; a card is drawn with its words and labels from frame 0
    on. With labels the picture moves above their band. A last picture shows through from 60 % on,
    and the last frame is exactly that picture.
    """
    rgb = first.place if isinstance(first, Card) else first
    size = Size(rgb.shape[1], rgb.shape[0])
    band = Band(labels, size, frames, rate) if labels and band_rows(size) else None
    stage = _Stage(rgb, words, frames, rate, size.height - (band_rows(size) if band else 0))
    ending = _Ending(stage, last_rgb) if last_rgb is not None else None
    veil = _Veil(first.words, stage.rows) if isinstance(first, Card) else None
    for index in range(frames):
        if not index and not isinstance(first, Card):
            yield rgb_to_planes(rgb)
        elif ending and index == frames - 1:
            yield ending.planes
        else:
            moved = stage.frame(index)
            moved = ending.over(moved, index) if ending else moved
            moved = veil.over(moved, index / frames) if veil else moved
            yield _stacked(moved, band.planes(index)) if band else moved


class _Stage:
    """The part of the picture that moves, and its path."""

    def __init__(
        self, rgb: Plane, words: tuple[str, ...], frames: int, rate: FrameRate, rows: int
    ) -> None:
        self.rows = rows
        self.path = camera_path(words, frames, aspect=rgb.shape[1] / rows, fps=float(rate.value))
        self._still = rgb_to_planes(rgb[:rows])
        self._view = None if locked(self.path) else PlanesView(self._still, self.path)

    def frame(self, index: int) -> Planes:
        return self._view.frame(self.path[index]) if self._view and index else self._still


class _Ending:
    """The last picture, moving in step with the first one and coming to rest at the end."""

    def __init__(self, stage: _Stage, rgb: Plane) -> None:
        self.planes = rgb_to_planes(rgb)
        self._frames = len(stage.path)
        rest = np.linalg.inv(stage.path[-1])
        self._path = [goes @ rest for goes in stage.path]
        shown = self._path[int(_END_BEGINS * (self._frames - 1)) :]
        self._still = rgb_to_planes(rgb[: stage.rows])
        self._view = None if locked(self._path) else PlanesView(self._still, shown)

    def over(self, moved: Planes, index: int) -> Planes:
        part = (index / (self._frames - 1) - _END_BEGINS) / (1 - _END_BEGINS)
        if part <= 0:
            return moved
        weight = part * part * (3 - 2 * part)
        end = self._view.frame(self._path[index]) if self._view else self._still
        y, u, v = (_blended(old, new, weight) for old, new in zip(moved, end, strict=True))
        return y, u, v


class _Veil:
    """Words over the picture, blended in 4:2:0."""

    def __init__(self, words: Image.Image, rows: int) -> None:
        shown = words.crop((0, 0, words.width, rows))
        ink = rgb_to_planes(np.asarray(shown.convert("RGB")))
        self._ink = [Image.fromarray(plane) for plane in ink]
        cover = shown.getchannel("A")
        half = cover.resize(self._ink[1].size, Image.Resampling.BOX)
        self._covers = [cover, half, half]

    def over(self, moved: Planes, progress: float) -> Planes:
        strength = min((_WORDS_GONE - progress) / (_WORDS_GONE - _WORDS_STAND), 1.0)
        if strength <= 0:
            return moved
        levels = [round(level * strength) for level in range(256)]
        y, u, v = (
            np.asarray(Image.composite(ink, Image.fromarray(plane), cover.point(levels)))
            for ink, plane, cover in zip(self._ink, moved, self._covers, strict=True)
        )
        return y, u, v


def _blended(old: Plane, new: Plane, weight: float) -> Plane:
    return np.asarray(Image.blend(Image.fromarray(old), Image.fromarray(new), weight))


def _stacked(above: Planes, below: Planes) -> Planes:
    y, u, v = (np.vstack(pair) for pair in zip(above, below, strict=True))
    return y, u, v


def _card_words(
    size: Size, title: str, prompt: str, look: str, cast: str, colour: Colour
) -> Image.Image:
    """Set the words of a card on a shade that darkens the place behind them."""
    unit = min(size.height, size.width * 0.8)
    left = round(size.width * 0.065)
    room = round(size.width * (0.6 if size.width > size.height else 0.87))
    prompt_size, lines = _prompt_size(prompt, unit, room)
    rows: list[tuple[Image.Image, float]] = [
        (_line(title, unit * 0.042, colour, room, "bold"), unit * 0.02),
        (text_image(prompt, prompt_size, _INK, room, lines, "bold"), unit * 0.045),
        (_named("Look", look, unit * 0.031, colour, room), unit * 0.008),
        (_named("Cast", cast, unit * 0.031, colour, room), 0.0),
    ]
    rows = [(picture, gap) for picture, gap in rows if picture.width > 4]
    tall = sum(picture.height + round(gap) for picture, gap in rows)
    top = max(round(size.height * 0.44 - tall / 2), round(size.height * 0.05))
    layer = _shade(size)
    bar = max(round(unit * 0.007), 1)
    layer.paste((*colour, 255), (left - 4 * bar, top, left - 3 * bar, min(top + tall, size.height)))
    for picture, gap in rows:
        layer.alpha_composite(picture, (left, min(top, size.height - 1)))
        top += picture.height + round(gap)
    return layer


def _line(
    text: str, size: float, colour: Colour, room: int, weight: Weight = "regular"
) -> Image.Image:
    return text_image(text, round(size), colour, room, 1, weight)


def _named(name: str, text: str, size: float, colour: Colour, room: int) -> Image.Image:
    """Set a line whose first word names what follows; nothing where nothing follows."""
    column = round(size * 3.2)
    value = _line(text, size, _SOFT, room - column)
    if not text.strip():
        return value
    row = Image.new("RGBA", (column + value.width, value.height))
    row.paste(_line(name, size, colour, column))
    row.paste(value, (column, 0))
    return row


def _prompt_size(prompt: str, unit: float, room: int) -> tuple[int, int]:
    """Choose the largest size at which the prompt fits; a long one is cut at the smallest."""
    for part, lines in ((0.088, 2), (0.072, 3), (0.06, _PROMPT_LINES), (0.047, 5)):
        size = round(unit * part)
        if len(wrapped(prompt, size, room, lines + 1, "bold")) <= lines:
            return size, lines
    return round(unit * 0.04), _PROMPT_LINES + 3


def _shade(size: Size) -> Image.Image:
    """A darkness that lies on the left and fades out to the right (downwards on tall pictures)."""
    x = np.linspace(0, 1, size.width)[None, :]
    y = np.linspace(0, 1, size.height)[:, None]
    across = np.clip(1 - x / 0.85, 0, 1) if size.width > size.height else np.full_like(x, 0.5)
    down = np.clip(1 - np.abs(y - 0.44) / 0.62, 0, 1)
    depth: NDArray[np.float64] = across * across * (3 - 2 * across) * down**0.6 * _SHADE_DEPTH
    noise = np.random.default_rng(0).random(depth.shape)
    shade = Image.new("RGBA", (size.width, size.height), (*_SHADE, 0))
    shade.putalpha(Image.fromarray(np.floor(depth * 255 + noise).astype(np.uint8)))
    return shade
