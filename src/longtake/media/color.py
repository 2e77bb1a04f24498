"""Decoded planes to RGB and back, without the losses of the usual converters.

The usual converters darken a picture by about one code each time and move its colour by part of a
pixel; in a chain of clips that adds up. Here all is float32 until one last rounding, and the chroma
is chosen so that the RGB, scaled down again, gives the decoded chroma back. Going there and back is
then a fixed point: the fiftieth hop equals the first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, Protocol

import av
import numpy as np
from numpy.typing import NDArray

from longtake.errors import MediaError
from longtake.units import Size

Matrix = Literal["bt709", "bt601", "bt2020"]
Siting = Literal["left", "centre", "topleft", "top"]
Plane = NDArray[np.uint8]
Deep = NDArray[np.uint8] | NDArray[np.uint16]
Real = NDArray[np.float32]
Samples = Deep | Real

# Weight of red and of blue in luma.
_WEIGHTS: dict[Matrix, tuple[float, float]] = {
    "bt709": (0.2126, 0.0722),
    "bt601": (0.299, 0.114),
    "bt2020": (0.2627, 0.0593),
}
_ROUNDS = 3
# Planes one after the other, 8 to 16 bits: what the decoders of H.264, HEVC, VP9 and AV1 give.
_PLANAR = re.compile(r"yuv[aj]?4(20|22|44)p(\d+le)?")


class Coloured(Protocol):
    """What must be known of a clip to turn its planes into RGB."""

    @property
    def matrix(self) -> Matrix: ...
    @property
    def full_range(self) -> bool: ...
    @property
    def siting(self) -> Siting: ...


@dataclass(frozen=True)
class Sampling:
    """How luma and chroma are made of RGB and where the chroma samples lie."""

    matrix: Matrix = "bt709"
    full_range: bool = False
    siting: Siting = "left"
    half_width: bool = True
    half_height: bool = True
    bits: int = 8

    @property
    def weights(self) -> tuple[float, float, float]:
        """Weights of red, green and blue in luma."""
        kr, kb = _WEIGHTS[self.matrix]
        return kr, 1 - kr - kb, kb

    @property
    def luma(self) -> tuple[float, float]:
        """Code of black, and codes from black to white."""
        step = 2 ** (self.bits - 8)
        return (0.0, 2**self.bits - 1) if self.full_range else (16.0 * step, 219.0 * step)

    @property
    def chroma(self) -> tuple[float, float]:
        """Code of no colour, and codes from one end to the other."""
        step = 2 ** (self.bits - 8)
        return 128.0 * step, 2**self.bits - 1 if self.full_range else 224.0 * step

    @property
    def cosited(self) -> tuple[bool, bool]:
        """Whether a chroma sample lies on a luma sample: across, down (else between two)."""
        return self.siting in ("left", "topleft"), self.siting in ("topleft", "top")


def frame_to_rgb(frame: av.VideoFrame, facts: Coloured) -> Plane:
    """Turn a decoded frame into RGB of its coded size, (height, width, 3) uint8.

    Rotation and sample aspect ratio are left alone.
    """
    if frame.format.is_rgb:
        return np.ascontiguousarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
    y, u, v = frame_planes(frame)
    sampling = Sampling(
        matrix=facts.matrix,
        full_range=facts.full_range,
        siting=facts.siting,
        half_width=u.shape[1] < y.shape[1],
        half_height=u.shape[0] < y.shape[0],
        bits=_bits(frame),
    )
    return planes_to_rgb(y, u, v, sampling)


def frame_planes(frame: av.VideoFrame) -> tuple[Deep, Deep, Deep]:
    """Copy the luma and chroma planes out of a frame, without touching a sample."""
    name = frame.format.name
    if name.startswith("gray"):
        y = _plane(frame, 0)
        grey = np.full((-(-y.shape[0] // 2), -(-y.shape[1] // 2)), 2 ** (_bits(frame) - 1), y.dtype)
        return y, grey, grey
    if not _PLANAR.fullmatch(name):
        raise MediaError(f"pictures of the kind {name} cannot be read")
    return _plane(frame, 0), _plane(frame, 1), _plane(frame, 2)


def planes_to_rgb(y: Samples, u: Samples, v: Samples, sampling: Sampling) -> Plane:
    """Turn planes into the RGB that, scaled down again, gives back this very chroma.

    Real planes hold codes of the sampling that were not rounded yet: a correction's own result.
    """
    height, width = y.shape
    black, luma_codes = sampling.luma
    middle, chroma_codes = sampling.chroma
    light = (_filled(y, u.shape, sampling) - np.float32(black)) * np.float32(255 / luma_codes)
    wanted = [(c - np.float32(middle)) * np.float32(255 / chroma_codes) for c in (u, v)]
    blue, red = (_up(c, sampling) for c in wanted)
    rgb = _mixed(light, blue, red, sampling)
    # Back-projection: what the scaled-down RGB lacks of the decoded chroma is added again. Colours
    # that RGB cannot hold are cut off inside the loop, so that their neighbours make up for them.
    for _ in range(_ROUNDS if sampling.half_width or sampling.half_height else 0):
        seen = [_down(c, sampling) for c in _split(rgb, sampling)[1:]]
        blue += _up(wanted[0] - seen[0], sampling)
        red += _up(wanted[1] - seen[1], sampling)
        rgb = _mixed(light, blue, red, sampling)
    return np.ascontiguousarray(_stacked(rgb)[:height, :width])


def rgb_to_planes(
    rgb: Plane, matrix: Matrix = "bt709", full_range: bool = False, siting: Siting = "left"
) -> tuple[Plane, Plane, Plane]:
    """Turn RGB into 4:2:0 planes of 8 bits, each sample rounded once; odd sides are rounded up."""
    sampling = Sampling(matrix, full_range, siting)
    height, width = rgb.shape[:2]
    if height % 2 or width % 2:
        rgb = np.pad(rgb, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    light, blue, red = _split([rgb[..., c].astype(np.float32) for c in range(3)], sampling)
    black, luma_codes = sampling.luma
    middle, chroma_codes = sampling.chroma
    y = _rounded(light * np.float32(luma_codes / 255) + np.float32(black))
    u, v = (
        _rounded(_down(c, sampling) * np.float32(chroma_codes / 255) + np.float32(middle))
        for c in (blue, red)
    )
    return np.ascontiguousarray(y[:height, :width]), u, v


@dataclass(frozen=True, eq=False)
class Ink:
    """A picture to lie over others: its colour times its cover, and the cover, as 4:2:0 planes.

    What shows is `colour + (1 - cover) * below`, in codes of limited range, for each of the planes.
    """

    colour: tuple[Real, Real, Real]
    cover: tuple[Real, Real, Real]


def rgba_to_ink(rgba: Plane, matrix: Matrix = "bt709", siting: Siting = "left") -> Ink:
    """Turn RGBA (height, width, 4), straight alpha, even sides, into what lies over 4:2:0 planes.

    A chroma sample takes the colour of what covers it, by how much each does: what hides under
    alpha 0 never bleeds into an edge.
    """
    sampling = Sampling(matrix, siting=siting)
    cover = rgba[..., 3].astype(np.float32) * np.float32(1 / 255)
    light, blue, red = _split([rgba[..., c].astype(np.float32) for c in range(3)], sampling)
    black, luma_codes = sampling.luma
    middle, chroma_codes = sampling.chroma
    y = (light * np.float32(luma_codes / 255) + np.float32(black)) * cover
    u, v = (
        _down((c * np.float32(chroma_codes / 255) + np.float32(middle)) * cover, sampling)
        for c in (blue, red)
    )
    half = _down(cover, sampling)
    return Ink((y, u, v), (cover, half, half))


def planes_to_frame(y: Plane, u: Plane, v: Plane) -> av.VideoFrame:
    """Make a yuv420p frame of its planes, tagged as the film is: bt709, limited range."""
    frame = av.VideoFrame(y.shape[1], y.shape[0], "yuv420p")
    for plane, samples in zip(frame.planes, (y, u, v), strict=True):
        rows = np.zeros((plane.height, plane.line_size), np.uint8)
        rows[:, : plane.width] = samples
        plane.update(rows.tobytes())
    return tagged(frame)


def flat_frame(size: Size) -> av.VideoFrame:
    """Make a black film frame."""
    half = np.full((size.height // 2, size.width // 2), 128, np.uint8)
    return planes_to_frame(np.full((size.height, size.width), 16, np.uint8), half, half)


def tagged(frame: av.VideoFrame) -> av.VideoFrame:
    """Tag a frame as the film is (bt709, limited range) and give it back."""
    frame.colorspace = frame.color_primaries = frame.color_trc = 1
    frame.color_range = 1
    return frame


def _bits(frame: av.VideoFrame) -> int:
    return frame.format.components[0].bits


def _plane(frame: av.VideoFrame, index: int) -> Deep:
    plane = frame.planes[index]
    samples: Deep
    if _bits(frame) == 8:
        samples = np.frombuffer(bytes(plane), np.uint8)
    else:
        samples = np.frombuffer(bytes(plane), np.uint16)
    return samples.reshape(plane.height, -1)[:, : plane.width]


def _filled(y: Samples, chroma: tuple[int, ...], sampling: Sampling) -> Real:
    """Repeat the last row and column of luma where a side is odd and chroma reaches beyond it."""
    below = chroma[0] * 2 - y.shape[0] if sampling.half_height else 0
    beside = chroma[1] * 2 - y.shape[1] if sampling.half_width else 0
    real = y.astype(np.float32)
    return np.pad(real, ((0, below), (0, beside)), mode="edge") if below or beside else real


def _mixed(light: Real, blue: Real, red: Real, sampling: Sampling) -> list[Real]:
    kr, kg, kb = (np.float32(w) for w in sampling.weights)
    r = light + 2 * (1 - kr) * red
    b = light + 2 * (1 - kb) * blue
    g = (light - kr * r - kb * b) / kg
    for channel in (r, g, b):
        np.clip(channel, 0, 255, out=channel)
    return [r, g, b]


def _split(rgb: list[Real], sampling: Sampling) -> tuple[Real, Real, Real]:
    r, g, b = rgb
    kr, kg, kb = (np.float32(w) for w in sampling.weights)
    light = kr * r + kg * g + kb * b
    return light, (b - light) / (2 * (1 - kb)), (r - light) / (2 * (1 - kr))


def _up(chroma: Real, sampling: Sampling) -> Real:
    across, down = sampling.cosited
    tall = _twice(chroma, 0, down) if sampling.half_height else chroma
    return _twice(tall, 1, across) if sampling.half_width else tall.copy()


def _down(chroma: Real, sampling: Sampling) -> Real:
    across, down = sampling.cosited
    low = _halved(chroma, 0, down) if sampling.half_height else chroma
    return _halved(low, 1, across) if sampling.half_width else low


def _twice(old: Real, axis: int, cosited: bool) -> Real:
    """Interpolate to twice the samples, between or (cosited) on and between the old ones."""
    out = np.empty([n * 2 if a == axis else n for a, n in enumerate(old.shape)], np.float32)
    new, rows = np.moveaxis(out, axis, 0), np.moveaxis(old, axis, 0)
    if cosited:
        new[0::2] = rows
        new[1:-1:2] = (rows[:-1] + rows[1:]) * np.float32(0.5)
        new[-1] = rows[-1]
        return out
    near, far = rows * np.float32(0.75), rows * np.float32(0.25)
    new[2::2] = near[1:] + far[:-1]
    new[1:-1:2] = near[:-1] + far[1:]
    new[0], new[-1] = rows[0], rows[-1]
    return out


def _halved(old: Real, axis: int, cosited: bool) -> Real:
    """Filter to half the samples: the mean of two, or 1-2-1 around each even one."""
    rows = np.moveaxis(old, axis, 0)
    even, odd = rows[0::2], rows[1::2]
    if not cosited:
        return np.moveaxis((even + odd) * np.float32(0.5), 0, axis)
    out = even * np.float32(0.5)
    side = odd * np.float32(0.25)
    out += side
    out[1:] += side[:-1]
    out[0] += even[0] * np.float32(0.25)
    return np.moveaxis(out, 0, axis)


def _rounded(real: Real) -> Plane:
    return np.clip(np.rint(real), 0, 255).astype(np.uint8)


def _stacked(channels: list[Real]) -> Plane:
    return np.stack([_rounded(channel) for channel in channels], axis=-1)
