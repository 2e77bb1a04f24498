"""What travels between machines comes out as it went in."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from longtake.errors import LongtakeError, OutcomeUnknown, RateLimited, Refused, Where
from longtake.events import Event, Rendering, SeamsSeen
from longtake.fleet.letters import (
    read_error,
    read_event,
    read_wishes,
    written_error,
    written_event,
    written_wishes,
)
from longtake.generate.ensure import Progress
from longtake.reckoning import SharedBudget
from longtake.units import Aspect, Money
from longtake.wishes import Wishes


def posted(letter: Any) -> Any:
    """Send plain values as a database keeps them."""
    return json.loads(json.dumps(letter))


@pytest.mark.parametrize(
    "event",
    [Progress("a/1", "making", 0.5, "soon"), Rendering(3, 9, "9:16"), SeamsSeen(4, 1)],
)
def test_an_event(event: Event) -> None:
    """It is the same event on the other side; what nobody here knows is passed over."""
    assert read_event(posted(written_event(event))) == event  # type: ignore[arg-type]
    assert read_event({"event": "of a later version"}) is None


@pytest.mark.parametrize(
    "error",
    [
        OutcomeUnknown("nobody knows", hint="look", job="a", task="t", charged=None),
        Refused("not this", kind="moderation", charged=False),
        RateLimited("later", retry_after_s=2.5),
        LongtakeError("plain"),
    ],
)
def test_an_error(error: LongtakeError) -> None:
    """It is of the same class and knows the same."""
    again = read_error(posted(written_error(error)))

    assert type(again) is type(error)
    assert vars(again) == vars(error)
    assert str(again) == str(error)


def test_an_error_of_a_place_and_of_a_kind_that_is_unknown_here() -> None:
    """Its place is part of its words, its exit code stays."""
    placed = LongtakeError("wrong", where=Where("b.yaml", 2, 3))
    letter = {**written_error(placed), "class": "OfALaterVersion", "exit": 9}
    again = read_error(posted(letter))

    assert (str(again), again.exit_code) == ("b.yaml:2:3: wrong", 9)


def test_wishes() -> None:
    """Whatever decides about a film or its money arrives; what is owned does not travel."""
    money = Money(Decimal("2.50"))
    wishes = Wishes(
        quality="final",
        draft=True,
        variables={"season": "winter"},
        budget=money,
        retakes=2,
        price=money,
        accepted=frozenset({"b", "a"}),
        agreed=True,
        since=7,
        shared=SharedBudget(money, ("/x/a.yaml",)),
        copies=False,
        aspects=(Aspect.parse("9:16"),),
        take_best=True,
        there=True,
    )

    assert read_wishes(posted(written_wishes(wishes))) == wishes
