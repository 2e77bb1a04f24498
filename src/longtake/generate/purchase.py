"""One clip, bought once: admitted by the ledger, sent at most once, found again after any crash."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import suppress
from typing import NoReturn

from longtake.errors import (
    KeyRefused,
    LongtakeError,
    OutcomeUnknown,
    OutOfFunds,
    PlanError,
    ProviderError,
    RateLimited,
    Refused,
    TaskFailed,
    TaskLost,
    TaskTaken,
    Unreachable,
    VaultError,
)
from longtake.generate.clip import (
    Desk,
    Made,
    Wanted,
    canonical_request,
    owned_take,
    request_key,
    with_out_point,
)
from longtake.generate.collect import Till, collect, moderated, over_budget, word_wanted
from longtake.generate.proof import proved_task
from longtake.generate.provider import Request, TaskReport, TaskState
from longtake.generate.sendoff import SLEPT, is_late, leaving
from longtake.plan.job import ClipJob
from longtake.vault.purchase import Admitted, NoRoom, Order, OverBudget, Purchase, Standing
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
# Who waits so long for a place wants to know why.
SILENT_S = 4.0


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
        if standing is not None and standing.is_open and standing.task == owned.task:
            report = await asyncio.to_thread(_last_look, desk, standing.task)
            till.ledger.done(standing.id, owned.sha256, report.charge, till.clock())
        return Made(owned, kept=True)
    take = await _again(wanted, standing, desk, till) if standing is not None else None
    if take is None:
        if standing is None or not standing.is_open:
            await asyncio.to_thread(_refuse_doubted, job, request.take, till)
        under_way = standing if standing is not None and standing.is_open else None
        purchase = await _submitted(job, request, key, desk, till, under_way)
        take = await collect(wanted, purchase, desk, till)
    return Made(with_out_point(take, wanted.out_frame, wanted.rate), kept=False)


def seems_dead(row: Purchase, now: float) -> bool:
    """Tell whether a purchase should long have been sent, or answered: its run is gone or frozen."""
    life = {"intent": INTENT_LIFE_S, "sending": SENDING_LIFE_S}.get(row.state)
    return life is not None and now - row.began > life


def backoff(error: ProviderError, attempt: int) -> float:
    """Say how long to wait before a request that was not taken is sent again."""
    asked = error.retry_after_s if isinstance(error, RateLimited) else None
    wait = min(60.0, asked) if asked is not None else min(60.0, 2.0**attempt)
    return wait * random.uniform(1.0, 1.25)


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


async def _submitted(
    job: ClipJob,
    request: Request,
    key: str,
    desk: Desk,
    till: Till,
    standing: Purchase | None = None,
) -> Purchase:
    """Get the clip's task id: from an earlier run, or by sending the request now.

    Whose purchase is under way already, as `standing` says, needs no place and stands in no line.
    """
    order = _order(job, request, key, desk, till)
    while True:
        if till.halt.reason is not None:
            raise till.halt.reason
        why = "its take is gone, or the frame it begins on has changed"
        till.refuse_unasked(job.id, job.price, why)
        if standing is None:
            admission = await _admission(order, desk, till)
            if isinstance(admission, OverBudget):
                raise over_budget(job.id, admission)
            if isinstance(admission, Admitted):
                return await _sent(job, request, admission.purchase, desk, till)
            standing = admission.purchase
        found = await _standing(job, request, standing, desk, till)
        if found is not None:
            return found
        standing = None


async def _admission(order: Order, desk: Desk, till: Till) -> Admitted | Standing | OverBudget:
    """Ask for leave to buy until there is a place; whoever came before asks first."""
    waited = 0.0
    async with till.line.turn(desk.waits):
        while till.halt.reason is None:
            admission = await asyncio.to_thread(till.ledger.admit, order, till.limits, till.clock())
            if not isinstance(admission, NoRoom):
                return admission
            seconds = min(admission.after_s, 5.0) * random.uniform(1.0, 1.2)
            if waited <= SILENT_S < waited + seconds:
                till.line.tell(f"it waits for a place at {order.provider}: {admission.why}")
            waited += seconds
            await desk.pause(seconds)
        raise till.halt.reason


def _refuse_doubted(job: ClipJob, take: int, till: Till) -> None:
    """Stop before a purchase while nobody knows whether the same take was bought on other frames."""
    for row in till.ledger.unfinished(till.board):
        if row.state == "unknown" and (row.recipe, row.take) == (job.recipe, take):
            raise _question(job, row)


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
        owner=till.owner,
    )


async def _standing(
    job: ClipJob, request: Request, purchase: Purchase, desk: Desk, till: Till
) -> Purchase | None:
    """Decide about a purchase that is there already: None means look again in a moment."""
    if purchase.state in ("submitted", "done"):
        return purchase
    if purchase.state == "refused":
        raise moderated(Wanted.of(job, request), purchase.message, purchase.charge)
    if purchase.state in ("refunded", "lost"):
        retakes = till.ledger.spent(purchase.key)
        raise TaskFailed(
            f'"{job.id}" failed before: {purchase.message}',
            hint=f"change its prompt, or allow another attempt with `--retakes {retakes}`",
            job=job.id,
            task=purchase.task,
        )
    if purchase.state == "sending" and seems_dead(purchase, till.clock()):
        purchase = till.ledger.abandoned(purchase, till.clock())
    if purchase.state == "unknown":
        return await _proved(job, request, purchase, desk, till)
    if purchase.state == "intent" and seems_dead(purchase, till.clock()):
        # Its run is gone or frozen and has sent nothing; a row of one's own, under one's own limits
        # and budget, takes its place.
        till.ledger.abandoned(purchase, till.clock())
        return None
    await desk.pause(0.5)
    return None


async def _sent(
    job: ClipJob, request: Request, purchase: Purchase, desk: Desk, till: Till
) -> Purchase:
    """Send a request; where anything went wrong before it left, its intent is taken back."""
    try:
        return await _sent_once(job, request, purchase, desk, till)
    except Exception as error:
        with suppress(VaultError):
            if till.ledger.get(purchase.id).state == "intent":
                why = error.message if isinstance(error, LongtakeError) else type(error).__name__
                till.ledger.failed(purchase.id, f"it was not sent: {why}", till.clock())
        raise


async def _sent_once(
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
            await desk.pause(backoff(error, attempt))
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
                raise moderated(Wanted.of(job, request), error.message) from error
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
            # Somebody may have come by it since the list was read: then it proves nothing here.
            with suppress(TaskTaken):
                return till.ledger.proved(purchase.id, task, till.clock())
    raise _question(job, purchase)


def _send(request: Request, purchase: Purchase, desk: Desk, till: Till) -> Purchase | None:
    """Send, and write the answer down; None where the intent is no longer this run's.

    In one thread from the first write to the last: an interrupt that ends the coroutine in between
    must not lose the task id of a job that is paid for.
    """
    now, within_s = till.clock(), till.leaves_within_s
    with leaving(till.ledger, purchase, now, till.awake, within_s) as own:
        if not own:
            return None
        if is_late():
            raise Unreachable(SLEPT)
        task = desk.provider.submit(request, purchase.nonce)
    for attempt in range(_WRITES):
        try:
            return till.ledger.submitted(purchase.id, task, till.clock())
        except TaskTaken as error:
            raise OutcomeUnknown(
                f"{purchase.provider} answered with a task it had given before: {error.message}",
                charged=None,
            ) from error
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


def _question(job: ClipJob, purchase: Purchase) -> OutcomeUnknown:
    return OutcomeUnknown(
        f'nobody knows whether "{job.id}" was bought: {purchase.message}',
        hint=word_wanted(purchase),
        job=job.id,
        charged=None,
    )
