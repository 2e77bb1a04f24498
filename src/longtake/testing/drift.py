"""What a provider does to a clip that nobody asked for, applied to 4:2:0 planes, frame by frame.

frame     0 ........ frozen ............................ end
static    all frames alike: the step a viewer sees at a seam
ramp      grows from nothing to its full value: what a chain piles up hop by hop
tail      the last frames: a fade, a blur
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from PIL import Image, ImageFilter

from longtake.errors import LongtakeError
from longtake.media.camera import Homography
from longtake.media.color import Plane
from longtake.media.planes import Planes
from longtake.units import Size

_BLACK, _GREY, _MIDDLE = 16.0, 128.0, 126.0


@dataclass(frozen=True)
class Shade:
    """A change of colour: three gains (1 changes nothing), and a shift from blue to red in codes."""

    exposure: float = 1.0
    contrast: float = 1.0
    saturation: float = 1.0
    warmth: float = 0.0

    def part(self, share: float) -> Shade:
        """Give so much of the change, from 0 (none) to 1."""
        return Shade(
            1 + (self.exposure - 1) * share,
            1 + (self.contrast - 1) * share,
            1 + (self.saturation - 1) * share,
            self.warmth * share,
        )


@dataclass(frozen=True)
class Drift:
    """All that goes wrong with the picture of one clip; the default is a faithful model.

    `shift` (pixels of the canvas) and `zoom` move the picture away from the one that was sent,
    `first: ignored` shows another one altogether. `blur` and `soft_radius` are radii in pixels,
    `bars` is the part of the height that black bars take.
    """

    static: Shade = Shade()
    ramp: Shade = Shade()
    blur: float = 0.0
    frozen: int = 0
    first: Literal["kept", "ignored"] = "kept"
    shift: tuple[float, float] = (0.0, 0.0)
    zoom: float = 1.0
    flash_frame: int = -1
    flash_gain: float = 1.25
    bars: float = 0.0
    fade_frames: int = 0
    fade_to: float = 0.6
    soft_frames: int = 0
    soft_radius: float = 2.0

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> Drift:
        """Read a drift as a scenario writes it; an unknown word is an error."""
        unknown = set(written) - {field.name for field in fields(cls)}
        if unknown:
            raise LongtakeError(f"a drift knows no {', '.join(sorted(unknown))}")
        values = dict(written)
        for name in ("static", "ramp"):
            if name in values:
                values[name] = _shade(values[name])
        if "shift" in values:
            across, down = values["shift"]
            values["shift"] = (float(across), float(down))
        if values.get("first", "kept") not in ("kept", "ignored"):
            raise LongtakeError("a drift's `first` is kept or ignored")
        return cls(**values)

    def source_frame(self, index: int) -> int:
        """Tell which moment of the move a frame shows: a frozen lead-in repeats the first."""
        return max(0, index - self.frozen)

    def misfit(self, size: Size) -> Homography:
        """Give the move that takes the picture sent to the one shown first."""
        move = np.diag([self.zoom, self.zoom, 1.0])
        move[0, 2], move[1, 2] = self.shift[0] / size.width, self.shift[1] / size.height
        return move

    def apply(self, planes: Planes, index: int, frames: int) -> Planes:
        """Give frame `index` of `frames` as the drifting provider shows it."""
        share = index / max(1, frames - 1)
        shown = _shaded(planes, self.static)
        shown = _shaded(shown, self.ramp.part(share))
        from_end = frames - index
        if self.fade_frames and from_end <= self.fade_frames:
            done = (self.fade_frames - from_end + 1) / self.fade_frames
            shown = _shaded(shown, Shade(exposure=1 + (self.fade_to - 1) * done))
        if index == self.flash_frame:
            shown = _shaded(shown, Shade(exposure=self.flash_gain))
        radius = self.blur
        if self.soft_frames and from_end <= self.soft_frames:
            radius += self.soft_radius * (self.soft_frames - from_end + 1) / self.soft_frames
        shown = _blurred(shown, radius) if radius > 0 else shown
        return _barred(shown, self.bars) if self.bars > 0 else shown


def _shade(written: Mapping[str, Any]) -> Shade:
    try:
        return Shade(**{name: float(value) for name, value in written.items()})
    except (TypeError, ValueError) as exc:
        raise LongtakeError(f"this is no change of colour: {dict(written)}") from exc


def _shaded(planes: Planes, shade: Shade) -> Planes:
    if shade == Shade():
        return planes
    light, blue, red = _tables(shade)
    y, u, v = planes
    return light[y], blue[u], red[v]


@lru_cache(maxsize=512)
def _tables(shade: Shade) -> tuple[Plane, Plane, Plane]:
    codes = np.arange(256, dtype=np.float64)
    bright = (codes - _BLACK) * shade.exposure + _BLACK
    light = (bright - _MIDDLE) * shade.contrast + _MIDDLE
    # Colour grows with light and with contrast, as it does when RGB is multiplied.
    chroma = (codes - _GREY) * shade.exposure * shade.contrast * shade.saturation + _GREY
    return _codes(light), _codes(chroma - shade.warmth), _codes(chroma + shade.warmth)


def _codes(values: np.ndarray[Any, np.dtype[np.float64]]) -> Plane:
    codes: Plane = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return codes


def _blurred(planes: Planes, radius: float) -> Planes:
    y, u, v = planes
    return _soft(y, radius), _soft(u, radius / 2), _soft(v, radius / 2)


def _soft(plane: Plane, radius: float) -> Plane:
    return np.asarray(Image.fromarray(plane).filter(ImageFilter.GaussianBlur(radius)))


def _barred(planes: Planes, part: float) -> Planes:
    shown = []
    for plane, code in zip(planes, (16, 128, 128), strict=True):
        rows = round(plane.shape[0] * part / 2)
        barred = plane.copy()
        barred[:rows] = code
        barred[plane.shape[0] - rows :] = code
        shown.append(barred)
    return shown[0], shown[1], shown[2]


FAITHFUL = Drift()
