"""Open the shops a plan needs: providers with their keys, the ledger, the vault, the limits."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from longtake.errors import BudgetExceeded, ConfirmationNeeded, ProviderError
from longtake.extras import load_extra
from longtake.generate.collect import Halt, Till
from longtake.generate.doorbell import Doorbell
from longtake.generate.ensure import Shop
from longtake.generate.places import Webhook
from longtake.generate.provider import Provider
from longtake.generate.registry import open_provider
from longtake.generate.settle import close_dead_rows
from longtake.holdings import Holdings, own_holdings
from longtake.plan.job import Plan
from longtake.project import Project, environment
from longtake.reckoning import Purse, paid_providers
from longtake.units import Money, sums_of
from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Limits, Purchase
from longtake.vault.store import Vault
from longtake.vault.voices import VoiceShelf


@dataclass(frozen=True)
class Counter:
    """The shops a run buys in, by provider, and the purchases that earlier runs left open."""

    shops: Mapping[str, Shop]
    left_over: tuple[Purchase, ...] = ()


def bought_takes() -> Vault:
    """The vault of paid takes, shared by all boards of this user."""
    return own_holdings().vault


def bought_voices() -> VoiceShelf:
    """The shelf of paid voices, in the same folder."""
    return own_holdings().voices


def the_ledger() -> Ledger:
    """The record of every purchase of this user."""
    return own_holdings().ledger


def last_purchase(holdings: Holdings | None = None) -> int:
    """Give the number of the newest purchase, 0 where there is none; makes no ledger."""
    ledger = (holdings or own_holdings()).ledger
    if not ledger.exists():
        return 0
    ledger.open()
    return ledger.last_number()


def spent_since(
    number: int, boards: frozenset[str], holdings: Holdings | None = None
) -> tuple[Money, ...]:
    """Sum what boards bought after a purchase: a sum for each currency, charges where they are known."""
    ledger = (holdings or own_holdings()).ledger
    if not ledger.exists():
        return ()
    ledger.open()
    return sums_of(row.bound for row in ledger.since(number, boards))


def refuse_what_cannot_be_made(
    plan: Plan, project: Project, purse: Purse, *, keys: bool = True
) -> None:
    """Stop before anything is spent: over budget, then no key, then a price that nobody knows.

    `keys` false leaves keys to whoever buys.
    """
    if plan.quote.over_budget:
        raise BudgetExceeded(
            f"the quote is {plan.quote.total}, the budget {plan.quote.budget}",
            hint="raise `budget:`, shorten shots, or choose a cheaper model or resolution",
        )
    for name in paid_providers(plan) if keys else ():
        open_provider(name, environment(project.folder)).close()
    if plan.quote.unknown and purse.price is None:
        clips = ", ".join(plan.quote.unknown[:5]) + (" ..." if len(plan.quote.unknown) > 5 else "")
        raise ConfirmationNeeded(
            f"nobody knows the price of {clips}",
            hint="say what each may cost at most, such as `--price 0.50USD`; nothing was bought",
        )


@contextlib.contextmanager
def open_receiver(
    plan: Plan, webhook: Webhook | None
) -> Iterator[tuple[Doorbell | None, Callable[[Provider], None]]]:
    """Answer the calls of a plan's providers; gives the bell they ring, and how to invite one to call.

    Raises a LongtakeError where the webhook's place is taken, or a package that it needs is missing.
    """
    if webhook is None or not paid_providers(plan):
        yield None, uninvited
        return
    # Few runs need it, and what it is built on is not part of every installation.
    kit = load_extra("longtake.generate.webhook", "`--webhook`", "webhook")
    with kit.Receiver(webhook, Doorbell()) as receiver:
        yield receiver.bell, receiver.invite


def uninvited(provider: Provider) -> None:
    """Leave a provider without an address to call: it is looked at only."""


@contextlib.contextmanager
def open_shops(
    plan: Plan,
    project: Project,
    purse: Purse,
    holdings: Holdings,
    invite: Callable[[Provider], None] = uninvited,
) -> Iterator[Counter]:
    """Open every shop a plan buys in, and those where earlier runs of this board left a paid clip.

    `invite` may tell each provider where to call. Only for the holder of the project's lock. Raises
    KeyMissing for a provider of the plan.
    """
    names, ledger = paid_providers(plan), holdings.ledger
    if not names and not ledger.exists():
        yield Counter({})
        return
    holdings.vault.open()
    ledger.open()
    board, halt = str(project.board.resolve()), Halt()
    left_over = close_dead_rows(ledger, holdings.voices, board, time.time())
    limits = run_limits(plan, purse, ledger)
    agreed = agreed_to((clip for clip, _, has_take in plan.quote.lines if not has_take), purse)
    shops = {}
    with contextlib.ExitStack() as open_ones:
        for name in dict.fromkeys((*names, *(row.provider for row in left_over))):
            provider = _opened(name, project, needed=name in names)
            if provider is not None:
                open_ones.callback(provider.close)
                invite(provider)
                pace = replace(limits, in_flight=provider.in_flight, per_minute=provider.per_minute)
                till = Till(ledger, pace, board, time.time, halt, agreed)
                shops[name] = Shop(provider, holdings.vault, till)
        yield Counter(shops, left_over)


def run_limits(plan: Plan, purse: Purse, ledger: Ledger) -> Limits:
    """Give what binds the purchases of a run; room and pace are still those of the slowest account."""
    return Limits(
        in_flight=1,
        per_minute=1,
        # A budget given for the run wins over the one the board names for all its time.
        board_budget=plan.quote.budget if purse.budget is None else None,
        run_budget=purse.shared.limit if purse.shared else purse.budget,
        run_boards=purse.shared.boards if purse.shared else (),
        run_start=ledger.last_number() if purse.since is None else purse.since,
        rebuys=purse.retakes,
    )


def account_now(provider: str, folder: Path) -> str:
    """Name the account of the key that is set for a provider, "" where none is."""
    try:
        opened = open_provider(provider, environment(folder))
    except ProviderError:
        return ""
    with contextlib.closing(opened):
        return opened.account


def _opened(name: str, project: Project, *, needed: bool) -> Provider | None:
    """Open a provider; None for one that only holds a clip of an earlier run and has no key now."""
    try:
        return open_provider(name, environment(project.folder))
    except ProviderError:
        if needed:
            raise
        return None


def agreed_to(quoted: Iterable[str], purse: Purse) -> frozenset[str] | None:
    """Name the clips or voices that the author knows to be bought, those of the quote; None for any."""
    free = purse.agreed or purse.shared is not None or purse.budget is not None
    return None if free else frozenset(quoted)
