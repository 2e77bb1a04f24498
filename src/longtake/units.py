"""Exact arithmetic for frames, sizes and money; seconds occur only at the edges."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from typing import Literal

# How a picture of another aspect is fitted: auto covers where the aspects are close, else pads.
Fit = Literal["auto", "cover", "pad"]

# Rates that people write as decimals but that are defined as fractions (SMPTE 12M).
_NTSC = {
    "23.976": Fraction(24000, 1001),
    "23.98": Fraction(24000, 1001),
    "29.97": Fraction(30000, 1001),
    "47.952": Fraction(48000, 1001),
    "59.94": Fraction(60000, 1001),
}


def half_up(value: Fraction) -> int:
    """Round to the nearest whole number, halves upwards."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


@lru_cache(maxsize=4096, typed=True)
def exact(value: int | float | str | Decimal | Fraction) -> Fraction:
    """Turn a number as written by an author into an exact fraction (0.1 is one tenth)."""
    if isinstance(value, float):
        return Fraction(Decimal(repr(value)))
    return Fraction(value)


def take_name(recipe: str, number: int) -> str:
    """Name one of the takes of a recipe; the first is named as the recipe itself."""
    return recipe if number == 1 else f"{recipe}#{number}"


@dataclass(frozen=True, order=True)
class FrameRate:
    """Frames per second as an exact fraction."""

    value: Fraction

    @classmethod
    def parse(cls, text: int | float | str | Fraction) -> FrameRate:
        """Read 24, 23.976, "30000/1001"; the usual NTSC decimals mean their fractions.

        Raises ValueError when the text is no positive rate up to 240.
        """
        written = str(text).strip()
        # No exponents: the fraction of 1e999999999 would be written out to its last digit.
        if not re.fullmatch(r"\d{1,9}(\.\d{1,9})?|\d{1,9}/[1-9]\d{0,8}", written):
            raise ValueError(f'"{written}" is no frame rate')
        value = _NTSC.get(written) or Fraction(written)
        if not 1 <= value <= 240:
            raise ValueError(f"a frame rate lies between 1 and 240, not {written}")
        return cls(value)

    def frames(self, seconds: int | float | str | Decimal | Fraction) -> int:
        """Count the whole frames nearest to a length in seconds, halves upwards."""
        written, rate = exact(seconds), self.value
        # As half_up of their product, which is not made: a long plan counts a hundred thousand times.
        whole = written.denominator * rate.denominator
        return (2 * written.numerator * rate.numerator + whole) // (2 * whole)

    def seconds(self, frames: int) -> Fraction:
        """Give the exact length of so many frames in seconds."""
        return frames / self.value

    def timecode(self, frame: int) -> str:
        """Write a frame number as MM:SS:FF (HH:MM:SS:FF from one hour on), non-drop."""
        base = half_up(self.value)
        seconds, rest = divmod(frame, base)
        minutes, second = divmod(seconds, 60)
        hours, minute = divmod(minutes, 60)
        short = f"{minute:02d}:{second:02d}:{rest:02d}"
        return f"{hours:02d}:{short}" if hours else short

    def __str__(self) -> str:
        if self.value.denominator == 1:
            return str(self.value.numerator)
        return f"{self.value.numerator}/{self.value.denominator}"


# A film frame shows what a clip shows an eighth of a frame after it begins: picked just on the edge,
# the first frame of a 23.976 clip would be shown twice in a film of 24; and Matroska rounds times.
SHOWN_AFTER = Fraction(1, 8)


def shown_frame(film_frame: int, clip: FrameRate | Fraction, film: FrameRate) -> int:
    """Give the number of the clip's frame that a film shows at a frame counted from the clip's start."""
    rate = clip.value if isinstance(clip, FrameRate) else clip
    return int((film_frame + SHOWN_AFTER) * rate // film.value)


def film_frames_until(clip_frame: int, clip: FrameRate, film: FrameRate) -> int:
    """Count the film frames that show a clip up to one of its frames, that one included."""
    guess = half_up((clip_frame + 1) / clip.value * film.value) + 1
    while guess > 1 and shown_frame(guess - 1, clip, film) > clip_frame:
        guess -= 1
    return guess


def film_frame_of(clip_frame: int, clip: FrameRate, film: FrameRate) -> int:
    """Give the first frame of the film, counted from the clip's start, that shows a frame of a clip.

    Or the first one behind it, where the film shows too few frames to show that one.
    """
    return film_frames_until(clip_frame - 1, clip, film) if clip_frame > 0 else 0


@dataclass(frozen=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int

    @classmethod
    def parse(cls, text: str) -> Size:
        """Read "1280x720"; raises ValueError unless both sides are even and 16 to 8192."""
        match = re.fullmatch(r"\s*(\d{2,5})\s*[xX×]\s*(\d{2,5})\s*", text)
        if not match:
            raise ValueError(f'"{text}" is no size such as 1280x720')
        size = cls(int(match[1]), int(match[2]))
        if size.width % 2 or size.height % 2:
            raise ValueError(
                f"both sides of {size} must be even (4:2:0 pictures have no half pixels)"
            )
        if not all(16 <= side <= 8192 for side in (size.width, size.height)):
            raise ValueError(f"both sides of {size} must lie between 16 and 8192")
        return size

    @property
    def aspect(self) -> Fraction:
        return Fraction(self.width, self.height)

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


# The flattest and the tallest shape a film may have.
_FLATTEST = Fraction(4)


@dataclass(frozen=True)
class Aspect:
    """The shape of a picture as people write it: so many parts wide, so many high."""

    across: int
    down: int

    @classmethod
    def parse(cls, text: str) -> Aspect:
        """Read "9:16"; raises ValueError for anything else, and for shapes beyond 4:1 and 1:4."""
        match = re.fullmatch(r"\s*(\d{1,4})\s*[:xX]\s*(\d{1,4})\s*", text, re.ASCII)
        if not match or not int(match[1]) or not int(match[2]):
            raise ValueError(f'"{text}" is no shape such as 9:16')
        aspect = cls(int(match[1]), int(match[2]))
        if not 1 / _FLATTEST <= aspect.ratio <= _FLATTEST:
            raise ValueError(f"a shape lies between 4:1 and 1:4, not {text.strip()}")
        return aspect

    @property
    def ratio(self) -> Fraction:
        """Width by height: 21:9 and 7:3 are of one shape."""
        return Fraction(self.across, self.down)

    def of(self, size: Size) -> Size:
        """Give the size of this shape that has the short side of another size; both sides even."""
        short = min(size.width, size.height)
        long = 2 * half_up(short * max(self.ratio, 1 / self.ratio) / 2)
        return Size(long, short) if self.ratio > 1 else Size(short, long)

    @property
    def file_name(self) -> str:
        """Its name where a colon may not stand: 9x16."""
        return f"{self.across}x{self.down}"

    def __str__(self) -> str:
        return f"{self.across}:{self.down}"


@dataclass(frozen=True)
class Focus:
    """What a film of another shape keeps of a picture: as much as it can around a point, or all of it.

    The point lies at `x` of the width and `y` of the height, both from 0 to 1.
    """

    x: Fraction = Fraction(1, 2)
    y: Fraction = Fraction(1, 2)
    whole: bool = False

    @classmethod
    def parse(cls, text: str) -> Focus:
        """Read "0.5,0.3" or "whole"; raises ValueError for anything else."""
        if text.strip() == "whole":
            return cls(whole=True)
        part = r"\s*(0?\.\d+|[01](?:\.0*)?)\s*"
        match = re.fullmatch(f"{part},{part}", text, re.ASCII)
        if not match:
            raise ValueError(
                f'"{text}" is no point such as 0.5,0.3 (both from 0 to 1), nor "whole"'
            )
        return cls(Fraction(match[1]), Fraction(match[2]))

    def __str__(self) -> str:
        return "whole" if self.whole else f"{float(self.x):g},{float(self.y):g}"


@dataclass(frozen=True)
class Money:
    """An exact amount of one currency."""

    amount: Decimal
    currency: str = "USD"

    @classmethod
    def parse(cls, text: str) -> Money:
        """Read "12.00 USD"; raises ValueError for anything else."""
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]{3})\s*", text)
        if not match:
            raise ValueError(f'"{text}" is no amount such as 12.00 USD')
        try:
            return cls(Decimal(match[1]), match[2].upper())
        except InvalidOperation:
            raise ValueError(f'"{text}" is no amount such as 12.00 USD') from None

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other).amount, self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.amount * times, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other).amount

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other).amount

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"{self} and {other} are not of one currency")
        return other

    def __str__(self) -> str:
        cents = self.amount.quantize(Decimal("0.01"))
        shown = cents if cents == self.amount else self.amount.normalize()
        return f"{shown:f} {self.currency}"


def sums_of(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """Sum amounts, one sum for each currency; those that come to nothing are left out."""
    sums: dict[str, Money] = {}
    for amount in amounts:
        known = sums.get(amount.currency)
        sums[amount.currency] = known + amount if known else amount
    return tuple(money for money in sums.values() if money.amount)
