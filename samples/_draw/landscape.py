"""Sky, sea, hills, rocks, fog and stars, far things paler than near ones."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from _draw.canvas import (
    HEIGHT,
    WIDTH,
    Canvas,
    Field,
    Point,
    Stencil,
    blur,
    drift,
    glow,
    gradient,
    noise,
    rise,
)


def ridge(
    seed: int, left: float, right: float, rough: float, *, span: tuple[float, float] = (-20, 1300)
) -> list[Point]:
    """A hill line from y=left to y=right, broken by midpoint displacement, closed below."""
    rng = np.random.default_rng(seed)
    line = np.array([left, (left + right) / 2 + rng.normal(0, rough), right])
    while len(line) < 257:
        rough *= 0.52
        middle = (line[:-1] + line[1:]) / 2 + rng.normal(0, rough, len(line) - 1)
        line = np.insert(line, range(1, len(line)), middle)
    across = np.linspace(span[0], span[1], len(line))
    top = [(float(x), float(y)) for x, y in zip(across, line, strict=True)]
    return [*top, (span[1], HEIGHT + 20), (span[0], HEIGHT + 20)]


def crag(seed: int, top: Sequence[Point], rough: float = 5.0) -> list[Point]:
    """A rock face: the given outline with its straight sides broken into ledges."""
    rng = np.random.default_rng(seed)
    points: list[Point] = []
    for (x0, y0), (x1, y1) in itertools.pairwise(top):
        steps = max(2, int(np.hypot(x1 - x0, y1 - y0) / 16))
        for part in range(steps):
            share = part / steps
            wild = rough * np.sin(np.pi * min(1, share * 1.5)) if part else 0
            points.append(
                (
                    x0 + (x1 - x0) * share + float(rng.normal(0, wild)),
                    y0 + (y1 - y0) * share + float(rng.normal(0, wild * 0.5)),
                )
            )
    return [*points, top[-1]]


def stars(canvas: Canvas, seed: int, count: int, low: float, strength: float = 1.0) -> None:
    """Sprinkle stars that thin out towards y=low; a few are large and glow."""
    rng = np.random.default_rng(seed)
    stencil = Stencil()
    for _ in range(count):
        x, y = rng.uniform(0, WIDTH), low * rng.random() ** 1.4
        bright = rng.random() ** 3
        size = 0.5 + 1.1 * bright
        stencil.ellipse(x, y, size, size, 0.35 + 0.65 * bright)
        if bright > 0.75:
            canvas.light(glow(x, y, 11, power=3), "#cfe0ff", 0.5 * strength)
    canvas.paint(stencil.mask() * (1 - rise(low * 0.55, low)), "#f3f1ff", strength)


def milky_way(canvas: Canvas, seed: int, shade: str, strength: float) -> None:
    """Lay a pale cloudy band across the sky, from the lower left to the upper right."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    off = (rows - 560 + columns * 0.62) / 150
    band = np.exp(-(off**2)).astype(np.float32)
    clouds = noise(seed, 260, 150, 5)
    lane = 1 - 0.75 * np.exp(-(((off + 0.25 + (clouds - 0.5)) * 3.2) ** 2))
    canvas.light((band * (0.3 + clouds) * lane).astype(np.float32), shade, strength)


def clouds(canvas: Canvas, seed: int, y: float, count: int, shade: str, opacity: float) -> None:
    """Long flat evening clouds around a height: stacked lenses with soft undersides."""
    rng = np.random.default_rng(seed)
    stencil = Stencil()
    for _ in range(count):
        x, high = rng.uniform(-100, WIDTH + 100), y + rng.normal(0, 26)
        wide = rng.uniform(90, 230)
        for _ in range(4):
            stencil.ellipse(
                x + rng.normal(0, wide * 0.5),
                high + rng.normal(0, 5),
                wide * rng.uniform(0.4, 1),
                rng.uniform(2.5, 8),
            )
    mask = stencil.mask()
    canvas.paint(np.maximum(mask * 0.55, blur(mask, 7) * 0.8), shade, opacity)


def disc(canvas: Canvas, x: float, y: float, size: float, shade: str, halo: str) -> None:
    """A sun or a moon with a halo."""
    canvas.light(glow(x, y, size * 15, power=3), halo, 0.5)
    canvas.light(glow(x, y, size * 4, power=2), halo, 0.55)
    canvas.cut(lambda stencil: stencil.ellipse(x, y, size, size), shade)


def moon(canvas: Canvas, x: float, y: float, size: float) -> None:
    """A full moon with its seas."""
    disc(canvas, x, y, size, "#f6efdc", "#9fb6e8")
    rim = Stencil().ellipse(x, y, size, size).mask()
    seas = Stencil()
    for dx, dy, part in (
        (-0.35, -0.25, 0.3),
        (0.12, -0.42, 0.2),
        (-0.1, 0.2, 0.34),
        (0.42, 0.1, 0.2),
    ):
        seas.ellipse(x + dx * size, y + dy * size, part * size, part * size * 0.9)
    canvas.paint(blur(seas.mask(), size * 0.06) * rim, "#d3cbbb", 0.75)


def sea(canvas: Canvas, horizon: float, far: str, middle: str, near: str) -> Field:
    """Fill everything below the horizon with water; returns its mask."""
    mask = Stencil().box(0, horizon, WIDTH, HEIGHT).mask()
    tone = gradient([(horizon, far), (horizon + (HEIGHT - horizon) * 0.35, middle), (HEIGHT, near)])
    canvas.paint(mask, tone)
    return mask


def waves(
    canvas: Canvas,
    seed: int,
    horizon: float,
    shade: str,
    opacity: float,
    *,
    count: int = 260,
    low: float = HEIGHT,
) -> None:
    """Strew thin crests over the water, small and close far away, long and sparse near."""
    rng = np.random.default_rng(seed)
    stencil = Stencil()
    for _ in range(count):
        near = rng.random() ** 1.7
        y = horizon + 3 + (low - horizon) * near
        stencil.ellipse(
            rng.uniform(-40, WIDTH + 40),
            y,
            (9 + 90 * near) * rng.uniform(0.5, 1.3),
            0.5 + 1.7 * near,
        )
    canvas.paint(stencil.mask(), shade, opacity)


def glitter(
    canvas: Canvas,
    seed: int,
    x: float,
    horizon: float,
    shade: str,
    opacity: float,
    *,
    width: float = 26,
    count: int = 210,
    low: float = HEIGHT,
) -> None:
    """The broken path a light throws over the water towards us."""
    rng = np.random.default_rng(seed)
    stencil = Stencil()
    for _ in range(count):
        near = rng.random() ** 1.25
        y = horizon + 1.5 + (low - horizon) * near
        side = rng.normal(0, width * (0.4 + 1.8 * near))
        long = (5 + 34 * near) * rng.uniform(0.3, 1.2)
        stencil.ellipse(x + side, y, long, 0.6 + 2.0 * near, 0.35 + 0.65 * rng.random())
    mask = stencil.mask()
    canvas.light(mask, shade, opacity)
    canvas.light(blur(mask, 12), shade, opacity * 0.7)


def fog(canvas: Canvas, seed: int, low: float, high: float, shade: str, opacity: float) -> None:
    """Drifting fog, thickest at y=high, gone at y=low and again some way below."""
    body = rise(low, high) * (1 - 0.5 * rise(high, high + 1.4 * (high - low)))
    torn = 0.35 + 0.65 * noise(seed, 620, 90, 4)
    canvas.paint((body * torn).astype(np.float32), shade, opacity)


def veil(canvas: Canvas, shade: str, opacity: float) -> None:
    """Push everything painted so far away into the air."""
    canvas.paint(np.ones((HEIGHT, WIDTH), np.float32), shade, opacity)


def gulls(canvas: Canvas, birds: Sequence[tuple[float, float, float]], shade: str) -> None:
    """Gulls as two bent wings each: x, y, wingspan."""
    stencil = Stencil()
    for x, y, wide in birds:
        for side in (-1, 1):
            arc = np.linspace(0, 1, 12)
            top = [
                (x + side * wide / 2 * t, y - wide * 0.2 * np.sin(np.pi * t**0.8) * (1.1 - 0.3 * t))
                for t in arc
            ]
            under = [
                (px, py + wide * 0.065 * (1 - t)) for (px, py), t in zip(top, arc, strict=True)
            ]
            stencil.polygon([*top, *under[::-1]])
        stencil.ellipse(x, y + wide * 0.02, wide * 0.07, wide * 0.035)
    canvas.paint(stencil.mask(), shade)


def grass(canvas: Canvas, seed: int, top: Sequence[Point], shade: str, *, tall: float = 9) -> None:
    """Blades along a line, leaning with the wind."""
    rng = np.random.default_rng(seed)
    stencil = Stencil()
    for (x0, y0), (x1, y1) in itertools.pairwise(top):
        for _ in range(int(abs(x1 - x0) / 2.2)):
            share = rng.random()
            x, y = x0 + (x1 - x0) * share, y0 + (y1 - y0) * share + 3
            high, lean = tall * rng.uniform(0.4, 1.2), rng.uniform(1, 6)
            stencil.polygon([(x - 1.1, y), (x + lean, y - high), (x + 1.1, y)])
    canvas.paint(stencil.mask(), shade)


def vignette(canvas: Canvas, strength: float = 0.35) -> None:
    """Darken the corners a little, so that the eye stays inside."""
    edge = 1 - (1 - drift(0, 300) * (1 - drift(WIDTH - 300, WIDTH))) * strength * 0.6
    edge = edge * (1 - (1 - rise(-80, 160)) * strength * 0.5) * (1 - rise(520, 860) * strength)
    canvas.pixels *= edge[..., None]
