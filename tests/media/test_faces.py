"""Pictures of the cast leave in their own shape, within what all models take, and without secrets."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from longtake.errors import MediaError
from longtake.generate.catalogue import load_offers
from longtake.generate.profile import PictureLimits
from longtake.generate.providers import apimart, minimax, minimax_v2
from longtake.media.faces import LEAST_SIDE, MOST_SIDE, NARROWEST, face_sizes, fitted_face


def picture(folder: Path, size: tuple[int, int], colour: str = "red", **how: object) -> Path:
    """Paint a picture of one colour."""
    path = folder / f"face-{size[0]}x{size[1]}.png"
    Image.new("RGB", size, colour).save(path, **how)
    return path


@pytest.mark.parametrize(
    ("size", "sent", "borders"),
    [
        ((640, 480), (640, 480), False),
        ((3000, 2000), (1536, 1024), False),
        ((96, 120), (320, 400), False),
        ((400, 1600), (615, 1536), True),
        ((2000, 200), (1536, 615), True),
    ],
)
def testface_sizes(
    size: tuple[int, int], sent: tuple[int, int], borders: bool, tmp_path: Path
) -> None:
    """Large ones shrink, small ones grow, long ones get grey borders; nothing is stretched."""
    pixels = fitted_face(picture(tmp_path, size))
    height, width = pixels.shape[:2]
    across = np.flatnonzero((pixels[height // 2] == (255, 0, 0)).all(axis=1))
    down = np.flatnonzero((pixels[:, width // 2] == (255, 0, 0)).all(axis=1))

    assert (width, height) == sent
    assert (len(across) < width or len(down) < height) == borders
    assert len(across) / len(down) == pytest.approx(size[0] / size[1], rel=0.01)
    assert borders == (pixels[0, 0] == (128, 128, 128)).all()


@given(st.integers(1, 40_000), st.integers(1, 40_000))
def test_any_shape_fits(width: int, height: int) -> None:
    """Whatever the picture's shape, what is sent is within the bounds, to the pixel."""
    inner, outer = face_sizes(width, height)

    assert min(outer) >= LEAST_SIDE and max(outer) <= MOST_SIDE
    assert NARROWEST <= Fraction(*outer) <= 1 / NARROWEST
    assert inner[0] <= outer[0] and inner[1] <= outer[1]


def test_every_model_takes_what_is_sent() -> None:
    """The bounds lie within the picture limits of each model that takes faces."""
    profiles = {each.PROFILE.name: each.PROFILE for each in (apimart, minimax, minimax_v2)}
    takers = [offer for offer in load_offers().values() if "references" in offer.modes]
    limits = [profiles[o.provider].pictures.get(o.model, PictureLimits()) for o in takers]

    assert len(limits) >= 3
    for limit in limits:
        assert limit.least_side <= LEAST_SIDE and limit.most_side >= MOST_SIDE
        assert limit.narrowest <= NARROWEST and limit.widest >= 1 / NARROWEST
        assert limit.most_bytes > MOST_SIDE**2 * 3


def test_what_is_transparent_turns_grey(tmp_path: Path) -> None:
    """A cut-out head stands before grey, on which dark and light hair can be told."""
    path = tmp_path / "cut-out.png"
    Image.new("RGBA", (400, 400), (0, 0, 0, 0)).save(path)

    assert (fitted_face(path) == 128).all()


def test_no_picture(tmp_path: Path) -> None:
    """A file of another kind is refused by what it is, not by what it is called."""
    path = tmp_path / "id.png"
    path.write_text("-----BEGIN OPENSSH PRIVATE KEY-----")

    with pytest.raises(MediaError, match="no PNG, JPEG or WEBP picture"):
        fitted_face(path)
