"""Pictures to send, and what of them comes back."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image


def picture(width: int = 64, height: int = 36, kind: str = "PNG", level: int = 60) -> bytes:
    """Draw grey waves on a soft slope of colour, which even half the chroma samples keep."""
    across, down = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    waves = 25 * np.sin(40 * across) * np.sin(30 * down)
    rgb = waves[..., None] + np.stack(
        [level + 120 * across, level + 90 * down, 200 - 80 * across], axis=-1
    )
    file = io.BytesIO()
    Image.fromarray(np.clip(rgb, 0, 255).astype(np.uint8)).save(file, kind)
    return file.getvalue()


def uri(content: bytes) -> str:
    """Write a PNG as a data URI."""
    return "data:image/png;base64," + base64.b64encode(content).decode()


def open_picture(content: bytes) -> np.ndarray:
    """Decode a picture to RGB as floats."""
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image.convert("RGB")).astype(float)
