"""How a shot longer than any clip is divided into lengths that an offer allows."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from longtake.errors import PlanError

Cost = Callable[[int], Decimal | None]


def split_shot(
    wanted_s: Fraction, lengths: tuple[int, ...], *, cost: Cost | None = None
) -> tuple[int, ...]:
    """Divide a shot into clip lengths (whole seconds) whose sum holds it, longest first.

    Without `cost`: fewest clips (fewest seams), then least surplus. With it: cheapest, then fewest
    clips, then least surplus; lengths without a price are left out where any has one.

    Raises PlanError when no length is allowed at all.
    """
    usable = tuple(sorted(set(lengths)))
    if not usable or usable[0] <= 0:
        raise PlanError("the offer allows no clip length")
    if cost is not None:
        priced = tuple(length for length in usable if cost(length) is not None)
        usable, cost = (priced, cost) if priced else (usable, None)
    needed = max(1, -(-wanted_s.numerator // wanted_s.denominator))
    prices = tuple((cost(length) if cost else None) or Decimal(0) for length in usable)
    return _cheapest(needed, usable, prices)


Rank = tuple[Decimal, int]


# Most shots of a board are of a few lengths, and each is asked for more than once.
@lru_cache(maxsize=4096)
def _cheapest(
    needed: int, lengths: tuple[int, ...], prices: tuple[Decimal, ...]
) -> tuple[int, ...]:
    best = _best_sums(needed, lengths, prices)
    reach = range(needed, needed + lengths[-1])
    total = min((t for t in reach if t in best), key=lambda t: (*best[t][0], t))
    return _walk_back(total, best)


def _best_sums(
    needed: int, lengths: tuple[int, ...], prices: tuple[Decimal, ...]
) -> dict[int, tuple[Rank, int]]:
    """For every reachable sum below `needed` + the longest: its best rank and the clip that ends it.

    The rank is (price, clips); without prices the price is always nought and clips decide.
    """
    price = dict(zip(lengths, prices, strict=True))
    best: dict[int, tuple[Rank, int]] = {0: ((Decimal(0), 0), 0)}
    for total in range(1, needed + lengths[-1]):
        found = [
            ((best[total - length][0][0] + price[length], best[total - length][0][1] + 1), length)
            for length in lengths
            # A sum that already holds the shot gains nothing from one clip more.
            if total - length in best and total - length < needed
        ]
        if found:
            best[total] = min(found, key=lambda choice: (choice[0], -choice[1]))
    return best


def _walk_back(total: int, best: dict[int, tuple[Rank, int]]) -> tuple[int, ...]:
    clips: list[int] = []
    while total:
        clips.append(best[total][1])
        total -= clips[-1]
    return tuple(sorted(clips, reverse=True))
