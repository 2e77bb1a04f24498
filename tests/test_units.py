"""Exact arithmetic of frames, sizes and money."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtake.units import Aspect, Focus, FrameRate, Money, Size, exact, half_up


@given(st.fractions(-1000, 1000))
def test_half_up_is_the_nearest_whole_number(value: Fraction) -> None:
    """No whole number is nearer, and a half goes up."""
    assert -Fraction(1, 2) < half_up(value) - value <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("written", "value"), [(0.1, Fraction(1, 10)), ("1.5", Fraction(3, 2)), (2, Fraction(2))]
)
def test_number_as_the_author_wrote_it(written: float | str, value: Fraction) -> None:
    """A tenth is a tenth, not the nearest binary fraction."""
    assert exact(written) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (24, Fraction(24)),
        (23.976, Fraction(24000, 1001)),
        ("23.98", Fraction(24000, 1001)),
        ("29.97", Fraction(30000, 1001)),
        ("30000/1001", Fraction(30000, 1001)),
        (12.5, Fraction(25, 2)),
    ],
)
def test_rates_as_people_write_them(text: float | str, value: Fraction) -> None:
    """The usual decimals mean the fractions they are short for."""
    assert FrameRate.parse(text).value == value


@pytest.mark.parametrize("text", ["0", "-1", "241", "fast", "1/0", "nan", ""])
def test_what_is_no_rate(text: str) -> None:
    """A rate is a number from 1 to 240."""
    with pytest.raises(ValueError, match="frame rate"):
        FrameRate.parse(text)


@given(st.sampled_from(["23.976", "24", "25", "29.97", "60"]), st.integers(0, 10**6))
def test_frames_and_seconds_are_inverse(rate: str, frames: int) -> None:
    """The seconds of so many frames are that many frames again, without drift."""
    fps = FrameRate.parse(rate)
    assert fps.frames(fps.seconds(frames)) == frames


def test_half_a_frame_goes_up() -> None:
    """A length that ends in the middle of a frame is rounded up."""
    assert [FrameRate.parse(25).frames(s) for s in ("0.02", "0.019", "0.1")] == [1, 0, 3]


@pytest.mark.parametrize(
    ("rate", "frame", "text"),
    [(24, 0, "00:00:00"), (24, 1463, "01:00:23"), ("29.97", 108_000, "01:00:00:00")],
)
def test_timecode(rate: int | str, frame: int, text: str) -> None:
    """Minutes, seconds and frames, with hours from one hour on."""
    assert FrameRate.parse(rate).timecode(frame) == text


@pytest.mark.parametrize(("rate", "text"), [(24, "24"), ("23.976", "24000/1001")])
def test_rate_in_words(rate: int | str, text: str) -> None:
    """A rate is written so that it can be read again."""
    assert str(FrameRate.parse(rate)) == text
    assert FrameRate.parse(text) == FrameRate.parse(rate)


def test_sizes() -> None:
    """A size is read with any cross between its sides."""
    assert Size.parse("1280x720") == Size.parse(" 1280 × 720 ") == Size(1280, 720)
    assert (str(Size(1280, 720)), Size(1280, 720).aspect) == ("1280x720", Fraction(16, 9))


@pytest.mark.parametrize(
    ("text", "reason"),
    [("1280", "no size"), ("1281x720", "even"), ("14x720", "between"), ("9000x720", "between")],
)
def test_what_is_no_size(text: str, reason: str) -> None:
    """Odd sides, slivers and giants are refused with the reason."""
    with pytest.raises(ValueError, match=reason):
        Size.parse(text)


@given(st.decimals(0, 10**6, places=4), st.decimals(0, 10**6, places=4), st.integers(0, 1000))
def test_money_is_exact(a: Decimal, b: Decimal, times: int) -> None:
    """Sums and products of amounts lose nothing."""
    assert Money(a) + Money(b) - Money(b) == Money(a)
    assert Money(a) * times == Money(a * times)
    assert (Money(a) < Money(b)) == (a < b)
    assert Money(a) <= Money(a)


def test_currencies_do_not_mix() -> None:
    """Amounts of two currencies are never added or compared."""
    for mixed in (
        lambda: Money(Decimal(1)) + Money(Decimal(1), "EUR"),
        lambda: Money(Decimal(1)) < Money(Decimal(1), "EUR"),
    ):
        with pytest.raises(ValueError, match="not of one currency"):
            mixed()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("12 usd", "12.00 USD"),
        ("0.5 EUR", "0.50 EUR"),
        ("0.0125 USD", "0.0125 USD"),
        ("100 USD", "100.00 USD"),
    ],
)
def test_money_in_words(text: str, shown: str) -> None:
    """Two places at least, all that there are at most."""
    assert str(Money.parse(text)) == shown


@pytest.mark.parametrize("text", ["12", "USD 12", "-1 USD", "1,000 USD", "1e3 USD"])
def test_what_is_no_amount(text: str) -> None:
    """An amount is a number and a currency."""
    with pytest.raises(ValueError, match="no amount"):
        Money.parse(text)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("9:16", "720x1280"),
        ("1:1", "720x720"),
        ("4:5", "720x900"),
        ("21:9", "1680x720"),
        ("18x32", "720x1280"),
    ],
)
def test_aspect_keeps_the_short_side(text: str, size: str) -> None:
    """A film in another shape is as high or wide as the film at its shorter side, its sides even."""
    assert str(Aspect.parse(text).of(Size(1280, 720))) == size
    assert str(Aspect.parse(text).of(Size(720, 1280))) == size


def test_aspect_keeps_the_name_it_was_given() -> None:
    """A film of 21:9 is not called 7x3."""
    assert (str(Aspect.parse("21x9")), Aspect.parse("21:9").file_name) == ("21:9", "21x9")
    assert Aspect.parse("21:9").ratio == Aspect.parse("7:3").ratio


def test_aspect_of_an_odd_size_is_even() -> None:
    """A long side that would be odd is rounded to even."""
    assert Aspect(9, 16).of(Size(160, 90)) == Size(90, 160)
    assert Aspect(9, 16).of(Size(160, 96)) == Size(96, 170)


@pytest.mark.parametrize(
    "text", ["9:0", "0:9", "abc", "9", "9:16:1", "", "-9:16", "5:1", "1:5", "٩:١٦"]
)
def test_what_is_no_aspect(text: str) -> None:
    """Noughts, words and shapes beyond 4:1 are refused."""
    with pytest.raises(ValueError, match="shape"):
        Aspect.parse(text)


@pytest.mark.parametrize(
    ("text", "focus"),
    [
        ("0.5,0.3", Focus(Fraction(1, 2), Fraction(3, 10))),
        (" 0 , 1. ", Focus(Fraction(0), Fraction(1))),
        ("whole", Focus(whole=True)),
    ],
)
def test_focus_as_written(text: str, focus: Focus) -> None:
    """A point, or the whole picture."""
    assert Focus.parse(text) == focus


@pytest.mark.parametrize(
    "text", ["1.1,0", "-0.1,0", "0.5", "0.5,0.5,0.5", "all", "2,2", "0.5;0.5", ""]
)
def test_what_is_no_focus(text: str) -> None:
    """A point outside of the picture, or no point."""
    with pytest.raises(ValueError, match="no point"):
        Focus.parse(text)
