"""A still picture moved as camera words say: frame 0 is the picture, bit for bit.

Each word is a homography that grows with time: what a real camera would do to a flat picture with a
near lower and a far upper part. Several words multiply.

    Pan    keystone across      Truck     near part moves more, across
    Tilt   keystone down        Pedestal  near part moves more, down
    Push   near part grows more Zoom      all grows alike
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from longtake.media.color import Plane, rgb_to_planes
from longtake.media.planes import Planes

# Raised when the same words shall move the same picture otherwise.
CAMERA = 2

Homography = NDArray[np.float64]

# Amplitudes over a whole clip, in widths or heights of the picture. Larger ones look dramatic once
# and leave nothing of the picture after eight chained clips.
_SHIFT = 0.11
_GROWTH = 1.14
_DRIFT = 1.025
_NEARNESS = 0.17
_KEYSTONE = 0.11
_WORDS_AT_ONCE = 3
# What each word keeps of its amplitude when one, two or three are combined.
_SHARES = (1.0, 0.85, 0.75)
# The slowest speed of an eased move, at both ends, as a part of the fastest: a clip that began at
# rest would show as a frozen lead-in at each seam.
_SLOWEST = 0.4
_WIDE = 16 / 9
_AFFINE, _PERSPECTIVE = Image.Transform.AFFINE, Image.Transform.PERSPECTIVE


class _Moment(NamedTuple):
    progress: float
    seconds: float
    aspect: float
    share: float
    depth: float = 1.0


def camera_path(
    words: tuple[str, ...],
    frames: int,
    *,
    aspect: float = _WIDE,
    fps: float = 24.0,
    depth: float = 1.0,
    reach: int = 0,
) -> list[Homography]:
    """Give per frame where each point of the picture goes, with x and y from -0.5 to 0.5.

    The first is the identity. Unknown words are ignored; no words at all are a very slow push in.
    `depth` 0 takes the picture for flat, as a slide is: what is straight in it stays straight. `reach`
    frames before the first and behind the last go on at the pace of the ends.
    """
    moves = [_MOVES[word] for word in words if word in _MOVES][:_WORDS_AT_ONCE] or [_drift]
    share = _SHARES[len(moves) - 1]
    path = []
    for frame in range(-reach, frames + reach):
        moment = _Moment(_eased(frame / max(1, frames - 1)), frame / fps, aspect, share, depth)
        goes = np.eye(3)
        for move in moves if frame else ():
            goes = goes @ move(moment)
        path.append(goes)
    return path


def framed_path(
    words: tuple[str, ...],
    frames: int,
    *,
    aspect: float = _WIDE,
    fps: float = 24.0,
    reach: int = 0,
) -> list[Homography]:
    """Give the same move inside the picture: its edges are never seen, so none need be made up.

    For a still of the author that nothing has to begin on exactly: it is taken for flat, the move is
    laid around its middle where that keeps more of it, and it is enlarged until it fills every frame.
    `reach` frames are added on both sides.
    """
    path = camera_path(words, frames, aspect=aspect, fps=fps, depth=0.0, reach=reach)
    middle = np.linalg.inv(path[len(path) // 2])
    return min((_filling(path), _filling([goes @ middle for goes in path])), key=_enlarged)


def _filling(path: list[Homography]) -> list[Homography]:
    """Enlarge all of a path alike until no frame of it shows an edge of the picture."""
    backs = np.linalg.inv(np.array(path))
    low, high = 1.0, 2.0
    if _inside(backs, low):
        return path
    for _ in range(20):
        half = (low + high) / 2
        low, high = (low, half) if _inside(backs, half) else (half, high)
    return [np.diag([high, high, 1.0]) @ goes for goes in path]


def _inside(backs: Homography, scale: float) -> bool:
    edge = 0.5 / scale
    corners = np.array([[-edge, edge, -edge, edge], [-edge, -edge, edge, edge], [1.0] * 4])
    places = backs @ corners
    return bool(np.all(np.abs(places[:, :2] / places[:, 2:]) <= 0.5 + 1e-9))


def _enlarged(path: list[Homography]) -> float:
    return float(np.linalg.det(path[len(path) // 2][:2, :2]))


class MovedStill:
    """A still under camera words, ready to be seen at any of its frames as 4:2:0 planes.

    The move runs over the author's `frames` and goes on for a second at both sides, so that a
    transition does not see it stop; which frames a film shows changes none of them.
    """

    def __init__(self, rgb: Plane, words: tuple[str, ...], frames: int, fps: float) -> None:
        aspect = rgb.shape[1] / rgb.shape[0]
        self._reach = round(fps)
        self._planes: Planes = rgb_to_planes(rgb)
        self._path = framed_path(words, frames, aspect=aspect, fps=fps, reach=self._reach)
        self.held = locked(self._path)
        self._view = None if self.held else PlanesView(self._planes, self._path)

    def planes(self, index: int) -> Planes:
        """Give the planes of frame `index`: 0 is the author's first, handles lie before and behind."""
        if self._view is None:
            return self._planes
        place = min(max(index + self._reach, 0), len(self._path) - 1)
        return self._view.frame(self._path[place])


def moved_frames(
    rgb: Plane,
    words: tuple[str, ...],
    frames: int,
    *,
    first_exact: bool = True,
    fps: float = 24.0,
) -> Iterator[Plane]:
    """Move an RGB picture (height, width, 3) as the words say, frame by frame at its own size."""
    height, width = rgb.shape[:2]
    path = camera_path(words, frames, aspect=width / height, fps=fps)
    if locked(path):
        yield from repeat(rgb, frames)
        return
    view = View(rgb, path)
    for index, goes in enumerate(path):
        yield rgb if first_exact and not index else view.frame(goes)


def locked(path: list[Homography]) -> bool:
    """Tell whether a path does not move at all."""
    return all(np.array_equal(goes, path[0]) for goes in path)


class View:
    """A picture (or one plane of it) ready to be seen through any homography of one path.

    Beyond its edges the picture goes on as its own mirror image. `cosited` is for chroma planes
    whose samples lie on every other luma column.
    """

    def __init__(self, samples: Plane, path: list[Homography], *, cosited: bool = False) -> None:
        height, width = samples.shape[:2]
        self._size = (width, height)
        # Pixel places (edges, not centres) to the unit square the path is written in.
        shift = 0.25 / width if cosited else 0.0
        self._unit = np.array([[1 / width, 0, -0.5 - shift], [0, 1 / height, -0.5], [0, 0, 1.0]])
        self._scales = all(_only_scales(goes) for goes in path)
        reach = np.array([self._reach(goes) for goes in path])
        left, top = (max(0, math.ceil(-low)) + 3 for low in reach[:, :2].min(axis=0))
        right = max(0, math.ceil(reach[:, 2].max() - width)) + 3
        below = max(0, math.ceil(reach[:, 3].max() - height)) + 3
        margins = [(top, below), (left, right), (0, 0)][: samples.ndim]
        self._corner = (left, top)
        wide = np.pad(samples, margins, mode="symmetric")
        self._wide = Image.fromarray(wide)
        # In real numbers: of bytes Pillow cuts the fractions off, and each hop would be darker.
        self._doubled = () if self._scales else tuple(map(_doubled, _channels(wide)))

    def frame(self, goes: Homography) -> Plane:
        """Give the picture as it looks when its points have gone where the homography says."""
        back = self._back(goes)
        left, top = self._corner
        if self._scales:
            # Twice as fast as a general transform, and sharp: bicubic straight from the picture.
            x, y = back[0, 2] + left, back[1, 2] + top
            box = (x, y, x + back[0, 0] * self._size[0], y + back[1, 1] * self._size[1])
            return np.asarray(self._wide.resize(self._size, Image.Resampling.BICUBIC, box=box))
        doubled = np.array([[2, 0, 2 * left - 0.5], [0, 2, 2 * top - 0.5], [0, 0, 1.0]])
        places = doubled @ back
        places /= places[2, 2]
        flat = not np.any(places[2, :2])
        kind, numbers = (_AFFINE, 6) if flat else (_PERSPECTIVE, 8)
        places_in_order = tuple(places.ravel()[:numbers])
        seen = [
            _rounded(each.transform(self._size, kind, places_in_order, Image.Resampling.BILINEAR))
            for each in self._doubled
        ]
        return seen[0] if len(seen) == 1 else np.stack(seen, -1)

    def _back(self, goes: Homography) -> Homography:
        """Map places of the seen frame to places of the picture, in pixels of this plane."""
        back: Homography = np.linalg.inv(self._unit) @ np.linalg.inv(goes) @ self._unit
        back /= back[2, 2]
        return back

    def _reach(self, goes: Homography) -> tuple[float, float, float, float]:
        width, height = self._size
        corners = np.array([[0, width, 0, width], [0, 0, height, height], [1.0] * 4])
        x, y, w = self._back(goes) @ corners
        return min(x / w), min(y / w), max(x / w), max(y / w)


class PlanesView:
    """The three 4:2:0 planes of a picture, seen through one path.

    Half the samples of RGB and no conversion per frame: 12 ms for 1280x720 where RGB takes 24.
    """

    def __init__(self, planes: Planes, path: list[Homography]) -> None:
        self._views = [View(p, path, cosited=index > 0) for index, p in enumerate(planes)]

    def frame(self, goes: Homography) -> Planes:
        """Give the planes as they look when their points have gone where the homography says."""
        y, u, v = (view.frame(goes) for view in self._views)
        return y, u, v


def _channels(samples: Plane) -> list[Plane]:
    """Part the channels of a picture; a plane is one."""
    return [samples] if samples.ndim == 2 else [samples[..., k] for k in range(samples.shape[2])]


def _rounded(seen: Image.Image) -> Plane:
    # Made between samples, a value may lie beyond all of them.
    return np.clip(np.asarray(seen) + np.float32(0.5), 0, 255).astype(np.uint8)


def _doubled(samples: Plane) -> Image.Image:
    """Interpolate to twice the samples, every other one an original, in real numbers.

    Bilinear sampling of this is as sharp as bicubic sampling of the picture at half the time, and
    at rest it is the picture itself.
    """
    picture = Image.fromarray(samples.astype(np.float32))
    width, height = picture.size
    box = (0.25, 0.25, width - 0.75, height - 0.75)
    return picture.resize((2 * width - 2, 2 * height - 2), Image.Resampling.LANCZOS, box=box)


def _only_scales(goes: Homography) -> bool:
    return not np.any(goes[[0, 1, 2, 2], [1, 0, 0, 1]])


def _eased(t: float) -> float:
    if not 0 <= t <= 1:
        return _SLOWEST * t if t < 0 else 1 + _SLOWEST * (t - 1)
    swell = (1 - _SLOWEST) / 2
    return (t - swell * (t + math.sin(2 * math.pi * t) / (2 * math.pi))) / (1 - swell)


def _scaled(factor: float) -> Homography:
    return np.diag([factor, factor, 1.0])


def _drift(at: _Moment) -> Homography:
    return _scaled(_DRIFT**at.progress)


def _zoom(sign: int) -> Callable[[_Moment], Homography]:
    return lambda at: _scaled(_GROWTH ** (sign * at.share * at.progress))


def _push(sign: int) -> Callable[[_Moment], Homography]:
    def move(at: _Moment) -> Homography:
        grown = _scaled(_GROWTH ** (sign * at.share * at.progress))
        grown[2, 1] = -sign * at.share * at.progress * _KEYSTONE * at.depth
        return grown

    return move


def _truck(sign: int) -> Callable[[_Moment], Homography]:
    def move(at: _Moment) -> Homography:
        way = -sign * _SHIFT * at.share * at.progress
        return np.array([[1, 2 * _NEARNESS * at.depth * way, way], [0, 1, 0], [0, 0, 1.0]])

    return move


def _pedestal(sign: int) -> Callable[[_Moment], Homography]:
    def move(at: _Moment) -> Homography:
        way = sign * _SHIFT * at.share * at.progress
        return np.array([[1, 0, 0], [0, 1 + 2 * _NEARNESS * at.depth * way, way], [0, 0, 1.0]])

    return move


def _pan(sign: int) -> Callable[[_Moment], Homography]:
    def move(at: _Moment) -> Homography:
        way = -sign * at.share * at.progress
        return np.array([[1, 0, _SHIFT * way], [0, 1, 0], [-_KEYSTONE * at.depth * way, 0, 1.0]])

    return move


def _tilt(sign: int) -> Callable[[_Moment], Homography]:
    def move(at: _Moment) -> Homography:
        way = sign * at.share * at.progress
        return np.array([[1, 0, 0], [0, 1, _SHIFT * way], [0, -_KEYSTONE * at.depth * way, 1.0]])

    return move


def _swing(seconds: float, *periods_s: float) -> float:
    """Add sine swings of several periods, zero at the start and between -1 and 1."""
    waves = (math.sin(2 * math.pi * seconds / period) for period in periods_s)
    return sum(waves) / len(periods_s)


def _rolled(turn: float, x: float, y: float, aspect: float) -> Homography:
    return np.array([[1, -turn / aspect, x], [turn * aspect, 1, y], [0, 0, 1.0]])


def _shake(at: _Moment) -> Homography:
    x = 0.016 * _swing(at.seconds, 0.83, 0.37, -1.9)
    y = 0.02 * _swing(at.seconds, -0.71, 0.43, 1.7)
    return _rolled(0.012 * _swing(at.seconds, 1.13, -0.59), x * at.share, y * at.share, at.aspect)


def _track(at: _Moment) -> Homography:
    """Walk on beside the subject: sideways and a little forward, with a bob at each step."""
    step = _swing(at.seconds, 0.55)
    sway = _swing(at.seconds, 1.1)
    walk = _rolled(0.004 * sway, -0.09 * at.share * at.progress, 0.008 * step, at.aspect)
    walk[0, 1] -= 0.05 * at.depth * at.share * at.progress
    return walk @ _scaled(1.06 ** (at.share * at.progress))


def _static(at: _Moment) -> Homography:
    return np.eye(3)


_MOVES: dict[str, Callable[[_Moment], Homography]] = {
    "Truck left": _truck(-1),
    "Truck right": _truck(1),
    "Pan left": _pan(-1),
    "Pan right": _pan(1),
    "Push in": _push(1),
    "Pull out": _push(-1),
    "Pedestal up": _pedestal(1),
    "Pedestal down": _pedestal(-1),
    "Tilt up": _tilt(1),
    "Tilt down": _tilt(-1),
    "Zoom in": _zoom(1),
    "Zoom out": _zoom(-1),
    "Shake": _shake,
    "Tracking shot": _track,
    "Static shot": _static,
}
