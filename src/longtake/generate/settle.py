"""Finish what earlier runs of a board began: what is paid for is brought home, wanted or not."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from longtake.errors import KeyMissing, LongtakeError, OutcomeUnknown
from longtake.generate.clip import Desk, Wanted
from longtake.generate.collect import Till, collect, word_wanted
from longtake.units import FrameRate
from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Purchase
from longtake.vault.voices import Voice, VoiceShelf


def close_dead_rows(
    ledger: Ledger, voices: VoiceShelf, board: str, now: float
) -> tuple[Purchase, ...]:
    """Move on what a dead run of this board left half done; gives all that is still open then.

    Only for the holder of the project's lock: nobody else can be sending for this board. An intent
    that was never sent took nothing; one that was being sent may have been accepted, and was where its
    voice is kept.
    """
    # Those of workers are theirs: others see to it that they live.
    _closed(ledger, voices, (row for row in ledger.unfinished(board) if not row.owner), now)
    return ledger.unfinished(board)


def close_rows_of(
    ledger: Ledger, voices: VoiceShelf, owners: Iterable[str], now: float
) -> tuple[Purchase, ...]:
    """Move on what workers that are gone left half done; gives all of theirs that is open then.

    None of them need be gone for certain: one that wakes finds that it must not send any more.
    """
    dead = frozenset(owners)
    rows = (row for row in ledger.unfinished() if row.owner in dead)
    return _closed(ledger, voices, rows, now)


def close_kept_voices(
    ledger: Ledger, voices: VoiceShelf, rows: Iterable[Purchase], now: float
) -> None:
    """Finish those of some purchases whose voice is kept: their run died before it could say so.

    No row that a run still at work is sending may be among them: it closes that itself, with its charge.
    """
    for row in rows:
        voice = kept_voice(row, voices)
        if voice is not None:
            ledger.done(row.id, voice.sha256, None, now)


def kept_voice(row: Purchase, voices: VoiceShelf) -> Voice | None:
    """Give the voice of a purchase that looks doubtful, None where there is none and the doubt is real."""
    doubtful = row.is_speech and row.state in ("sending", "unknown")
    return voices.find(row.key) if doubtful else None


def _closed(
    ledger: Ledger, voices: VoiceShelf, rows: Iterable[Purchase], now: float
) -> tuple[Purchase, ...]:
    rows = tuple(rows)
    close_kept_voices(ledger, voices, rows, now)
    for row in rows:
        ledger.abandoned(row, now)
    return tuple(found for row in rows if (found := ledger.get(row.id)).is_open)


async def bring_in(row: Purchase, desk: Desk | None, till: Till | None) -> None:
    """Bring a paid clip home though perhaps nothing waits for it.

    A clip of the plan that wants the same one waits for this download and makes none of its own.
    Raises OutcomeUnknown where nobody knows whether it was made, KeyMissing where its provider is not
    open (`desk` and `till` are None then), and what goes wrong on the way.
    """
    if row.state != "submitted":
        raise OutcomeUnknown(
            f'nobody knows whether an earlier "{row.clip}" was bought: {row.message}',
            hint=word_wanted(row),
            charged=None,
        )
    if desk is None or till is None:
        raise KeyMissing(
            f'an earlier "{row.clip}" was bought from {row.provider}, which cannot be opened now',
            hint="set its key and run again: the clip is paid and waits there",
            task=row.task,
            charged=True,
        )
    # Where a film leaves it is asked by who shows it.
    prompt = str(row.asked.get("prompt", ""))
    last = str(row.asked.get("last", ""))
    wanted = Wanted(
        row.clip,
        row.recipe,
        row.model,
        0,
        FrameRate(Fraction(24)),
        prompt,
        row.take,
        last if row.asked.get("lands") else "",
        bool(last),
    )
    await collect(wanted, row, desk, till)


def told(error: LongtakeError) -> str:
    """Say in one line why a paid clip is not here yet, and the way out."""
    return f"{error.message}; {error.hint}" if error.hint else error.message
