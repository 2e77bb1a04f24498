"""Matrix and siting are learnt from the picture sent and what came back; doubt is no answer."""

from __future__ import annotations

import numpy as np
import pytest

from longtake.media.color import Matrix, Sampling, Siting, planes_to_rgb, rgb_to_planes
from longtake.seam.calibrate import Calibration, Observation, observe, vote
from longtake.testing.drift import Drift, Shade
from seam_ends import place

CHANGES = {
    "faithful": Drift(),
    "saturated": Drift(static=Shade(saturation=1.2)),
    "lighter": Drift(static=Shade(exposure=1.05, contrast=1.08, warmth=2)),
    "soft": Drift(blur=1.0),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("matrix", ["bt709", "bt601"])
@pytest.mark.parametrize("siting", ["left", "centre"])
def test_what_the_provider_did_is_told(matrix: Matrix, siting: Siting, change: str) -> None:
    """The luma and the place of chroma give it away, through changes of colour and blur."""
    came_back = CHANGES[change].apply(rgb_to_planes(place(), matrix, False, siting), 0, 10)
    seen = observe(place(), came_back)

    assert seen.matrix == matrix
    assert seen.siting in (siting, None)
    assert change != "faithful" or seen.siting == siting


def test_what_moved_by_itself_is_not_asked() -> None:
    """A ball that has rolled away between the two pictures weighs like another matrix; the rest decides."""
    sent = place().copy()
    down, across = np.mgrid[0 : sent.shape[0], 0 : sent.shape[1]]
    ball = np.hypot(down - sent.shape[0] * 0.4, across - sent.shape[1] * 0.4) < sent.shape[0] * 0.2
    sent[ball] = (30, 200, 60)

    assert observe(sent, rgb_to_planes(place())).matrix == "bt709"
    assert observe(sent, rgb_to_planes(place(), "bt601")).matrix == "bt601"


def test_what_rgb_cut_off_is_not_asked() -> None:
    """Of a picture that glows beyond what RGB holds, the rest tells the matrix."""
    glowing = Drift(static=Shade(saturation=4)).apply(rgb_to_planes(place()), 0, 10)

    assert observe(planes_to_rgb(*glowing, Sampling()), glowing).matrix in ("bt709", None)


def test_full_range() -> None:
    """The range follows the flag."""
    assert (
        observe(place(), rgb_to_planes(place(), "bt601", True), full_range=True).matrix == "bt601"
    )


def test_a_grey_picture_cannot_tell() -> None:
    """Both matrices give the same grey, and it has no chroma to lie anywhere."""
    grey = np.repeat(place().mean(-1, keepdims=True).astype(np.uint8), 3, axis=-1)
    seen = observe(grey, rgb_to_planes(grey, "bt601"))

    assert (seen.matrix, seen.siting) == (None, None)
    assert seen.spread < 0.5


def test_a_moved_picture_tells_no_siting() -> None:
    """A quarter of a sample is lost where the picture itself moved by more."""
    y, u, v = rgb_to_planes(place())
    moved = np.roll(y, 2, 1), np.roll(u, 1, 1), np.roll(v, 1, 1)

    assert observe(place(), moved).siting is None


def test_another_size_tells_the_matrix() -> None:
    """A provider that scales the picture still shows its matrix."""
    y, u, v = rgb_to_planes(place(), "bt601")
    seen = observe(place(), (y[::2, ::2], u[::2, ::2], v[::2, ::2]))

    assert (seen.matrix, seen.siting) == ("bt601", None)


def test_votes() -> None:
    """Two thirds of those that can tell decide; a tie decides nothing."""
    left, right = Observation("bt709", "left"), Observation("bt601", None)

    assert vote([left, left, right]) == Calibration("bt709", "left", 3)
    assert vote([left, right]) == Calibration(None, "left", 2)
    assert vote([]) == Calibration()


def test_calibration_stands_in_for_tags() -> None:
    """What is known replaces the clip's tags, what is not leaves them, and all of it is written."""
    known = Calibration("bt601", None, 4)

    assert known.sampling(Sampling("bt709", True, "centre")) == Sampling("bt601", True, "centre")
    assert Calibration.from_json(known.as_json()) == known
