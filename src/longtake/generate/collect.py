"""A purchase under way, brought to its end: waited for, fetched once for all who want it, closed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from longtake.errors import (
    BudgetExceeded,
    ConfirmationNeeded,
    KeyRefused,
    LongtakeError,
    PlanError,
    ProviderError,
    Refused,
    ResultExpired,
    TaskFailed,
    TaskLost,
)
from longtake.generate.clip import Age, Desk, Wanted, bring_home, wait_for
from longtake.generate.line import Line
from longtake.generate.provider import TaskReport, TaskState
from longtake.generate.sendoff import SEND_WITHIN_S, awake_s
from longtake.units import Money
from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Limits, OverBudget, Purchase
from longtake.vault.take import Take

NOTHING = Money(Decimal(0))


@dataclass
class Halt:
    """Set once for a run: why nothing more may be bought (funds, key, a charge nobody expected)."""

    reason: LongtakeError | None = None


@dataclass(frozen=True)
class Till:
    """What buying needs besides a desk: the ledger, the limits, whose board it is, and the time.

    `agreed` names the clips whose price the author saw and agreed to; None stands for any clip.
    `coming` are the downloads under way, by purchase: one serves all who want it. `owner` is the worker
    who buys, "" for a run that no other one watches; `awake` is a clock that counts on in sleep, by
    which a request leaves within so many seconds or never: before anybody takes its sender for dead.
    All tills of a process that buy from one account share its `line`.
    """

    ledger: Ledger
    limits: Limits
    board: str
    clock: Callable[[], float]
    halt: Halt = field(default_factory=Halt)
    agreed: frozenset[str] | None = None
    coming: dict[int, asyncio.Task[Take]] = field(default_factory=dict)
    owner: str = ""
    awake: Callable[[], float] = awake_s
    line: Line = field(default_factory=Line)
    leaves_within_s: float = SEND_WITHIN_S

    def refuse_unasked(self, wanted: str, price: Money | None, why: str) -> None:
        """Stop before a purchase that the quote did not count: what it makes was thought to be owned."""
        if self.agreed is not None and wanted not in self.agreed:
            raise ConfirmationNeeded(
                f'"{wanted}" must be bought for {price}, though the quote counted it as owned: {why}',
                hint="say `--yes`, or set a limit with `--budget`",
            )


def over_budget(wanted: str, admission: OverBudget) -> BudgetExceeded:
    """Make the error of a purchase that the budget does not hold."""
    return BudgetExceeded(
        f'"{wanted}" may cost {admission.wanted}; {admission.bound} of {admission.budget} are bound',
        hint="raise `budget:` or `--budget`; what is made is kept",
    )


async def collect(wanted: Wanted, purchase: Purchase, desk: Desk, till: Till) -> Take:
    """Give the whole take of a task that is paid for: waited for, brought home, the purchase closed.

    Who asks for a purchase that is on its way already waits for the same download. Raises TaskFailed,
    Refused, KeyRefused where another key bought it, and TaskLost where the task or its file can no
    longer be had.
    """
    coming = till.coming.get(purchase.id)
    if coming is None:
        coming = asyncio.create_task(_collected(wanted, purchase, desk, till))
        till.coming[purchase.id] = coming
    return await asyncio.shield(coming)


def word_wanted(purchase: Purchase) -> str:
    """Say what a person does about a purchase of which nobody knows the outcome."""
    # A voice has no task that could be named.
    task = "paid" if purchase.is_speech else "TASK"
    word = f"`longtake reconcile {purchase.id} --made {task}` or `--not-made`"
    return f"look at your account, then say {word}"


def moderated(wanted: Wanted, message: str, charge: Money | None = NOTHING) -> Refused:
    """Make the error of a clip that moderation refused, now or in an earlier run."""
    free = charge is not None and not charge.amount
    money = "nothing was charged" if free else "it may have been charged"
    return Refused(
        f'"{wanted.id}" was refused by moderation: {message}\nprompt: {wanted.prompt}',
        kind="moderation",
        hint=f"{money}; change the prompt or the picture, the other chains go on",
        job=wanted.id,
    )


async def _collected(wanted: Wanted, purchase: Purchase, desk: Desk, till: Till) -> Take:
    try:
        return await _brought(wanted, purchase, desk, till)
    except (KeyRefused, TaskLost) as error:
        # A key may have been renewed; only who does not know the task is of another account.
        if purchase.account != desk.provider.account:
            raise _foreign(purchase) from error
        if isinstance(error, KeyRefused):
            raise
        raise _lost(purchase, error, till) from error
    except ResultExpired as error:
        raise _lost(purchase, error, till) from error


def _foreign(purchase: Purchase) -> KeyRefused:
    return KeyRefused(
        f'"{purchase.clip}" was bought from {purchase.provider} with another key, not the one set now',
        hint="set that key and run again: the clip is paid and waits there; where it is gone for good, "
        f"say `longtake reconcile {purchase.id} --not-made`",
        task=purchase.task,
        charged=True,
    )


def _lost(purchase: Purchase, error: ProviderError, till: Till) -> TaskLost:
    till.ledger.lost(purchase.id, error.message, till.clock())
    hint = (
        "ask the provider for it, or allow another purchase with "
        f"`--retakes {till.ledger.spent(purchase.key)}`"
    )
    if till.ledger.was_unknown(purchase.id):
        word = f"`longtake reconcile {purchase.id} --made TASK`"
        hint = f"if {purchase.task} is the wrong task, say {word}; else {hint}"
    return TaskLost(
        f'"{purchase.clip}" is paid and cannot be had: {error.message}',
        hint=hint,
        job=purchase.clip,
        task=purchase.task,
        charged=True,
    )


async def _brought(wanted: Wanted, purchase: Purchase, desk: Desk, till: Till) -> Take:
    last = TaskReport(TaskState.RUNNING)

    def watch(report: TaskReport) -> None:
        nonlocal last
        last = report
        desk.watch(report)

    try:
        await wait_for(wanted, purchase.task, replace(desk, watch=watch), _age(purchase, till))
    except TaskFailed:
        if last.state is TaskState.FAILED and last.refused:
            charge = _kept_money(last)
            till.ledger.refused(purchase.id, last.message, till.clock(), charge)
            raise moderated(wanted, last.message, charge) from None
        if last.state is TaskState.FAILED:
            till.ledger.refunded(purchase.id, last.message, till.clock(), _kept_money(last))
        raise
    try:
        take = await bring_home(wanted, purchase.key, purchase.task, desk)
    except Exception:
        # Whatever keeps its file from us, the task itself runs no more.
        till.ledger.ended(purchase.id, till.clock())
        raise
    closed = till.ledger.done(purchase.id, take.sha256, last.charge, till.clock())
    _halt_if_dear(closed, last, till)
    # Bought twice, a clip goes on from the take that was here first.
    kept = await asyncio.to_thread(desk.vault.find, purchase.key, wanted.recipe)
    return kept or take


def _halt_if_dear(closed: Purchase, last: TaskReport, till: Till) -> None:
    """Buy nothing more in this run where a clip cost more than was reserved for it."""
    if closed.charge is not None and closed.reserved < closed.charge:
        dear = f"charged {closed.charge}, more than the {closed.reserved} of the table"
        hint = "what is finished is kept; `longtake plan` counts with the new price from now on"
    elif closed.charge is None and (last.metered_s or 0) > closed.seconds:
        dear = (
            f"counted as {last.metered_s} s, more than the {closed.seconds} s that were asked for"
        )
        hint = "what is finished is kept; look at your account before you buy more"
    else:
        return
    till.halt.reason = PlanError(f'"{closed.clip}" was {dear}', hint=hint)


def _kept_money(report: TaskReport) -> Money | None:
    """Say what a task that failed cost: nothing, unless its provider says so or leaves it open."""
    if report.charge is None and report.charged is False:
        return NOTHING
    return report.charge


def _age(purchase: Purchase, till: Till) -> Age:
    """Say how old a task is, and how old those like it became."""
    usual = till.ledger.usual_s(purchase.provider, purchase.model, purchase.seconds)
    began = purchase.answered or purchase.began
    return Age(max(0.0, till.clock() - began), usual)
