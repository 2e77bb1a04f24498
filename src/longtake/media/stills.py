"""Pictures of the author, decoded with care: three formats, a cap on pixels, regular files only."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from longtake.errors import MediaError
from longtake.media.color import Plane
from longtake.media.probe import begins_with, open_regular
from longtake.units import Size

# Each further format is a further decoder open to hostile files.
_FORMATS = ("PNG", "JPEG", "WEBP")
_MOST_PIXELS = 40_000_000
_ORIENTATION = 0x0112
_QUARTER_TURNS = (5, 6, 7, 8)
# Modes that Pillow turns to RGB as they are.
_PLAIN = frozenset({"RGB", "RGBA", "L", "LA", "P"})
_BROKEN = (
    OSError,
    SyntaxError,  # Pillow's word for a broken PNG
    ValueError,
    EOFError,
    struct.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


def open_still(path: Path, background: str = "#000000") -> Plane:
    """Decode a PNG, JPEG or WEBP to upright RGB, (height, width, 3) uint8.

    What is transparent shows `background`. Raises MediaError for anything that is no such picture,
    is damaged, or has more than 40 million pixels.
    """
    with _opened(path) as image:
        upright = _upright(image)
        if upright.has_transparency_data:
            layer = upright.convert("RGBA")
            below = Image.new("RGBA", layer.size, background)
            upright = Image.alpha_composite(below, layer)
        return np.asarray(upright.convert("RGB"))


def open_transparent(path: Path) -> Image.Image:
    """Decode a PNG, JPEG or WEBP to upright RGBA, for a picture that lies over others.

    Raises MediaError as `open_still` does.
    """
    with _opened(path) as image:
        return _upright(image).convert("RGBA")


def still_size(path: Path) -> Size:
    """Read the size of a picture, upright; a JPEG or WEBP is not decoded for it."""
    with _opened(path) as image:
        return _size_upright(image)


def check_still(path: Path) -> Size:
    """Decode a picture to the end and give its size; a MediaError says what is wrong with it."""
    with _opened(path) as image:
        image.load()
        if image.mode in _PLAIN:
            # It was decoded to the end; to turn it as well would take as long again.
            return _size_upright(image)
    height, width = open_still(path).shape[:2]
    return Size(width, height)


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    with open_regular(path) as file, warnings.catch_warnings():
        head = file.read(400)
        file.seek(0)
        # Pillow has its say on odd metadata, which harms nothing; but it also only warns of
        # pictures of up to 179 million pixels.
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(file, formats=_FORMATS) as image:
                if image.width * image.height > _MOST_PIXELS:
                    raise _too_large(path, f"{image.width}x{image.height}")
                yield image
        except UnidentifiedImageError as exc:
            raise MediaError(
                f"{path}: is no PNG, JPEG or WEBP picture{begins_with(head)}",
                hint="save the picture as PNG and name that file",
            ) from exc
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as exc:
            raise _too_large(path, "far more") from exc
        except _BROKEN as exc:
            raise MediaError(f"{path}: is a damaged picture ({exc})") from exc


def _too_large(path: Path, size: str) -> MediaError:
    return MediaError(
        f"{path}: has too many pixels ({size}; at most 40 million)",
        hint="scale the picture down; films are at most 8192 wide",
    )


def _upright(image: Image.Image) -> Image.Image:
    upright = ImageOps.exif_transpose(image)
    return _from_16_bits(upright) if upright.mode.startswith("I") else upright


def _size_upright(image: Image.Image) -> Size:
    width, height = image.size
    # A PNG may say behind the picture how it lies, so Pillow decodes it to find out.
    turned = image.getexif().get(_ORIENTATION) in _QUARTER_TURNS
    return Size(height, width) if turned else Size(width, height)


def _from_16_bits(image: Image.Image) -> Image.Image:
    """Scale 16 bits to 8; Pillow's own conversion cuts off all above 255."""
    deep = np.asarray(image).astype(np.float64)
    return Image.fromarray(np.clip(np.rint(deep / 257), 0, 255).astype(np.uint8))
