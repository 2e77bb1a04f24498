"""Planes to RGB and back, against plain double-precision arithmetic."""

from __future__ import annotations

from dataclasses import dataclass

import av
import numpy as np
import pytest
from PIL import Image, ImageDraw

from longtake.errors import MediaError
from longtake.media.color import (
    Matrix,
    Sampling,
    Siting,
    frame_planes,
    frame_to_rgb,
    planes_to_frame,
    planes_to_rgb,
    rgb_to_planes,
)

WEIGHTS = {"bt709": (0.2126, 0.0722), "bt601": (0.299, 0.114), "bt2020": (0.2627, 0.0593)}
COLOURS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (200, 120, 80), (128, 128, 128), (1, 2, 3)]


@dataclass(frozen=True)
class Facts:
    matrix: Matrix = "bt709"
    full_range: bool = False
    siting: Siting = "left"


def exact_planes(colour: tuple[int, int, int], matrix: Matrix, full: bool) -> list[float]:
    """The textbook formula, unrounded."""
    kr, kb = WEIGHTS[matrix]
    r, g, b = (c / 255 for c in colour)
    y = kr * r + (1 - kr - kb) * g + kb * b
    pb, pr = (b - y) / (2 - 2 * kb), (r - y) / (2 - 2 * kr)
    if full:
        return [y * 255, pb * 255 + 128, pr * 255 + 128]
    return [y * 219 + 16, pb * 224 + 128, pr * 224 + 128]


def photo(width: int = 160, height: int = 96) -> np.ndarray:
    """Soft noise with a saturated sign on it."""
    noise = np.random.default_rng(7).integers(30, 220, (6, 10, 3), dtype=np.uint8)
    image = Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(image)
    pen.rectangle((20, 60, 90, 90), fill=(10, 20, 160))
    pen.text((24, 68), "Brand red", fill=(230, 20, 20))
    return np.asarray(image)


def smooth_chroma(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Chroma that changes by a few codes a sample, so that RGB never leaves its range."""
    return np.cumsum(rng.integers(-2, 3, shape), axis=1).clip(-20, 20).astype(np.uint8) + 128


def up_matrix(n: int, cosited: bool) -> np.ndarray:
    """Interpolation from n samples to 2n, written as a matrix."""
    up = np.zeros((2 * n, n))
    for k in range(2 * n):
        at = np.clip(k / 2 if cosited else (k - 0.5) / 2, 0, n - 1)
        low = int(at)
        up[k, low] += 1 - (at - low)
        up[k, min(low + 1, n - 1)] += at - low
    return up


def down_matrix(n: int, cosited: bool) -> np.ndarray:
    """The filter from 2n samples to n, written as a matrix."""
    down = np.zeros((n, 2 * n))
    for k in range(n):
        taps = [(-1, 0.25), (0, 0.5), (1, 0.25)] if cosited else [(0, 0.5), (1, 0.5)]
        for offset, weight in taps:
            down[k, np.clip(2 * k + offset, 0, 2 * n - 1)] += weight
    return down


def exact_rgb(y, u, v, matrix: Matrix, full: bool, cosited: tuple[bool, bool]) -> np.ndarray:
    """RGB in double precision, for planes whose colours all lie within RGB."""
    across, down = cosited
    h, w = u.shape
    tall, wide = up_matrix(h, down), up_matrix(w, across)
    low, thin = down_matrix(h, down), down_matrix(w, across)
    planes = []
    for plane in (u, v):
        want = (plane.astype(float) - 128) * (255 / (255 if full else 224))
        c = tall @ want @ wide.T
        for _ in range(3):
            c = c + tall @ (want - low @ c @ thin.T) @ wide.T
        planes.append(c)
    light = y.astype(float) if full else (y.astype(float) - 16) * 255 / 219
    kr, kb = WEIGHTS[matrix]
    r, b = light + 2 * (1 - kr) * planes[1], light + 2 * (1 - kb) * planes[0]
    return np.stack([r, (light - kr * r - kb * b) / (1 - kr - kb), b], axis=-1)


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("matrix", ["bt709", "bt601", "bt2020"])
def test_flat_colours_become_the_textbook_codes(matrix: Matrix, full: bool) -> None:
    """Every plane of a flat colour is the formula's value, rounded once."""
    for colour in COLOURS:
        rgb = np.full((4, 4, 3), colour, np.uint8)
        for plane, value in zip(
            rgb_to_planes(rgb, matrix, full), exact_planes(colour, matrix, full), strict=True
        ):
            assert np.abs(plane - np.clip(value, 0, 255)).max() <= 0.51


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize(
    ("siting", "cosited"),
    [
        ("left", (True, False)),
        ("centre", (False, False)),
        ("topleft", (True, True)),
        ("top", (False, True)),
    ],
)
def test_rgb_is_the_double_precision_conversion_rounded_once(
    siting: Siting, cosited: tuple[bool, bool], full: bool
) -> None:
    """Each siting and range agrees with the matrix form to the last rounding."""
    rng = np.random.default_rng(3)
    y = rng.integers(90, 160, (24, 32), dtype=np.uint8)
    u, v = smooth_chroma(rng, (12, 16)), smooth_chroma(rng, (12, 16))
    ours = planes_to_rgb(y, u, v, Sampling("bt601", full, siting))
    assert np.abs(ours - exact_rgb(y, u, v, "bt601", full, cosited)).max() <= 0.51


def hop(rgb: np.ndarray) -> np.ndarray:
    """One clip made of a picture and its last frame taken, without a codec's loss."""
    return frame_to_rgb(planes_to_frame(*rgb_to_planes(rgb)), Facts())


def test_fifty_hops_leave_no_bias() -> None:
    """Fifty hops move no channel's mean by more than a tenth of a code."""
    first = rgb = photo(640, 360)
    for _ in range(50):
        rgb = hop(rgb)
    bias = rgb.astype(float).mean((0, 1)) - first.astype(float).mean((0, 1))
    assert np.abs(bias).max() <= 0.1


def test_hops_after_the_first_change_nothing_in_the_mean() -> None:
    """A tiny harsh picture loses colour to 4:2:0 once; the hops after that add next to none."""
    first = rgb = hop(photo(160, 96))
    for _ in range(49):
        rgb = hop(rgb)
    drift = rgb.astype(float).mean((0, 1)) - first.astype(float).mean((0, 1))
    assert np.abs(drift).max() <= 0.05


def test_planes_come_back_where_rgb_can_hold_them() -> None:
    """Colours within RGB give the decoded luma back exactly, and chroma to a code."""
    rng = np.random.default_rng(3)
    y = rng.integers(90, 160, (24, 32), dtype=np.uint8)
    u, v = smooth_chroma(rng, (12, 16)), smooth_chroma(rng, (12, 16))
    again = rgb_to_planes(planes_to_rgb(y, u, v, Sampling()))
    assert np.array_equal(again[0], y)
    assert max(np.abs(a.astype(int) - b).max() for a, b in zip(again[1:], (u, v), strict=True)) <= 1


def test_picture_with_odd_sides() -> None:
    """Odd sides keep their size there and back."""
    rgb = np.full((95, 161, 3), (200, 120, 80), np.uint8)
    y, u, v = rgb_to_planes(rgb)
    assert (y.shape, u.shape, v.shape) == ((95, 161), (48, 81), (48, 81))
    back = frame_to_rgb(planes_to_frame(y, u, v), Facts())
    assert np.abs(back.astype(int) - rgb).max() <= 2


@pytest.mark.parametrize("kind", ["yuv420p10le", "yuv422p10le", "yuv444p12le"])
def test_ten_and_twelve_bits_are_reduced_without_a_first_rounding(kind: str) -> None:
    """Deep samples give the RGB of their exact value, not of the value cut to eight bits."""
    frame = av.VideoFrame(16, 16, kind)
    bits = 12 if "12" in kind else 10
    codes = [(n << (bits - 8)) + (1 << (bits - 9)) for n in (100, 128, 140)]
    for plane, code in zip(frame.planes, codes, strict=True):
        plane.update(np.full(plane.buffer_size // 2, code, np.uint16).tobytes())
    y, u, v = (100.5 - 16) * 255 / 219, 0.5 * 255 / 224, 12.5 * 255 / 224
    r, b = y + 2 * (1 - 0.2126) * v, y + 2 * (1 - 0.0722) * u
    g = (y - 0.2126 * r - 0.0722 * b) / 0.7152
    assert np.abs(frame_to_rgb(frame, Facts())[4, 4] - np.array([r, g, b])).max() <= 0.51


@pytest.mark.parametrize("kind", ["rgb24", "gbrp"])
def test_frame_that_is_rgb_already(kind: str) -> None:
    """RGB frames pass without a sample changed."""
    rgb = photo()
    frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format=kind)
    assert np.array_equal(frame_to_rgb(frame, Facts()), rgb)


def test_grey_frame() -> None:
    """A picture without chroma is grey in RGB."""
    frame = av.VideoFrame.from_ndarray(np.full((16, 16), 126, np.uint8), format="gray")
    assert (frame_to_rgb(frame, Facts()) == 128).all()


def test_planes_of_a_frame_whose_rows_are_padded() -> None:
    """A width that is no multiple of the row alignment loses and gains no sample."""
    y = np.arange(34 * 10, dtype=np.uint32).reshape(10, 34).astype(np.uint8)
    u, v = y[:5, :17].copy(), y[5:, :17].copy()
    for plane, back in zip((y, u, v), frame_planes(planes_to_frame(y, u, v)), strict=True):
        assert np.array_equal(plane, back)


def test_frame_of_a_kind_we_do_not_know() -> None:
    """A pixel format outside the list is refused by name."""
    with pytest.raises(MediaError, match="uyvy422"):
        frame_to_rgb(av.VideoFrame(16, 16, "uyvy422"), Facts())
