"""The lengths of a shot's clips by what its offer allows, and what the other way of dividing would give."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from longtake.plan.settings import ShotSettings
from longtake.plan.split import split_shot


def clip_lengths(settings: ShotSettings, wanted_s: Fraction, split: str = "") -> tuple[int, ...]:
    """Divide a shot into the lengths of its clips, in seconds, in the way its settings (or `split`) say."""
    offer, resolution = settings.offer, settings.resolution

    def cost(seconds: int) -> Decimal | None:
        price = offer.price(resolution, seconds)
        return price.amount if price else None

    by_price = (split or settings.split) == "price"
    return split_shot(wanted_s, resolution.lengths, cost=cost if by_price else None)


def other_split(settings: ShotSettings, wanted_s: Fraction, chosen: tuple[int, ...]) -> str:
    """Say what the other way of dividing would give, where it differs."""
    other = "seams" if settings.split == "price" else "price"
    lengths = chosen if settings.offer.draws else clip_lengths(settings, wanted_s, other)
    if lengths == chosen:
        return ""
    prices = [settings.offer.price(settings.resolution, seconds) for seconds in lengths]
    known = [price for price in prices if price is not None]
    total = sum(known[1:], known[0]) if len(known) == len(prices) else "unknown price"
    return f"split: {other} would be {' + '.join(map(str, lengths))} s, {total}"
