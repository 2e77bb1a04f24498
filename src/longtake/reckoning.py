"""What of money is known before anything is bought: what the author allows, prices heard, keys missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from longtake.holdings import Holdings
from longtake.plan.job import Plan
from longtake.project import environment
from longtake.units import Money


@dataclass(frozen=True)
class SharedBudget:
    """What several boards may cost together in one run: what any of them buys in it counts.

    Boards are named by their full paths.
    """

    limit: Money
    boards: tuple[str, ...]


@dataclass(frozen=True)
class Purse:
    """What the author allows this run: a budget of its own, attempts after a failed one, a price.

    `price` is what a clip may cost where no table knows it. Unless `agreed`, only what the quote
    counted is bought; a budget of the run is such a word, too. `since` is the last purchase before the
    run, where that is known already; `shared` is a budget that other boards draw on as well, and under
    which each board's own budget holds all the same.
    """

    budget: Money | None = None
    retakes: int = 0
    price: Money | None = None
    agreed: bool = False
    since: int | None = None
    shared: SharedBudget | None = None


def told_charges(plan: Plan, holdings: Holdings) -> Mapping[tuple[str, str, str, int], Money]:
    """Give what providers charged last, by provider, model, resolution and seconds.

    Nothing, and no look at the ledger, for a plan that buys nothing.
    """
    ledger = holdings.ledger
    if not paid_providers(plan) or not ledger.exists():
        return {}
    ledger.open()
    return ledger.charges()


def paid_providers(plan: Plan) -> tuple[str, ...]:
    """Name the providers that a plan buys from, in film order."""
    return tuple(dict.fromkeys(job.provider for job in plan.jobs if not job.draws))


def missing_keys(plan: Plan, folder: Path) -> tuple[str, ...]:
    """Name the variables of keys that are not set and that what is still to be bought needs."""
    known = environment(folder)
    spoken = [
        job for job in plan.speech if not job.owned and (job.price is None or job.price.amount)
    ]
    needed = dict.fromkeys(
        [*(job.key_variable for job in plan.to_buy), *(job.offer.key_variable for job in spoken)]
    )
    return tuple(name for name in needed if name and not known.get(name))
