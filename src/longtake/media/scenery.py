"""Painted places for scenes that have no picture yet: sky, sun, and layers of land that recede.

The same seed always gives the same place and colours; other seeds give others. The layers make
every camera move visible.
"""

from __future__ import annotations

import colorsys
import hashlib
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from longtake.media.color import Plane
from longtake.units import Size

Colour = tuple[int, int, int]
_Real = NDArray[np.float32]


class _Palette(NamedTuple):
    """Sky from top to horizon, light, land far and near, and the colour the scene is known by."""

    sky: str
    horizon: str
    light: str
    far: str
    near: str
    accent: str
    night: bool = False


_PALETTES = (
    _Palette("#27476e", "#f4b183", "#ffe3b0", "#a5748a", "#1c2338", "#ffb26b"),
    _Palette("#0b1630", "#3d5a80", "#e8f1ff", "#3a4f78", "#070c1a", "#8fb8ff", True),
    _Palette("#3b7ea1", "#e6efe0", "#fffbe6", "#8fb5a8", "#173a36", "#8fdcb8"),
    _Palette("#4a2545", "#f27059", "#ffd9a0", "#a3416a", "#1d0f24", "#ff8f70"),
    _Palette("#5c7c8a", "#e9dcc3", "#fff4dc", "#b89f86", "#33251d", "#f0c68c"),
    _Palette("#12324a", "#6fc3c9", "#f5ffe0", "#3f8797", "#081b28", "#6fe0dc"),
    _Palette("#2b1f4d", "#b57bd0", "#ffe0f0", "#755197", "#130d26", "#d9a4ff"),
    _Palette("#6b8fb5", "#f7d9d0", "#fff1e0", "#a9a7c4", "#2c3150", "#ffc2b5"),
    _Palette("#101c1e", "#4e7d5b", "#f3f7d2", "#41705c", "#08120f", "#b8e07f", True),
    _Palette("#7a2e1d", "#f6a545", "#fff0b3", "#b5532c", "#24100c", "#ffc34d"),
)
_LAYERS = 6
_KINDS = ("hills", "peaks", "sea", "dunes", "city", "forest")
_HUE_SWING = 0.03


@dataclass(frozen=True)
class Place:
    """The choices a seed makes: kind of land, colours, and a source of chance for the details."""

    kind: str
    palette: _Palette
    hue: float
    seed: int

    @classmethod
    def of(cls, seed: str) -> Place:
        """Choose by the hash of a text, such as a scene id."""
        chance = hashlib.sha256(seed.encode("utf-8", "replace")).digest()
        return cls(
            kind=_KINDS[chance[0] % len(_KINDS)],
            palette=_PALETTES[chance[1] % len(_PALETTES)],
            hue=(chance[2] / 255 - 0.5) * 2 * _HUE_SWING,
            seed=int.from_bytes(chance[3:11], "big"),
        )

    def colour(self, name: str) -> _Real:
        """Give one colour of the palette, its hue swung a little: red, green, blue of 0 to 1."""
        written = str(getattr(self.palette, name))
        red, green, blue = (int(written[place : place + 2], 16) / 255 for place in (1, 3, 5))
        h, s, v = colorsys.rgb_to_hsv(red, green, blue)
        return np.array(colorsys.hsv_to_rgb((h + self.hue) % 1.0, s, v), np.float32)


def scene_colour(seed: str) -> Colour:
    """Give the colour a scene is known by: light enough to be read on black."""
    red, green, blue = (round(float(part) * 255) for part in Place.of(seed).colour("accent"))
    return red, green, blue


def paint_place(size: Size, seed: str) -> Plane:
    """Paint the place of a seed at a size: RGB (height, width, 3)."""
    place = Place.of(seed)
    chance = np.random.default_rng(place.seed)
    sun = (chance.uniform(0.62, 0.82), chance.uniform(0.24, 0.42))
    horizon = chance.uniform(0.52, 0.6)
    canvas = _sky(size, place, sun, horizon, chance)
    if place.kind == "sea":
        _paint_water(canvas, place, sun, horizon, chance)
    first = _LAYERS - 2 if place.kind == "sea" else 0
    for layer in range(first, _LAYERS):
        _paint_layer(canvas, place, layer, horizon, chance)
    return _finished(canvas, chance)


def _sky(
    size: Size,
    place: Place,
    sun: tuple[float, float],
    horizon: float,
    chance: np.random.Generator,
) -> _Real:
    down = np.linspace(0, 1, size.height, dtype=np.float32)[:, None, None]
    depth = np.clip(down / horizon, 0, 1) ** 1.25
    sky = place.colour("sky") * (1 - depth) + place.colour("horizon") * depth
    canvas = np.repeat(sky, size.width, axis=1).astype(np.float32)
    if place.palette.night:
        _paint_stars(canvas, horizon, chance)
    x, y = _grid(size)
    away = np.hypot((x - sun[0]) * size.width / size.height, y - sun[1])
    radius = float(chance.uniform(0.045, 0.08)) * min(size.width / size.height, 1)
    glow = 0.55 * np.exp(-away / 0.16) + 0.25 * np.exp(-away / 0.5)
    disc = np.clip((radius - away) * size.height + 0.5, 0, 1)
    light = np.maximum(glow, disc)[..., None]
    canvas += (place.colour("light") - canvas) * light
    _paint_clouds(canvas, place, horizon, chance)
    return canvas


def _grid(size: Size) -> tuple[_Real, _Real]:
    x = np.linspace(0, 1, size.width, dtype=np.float32)[None, :]
    y = np.linspace(0, 1, size.height, dtype=np.float32)[:, None]
    return x, y


def _paint_stars(canvas: _Real, horizon: float, chance: np.random.Generator) -> None:
    height, width = canvas.shape[:2]
    radius = max(height / 720, 0.6)
    for _ in range(110):
        x, y = int(chance.integers(width)), chance.random() ** 1.5 * horizon * height * 0.9
        bright = chance.uniform(0.15, 0.85)
        reach = int(2 * radius) + 1
        top, left = max(int(y) - reach, 0), max(x - reach, 0)
        patch = canvas[top : int(y) + reach + 1, left : x + reach + 1]
        rows = np.arange(patch.shape[0])[:, None] + top - int(y)
        columns = np.arange(patch.shape[1])[None, :] + left - x
        spot = np.exp(-(rows**2 + columns**2) / radius**2).astype(np.float32) * bright
        patch += (1 - patch) * spot[..., None]


def _paint_clouds(canvas: _Real, place: Place, horizon: float, chance: np.random.Generator) -> None:
    """Lay a few long thin veils over the sky, lit from below."""
    height, width = canvas.shape[:2]
    x, y = _grid(Size(width, height))
    for _ in range(int(chance.integers(3, 6))):
        middle, across = chance.uniform(0.08, horizon - 0.08), chance.uniform(0.0, 1.0)
        thick, long = chance.uniform(0.006, 0.016), chance.uniform(0.12, 0.3)
        bend = 0.012 * _ridge(width, 3, chance)[None, :]
        veil = np.exp(-(((y - middle - bend) / thick) ** 2) - ((x - across) / long) ** 2)
        canvas += (place.colour("light") - canvas) * (veil * 0.28)[..., None]


def _paint_water(
    canvas: _Real,
    place: Place,
    sun: tuple[float, float],
    horizon: float,
    chance: np.random.Generator,
) -> None:
    height, width = canvas.shape[:2]
    top = int(horizon * height)
    rows = height - top
    down = np.linspace(0, 1, rows, dtype=np.float32)[:, None, None]
    shore = place.colour("horizon") * 0.75 + place.colour("far") * 0.25
    canvas[top:] = shore * (1 - down**0.6) + place.colour("near") * 1.25 * down**0.6
    x = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    waves = _waves(rows, width, chance)
    spread = 0.05 + 0.16 * down[..., 0]
    path = np.exp(-(((x - sun[0]) / spread) ** 2)) * (1 - 0.55 * down[..., 0])
    glitter = np.clip(waves * 1.9 - 0.25, 0, 1) * path
    canvas[top:] += (place.colour("light") - canvas[top:]) * glitter[..., None] * 0.9
    canvas[top:] += ((waves - 0.5) * 0.05 * (0.3 + down[..., 0]))[..., None]


def _waves(rows: int, width: int, chance: np.random.Generator) -> _Real:
    """Draw streaks that lengthen and widen towards the viewer: values about 0 to 1."""
    near = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    x = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    total = np.zeros((rows, width), np.float32)
    for _ in range(9):
        pitch, drift = chance.uniform(14, 46), chance.uniform(2, 11)
        phase, lean = chance.uniform(0, 6.28), chance.uniform(-3, 3)
        swell = np.sin(drift * x + phase) * 1.6 + lean * x
        total += np.sin(pitch * np.log(0.06 + near) * 2 + swell)
    return total * np.float32(1.3 / 9) + np.float32(0.5)


def _paint_layer(
    canvas: _Real, place: Place, layer: int, horizon: float, chance: np.random.Generator
) -> None:
    height, width = canvas.shape[:2]
    nearness = layer / (_LAYERS - 1)
    edge = _outline(place.kind, width, height, nearness, chance)
    base = horizon + 0.02 + (0.93 - horizon) * nearness**1.35
    top = (base - edge) * height
    first = max(int(top.min()) - 1, 0)
    rows = np.arange(first, height, dtype=np.float32)[:, None]
    cover = np.clip(rows - top[None, :] + 0.5, 0, 1)[..., None]
    depth = np.clip((rows - top[None, :]) / (height * (0.16 + 0.2 * nearness)), 0, 1)[..., None]
    body = place.colour("far") * (1 - nearness) + place.colour("near") * nearness
    haze = place.colour("horizon") * 0.55 + body * 0.45
    mist = (1 - nearness) ** 0.8 * 0.75
    ground = body + (haze - body) * depth * mist
    if nearness < 1:
        # Light grazes the upper edge of a layer, so that its shape stays readable while it moves.
        rim = np.exp(-depth * 26) * (0.3 * (1 - nearness) + 0.05)
        ground = ground + (place.colour("light") - ground) * rim
    canvas[first:] += (ground - canvas[first:]) * cover
    if place.kind == "city" and 0.3 < nearness < 0.95:
        _paint_windows(canvas, place, top, nearness, chance)


def _outline(
    kind: str, width: int, height: int, nearness: float, chance: np.random.Generator
) -> _Real:
    """Give the height of a layer's edge above its base per column, in picture heights."""
    calm = 1 - 0.55 * nearness
    if kind == "peaks" and nearness < 0.7:
        folds = np.clip(1 - np.abs(_ridge(width, 5, chance, rough=0.5)), 0, 1)
        hills = folds**1.6 * 0.3 * calm - 0.06
    elif kind == "dunes":
        wave = _ridge(width, 2, chance, rough=0.3)
        crest = np.abs(np.sin(np.pi * (wave * 0.9 + np.linspace(0, 1.6, width))))
        hills = crest**1.4 * 0.15 * calm
    elif kind == "city" and nearness < 0.95:
        hills = _roofs(width, nearness, chance) * calm
    else:
        hills = _ridge(width, 4, chance, rough=0.42) * 0.11 * calm + 0.03
    if kind == "forest" or (kind == "hills" and nearness > 0.5) or nearness == 1:
        hills = hills + _trees(width, height, nearness, chance)
    edge: _Real = np.asarray(hills, np.float32)
    return edge


def _ridge(width: int, octaves: int, chance: np.random.Generator, rough: float = 0.5) -> _Real:
    """Draw a smooth random line, about -1 to 1, the sum of ever finer waves."""
    x = np.linspace(0, 1, width)
    line = np.zeros(width)
    strength, scale = 1.0, chance.uniform(1.2, 2.2)
    for _ in range(octaves):
        line += strength * np.sin(2 * np.pi * (scale * x + chance.random()))
        strength, scale = strength * rough, scale * chance.uniform(1.8, 2.4)
    return (line / 1.7).astype(np.float32)


def _roofs(width: int, nearness: float, chance: np.random.Generator) -> _Real:
    edge = np.zeros(width, np.float32)
    at = 0
    while at < width:
        wide = int(width * chance.uniform(0.018, 0.05) * (0.7 + nearness)) + 2
        tall = chance.uniform(0.03, 0.2) ** 1.1 + (0.12 if chance.random() < 0.12 else 0)
        edge[at : at + wide] = tall
        mast = at + wide // 2
        if chance.random() < 0.18:
            edge[mast : mast + max(width // 640, 1)] = tall + 0.05
        at += wide
    return edge


def _paint_windows(
    canvas: _Real, place: Place, top: _Real, nearness: float, chance: np.random.Generator
) -> None:
    height, width = canvas.shape[:2]
    step = max(int(height * (0.011 + 0.012 * nearness)), 3)
    for y in range(int(height * 0.3), int(height * 0.9), step):
        for x in range(step, width - step, step):
            near_edge = top[x - step // 2 : x + step].max()
            if near_edge + step < y < near_edge + height * 0.22 and chance.random() < 0.22:
                lit = canvas[y : y + max(step // 2, 1), x : x + max(step // 3, 1)]
                lit += (place.colour("light") - lit) * (0.25 + 0.45 * chance.random())


def _trees(width: int, height: int, nearness: float, chance: np.random.Generator) -> _Real:
    """Draw a row of firs as peaks of the edge; nearer ones are larger and fewer."""
    edge = np.zeros(width, np.float32)
    x = np.arange(width, dtype=np.float32) / height
    aspect = width / height
    size = 0.025 + 0.085 * nearness**2
    for _ in range(int(aspect * 2.4 / size * (0.35 + 0.4 * chance.random()))):
        middle, tall = chance.uniform(0, aspect), size * chance.uniform(0.5, 1.25)
        away = np.abs(x - middle) / (tall * 0.3)
        # Teeth on the flanks read as branches.
        flank = np.clip(1 - away, 0, 1)
        teeth = 0.16 * np.abs(np.sin(away * 9.4)) * (flank > 0) * (1 - flank)
        edge = np.maximum(edge, (flank - teeth).clip(0) * tall)
    return edge


def _finished(canvas: _Real, chance: np.random.Generator) -> Plane:
    """Darken the corners a little and round with noise, which keeps gradients free of bands."""
    height, width = canvas.shape[:2]
    x, y = _grid(Size(width, height))
    corners = 1 - 0.22 * np.clip(np.hypot(x - 0.5, y - 0.5) * 1.35 - 0.25, 0, 1) ** 1.5
    levels = canvas * corners[..., None] * 255
    grain = chance.random((height, width, 1), dtype=np.float32)
    rounded: Plane = np.clip(np.floor(levels + grain), 0, 255).astype(np.uint8)
    return rounded
