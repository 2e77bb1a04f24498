"""The paintings of the explainer: dusk, lamp room, night, dawn, and the two with words."""

from __future__ import annotations

import numpy as np

from _draw import buildings as build
from _draw import landscape as land
from _draw.canvas import Canvas, Field, Stencil, glow, gradient, rise

DUSK_SKY = [(0, "#1b2350"), (170, "#4a3a74"), (300, "#a6527f"), (400, "#ee8568"), (470, "#ffc98a")]
NIGHT_SKY = [(0, "#060d24"), (220, "#0d1d44"), (400, "#1c3a6b"), (470, "#37608c")]
RIBS = [(962, 44, 130), (1040, 30, 90), (1098, 52, 170), (1186, 34, 110), (1240, 40, 150)]
DAWN_SKY = [(0, "#7fb0cf"), (200, "#bcd3d6"), (340, "#f6d9bb"), (450, "#ffc49a")]


def headland(canvas: Canvas, dark: str, lit: str, edge: str, green: str) -> None:
    """The cliff on the right that carries the lighthouse of every picture."""
    back = land.crag(
        3, [(720, 720), (800, 610), (880, 520), (930, 470), (1300, 440), (1300, 730)], 7
    )
    mask = canvas.cut(lambda s: s.polygon(back), gradient([(430, lit), (720, dark)]))
    canvas.rim(mask, 3, 3, edge, 0.55)
    top = [(925, 472), (1000, 455), (1120, 448), (1300, 436)]
    lower = [(1300, 470), (1130, 474), (1010, 476), (945, 492)]
    canvas.cut(lambda s: s.polygon([*top, *lower]), green)
    land.grass(canvas, 5, top, green)
    # Ribs of rock hang from the edge: a lit plane, and to its right the shade it throws.
    for at, (x, wide, deep) in enumerate(RIBS):
        y = 478 - (x - 950) * 0.02
        lit_side = [
            (x, y),
            (x + wide, y),
            (x + wide * 0.5, y + deep),
            (x - wide * 0.3, y + deep * 0.55),
        ]
        dark_side = [(x + wide, y), (x + wide * 1.5, y), (x + wide * 0.5, y + deep * 1.15)]
        for points, shade, opacity in ((dark_side, dark, 0.5), (lit_side, edge, 0.2)):
            face = Stencil().polygon(land.crag(20 + at, [*points, points[0]], 4)).mask()
            canvas.paint(face * (1 - 0.8 * rise(y, y + deep * 1.2)) * mask, shade, opacity)
    rocks = [(640, 715, 70, 30), (735, 708, 60, 42), (560, 722, 40, 16)]
    for at, (x, y, wide, high) in enumerate(rocks):
        shape = land.crag(
            40 + at, [(x - wide, y + 10), (x - wide * 0.3, y - high), (x + wide, y + 12)], 4
        )
        stone = canvas.cut(lambda s, shape=shape: s.polygon(shape), dark)
        canvas.rim(stone, 2, 2, edge, 0.5)


def _dusk(*, sun: bool) -> Canvas:
    canvas = Canvas(gradient(DUSK_SKY))
    land.stars(canvas, 2, 170, 260, 0.75)
    if sun:
        land.disc(canvas, 420, 436, 30, "#fff0c9", "#ffb46e")
    else:
        canvas.light(glow(360, 470, 620, flat=2.2, power=2), "#ff9e63", 0.6)
    land.clouds(canvas, 8, 330, 9, "#ffb183", 0.55)
    land.clouds(canvas, 9, 250, 6, "#8b4d83", 0.6)
    far = land.ridge(4, 452, 425, 14)
    canvas.cut(lambda s: s.polygon(far), "#b4617f")
    near = land.ridge(6, 440, 470, 9, span=(-20, 520))
    canvas.cut(lambda s: s.polygon(near), "#7d456f")
    land.sea(canvas, 470, "#f3a77f", "#7b4a7a", "#241d47")
    land.waves(canvas, 12, 470, "#ffd0a0", 0.2)
    land.waves(canvas, 13, 478, "#2b2352", 0.32)
    return canvas


def title() -> Canvas:
    """Dusk with the film's name on the left and the lamp just lit on the right."""
    canvas = _dusk(sun=False)
    land.glitter(canvas, 15, 360, 470, "#ffb27a", 0.6, width=60)
    headland(canvas, "#1c1738", "#4d3560", "#ff9d78", "#3b2c55")
    build.cottage(canvas, 1150, 446, 92, ("#f3d9c4", "#8a6a86"), "#33254e", "#ffd27a")
    build.shine(
        canvas, 1050, build.lamp_of(455, 330), (174, -4), spread=3.4, reach=760, strength=0.75
    )
    build.lighthouse(canvas, 1050, 455, 330, build.DUSK)
    land.vignette(canvas, 0.3)
    # The words stand on a shade of their own, or the sunset would eat them.
    canvas.paint(glow(330, 340, 760, flat=1.6, power=1.3), "#1b1a3f", 0.5)
    canvas.cut(
        lambda s: s.text(112, 236, "L I G H T    ·    L E N S    ·    R H Y T H M", 17), "#ffcf8f"
    )
    canvas.cut(lambda s: s.text(106, 330, "How a", 84, weight=0.7), "#fff4e2")
    canvas.cut(lambda s: s.text(106, 424, "lighthouse", 84, weight=0.7), "#fff4e2")
    canvas.cut(lambda s: s.text(106, 518, "works", 84, weight=0.7), "#fff4e2")
    canvas.cut(lambda s: s.box(112, 556, 208, 561, 2.5), "#ff9a6b")
    return canvas


def dusk() -> Canvas:
    """The sun going down beside the headland; a boat on its way home."""
    canvas = _dusk(sun=True)
    land.glitter(canvas, 15, 420, 470, "#ffd59a", 0.8, width=26)
    headland(canvas, "#1c1738", "#4d3560", "#ff9d78", "#3b2c55")
    build.cottage(canvas, 1150, 446, 92, ("#f3d9c4", "#8a6a86"), "#33254e", "#ffd27a")
    build.lighthouse(canvas, 1050, 455, 330, build.DUSK, lit=False)
    build.boat(canvas, 520, 572, 92, ("#6a3a5a", "#231a3d"))
    land.gulls(canvas, [(700, 240, 44), (770, 275, 30), (640, 300, 24), (250, 210, 34)], "#2a2149")
    land.vignette(canvas, 0.3)
    return canvas


def night() -> Canvas:
    """Stars, a moon path, a ship on the horizon, and two beams."""
    canvas = Canvas(gradient(NIGHT_SKY))
    land.milky_way(canvas, 31, "#8fa9e6", 0.34)
    land.stars(canvas, 3, 620, 500)
    land.moon(canvas, 270, 150, 34)
    far = land.ridge(4, 455, 440, 12)
    canvas.cut(lambda s: s.polygon(far), "#2b4d7a")
    land.sea(canvas, 470, "#35608d", "#143059", "#050b20")
    land.waves(canvas, 12, 470, "#8db4de", 0.16)
    land.waves(canvas, 13, 478, "#04091c", 0.3)
    land.glitter(canvas, 15, 270, 470, "#dfe8ff", 0.6, width=24)
    ship = (
        Stencil().polygon([(540, 466), (606, 466), (600, 473), (548, 473)]).box(580, 456, 598, 467)
    )
    canvas.paint(ship.mask(), "#0c1730")
    for x, shade in ((550, "#ff8a6b"), (589, "#ffe3a0"), (602, "#8effc4")):
        canvas.light(glow(x, 460, 9, power=2), shade, 1)
    headland(canvas, "#050a1c", "#1a2b52", "#5f86c0", "#12213f")
    build.cottage(canvas, 1150, 446, 92, ("#5d6c98", "#25315a"), "#0b1330", "#ffcf7a")
    build.shine(
        canvas, 1050, build.lamp_of(455, 330), (171, -9), spread=3.6, reach=900, strength=0.9
    )
    build.lighthouse(canvas, 1050, 455, 330, build.NIGHT)
    land.vignette(canvas, 0.25)
    return canvas


def dawn() -> Canvas:
    """The lamp is out, the sun comes up behind the islands, gulls."""
    canvas = Canvas(gradient(DAWN_SKY))
    land.disc(canvas, 330, 415, 32, "#fffbe8", "#ffdca0")
    land.clouds(canvas, 18, 240, 9, "#fff1de", 0.75)
    land.clouds(canvas, 19, 330, 6, "#f4b79a", 0.5)
    for seed, left, right, shade in ((4, 440, 405, "#e7b9a6"), (46, 462, 430, "#c79aa0")):
        hills = land.ridge(seed, left, right, 16)
        canvas.cut(lambda s, hills=hills: s.polygon(hills), shade)
    land.sea(canvas, 470, "#ffdcb4", "#a9b8bf", "#3e6a80")
    land.waves(canvas, 12, 470, "#fff3dc", 0.3)
    land.waves(canvas, 13, 478, "#3e6a80", 0.22)
    land.glitter(canvas, 15, 330, 470, "#fff0c8", 0.8, width=28)
    land.fog(canvas, 51, 420, 478, "#fff0dd", 0.6)
    headland(canvas, "#3d4a5c", "#8d7f86", "#ffd9b5", "#6f8768")
    build.cottage(canvas, 1150, 446, 92, ("#fff2df", "#b8a3a8"), "#a35a52", "#5c6a80")
    build.lighthouse(canvas, 1050, 455, 330, build.DAWN, lit=False)
    build.boat(canvas, 560, 560, 84, ("#c65a4a", "#5a3444"))
    birds = [(690, 190, 52), (770, 235, 36), (620, 262, 28), (840, 160, 26), (540, 210, 22)]
    land.gulls(canvas, birds, "#4c5468")
    return canvas


def closing() -> Canvas:
    """Night again, with the sentence the film leaves behind."""
    canvas = Canvas(
        gradient([(0, "#050b20"), (430, "#12274f"), (600, "#2a4f7d"), (720, "#3a6290")])
    )
    land.milky_way(canvas, 31, "#8fa9e6", 0.3)
    land.stars(canvas, 23, 560, 620)
    canvas.light(glow(640, 640, 640, flat=2.6, power=2), "#ffb877", 0.28)
    far = land.ridge(64, 640, 610, 18)
    canvas.cut(lambda s: s.polygon(far), "#1a3560")
    near = land.ridge(67, 600, 680, 22)
    mask = canvas.cut(lambda s: s.polygon(near), gradient([(600, "#0c1b3c"), (720, "#050b1f")]))
    canvas.rim(mask, 0, 2, "#4f76b0", 0.5)
    build.shine(
        canvas, 250, build.lamp_of(628, 150), (4, 184), spread=2.4, reach=700, strength=0.75
    )
    build.lighthouse(canvas, 250, 628, 150, build.NIGHT)
    canvas.cut(
        lambda s: s.text(640, 316, "Count the flashes.", 62, align="centre", weight=0.5), "#fff4e2"
    )
    canvas.cut(
        lambda s: s.text(640, 392, "You know where you are.", 62, align="centre", weight=0.5),
        "#ffcf8f",
    )
    return canvas


def lamp_room() -> Canvas:
    """Inside the lantern: the great lens, lattice windows, the last light outside."""
    canvas = Canvas(
        gradient([(0, "#1a2352"), (300, "#6c477f"), (460, "#ee8f70"), (520, "#ffc489")])
    )
    land.stars(canvas, 5, 120, 260, 0.7)
    land.clouds(canvas, 28, 400, 8, "#ffb183", 0.5)
    land.sea(canvas, 520, "#d98a78", "#5d3f70", "#2a2150")
    land.waves(canvas, 29, 520, "#ffd0a0", 0.2)
    iron = Stencil()
    for x in range(-160, 1500, 160):
        iron.line([(x, 60), (x + 160, 330), (x, 600)], 9)
        iron.line([(x + 160, 60), (x, 330), (x + 160, 600)], 9)
    mask = iron.mask()
    canvas.paint(mask, "#2a1f40")
    canvas.rim(mask, 2, 0, "#ffb887", 0.5)
    canvas.cut(lambda s: s.box(0, 0, 1280, 66), gradient([(0, "#120e26"), (66, "#35264c")]))
    floor = gradient([(596, "#4a3150"), (612, "#2a1d3c"), (720, "#0f0b20")])
    canvas.cut(lambda s: s.box(0, 596, 1280, 720), floor)
    canvas.light(glow(640, 330, 640, power=2), "#ffb766", 0.5)
    _lens(canvas, 640, 330, 172, 232)
    land.vignette(canvas, 0.4)
    return canvas


def _lens(canvas: Canvas, x: float, y: float, rx: float, ry: float) -> None:
    """A first-order lens: a barrel of glass rings around a bull's eye, in a brass frame."""
    brass = gradient([(x - rx, "#ffd890"), (x, "#c98a4a"), (x + rx, "#6e4436")], across=True)
    canvas.cut(
        lambda s: s.box(x - 62, y + ry - 10, x + 62, 700),
        gradient([(520, "#6b4652"), (700, "#24182f")]),
    )
    canvas.cut(lambda s: s.box(x - 118, y + ry - 14, x + 118, y + ry + 22, 8), brass)
    canvas.cut(lambda s: s.box(x - 100, y - ry - 20, x + 100, y - ry + 12, 8), brass)
    turn = np.linspace(-1, 1, 60)
    side = [(x - rx * np.sqrt(1 - (t * 0.86) ** 2), y + t * ry) for t in turn]
    body = Stencil().polygon([*side, *[(2 * x - px, py) for px, py in side[::-1]]]).mask()
    glass = gradient(
        [(x - rx, "#5c7f9c"), (x - rx * 0.3, "#ffe9bd"), (x + rx, "#4a5b88")], across=True
    )
    canvas.paint(body, glass, 0.92)
    rings = Stencil()
    for part in np.linspace(-0.94, 0.94, 23):
        if abs(part) > 0.4:
            _ring(rings, x, y + part * ry, rx * np.sqrt(1 - (part * 0.86) ** 2), part)
    for size in (0.39, 0.31, 0.235, 0.165):
        outer = Stencil().ellipse(x, y, size * ry, size * ry).mask()
        inner = Stencil().ellipse(x, y, size * ry - 3.2, size * ry - 3.2).mask()
        canvas.paint((outer - inner) * body, "#fff6dc", 0.75)
        canvas.rim(inner, -2, -2, "#8d6a5c", 0.45)
    line = rings.mask() * body
    canvas.paint(_down(line), "#4a4468", 0.5)
    canvas.paint(line, "#fff2d2", 0.8)
    posts = Stencil()
    for part in (-0.62, 0.62):
        arc = [(x + part * rx * np.sqrt(1 - (t * 0.86) ** 2), y + t * ry) for t in turn]
        posts.line(arc, 5)
    canvas.paint(posts.mask() * body, brass)
    canvas.rim(body, 3, 0, "#ffe2ae", 0.9)
    canvas.light(glow(x, y, 330, power=2.4), "#ffcb7d", 0.9)
    canvas.light(glow(x, y, 92, power=1.6), "#fff8e2", 1)
    canvas.light(glow(x, y, 560, flat=26, power=1.5), "#ffe2ae", 0.8)
    canvas.light(rise(560, 640) * glow(x, 640, 520, flat=2.4, power=2), "#ffb766", 0.35)


def _ring(rings: Stencil, x: float, y: float, half: float, part: float) -> None:
    sweep = np.linspace(-1, 1, 40)
    rings.line([(x + half * s, y + part * 17 * (1 - s * s)) for s in sweep], 2.0)


def _down(mask: Field) -> Field:
    return np.roll(mask, 3, 0)
