"""Promote: of the shots that were approved in the draft, and of no others, the final clips are made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from longtake.buying import last_purchase
from longtake.choosing.keeping import approve
from longtake.errors import ChoiceNeeded, PlanError
from longtake.events import Offered, Planned, Tell, silent
from longtake.film import LONGER_VOICES, generated_takes, raise_first_error, refuse, tell_again
from longtake.offering import choice_needed, offers_of
from longtake.plan.job import Plan
from longtake.plan.parts import only_clips
from longtake.plan.promotion import Blocked, Promotion, promotion_of, shots_lacking, shots_named
from longtake.planning import plan_film
from longtake.project import Project
from longtake.storyboard.diagnose import did_you_mean, quoted
from longtake.voicing import make_voices
from longtake.wishes import Wishes


@dataclass(frozen=True)
class Order:
    """What a promotion makes, before it does: `plan` quotes it alone, `film` is the whole film.

    `named` are shots that the author named and did not approve before.
    """

    plan: Plan
    film: Plan
    promotion: Promotion
    named: tuple[str, ...]

    @property
    def lacking(self) -> tuple[str, ...]:
        """The shots that the film lacks besides."""
        made = set(self.promotion.clips)
        jobs = (job for job in self.film.jobs if job.id not in made)
        besides = {job.shot for job in jobs}
        return tuple(shot for shot in shots_lacking(self.film) if shot in besides)


def quote_promotion(board: Path, wishes: Wishes, words: Iterable[str] = ()) -> Order:
    """Say what promoting shots costs, all approved ones where none is named; buys nothing.

    Raises ChoiceNeeded where nothing is approved, and PlanError for a name the board does not have.
    """
    wishes = replace(wishes, draft=False)
    film, flags = plan_film(board, wishes), wishes.flags
    named = named_shots(film, words)
    shots = named or film.approved
    if not shots:
        raise ChoiceNeeded(
            "no shot is approved",
            hint=f"look at the draft, then `longtake approve{flags} SHOT...`, or name shots here",
        )
    promotion = promotion_of(film, shots)
    shown = {*promotion.shots, *(film.by_id[clip].shot for clip in promotion.clips)}
    spoken = tuple(said for said in film.spoken if film.by_id[said.clip].shot in shown)
    plan = only_clips(replace(film, spoken=spoken), promotion.clips)
    return Order(plan, film, promotion, tuple(s for s in named if s not in film.approved))


def promote(board: Path, wishes: Wishes, words: Iterable[str] = (), tell: Tell = silent) -> Order:
    """Make the final clips of approved shots in handoff order, and give what the film still lacks then.

    `tell` hears the price first and may stop all by an error; shots named without being approved are
    approved then. Safe to stop and call again: what is there is not made again. Raises ChoiceNeeded
    where takes are to be chosen from, or where a shot hangs on others, once all else is made.
    """
    wishes, words = replace(wishes, draft=False), tuple(words)
    project = Project.of(board, wishes.variables)
    order = quote_promotion(board, wishes, words)
    if not order.promotion.clips:
        refuse_blocked(order.promotion.blocked, wishes)
    refuse(order.plan, project, wishes)
    tell(Planned(order.plan))
    if order.named:
        approve(board, wishes, order.named)
    with project.hold():
        wishes = replace(wishes, since=last_purchase())
        if make_voices(order.plan, project, wishes.purse, wishes.holdings, tell, drawn=False):
            order = _voiced(order, board, wishes, words, tell)
        takes = generated_takes(order.plan, project, wishes, tell)
    offers = offers_of(order.plan, project, takes.offered, takes.by_clip, wishes)
    for offer in offers:
        tell(Offered(offer))
    raise_first_error(takes)
    if offers:
        raise choice_needed(offers)
    return quote_promotion(board, wishes, words)


def refuse_blocked(blocked: tuple[Blocked, ...], wishes: Wishes) -> None:
    """Raise ChoiceNeeded where shots hang on others that nobody approved, naming both ways out."""
    if not blocked:
        return
    first, more = blocked[0], len(blocked) - 1
    needs = ", ".join(dict.fromkeys(shot for each in blocked for shot in each.needs))
    besides = f"; {more:,} more {'shots hang' if more > 1 else 'shot hangs'} on others too"
    raise ChoiceNeeded(
        said(first) + (besides if more else ""),
        hint=f"`longtake approve{wishes.flags} {needs.replace(',', '')}`, or give it a `start:` of its own",
    )


def said(blocked: Blocked) -> str:
    """Say on what a shot hangs that nobody approved."""
    how = "continues" if blocked.begins else "ends on the start of"
    return f'"{blocked.clip}" {how} "{blocked.above}", which is not approved'


def named_shots(plan: Plan, words: Iterable[str]) -> tuple[str, ...]:
    """List the shots that words of an author name; raises PlanError for a word that names none."""
    found: list[str] = []
    for word in words:
        shots = shots_named(plan, word)
        if not shots:
            known = [note.shot for note in plan.shots]
            hint = did_you_mean(word, known) or "`longtake plan` lists them"
            raise PlanError(f"the board has no shot {quoted(word)}", hint=hint)
        found += shots
    return tuple(dict.fromkeys(found))


def _voiced(
    before: Order, board: Path, wishes: Wishes, words: tuple[str, ...], tell: Tell
) -> Order:
    """Plan again with the real lengths of voices; what became dearer is agreed to again, or not bought."""
    order = quote_promotion(board, wishes, words)
    refuse(order.plan, Project(board), wishes)
    tell_again(before.plan, order.plan, LONGER_VOICES, tell)
    return order
