"""The lengths of a shot's clips by what its offer allows, and what the other way of dividing would give."""

from __future__ import annotations

from fractions import Fraction

from longtake.plan.settings import ShotSettings
from longtake.plan.split import split_shot


def clip_lengths(settings: ShotSettings, wanted_s: Fraction, split: str = "") -> tuple[int, ...]:
    """Divide a shot into the lengths of its clips, in seconds, in the way its settings (or `split`) say."""
    resolution = settings.resolution
    # What is drawn costs nothing, in whatever lengths.
    by_price = (split or settings.split) == "price" and not settings.offer.draws
    return split_shot(wanted_s, resolution.lengths, resolution.amounts if by_price else None)


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
