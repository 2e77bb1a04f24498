"""Small moving worlds whose every frame can be drawn on its own: a texture under a motion."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from longtake.media.color import Plane, rgb_to_planes
from longtake.media.planes import Planes
from longtake.media.scenery import paint_place
from longtake.units import Size

SIZE = Size(960, 540)
# What moves, and what is spoiled, is written for a picture this wide.
_DRAWN_FOR = 1280
FRAMES = 30
# The moment at which takes meet.
MEET = 48
MOTIONS = (
    "grain",
    "still",
    "pan slow",
    "pan",
    "pan fast",
    "zoom in",
    "handheld",
    "things",
    "on twos",
    "flicker",
    "talk",
    "water",
    "dark noise",
    "slowing",
)
TEXTURES = ("place", "clouds", "patches", "print")
_STILL = ("grain", "still", "dark noise", "flicker")
Real = NDArray[np.float32]


@dataclass(frozen=True)
class World:
    """A texture under a motion; equal seeds draw equal frames."""

    motion: str
    texture: str
    seed: int
    size: Size = SIZE

    def __str__(self) -> str:
        return f"{self.motion}, {self.texture}, {self.seed}"

    @property
    def unit(self) -> float:
        """Samples of this picture for one of the width that all is written for."""
        return self.size.width / _DRAWN_FOR

    @property
    def moves(self) -> bool:
        """Whether a frozen frame could be seen in it."""
        return self.motion not in _STILL

    def planes(self, moment: float, change: str = "") -> Planes:
        """Draw a moment; `change` is the one the author wants."""
        shown = self._shown(moment, change)
        return _dark(shown, self.motion == "dark noise", self._grain(moment))

    def _shown(self, moment: float, change: str) -> list[Real]:
        base = self.elsewhere if change == "cut" and moment >= MEET else self.ground
        x, y, zoom = self._camera(moment)
        if change == "pan":
            # Across to what stands a picture's width away, at its quickest some frames after the join.
            x += self.size.width * 0.6 / (1 + math.exp(-(moment - MEET - 9) / 4))
        planes = moved(base, x, y) if zoom == 1 else zoomed(base, zoom)
        if self.motion in ("talk", "water"):
            planes = _warped(planes, *self._warp(moment))
        if self.motion in ("things", "on twos"):
            self._things(planes, 2 * (moment // 2) if self.motion == "on twos" else moment)
        light = self._light(moment, change)
        if light != 1:
            planes = [16 + (planes[0] - 16) * light, *((c - 128) * light + 128 for c in planes[1:])]
        lamp = {"lamp after": MEET + 9, "lamp before": MEET - 7}.get(change)
        if lamp is not None and moment >= lamp:
            planes[0] = 16 + (planes[0] - 16) * self._lamp
        return [np.asarray(p, np.float32) for p in planes]

    def _light(self, moment: float, change: str) -> float:
        light = 1.0
        if self.motion == "flicker":
            light *= 1 + 0.02 * float(self._chance["flicker"][int(moment) % 200])
        if change == "dusk":
            light *= math.exp(-0.012 * (moment - MEET + FRAMES))
        return light

    def _camera(self, moment: float) -> tuple[float, float, float]:
        if self.motion == "zoom in":
            return 0.0, 0.0, 1.0025**moment
        if self.motion == "handheld":
            way = self._chance["way"][int(moment) % 200]
            return float(way[0]) + self.unit * moment, float(way[1]), 1.0
        if self.motion == "slowing":
            return 240 * self.unit * (1 - math.exp(-moment / 25)), 0.0, 1.0
        speed = {"pan slow": 0.6, "pan": 3.0, "pan fast": 14.0, "flicker": 1.5, "dark noise": 1.2}
        along = speed.get(self.motion, 0.0) * self.unit * moment
        return along, 0.23 * along, 1.0

    def _warp(self, moment: float) -> tuple[Real, Real]:
        y, x = np.mgrid[0 : self.size.height, 0 : self.size.width].astype(np.float32)
        phases = self._chance["phases"]
        if self.motion == "talk":
            far = ((x / self.size.width - 0.5) / 0.125) ** 2 + (
                (y / self.size.height - 0.5) / 0.17
            ) ** 2
            open_ = 6 * math.sin(moment * 0.5 + phases[0]) + 4 * math.sin(moment * 0.93 + phases[1])
            push = np.exp(-far) * np.float32(open_ * self.unit)
            return push * np.float32(0.4), push
        across = 4 * np.sin(y / 17 + moment * 0.35 + phases[2]) + 2 * np.sin(x / 43 - moment * 0.21)
        return across, 3 * np.sin(x / 23 + moment * 0.27 + phases[3])

    def _things(self, planes: list[Real], moment: float) -> None:
        for x, y, across, down, radius, *code in self._chance["things"]:
            _disc(planes, x + across * moment, y + down * moment, radius, code)

    def _grain(self, moment: float) -> Real | None:
        strength = {"grain": 3.0, "handheld": 2.0, "talk": 1.5, "dark noise": 6.0}.get(self.motion)
        if strength is None:
            return None
        chance = np.random.default_rng([self.seed, round(moment)])
        small = chance.normal(0, strength * 1.3, (self.size.height // 2, self.size.width // 2))
        grown = Image.fromarray(small.astype(np.float32)).resize(
            (self.size.width, self.size.height), Image.Resampling.BILINEAR
        )
        return np.asarray(grown)

    @cached_property
    def ground(self) -> list[Real]:
        """The world's texture as planes."""
        return _planes(texture(self.texture, self.seed, self.size))

    @cached_property
    def elsewhere(self) -> list[Real]:
        """Another texture of the same sort."""
        return _planes(texture(self.texture, self.seed + 7919, self.size))

    @cached_property
    def _lamp(self) -> Real:
        chance = np.random.default_rng([self.seed, 3])
        y, x = np.mgrid[0 : self.size.height, 0 : self.size.width].astype(np.float32)
        left, top = chance.uniform(0.25, 0.75, 2)
        far = np.hypot((x / self.size.width - left) * 1.78, y / self.size.height - top)
        return (1 + 0.25 * np.exp(-far / 0.35) + 0.1).astype(np.float32)

    @cached_property
    def _chance(self) -> dict[str, Any]:
        chance = np.random.default_rng([self.seed, 1])
        way = np.cumsum(chance.normal(0, 1.6 * self.unit, (200, 2)), 0)
        way = np.stack([np.convolve(way[:, k], np.ones(3) / 3, "same") for k in (0, 1)], 1)
        things = [
            (
                chance.uniform(0, self.size.width),
                chance.uniform(0, self.size.height),
                *chance.uniform(-5, 5, 2) * self.unit,
                chance.uniform(12, 50),
                *chance.uniform(40, 220, 3),
            )
            for _ in range(7)
        ]
        return {
            "way": way,
            "flicker": chance.normal(0, 1, 200),
            "phases": chance.uniform(0, 6.28, 4),
            "things": things,
        }


def texture(kind: str, seed: int, size: Size = SIZE) -> Plane:
    """Draw a still world, RGB."""
    chance = np.random.default_rng([seed, 0])
    if kind == "place":
        return paint_place(size, f"world {seed}")
    if kind == "clouds":
        light = 122 + 38 * _cloud(chance, size, 1.3)
        tints = [
            light + 22 * _cloud(chance, size, 2.0) + shift for shift in chance.uniform(-25, 25, 3)
        ]
        return np.clip(np.stack(tints, -1), 0, 255).astype(np.uint8)
    image = Image.new("RGB", (size.width, size.height), _colour(chance))
    draw = ImageDraw.Draw(image)
    for _ in range(260 if kind == "patches" else 40):
        x, y = chance.uniform(-40, size.width), chance.uniform(-40, size.height)
        wide, high = chance.uniform(10, 160, 2)
        shape = draw.ellipse if chance.random() < 0.5 else draw.rectangle
        shape((x, y, x + wide, y + high), fill=_colour(chance))
    if kind == "print":
        for _ in range(220):
            place = (int(chance.integers(size.width)), int(chance.integers(size.height)))
            word = "".join(chr(97 + int(c)) for c in chance.integers(0, 26, 7))
            draw.text(place, word, fill=_colour(chance))
    rough = np.asarray(image).astype(np.float32) + 6 * _cloud(chance, size, 1.0)[..., None]
    return np.clip(rough, 0, 255).astype(np.uint8)


def _planes(rgb: Plane) -> list[Real]:
    return [plane.astype(np.float32) for plane in rgb_to_planes(rgb)]


def moved(planes: list[Real], x: float, y: float) -> list[Real]:
    """Shift round the edges, to parts of a sample."""
    shown = []
    for place, plane in enumerate(planes):
        part = 1.0 if place == 0 else 0.5
        for axis, by in ((0, y * part), (1, x * part)):
            whole = math.floor(by)
            share = np.float32(by - whole)
            rolled = np.roll(plane, -whole, axis)
            if share > 1e-6:
                rolled = rolled + (np.roll(rolled, -1, axis) - rolled) * share
            plane = rolled
        shown.append(plane)
    return shown


def zoomed(planes: list[Real], zoom: float) -> list[Real]:
    shown = []
    for plane in planes:
        height, width = plane.shape
        x, y = width * (1 - 1 / zoom) / 2, height * (1 - 1 / zoom) / 2
        image = Image.fromarray(plane)
        box = (x, y, width - x, height - y)
        shown.append(np.asarray(image.resize((width, height), Image.Resampling.BICUBIC, box=box)))
    return shown


def _warped(planes: list[Real], across: Real, down: Real) -> list[Real]:
    shown = []
    for place, plane in enumerate(planes):
        step = 1 if place == 0 else 2
        height, width = plane.shape
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        x = np.clip(x + across[::step, ::step] / step, 0, width - 1.001)
        y = np.clip(y + down[::step, ::step] / step, 0, height - 1.001)
        left, top = x.astype(np.int32), y.astype(np.int32)
        x, y, at, flat = x - left, y - top, top * width + left, plane.ravel()
        upper = flat[at] + (flat[at + 1] - flat[at]) * x
        lower = flat[at + width] + (flat[at + width + 1] - flat[at + width]) * x
        shown.append(upper + (lower - upper) * y)
    return shown


def _disc(planes: list[Real], x: float, y: float, radius: float, code: list[float]) -> None:
    for place, plane in enumerate(planes):
        part = 1.0 if place == 0 else 0.5
        height, width = plane.shape
        reach = radius * part
        # Beyond the edge before it comes back at the other side: nothing may pop up.
        middle_x = (x * part + reach) % (width + 2 * reach) - reach
        middle_y = (y * part + reach) % (height + 2 * reach) - reach
        top, bottom = max(0, int(middle_y - reach) - 1), int(middle_y + reach) + 3
        left, right = max(0, int(middle_x - reach) - 1), int(middle_x + reach) + 3
        patch = plane[top:bottom, left:right]
        rows, columns = np.ogrid[top : top + patch.shape[0], left : left + patch.shape[1]]
        cover = np.clip(reach - np.hypot(columns - middle_x, rows - middle_y) + 0.5, 0, 1)
        patch += (np.float32(code[place]) - patch) * cover.astype(np.float32)


def _dark(planes: list[Real], dark: bool, grain: Real | None) -> Planes:
    light, blue, red = planes
    if dark:
        light, blue, red = 16 + (light - 16) / 4, 128 + (blue - 128) / 4, 128 + (red - 128) / 4
    if grain is not None:
        light = light + grain
    y, u, v = (np.clip(np.rint(p), 0, 255).astype(np.uint8) for p in (light, blue, red))
    return y, u, v


def _cloud(chance: np.random.Generator, size: Size, slope: float) -> Real:
    """Draw cloud-like texture that wraps round, of mean 0 and spread 1."""
    waves = np.fft.rfft2(chance.standard_normal((size.height, size.width)))
    high = np.fft.fftfreq(size.height)[:, None] * size.height
    wide = np.fft.rfftfreq(size.width)[None] * size.width
    length = np.hypot(high, wide)
    length[0, 0] = 1
    cloud = np.fft.irfft2(waves / length**slope, s=(size.height, size.width)).astype(np.float32)
    return np.asarray((cloud - cloud.mean()) / cloud.std(), np.float32)


def _colour(chance: np.random.Generator) -> tuple[int, int, int]:
    red, green, blue = (int(c) for c in chance.integers(15, 240, 3))
    return red, green, blue
