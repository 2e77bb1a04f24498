"""A kept first frame is told from an ignored one."""

from __future__ import annotations

import numpy as np
import pytest

from longtake.media.color import Plane
from longtake.media.likeness import likeness
from longtake.media.scenery import paint_place
from longtake.units import Size

SIZE = Size(320, 180)
PLACES = [paint_place(SIZE, seed) for seed in ("dawn", "lamp", "night", "coast")]


def changed(rgb: Plane, gain: float = 1.0, lift: float = 0.0) -> Plane:
    """Give the picture under another exposure."""
    return np.clip(rgb * gain + lift, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("rgb", PLACES)
def test_what_a_model_does_to_a_frame_is_forgiven(rgb: Plane) -> None:
    """Noise, another exposure and a shift of a few pixels are no other picture."""
    noise = np.random.default_rng(1).integers(-12, 12, rgb.shape)

    assert likeness(rgb, np.clip(rgb + noise, 0, 255).astype(np.uint8)) > 0.9
    assert likeness(rgb, changed(rgb, 0.8, 10)) > 0.95
    assert likeness(rgb, np.roll(rgb, (4, -6), (0, 1))) > 0.75


def test_another_size_is_no_other_picture() -> None:
    """A clip's canvas may differ from the picture's own size."""
    assert likeness(PLACES[0], PLACES[0][::2, ::2]) > 0.9


def test_two_places_are_not_alike() -> None:
    """Another landscape, light above and dark below as this one is, has nothing in common with it."""
    pairs = [(one, other) for n, one in enumerate(PLACES) for other in PLACES[:n]]

    assert max(likeness(one, other) for one, other in pairs) < 0.6


def test_flat_pictures_are_alike_by_brightness() -> None:
    """Black is like black and unlike white; a flat picture is unlike a place."""
    black, white = np.zeros((18, 32, 3), np.uint8), np.full((18, 32, 3), 255, np.uint8)

    assert likeness(black, black) == 1.0
    assert likeness(black, white) == 0.0
    assert likeness(black, PLACES[0]) == 0.0
