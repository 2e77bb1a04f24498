"""How a film stands: which takes exist, what would be rendered, who is at work. Touches nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from longtake.amend.verdicts import Amendment, amendment, load_memory
from longtake.assemble.film import Workshop, is_assembled
from longtake.assemble.material import FileMaterial, Material
from longtake.assemble.pieces import Span
from longtake.finish import materials
from longtake.generate.clip import with_out_point
from longtake.generate.mending import is_undecided, known_mending, refusal, was_accepted
from longtake.history import Verdict, film_of, known_keys
from longtake.holdings import Holdings, own_holdings
from longtake.plan.aspect import with_aspect
from longtake.plan.job import Plan
from longtake.planning import drawn_takes, plan_film
from longtake.project import Project
from longtake.units import Aspect
from longtake.vault.take import Take
from longtake.wishes import Wishes


@dataclass(frozen=True)
class OtherShape:
    """The film in another shape, as it was made once; `lacking` counts frames that would be rendered."""

    aspect: Aspect
    film: Path
    up_to_date: bool
    lacking: int


@dataclass(frozen=True)
class Standing:
    """A plan beside what there is of it.

    `missing` names clips without a take, `undecided` those whose take a run would look at anew, for
    other repairs are allowed now, `refused` those at whose take the chain stops, with the reason,
    `accepted` those whose take the author took as it is, and `to_choose` those of whose takes, all of
    them there, one is to be chosen; `lacking` counts frames of the film that would be rendered, without
    what the undecided ones change; `holder` says which run is at work in the folder. `others` are the
    films of other shapes that lie beside it, `takes` are by clip; `flags` are the options that
    `longtake make` needs for just this film.
    """

    plan: Plan
    project: Project
    film: Path
    amendment: Amendment
    missing: tuple[str, ...]
    undecided: tuple[str, ...]
    refused: Mapping[str, str]
    accepted: tuple[str, ...]
    to_choose: tuple[str, ...]
    spans: tuple[Span, ...]
    up_to_date: bool
    lacking: int
    holder: str
    others: tuple[OtherShape, ...]
    takes: Mapping[str, Take]
    flags: str = ""

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What becomes of each clip, in film order."""
        return self.amendment.verdicts

    @property
    def frames(self) -> int:
        """Length of the film as it stands: real takes may differ from the plan."""
        return self.spans[-1].end

    @property
    def lack(self) -> str:
        """Say how much of the film would be rendered, as far as that is known."""
        if self.lacking:
            said = f"{self.lacking:,} of {self.frames:,} frames would be rendered"
        else:
            said = f"all its {self.frames:,} frames are rendered, and only to be put together"
        if not self.undecided:
            return said
        named = ", ".join(self.undecided[:8]) + (", ..." if len(self.undecided) > 8 else "")
        return f"{said}, and what the repairs of {named} change: they are not decided yet"


def look(board: Path, wishes: Wishes) -> Standing:
    """Find out how a film stands; raises StoryboardError where there is no plan."""
    plan = plan_film(board, wishes)
    project = Project.of(board, wishes.variables)
    flavour = wishes.flavour
    takes = find_takes(plan, project, wishes.holdings)
    missing = tuple(job.id for job in plan.jobs if job.id not in takes)
    # A clip without a take stands as a file that no piece was ever made of: all of it lacks.
    blanks = {clip: FileMaterial(Path(clip), f"no take of {clip}") for clip in missing}
    stand_ins: dict[str, Material | Take] = {**materials(plan), **takes, **blanks}
    refused, accepted = judged(takes, wishes.holdings)
    undecided = tuple(
        job.id
        for job in plan.jobs
        if job.id in takes and job.id not in refused and is_undecided(takes[job.id], job)
    )
    settled = not undecided and not refused

    def stands(plan: Plan, film: Path) -> tuple[bool, tuple[Span, ...], int]:
        workshop = Workshop(project.work, wishes.quality, plan.fit, copies=wishes.copies)
        how: dict[str, Any] = {"workshop": workshop, "cues": plan.cues, "title": plan.title}
        assembled, spans, lacking = is_assembled(plan.timeline, stand_ins, film, **how)
        return assembled and settled, spans, lacking

    film = project.film(flavour)
    up_to_date, spans, lacking = stands(plan, film)
    others = []
    for aspect, path in project.other_shapes(flavour).items():
        # A film whose own shape was changed to this one has left the file behind.
        if aspect.of(plan.timeline.size) != plan.timeline.size:
            same, _, lack = stands(with_aspect(plan, aspect), path)
            others.append(OtherShape(aspect, path, same, lack))
    holder, owned = project.holder(), plan.quote.owned
    return Standing(
        plan=plan,
        project=project,
        film=film,
        amendment=amended(plan, project, wishes),
        missing=missing,
        undecided=undecided,
        refused=refused,
        accepted=accepted,
        to_choose=tuple(job.id for job in plan.jobs if job.is_open and job.id in owned),
        spans=spans,
        up_to_date=up_to_date,
        lacking=lacking,
        holder=holder,
        others=tuple(others),
        takes=takes,
        flags=replace(wishes, animatic=False).flags,
    )


def amended(plan: Plan, project: Project, wishes: Wishes) -> Amendment:
    """Say what becomes of every clip of a plan, by what is remembered of its film."""
    film = film_of(project, wishes.flavour)
    return amendment(plan, load_memory(project.work, film), plan.quote.owned)


def judged(
    takes: Mapping[str, Take], holdings: Holdings | None = None
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Tell which takes stop the chain, and why, and which the author took as they are."""
    vault = (holdings or own_holdings()).vault
    whys = {clip: refusal(take, vault) for clip, take in takes.items()}
    accepted = tuple(clip for clip, take in takes.items() if was_accepted(take, vault))
    return {clip: why for clip, why in whys.items() if why}, accepted


def find_takes(plan: Plan, project: Project, holdings: Holdings | None = None) -> dict[str, Take]:
    """Find the kept takes of just these recipes: as remembered, else any that is there.

    A clip whose takes wait for a choice has none.
    """
    keys = known_keys(project.work)
    holdings = holdings or own_holdings()
    drawn, bought = drawn_takes(project, holdings), holdings.vault
    recipes = {job.recipe for job in plan.jobs}
    by_recipe = bought.by_recipe(recipes) | drawn.by_recipe(recipes)
    found: dict[str, Take] = {}
    for job in plan.jobs:
        vault = drawn if job.draws else bought
        name = job.kept_name
        remembered = vault.find(keys[name]) if name in keys else None
        take = None if job.is_open else remembered or by_recipe.get(name)
        if take is not None:
            take = with_out_point(take, job.out_frame, plan.timeline.rate)
            found[job.id] = known_mending(take, job, vault)
    return found
