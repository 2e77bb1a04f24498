"""Open the shops a plan needs: providers with their keys, the ledger, the vault, the limits."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from longtake.errors import BudgetExceeded, ConfirmationNeeded
from longtake.generate.provider import Provider
from longtake.generate.purchase import Halt, Till
from longtake.generate.registry import open_provider
from longtake.generate.run import Shop, provider_of
from longtake.generate.settle import close_dead_rows
from longtake.plan.job import Plan
from longtake.project import Project, environment, home
from longtake.units import Money
from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Limits
from longtake.vault.store import Vault


@dataclass(frozen=True)
class Purse:
    """What the author allows this run: a budget of its own, attempts after a failed one, a price.

    `price` is what a clip may cost where no table knows it.
    """

    budget: Money | None = None
    retakes: int = 0
    price: Money | None = None


def bought_takes() -> Vault:
    """The vault of paid takes, shared by all boards of this user."""
    return Vault(home() / "vault")


def the_ledger() -> Ledger:
    """The record of every purchase of this user."""
    return Ledger(home() / "ledger.db")


def paid_providers(plan: Plan) -> tuple[str, ...]:
    """Name the providers that a plan buys from, in film order."""
    return tuple(dict.fromkeys(provider_of(job) for job in plan.jobs if not job.draws))


def refuse_what_cannot_be_made(plan: Plan, project: Project, purse: Purse) -> None:
    """Stop before anything is spent: over budget, then no key, then a price that nobody knows."""
    if plan.quote.over_budget:
        raise BudgetExceeded(
            f"the quote is {plan.quote.total}, the budget {plan.quote.budget}",
            hint="raise `budget:`, shorten shots, or choose a cheaper model or resolution",
        )
    for name in paid_providers(plan):
        open_provider(name, environment(project.folder)).close()
    if plan.quote.unknown and purse.price is None:
        clips = ", ".join(plan.quote.unknown[:5]) + (" ..." if len(plan.quote.unknown) > 5 else "")
        raise ConfirmationNeeded(
            f"nobody knows the price of {clips}",
            hint="say what a clip may cost at most, such as `--price 0.50USD`; nothing was bought",
        )


@contextlib.contextmanager
def open_shops(plan: Plan, project: Project, purse: Purse) -> Iterator[Mapping[str, Shop]]:
    """Open every shop a plan buys in; earlier runs of this board are settled first.

    Only for the holder of the project's lock. Raises KeyMissing, and OutcomeUnknown where an earlier
    purchase of a wanted clip needs a person's word.
    """
    names = paid_providers(plan)
    if not names:
        yield {}
        return
    vault, ledger = bought_takes(), the_ledger()
    vault.open()
    ledger.open()
    board, run_start, halt = str(project.board.resolve()), ledger.last_number(), Halt()
    providers: list[Provider] = []
    shops = {}
    try:
        for name in names:
            provider = open_provider(name, environment(project.folder))
            providers.append(provider)
            limits = Limits(
                provider.in_flight,
                provider.per_minute,
                # A budget given for the run wins over the one the board names for all its time.
                plan.quote.budget if purse.budget is None else None,
                purse.budget,
                run_start,
                purse.retakes,
            )
            till = Till(ledger, limits, board, time.time, halt)
            close_dead_rows(till)
            shops[name] = Shop(provider, vault, till)
        yield shops
    finally:
        for provider in providers:
            provider.close()
