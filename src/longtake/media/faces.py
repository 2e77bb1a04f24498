"""Pictures of the cast as they are sent: in their own shape, of a size that every model takes."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from pathlib import Path

import numpy as np
from PIL import Image

from longtake.media.color import Plane
from longtake.media.stills import open_still
from longtake.units import half_up

# Part of the name under which a fitted face is kept: another way of fitting needs another one.
FACE_RULE = "face1"
# Within what all models say of their pictures: more than 300 pixels a side, from 2:5 to 5:2. Nine of
# the largest stay below the 64 MB that a request may have.
LEAST_SIDE, MOST_SIDE = 320, 1536
NARROWEST = Fraction(2, 5)
# Of borders, and behind what is transparent: dark hair on black would be lost.
_AROUND = "#808080"


def fitted_face(path: Path) -> Plane:
    """Decode a picture of the cast and bring it within what models take, (height, width, 3) uint8.

    It keeps its shape, is scaled only where it is too large or too small, and gets borders only where
    it is narrower than 2:5 or wider than 5:2. Raises MediaError as `open_still` does.
    """
    pixels = open_still(path, _AROUND)
    height, width = pixels.shape[:2]
    (across, down), outer = face_sizes(width, height)
    if (width, height) == outer:
        return pixels
    scaled = Image.fromarray(pixels)
    if (width, height) != (across, down):
        scaled = scaled.resize((across, down), Image.Resampling.LANCZOS)
    canvas = Image.new("RGB", outer, _AROUND)
    canvas.paste(scaled, ((outer[0] - across) // 2, (outer[1] - down) // 2))
    return np.asarray(canvas)


def face_sizes(width: int, height: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Give the size a picture is scaled to, and its size with borders, each as width and height."""
    sides = max(Fraction(width), height * NARROWEST), max(Fraction(height), width * NARROWEST)
    factor = max(min(Fraction(1), MOST_SIDE / max(sides)), LEAST_SIDE / min(sides))
    across, down = (max(1, half_up(side * factor)) for side in (width, height))
    return (across, down), (
        max(across, ceil(down * NARROWEST)),
        max(down, ceil(across * NARROWEST)),
    )
