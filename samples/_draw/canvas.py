"""A small painter: masks cut four times too large, colours mixed in floats, dithered at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1280, 720
LARGEST = 140_000  # bytes of one painting: samples travel with the source
FINE = 4  # masks are drawn this many times larger, then averaged: sixteen samples for each pixel

Field = NDArray[np.float32]
Point = tuple[float, float]
Paint = str | Field

_ROWS, _COLUMNS = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32) + np.float32(0.5)


def colour(text: str) -> Field:
    """Read #rrggbb as three floats from 0 to 1."""
    return np.array([int(text[at : at + 2], 16) / 255 for at in (1, 3, 5)], np.float32)


def gradient(stops: Sequence[tuple[float, str]], *, across: bool = False) -> Field:
    """Blend colours along y (or x) in pixels, easing in and out at each stop."""
    line = _COLUMNS[0] if across else _ROWS[:, 0]
    places = [place for place, _ in stops]
    shades = np.stack([colour(shade) for _, shade in stops])
    rows = np.stack([np.interp(line, places, shades[:, part]) for part in range(3)], -1)
    rows = rows.astype(np.float32)
    shape = (HEIGHT, WIDTH, 3)
    return np.broadcast_to(rows[None, :] if across else rows[:, None], shape).copy()


def smooth(low: float, high: float, value: Field) -> Field:
    """Rise from 0 at `low` to 1 at `high` without corners."""
    part = np.clip((value - low) / (high - low), 0, 1)
    return (part * part * (3 - 2 * part)).astype(np.float32)


def rise(low: float, high: float) -> Field:
    """A field that goes from 0 at y=low to 1 at y=high."""
    return smooth(low, high, _ROWS)


def drift(low: float, high: float) -> Field:
    """A field that goes from 0 at x=low to 1 at x=high."""
    return smooth(low, high, _COLUMNS)


def glow(x: float, y: float, radius: float, *, flat: float = 1.0, power: float = 2.0) -> Field:
    """A round light, 1 in the middle and 0 from `radius` on; `flat` squeezes it vertically."""
    far = np.hypot(_COLUMNS - x, (_ROWS - y) * flat) / radius
    return (np.clip(1 - far, 0, 1) ** power).astype(np.float32)


def beam(x: float, y: float, angle: float, spread: float, reach: float) -> Field:
    """A cone of light from a lamp: angles in degrees (0 is right, 90 is up)."""
    right, up = _COLUMNS - x, y - _ROWS
    far = np.hypot(right, up)
    turn = np.abs((np.degrees(np.arctan2(up, right)) - angle + 180) % 360 - 180)
    # The cone has a width at the lens itself, hence the term that falls with distance.
    width = spread + 400 / (far + 20)
    edge = smooth(1.0, 0.35, (turn / width).astype(np.float32))
    core = 0.45 * smooth(0.5, 0.0, (turn / width).astype(np.float32))
    return ((0.55 * edge + core) * np.exp(-far / reach)).astype(np.float32)


def noise(seed: int, wide: float, tall: float, octaves: int = 4) -> Field:
    """Cloudy noise from 0 to 1 whose largest features are `wide` x `tall` pixels."""
    rng = np.random.default_rng(seed)
    total, weight = np.zeros((HEIGHT, WIDTH), np.float32), 0.0
    for octave in range(octaves):
        scale, share = 2.0**octave, 0.55**octave
        cells = (int(HEIGHT / tall * scale) + 4, int(WIDTH / wide * scale) + 4)
        grid = Image.fromarray(rng.random(cells, np.float32) * 255)
        box = (1.0, 1.0, 1 + WIDTH / wide * scale, 1 + HEIGHT / tall * scale)
        layer = grid.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC, box=box)
        total += np.asarray(layer, np.float32) / 255 * share
        weight += share
    return np.clip((total / weight - 0.5) * 1.8 + 0.5, 0, 1).astype(np.float32)


def blur(mask: Field, radius: float) -> Field:
    """Soften a mask: three box blurs, in floats so that dark glows don't band."""
    reach = max(1, round(radius / 1.7))
    for axis in (0, 1):
        for _ in range(3):
            pads = [(reach + 1, reach) if side == axis else (0, 0) for side in (0, 1)]
            sums = np.cumsum(np.pad(mask, pads, mode="edge"), axis=axis, dtype=np.float64)
            size = mask.shape[axis]
            high = np.take(sums, range(2 * reach + 1, 2 * reach + 1 + size), axis)
            low = np.take(sums, range(size), axis)
            mask = ((high - low) / (2 * reach + 1)).astype(np.float32)
    return mask


class Stencil:
    """A mask in the making: shapes are added in picture coordinates, then cut out smoothly."""

    def __init__(self) -> None:
        self._image = Image.new("L", (WIDTH * FINE, HEIGHT * FINE))
        self._pen = ImageDraw.Draw(self._image)

    def polygon(self, points: Sequence[Point], ink: float = 1.0) -> Stencil:
        """Fill a polygon."""
        self._pen.polygon([(x * FINE, y * FINE) for x, y in points], fill=round(ink * 255))
        return self

    def ellipse(self, x: float, y: float, rx: float, ry: float, ink: float = 1.0) -> Stencil:
        """Fill an ellipse around a point."""
        box = [(x - rx) * FINE, (y - ry) * FINE, (x + rx) * FINE, (y + ry) * FINE]
        self._pen.ellipse(box, fill=round(ink * 255))
        return self

    def box(
        self, x0: float, y0: float, x1: float, y1: float, corner: float = 0, ink: float = 1.0
    ) -> Stencil:
        """Fill a box, its corners rounded."""
        edges = [x0 * FINE, y0 * FINE, x1 * FINE - 1, y1 * FINE - 1]
        self._pen.rounded_rectangle(edges, corner * FINE, fill=round(ink * 255))
        return self

    def line(self, points: Sequence[Point], width: float, ink: float = 1.0) -> Stencil:
        """Draw a line with round ends and corners."""
        shade, thick = round(ink * 255), width * FINE
        fine = [(x * FINE, y * FINE) for x, y in points]
        self._pen.line(fine, fill=shade, width=max(1, round(thick)), joint="curve")
        for x, y in (fine[0], fine[-1]):
            half = thick / 2
            self._pen.ellipse([x - half, y - half, x + half, y + half], fill=shade)
        return self

    def dashes(self, a: Point, b: Point, width: float, dash: float = 8, gap: float = 7) -> Stencil:
        """Draw a dashed straight line from a to b."""
        long = float(np.hypot(b[0] - a[0], b[1] - a[1]))
        for at in np.arange(0, long, dash + gap):
            ends = [at / long, min(at + dash, long) / long]
            pairs = [(a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part) for part in ends]
            self.line(pairs, width)
        return self

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float,
        *,
        align: str = "left",
        gap: float = 0.0,
        weight: float = 0.0,
    ) -> Stencil:
        """Set one line of type on the baseline y; `gap` spaces letters, `weight` fattens them."""
        font = ImageFont.load_default(size=size * FINE)
        wide = text_width(words, size, gap)
        at = (x - {"left": 0.0, "centre": wide / 2, "right": wide}[align]) * FINE
        stroke = round(weight * FINE)
        for place, letter in enumerate(words):
            ahead = (
                font.getlength(words[: place + 1]) - font.getlength(letter)
            ) + place * gap * FINE
            self._pen.text(
                (at + ahead, y * FINE), letter, 255, font, anchor="ls", stroke_width=stroke
            )
        return self

    def mask(self) -> Field:
        """Cut the shapes out: 0 outside, 1 inside, smooth edges between."""
        return np.asarray(self._image.reduce(FINE), np.float32) / 255


def text_width(words: str, size: float, gap: float = 0.0) -> float:
    """Measure a line of type in pixels."""
    font = ImageFont.load_default(size=size * FINE)
    return font.getlength(words) / FINE + gap * max(0, len(words) - 1)


class Canvas:
    """A picture in the making, 1280x720, in floats."""

    def __init__(self, ground: Paint) -> None:
        self.pixels = np.zeros((HEIGHT, WIDTH, 3), np.float32)
        self.pixels += colour(ground) if isinstance(ground, str) else ground

    def paint(self, mask: Field, paint: Paint, opacity: float = 1.0) -> Canvas:
        """Lay a colour or a gradient over the picture where the mask is."""
        over = colour(paint) if isinstance(paint, str) else paint
        self.pixels += (over - self.pixels) * (mask * np.float32(opacity))[..., None]
        return self

    def cut(self, draw: Callable[[Stencil], object], paint: Paint, opacity: float = 1.0) -> Field:
        """Draw shapes, paint them and give back their mask."""
        stencil = Stencil()
        draw(stencil)
        mask = stencil.mask()
        self.paint(mask, paint, opacity)
        return mask

    def light(self, field: Field, shade: str, strength: float = 1.0) -> Canvas:
        """Add light as a screen does: bright on dark, never beyond white."""
        lit = colour(shade) * (np.clip(field * strength, 0, 1))[..., None]
        self.pixels = 1 - (1 - self.pixels) * (1 - lit)
        return self

    def rim(self, mask: Field, dx: int, dy: int, shade: str, opacity: float = 1.0) -> Canvas:
        """Light the edge of a shape on the side (dx, dy) points away from."""
        moved = np.roll(mask, (dy, dx), (0, 1))
        return self.paint(np.clip(mask - moved, 0, 1), shade, opacity)

    def bytes(self) -> NDArray[np.uint8]:
        """Round to 8 bits with half a step of dither, which keeps dark skies from banding."""
        rng = np.random.default_rng(7)
        fuzz = rng.random(self.pixels.shape[:2], np.float32)[..., None] - np.float32(0.5)
        return np.clip(self.pixels * 255 + fuzz * 0.9 + 0.5, 0, 255).astype(np.uint8)

    def save(self, path: Path) -> None:
        """Write a PNG without dither (flat diagrams) or a JPEG with it (paintings)."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".png":
            flat = np.clip(self.pixels * 255 + 0.5, 0, 255).astype(np.uint8)
            Image.fromarray(flat).save(path, optimize=True)
            return
        picture = Image.fromarray(self.bytes())
        for quality in (92, 90, 88, 85, 82, 78, 74):
            picture.save(path, quality=quality, subsampling=0, optimize=True)
            if path.stat().st_size <= LARGEST:
                return
