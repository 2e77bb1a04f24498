"""The explainer's three diagrams: how the lens gathers, how lights blink, how far they reach."""

from __future__ import annotations

import itertools

import numpy as np

from _draw.canvas import HEIGHT, WIDTH, Canvas, Point, Stencil, blur, glow, gradient

CREAM, AMBER, CORAL, SKY, MUTED = "#fff1dc", "#ffc76b", "#ff8a6b", "#8fc3f0", "#7f93bd"
TOWER, EYE = 120, 60  # how far lamp and eye stand above the drawn sea
LENS_X, LENS_Y, FOCUS = 590, 402, 260  # the glass's flat side, its axis, and the lamp's distance


def _sheet(title: str, under: str) -> Canvas:
    canvas = Canvas(gradient([(0, "#101d40"), (HEIGHT, "#162a56")]))
    dots = Stencil()
    for x in range(40, WIDTH, 40):
        for y in range(40, HEIGHT, 40):
            dots.ellipse(x, y, 1.1, 1.1)
    canvas.paint(dots.mask(), "#5f7ab3", 0.32)
    canvas.cut(lambda s: s.text(130, 118, title, 42, weight=0.4), CREAM)
    canvas.cut(lambda s: s.text(131, 154, under, 20), MUTED)
    canvas.cut(lambda s: s.box(100, 84, 106, 158, 3), CORAL)
    return canvas


def fresnel() -> Canvas:
    """Light from one lamp, bent by rings of glass into one flat beam."""
    canvas = _sheet("The lens gathers the light", "Rings of glass do the work of one enormous lens")
    lamp = (LENS_X - FOCUS, LENS_Y)
    _scatter(canvas, lamp)
    rings = _rings()
    rays, beams = Stencil(), Stencil()
    beam_area: list[Point] = [(LENS_X + 16, LENS_Y - 204), (1180, LENS_Y - 204)]
    beam_area += [(1180, LENS_Y + 204), (LENS_X + 16, LENS_Y + 204)]
    body = Stencil().polygon(beam_area).mask()
    fade = gradient([(LENS_X, "#ffffff"), (1180, "#000000")], across=True)[..., 0]
    canvas.light(body * fade, "#c4722a", 0.42)
    for high in (-188, -146, -104, -64, -22, 22, 64, 104, 146, 188):
        rays.line([lamp, (LENS_X + 14, LENS_Y + high)], 2.4)
        beams.line([(LENS_X + 14, LENS_Y + high), (1150, LENS_Y + high)], 2.4)
        beams.polygon([(1150, LENS_Y + high - 7), (1166, LENS_Y + high), (1150, LENS_Y + high + 7)])
    canvas.paint(rays.mask(), AMBER, 0.95)
    canvas.paint(beams.mask(), AMBER)
    for points in rings:
        glass = Stencil().polygon(points).mask()
        canvas.paint(
            glass, gradient([(LENS_X - 6, "#5b93d6"), (LENS_X + 50, "#d7efff")], across=True), 0.82
        )
        canvas.cut(lambda s, points=points: s.line([*points, points[0]], 1.8), CREAM)
    canvas.light(glow(*lamp, 120, power=2), AMBER, 0.8)
    canvas.cut(lambda s: s.ellipse(*lamp, 15, 15), "#fff6dc")
    canvas.cut(lambda s: s.text(lamp[0] + 6, LENS_Y + 64, "lamp", 24, align="centre"), CREAM)
    canvas.cut(lambda s: s.text(LENS_X + 14, 656, "rings of glass", 24, align="centre"), CREAM)
    canvas.cut(lambda s: s.text(920, 656, "one flat beam", 24, align="centre"), CREAM)
    return canvas


def _scatter(canvas: Canvas, lamp: Point) -> None:
    """The light that goes the wrong way, and fades."""
    lost = Stencil()
    for angle in np.radians(np.arange(120, 241, 12)):
        for at in range(6):
            ends = [34 + at * 24, 34 + at * 24 + 13]
            line = [(lamp[0] + r * np.cos(angle), lamp[1] - r * np.sin(angle)) for r in ends]
            lost.line(line, 2.2, 0.6 * (1 - at / 6))
    canvas.paint(lost.mask(), AMBER)


def _rings() -> list[list[Point]]:
    """Cut a lens of short focus into rings that keep its slope and drop its thickness."""
    shapes: list[list[Point]] = []
    edges = [44, 86, 126, 166, 206]
    bulge = np.linspace(-42, 42, 24)
    centre = [(LENS_X + 32 - 20 * (y / 42) ** 2, LENS_Y + float(y)) for y in bulge]
    shapes.append([(LENS_X, LENS_Y - 42), *centre, (LENS_X, LENS_Y + 42)])
    for low, high in itertools.pairwise(edges):
        steep = 12 + 0.105 * low
        for side in (-1, 1):
            face = [
                (LENS_X + 12 + steep * (1 - t) ** 1.1, LENS_Y + side * (low + (high - 4 - low) * t))
                for t in np.linspace(0, 1, 12)
            ]
            back = [(LENS_X, LENS_Y + side * (high - 4)), (LENS_X, LENS_Y + side * low)]
            shapes.append([*face, *back])
    return shapes


def flashes() -> Canvas:
    """Five rhythms on one clock: every light signs its name in time."""
    canvas = _sheet(
        "Every light has its rhythm", "Twenty seconds of five lights, as a chart names them"
    )
    left, right, top, gap = 400, 1160, 236, 78
    second = (right - left) / 20
    grid = Stencil()
    for tick in range(0, 21, 5):
        x = left + tick * second
        grid.dashes((x, 200), (x, top + 5 * gap - 36), 1.4, 4, 6)
        canvas.cut(lambda s, x=x, tick=tick: s.text(x, 640, f"{tick} s", 20, align="centre"), MUTED)
    canvas.paint(grid.mask(), MUTED, 0.6)
    rows: list[tuple[str, str, list[tuple[float, float]]]] = [
        ("F", "steady", [(0, 20)]),
        ("Oc 6s", "more light than dark", [(0, 4.5), (6, 10.5), (12, 16.5), (18, 20)]),
        ("Iso 4s", "equal parts", [(at, at + 2) for at in range(0, 20, 4)]),
        ("Fl 5s", "one flash", [(at, at + 0.55) for at in (0.5, 5.5, 10.5, 15.5)]),
        ("Fl(2) 10s", "two, then wait", [(at, at + 0.55) for at in (0.5, 2.5, 10.5, 12.5)]),
    ]
    for place, (name, words, lit) in enumerate(rows):
        y = top + place * gap
        canvas.cut(lambda s, y=y, name=name: s.text(130, y + 2, name, 28, weight=0.3), CREAM)
        canvas.cut(lambda s, y=y, words=words: s.text(130, y + 26, words, 17), MUTED)
        canvas.cut(lambda s, y=y: s.box(left, y - 17, right, y + 17, 8), "#0a1531")
        bars = Stencil()
        for start, end in lit:
            bars.box(left + start * second, y - 17, left + end * second, y + 17, 8)
            if end - start < 1:
                canvas.light(glow(left + (start + end) / 2 * second, y, 60, power=2), AMBER, 0.5)
        canvas.paint(bars.mask(), gradient([(y - 17, "#ffe3a6"), (y + 17, "#ffb454")]))
    return canvas


def horizon() -> Canvas:
    """Why the tower is tall: the sea is curved, and light goes straight."""
    canvas = _sheet("The sea is round", "A taller tower looks further over the curve")
    globe = (720.0, 1566.0, 1100.0)
    sea = Stencil().ellipse(globe[0], globe[1], globe[2], globe[2]).mask()
    canvas.paint(sea, gradient([(550, "#3f7fb8"), (HEIGHT, "#123262")]))
    canvas.rim(sea, 0, 3, "#a9dcff", 0.9)
    # At these angles the straight line from lamp to eye just touches the water.
    tower, ship = (float(np.degrees(np.arccos(1100 / (1100 + up)))) for up in (TOWER, EYE))
    foot, keel = _on(globe, -tower, 0), _on(globe, ship, 0)
    lamp, mast = _on(globe, -tower, TOWER), _on(globe, ship, EYE)
    ray = canvas.cut(lambda s: s.line([lamp, mast], 3), AMBER)
    canvas.light(blur(ray, 14), AMBER, 0.9)
    _leaning_tower(canvas, globe, -tower)
    _ship(canvas, globe, ship)
    canvas.light(glow(*lamp, 90, power=2), AMBER, 0.9)
    canvas.cut(lambda s: s.ellipse(*lamp, 8, 8), "#fff6dc")
    touch = (720.0, globe[1] - globe[2])
    canvas.cut(lambda s: s.ellipse(*touch, 6, 6), CREAM)
    canvas.cut(lambda s: s.text(720, touch[1] + 38, "horizon", 22, align="centre"), CREAM)
    canvas.cut(lambda s: s.text(foot[0] + 62, foot[1] + 58, "lamp 40 m", 22, align="centre"), CREAM)
    canvas.cut(lambda s: s.text(keel[0] - 26, keel[1] + 56, "eye 4 m", 22, align="centre"), CREAM)
    _measure(canvas, lamp[0], mast[0])
    return canvas


def _measure(canvas: Canvas, left: float, right: float) -> None:
    y, mid = 274, (left + right) / 2
    ends = (
        Stencil().line([(left, y - 9), (left, y + 9)], 2).line([(right, y - 9), (right, y + 9)], 2)
    )
    canvas.paint(
        ends.line([(left, y), (mid - 190, y)], 2).line([(mid + 190, y), (right, y)], 2).mask(),
        MUTED,
    )
    canvas.cut(
        lambda s: s.text(mid, y + 11, "17 nautical miles", 34, align="centre", weight=0.3), AMBER
    )


def _on(globe: tuple[float, float, float], angle: float, up: float) -> Point:
    """A point above the sea, `angle` degrees from the top of the globe."""
    turn = np.radians(angle)
    reach = globe[2] + up
    return float(globe[0] + reach * np.sin(turn)), float(globe[1] - reach * np.cos(turn))


def _upright(globe: tuple[float, float, float], angle: float, points: list[Point]) -> list[Point]:
    """Stand a drawing (x along the water, y up) on the globe."""
    turn = np.radians(angle)
    x0, y0 = _on(globe, angle, 0)
    cos, sin = float(np.cos(turn)), float(np.sin(turn))
    return [(x0 + x * cos + y * sin, y0 + x * sin - y * cos) for x, y in points]


def _leaning_tower(canvas: Canvas, globe: tuple[float, float, float], angle: float) -> None:
    rock = [(-62, -6), (-44, 12), (-20, 20), (24, 20), (46, 10), (70, -8)]
    canvas.cut(lambda s: s.polygon(_upright(globe, angle, rock)), "#0c1a3a")
    for low, high in ((18, 40), (40, 62), (62, 84), (84, 106)):
        wide = [(15 - 0.06 * low) / 1, (15 - 0.06 * high) / 1]
        band: list[Point] = [(-wide[0], low), (-wide[1], high), (wide[1], high), (wide[0], low)]
        shade = CREAM if (low // 22) % 2 else CORAL
        canvas.cut(lambda s, band=band, shade=shade: s.polygon(_upright(globe, angle, band)), shade)
    iron: list[list[Point]] = [
        [(-16, 106), (-16, 112), (16, 112), (16, 106)],
        [(-9, 142), (0, 154), (9, 142)],
        [(-8, 112), (-8, 142), (-6, 142), (-6, 112)],
        [(6, 112), (6, 142), (8, 142), (8, 112)],
    ]
    for part in iron:
        canvas.cut(lambda s, part=part: s.polygon(_upright(globe, angle, part)), CREAM)


def _ship(canvas: Canvas, globe: tuple[float, float, float], angle: float) -> None:
    hull: list[Point] = [(-64, 24), (58, 24), (44, -6), (-50, -6)]
    house: list[Point] = [(-6, 24), (-6, 50), (38, 50), (38, 24)]
    mast: list[Point] = [(-2, 50), (-2, 66), (4, 66), (4, 50)]
    for points, shade in ((mast, CREAM), (house, CREAM), (hull, CORAL)):
        canvas.cut(
            lambda s, points=points, shade=shade: s.polygon(_upright(globe, angle, points)), shade
        )
    for x in (2, 13, 24):
        pane: list[Point] = [(x, 33), (x, 42), (x + 8, 42), (x + 8, 33)]
        canvas.cut(lambda s, pane=pane: s.polygon(_upright(globe, angle, pane)), "#162a56")
