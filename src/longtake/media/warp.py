"""Single frames moved by an affine, in real numbers: nothing is cut off or rounded on the way."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from longtake.media.planes import Samples, SmallPlanes

Real = NDArray[np.float32]


def warped_planes(planes: SmallPlanes, goes: NDArray[np.float64]) -> tuple[Real, Real, Real]:
    """Give 4:2:0 planes as they look when their points have gone as a 3x3 affine says.

    Places are written as in `media.camera`, x and y from -0.5 to 0.5. Beyond its edges a picture
    goes on as its mirror image. `camera.View` is three times as fast, but rounds.
    """
    y, u, v = (_warped(plane, goes, cosited=k > 0) for k, plane in enumerate(planes))
    return y, u, v


def looked_up(picture: Real, back: NDArray[np.float64]) -> Real:
    """Look up each sample of a picture (height, width) where a 3x3 matrix says it came from.

    Places are written in samples from the top left corner. What came from beyond an edge is NaN.
    Between samples, contrast is kept: Pillow's bilinear filter takes as much of it away as its bicubic
    one (of parameter -1) adds, and their mean is the neutral cubic.
    """
    height, width = picture.shape
    numbers = tuple(float(number) for number in (back / back[2, 2]).ravel()[:8])
    image = Image.fromarray(picture)
    soft, hard = (
        image.transform(
            (width, height), Image.Transform.PERSPECTIVE, numbers, each, fillcolor=math.nan
        )
        for each in (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC)
    )
    mean: Real = (np.asarray(soft) + np.asarray(hard)) * np.float32(0.5)
    return mean


def _warped(plane: Samples, goes: NDArray[np.float64], *, cosited: bool) -> Real:
    height, width = plane.shape
    shift = 0.25 / width if cosited else 0.0
    unit = np.array([[1 / width, 0, -0.5 - shift], [0, 1 / height, -0.5], [0, 0, 1.0]])
    back = np.linalg.inv(unit) @ np.linalg.inv(goes) @ unit
    corners = np.array([[0, width, 0, width], [0, 0, height, height], [1.0] * 4])
    places = (back @ corners)[:2]
    left, top = (max(0, math.ceil(-at)) + 3 for at in places.min(1))
    right, below = (max(0, math.ceil(at)) + 3 for at in places.max(1) - (width, height))
    wide = np.pad(plane.astype(np.float32), ((top, below), (left, right)), mode="symmetric")
    back[0, 2] += left
    back[1, 2] += top
    numbers = tuple(float(number) for number in back[:2].ravel())
    seen = Image.fromarray(wide).transform(
        (width, height), Image.Transform.AFFINE, numbers, Image.Resampling.BICUBIC
    )
    return np.asarray(seen, np.float32)
