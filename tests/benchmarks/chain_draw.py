"""The pictures of the chain benchmark: curves along the chain, and one frame after the last hop."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from chain_ways import Chain
from PIL import Image, ImageDraw, ImageFont

_COLOURS = {
    "ours": "#0a7d4f",
    "ours, unrepaired": "#8fbf9f",
    "MoviePy": "#d1495b",
    "ffmpeg": "#edae49",
    "JPEG": "#30638e",
    "MKL": "#8a5fbf",
}
_WIDE, _HIGH, _EDGE = 420, 260, 46
_MEASURES = ("delta_e", "saturation", "sharpness")
_TITLES = ("dE2000 against the first picture", "saturation", "sharpness")


def draw_curves(kept: dict[tuple[str, str], list[Chain]], path: Path) -> None:
    """Draw per provider what a hop leaves of colour and sharpness, the worlds averaged."""
    rows = list(dict.fromkeys(title for title, _ in kept))
    sheet = Image.new("RGB", (_WIDE * len(_MEASURES), _HIGH * len(rows)), "white")
    for down, title in enumerate(rows):
        for across, (measure, name) in enumerate(zip(_MEASURES, _TITLES, strict=True)):
            lines = {
                way: np.mean([[getattr(s, measure) for s in c.states] for c in chains], 0)
                for (row, way), chains in kept.items()
                if row == title
            }
            panel = _panel(f"{title}: {name}", lines, logarithmic=measure == "delta_e")
            sheet.paste(panel, (across * _WIDE, down * _HIGH))
    sheet.save(path)


def draw_panels(pictures: list[list[Any]], names: list[str], path: Path) -> None:
    """Put the worlds beside each other, one row a way, each with its name."""
    height, width = pictures[0][0].shape[:2]
    wide = 480
    high = wide * height // width
    sheet = Image.new("RGB", (wide * len(pictures[0]), (high + 26) * len(names)), "white")
    pen = ImageDraw.Draw(sheet)
    for row, (shown, name) in enumerate(zip(pictures, names, strict=True)):
        pen.text((8, row * (high + 26) + 5), name, font=_font(15), fill="black")
        for column, picture in enumerate(shown):
            small = Image.fromarray(picture).resize((wide, high), Image.Resampling.LANCZOS)
            sheet.paste(small, (column * wide, row * (high + 26) + 26))
    sheet.save(path, quality=88)


def _panel(title: str, lines: dict[str, Any], *, logarithmic: bool) -> Image.Image:
    panel = Image.new("RGB", (_WIDE, _HIGH), "white")
    pen = ImageDraw.Draw(panel)
    pen.text((_EDGE, 6), title, font=_font(12), fill="black")
    values = {
        way: np.log10(np.maximum(line, 0.05)) if logarithmic else line
        for way, line in lines.items()
    }
    low = min(float(line.min()) for line in values.values())
    high = max(max(float(line.max()) for line in values.values()), low + 0.02)
    box = (_EDGE, 28, _WIDE - 12, _HIGH - 28)

    def place(hop: int, count: int, value: float) -> tuple[float, float]:
        share = (hop - 1) / max(1, count - 1)
        return (
            box[0] + (box[2] - box[0]) * share,
            box[3] - (box[3] - box[1]) * (value - low) / (high - low),
        )

    for tick in np.linspace(low, high, 5):
        y = place(1, 2, float(tick))[1]
        shown = 10**tick if logarithmic else tick
        pen.line((box[0], y, box[2], y), fill="#e4e4e4")
        pen.text((4, y - 7), f"{shown:.3g}", font=_font(11), fill="#444444")
    for index, (way, line) in enumerate(values.items()):
        points = [place(hop, len(line), float(value)) for hop, value in enumerate(line, 1)]
        pen.line(points, fill=_COLOURS[way], width=2)
        pen.text((box[0] + 6 + 84 * (index % 4), box[3] + 4 + 12 * (index // 4)), way[:13],
                 font=_font(11), fill=_COLOURS[way])  # fmt: skip
    count = max(len(line) for line in values.values())
    pen.text((box[2] - 44, box[1] - 2), f"{count} hops", font=_font(11), fill="#444444")
    return panel


def _font(size: int) -> Any:
    return ImageFont.load_default(size=math.ceil(size))
