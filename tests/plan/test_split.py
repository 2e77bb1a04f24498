"""A shot longer than any clip is divided: fewest seams, then least surplus; or cheapest."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import combinations_with_replacement

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtake.errors import PlanError
from longtake.plan.split import split_shot

LENGTHS = st.lists(st.integers(1, 12), min_size=1, max_size=4, unique=True).map(tuple)
WANTED = st.fractions(Fraction(1, 24), 40, max_denominator=24)


def all_splits(wanted: Fraction, lengths: tuple[int, ...], most: int) -> list[tuple[int, ...]]:
    """Every division into at most so many clips that holds the shot."""
    return [
        clips
        for count in range(1, most + 1)
        for clips in combinations_with_replacement(sorted(lengths, reverse=True), count)
        if sum(clips) >= wanted
    ]


@given(WANTED, LENGTHS)
def test_split_holds_the_shot_in_allowed_lengths(
    wanted: Fraction, lengths: tuple[int, ...]
) -> None:
    """The clips hold the shot, are of allowed lengths, longest first, and none could be left out."""
    clips = split_shot(wanted, lengths)
    assert sum(clips) >= wanted > sum(clips[:-1])
    assert set(clips) <= set(lengths)
    assert list(clips) == sorted(clips, reverse=True)
    assert len(clips) == max(1, -(-wanted // max(lengths)))


@given(st.fractions(Fraction(1, 24), 24, max_denominator=24), LENGTHS.filter(lambda x: max(x) >= 6))
def test_split_has_the_least_surplus_of_all(wanted: Fraction, lengths: tuple[int, ...]) -> None:
    """No other division has fewer clips, and none of as many has less surplus."""
    clips = split_shot(wanted, lengths)
    best = min(all_splits(wanted, lengths, len(clips)), key=lambda other: (len(other), sum(other)))
    assert (len(clips), sum(clips)) == (len(best), sum(best))


@given(
    st.fractions(Fraction(1, 24), 12, max_denominator=24),
    LENGTHS.filter(lambda x: max(x) >= 4),
    st.lists(st.integers(1, 50), min_size=12, max_size=12),
)
def test_cheapest_split_of_all(
    wanted: Fraction, lengths: tuple[int, ...], prices: list[int]
) -> None:
    """With prices no division is cheaper; of equal price none has fewer clips or less surplus."""

    def rank(clips: tuple[int, ...]) -> tuple[int, int, int]:
        return sum(prices[length - 1] for length in clips), len(clips), sum(clips)

    clips = split_shot(wanted, lengths, tuple(Decimal(prices[length - 1]) for length in lengths))
    # A clip more than the shortest ones need can only cost more.
    most = min(12, -(-wanted.numerator // (wanted.denominator * min(lengths))))
    assert rank(clips) == min(map(rank, all_splits(wanted, lengths, max(1, most))))


@pytest.mark.parametrize(
    ("wanted", "lengths", "clips"),
    [
        ("15", (5, 10), (10, 5)),
        ("16", (5, 10), (10, 10)),
        ("12", (6, 10), (6, 6)),
        ("0.5", (6, 10), (6,)),
        ("6", (6, 10), (6,)),
        ("6.01", (6, 10), (10,)),
        ("25", (6, 10), (10, 10, 6)),
        ("29.5", tuple(range(2, 11)), (10, 10, 10)),
    ],
)
def test_examples(wanted: str, lengths: tuple[int, ...], clips: tuple[int, ...]) -> None:
    """What an author sees for usual lengths."""
    assert split_shot(Fraction(wanted), lengths) == clips


def test_price_may_choose_more_clips() -> None:
    """Where two short clips cost less than one long, `split: price` takes them."""
    prices = (Decimal("0.20"), Decimal("0.56"))
    assert split_shot(Fraction(10), (6, 10)) == (10,)
    assert split_shot(Fraction(10), (6, 10), prices) == (6, 6)


def test_lengths_without_a_price_are_left_out() -> None:
    """A length nobody knows the price of is not bought; where none is known, seams decide."""
    assert split_shot(Fraction(10), (6, 10), (Decimal(1), None)) == (6, 6)
    assert split_shot(Fraction(10), (6, 10), (None, None)) == (10,)


def test_equal_lengths_at_other_prices() -> None:
    """A division of one offer says nothing about another's."""
    first = split_shot(Fraction(12), (6, 10), (Decimal(1), Decimal(9)))
    other = split_shot(Fraction(10), (6, 10), (Decimal(9), Decimal(1)))
    again = split_shot(Fraction(10), (6, 10), (Decimal(1), Decimal(9)))

    assert (first, other, again) == ((6, 6), (10,), (6, 6))


@pytest.mark.parametrize("lengths", [(), (0,), (-5, 5)])
def test_offer_without_lengths(lengths: tuple[int, ...]) -> None:
    """An offer that allows no length is an error."""
    with pytest.raises(PlanError, match="allows no clip length"):
        split_shot(Fraction(5), lengths)


def test_very_long_shot_is_divided_at_once() -> None:
    """An hour divides without trying everything."""
    clips = split_shot(Fraction(3600), (5, 6, 10))
    assert clips == (10,) * 360
