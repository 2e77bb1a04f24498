"""Where a picture of one shape lies in a film of another: pure geometry, in whole even pixels."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from longtake.errors import MediaError
from longtake.units import Fit, Focus, Size, half_up

_LIKE_ASPECTS = Fraction(3, 100)
_WIDEST = 16_384

_CENTRE = Focus()


@dataclass(frozen=True)
class Area:
    """A part of a picture, its sides from 0 to 1 of the picture's own."""

    left: Fraction
    top: Fraction
    width: Fraction
    height: Fraction

    def before_turn(self, rotation: int) -> Area:
        """Give the same part of the picture before it is turned clockwise by so many degrees."""
        right, bottom = 1 - self.left - self.width, 1 - self.top - self.height
        if rotation == 90:
            return Area(self.top, right, self.height, self.width)
        if rotation == 180:
            return Area(right, bottom, self.width, self.height)
        if rotation == 270:
            return Area(bottom, self.left, self.height, self.width)
        return self

    def pixels(self, size: Size) -> tuple[int, int, int, int]:
        """Give left, top, width and height in a picture of this size: even, as 4:2:0 has no half pixels."""
        left, width = _even(self.left, self.width, size.width)
        top, height = _even(self.top, self.height, size.height)
        return left, top, width, height


def alike(shape: Size, other: Size) -> bool:
    """Tell whether two shapes differ so little that one fills the other."""
    wider, narrower = max(shape.aspect, other.aspect), min(shape.aspect, other.aspect)
    return wider / narrower - 1 < _LIKE_ASPECTS


def covers(shape: Size, film: Size, fit: Fit) -> bool:
    """Tell whether a picture of this shape fills a film, cut where it is too large."""
    return alike(shape, film) if fit == "auto" else fit == "cover"


def surrounded(shape: Size, film: Size, focus: Focus | None) -> bool:
    """Tell whether a picture is shown whole, with a blurred copy of itself around it."""
    return focus is not None and focus.whole and not alike(shape, film)


def kept_area(shape: Size, film: Size, focus: Focus = _CENTRE) -> Area:
    """Give the largest part of a picture that has the film's shape, around a point where it can."""
    share = film.aspect / shape.aspect
    width, height = min(share, Fraction(1)), min(1 / share, Fraction(1))
    point = _CENTRE if focus.whole else focus
    return Area(_within(point.x, width), _within(point.y, height), width, height)


def inner_size(shape: Size, size: Size, *, covering: bool) -> Size:
    """Give the size a picture is scaled to: even, and around a film's size or inside it."""
    across, down = Fraction(size.width, shape.width), Fraction(size.height, shape.height)
    factor = max(across, down) if covering else min(across, down)
    limit = max if covering else min
    width = limit(size.width, 2 * half_up(shape.width * factor / 2))
    height = limit(size.height, 2 * half_up(shape.height * factor / 2))
    if max(width, height) > _WIDEST:
        raise MediaError(
            f"a picture of {shape} is too narrow to cover {size}", hint="use `fit: pad`"
        )
    return Size(max(2, width), max(2, height))


def _within(middle: Fraction, length: Fraction) -> Fraction:
    """Give the start of a length around a point, moved so that it lies between 0 and 1."""
    return min(max(middle - length / 2, Fraction(0)), 1 - length)


def _even(start: Fraction, length: Fraction, side: int) -> tuple[int, int]:
    if length == 1:
        return 0, side
    pixels = min(max(2, 2 * half_up(length * side / 2)), side)
    middle = (start + length / 2) * side
    at = 2 * half_up((middle - Fraction(pixels, 2)) / 2)
    return min(max(at, 0), (side - pixels) // 2 * 2), pixels
