"""Pictures leave in the best format that fits."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from longtake.errors import MediaError
from longtake.media.sendable import Packed, pack_frame


@pytest.fixture
def noisy(tmp_path):
    """A PNG that no format makes small."""
    path = tmp_path / "noise.png"
    grain = np.random.default_rng(1).integers(100, 140, (90, 160, 3), np.uint8)
    Image.fromarray(grain).save(path)
    return path


def shown(packed: Packed) -> np.ndarray:
    """Decode what would be sent."""
    return np.asarray(Image.open(io.BytesIO(packed.content)).convert("RGB"))


def test_a_frame_that_fits(noisy):
    """Its very bytes are sent: the clip is known by their hash."""
    packed = pack_frame(noisy, 1_000_000)

    assert packed.content == noisy.read_bytes()
    assert (packed.media_type, packed.width, packed.height) == ("image/png", 160, 90)


def test_a_frame_that_must_be_tighter(noisy):
    """Lossless WebP first; then JPEG, close and with all its colour."""
    pixels = np.asarray(Image.open(noisy)).astype(int)
    size = noisy.stat().st_size
    webp = pack_frame(noisy, size - 1)
    jpeg = pack_frame(noisy, len(webp.content) - 1)

    assert (webp.form, jpeg.form) == ("webp", "jpeg")
    assert (shown(webp) == pixels).all()
    assert np.abs(shown(jpeg) - pixels).mean() < 1.5


def test_a_frame_that_never_fits(noisy):
    """No format is small enough: that is said, not sent."""
    with pytest.raises(MediaError, match="in every format"):
        pack_frame(noisy, 1000)
