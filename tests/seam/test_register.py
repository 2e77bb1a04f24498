"""Registration finds how one picture lies in another, and knows when it does not."""

from __future__ import annotations

import numpy as np
import pytest

from longtake.media.camera import View, camera_path
from longtake.media.color import Plane, rgb_to_planes
from longtake.seam.register import STILL, Move, common_shift, register, resampled
from seam_ends import SIZE, place

LUMA = rgb_to_planes(place())[0]


def seen(luma: Plane, zoom: float, across: float, down: float) -> tuple[Plane, Move]:
    """Zoom and shift (in samples) a picture, make it lighter and noisy; give it and the move."""
    goes = np.diag([zoom, zoom, 1.0])
    goes[0, 2], goes[1, 2] = across / SIZE.width, down / SIZE.height
    noise = np.random.default_rng(1).normal(2, 1.5, luma.shape)
    return np.clip(View(luma, [goes]).frame(goes) * 1.03 + noise, 0, 255).astype(np.uint8), Move.of(
        goes
    )


def apart(one: Move, other: Move) -> float:
    """Give how far two moves take the inner points of the picture apart, in samples."""
    points = np.array([[-0.4, 0, 0.4, 0.4], [-0.4, 0, 0.4, -0.4], [1.0] * 4])
    ways = ((one.matrix - other.matrix) @ points)[:2] * [[SIZE.width], [SIZE.height]]
    return float(np.hypot(*ways).max())


@pytest.mark.parametrize(
    ("zoom", "across", "down"), [(1, 0, 0), (1, 3, 1), (1.01, 0, 0), (1.01, 4, -2), (0.98, -6, 3)]
)
def test_small_misfits(zoom: float, across: float, down: float) -> None:
    """A shift or zoom of some percent is found to 0.3 samples, whatever the light."""
    moved, truth = seen(LUMA, zoom, across, down)
    found = register(moved, LUMA)

    assert found.sure
    assert apart(found.move, truth) < 0.3


@pytest.mark.parametrize(("zoom", "across", "down"), [(1, 90, 30), (1.12, 20, 5), (0.9, -30, 0)])
def test_large_moves(zoom: float, across: float, down: float) -> None:
    """Both ends of a camera move are found in each other when asked to look far."""
    moved, truth = seen(LUMA, zoom, across, down)
    found = register(moved, LUMA, far=True)

    assert found.sure
    assert apart(found.move, truth) < 0.6


def test_another_place() -> None:
    """Two unrelated pictures are not registered, near or far."""
    other = rgb_to_planes(place("night"))[0].copy()
    other[190:] = 40

    assert not register(LUMA, other).sure
    assert not register(LUMA, other, far=True).sure


def test_parts_of_a_sample() -> None:
    """A shift by a quarter of a sample is told from none in a picture with little in it."""
    goes = np.eye(3)
    goes[0, 2] = 0.25 / SIZE.width
    one = np.asarray(View(LUMA, [np.eye(3)]).frame(np.eye(3)), np.float32) / 8
    other = np.asarray(View(LUMA, [goes]).frame(goes), np.float32) / 8
    (across, down), quality = common_shift([(one, other)], (2, 4))

    assert (across, down) == pytest.approx((0.25, 0), abs=0.05)
    assert quality > 0.5


def test_resampled_picture() -> None:
    """A picture is looked up where the move came from; beyond its edge there is nothing."""
    picture = LUMA.astype(np.float32)
    moved = resampled(picture, Move(dx=10 / SIZE.width))

    np.testing.assert_allclose(moved[:, 10:], picture[:, :-10], atol=0.3)
    assert np.isnan(moved[:, :9]).all()


def test_half_way() -> None:
    """A move comes to rest by degrees, and its reach is in samples."""
    move = Move(dx=0.02)

    assert move.towards(STILL, 0.5) == Move(dx=0.01)
    assert move.towards(STILL, 1) == STILL
    assert move.reach(100, 200) == pytest.approx(4)


@pytest.mark.parametrize("word", ["Push in", "Pan left", "Tilt up", "Tracking shot"])
def test_a_camera_that_turned(word: str) -> None:
    """The first frame of a move is found in its last, lines that meet included."""
    goes = camera_path((word,), 60)[-1]
    found = register(View(LUMA, [goes]).frame(goes), LUMA, far=True)

    assert found.sure
    inner = np.array([[-0.2, 0.2, 0.0, 0.2], [-0.2, 0.2, 0.0, -0.2], [1.0] * 4])
    places = [matrix @ inner for matrix in (found.move.matrix, goes)]
    ways = (places[0][:2] / places[0][2] - places[1][:2] / places[1][2]) * [
        [SIZE.width],
        [SIZE.height],
    ]
    assert np.hypot(*ways).max() < 1.5
