"""Make the films of several boards in one run: over one vault and one budget, agreed to once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from longtake.buying import last_purchase, spent_since
from longtake.cli import say
from longtake.cli.each import Ends
from longtake.cli.events import StartEvent
from longtake.cli.making import Consent, Gate, agree, confirm, gated, show_making
from longtake.cli.say import DIM, HEADING
from longtake.cli.table import counted, counted_both
from longtake.cli.trace import traced
from longtake.errors import BudgetExceeded, ConfirmationNeeded
from longtake.film import make_film, refuse
from longtake.plan.job import Plan
from longtake.plan.quote import clips_total, refuse_other_currency
from longtake.plan.together import JointQuote, quote_together
from longtake.planning import plan_film
from longtake.project import Project
from longtake.reckoning import SharedBudget
from longtake.wishes import Wishes


def make_together(
    boards: Sequence[Path],
    wishes: Wishes,
    consent: Consent,
    *,
    as_json: bool,
    trace: Path | None,
    fleet: Any = None,
) -> int:
    """Make the films of several boards over one vault and one budget; gives the worst exit code.

    All of them are priced before anything is bought, and agreed to once; those that cannot be made as
    they are are said first and left out. Raises BudgetExceeded where `consent.budget` does not hold all
    of it, ConfirmationNeeded where nobody agrees. A `fleet` is sent all of them before any is looked at.
    """
    if as_json:
        say.answer_json(StartEvent())
    ends = Ends(as_json)
    # The budget of the run holds for all of them, each board's own for itself.
    wishes = replace(wishes, budget=None)
    wishes = fleet.wishes(wishes) if fleet else wishes
    plans = _plans(boards, wishes, ends)
    _agree(quote_together(plans.values()), plans, consent)
    wishes = _sharing(wishes, plans, consent)
    since = wishes.since or 0
    make = fleet.make_film if fleet else make_film
    with traced(trace) as also:
        sent = _sent(plans, wishes, consent, fleet, ends) if fleet else plans
        for number, (board, plan) in enumerate(sent.items(), start=1):
            label = f"{number}/{len(plans)}"
            gate = _gate(plan, consent)

            def act(board: Path = board, gate: Gate = gate, label: str = label) -> None:
                show_making(board, wishes, gate, also, as_json=as_json, label=label, make=make)

            ends.of(board, act)
    if not as_json:
        _sum_up(ends, since)
    return ends.worst


def _plans(boards: Sequence[Path], wishes: Wishes, ends: Ends) -> dict[Path, Plan]:
    """Plan all boards; those that have faults, or cannot be made for their money, are left out."""
    plans: dict[Path, Plan] = {}

    def look(board: Path) -> None:
        plan = plan_film(board, wishes)
        refuse(plan, Project(board), wishes)
        plans[board] = plan

    for board in boards:
        ends.of(board, lambda board=board: look(board))  # type: ignore[misc]
    return plans


def _agree(quote: JointQuote, plans: Mapping[Path, Plan], consent: Consent) -> None:
    budget = consent.budget if quote.total.amount else None
    refuse_other_currency(budget, quote.total)
    if budget is not None and budget < quote.total:
        raise BudgetExceeded(
            f"the quote for {counted(len(plans), 'film')} is {quote.total}, the budget {budget}",
            hint="make fewer of them, or raise `--budget`; nothing was bought",
        )
    what = counted_both(quote.clips, quote.voices)
    if what:
        films = f"{what} for {counted(len(plans), 'film')}"
        agree(films, str(quote.total), quote.unknown, consent)


def _sharing(wishes: Wishes, plans: Mapping[Path, Plan], consent: Consent) -> Wishes:
    """Let all boards draw on the budget of the run, counted from now on; each one's own holds too."""
    names = tuple(str(board.resolve()) for board in plans)
    shared = SharedBudget(consent.budget, names) if consent.budget else None
    return replace(wishes, shared=shared, since=last_purchase(wishes.holdings))


def _gate(agreed: Plan, consent: Consent) -> Gate:
    """Ask again only where a board became dearer since all were agreed to."""

    def gate(plan: Plan, before: Plan | None, why: str) -> None:
        if before or clips_total(plan.quote).amount > clips_total(agreed.quote).amount:
            confirm(plan, consent, before or agreed, why or "it became dearer")

    return gate


def _sent(
    plans: Mapping[Path, Plan], wishes: Wishes, consent: Consent, fleet: Any, ends: Ends
) -> dict[Path, Plan]:
    """Send all boards to a fleet, so that it makes them beside each other; gives those it took."""
    for board, plan in plans.items():
        gate = gated(_gate(plan, consent))
        ends.of(board, lambda board=board, gate=gate: fleet.send(board, wishes, gate))  # type: ignore[misc]
    return {board: plan for board, plan in plans.items() if not ends.codes[board]}


def _sum_up(ends: Ends, since: int) -> None:
    width = say.width_of(say.terminal())
    say.tell()
    for board, code in ends.codes.items():
        waits = code == ConfirmationNeeded.exit_code
        state = "waiting" if waits else "failed" if code else "made"
        say.tell(say.state_line(say.shown(board), state, width))
    there = sum(not code for code in ends.codes.values())
    spent = spent_since(since, frozenset(str(board.resolve()) for board in ends.codes))
    money = f"; {' and '.join(map(str, spent))} spent" if spent else ""
    say.tell((f"{there:,} of {counted(len(ends.codes), 'film')}", HEADING), (money, DIM))
