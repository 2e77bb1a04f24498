"""How a shot longer than any clip is divided into lengths that an offer allows."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from longtake.errors import PlanError

Prices = tuple[Decimal | None, ...]


def split_shot(
    wanted_s: Fraction, lengths: tuple[int, ...], prices: Prices | None = None
) -> tuple[int, ...]:
    """Divide a shot into clip lengths (whole seconds) whose sum holds it, longest first.

    Without `prices`, one for each length: fewest clips (fewest seams), then least surplus. With them:
    cheapest, then fewest clips, then least surplus; lengths without a price are left out where any has
    one.

    Raises PlanError when no length is allowed at all.
    """
    needed = max(1, -(-wanted_s.numerator // wanted_s.denominator))
    return _split(needed, lengths, prices or (None,) * len(lengths))


# Most shots of a board are of a few lengths, and each is asked for more than once.
@lru_cache(maxsize=4096)
def _split(needed: int, lengths: tuple[int, ...], prices: Prices) -> tuple[int, ...]:
    costs = dict(zip(lengths, prices, strict=True))
    usable = sorted(costs)
    if not usable or usable[0] <= 0:
        raise PlanError("the offer allows no clip length")
    priced = [length for length in usable if costs[length] is not None]
    usable = priced or usable
    return _cheapest(needed, {length: costs[length] or Decimal(0) for length in usable})


Rank = tuple[Decimal, int]


def _cheapest(needed: int, price: dict[int, Decimal]) -> tuple[int, ...]:
    best = _best_sums(needed, price)
    reach = range(needed, needed + max(price))
    total = min((t for t in reach if t in best), key=lambda t: (*best[t][0], t))
    return _walk_back(total, best)


def _best_sums(needed: int, price: dict[int, Decimal]) -> dict[int, tuple[Rank, int]]:
    """For every reachable sum below `needed` + the longest: its best rank and the clip that ends it.

    The rank is (price, clips); without prices the price is always nought and clips decide.
    """
    best: dict[int, tuple[Rank, int]] = {0: ((Decimal(0), 0), 0)}
    for total in range(1, needed + max(price)):
        found = [
            ((best[total - length][0][0] + price[length], best[total - length][0][1] + 1), length)
            for length in price
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
