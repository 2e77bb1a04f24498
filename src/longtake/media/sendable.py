"""Pictures as they leave this machine: decoded once, in the best format that fits the limit."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from longtake.errors import MediaError
from longtake.media.color import Plane
from longtake.media.stills import open_still

_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Packed:
    """A picture ready to be sent: its bytes, its format (png, webp or jpeg) and its size."""

    content: bytes
    form: str
    width: int
    height: int

    @property
    def media_type(self) -> str:
        """The format as HTTP names it."""
        return f"image/{self.form}"


def pack_frame(path: Path, most_bytes: int) -> Packed:
    """Pack a PNG of our own: its very bytes where they fit, else its pixels in a tighter format."""
    pixels = open_still(path)
    content = path.read_bytes()
    if content.startswith(_PNG) and len(content) <= most_bytes:
        return _packed(content, "png", pixels)
    return _tightest(pixels, most_bytes, path)


def _tightest(pixels: Plane, most_bytes: int, path: Path) -> Packed:
    """Try lossless WebP, then JPEG with all its colour; a MediaError says that neither fits."""
    if max(pixels.shape[:2]) <= 16383:  # WebP has no more bits for a side
        content = _written(pixels, "WEBP", lossless=True, quality=80, method=4)
        if len(content) <= most_bytes:
            return _packed(content, "webp", pixels)
    content = _written(pixels, "JPEG", quality=98, subsampling=0)
    if len(content) <= most_bytes:
        return _packed(content, "jpeg", pixels)
    raise MediaError(
        f"{path.name}: takes more than {most_bytes / 1e6:g} MB in every format",
        hint="choose a smaller picture or resolution",
    )


def _written(pixels: Plane, form: str, **options: int | bool) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, form, **options)
    return file.getvalue()


def _packed(content: bytes, form: str, pixels: Plane) -> Packed:
    height, width = pixels.shape[:2]
    return Packed(content, form, width, height)
