"""Frames moved by an affine, without losing light on the way."""

from __future__ import annotations

import numpy as np

from longtake.media.color import rgb_to_planes
from longtake.media.scenery import paint_place
from longtake.media.warp import warped_planes
from longtake.units import Size

PLANES = rgb_to_planes(paint_place(Size(320, 180), "dawn"))


def test_no_light_is_lost() -> None:
    """Half a sample's shift keeps the mean of each plane to a twentieth of a code."""
    goes = np.eye(3)
    goes[0, 2], goes[0, 1] = 0.5 / 320, 1e-4

    for plane, moved in zip(PLANES, warped_planes(PLANES, goes), strict=True):
        assert abs(float(moved.mean() - plane.mean())) < 0.05


def test_whole_samples() -> None:
    """A shift by whole samples gives the samples themselves, and the mirror beyond the edge."""
    goes = np.eye(3)
    goes[0, 2] = 8 / 320
    y, u, _ = warped_planes(PLANES, goes)

    np.testing.assert_allclose(y[:, 8:], PLANES[0][:, :-8], atol=1e-2)
    np.testing.assert_allclose(u[:, 4:], PLANES[1][:, :-4], atol=1e-2)
    np.testing.assert_allclose(y[:, :8], PLANES[0][:, 7::-1], atol=1e-2)


def test_chroma_goes_with_luma() -> None:
    """Enlarged about the middle, chroma that lies on every other luma sample stays on it."""
    ramp = np.tile((np.arange(320) // 2 + 40).astype(np.uint8), (180, 1))
    planes = ramp, ramp[::2, ::2].copy(), ramp[::2, ::2].copy()
    y, u, _ = warped_planes(planes, np.diag([1.1, 1.1, 1.0]))

    assert np.abs(y[20:160:2, 40:280:2] - u[10:80, 20:140]).max() < 0.6
