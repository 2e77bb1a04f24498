"""The paintings of the series: a small harbour in the evening and in fog, a lamp, a boat; a bay."""

from __future__ import annotations

import numpy as np

from _draw import buildings as build
from _draw import landscape as land
from _draw.canvas import HEIGHT, WIDTH, Canvas, Stencil, blur, glow, gradient, rise

QUAY = 468
WALLS = (
    ("#c7705a", "#7c4652"),
    ("#e2b27a", "#8d6560"),
    ("#6f8fa0", "#465673"),
    ("#e9dcc3", "#9b8a8c"),
    ("#9c5a5c", "#5e3a4e"),
    ("#8fa58c", "#566a6d"),
)
LAMP, DARK = "#ffd27a", "#2c3450"


def _houses(canvas: Canvas, seed: int, *, lit: float) -> None:
    """A row of gabled houses along the quay, some windows lit."""
    rng = np.random.default_rng(seed)
    x, place = 46.0, 0
    while x < 880:
        wide, high = float(rng.uniform(86, 118)), float(rng.uniform(112, 190))
        panes = [
            (across, up, LAMP if rng.random() < lit else DARK)
            for up in ((0.3, 0.62, 0.92) if high > 145 else (0.36, 0.8))
            for across in (0.28, 0.72)
        ]
        roof = ("#3a2f4a", "#47364a", "#2f3850")[place % 3]
        build.gable(canvas, x, QUAY, wide, high, WALLS[place % len(WALLS)], roof, panes)
        x, place = x + wide + float(rng.uniform(-1, 9)), place + 1


def _mirror(canvas: Canvas, low: float, strength: float, seed: int) -> None:
    """Mirror what stands above the quay in the water below, torn by ripples."""
    rng = np.random.default_rng(seed)
    span = round(HEIGHT - low)
    top = canvas.pixels[round(low) - 8 - span : round(low) - 8][::-1]
    bent = np.empty_like(top)
    phase = rng.uniform(0, 6.28, 3)
    for row in range(span):
        reach = 1 + row * 0.05
        sway = np.sin(row / 3.1 + phase[0]) + 0.7 * np.sin(row / 7.7 + phase[1])
        bent[row] = np.roll(top[row], round(float(sway * reach)), 0)
    layer = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    layer[round(low) :] = bent
    fade = (rise(low - 1, low + 1) * (1 - 0.75 * rise(low + 20, HEIGHT))).astype(np.float32)
    canvas.paint(fade, layer, strength)


def _base() -> Canvas:
    canvas = Canvas(
        gradient([(0, "#2b3a63"), (190, "#6d6e93"), (330, "#d99a86"), (440, "#ffcf9c")])
    )
    canvas.light(glow(1010, 440, 520, flat=1.7, power=2), "#ffb27a", 0.55)
    land.clouds(canvas, 71, 190, 8, "#e8a18c", 0.5)
    land.clouds(canvas, 72, 110, 6, "#55608a", 0.6)
    hill = land.ridge(73, 330, 440, 20)
    canvas.cut(lambda s: s.polygon(hill), gradient([(300, "#8f7a93"), (450, "#c79490")]))
    near = land.ridge(75, 380, 462, 16, span=(-20, 1000))
    canvas.cut(lambda s: s.polygon(near), gradient([(360, "#5d5878"), (470, "#86708a")]))
    land.sea(canvas, QUAY - 14, "#f0bd98", "#7d7f9d", "#263456")
    head = land.crag(
        77, [(1010, 458), (1090, 430), (1180, 424), (1300, 416), (1300, 470), (1000, 470)], 3
    )
    canvas.cut(lambda s: s.polygon(head), gradient([(416, "#6b6079"), (470, "#4b4a68")]))
    return canvas


def _quay(canvas: Canvas) -> None:
    wall = gradient([(QUAY - 2, "#8e7f84"), (QUAY + 8, "#5d5a6e"), (QUAY + 40, "#343b57")])
    canvas.cut(
        lambda s: s.polygon([(0, QUAY - 2), (930, QUAY - 2), (948, QUAY + 34), (0, QUAY + 34)]),
        wall,
    )
    joints = Stencil()
    for x in range(20, 940, 46):
        joints.line([(x, QUAY + 6), (x, QUAY + 18)], 1.2).line(
            [(x + 22, QUAY + 19), (x + 22, QUAY + 33)], 1.2
        )
    joints.line([(0, QUAY + 6), (934, QUAY + 6)], 1.2).line([(0, QUAY + 19), (940, QUAY + 19)], 1.2)
    canvas.paint(joints.mask(), "#2a304a", 0.55)
    for x in (905, 690, 455, 210):
        post = (
            Stencil()
            .line([(x, QUAY - 2), (x, QUAY - 60)], 3.4)
            .box(x - 6, QUAY - 74, x + 6, QUAY - 58, 2)
        )
        canvas.paint(post.mask(), "#22283f")
        canvas.light(glow(x, QUAY - 66, 66, power=2.2), "#ffcf87", 0.8)
        canvas.cut(lambda s, x=x: s.ellipse(x, QUAY - 66, 3.6, 4.6), "#fff1cc")


def _moored(canvas: Canvas) -> None:
    build.boat(canvas, 250, 574, 168, ("#b8503f", "#3d2740"))
    build.boat(canvas, 610, 612, 214, ("#3f7585", "#1f2c48"))
    land.waves(canvas, 82, 560, "#fff0d6", 0.16, count=90)


def harbour() -> Canvas:
    """Skerrow in the evening: gabled houses, quay lamps, two boats, the light on the point."""
    canvas = _base()
    build.lighthouse(canvas, 1130, 428, 190, build.DUSK)
    _houses(canvas, 81, lit=0.55)
    _quay(canvas)
    _mirror(canvas, QUAY + 34, 0.62, 83)
    # The open water has no quay to end at, so its mirror begins at the shore.
    land.waves(canvas, 84, QUAY + 4, "#ffe9cf", 0.22, count=200)
    land.waves(canvas, 85, QUAY + 20, "#263456", 0.3, count=140)
    land.glitter(canvas, 86, 1130, QUAY, "#ffd9a0", 0.5, width=20, count=110)
    _moored(canvas)
    land.gulls(canvas, [(960, 170, 46), (1030, 210, 32), (890, 236, 26)], "#2f3557")
    land.vignette(canvas, 0.25)
    return canvas


def fog() -> Canvas:
    """The same harbour an hour later: fog has taken all but the nearest lamps."""
    canvas = _base()
    build.lighthouse(canvas, 1130, 428, 190, build.NIGHT, lit=False)
    canvas.paint(np.ones((HEIGHT, WIDTH), np.float32), "#8794a6", 0.72)
    _houses(canvas, 81, lit=0.25)
    _quay(canvas)
    _mirror(canvas, QUAY + 34, 0.5, 83)
    land.waves(canvas, 85, QUAY + 20, "#55637c", 0.3, count=140)
    canvas.paint(
        gradient([(0, "#ffffff"), (300, "#b0b0b0"), (520, "#808080")])[..., 0], "#94a1b1", 0.86
    )
    for x in (905, 690, 455, 210):
        canvas.light(glow(x, QUAY - 66, 150, power=2), "#ffcf87", 0.6)
        canvas.light(glow(x, QUAY - 66, 22, power=1.5), "#fff1cc", 0.8)
    canvas.light(glow(1130, build.lamp_of(428, 190), 230, power=2), "#ffd79a", 0.5)
    _moored(canvas)
    land.fog(canvas, 91, 240, 430, "#aab5c1", 0.75)
    land.fog(canvas, 92, 440, 560, "#b7c0c9", 0.85)
    land.fog(canvas, 93, 560, 700, "#c3cad0", 0.6)
    land.vignette(canvas, 0.3)
    return canvas


def lantern() -> Canvas:
    """A brass lantern on a window sill, fog pressing against the panes."""
    canvas = Canvas(gradient([(0, "#5c6c86"), (420, "#8b98a9"), (600, "#a7b0ba")]))
    hill = land.ridge(101, 470, 420, 26)
    canvas.cut(lambda s: s.polygon(hill), gradient([(400, "#74839a"), (560, "#929eae")]))
    for x, y, size in ((300, 452, 60), (372, 458, 44), (930, 436, 52)):
        canvas.light(glow(x, y, size, power=2), "#ffd79a", 0.6)
    land.fog(canvas, 102, 300, 480, "#b4bdc7", 0.8)
    canvas.light(glow(690, 400, 520, power=2), "#ffb765", 0.6)
    _frame(canvas)
    _brass(canvas, 690, 596, 290)
    land.vignette(canvas, 0.4)
    return canvas


def _frame(canvas: Canvas) -> None:
    wall = Stencil().box(0, 0, WIDTH, HEIGHT).box(196, 56, 1084, 596, 10, ink=0).mask()
    # The wall outside the lamp's reach stays dark; near the window it takes the light.
    shade = gradient([(0, "#1d2036"), (400, "#2b2740"), (720, "#15172b")])
    canvas.paint(wall, shade)
    canvas.light(wall * glow(690, 470, 700, power=1.8), "#ff9d55", 0.42)
    wood = Stencil().box(166, 30, 1114, 622, 8).box(200, 60, 1080, 592, 2, ink=0)
    wood.box(622, 56, 640, 596).box(196, 262, 1084, 278)
    mask = wood.mask()
    canvas.paint(
        mask, gradient([(166, "#4a3a47"), (690, "#a86f4c"), (1114, "#4d3b48")], across=True)
    )
    canvas.rim(mask, 3, 3, "#ffd39a", 0.5)
    canvas.rim(mask, -3, -3, "#1c1526", 0.6)
    sill = gradient([(596, "#d08c58"), (616, "#8a5643"), (650, "#3c2a3a")])
    canvas.cut(lambda s: s.box(120, 596, 1160, 652, 6), sill)
    spill = glow(690, 604, 420, flat=4.5, power=1.6)
    canvas.light(spill * rise(594, 598), "#ffd08a", 0.7)


def _brass(canvas: Canvas, x: float, base: float, tall: float) -> None:
    """A hurricane lantern, lit: foot, glass, hood, ring."""
    u = tall / 100
    brass = gradient(
        [(x - 26 * u, "#8a5a34"), (x - 12 * u, "#ffe0a0"), (x, "#d79a52"), (x + 26 * u, "#5e3a34")],
        across=True,
    )
    bail = Stencil()
    arc = np.linspace(0, np.pi, 48)
    bail.line([(x + 27 * u * np.cos(a), base - 62 * u - 40 * u * np.sin(a)) for a in arc], 1.6 * u)
    canvas.paint(bail.mask(), "#6b4636")
    glass = [(x - 13 * u, base - 24 * u), (x - 20 * u, base - 40 * u), (x - 18 * u, base - 54 * u)]
    glass += [(x - 12 * u, base - 66 * u), (x + 12 * u, base - 66 * u), (x + 18 * u, base - 54 * u)]
    glass += [(x + 20 * u, base - 40 * u), (x + 13 * u, base - 24 * u)]
    body = Stencil().polygon(_round(glass)).mask()
    canvas.paint(body, gradient([(base - 66 * u, "#ffc878"), (base - 24 * u, "#fff0c2")]), 0.55)
    canvas.light(glow(x, base - 42 * u, 46 * u, power=1.7), "#ffcf80", 0.95)
    flame = [
        (x, base - 58 * u),
        (x + 5 * u, base - 44 * u),
        (x + 4.4 * u, base - 36 * u),
        (x, base - 32 * u),
    ]
    flame += [(x - 4.4 * u, base - 36 * u), (x - 5 * u, base - 44 * u)]
    canvas.cut(
        lambda s: s.polygon(_round(flame)),
        gradient([(base - 58 * u, "#fff6d8"), (base - 32 * u, "#ffb04a")]),
    )
    canvas.light(glow(x, base - 44 * u, 16 * u, power=1.4), "#fff8e0", 0.95)
    canvas.rim(body, 4, 0, "#fffaf0", 0.8)
    metal = Stencil().box(x - 27 * u, base - 7 * u, x + 27 * u, base, 2.5 * u)
    metal.polygon(
        [
            (x - 24 * u, base - 7 * u),
            (x - 19 * u, base - 18 * u),
            (x + 19 * u, base - 18 * u),
            (x + 24 * u, base - 7 * u),
        ]
    )
    metal.box(x - 15 * u, base - 25 * u, x + 15 * u, base - 17 * u, 2 * u)
    metal.box(x - 15 * u, base - 70 * u, x + 15 * u, base - 64 * u, 1.5 * u)
    metal.polygon(
        [
            (x - 17 * u, base - 70 * u),
            (x - 9 * u, base - 80 * u),
            (x + 9 * u, base - 80 * u),
            (x + 17 * u, base - 70 * u),
        ]
    )
    metal.box(x - 10 * u, base - 86 * u, x + 10 * u, base - 79 * u, 2 * u)
    for side in (-1, 1):
        metal.line(
            [
                (x + side * 25 * u, base - 6 * u),
                (x + side * 27 * u, base - 62 * u),
                (x + side * 14 * u, base - 76 * u),
            ],
            2.2 * u,
        )
    mask = metal.mask()
    canvas.paint(mask, brass)
    canvas.rim(mask, 0, 2, "#fff0c8", 0.6)
    wires = Stencil()
    for high, half in ((33, 17.5), (47, 20)):
        sweep = np.linspace(-1, 1, 24)
        wires.line(
            [(x + half * s * u, base - high * u + 2.4 * u * (1 - s * s)) for s in sweep], 0.7 * u
        )
    canvas.paint(wires.mask(), "#6b4636", 0.7)


def _round(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Cut corners three times: a polygon becomes a smooth blob."""
    for _ in range(3):
        pairs = list(zip(points, [*points[1:], points[0]], strict=True))
        points = [
            (x0 + (x1 - x0) * part, y0 + (y1 - y0) * part)
            for (x0, y0), (x1, y1) in pairs
            for part in (0.25, 0.75)
        ]
    return points


def boat() -> Canvas:
    """A boat alone in the fog, and a warm light far ahead."""
    canvas = Canvas(gradient([(0, "#5f7186"), (330, "#97a6b3"), (430, "#b9c2c8")]))
    land.sea(canvas, 420, "#b4bec6", "#73869a", "#33475f")
    far = land.crag(
        111, [(880, 424), (960, 384), (1060, 372), (1180, 366), (1300, 350), (1300, 428)], 4
    )
    canvas.cut(lambda s: s.polygon(far), "#8898a8", 0.75)
    build.lighthouse(
        canvas, 1040, 382, 200, build.Coat("#b4bcc6", "#97a5b4", "#b39a9f", "#9b93a1", "#7d8b9d")
    )
    y = build.lamp_of(382, 200)
    land.fog(canvas, 112, 230, 400, "#b3bdc5", 0.7)
    build.shine(canvas, 1040, y, (183,), spread=5, reach=520, strength=0.75)
    canvas.light(glow(1040, y, 330, power=2.2), "#ffc882", 0.75)
    land.waves(canvas, 113, 424, "#e4e9ea", 0.25, count=240)
    land.waves(canvas, 114, 432, "#33475f", 0.32, count=180)
    land.glitter(canvas, 115, 1040, 424, "#ffd79a", 0.55, width=34, count=170)
    land.fog(canvas, 116, 400, 470, "#c6cdd2", 0.7)
    build.boat(canvas, 420, 566, 270, ("#b8503f", "#3d2740"), lamp="#ffcf87")
    _wake(canvas, 420, 566)
    land.fog(canvas, 117, 590, 720, "#cdd3d6", 0.6)
    land.vignette(canvas, 0.3)
    return canvas


def _wake(canvas: Canvas, x: float, y: float) -> None:
    shade = Stencil().ellipse(x, y + 8, 150, 9).mask()
    canvas.paint(blur(shade, 6), "#22344d", 0.55)
    foam = Stencil()
    rng = np.random.default_rng(118)
    for _ in range(40):
        back = rng.random()
        foam.ellipse(
            x + 110 - 420 * back,
            y + 6 + rng.normal(0, 3 + 12 * back),
            5 + 26 * back,
            0.8 + back,
            0.8,
        )
    canvas.paint(foam.mask(), "#eef1f0", 0.5)


def bay() -> Canvas:
    """The long take begins here: the whole bay at nightfall, from the hill above the village."""
    canvas = Canvas(
        gradient([(0, "#0c1638"), (200, "#2b3a6d"), (340, "#8b6a92"), (410, "#f0a98c")])
    )
    land.milky_way(canvas, 121, "#8fa9e6", 0.22)
    land.stars(canvas, 122, 380, 330)
    land.moon(canvas, 420, 110, 26)
    land.clouds(canvas, 123, 320, 7, "#d98f95", 0.5)
    for seed, left, right, shade in ((124, 395, 372, "#a07a98"), (125, 372, 408, "#6d5f8a")):
        hills = land.ridge(seed, left, right, 15)
        canvas.cut(lambda s, hills=hills: s.polygon(hills), shade)
    land.sea(canvas, 412, "#e2a48f", "#5d5f8f", "#1c2850")
    land.waves(canvas, 126, 414, "#ffd9bb", 0.2, count=300, low=640)
    land.waves(canvas, 127, 420, "#1c2850", 0.28, count=200, low=640)
    land.glitter(canvas, 128, 420, 412, "#f3e6d8", 0.55, width=18, count=170, low=600)
    point = land.crag(
        129,
        [
            (590, 556),
            (650, 528),
            (715, 470),
            (780, 430),
            (860, 420),
            (960, 446),
            (1090, 486),
            (1210, 506),
            (1300, 512),
            (1300, 584),
            (590, 562),
        ],
        5,
    )
    mask = canvas.cut(lambda s: s.polygon(point), gradient([(400, "#4d4a75"), (580, "#1c2245")]))
    canvas.rim(mask, 2, 2, "#ffb9a0", 0.45)
    y = build.lamp_of(426, 200)
    build.shine(canvas, 810, y, (176, -4), spread=3, reach=640, strength=0.8)
    build.lighthouse(canvas, 810, 430, 200, build.NIGHT)
    build.boat(canvas, 520, 492, 56, ("#5a4a6f", "#191f3f"), lamp="#ffcf87")
    build.boat(canvas, 330, 458, 36, ("#5a4a6f", "#191f3f"), lamp="#ffcf87")
    _village(canvas)
    land.vignette(canvas, 0.25)
    return canvas


def _village(canvas: Canvas) -> None:
    """Roofs stepping down a slope to the water, with a lit lane between them."""
    slope = land.ridge(131, 480, 700, 20, span=(-20, 900))
    canvas.cut(lambda s: s.polygon(slope), gradient([(470, "#27305c"), (720, "#0d1433")]))
    rng = np.random.default_rng(132)
    for row, along in ((row, along) for row in range(4) for along in range(9)):
        x = -30 + along * 84 + (row % 2) * 40 + float(rng.uniform(-12, 12))
        base, size = 524 + x * 0.17 + row * 44 + float(rng.uniform(-5, 5)), 50.0 + 5 * row
        if x > 520 + row * 60 or base > 712:
            continue
        wall = ("#6a6c9a", "#343a6b") if rng.random() < 0.5 else ("#8d7394", "#463f6c")
        roof = ("#1a2147", "#2a2450", "#38274d")[int(rng.integers(3))]
        lamp = "#ffd27a" if rng.random() < 0.8 else "#3c4270"
        build.cottage(canvas, x, base, size, wall, roof, lamp)
        if lamp == "#ffd27a":
            canvas.light(
                glow(x + size / 2, base - size * 0.2, size * 1.1, power=2.5), "#ffbe70", 0.35
            )
    front = land.ridge(133, 672, 716, 7)
    canvas.cut(lambda s: s.polygon(front), "#090f29")
    land.grass(canvas, 134, front[:-2], "#090f29", tall=16)
