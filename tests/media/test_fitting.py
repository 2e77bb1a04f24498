"""Which part of a picture a film of another shape keeps: geometry, without a pixel."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtake.media.fitting import kept_area
from longtake.units import Focus, Size

WIDE, TALL = Size(1280, 720), Size(720, 1280)
SIDES = st.integers(8, 400).map(lambda half: 2 * half)
SHARES = st.fractions(0, 1)


@given(SIDES, SIDES, SIDES, SIDES, SHARES, SHARES, st.sampled_from([0, 90, 180, 270]))
def test_what_is_kept_lies_inside_and_is_even(
    width: int, height: int, across: int, down: int, x: Fraction, y: Fraction, turn: int
) -> None:
    """Whatever the shapes, the point and the turn: even sides at even places, inside the picture."""
    shown, coded = Size(width, height), Size(width, height)
    if turn in (90, 270):
        coded = Size(height, width)
    area = kept_area(shown, Size(across, down), Focus(x, y)).before_turn(turn)
    left, top, wide, high = area.pixels(coded)
    assert (left % 2, top % 2, wide % 2, high % 2) == (0, 0, 0, 0)
    assert left >= 0 and top >= 0 and wide >= 2 and high >= 2
    assert left + wide <= coded.width and top + high <= coded.height


@pytest.mark.parametrize(
    ("focus", "left"), [("0.5,0.5", 438), ("0.25,0.9", 118), ("0,0", 0), ("1,1", 874)]
)
def test_the_point_is_in_the_middle_where_it_can_be(focus: str, left: int) -> None:
    """A tall film keeps 406 of 1280 columns around the point, moved inside at the edges."""
    area = kept_area(WIDE, TALL, Focus.parse(focus))
    assert area.pixels(WIDE) == (left, 0, 406, 720)


def test_a_square_is_cut_without_scaling() -> None:
    """Of a film of 720 lines a square film keeps 720 columns."""
    assert kept_area(WIDE, Size(720, 720)).pixels(WIDE) == (280, 0, 720, 720)


def test_a_picture_that_lies_on_its_side() -> None:
    """The part is the same seen after the turn: the left of an upright picture is coded below."""
    area = kept_area(TALL, WIDE, Focus(y=Fraction(0)))
    assert (area.left, area.top, area.width) == (0, 0, 1)
    assert area.before_turn(90).pixels(WIDE) == (0, 0, 406, 720)
    assert area.before_turn(270).pixels(WIDE) == (874, 0, 406, 720)
    assert kept_area(WIDE, TALL, Focus(Fraction(0))).before_turn(180).pixels(WIDE)[0] == 874
