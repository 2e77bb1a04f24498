"""One look through a clip: a few numbers for every frame, small pictures of its two ends, its sound there.

frame   0 .. 13            ...             n-14 .. n-1
        head: pictures     numbers only    tail: pictures
"""

from __future__ import annotations

import io
import zipfile
from collections import deque
from dataclasses import dataclass, fields
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from longtake.errors import MediaError
from longtake.media.audio import Samples, decode_blocks, samples_at
from longtake.media.color import Coloured, Sampling
from longtake.media.frames import measure_clip
from longtake.media.planes import FilmFrame, Planes
from longtake.media.probe import probe
from longtake.seam.look import Look, Real, Reduced, cells, reduce_frame, reduce_planes

# Twelve candidates for the out-point and two frames of motion before the first of them.
KEPT = 14
SCAN_VERSION = 2
_SOUND_S = Fraction(3, 4)
# A black bar: video black with the codec's noise on it.
_BLACK_MEAN, _BLACK_MOST = 5.0, 14.0
# Cells for gains, in luma cells; and codes added so that noise on black is no gain.
_GAIN_CELL, _NEAR_BLACK = 4, 4.0
# Luma is stored in 64ths of a code: whole codes would hide the small differences of still shots.
_PARTS = 64


class Turned(Coloured, Protocol):
    """What a scan must know of a clip besides its frames."""

    @property
    def rotation(self) -> int: ...
    @property
    def rate(self) -> Fraction: ...
    @property
    def has_sound(self) -> bool: ...


@dataclass(frozen=True, eq=False)
class Profile:
    """What every frame of a clip measures, each (frames,) float32.

    `luma` and `contrast` are mean and spread of luma in codes, `saturation` the mean distance from
    grey, `sharpness` the variance of the Laplacian at full size. `change` is the mean luma
    difference to the frame before (0 for the first) and `turn` the cosine between what moved in that
    step and in the one before it (0 for the first two). `gain` is how much brighter than the frame before
    most of the picture is, as a natural logarithm: a fade shows in it, a pan into the dark does not.
    `top` to `right` are black bars, as shares of the side.
    """

    luma: Real
    contrast: Real
    saturation: Real
    sharpness: Real
    change: Real
    turn: Real
    gain: Real
    top: Real
    bottom: Real
    left: Real
    right: Real


@dataclass(frozen=True, eq=False)
class EndSound:
    """A clip's sound at its ends, mono at 48 kHz: `head` from its first picture on, `tail` from `start`."""

    head: Real
    tail: Real
    start: int

    def before(self, place: int, count: int) -> Real:
        """Give up to `count` samples of the tail that end before a place of the clip."""
        end = max(0, place - self.start)
        return self.tail[max(0, end - count) : end]

    def after(self, place: int, count: int) -> Real:
        """Give up to `count` samples of the head from a place of the clip on."""
        return self.head[max(0, place) : place + count]


@dataclass(frozen=True, eq=False)
class Scan:
    """All that is measured of a clip once; `head` and `tail` hold its first and last frames."""

    rate: Fraction
    profile: Profile
    head: tuple[Look, ...]
    tail: tuple[Look, ...]
    sound: EndSound | None = None

    @property
    def frames(self) -> int:
        """Count the clip's frames."""
        return len(self.profile.luma)

    def look(self, index: int) -> Look:
        """Give the small picture of a frame near one of the ends; IndexError for one between them."""
        if 0 <= index < len(self.head):
            return self.head[index]
        place = index - (self.frames - len(self.tail))
        if 0 <= place < len(self.tail):
            return self.tail[place]
        raise IndexError(f"no picture of frame {index} of {self.frames} is kept")

    def to_bytes(self) -> bytes:
        """Write the scan as an .npz file, some 3 MB; `scan_from_bytes` reads it."""
        arrays: dict[str, NDArray[np.generic]] = {
            "version": np.array([SCAN_VERSION]),
            "rate": np.array([self.rate.numerator, self.rate.denominator]),
        }
        for name, looks in (("head", self.head), ("tail", self.tail)):
            luma = np.stack([look.luma for look in looks])
            arrays[f"{name}_luma"] = np.clip(np.rint(luma * _PARTS), 0, 65535).astype(np.uint16)
            arrays[f"{name}_lab"] = np.stack([look.lab for look in looks])
        arrays |= {field.name: getattr(self.profile, field.name) for field in fields(Profile)}
        if self.sound:
            arrays |= {"sound_head": self.sound.head, "sound_tail": self.sound.tail}
            arrays["sound_start"] = np.array([self.sound.start])
        out = io.BytesIO()
        np.savez(out, allow_pickle=False, **arrays)
        return out.getvalue()


def read_scan(path: Path) -> Scan | None:
    """Read a scan that is kept in a file; None where there is none that can be read."""
    try:
        return scan_from_bytes(path.read_bytes())
    except OSError:
        return None


def scan_from_bytes(content: bytes) -> Scan | None:
    """Read a stored scan; None where another version wrote it, or it is no whole scan."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            arrays = dict(stored)
        if int(arrays["version"][0]) != SCAN_VERSION:
            return None
        looks = {
            name: tuple(
                Look(luma.astype(np.float32) / _PARTS, lab)
                for luma, lab in zip(arrays[f"{name}_luma"], arrays[f"{name}_lab"], strict=True)
            )
            for name in ("head", "tail")
        }
        sound = None
        if "sound_start" in arrays:
            start = int(arrays["sound_start"][0])
            sound = EndSound(arrays["sound_head"], arrays["sound_tail"], start)
        profile = Profile(**{field.name: arrays[field.name] for field in fields(Profile)})
        rate = Fraction(int(arrays["rate"][0]), int(arrays["rate"][1]))
    except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile):
        return None
    return Scan(rate, profile, looks["head"], looks["tail"], sound)


def scan_clip(path: Path) -> Scan:
    """Decode a clip once and measure it; raises MediaError for a damaged one."""
    facts = probe(path)
    scanner = Scanner(facts)
    measure_clip(path, scanner.add)
    return scanner.scan(end_sound(path) if facts.has_sound else None)


class Scanner:
    """Measures the frames of a clip as a decode loop shows them to it, first to last."""

    def __init__(self, facts: Turned) -> None:
        self._facts = facts
        self._rows: list[tuple[float, ...]] = []
        self._head: list[Reduced] = []
        self._tail: deque[Reduced] = deque(maxlen=KEPT)
        self._before: Real | None = None
        self._step: Real | None = None

    @property
    def frames(self) -> int:
        """Count the frames shown so far."""
        return len(self._rows)

    def add(self, frame: FilmFrame) -> None:
        """Measure the next frame; its samples are not kept."""
        self._take(reduce_frame(frame, self._facts))

    def add_planes(self, planes: Planes) -> None:
        """Measure the next frame, given as 8-bit 4:2:0 planes: one that was mended, or drawn."""
        self._take(reduce_planes(planes, Sampling(full_range=self._facts.full_range)))

    def _take(self, seen: Reduced) -> None:
        change, turn, brighter = self._moved(seen.luma)
        colour = float(np.hypot(seen.blue - 128, seen.red - 128).mean())
        luma = float(seen.luma.mean())
        bars = black_bars(np.rot90(seen.luma, self._turned))
        spread = float(seen.luma.std())
        self._rows.append((luma, spread, colour, seen.sharpness, change, turn, brighter, *bars))
        if len(self._head) < KEPT:
            self._head.append(seen)
        self._tail.append(seen)

    def scan(self, sound: EndSound | None = None) -> Scan:
        """Give what was measured, once all frames were shown."""
        if not self._rows:
            raise MediaError("a clip without frames cannot be measured")
        columns = np.array(self._rows, np.float32).T
        head = tuple(seen.look(self._facts, self._turned) for seen in self._head)
        tail = tuple(seen.look(self._facts, self._turned) for seen in self._tail)
        return Scan(self._facts.rate, Profile(*columns), head, tail, sound)

    @property
    def _turned(self) -> int:
        return -self._facts.rotation // 90

    def _moved(self, luma: Real) -> tuple[float, float, float]:
        before = self._before
        if before is None or before.shape != luma.shape:
            self._before, self._step = luma, None
            return 0.0, 0.0, 0.0
        gain = gain_between(before, luma)
        change = float(np.abs(luma - before).mean())
        step = movement(before, luma, gain)
        turn = cosine(step, self._step) if self._step is not None else 0.0
        self._before, self._step = luma, step
        return change, turn, gain


def movement(one: Real, other: Real, gain: float) -> Real:
    """Give the difference of two luma pictures without their step of light."""
    moved: Real = other - one * np.float32(np.exp(gain))
    return moved


def cosine(one: Real, other: Real) -> float:
    """Give the cosine between two difference pictures: -1 where one undoes the other."""
    flat, plain = one.ravel(), other.ravel()
    size = float(np.dot(flat, flat)) * float(np.dot(plain, plain))
    return float(np.dot(flat, plain)) / size**0.5 if size > 0 else 0.0


def gain_between(one: Real, other: Real) -> float:
    """Give how much brighter `other` is in most of its lighter half: the logarithm of the factor.

    The median of small cells: what moves makes as many lighter as darker.
    """
    rows, columns = (max(1, side // _GAIN_CELL) for side in one.shape)
    before, after = (
        np.maximum(cells(luma, rows, columns), 0) + _NEAR_BLACK for luma in (one, other)
    )
    both = before + after
    light = both >= np.median(both)
    return float(np.median(np.log(after[light] / before[light])))


def black_bars(luma: Real) -> tuple[float, float, float, float]:
    """Measure black bars at the top, bottom, left and right as shares of the side; 0 in a black picture."""
    rows = (luma.mean(1) < _BLACK_MEAN) & (luma.max(1) < _BLACK_MOST)
    columns = (luma.mean(0) < _BLACK_MEAN) & (luma.max(0) < _BLACK_MOST)
    if rows.all():
        return 0.0, 0.0, 0.0, 0.0
    top, bottom, left, right = (
        float(np.argmin(line)) / len(line) for line in (rows, rows[::-1], columns, columns[::-1])
    )
    return top, bottom, left, right


def end_sound(path: Path) -> EndSound | None:
    """Decode the sound of a clip and keep its ends; None where there is none."""
    most = samples_at(_SOUND_S)
    head, place = np.zeros(most, np.float32), 0
    # Sound may outlast the picture; the last pictures' sound lies before its end by the difference.
    parts: list[tuple[int, Samples]] = []
    for place, block in decode_blocks(path):
        mono = block.mean(0)
        low, high = max(0, place), min(most, place + len(mono))
        if high > low:
            head[low:high] = mono[low - place : high - place]
        parts.append((place, mono))
        while parts[0][0] + parts[0][1].size < place - 2 * most:
            parts.pop(0)
    if not parts:
        return None
    start, end = parts[0][0], parts[-1][0] + parts[-1][1].size
    tail = np.zeros(end - start, np.float32)
    for at, mono in parts:
        tail[at - start : at - start + mono.size] = mono
    return EndSound(head, tail, start)


def sample_of(scan: Scan, frame: int) -> int:
    """Give the sample at which a frame of a clip begins."""
    return samples_at(frame / scan.rate)
