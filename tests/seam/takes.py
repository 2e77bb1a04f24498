"""Takes of a small drawn world as scans, without a codec: frame k shows moment `start` + k."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np

from longtake.media.color import Matrix, Plane, Siting, planes_to_frame, rgb_to_planes
from longtake.media.planes import Planes
from longtake.seam.scan import EndSound, Profile, Scan, Scanner
from longtake.testing.drift import FAITHFUL, Drift

WIDTH, HEIGHT, FRAMES, MEET = 320, 180, 26, 40
SPEED = 4


@dataclass(frozen=True)
class Facts:
    """A clip as the film has it."""

    matrix: Matrix = "bt709"
    full_range: bool = False
    siting: Siting = "left"
    rotation: int = 0
    rate: Fraction = Fraction(24)
    has_sound: bool = False


@cache
def ground(seed: int = 0) -> Plane:
    """Draw a coloured texture that wraps round, RGB."""
    chance = np.random.default_rng(seed)
    waves = np.fft.rfft2(chance.standard_normal((3, HEIGHT, WIDTH)))
    far = np.hypot(np.fft.fftfreq(HEIGHT)[:, None] * HEIGHT, np.fft.rfftfreq(WIDTH)[None] * WIDTH)
    cloud = np.fft.irfft2(waves / np.maximum(far, 3) ** 1.6, s=(HEIGHT, WIDTH))
    rgb = 125 + 40 * (cloud / cloud.std() + 0.7 * (cloud[:1] / cloud[:1].std()))
    return np.clip(np.moveaxis(rgb, 0, -1), 20, 235).astype(np.uint8)


def moment(at: float, seed: int = 0) -> Planes:
    """Draw the world at a moment: a pan by whole samples."""
    return rgb_to_planes(np.roll(ground(seed), -round(at * SPEED), 1))


def take(
    start: int,
    frames: int = FRAMES,
    drift: Drift = FAITHFUL,
    drawn: Callable[[float], Planes] = moment,
    sound: EndSound | None = None,
) -> Scan:
    """Scan a take that begins at a moment, spoiled by a drift."""
    shown = (drawn(start + drift.source_frame(k)) for k in range(frames))
    return scanned((drift.apply(planes, k, frames) for k, planes in enumerate(shown)), sound)


def scanned(frames: Iterable[Planes], sound: EndSound | None = None) -> Scan:
    """Scan frames as a decode loop would."""
    scanner = Scanner(Facts())
    for planes in frames:
        scanner.add(planes_to_frame(*planes))
    return scanner.scan(sound)


def before(drift: Drift = FAITHFUL) -> Scan:
    """Scan the take whose last frame shows the moment of meeting."""
    return take(MEET - FRAMES + 1, drift=drift)


def after(drift: Drift = FAITHFUL) -> Scan:
    """Scan the take whose first frame shows the moment of meeting."""
    return take(MEET, drift=drift)


def profile(frames: int = 48, **changed: np.ndarray) -> Profile:
    """Make the numbers of an even clip, some of them changed."""
    even = {"luma": 100.0, "contrast": 30.0, "saturation": 20.0, "sharpness": 50.0, "change": 3.0}
    values = {name: np.full(frames, even.get(name, 0.0), np.float32) for name in NAMES}
    return Profile(**values | changed)


def named(value: object) -> str:
    """Name a test's case by its verdict, not by all the fields of its drift."""
    return "" if isinstance(value, Drift) else str(value)


NAMES = tuple(Profile.__dataclass_fields__)
