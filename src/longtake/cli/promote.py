"""`longtake promote`: the final clips of the shots that were approved in the draft."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from longtake.choosing.promoting import (
    Order,
    promote,
    quote_promotion,
    refuse_blocked,
    said,
)
from longtake.cli import options, say
from longtake.cli.board import find_board
from longtake.cli.completing import complete_boards_or_shots
from longtake.cli.events import EventLines
from longtake.cli.making import Consent, gated_by_consent
from longtake.cli.naming import board_and_names
from longtake.cli.progress import display_on
from longtake.cli.say import DIM, WARNING
from longtake.cli.table import counted, first_of
from longtake.cli.tree import models_of
from longtake.plan.job import Plan
from longtake.plan.promotion import jobs_by_shot
from longtake.units import Money
from longtake.wishes import Wishes


@click.command("promote")
@click.argument(
    "words", metavar="[FILE] [SHOT...]", nargs=-1, shell_complete=complete_boards_or_shots
)
@options.SET
@options.BUDGET
@options.PRICE
@options.RETAKES
@options.ACCEPT
@options.YES
@options.JSON
def command(
    words: tuple[str, ...],
    variables: dict[str, str],
    budget: Money | None,
    price: Money | None,
    retakes: int,
    accepted: tuple[str, ...],
    yes: bool,
    as_json: bool,
) -> None:
    """Make the final clips of the approved shots, or of those named here, in the order of their chains.

    What a draft showed is no clip of the film: final clips begin on each other's frames. What exists
    already is not made again; no film is assembled, `longtake make` does that.
    """
    named, shots = board_and_names(words)
    board = find_board(named)
    wishes = Wishes(
        variables=variables,
        budget=budget,
        price=price,
        retakes=retakes,
        accepted=frozenset(accepted),
        agreed=yes,
    )
    consent = Consent(budget, yes)
    if as_json:
        with EventLines(say.answer_json) as lines:
            done = promote(board, wishes, shots, gated_by_consent(consent, lines))
    else:
        _say_order(quote_promotion(board, wishes, shots))
        done = _promoted(board, wishes, shots, consent)
        _say_rest(done, wishes)
    refuse_blocked(done.promotion.blocked, wishes)


def _promoted(board: Path, wishes: Wishes, shots: tuple[str, ...], consent: Consent) -> Order:
    display = display_on(say.terminal())
    with display:
        return promote(board, wishes, shots, gated_by_consent(consent, display))


def _say_order(order: Order) -> None:
    """Say what is about to be made, from which model, and that its handoffs are other ones."""
    lacking = [job for job in order.plan.to_buy if job.id in order.promotion.clips]
    for blocked in order.promotion.blocked:
        say.tell((f"left out: {said(blocked)}", WARNING))
    if not order.promotion.clips:
        return
    shots = order.promotion.shots
    owned = len(order.promotion.clips) - len(lacking)
    models = f" ({', '.join(models_of(lacking))})" if lacking else ""
    clips = f"{counted(len(lacking), 'clip')} to make, {owned:,} owned{models}"
    say.tell(f"{first_of(shots)}: {clips}")
    if not lacking:
        return
    say.tell(f"price: {order.plan.quote.total}")
    if any(len(jobs) > 1 for jobs in jobs_by_shot(order.plan).values()) or len(shots) > 1:
        text = "handoffs change: final clips begin on each other's last frames, not on the draft's"
        say.tell((text, DIM))


def _say_rest(done: Order, wishes: Wishes) -> None:
    """Say what the film lacks now, and what makes it."""
    many = len(done.promotion.shots)
    say.tell(f"{counted(many, 'shot')} promoted" if many else "no shot promoted")
    lacking = done.lacking
    if not lacking:
        say.tell(f"every clip of the film is there: `longtake make{wishes.flags}` puts it together")
        return
    clips = _clips_of(done.film, lacking)
    price = done.film.quote.total
    unknown = f" and {len(done.film.quote.unknown):,} of unknown price" * bool(
        done.film.quote.unknown
    )
    say.tell(
        f"the film still lacks {first_of(lacking)} ({counted(clips, 'clip')}, {price}{unknown}): "
        f"`longtake approve{wishes.flags}` and `promote` them, or `longtake make{wishes.flags}`"
    )


def _clips_of(film: Plan, shots: Iterable[str]) -> int:
    wanted = set(shots)
    return sum(job.shot in wanted for job in film.to_buy)
