"""`longtake reroll`: further takes of a clip, to choose from."""

from __future__ import annotations

from pathlib import Path

import click

from longtake.choosing.followers import bound_to_start
from longtake.choosing.landing import Landing
from longtake.choosing.reroll import Reroll, quote_reroll, reroll
from longtake.cli import options, say
from longtake.cli.completing import complete_boards_or_shots
from longtake.cli.events import EventLines
from longtake.cli.making import Consent, gated_by_consent
from longtake.cli.naming import named_words
from longtake.cli.progress import display_on
from longtake.cli.say import DIM, WARNING
from longtake.cli.table import counted, first_of
from longtake.units import Money
from longtake.wishes import Wishes


@click.command("reroll")
@click.argument(
    "words", metavar="[FILE] SHOT", nargs=-1, required=True, shell_complete=complete_boards_or_shots
)
@click.option(
    "--n",
    "count",
    metavar="N",
    type=click.IntRange(1, 20),
    help="How many further takes.  [default: 3, and 1 with --land]",
)
@click.option(
    "--land",
    is_flag=True,
    help="Have it end on the frame the next clip begins with, so that all behind it stays.",
)
@options.DRAFT
@options.SET
@options.BUDGET
@options.PRICE
@options.RETAKES
@options.YES
@options.JSON
def command(
    words: tuple[str, ...],
    count: int | None,
    land: bool,
    draft: bool,
    variables: dict[str, str],
    budget: Money | None,
    price: Money | None,
    retakes: int,
    yes: bool,
    as_json: bool,
) -> None:
    """Buy further takes of SHOT (a shot's first clip, or the clip named). The film stays as it is.

    All takes are shown side by side in a picture; `longtake keep` puts one into the film. With `--land`
    a take that ends where the next clip begins is kept at once.
    """
    board, (shot,) = named_words(words, 1)
    wishes = Wishes(
        draft=draft,
        variables=variables,
        budget=budget,
        price=price,
        retakes=retakes,
        agreed=yes,
    )
    takes = count or (1 if land else 3)
    consent = Consent(budget, yes)
    if as_json:
        with EventLines(say.answer_json, str(board)) as lines:
            reroll(board, wishes, shot, takes, gated_by_consent(consent, lines), land=land)
        return
    order = quote_reroll(board, wishes, shot, takes, land=land)
    _say_order(order)
    landed = _rerolled(board, wishes, shot, takes, consent, land=land)
    if isinstance(landed, Landing):
        say.tell(f"{landed.clip}: {landed.said}")
    else:
        say.tell((f"nothing in the film has changed; {order.tail.said} when another is kept", DIM))


def _rerolled(
    board: Path, wishes: Wishes, shot: str, takes: int, consent: Consent, *, land: bool
) -> object:
    display = display_on(say.terminal())
    with display:
        return reroll(board, wishes, shot, takes, gated_by_consent(consent, display), land=land)


def _say_order(order: Reroll) -> None:
    """Say what is about to be bought, and what hangs on it."""
    job = order.job
    numbers = ", ".join(map(str, order.numbers))
    lacking = len(order.plan.quote.lacking.get(order.clip, ()))
    these = "these" if len(order.numbers) > 1 else "it"
    begun = f"; an earlier run began with {these}" if order.goes_on else ""
    say.tell(f"{job.id}: {counted(len(order.numbers), 'further take')} ({numbers}){begun}")
    others = [other.id for other in order.film.jobs if other.shot == job.shot and other is not job]
    if others:
        say.tell(
            (f"behind it in the same shot: {first_of(others, 5)}, from the take that is kept", DIM)
        )
    ends = bound_to_start(order.film, job) if order.lands else ()
    if ends:
        # A take that lands is kept at once: what it does not spare is said before it is bought.
        lines = {clip: price for clip, price, _ in order.film.quote.lines if clip in ends}
        prices = ", ".join(f"{clip} ({price or 'unknown price'})" for clip, price in lines.items())
        say.tell((f"ends on its start, and is made again once a take is kept: {prices}", WARNING))
    if lacking:
        say.tell(f"price: {order.plan.quote.total}")
