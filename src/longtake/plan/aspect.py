"""Films of other shapes: the same plan in another size, and what each clip keeps of its picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

from longtake.errors import Fault, PlanError
from longtake.plan.job import DrawnClip, Plan
from longtake.plan.settings import inherited, inherited_value
from longtake.storyboard.check import NamedScene, NamedShot
from longtake.storyboard.model import Storyboard
from longtake.timeline import Seam, Timeline
from longtake.units import Aspect, Focus

_LONGEST = 8192


def with_aspect(plan: Plan, aspect: Aspect) -> Plan:
    """Give the plan of the same film in another shape.

    Nothing that is bought, drawn or handed on differs: only the timeline has another size, and its
    clips the focus that cuts them. Raises PlanError where the film has that shape already.
    """
    timeline = plan.timeline
    size = aspect.of(timeline.size)
    if size == timeline.size:
        hint = "leave it out: the film itself is always made"
        raise PlanError(f"the film has the shape {aspect} already ({size})", hint=hint)
    if max(size.width, size.height) > _LONGEST:
        raise PlanError(f"a film of the shape {aspect} would be {size}, larger than {_LONGEST}")
    focus = {
        clip.id: plan.focus.get(clip.id, Focus())
        for clip in timeline.clips
        if not isinstance(plan.by_id[clip.id], DrawnClip)
    }
    clips = tuple(replace(clip, focus=focus.get(clip.id)) for clip in timeline.clips)
    return replace(plan, timeline=replace(timeline, size=size, clips=clips))


def clip_focus(
    storyboard: Storyboard,
    scenes: tuple[NamedScene, ...],
    clips: Mapping[str, tuple[str, ...]],
) -> dict[str, Focus]:
    """Map clips to the focus that their shot, scene or board names; `clips` maps shots to theirs."""
    found: dict[str, Focus] = {}
    for scene in scenes:
        for shot in scene.shots:
            written = inherited_value(storyboard, scene, shot, "focus")
            if written is not None:
                found |= dict.fromkeys(_clips_to(shot, clips), Focus.parse(written))
    return found


def focus_warnings(
    storyboard: Storyboard,
    scenes: tuple[NamedScene, ...],
    timeline: Timeline,
    focus: Mapping[str, Focus],
    clips: Mapping[str, tuple[str, ...]],
) -> Iterator[Fault]:
    """Warn of seams that films of other shapes cannot hide: their two sides are cut differently."""
    if not focus:
        return
    places = {
        clip: (shot.id, inherited(storyboard, scene, shot, "focus")[1])
        for scene in scenes
        for shot in scene.shots
        for clip in _clips_to(shot, clips)
    }
    for join, (before, after) in zip(timeline.joins, pairwise(timeline.clips), strict=True):
        old, new = (focus.get(clip.id, Focus()) for clip in (before, after))
        if not isinstance(join, Seam) or old == new:
            continue
        shot, place = places[after.id]
        message = (
            f'shot "{shot}": its focus is {new}, that of the shot it continues {old}: '
            "films of other shapes jump there"
        )
        hint = "give both the same `focus`, or put a `join: cut` between them"
        yield storyboard.fault(place, message, code="focus-jump", hint=hint)


def _clips_to(shot: NamedShot, clips: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Give the clips of a shot, the bridge to it first: that one is cut as the shot is."""
    return (*clips.get(f"{shot.id}.bridge", ()), *clips[shot.id])
