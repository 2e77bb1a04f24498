"""Colour as the eye weighs it: CIE L*a*b* of D65, and the difference CIEDE2000."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float32]

_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ],
    np.float32,
)
_WHITE = np.array([0.95047, 1.0, 1.08883], np.float32)


def to_lab(rgb: Real) -> Real:
    """Turn sRGB codes (..., 3) from 0 to 255 into L*, a*, b*; codes beyond are cut off."""
    share = np.clip(np.asarray(rgb, np.float32) / 255, 0, 1)
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _TO_XYZ.T / _WHITE
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = root[..., 0], root[..., 1], root[..., 2]
    lab: Real = np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1).astype(np.float32)
    return lab


def delta_e(one: Real, other: Real) -> Real:
    """Give CIEDE2000 of two L*a*b* pictures, sample by sample; 1 is just seen side by side."""
    chroma = (np.hypot(one[..., 1], one[..., 2]) + np.hypot(other[..., 1], other[..., 2])) / 2
    gain: Real = (1.5 - 0.5 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7))).astype(np.float32)
    first, second = (_polar(lab, gain) for lab in (one, other))
    light, mean_light = second[0] - first[0], (first[0] + second[0]) / 2
    colour, mean_colour = second[1] - first[1], (first[1] + second[1]) / 2
    turn = (second[2] - first[2] + 180) % 360 - 180
    hue = 2 * np.sqrt(first[1] * second[1]) * np.sin(np.radians(turn / 2))
    mean_hue = (first[2] + turn / 2) % 360
    wave = (
        1
        - 0.17 * np.cos(np.radians(mean_hue - 30))
        + 0.24 * np.cos(np.radians(2 * mean_hue))
        + 0.32 * np.cos(np.radians(3 * mean_hue + 6))
        - 0.20 * np.cos(np.radians(4 * mean_hue - 63))
    )
    away = (mean_light - 50) ** 2
    light = light / (1 + 0.015 * away / np.sqrt(20 + away))
    colour = colour / (1 + 0.045 * mean_colour)
    hue = hue / (1 + 0.015 * mean_colour * wave)
    # Blue hues lean: chroma and hue differences there count together.
    lean = 60 * np.exp(-(((mean_hue - 275) / 25) ** 2))
    turned = -2 * np.sqrt(mean_colour**7 / (mean_colour**7 + 25.0**7)) * np.sin(np.radians(lean))
    square = light**2 + colour**2 + hue**2 + turned * colour * hue
    found: Real = np.sqrt(np.maximum(square, 0)).astype(np.float32)
    return found


def _polar(lab: Real, gain: Real) -> tuple[Real, Real, Real]:
    a = lab[..., 1] * gain
    hue = np.degrees(np.arctan2(lab[..., 2], a)) % 360
    return lab[..., 0], np.hypot(a, lab[..., 2]), hue
