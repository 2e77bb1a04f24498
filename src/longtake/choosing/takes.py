"""The takes there are of a clip, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from longtake.buying import bought_takes
from longtake.errors import PlanError
from longtake.generate.clip import with_out_point
from longtake.generate.mending import known_mending
from longtake.plan.job import ClipJob, Plan
from longtake.planning import drawn_takes
from longtake.project import Project
from longtake.ranking import Candidate, given_frames, ranked
from longtake.standing import Standing
from longtake.storyboard.diagnose import did_you_mean, quoted
from longtake.units import take_name
from longtake.vault.take import Take


def candidates(standing: Standing, job: ClipJob, takes: Iterable[Take]) -> tuple[Candidate, ...]:
    """Rank takes of a clip, by their numbers; raises MediaError where one cannot be decoded."""
    given = given_frames(standing.plan, job, standing.takes)
    return ranked(job, takes, given, standing.project.scans)


def clip_job(plan: Plan, named: str) -> ClipJob:
    """Find the clip that an author names, by its own id or by its shot's: a shot's first clip.

    Raises PlanError where there is none, or where nobody makes it.
    """
    source = plan.by_id.get(named) or next((s for s in plan.sources if s.shot == named), None)
    if source is None:
        known = [*plan.by_id, *(source.shot for source in plan.sources)]
        raise PlanError(
            f"the board has no shot or clip {quoted(named)}",
            hint=did_you_mean(named, known) or "`longtake plan` lists them",
        )
    if not isinstance(source, ClipJob):
        raise PlanError(f"{quoted(named)} is no clip that a model makes: it has no takes")
    return source


def all_takes(
    plan: Plan, project: Project, jobs: tuple[ClipJob, ...] | None = None
) -> Mapping[str, Mapping[int, Take]]:
    """Give all takes of some clips (of all where None) by clip and number, as the film would show them."""
    vaults = {False: bought_takes(), True: drawn_takes(project)}
    wanted = plan.jobs if jobs is None else jobs
    recipes = {job.recipe for job in wanted}
    by_name = {draws: vault.by_recipe(recipes) for draws, vault in vaults.items()}
    found: dict[str, dict[int, Take]] = {}
    for job in wanted:
        found[job.id] = {}
        for number in numbers_of(by_name[job.draws], job.recipe):
            take = by_name[job.draws][take_name(job.recipe, number)]
            take = with_out_point(take, job.out_frame, plan.timeline.rate)
            found[job.id][number] = known_mending(take, job, vaults[job.draws])
    return found


def numbers_of(by_name: Mapping[str, Take], recipe: str) -> tuple[int, ...]:
    """List the numbers of the takes that there are of a recipe."""
    return tuple(sorted(take.number for name, take in by_name.items() if _is_of(name, recipe)))


def _is_of(name: str, recipe: str) -> bool:
    return name.partition("#")[0] == recipe
