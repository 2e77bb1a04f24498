"""Lighthouses, cottages, boats and lanterns, built from few shapes and one direction of light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from _draw.canvas import Canvas, Point, Stencil, beam, blur, glow, gradient


@dataclass(frozen=True)
class Coat:
    """The paints of a lighthouse: its lit and shaded wall, its bands, iron and lamp."""

    light: str = "#fff3df"
    shade: str = "#8d8aa6"
    band: str = "#d9503f"
    band_shade: str = "#7d2f45"
    iron: str = "#1d2440"
    lamp: str = "#ffd27a"


DUSK = Coat()
NIGHT = Coat("#b9c2de", "#36416b", "#a3485a", "#4b2a4c", "#141f45", "#ffe3a0")
DAWN = Coat("#fff6ea", "#b7a7b4", "#e0604c", "#9a4557", "#3a3a55", "#fbe7c4")


def lamp_of(base: float, tall: float) -> float:
    """The height of the lamp of a lighthouse standing at y=base."""
    return base - 0.845 * tall


def lighthouse(
    canvas: Canvas, x: float, base: float, tall: float, coat: Coat = DUSK, *, lit: bool = True
) -> None:
    """A banded tower with gallery, lantern and dome; the light falls on it from the left."""
    foot, neck, deck = 0.135 * tall, 0.078 * tall, base - 0.75 * tall

    def half(y: float) -> float:
        share = (base - y) / (base - deck)
        return foot + (neck - foot) * share**0.8

    rows = np.linspace(base, deck, 40)
    left = [(x - half(y), float(y)) for y in rows]
    tower = Stencil().polygon([*left, *[(2 * x - px, py) for px, py in left[::-1]]]).mask()
    stops = [(x - foot, coat.light), (x - foot * 0.2, coat.light), (x + foot, coat.shade)]
    canvas.paint(tower, gradient(stops, across=True))
    bands = [(x - foot, coat.band), (x - foot * 0.2, coat.band), (x + foot, coat.band_shade)]
    stencil = Stencil()
    for start in (0.12, 0.44, 0.76):
        edges = [base - (base - deck) * part for part in (start, start + 0.16)]
        # Seen from below, rings on a round tower bend upwards in the middle.
        sweep = np.linspace(-1, 1, 24)
        low = [(x + foot * s, edges[0] - 0.014 * tall * (1 - s * s)) for s in sweep]
        high = [(x + foot * s, edges[1] - 0.014 * tall * (1 - s * s)) for s in sweep]
        stencil.polygon([*low, *high[::-1]])
    canvas.paint(stencil.mask() * tower, gradient(bands, across=True))
    _openings(canvas, x, base, tall, coat, lit)
    _lantern(canvas, x, deck, neck, tall, coat, lit)


def _openings(canvas: Canvas, x: float, base: float, tall: float, coat: Coat, lit: bool) -> None:
    door, glass = Stencil(), Stencil()
    wide = 0.026 * tall
    door.box(x - wide, base - 0.075 * tall, x + wide, base + 1, wide)
    door.box(x - wide, base - 0.04 * tall, x + wide, base + 1)
    for high in (0.27, 0.48, 0.64):
        y, w = base - high * tall, 0.013 * tall
        glass.box(x - w, y - 2.4 * w, x + w, y + 1.6 * w, w)
    canvas.paint(door.mask(), coat.iron)
    canvas.paint(glass.mask(), coat.lamp if lit else coat.iron)


def _lantern(
    canvas: Canvas, x: float, deck: float, neck: float, tall: float, coat: Coat, lit: bool
) -> None:
    u = tall / 100
    iron, glass = Stencil(), Stencil()
    iron.polygon(
        [
            (x - neck, deck + 3 * u),
            (x - neck * 1.75, deck),
            (x + neck * 1.75, deck),
            (x + neck, deck + 3 * u),
        ]
    )
    iron.box(x - neck * 1.75, deck - 1.1 * u, x + neck * 1.75, deck + 0.3 * u)
    top, room = deck - 15 * u, 0.68 * neck
    glass.box(x - room, top, x + room, deck - u)
    canvas.paint(glass.mask(), coat.lamp if lit else "#a9bccb")
    if lit:
        canvas.light(glow(x, (top + deck) / 2, 7 * u, power=1.2), "#fff6d8", 0.9)
    for part in (-1, -0.34, 0.34, 1):
        iron.line([(x + room * part, top), (x + room * part, deck - u)], 0.55 * u)
    iron.line([(x - room, deck - 7.5 * u), (x + room, deck - 7.5 * u)], 0.4 * u)
    for part in np.linspace(-1.68, 1.68, 9):
        iron.line([(x + neck * part, deck - u), (x + neck * part, deck - 5.2 * u)], 0.35 * u)
    iron.line([(x - neck * 1.7, deck - 5.2 * u), (x + neck * 1.7, deck - 5.2 * u)], 0.5 * u)
    iron.box(x - room * 1.25, top - 1.0 * u, x + room * 1.25, top + 0.4 * u, 0.5 * u)
    arc = np.linspace(np.pi, 0, 24)
    iron.polygon([(x + room * 1.08 * np.cos(a), top - 0.8 * u - 5.4 * u * np.sin(a)) for a in arc])
    iron.ellipse(x, top - 6.8 * u, 1.1 * u, 1.1 * u)
    iron.line([(x, top - 6.8 * u), (x, top - 10.5 * u)], 0.4 * u)
    mask = iron.mask()
    canvas.paint(mask, coat.iron)
    canvas.rim(mask, max(1, round(u * 0.4)), 0, coat.light, 0.55)
    if lit:
        canvas.light(glow(x, (top + deck) / 2, 20 * u, power=2), "#fff1cc", 0.7)


def shine(
    canvas: Canvas,
    x: float,
    y: float,
    angles: tuple[float, ...],
    *,
    spread: float = 3.2,
    reach: float = 620,
    strength: float = 0.8,
) -> None:
    """Send beams from a lamp and let it glow."""
    for angle in angles:
        canvas.light(beam(x, y, angle, spread, reach), "#ffdf9e", strength)
    canvas.light(glow(x, y, 190, power=3), "#ffcf87", 0.75 * strength)
    canvas.light(glow(x, y, 52, power=2), "#fff4d6", 0.95)


def cottage(
    canvas: Canvas, x: float, base: float, wide: float, wall: tuple[str, str], roof: str, lamp: str
) -> None:
    """A gabled house, its wall shaded to the right; windows in the lamp's colour."""
    high, ridge = wide * 0.5, wide * 0.36
    body = Stencil().box(x, base - high, x + wide, base + 2).mask()
    canvas.paint(body, gradient([(x, wall[0]), (x + wide, wall[1])], across=True))
    eave = wide * 0.07
    canvas.cut(
        lambda s: s.polygon(
            [
                (x - eave, base - high + 1),
                (x + wide * 0.16, base - high - ridge),
                (x + wide * 0.84, base - high - ridge),
                (x + wide + eave, base - high + 1),
            ]
        ),
        roof,
    )
    canvas.cut(
        lambda s: s.box(
            x + wide * 0.66, base - high - ridge * 1.5, x + wide * 0.78, base - high - ridge * 0.6
        ),
        wall[1],
    )
    panes = Stencil()
    for part in (0.14, 0.62):
        panes.box(
            x + wide * part, base - high * 0.72, x + wide * (part + 0.2), base - high * 0.3, 1
        )
    canvas.paint(panes.mask(), lamp)
    door = (x + wide * 0.42, base - high * 0.62, x + wide * 0.55, base + 2)
    canvas.cut(lambda s: s.box(*door, 1), roof)


def gable(
    canvas: Canvas,
    x: float,
    base: float,
    wide: float,
    high: float,
    wall: tuple[str, str],
    roof: str,
    panes: list[tuple[float, float, str]],
) -> None:
    """A tall harbour house seen from its gable end; panes are (across, up, colour), 0 to 1."""
    peak = wide * 0.55
    outline: list[Point] = [(x, base), (x, base - high), (x + wide / 2, base - high - peak)]
    outline += [(x + wide, base - high), (x + wide, base)]
    mask = Stencil().polygon(outline).mask()
    canvas.paint(mask, gradient([(base - high - peak, wall[0]), (base, wall[1])]))
    slope = [(x - wide * 0.05, base - high + wide * 0.05), (x + wide / 2, base - high - peak)]
    slope.append((x + wide * 1.05, base - high + wide * 0.05))
    canvas.cut(lambda s: s.line(slope, wide * 0.075), roof)
    for across, up, shade in panes:
        cx, cy, w = x + wide * across, base - high * up, wide * 0.085
        canvas.cut(
            lambda s, cx=cx, cy=cy, w=w: s.box(cx - w, cy - 1.5 * w, cx + w, cy + 1.5 * w, 1), shade
        )
        bars = [[(cx, cy - 1.5 * w), (cx, cy + 1.5 * w)], [(cx - w, cy), (cx + w, cy)]]
        for bar in bars:
            canvas.cut(lambda s, bar=bar: s.line(bar, 1.1), roof)


def boat(
    canvas: Canvas, x: float, water: float, long: float, hull: tuple[str, str], *, lamp: str = ""
) -> None:
    """A small fishing boat, bow to the right; with a lamp colour its mast carries a light."""
    u = long / 100
    iron = Stencil()
    iron.line([(x - 8 * u, water - 22 * u), (x - 8 * u, water - 74 * u)], 1.6 * u)
    iron.line([(x - 8 * u, water - 70 * u), (x + 46 * u, water - 18 * u)], 0.5 * u)
    iron.line([(x - 8 * u, water - 70 * u), (x - 48 * u, water - 16 * u)], 0.5 * u)
    canvas.paint(iron.mask(), hull[1])
    canvas.cut(
        lambda s: s.box(x - 34 * u, water - 38 * u, x - 4 * u, water - 10 * u, 2 * u),
        "#efe3cf" if lamp else hull[0],
    )
    canvas.cut(
        lambda s: s.box(x - 37 * u, water - 41 * u, x - 1 * u, water - 37 * u, 1.5 * u), hull[1]
    )
    canvas.cut(
        lambda s: s.box(x - 29 * u, water - 34 * u, x - 20 * u, water - 25 * u, u).box(
            x - 17 * u, water - 34 * u, x - 8 * u, water - 25 * u, u
        ),
        lamp or hull[1],
    )
    sheer = np.linspace(0, 1, 24)
    rail = [(x + (-50 + 104 * t) * u, water - (14 - 10 * t + 20 * t * t) * u) for t in sheer]
    body = [*rail, (x + 36 * u, water + u), (x - 44 * u, water + u)]
    mask = canvas.cut(
        lambda s: s.polygon(body), gradient([(water - 26 * u, hull[0]), (water, hull[1])])
    )
    canvas.rim(mask, 0, max(1, round(1.5 * u)), "#ffe6c4", 0.6)
    if lamp:
        canvas.light(glow(x - 8 * u, water - 76 * u, 60 * u, power=2.5), lamp, 0.9)
        canvas.cut(lambda s: s.ellipse(x - 8 * u, water - 76 * u, 2.2 * u, 2.2 * u), "#fff3d0")
        canvas.light(
            blur(Stencil().ellipse(x - 10 * u, water + 10 * u, 26 * u, 3 * u).mask(), 4), lamp, 0.4
        )
