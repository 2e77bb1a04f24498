"""Nobody pays without a word: over budget, then no key, then no consent."""

from __future__ import annotations

import io
import sys

import pytest

from boards import plan_of
from longtake.cli.making import Consent, confirm
from longtake.errors import ConfirmationNeeded
from longtake.plan.job import Plan
from longtake.units import Money


class Terminal(io.StringIO):
    """A terminal on which something was typed."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def paid() -> Plan:
    """Two clips at 0.35 USD."""
    return plan_of(
        "longtake: 1\ntitle: Paid\nmodel: pixazo/hailuo-2-3\n"
        "scenes: [{start: lamp.png, prompt: a lamp, seconds: 12}]\n",
        stills={"lamp.png": "00"},
    )


def test_nobody_is_there_to_agree(paid: Plan) -> None:
    """Without a terminal and without a word nothing is bought."""
    with pytest.raises(ConfirmationNeeded) as caught:
        confirm(paid, Consent())

    assert str(caught.value) == (
        "2 clips would cost 0.70 USD, and nobody is here to agree\n"
        "hint: say `--yes`, or set a limit with `--budget`; nothing was bought"
    )


@pytest.mark.parametrize("answer", ["y\n", "n\n", "\n"])
def test_somebody_is_asked(paid: Plan, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    """On a terminal the price is named and a yes is asked for; anything else buys nothing."""
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    monkeypatch.setattr(sys, "stderr", Terminal())
    try:
        confirm(paid, Consent())
        agreed = True
    except ConfirmationNeeded as error:
        agreed = "nothing was bought" not in error.message

    assert agreed is (answer == "y\n")
    assert isinstance(sys.stderr, Terminal)
    assert sys.stderr.getvalue().startswith("Buy 2 clips for 0.70 USD? [y/N]: ")


@pytest.mark.parametrize("consent", [Consent(yes=True), Consent(Money.parse("1 USD"))])
def test_a_word_of_the_author(paid: Plan, consent: Consent) -> None:
    """`--yes` and `--budget` both are one."""
    confirm(paid, consent)


def test_clips_that_are_owned_cost_nothing(paid: Plan) -> None:
    """What is bought already needs no word."""
    owned = frozenset(job.recipe for job in paid.jobs)
    again = plan_of(
        "longtake: 1\ntitle: Paid\nmodel: pixazo/hailuo-2-3\n"
        "scenes: [{start: lamp.png, prompt: a lamp, seconds: 12}]\n",
        stills={"lamp.png": "00"},
        owned=owned,
    )

    confirm(again, Consent())


def test_drawn_clips_need_no_word() -> None:
    """The animatic is free."""
    confirm(plan_of("longtake: 1\ntitle: Free\nscenes: [{prompt: a lamp}]\n"), Consent())
