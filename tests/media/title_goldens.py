"""The pictures that titles are compared with: `python tests/media/title_goldens.py` writes them anew.

Look at them before they are kept.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from longtake.media.color import Plane, Sampling, planes_to_frame, planes_to_rgb, rgb_to_planes
from longtake.media.drawers import drawer_of
from longtake.media.overlay import Overlay, Window, overlaid
from longtake.media.planes import planes_of
from longtake.units import FrameRate, Size

FOLDER = Path(__file__).parent / "goldens" / "titles"
RATE = FrameRate.parse(24)
WIDE, TALL, SQUARE = Size(384, 216), Size(216, 384), Size(216, 216)
NAME = {"text": "Margarethe Lindqvist", "line2": "Keeper of the light, 1911"}
CARD = {"text": "How a lighthouse works", "subtitle": "Part two"}
LINKS = {"links": ["longtake.example/light", "@lighthouse"]}

# name -> kind, options, size, frame of 72
CASES: dict[str, tuple[str, dict[str, Any], Size, int]] = {
    "line": ("lower_third", {**NAME, "preset": "line"}, WIDE, 36),
    "line-comes": ("lower_third", {**NAME, "preset": "line"}, WIDE, 5),
    "box-comes": ("lower_third", {**NAME, "preset": "box"}, WIDE, 4),
    "box": ("lower_third", {**NAME, "preset": "box"}, TALL, 36),
    "tag": ("lower_third", {**NAME, "preset": "tag"}, SQUARE, 36),
    "plain": ("lower_third", {**NAME, "preset": "plain"}, WIDE, 36),
    "plain-goes": ("lower_third", {**NAME, "preset": "plain"}, WIDE, 69),
    "centre": ("title_card", {**CARD, "preset": "centre"}, WIDE, 36),
    "left": ("title_card", {**CARD, "preset": "left"}, TALL, 36),
    "plate": ("title_card", {**CARD, "preset": "plate"}, SQUARE, 36),
    "end": ("title_card", {**CARD, **LINKS, "preset": "end"}, WIDE, 36),
    "end-tall": ("title_card", {**CARD, **LINKS, "preset": "end"}, TALL, 36),
    "progress": ("progress", {"marks": [0, 18, 50]}, WIDE, 36),
}


def picture(size: Size) -> Plane:
    """A picture of squares, bright on the left and dark on the right."""
    y, x = np.mgrid[0 : size.height, 0 : size.width]
    light = np.where(x < size.width / 4, 225, 40) + 20 * ((x // 24 + y // 24) % 2)
    return np.dstack([light, light * 0.96, light * 0.9]).clip(0, 255).astype(np.uint8)


def drawn(
    kind: str, options: dict[str, Any], size: Size, index: int, below: Plane | None = None
) -> Plane:
    """Draw a frame of an overlay of 72 frames over a picture, as the film would show it."""
    window = Window(size, RATE, 72, json.dumps(options))
    frame = planes_to_frame(*rgb_to_planes(picture(size) if below is None else below))
    overlay = Overlay(drawer_of(kind).draw(window), size)
    shown = overlaid(frame, ((overlay, index),))
    return planes_to_rgb(*planes_of(shown), Sampling())


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, case in CASES.items():
        Image.fromarray(drawn(*case)).save(FOLDER / f"{name}.png", optimize=True)
