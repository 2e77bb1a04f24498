"""Places drawn for the chain benchmark: texture, a face, saturated swatches, thin text, dark corners.

All wrap around at their edges, so that a provider can move them for ever and the benchmark can move
them back.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

from longtake.media.scenery import paint_place
from longtake.units import Size

SWATCHES = (
    (255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 255, 255), (255, 0, 255), (255, 255, 0),
    (200, 120, 90), (90, 160, 60), (240, 200, 180), (40, 60, 120), (128, 128, 128), (255, 255, 255),
)  # fmt: skip


def draw_world(name: str, size: Size) -> Any:
    """Draw a place by its name, or show a photograph, as RGB (height, width, 3), with the sign on it."""
    if name in PHOTOS:
        ground = _photo(name, size)
    else:
        ground = _GROUNDS[name](size, np.random.default_rng(sum(name.encode())))
    picture = Image.fromarray(np.clip(ground, 0, 255).astype(np.uint8))
    _sign(picture)
    return np.asarray(picture)


def _photo(name: str, size: Size) -> Any:
    """Show a photograph four times, mirrored, so that it wraps around."""
    package = importlib.util.find_spec("skimage")
    if package is None or package.origin is None:
        raise SystemExit("the photographs come with scikit-image: pip install scikit-image")
    with Image.open(Path(package.origin).parent / "data" / name) as photo:
        half = (size.width // 2, size.height // 2)
        quarter = np.asarray(ImageOps.fit(photo.convert("RGB"), half, Image.Resampling.LANCZOS))
    above = np.concatenate([quarter, quarter[:, ::-1]], 1)
    return np.concatenate([above, above[::-1]], 0)


def _coast(size: Size, chance: np.random.Generator) -> Any:
    """Sky, sea and ridges, with the fine grain of a photograph."""
    half = paint_place(Size(size.width // 2, size.height), "coast").astype(np.float64)
    both = np.concatenate([half, half[:, ::-1]], 1)
    return both + 9 * _cloud(size, chance, 0.7)[..., None]


def _market(size: Size, chance: np.random.Generator) -> Any:
    """Heaps of coloured round things of every size."""
    picture = Image.new("RGB", (size.width, size.height), (96, 78, 60))
    pen = ImageDraw.Draw(picture)
    unit = size.height / 24
    for _ in range(900):
        x, y = chance.uniform(0, size.width), chance.uniform(0, size.height)
        reach = unit * chance.uniform(0.3, 1.6)
        hue = chance.integers(0, 255, 3) * np.array([1.0, 0.85, 0.6])
        for step in range(4):
            near = reach * (1 - step * 0.23)
            lit = tuple(int(min(255, c * (0.65 + 0.22 * step))) for c in hue)
            for across in (-size.width, 0, size.width):
                spot = (x + across - near, y - near, x + across + near, y + near)
                pen.ellipse([side - step * reach * 0.12 for side in spot], fill=lit)
    return np.asarray(picture) + 7 * _cloud(size, chance, 1.0)[..., None]


def _portrait(size: Size, chance: np.random.Generator) -> Any:
    """Two faces before a woven wall: skin, eyes, hair, and a red scarf."""
    weave = 118 + 22 * _cloud(size, chance, 1.4) + 10 * _cloud(size, chance, 0.5)
    ground = np.stack([weave * 0.92, weave * 0.98, weave * 1.05], -1)
    picture = Image.fromarray(np.clip(ground, 0, 255).astype(np.uint8))
    for share, skin in ((0.27, (224, 172, 142)), (0.73, (142, 94, 70))):
        _face(picture, size.width * share, size.height * 0.45, size.height * 0.27, skin)
    soft = np.asarray(picture.filter(ImageFilter.GaussianBlur(size.height / 400)), np.float64)
    return soft + 5 * _cloud(size, chance, 0.6)[..., None]


def _face(picture: Image.Image, x: float, y: float, unit: float, skin: tuple[int, ...]) -> None:
    pen = ImageDraw.Draw(picture)

    def oval(dx: float, dy: float, wide: float, high: float, fill: tuple[int, ...]) -> None:
        spot = (x + unit * (dx - wide), y + unit * (dy - high))
        pen.ellipse((*spot, x + unit * (dx + wide), y + unit * (dy + high)), fill=fill)

    dark = tuple(int(c * 0.72) for c in skin)
    oval(0, -0.25, 0.86, 1.0, (46, 32, 26))
    oval(0, 1.35, 1.25, 0.55, (186, 24, 34))
    oval(0, 0.0, 0.7, 0.95, skin)
    for line in range(26):
        start = x + unit * (-0.5 + line * 0.038)
        pen.line((start, y - unit * 0.98, start + unit * 0.08, y - unit * 0.62), fill=(70, 50, 40))
    for side in (-0.28, 0.28):
        oval(side, -0.12, 0.15, 0.085, (246, 244, 240))
        oval(side, -0.12, 0.07, 0.08, (70, 100, 130))
        oval(side, -0.12, 0.03, 0.035, (10, 10, 12))
        oval(side, -0.31, 0.17, 0.03, (60, 42, 34))
        oval(side * 1.3, 0.25, 0.14, 0.1, tuple(min(255, int(c * 1.05)) for c in skin))
    oval(0, 0.16, 0.07, 0.12, dark)
    oval(0, 0.5, 0.22, 0.07, (176, 70, 74))
    pen.line((x - unit * 0.2, y + unit * 0.5, x + unit * 0.2, y + unit * 0.5), fill=(110, 30, 40))


def _night(size: Size, chance: np.random.Generator) -> Any:
    """A dark town with lit windows: most of it near black, small parts near white."""
    ground = 17 + 9 * _cloud(size, chance, 1.6)[..., None] * np.array([0.8, 0.9, 1.4])
    picture = Image.fromarray(np.clip(ground + 6, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(picture)
    lit = ((255, 214, 130), (255, 240, 200), (130, 190, 255), (255, 120, 60))
    step = max(6, size.height // 40)
    for x in range(0, size.width - step, step * 2):
        tall = int(chance.integers(size.height // 6, size.height * 3 // 4))
        pen.rectangle((x, size.height - tall, x + step * 2, size.height), fill=(20, 22, 30))
        for y in range(size.height - tall + 3, size.height - 4, step):
            if chance.random() < 0.4:
                colour = lit[int(chance.integers(len(lit)))]
                pen.rectangle((x + 3, y, x + step + 1, y + step // 2), fill=colour)
    return np.asarray(picture) + 2.5 * _cloud(size, chance, 0.4)[..., None]


def _cloud(size: Size, chance: np.random.Generator, slope: float) -> Any:
    """Noise that wraps around: rough with a small slope, cloudy with a large one."""
    waves = np.fft.rfft2(chance.standard_normal((size.height, size.width)))
    down = np.fft.fftfreq(size.height)[:, None] * size.height
    across = np.fft.rfftfreq(size.width)[None] * size.width
    length = np.hypot(down, across)
    length[0, 0] = 1
    cloud = np.fft.irfft2(waves / length**slope, s=(size.height, size.width))
    return (cloud - cloud.mean()) / cloud.std()


def _sign(picture: Image.Image) -> None:
    """Hang swatches, a grey ramp, and red letters on blue into a picture."""
    width, height = picture.size
    pen = ImageDraw.Draw(picture)
    left, top, tall = width // 2, int(height * 0.86), int(height * 0.055)
    wide = int(width * 0.47 / len(SWATCHES))
    for index, colour in enumerate(SWATCHES):
        spot = (left + wide * index, top, left + wide * (index + 1) - 1, top + tall)
        pen.rectangle(spot, fill=colour)
    for x in range(wide * len(SWATCHES)):
        grey = int(255 * x / (wide * len(SWATCHES)))
        line = (left + x, top + tall + 3, left + x, top + int(tall * 1.6))
        pen.line(line, fill=(grey, grey, grey))
    pen.rectangle(
        (width // 60, int(height * 0.835), int(width * 0.46), int(height * 0.97)),
        fill=(10, 20, 160),
    )
    large, small = (ImageFont.load_default(size=height * part) for part in (0.055, 0.026))
    pen.text((width // 45, height * 0.845), "Brand red text 0123", font=large, fill=(230, 20, 20))
    pen.text(
        (width // 45, height * 0.92),
        "fine print: the quick brown fox",
        font=small,
        fill=(255, 60, 60),
    )


_GROUNDS = {"coast": _coast, "market": _market, "portrait": _portrait, "night": _night}
WORLDS = tuple(_GROUNDS)
# In the public domain, or given to it; they lie in the package of scikit-image (BSD).
PHOTOS = ("astronaut.png", "coffee.png", "chelsea.png", "rocket.jpg", "motorcycle_left.png")
