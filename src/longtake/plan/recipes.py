"""Recipes of all sources, once every edge is known: what a clip is made of, and what it continues."""

from __future__ import annotations

import graphlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from longtake.plan.job import (
    ClipJob,
    Edge,
    EndOf,
    Handoff,
    Source,
    StartOf,
    StillFrame,
    recipe_of,
)
from longtake.storyboard.choices import MOST_TAKES, ClipChoice
from longtake.units import take_name

NO_CHOICES: Mapping[str, ClipChoice] = {}


def handoffs_of(sources: Mapping[str, Source]) -> tuple[Handoff, ...]:
    """List every frame that is passed from one clip to another, in film order of who takes it."""
    found = []
    for source in sources.values():
        if isinstance(source, ClipJob):
            if isinstance(source.first, EndOf):
                found.append(Handoff(source.first.clip, source.id))
            if isinstance(source.last, StartOf):
                found.append(Handoff(source.last.clip, source.id, "start"))
    return tuple(found)


def in_handoff_order(sources: Mapping[str, Source]) -> list[str]:
    """List clips so that each comes after those it begins or ends on; a circle is a CycleError.

    Else they stay in the order of the film.
    """
    if _lie_in_order(sources):
        return list(sources)
    needs: dict[str, list[str]] = {}
    for handoff in handoffs_of(sources):
        needs.setdefault(handoff.target, []).append(handoff.source)
    order: dict[str, None] = {}
    begun: set[str] = set()
    for clip in sources:
        walk = [clip]
        while walk:
            at = walk[-1]
            waits = [before for before in needs.get(at, ()) if before not in order]
            if not waits:
                order[walk.pop()] = None
            elif at in begun:
                # What it waited for waits for it.
                graphlib.TopologicalSorter(needs).prepare()
            else:
                begun.add(at)
                walk += waits
    return list(order)


def _lie_in_order(sources: Mapping[str, Source]) -> bool:
    """Tell whether no clip hangs on a later one, as in most films."""
    passed: set[str] = set()
    for clip, source in sources.items():
        if isinstance(source, ClipJob) and not passed.issuperset(source.upstream):
            return False
        passed.add(clip)
    return True


def with_recipes(
    sources: Mapping[str, Source],
    order: Sequence[str],
    fitting: str,
    choices: Mapping[str, ClipChoice] = NO_CHOICES,
) -> dict[str, Source]:
    """Give every clip job its recipe: its own parts, and the recipes of the clips it continues.

    `order` lists the clips so that each comes after those it continues.

    A frame is written by its content: a picture by its bytes, a handoff by where the clip before
    ends. No id and no place in the film is part of it, so moving a scene changes nothing. `fitting`
    tells how the film fits pictures to a canvas. Where another take than the first is kept of a clip,
    what continues it says so; a choice is found by the recipe it was made for where its clip is called
    otherwise now.
    """
    named = _with_recipes(sources, order, fitting, choices, {})
    held = {source.choice for source in named.values() if isinstance(source, ClipJob)}
    homeless = {clip: choice for clip, choice in choices.items() if clip not in held}
    return _with_recipes(sources, order, fitting, choices, homeless) if homeless else named


def _with_recipes(
    sources: Mapping[str, Source],
    order: Sequence[str],
    fitting: str,
    choices: Mapping[str, ClipChoice],
    homeless: dict[str, ClipChoice],
) -> dict[str, Source]:
    """Write all recipes; each of the `homeless` choices is taken out by the clip that it holds for."""
    done: dict[str, Source] = {}
    for clip in order:
        source = sources[clip]
        if isinstance(source, ClipJob):
            edges = (source.first, source.last)
            parts = {
                **source.parts,
                "first frame": _edge_part(source.first, sources, fitting),
                "last frame": _edge_part(source.last, sources, fitting),
            }
            above = [done[e.clip] for e in edges if isinstance(e, EndOf | StartOf)]
            own = {clip: choices[clip]} if clip in choices else {}
            source = _chosen(source, parts, above, {**own, **homeless})
            homeless.pop(source.choice, None)
        done[clip] = source
    return {clip: done[clip] for clip in sources}


def _chosen(
    job: ClipJob,
    parts: Mapping[str, Any],
    above: list[Source],
    choices: Mapping[str, ClipChoice],
) -> ClipJob:
    """Write a clip's recipe, and which of its takes is kept by the first choice that holds for it."""
    names = [each.kept_name if isinstance(each, ClipJob) else each.recipe for each in above]
    job = _named(job, parts, recipe_of(parts, tuple(names)))
    if job.draws:
        return job
    before = above[0] if isinstance(job.first, EndOf) else None
    for clip, choice in choices.items():
        found = job
        if isinstance(before, ClipJob) and choice.stays_on(before.lands):
            recipe = _as_bought(job, before, names[1:], choice.stays or "")
            found = replace(job, recipe=recipe, begins=before.lands) if recipe else job
        # What was written without a recipe holds for its name alone.
        if choice.holds_for(found.recipe) and (choice.of or clip == job.id):
            lands = choice.lands or ""
            return replace(found, take=choice.take or 1, chosen=True, lands=lands, choice=clip)
        if found is not job:
            return replace(found, choice=clip)
    return job


def _named(job: ClipJob, parts: Mapping[str, Any], recipe: str) -> ClipJob:
    """Give a job its recipe; `replace` reads and writes some thirty fields for it, ten thousand times."""
    named = object.__new__(ClipJob)
    named.__dict__.update(job.__dict__, parts=parts, recipe=recipe)
    return named


def _as_bought(job: ClipJob, before: ClipJob, rest: list[str], stays: str) -> str:
    """Find the recipe under which a clip was bought on another take of the one before; "" without one.

    With other words than it was bought with there is none: then it is made again.
    """
    for number in range(1, MOST_TAKES + 1):
        recipe = recipe_of(job.parts, (take_name(before.recipe, number), *rest))
        if recipe.startswith(stays):
            return recipe
    return ""


def land_on_pictures(sources: Mapping[str, Source]) -> dict[str, Source]:
    """Let a clip that ends on the start of one that begins on a picture end on that picture.

    The two can then be made beside each other.
    """

    def landed(source: Source) -> Source:
        if isinstance(source, ClipJob) and isinstance(source.last, StartOf):
            target = sources.get(source.last.clip)
            if isinstance(target, ClipJob) and isinstance(target.first, StillFrame):
                repairs = source.repairs
                if repairs.anchor == source.last:
                    repairs = replace(repairs, anchor=target.first)
                return replace(source, last=target.first, repairs=repairs)
        return source

    return {clip: landed(source) for clip, source in sources.items()}


def _edge_part(edge: Edge | None, sources: Mapping[str, Source], fitting: str) -> Any:
    if isinstance(edge, StillFrame):
        return {"picture": edge.sha256, "fitted": edge.fitting}
    if isinstance(edge, EndOf | StartOf):
        source = sources[edge.clip]
        # What is drawn or cut out of footage is fitted to the canvas as a still is.
        fitted = "" if isinstance(source, ClipJob) else fitting
        if isinstance(edge, StartOf):
            return {"start of a clip": fitted}
        part = {"handoff at frame": source.out_frame, "fitted": fitted}
        # The frame that is handed on is the corrected one.
        repairs = (
            source.repairs.as_parts() if isinstance(source, ClipJob) and not source.draws else {}
        )
        return part | ({"repairs": repairs} if repairs else {})
    return None
