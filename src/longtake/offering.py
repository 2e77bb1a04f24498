"""Several takes and no choice: rank them, lay them side by side in a picture, and say how one is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from longtake.buying import bought_takes
from longtake.deliver.takesheet import TakeColumn, write_take_sheet
from longtake.errors import ChoiceNeeded
from longtake.generate.clip import with_out_point
from longtake.plan.job import ClipJob, Plan
from longtake.project import Project
from longtake.ranking import Candidate, given_frames, ranked
from longtake.storyboard.choices import Choices, ClipChoice
from longtake.vault.take import Take
from longtake.wishes import Wishes

_PLACES = {1: "1st", 2: "2nd", 3: "3rd"}


@dataclass(frozen=True)
class Offer:
    """The takes of a clip of which one is to be chosen: what each is like, and a picture of them all.

    `name` is how the author names the clip: by its shot where that has no other. `board` is the
    storyboard, `flags` are the options that name the kind of film whose takes they are.
    """

    clip: str
    name: str
    candidates: tuple[Candidate, ...]
    sheet: Path
    board: Path
    flags: str = ""

    @property
    def best(self) -> Candidate:
        """The take that the rank proposes."""
        return min(self.candidates, key=lambda candidate: candidate.place)


def offers_of(
    plan: Plan,
    project: Project,
    offered: Mapping[str, Iterable[Take]],
    kept: Mapping[str, Take],
    wishes: Wishes,
) -> tuple[Offer, ...]:
    """Rank the takes of clips without a choice and write a sheet for each, in film order.

    `kept` are the takes that the film has already. Takes that were bought besides those `offered` stand
    among them. Raises MediaError where a take cannot be decoded.
    """
    jobs = [job for job in plan.jobs if job.id in offered]
    there = bought_takes().by_recipe({job.recipe for job in jobs})
    return tuple(
        offer_of(plan, project, job, _all_of(job, offered[job.id], there), kept, wishes)
        for job in jobs
    )


def choice_needed(offers: tuple[Offer, ...]) -> ChoiceNeeded:
    """Make the error of a film that waits for its author's choice."""
    named = ", ".join(offer.clip for offer in offers[:5]) + (" ..." if len(offers) > 5 else "")
    many = "a clip waits" if len(offers) == 1 else f"{len(offers):,} clips wait"
    return ChoiceNeeded(
        f"{many} for your choice: {named}",
        hint=f"`longtake keep{offers[0].flags} SHOT TAKE` chooses; "
        "`--take-best` goes on with the proposed ones",
    )


def best_chosen(
    choices: Choices, plan: Plan, offers: tuple[Offer, ...], *, draft: bool, version: str = ""
) -> Choices:
    """Give the choices with the proposed take of every clip that waits for one."""
    said: dict[str, ClipChoice | None] = {}
    for offer in offers:
        before = choices.of(draft=draft, version=version).get(offer.clip) or ClipChoice()
        take = offer.best.take
        said[offer.clip] = before.keeping(take.number, plan.by_id[offer.clip].recipe, take.lands)
    return choices.with_clips(said, draft=draft, version=version)


def short_name(plan: Plan, job: ClipJob) -> str:
    """Name a clip as an author does: by its shot, where it is the only one of it."""
    alone = sum(source.shot == job.shot for source in plan.sources) == 1
    return job.shot if alone else job.id


def placed(place: int) -> str:
    """Write a place: 1st, 2nd, 4th, 21st."""
    end = place % 10 if place % 100 not in (11, 12, 13) else 0
    return f"{place}{_PLACES.get(end, 'th')[-2:]}"


def offer_of(
    plan: Plan,
    project: Project,
    job: ClipJob,
    takes: Iterable[Take],
    kept: Mapping[str, Take],
    wishes: Wishes,
) -> Offer:
    """Rank takes of a clip, and write them side by side into a picture."""
    given = given_frames(plan, job, kept)
    shown = [with_out_point(take, job.out_frame, plan.timeline.rate) for take in takes]
    candidates = ranked(job, shown, given, project.scans)
    folder = project.films / ("takes-draft" if wishes.draft else "takes")
    sheet = folder / f"{job.id.replace('/', '-')}.jpg"
    name = short_name(plan, job)
    title = f"{plan.title}: {len(candidates)} takes of {name}"
    columns = [_column(candidate) for candidate in candidates]
    lands = next((take.lands for take in shown if take.lands), "")
    asked = given.last or (bought_takes().sent(lands) if lands else None)
    write_take_sheet(sheet, title, columns, sent=given.first, asked=asked)
    return Offer(job.id, name, candidates, sheet, project.board, wishes.flags)


def _all_of(job: ClipJob, made: Iterable[Take], there: Mapping[str, Take]) -> list[Take]:
    """Add the takes of a clip that were bought besides."""
    by_number = {take.number: take for take in made}
    besides = {
        take.number: take for name, take in there.items() if name.partition("#")[0] == job.recipe
    }
    return list({**besides, **by_number}.values())


def _column(candidate: Candidate) -> TakeColumn:
    marks = (("kept now", candidate.kept), ("proposed", candidate.proposed))
    mark = ", ".join(word for word, holds in marks if holds)
    first, *rest = candidate.reasons
    lines = (f"{placed(candidate.place)}: {first}", *rest)
    take = candidate.take
    return TakeColumn(take.path, take.out_point, f"take {candidate.number}", mark, lines)
