"""`longtake make`: the film itself."""

from __future__ import annotations

from pathlib import Path

import click

from longtake.cli import options, say
from longtake.cli.board import find_boards
from longtake.cli.fleet import open_fleet
from longtake.cli.making import Consent, confirm, make_and_show
from longtake.cli.many import make_together
from longtake.cli.say import DIM
from longtake.cli.table import counted
from longtake.film import make_film
from longtake.generate.places import Webhook
from longtake.plan.parts import before_choices
from longtake.planning import plan_film
from longtake.units import Aspect, Money
from longtake.wishes import Wishes


@click.command("make")
@options.BOARDS
@options.DRAFT
@options.QUALITY
@options.NO_COPY
@options.ASPECT
@options.SET
@options.BUDGET
@options.PRICE
@options.RETAKES
@options.ACCEPT
@options.WEBHOOK
@options.LISTEN
@options.TAKE_BEST
@options.YES
@options.TRACE
@options.FLEET
@options.DATABASE
@options.VAULT
@options.JSON
def command(
    boards: tuple[Path, ...],
    draft: bool,
    quality: str,
    no_copy: bool,
    aspects: tuple[Aspect, ...],
    variables: dict[str, str],
    budget: Money | None,
    price: Money | None,
    retakes: int,
    accepted: tuple[str, ...],
    webhook: str | None,
    listen: str | None,
    take_best: bool,
    yes: bool,
    trace: Path | None,
    far: bool,
    database: str | None,
    vault: str | None,
    as_json: bool,
) -> int:
    """Make the film. What exists already is not made again.

    Stop it whenever you like: the same command goes on where it stopped. Of several boards one film
    after the other is made, over one `--budget`; an error of one stops none of the others, and the exit
    code is the highest. With `--fleet` other machines make them, beside each other: Ctrl-C only stops
    looking.
    """
    paths = find_boards(boards)
    if far and webhook is not None:
        raise click.UsageError("`--webhook` is for films that are made here")
    fleet = open_fleet(database, vault, quiet=as_json) if far else None
    consent = Consent(budget, yes)
    wishes = Wishes(
        quality=quality,
        copies=not no_copy,
        aspects=aspects,
        variables=variables,
        budget=budget,
        draft=draft,
        retakes=retakes,
        price=price,
        accepted=frozenset(accepted),
        agreed=yes,
        webhook=_webhook(webhook, listen),
        take_best=take_best,
    )
    if len(paths) > 1:
        if accepted:
            raise click.UsageError("`--accept` names a clip of one board: name that board alone")
        return make_together(paths, wishes, consent, as_json=as_json, trace=trace, fleet=fleet)
    make_and_show(
        paths[0],
        wishes,
        gate=lambda plan, before, why: confirm(
            plan if take_best else before_choices(plan), consent, before, why
        ),
        as_json=as_json,
        trace=trace,
        make=fleet.make_film if fleet else make_film,
    )
    if draft and not as_json:
        _say_final(paths[0], variables)
    return 0


def _webhook(url: str | None, listen: str | None) -> Webhook | None:
    """Read `--webhook` and `--listen`, which belong together."""
    if url is None:
        if listen is not None:
            raise click.UsageError(
                "`--listen` says where the address of `--webhook` leads to: name it"
            )
        return None
    try:
        return Webhook.read(url, listen or "")
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="'--webhook' / '--listen'") from None


def _say_final(board: Path, variables: dict[str, str]) -> None:
    """Say what the film itself would cost, now that its draft can be looked at."""
    wishes = Wishes(variables=variables)
    quote, sets = plan_film(board, wishes).quote, wishes.flags
    lacking = sum(not owned for _, _, owned in quote.lines)
    price = f"{quote.total} for {counted(lacking, 'clip')}"
    if quote.unknown:
        price += f", {len(quote.unknown):,} of them of unknown price"
    text = price if lacking else "every clip of it is owned already"
    say.tell(("the final film: ", DIM), f"{text}; `longtake make{sets}` without `--draft` makes it")
    if lacking:
        some = f"some shots first: `longtake approve{sets} SHOT...`, then `longtake promote{sets}`"
        say.tell((some, DIM))
