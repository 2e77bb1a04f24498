"""Keep a take: first what that changes further down, then the word in the choices file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from longtake.choosing.followers import bound_to_start, owned_followers, why_not
from longtake.choosing.takes import all_takes, clip_job
from longtake.errors import PlanError
from longtake.offering import short_name
from longtake.plan.job import ClipJob, Plan
from longtake.planning import plan_film
from longtake.project import Project
from longtake.storyboard.choices import Choices, ClipChoice, read_choices, save_choices
from longtake.storyboard.diagnose import did_you_mean, quoted
from longtake.units import Money
from longtake.vault.take import Take
from longtake.wishes import Wishes


@dataclass(frozen=True)
class Consequence:
    """What keeping another take of a clip changes: nothing is spent before the film is made again.

    `made_again` are the clips that would have to be bought, with their prices (None: nobody knows);
    `total` sums those that are known. `can_land` says that another take may be asked to end on the
    frame the next clip begins with, so that it stays. `said` puts it in one sentence.
    """

    clip: str
    number: int
    made_again: tuple[tuple[str, Money | None], ...]
    total: Money
    can_land: bool
    said: str


def consequence(board: Path, wishes: Wishes, clip: str, number: int) -> Consequence:
    """Say what keeping a take of a clip (or of a shot's first clip) would change; spends nothing.

    Raises PlanError where there is no such clip or take.
    """
    now = plan_film(board, wishes)
    job = clip_job(now, clip)
    take = _take(now, board, job, number, wishes)
    return bill(board, wishes, now, job, take)


def bill(board: Path, wishes: Wishes, now: Plan, job: ClipJob, take: Take | int) -> Consequence:
    """Say what keeping a take of a clip would change, one that is there or one still to come."""
    choices = _followed(board, now, wishes)
    then = plan_film(board, wishes, _with(choices, job, take, wishes))
    lacking = {name for name, _, has_take in now.quote.lines if not has_take}
    again = tuple(
        (name, price)
        for name, price, has_take in then.quote.lines
        if not has_take and name not in lacking and name != job.id
    )
    # What is free may be in any currency.
    priced = (price for _, price in again if price and price.amount)
    total = sum(priced, now.quote.total * 0)
    behind = {follower.id for follower in owned_followers(now, job)}
    lands = not behind.isdisjoint(dict(again)) and not why_not(now, job)
    reroll = f"longtake reroll{wishes.flags} {short_name(now, job)}"
    ends = tuple(clip for clip in bound_to_start(now, job) if clip in dict(again))
    said_of = _said(reroll, again, ends, total, lands)
    number = take if isinstance(take, int) else take.number
    return Consequence(job.id, number, again, total, lands, said_of)


def keep(board: Path, wishes: Wishes, clip: str, number: int) -> str:
    """Write into the choices that a take is kept, and give its clip's id; spends nothing.

    Raises PlanError where there is no such clip or take.
    """
    plan = plan_film(board, wishes)
    job = clip_job(plan, clip)
    take = _take(plan, board, job, number, wishes)
    change(board, lambda choices: _with(choices, job, take, wishes), plan, wishes)
    return job.id


def approve(board: Path, wishes: Wishes, shots: Iterable[str], *, on: bool = True) -> None:
    """Write into the choices that shots are approved in the draft, or no longer are.

    Raises PlanError where the board has no such shot.
    """
    plan, named = plan_film(board, wishes), tuple(shots)
    known = [note.shot for note in plan.shots]
    for shot in named:
        if shot not in known:
            hint = did_you_mean(shot, known) or "`longtake plan` lists them"
            raise PlanError(f"the board has no shot {quoted(shot)}", hint=hint)
    change(board, lambda choices: choices.with_approved(named, on=on), plan, wishes)


def change(board: Path, edit: Callable[[Choices], Choices], plan: Plan, wishes: Wishes) -> None:
    """Change the choices of a board, whoever else does so at the same moment."""
    with Project(board).choosing():
        save_choices(board, edit(_followed(board, plan, wishes)), plan.by_id)


def kept_choice(before: ClipChoice | None, job: ClipJob, take: Take | int) -> ClipChoice:
    """Write down that a take of a clip is kept; what else was chosen of the clip stays."""
    number, lands = (take, "") if isinstance(take, int) else (take.number, take.lands)
    return (before or ClipChoice()).keeping(number, job.recipe, lands)


def _followed(board: Path, plan: Plan, wishes: Wishes) -> Choices:
    choices, moves = read_choices(board), plan.moved_choices
    return choices.followed(moves, draft=wishes.draft, version=wishes.version)


def _with(choices: Choices, job: ClipJob, take: Take | int, wishes: Wishes) -> Choices:
    before = choices.of(draft=wishes.draft, version=wishes.version).get(job.id)
    said = {job.id: kept_choice(before, job, take)}
    return choices.with_clips(said, draft=wishes.draft, version=wishes.version)


def _take(plan: Plan, board: Path, job: ClipJob, number: int, wishes: Wishes) -> Take:
    if job.draws:
        raise PlanError(f'"{job.id}" is drawn here: it comes out the same each time')
    takes = all_takes(plan, Project(board), (job,))[job.id]
    if number not in takes:
        there = ", ".join(map(str, takes)) or "none"
        raise PlanError(
            f'"{job.id}" has no take {number}; there: {there}',
            hint=f"`longtake reroll{wishes.flags} {short_name(plan, job)}` buys another one",
        )
    return takes[number]


def _said(
    reroll: str,
    again: tuple[tuple[str, Money | None], ...],
    ends: tuple[str, ...],
    total: Money,
    lands: bool,
) -> str:
    """Say what a choice costs; `ends` are those of the clips that end on the start of this one."""
    if not again:
        return "no other clip has to be made again"
    later = len(again) - len(ends)
    many = "1 later clip begins" if later == 1 else f"{later:,} later clips begin"
    whats = [f"{many} on the old frame"] if later else []
    if ends:
        verb = "ends" if len(ends) == 1 else "end"
        whats.append(f"{', '.join(ends)} {verb} on the old start")
    unknown = sum(price is None for _, price in again)
    bill = f"{total}" + (f" and {unknown:,} of unknown price" if unknown else "")
    land = f", or land on the existing clip: `{reroll} --land`" if lands else ""
    return f"{' and '.join(whats)}: make again for {bill}{land}"
