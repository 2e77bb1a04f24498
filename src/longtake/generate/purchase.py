"""One clip, bought once: admitted by the ledger, sent at most once, found again after any crash."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NoReturn

from longtake.errors import (
    BudgetExceeded,
    ConfirmationNeeded,
    KeyRefused,
    LongtakeError,
    OutcomeUnknown,
    OutOfFunds,
    PlanError,
    ProviderError,
    RateLimited,
    Refused,
    ResultExpired,
    TaskFailed,
    TaskLost,
    Unreachable,
    VaultError,
)
from longtake.generate.clip import (
    Age,
    Desk,
    Made,
    Wanted,
    bring_home,
    canonical_request,
    owned_take,
    request_key,
    wait_for,
    with_out_point,
)
from longtake.generate.proof import proved_task
from longtake.generate.provider import Request, TaskReport, TaskState
from longtake.plan.job import ClipJob
from longtake.units import Money
from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Admitted, Limits, NoRoom, Order, OverBudget, Purchase
from longtake.vault.take import Take

# A run that held an intent this long without sending is taken for dead: another takes it over.
INTENT_LIFE_S = 120.0
# A request that went out this long ago and was never answered: whoever sent it is gone.
SENDING_LIFE_S = 300.0
# When a provider's list is looked at for a request that was not answered, from when it broke off.
_LIST_AFTER_S = (0.0, 5.0, 20.0)
# How often a request that certainly was not taken is sent again before the clip is given up.
SENDS = 8
# A paid task's id must be written: a full disk or a locked ledger gets a minute to recover.
_WRITES, _WRITE_PAUSE_S = 20, 3.0
NOTHING = Money(Decimal(0))


@dataclass
class Halt:
    """Set once for a run: why nothing more may be bought (funds, key, a charge nobody expected)."""

    reason: LongtakeError | None = None


@dataclass(frozen=True)
class Till:
    """What buying needs besides a desk: the ledger, the limits, whose board it is, and the time.

    `agreed` names the clips whose price the author saw and agreed to; None stands for any clip.
    `coming` are the downloads under way, by purchase: one serves all who want it.
    """

    ledger: Ledger
    limits: Limits
    board: str
    clock: Callable[[], float]
    halt: Halt = field(default_factory=Halt)
    agreed: frozenset[str] | None = None
    coming: dict[int, asyncio.Task[Take]] = field(default_factory=dict)


async def ensure_bought(job: ClipJob, request: Request, desk: Desk, till: Till) -> Made:
    """Give a clip's take, bought now if it is not owned; may be called again by anyone, any time.

    Raises BudgetExceeded, ConfirmationNeeded, Refused, OutOfFunds, KeyRefused, TaskFailed, TaskLost;
    OutcomeUnknown where only a person can say whether the clip was bought. Nothing is ever sent twice
    for one key.
    """
    key = request_key(desk.provider.name, request)
    wanted = Wanted.of(job, request)
    owned = await asyncio.to_thread(owned_take, wanted, key, desk.vault)
    standing = await asyncio.to_thread(till.ledger.find, key)
    if owned is not None:
        if standing is not None and standing.is_open and standing.task:
            report = await asyncio.to_thread(_last_look, desk, standing.task)
            till.ledger.done(standing.id, owned.sha256, report.charge, till.clock())
        return Made(owned, kept=True)
    take = await _again(wanted, standing, desk, till) if standing is not None else None
    if take is None:
        purchase = await _submitted(job, request, key, desk, till)
        take = await collect(wanted, purchase, desk, till)
    return Made(with_out_point(take, wanted.out_frame, wanted.rate), kept=False)


async def _again(wanted: Wanted, standing: Purchase, desk: Desk, till: Till) -> Take | None:
    """Fetch a take that was here once; None where it is gone for good and may be bought anew."""
    if standing.state not in ("done", "lost"):
        return None
    try:
        return await collect(wanted, standing, desk, till)
    except TaskLost:
        if till.limits.rebuys:
            return None
        raise


def _last_look(desk: Desk, task: str) -> TaskReport:
    """Ask once more for what a finished task was charged; its clip is here already."""
    try:
        return desk.provider.look(task)
    except ProviderError:
        return TaskReport(TaskState.DONE)


async def collect(wanted: Wanted, purchase: Purchase, desk: Desk, till: Till) -> Take:
    """Give the whole take of a task that is paid for: waited for, brought home, the purchase closed.

    Who asks for a purchase that is on its way already waits for the same download. Raises TaskFailed,
    Refused, and TaskLost where the task or its file can no longer be had.
    """
    if purchase.account != desk.provider.account:
        raise KeyRefused(
            f'"{purchase.clip}" was bought from {purchase.provider} with a key that is not set now',
            hint="set that key and run again: the clip is paid and waits there",
            task=purchase.task,
            charged=True,
        )
    coming = till.coming.get(purchase.id)
    if coming is None:
        coming = asyncio.create_task(_collected(wanted, purchase, desk, till))
        till.coming[purchase.id] = coming
    return await asyncio.shield(coming)


async def _collected(wanted: Wanted, purchase: Purchase, desk: Desk, till: Till) -> Take:
    try:
        return await _brought(wanted, purchase, desk, till)
    except (TaskLost, ResultExpired) as error:
        till.ledger.lost(purchase.id, error.message, till.clock())
        raise TaskLost(
            f'"{purchase.clip}" is paid and cannot be had: {error.message}',
            hint=f"if {purchase.task} is the wrong task, say `longtake reconcile {purchase.id} --made TASK`; "
            "else ask the provider, or allow another purchase with `--retakes 1`",
            job=purchase.clip,
            task=purchase.task,
            charged=True,
        ) from error


async def _brought(wanted: Wanted, purchase: Purchase, desk: Desk, till: Till) -> Take:
    last = TaskReport(TaskState.RUNNING)

    def watch(report: TaskReport) -> None:
        nonlocal last
        last = report
        desk.watch(report)

    try:
        watched = replace(desk, watch=watch)
        await wait_for(wanted, purchase.task, watched, _age(purchase, till))
    except TaskFailed:
        if last.state is TaskState.FAILED and last.refused:
            charge = _kept_money(last)
            till.ledger.refused(purchase.id, last.message, till.clock(), charge)
            raise _moderated(wanted, last.message, charge) from None
        if last.state is TaskState.FAILED:
            till.ledger.refunded(purchase.id, last.message, till.clock(), _kept_money(last))
        raise
    take = await bring_home(wanted, purchase.key, purchase.task, desk)
    closed = till.ledger.done(purchase.id, take.sha256, last.charge, till.clock())
    if closed.charge is not None and purchase.reserved < closed.charge:
        till.halt.reason = PlanError(
            f'"{wanted.id}" was charged {closed.charge}, more than the {purchase.reserved} of the table',
            hint="what is finished is kept; `longtake plan` counts with the new price from now on",
        )
    return take


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


async def _submitted(job: ClipJob, request: Request, key: str, desk: Desk, till: Till) -> Purchase:
    """Get the clip's task id: from an earlier run, or by sending the request now."""
    order = _order(job, request, key, desk, till)
    while True:
        if till.halt.reason is not None:
            raise till.halt.reason
        _refuse_unasked(job, till)
        admission = await asyncio.to_thread(till.ledger.admit, order, till.limits, till.clock())
        if isinstance(admission, NoRoom):
            await desk.pause(min(admission.after_s, 5.0) * random.uniform(1.0, 1.2))
        elif isinstance(admission, OverBudget):
            raise BudgetExceeded(
                f'"{job.id}" may cost {admission.wanted}; {admission.bound} of {admission.budget} are bound',
                hint="raise `budget:` or `--budget`; what is made is kept",
            )
        elif isinstance(admission, Admitted):
            return await _sent(job, request, admission.purchase, desk, till)
        else:
            found = await _standing(job, request, admission.purchase, desk, till)
            if found is not None:
                return found


def _refuse_unasked(job: ClipJob, till: Till) -> None:
    """Stop before a purchase that the quote did not count: its take was thought to be owned."""
    if till.agreed is not None and job.id not in till.agreed:
        raise ConfirmationNeeded(
            f'"{job.id}" must be bought for {job.price}, though the quote counted it as owned: '
            "its take is gone, or the frame it begins on has changed",
            hint="say `--yes`, or set a limit with `--budget`",
        )


def _order(job: ClipJob, request: Request, key: str, desk: Desk, till: Till) -> Order:
    if job.price is None:
        raise PlanError(
            f'nobody knows what "{job.id}" costs at {job.offer}',
            hint="name the price of a clip with `--price`",
        )
    return Order(
        key=key,
        provider=desk.provider.name,
        account=desk.provider.account,
        model=request.model,
        seconds=request.seconds,
        board=till.board,
        clip=job.id,
        recipe=job.recipe,
        request=canonical_request(desk.provider.name, request),
        reserve=job.price,
    )


async def _standing(
    job: ClipJob, request: Request, purchase: Purchase, desk: Desk, till: Till
) -> Purchase | None:
    """Decide about a purchase that is there already: None means look again in a moment."""
    age = till.clock() - purchase.began
    if purchase.state in ("submitted", "done"):
        return purchase
    if purchase.state in ("refused", "refunded", "lost"):
        raise TaskFailed(
            f'"{job.id}" failed before: {purchase.message}',
            hint="change its prompt, or allow another attempt with `--retakes 1`",
            job=job.id,
            task=purchase.task,
        )
    if purchase.state == "sending" and age > SENDING_LIFE_S:
        purchase = till.ledger.unknown(purchase.id, "its run ended while sending", till.clock())
    if purchase.state == "unknown":
        return await _proved(job, request, purchase, desk, till)
    if purchase.state == "intent" and age > INTENT_LIFE_S:
        # Its run is gone or frozen and has sent nothing; a row of one's own, under one's own limits
        # and budget, takes its place.
        till.ledger.failed(purchase.id, "its run ended before it was sent", till.clock())
        return None
    await desk.pause(0.5)
    return None


async def _sent(
    job: ClipJob, request: Request, purchase: Purchase, desk: Desk, till: Till
) -> Purchase:
    """Send the request once; again only where it certainly was not taken."""
    ledger, clock = till.ledger, till.clock
    for attempt in range(SENDS):
        try:
            # Uploads take long and cost nothing: a run that dies in them has sent nothing.
            await asyncio.to_thread(desk.provider.prepare, request)
            if till.halt.reason is not None:
                ledger.failed(purchase.id, "the run was halted", clock())
                raise till.halt.reason
            submitted = await asyncio.to_thread(_send, request, purchase, desk, till)
            if submitted is None:
                # Frozen for long, this run lost its intent to another one, which buys the clip now.
                return await _submitted(job, request, purchase.key, desk, till)
            return submitted
        except (Unreachable, RateLimited) as error:
            ledger.not_sent(purchase.id, error.message, clock())
            if attempt == SENDS - 1:
                _give_up(purchase, error, till)
            await desk.pause(_backoff(error, attempt))
        except OutcomeUnknown as error:
            if error.task:
                raise
            purchase = ledger.unknown(purchase.id, error.message, clock())
            return await _proved(job, request, purchase, desk, till)
        except (KeyRefused, OutOfFunds) as error:
            till.halt.reason = error
            _give_up(purchase, error, till)
        except Refused as error:
            if error.kind == "moderation":
                ledger.refused(purchase.id, error.message, clock())
                raise _moderated(Wanted.of(job, request), error.message) from error
            _give_up(purchase, error, till)
    raise AssertionError("unreachable")


async def _proved(
    job: ClipJob, request: Request, purchase: Purchase, desk: Desk, till: Till
) -> Purchase:
    """Find by proof what became of a request without an answer; else ask a person."""
    wanted = Wanted.of(job, request)
    for wait in _LIST_AFTER_S:
        # What was accepted late is listed late.
        since = till.clock() - (purchase.answered or purchase.began)
        await desk.pause(max(0.0, wait - since))
        task = await proved_task(wanted, request, purchase, desk, till.ledger)
        if task is None:
            break
        if task:
            return till.ledger.submitted(purchase.id, task, till.clock())
    raise _question(job, purchase)


def _send(request: Request, purchase: Purchase, desk: Desk, till: Till) -> Purchase | None:
    """Send, and write the answer down; None where the intent is no longer this run's.

    In one thread from the first write to the last: an interrupt that ends the coroutine in between
    must not lose the task id of a job that is paid for.
    """
    if not till.ledger.sending(purchase, till.clock()):
        return None
    task = desk.provider.submit(request, purchase.nonce)
    for attempt in range(_WRITES):
        try:
            return till.ledger.submitted(purchase.id, task, till.clock())
        except VaultError as error:
            if attempt == _WRITES - 1:
                raise OutcomeUnknown(
                    f"{purchase.clip} was bought as task {task}, and the ledger cannot be written: "
                    f"{error.message}",
                    hint=f"make room, then say `longtake reconcile {purchase.id} --made {task}`",
                    task=task,
                    charged=True,
                ) from error
            time.sleep(_WRITE_PAUSE_S)
    raise AssertionError("unreachable")


def _give_up(purchase: Purchase, error: ProviderError, till: Till) -> NoReturn:
    till.ledger.failed(purchase.id, error.message, till.clock())
    raise error


def _backoff(error: ProviderError, attempt: int) -> float:
    asked = error.retry_after_s if isinstance(error, RateLimited) else None
    wait = min(60.0, asked) if asked is not None else min(60.0, 2.0**attempt)
    return wait * random.uniform(1.0, 1.25)


def _question(job: ClipJob, purchase: Purchase) -> OutcomeUnknown:
    return OutcomeUnknown(
        f'nobody knows whether "{job.id}" was bought: {purchase.message}',
        hint=f"look at your account, then say `longtake reconcile {purchase.id} --made TASK` or `--not-made`",
        job=job.id,
        charged=None,
    )


def _moderated(wanted: Wanted, message: str, charge: Money | None = NOTHING) -> Refused:
    free = charge is not None and not charge.amount
    money = "nothing was charged" if free else "it may have been charged"
    return Refused(
        f'"{wanted.id}" was refused by moderation: {message}\nprompt: {wanted.prompt}',
        kind="moderation",
        hint=f"{money}; change the prompt or the picture, the other chains go on",
        job=wanted.id,
    )
