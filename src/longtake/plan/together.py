"""What several films cost that are made in one run: what more than one of them needs counts once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from longtake.errors import PlanError
from longtake.plan.job import Plan
from longtake.units import Money, take_name


@dataclass(frozen=True)
class JointQuote:
    """How many clips and voices are still to be bought for some films, and what they come to.

    `unknown` of them have no known price and are not in the total.
    """

    clips: int
    voices: int
    total: Money
    unknown: int = 0


def quote_together(plans: Iterable[Plan]) -> JointQuote:
    """Price what several plans lack; raises PlanError where their prices are in several currencies."""
    clips: dict[str, Money | None] = {}
    voices: dict[str, Money | None] = {}
    for plan in plans:
        clips |= _lacking(plan)
        voices |= {job.key: job.price for job in plan.speech if not (job.owned or job.free)}
    prices = (*clips.values(), *voices.values())
    priced = [price for price in prices if price and price.amount]
    currencies = sorted({price.currency for price in priced})
    if len(currencies) > 1:
        raise PlanError(
            f"the prices of these boards are in {' and '.join(currencies)}",
            hint="make those of each currency by themselves",
        )
    total = sum(priced, Money(Decimal(0), currencies[0] if currencies else "USD"))
    return JointQuote(len(clips), len(voices), total, sum(price is None for price in prices))


def _lacking(plan: Plan) -> dict[str, Money | None]:
    """Map the names of takes that a plan still buys to their prices."""
    return dict(_takes(plan))


def _takes(plan: Plan) -> Iterator[tuple[str, Money | None]]:
    for job in plan.to_buy:
        for number in plan.quote.lacking.get(job.id, ()):
            yield take_name(job.recipe, number), job.price
