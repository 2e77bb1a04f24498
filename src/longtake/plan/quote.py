"""What a plan will cost before any of it is spent."""

from __future__ import annotations

from decimal import Decimal

from longtake.plan.job import ClipJob, Quote, Source
from longtake.units import Money


def make_quote(sources: tuple[Source, ...], owned: frozenset[str], budget: str | None) -> Quote:
    """Price every clip job that is not owned yet; the sum is in the currency of the first price."""
    lines: list[tuple[str, Money | None, bool]] = []
    total = Money(Decimal(0), _currency(sources, budget))
    unknown = []
    for source in sources:
        if not isinstance(source, ClipJob):
            continue
        has_take = source.recipe in owned
        lines.append((source.id, source.price, has_take))
        if source.price is None and not has_take:
            unknown.append(source.id)
        elif source.price is not None and not has_take and source.price.amount:
            total = total + source.price
    return Quote(tuple(lines), total, tuple(unknown), Money.parse(budget) if budget else None)


def _currency(sources: tuple[Source, ...], budget: str | None) -> str:
    prices = [s.price for s in sources if isinstance(s, ClipJob) and s.price and s.price.amount]
    if prices:
        return prices[0].currency
    return Money.parse(budget).currency if budget else "USD"
