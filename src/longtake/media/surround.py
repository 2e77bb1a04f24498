"""A picture shown whole in a film of another shape: around it, large, blurred and dim, itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from longtake.media.color import Plane, planes_to_frame
from longtake.media.fitting import kept_area
from longtake.media.planes import FilmFrame, Planes
from longtake.units import Size

# Samples of the ground across its short side, and how far each is spread: no sign of what is shown
# in the middle may be read beside it.
_SAMPLES, _SPREAD = 40, 2.0
# What is left of light and of colour: the picture in the middle is what is looked at.
_LIGHT, _COLOUR = 0.5, 0.7
_BLACK, _GREY = 16, 128


class Surround:
    """Lays pictures of one size into the middle of film frames of another shape."""

    def __init__(self, inner: Size, film: Size) -> None:
        self.inner = inner
        self._film = film
        area = kept_area(inner, film)
        # Of luma; in each plane the same shares of its sides.
        self._ground = tuple(
            float(side)
            for side in (area.left, area.top, area.left + area.width, area.top + area.height)
        )
        unit = min(film.width, film.height) / _SAMPLES
        self._small = round(film.width / unit), round(film.height / unit)
        # Even, as 4:2:0 has no half pixels.
        self._corner = (film.width - inner.width) // 4 * 2, (film.height - inner.height) // 4 * 2

    def around(self, planes: Planes) -> FilmFrame:
        """Give the film frame that shows these planes in the middle of their own blurred copy."""
        y, u, v = planes
        return planes_to_frame(
            self._filled(y, 1, _BLACK, _LIGHT),
            self._filled(u, 2, _GREY, _COLOUR),
            self._filled(v, 2, _GREY, _COLOUR),
        )

    def _filled(self, plane: Plane, half: int, zero: int, share: float) -> Plane:
        height, width = plane.shape
        left, top, right, bottom = self._ground
        box = (left * width, top * height, right * width, bottom * height)
        # In real numbers: what is rounded while it is small shows as a grid once it is large.
        picture = Image.fromarray(plane.astype(np.float32))
        small = np.asarray(picture.resize(self._small, Image.Resampling.BOX, box=box))
        dim = zero + (_blurred(small) - np.float32(zero)) * np.float32(share)
        size = self._film.width // half, self._film.height // half
        large = np.asarray(Image.fromarray(dim).resize(size, Image.Resampling.BICUBIC))
        ground: Plane = np.rint(large).astype(np.uint8)
        column, row = (side // half for side in self._corner)
        ground[row : row + height, column : column + width] = plane
        return ground


def _blurred(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Spread each sample over its neighbours, in both ways alike; the edge goes on beyond itself."""
    reach = int(3 * _SPREAD)
    places = np.arange(-reach, reach + 1)
    weights = np.exp(-(places**2) / np.float32(2 * _SPREAD**2)).astype(np.float32)
    weights /= weights.sum()
    for axis in (0, 1):
        wide = np.pad(samples, [(reach, reach) if axis == a else (0, 0) for a in (0, 1)], "edge")
        samples = np.lib.stride_tricks.sliding_window_view(wide, len(places), axis) @ weights
    return samples
