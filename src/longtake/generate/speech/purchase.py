"""One voice, bought once: admitted by the ledger, sent at most once, never sent again in doubt.

    intent -> sending -> (the answer is the sound: kept on its shelf) -> done
                 |-----> unknown (no answer, or one without sound: a person must say what became of it)
                 `-----> failed | refused

Unlike a clip's, a voice's answer cannot be had a second time: no task is there to be looked at. What
was asked is on the shelf, or is not; whoever comes back looks there first.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

from longtake.errors import (
    KeyRefused,
    LongtakeError,
    MediaError,
    OutcomeUnknown,
    OutOfFunds,
    PlanError,
    ProviderError,
    RateLimited,
    Refused,
    TaskLost,
    Unreachable,
    VaultError,
)
from longtake.generate.collect import Till, over_budget, word_wanted
from longtake.generate.purchase import SENDS, SILENT_S, backoff, seems_dead
from longtake.generate.sendoff import SLEPT, is_late, leaving
from longtake.generate.speech.kept import Booth, keep
from longtake.generate.speech.pieces import whole_words
from longtake.generate.speech.speaker import Said
from longtake.plan.speech import SpeechJob
from longtake.vault.purchase import Admitted, NoRoom, Order, OverBudget, Purchase
from longtake.vault.voices import Voice

# A voice that is paid for must be kept: a full disk gets a minute to recover.
_WRITES, _WRITE_PAUSE_S = 20, 3.0
_LOOK_AGAIN_S = 0.5

Pause = Callable[[float], None]


@dataclass(frozen=True)
class Buying:
    """What buying voices needs besides a job: where they are made, the till, and how to wait.

    `waits` hears why a purchase cannot begin yet.
    """

    booth: Booth
    till: Till
    pause: Pause = time.sleep
    waits: Callable[[str, str], None] = lambda job, why: None


def ensure_spoken(job: SpeechJob, buying: Buying) -> Voice:
    """Give a job's voice, bought now if it is not owned; may be called again by anyone, any time.

    Raises BudgetExceeded, ConfirmationNeeded, Refused, OutOfFunds, KeyRefused, TaskLost; OutcomeUnknown
    where only a person can say whether it was bought. Nothing is ever sent twice for one key.
    """
    till, waited = buying.till, 0.0
    while True:
        voice = buying.booth.shelf.find(job.key)
        if voice is not None:
            _close(job, voice, buying)
            return voice
        if till.halt.reason is not None:
            raise till.halt.reason
        till.refuse_unasked(job.id, job.price, "its voice is gone")
        admission = till.ledger.admit(_order(job, buying), till.limits, till.clock())
        if isinstance(admission, NoRoom):
            seconds = min(admission.after_s, 5.0)
            if waited <= SILENT_S < waited + seconds:
                buying.waits(
                    job.id, f"it waits for a place at {job.offer.speaker}: {admission.why}"
                )
            waited += seconds
            buying.pause(seconds)
        elif isinstance(admission, OverBudget):
            raise over_budget(job.id, admission)
        elif isinstance(admission, Admitted):
            bought = _sent(job, admission.purchase, buying)
            if bought is not None:
                return bought
        else:
            _look_at(job, admission.purchase, buying)


def _close(job: SpeechJob, voice: Voice, buying: Buying) -> None:
    """Finish the row of a voice whose run died between keeping it and writing that down."""
    till = buying.till
    row = till.ledger.find(job.key)
    # A row that is just being sent belongs to a run that lives, and is closed by it.
    if (
        row is not None
        and row.is_open
        and (row.state != "sending" or seems_dead(row, till.clock()))
    ):
        till.ledger.done(row.id, voice.sha256, None, till.clock())


def _order(job: SpeechJob, buying: Buying) -> Order:
    if job.price is None:
        raise PlanError(
            f'nobody knows what "{job.id}" costs, said by {job.said_by}',
            hint="name what it may cost with `--price`",
        )
    speaker = buying.booth.speaker
    return Order(
        key=job.key,
        provider=speaker.name,
        account=speaker.account,
        model=job.offer.model,
        seconds=0,
        board=buying.till.board,
        clip=job.id,
        recipe=job.key,
        request=job.request,
        reserve=job.price,
        owner=buying.till.owner,
    )


def _look_at(job: SpeechJob, row: Purchase, buying: Buying) -> None:
    """Decide about a purchase that is there already and whose voice is not; returns to look again."""
    till = buying.till
    if row.state == "unknown":
        raise _question(job, row, till)
    if row.state == "refused":
        raise _moderated(job, row.message)
    if row.state in ("done", "submitted"):
        till.ledger.lost(row.id, "its file is gone from the vault", till.clock())
    elif row.state in ("lost", "refunded"):
        raise TaskLost(
            f'"{job.id}" is paid and cannot be had: {row.message}',
            hint=f"allow another purchase with `--retakes {till.ledger.spent(row.key)}`",
            job=job.id,
            charged=True,
        )
    elif seems_dead(row, till.clock()):
        till.ledger.abandoned(row, till.clock())
    else:
        buying.pause(_LOOK_AGAIN_S)


def _sent(job: SpeechJob, purchase: Purchase, buying: Buying) -> Voice | None:
    """Send the text once, again only where it certainly was not taken; None: another run has it now."""
    till, speaker = buying.till, buying.booth.speaker
    ledger, clock = till.ledger, till.clock
    for attempt in range(SENDS):
        if till.halt.reason is not None:
            ledger.failed(purchase.id, "the run was halted", clock())
            raise till.halt.reason
        try:
            with leaving(ledger, purchase, clock(), till.awake, till.leaves_within_s) as own:
                if not own:
                    return None
                if is_late():
                    raise Unreachable(SLEPT)
                said = speaker.say(job.text, job.offer.model, job.voice)
        except (Unreachable, RateLimited) as error:
            ledger.not_sent(purchase.id, error.message, clock())
            if attempt == SENDS - 1:
                _give_up(purchase, error, buying)
            buying.pause(backoff(error, attempt))
        except OutcomeUnknown as error:
            row = ledger.unknown(purchase.id, error.message, clock())
            raise _question(job, row, buying.till) from error
        except (KeyRefused, OutOfFunds) as error:
            buying.till.halt.reason = error
            _give_up(purchase, error, buying)
        except Refused as error:
            if error.kind == "moderation":
                ledger.refused(purchase.id, error.message, clock())
                raise _moderated(job, error.message) from error
            _give_up(purchase, error, buying)
        else:
            return _kept(job, said, purchase, buying)
    raise AssertionError("unreachable")


def _kept(job: SpeechJob, said: Said, purchase: Purchase, buying: Buying) -> Voice:
    """Keep what was said before anything else: it is paid, and never comes again."""
    till, booth = buying.till, buying.booth
    try:
        voice = _written(job, said, buying)
    except LongtakeError as error:
        row = till.ledger.unknown(purchase.id, f"its answer: {error.message}", till.clock())
        raise _question(job, row, till) from error
    charge = None if said.characters is None else job.offer.charge(said.characters)
    closed = till.ledger.done(purchase.id, voice.sha256, charge, till.clock())
    if closed.charge is not None and closed.reserved < closed.charge:
        till.halt.reason = PlanError(
            f'"{job.id}" was charged {closed.charge}, more than the {closed.reserved} of the table',
            hint="what is finished is kept; look at your account before you buy more",
        )
    words = whole_words(booth.speaker.words(said), job.text)
    return booth.shelf.tell_words(voice, words) if words else voice


def _written(job: SpeechJob, said: Said, buying: Buying) -> Voice:
    for attempt in range(_WRITES):
        try:
            return keep(job, said, buying.booth.shelf)
        except MediaError:
            raise
        except OSError as error:
            if attempt == _WRITES - 1:
                why = error.strerror or type(error).__name__
                raise VaultError(f"the voice cannot be written: {why}") from error
            buying.pause(_WRITE_PAUSE_S)
    raise AssertionError("unreachable")


def _give_up(purchase: Purchase, error: ProviderError, buying: Buying) -> NoReturn:
    with suppress(VaultError):
        buying.till.ledger.failed(purchase.id, error.message, buying.till.clock())
    raise error


def _moderated(job: SpeechJob, message: str) -> Refused:
    return Refused(
        f'"{job.id}" was refused by moderation: {message}\ntext: {job.text}',
        kind="moderation",
        hint="nothing was charged; change the text",
        job=job.id,
    )


def _question(job: SpeechJob, row: Purchase, till: Till) -> OutcomeUnknown:
    """Make the error of a doubt; until it is answered nothing else of the run is begun.

    No film is made before all its voices are there, and a doubt holds a place that others would wait for.
    """
    question = OutcomeUnknown(
        f'nobody knows whether "{job.id}" was bought: {row.message}',
        hint=word_wanted(row),
        job=job.id,
        charged=None,
    )
    till.halt.reason = till.halt.reason or question
    return question
