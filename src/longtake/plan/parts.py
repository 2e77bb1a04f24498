"""Parts of a plan: some of its clips with all they hang on, and what waits for an author's choice."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from longtake.plan.job import ClipJob, Plan
from longtake.plan.quote import requoted


def only_clips(plan: Plan, clips: Collection[str]) -> Plan:
    """Give the plan of some clips alone, and of those they begin or end on; its timeline stays whole.

    Nothing is spoken in it: voices belong to the film.
    """
    kept: set[str] = set()
    waiting = [clip for clip in clips if clip in plan.by_id]
    while waiting:
        clip = waiting.pop()
        if clip not in kept:
            kept.add(clip)
            waiting += _above(plan, clip)
    return _kept(replace(plan, spoken=()), kept)


def held_clips(plan: Plan) -> frozenset[str]:
    """List the clips that cannot be made before a take is chosen of one that they hang on."""
    held: set[str] = set()
    below: dict[str, list[str]] = {}
    for job in plan.jobs:
        for clip in job.upstream:
            below.setdefault(clip, []).append(job.id)
    waiting = [job.id for job in plan.jobs if job.is_open]
    while waiting:
        for clip in below.get(waiting.pop(), ()):
            if clip not in held:
                held.add(clip)
                waiting.append(clip)
    return frozenset(held)


def before_choices(plan: Plan) -> Plan:
    """Give the plan of what can be made as long as nothing more is chosen."""
    held = held_clips(plan)
    return _kept(plan, {source.id for source in plan.sources} - held) if held else plan


def _kept(plan: Plan, clips: Collection[str]) -> Plan:
    left = {job.id for job in plan.jobs} - set(clips)
    sources = tuple(source for source in plan.sources if source.id not in left)
    return requoted(replace(plan, sources=sources))


def _above(plan: Plan, clip: str) -> tuple[str, ...]:
    source = plan.by_id.get(clip)
    return source.upstream if isinstance(source, ClipJob) else ()
