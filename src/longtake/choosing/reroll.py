"""Buy further takes of a clip; the film stays as it is until one of them is kept.

What is to be bought is written down before, in `.longtake/`: a run that is killed goes on with the same
takes, by their numbers, and buys none of them twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from longtake.buying import bought_takes, the_ledger
from longtake.choosing.followers import why_not
from longtake.choosing.keeping import Consequence, bill
from longtake.choosing.landing import Landing, landing_frame, settle
from longtake.choosing.takes import all_takes, clip_job, numbers_of
from longtake.errors import ChoiceNeeded, LandingRefused, PlanError
from longtake.events import Event, Offered, Planned, Tell, silent
from longtake.files import read_json, write_json
from longtake.film import raise_first_error
from longtake.offering import Offer, offer_of, short_name
from longtake.plan.job import ClipJob, Plan
from longtake.plan.parts import held_clips, only_clips
from longtake.plan.quote import quoted
from longtake.planning import drawn_takes, plan_film
from longtake.project import Project
from longtake.standing import find_takes
from longtake.storyboard.choices import MOST_TAKES
from longtake.taking import take_clips
from longtake.units import take_name
from longtake.vault.purchase import Purchase
from longtake.wishes import Wishes


@dataclass(frozen=True)
class Reroll:
    """Further takes of a clip before any is bought: their numbers, the plan of them, what follows.

    `plan` quotes them alone, `film` is the plan of the whole film as it stands. `goes_on` says that an
    earlier run began with just these. `lands` is the frame they are to end on, where they are to.
    `tail` is what it costs to make again what hangs on the clip, where none of them lands.
    """

    clip: str
    numbers: tuple[int, ...]
    plan: Plan
    film: Plan
    goes_on: bool
    lands: str
    tail: Consequence

    @property
    def job(self) -> ClipJob:
        """The clip as the film has it now."""
        return clip_job(self.film, self.clip)


def quote_reroll(
    board: Path, wishes: Wishes, clip: str, n: int = 3, *, land: bool = False
) -> Reroll:
    """Say what further takes of a clip (or of a shot's first clip) cost; buys nothing.

    `land` asks them to end on the frame the next clip begins with. Raises PlanError where there is
    nothing to make again, or where no take can land: with the bill of what hangs on it.
    """
    film = plan_film(board, wishes)
    project, job = Project.of(board, wishes.variables), clip_job(film, clip)
    _refuse(film, job)
    tail = bill(board, wishes, film, job, MOST_TAKES)
    lands = _frame(film, project, job, tail, wishes) if land else ""
    names = bought_takes().recipes() | drawn_takes(project).recipes()
    begun = _begun(project, job, lands, names, n)
    numbers = begun or _next_numbers(project, job, n)
    asked = replace(job, asked=numbers, lands=lands, chosen=False)
    sources = tuple(asked if source.id == job.id else source for source in film.sources)
    plan = quoted(only_clips(replace(film, sources=sources), {job.id}), names)
    return Reroll(job.id, numbers, plan, film, bool(begun), lands, tail)


def reroll(
    board: Path,
    wishes: Wishes,
    clip: str,
    n: int = 3,
    tell: Tell = silent,
    *,
    land: bool = False,
) -> Offer | Landing:
    """Buy further takes of a clip and lay all of its takes side by side; changes nothing in the film.

    With `land` a take that ends where the next clip begins is kept at once, and that clip stays as it
    was bought. `tell` hears the price first and may stop all by an error. Safe to stop and call again.
    Raises LandingRefused where none lands; what is bought is in the vault then.
    """
    order = quote_reroll(board, wishes, clip, n, land=land)
    project = Project.of(board, wishes.variables)

    def hear(event: Event) -> None:
        tell(event)
        if isinstance(event, Planned):
            # Agreed to: from here on these takes, and no others, are what is bought.
            _note(project, order.job, order.lands, order.numbers)

    takes = take_clips(order.plan, project, wishes, hear)
    made = takes.offered.get(order.clip, ())
    if not made:
        raise_first_error(takes)
    offer = _offer(order, project, wishes)
    if not land or takes.errors:
        if len(made) == len(order.numbers):
            _note(project, order.job, order.lands, ())
        tell(Offered(offer))
        raise_first_error(takes)
        return offer
    try:
        landing = settle(board, wishes, order.film, order.job, made, order.tail)
    except LandingRefused:
        _note(project, order.job, order.lands, ())
        tell(Offered(offer))
        raise
    # Only now: a run that is killed before this finds the takes that it paid for, and judges them.
    _note(project, order.job, order.lands, ())
    tell(Offered(offer, landing.number))
    return landing


def _offer(order: Reroll, project: Project, wishes: Wishes) -> Offer:
    """Lay all takes of the clip side by side, those of earlier runs among them."""
    film, job = order.film, order.job
    there = all_takes(film, project, (job,))[job.id].values()
    return offer_of(film, project, job, there, find_takes(film, project), wishes)


def _refuse(film: Plan, job: ClipJob) -> None:
    """Stop where no further take can be made."""
    if job.draws:
        raise PlanError(f'"{job.id}" is drawn here: it comes out the same each time')
    if job.id in held_clips(film):
        hint = "`longtake status` says which"
        raise ChoiceNeeded(f'"{job.id}" continues a clip of which no take was chosen', hint=hint)
    if set(film.quote.lacking.get(job.id, ())) == set(job.numbers):
        hint = "`longtake make` makes it; `takes: 3` in the board asks for several at once"
        raise PlanError(f'"{job.id}" was not made yet', hint=hint)


def _frame(film: Plan, project: Project, job: ClipJob, tail: Consequence, wishes: Wishes) -> str:
    why = why_not(film, job)
    if why:
        word = f"longtake reroll{wishes.flags} {short_name(film, job)}"
        hint = f"without landing: `{word}`; {tail.said}"
        raise PlanError(f'no take of "{job.id}" can land on the next clip: {why}', hint=hint)
    return landing_frame(film, project, job)


def _next_numbers(project: Project, job: ClipJob, n: int) -> tuple[int, ...]:
    """Number further takes above all that are there, were asked for, or were ever bought."""
    there = numbers_of(bought_takes().by_recipe([job.recipe]), job.recipe)
    first = max(*job.numbers, *there, *(row.take for row in _orders(job))) + 1
    return tuple(range(first, first + n))


def _begun(
    project: Project, job: ClipJob, lands: str, owned: frozenset[str], n: int
) -> tuple[int, ...]:
    """Give the numbers of takes that an earlier run set out to buy and did not finish.

    Of those still to be bought no more than the `n` that are wished for now.
    """
    noted = _notes(project).get(_name(job, lands))
    if not isinstance(noted, list) or not all(isinstance(number, int) for number in noted):
        return ()
    ordered = {row.take for row in _orders(job) if row.state != "failed"}
    begun = [each for each in noted if each in ordered or take_name(job.recipe, each) in owned]
    rest = [number for number in noted if number not in begun]
    return tuple(sorted((*begun, *rest[: max(0, n - len(begun))])))


def _orders(job: ClipJob) -> tuple[Purchase, ...]:
    """List the purchases there were of takes of a clip; makes no ledger."""
    ledger = the_ledger()
    if not ledger.exists():
        return ()
    ledger.open()
    return ledger.of_recipe(job.recipe)


def _note(project: Project, job: ClipJob, lands: str, numbers: tuple[int, ...]) -> None:
    """Remember what is being bought; nothing any more where no numbers are given."""
    name = _name(job, lands)
    notes = {other: held for other, held in _notes(project).items() if other != name}
    write_json(_place(project), notes | ({name: list(numbers)} if numbers else {}))


def _name(job: ClipJob, lands: str) -> str:
    return f"{job.recipe} {lands}".strip()


def _notes(project: Project) -> dict[str, Any]:
    written = read_json(_place(project))
    return written if isinstance(written, dict) else {}


def _place(project: Project) -> Path:
    return project.work / "rerolls.json"
