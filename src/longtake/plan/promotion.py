"""Approved shots as the film itself has them: which can be made, and which still hang on others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from longtake.plan.job import ClipJob, EndOf, Plan


@dataclass(frozen=True)
class Blocked:
    """A shot that cannot be made alone: its clip hangs on one of a shot that is not to be made.

    `begins` says how: by its beginning, or by what it ends on. `needs` are all such shots of the chain
    above, in film order.
    """

    shot: str
    clip: str
    above: str
    begins: bool
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Promotion:
    """Of the shots that are wanted: those that can be made, their clips, and those that cannot yet."""

    shots: tuple[str, ...]
    clips: frozenset[str]
    blocked: tuple[Blocked, ...]


def promotion_of(plan: Plan, shots: Collection[str]) -> Promotion:
    """Find what of some shots can be made without making any other; what is owned hangs on nothing.

    A bridge is made with the shot it leads to, as soon as both of its ends are there.
    """
    jobs = jobs_by_shot(plan)
    owned = plan.quote.owned
    wanted = [shot for shot in jobs if shot in shots]
    blocked = {}
    for shot in wanted:
        why = _blocked(plan, shot, jobs[shot], owned, set(wanted))
        if why:
            blocked[shot] = why
    free = [shot for shot in wanted if shot not in blocked]
    clips = {job.id for shot in free for job in jobs[shot]}
    for note in plan.shots:
        if note.bridge and note.shot.removesuffix(".bridge") in shots and note.shot not in wanted:
            (way,) = jobs[note.shot]
            if all(above in clips | owned for above in _above(plan, way)):
                clips.add(way.id)
    return Promotion(tuple(free), frozenset(clips), tuple(blocked.values()))


def promoted_shots(plan: Plan) -> tuple[str, ...]:
    """List the approved shots all of whose clips are owned, in film order."""
    owned = plan.quote.owned
    return tuple(
        shot
        for shot, jobs in jobs_by_shot(plan).items()
        if shot in plan.approved and all(job.id in owned for job in jobs)
    )


def shots_lacking(plan: Plan) -> tuple[str, ...]:
    """List the shots of which a clip is still to be made, in film order."""
    owned = plan.quote.owned
    lacking = (job.shot for job in plan.jobs if job.id not in owned)
    return tuple(dict.fromkeys(lacking))


def jobs_by_shot(plan: Plan) -> Mapping[str, tuple[ClipJob, ...]]:
    """Map the shots that a model makes to their clips, in film order; bridges count as shots."""
    jobs: dict[str, tuple[ClipJob, ...]] = {}
    for job in plan.jobs:
        jobs[job.shot] = (*jobs.get(job.shot, ()), job)
    return jobs


def shots_named(plan: Plan, word: str) -> tuple[str, ...]:
    """List the shots an author means: by the name of a shot, of a clip, or of a whole scene."""
    known = {note.shot for note in plan.shots}
    if word in known:
        return (word,)
    if word in plan.by_id:
        return (plan.by_id[word].shot,)
    ways = {note.shot for note in plan.shots if note.bridge}
    shots = (source.shot for source in plan.sources if source.scene == word)
    return tuple(shot for shot in dict.fromkeys(shots) if shot not in ways)


def _blocked(
    plan: Plan, shot: str, jobs: Iterable[ClipJob], owned: Collection[str], wanted: set[str]
) -> Blocked | None:
    """Walk up from a shot's clips, as far as clips are still to be made."""
    found: tuple[str, str, bool] | None = None
    needs: set[str] = set()
    seen: set[str] = set()
    walk = [job for job in jobs if job.id not in owned]
    while walk:
        job = walk.pop()
        for above in _above(plan, job):
            source = plan.by_id.get(above)
            if not isinstance(source, ClipJob) or above in owned or above in seen:
                continue
            seen.add(above)
            walk.append(source)
            if source.shot not in wanted:
                needs.add(source.shot)
                begins = job.first == EndOf(above)
                found = found or (job.id, above, begins)
    if found is None:
        return None
    order = tuple(name for name in jobs_by_shot(plan) if name in needs)
    return Blocked(shot, *found, order)


def _above(plan: Plan, job: ClipJob) -> tuple[str, ...]:
    # A picture of the author is there already.
    return tuple(clip for clip in job.upstream if isinstance(plan.by_id.get(clip), ClipJob))
