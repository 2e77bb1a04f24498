"""Joins as the author wrote them, counted in frames, with the faults and warnings they bring."""

from __future__ import annotations

from collections.abc import Mapping

from longtake.errors import Fault
from longtake.plan.job import ClipJob, Edge, EndOf, Source, StartOf, StillFrame
from longtake.storyboard.check import NamedShot
from longtake.storyboard.grammar import JoinSpec
from longtake.storyboard.model import Storyboard
from longtake.timeline import Cut, Join, Seam, TimelineClip, Transition
from longtake.units import FrameRate

_LANDING = Seam(landing=True)


def plan_joins(
    storyboard: Storyboard,
    firsts: list[tuple[NamedShot, int, Edge | None]],
    clips: list[TimelineClip],
    sources: Mapping[str, Source],
    rate: FrameRate,
) -> tuple[tuple[Join, ...], list[Fault], list[Fault]]:
    """Give the join before every clip but the first, then faults, then warnings.

    The default is a seam where a clip begins on the frame the one before it ended on, be it a picture
    of the author, else a cut.
    """
    joins: list[Join] = []
    faults: list[Fault] = []
    warnings: list[Fault] = []
    seen: set[str] = set()
    for shot, index, first in firsts:
        if index == 0:
            seen.add(shot.id)
            continue
        before, after = (sources[clips[at].id] for at in (index - 1, index))
        landing = _meet(before, after)
        chained = first == EndOf(before.id) or landing
        begins_shot = shot.id not in seen
        seen.add(shot.id)
        written = shot.shot.joined if begins_shot else None
        join, fault, warning = _join(storyboard, shot, written, chained, rate)
        joins.append(_LANDING if landing and isinstance(join, Seam) else join)
        faults += fault
        warnings += warning
    return tuple(joins), faults, warnings


def _meet(before: Source, after: Source) -> bool:
    """Tell whether a clip ends, without a rest that is cut off, on the frame the next begins on."""
    if not isinstance(before, ClipJob) or before.out_frame < before.frames - 1:
        return False
    if isinstance(before.last, StartOf):
        return before.last.clip == after.id
    first = after.first if isinstance(after, ClipJob) else None
    return isinstance(before.last, StillFrame) and before.last == first


def _join(
    storyboard: Storyboard, shot: NamedShot, spec: JoinSpec | None, chained: bool, rate: FrameRate
) -> tuple[Join, list[Fault], list[Fault]]:
    place = (*shot.place, "join")
    if spec is None or spec.kind == "bridge":
        # Both ends of a bridge are frames of its neighbours.
        return (Seam() if chained else Cut()), [], []
    if spec.kind == "seam" and not chained:
        fault = storyboard.fault(
            place,
            f'shot "{shot.id}": a seam needs a clip that begins where the one before it ended',
            code="seam-without-handoff",
            hint="write `start: previous`, or `join: cut`",
        )
        return Seam(), [fault], []
    if spec.kind in ("seam", "cut"):
        return (Seam() if spec.kind == "seam" else Cut()), [], []
    frames = spec.length.frames(rate) if spec.length else 0
    if frames == 0:
        fault = storyboard.fault(
            place,
            f'shot "{shot.id}": {shot.shot.join} is less than half a frame at {rate} frames a second',
            code="join-too-short",
            hint="write `cut`, or a length of at least `1f`",
        )
        return Cut(), [fault], []
    join = Transition(spec.kind, frames, spec.colour, spec.direction, spec.name)
    ghosts = chained and spec.kind != "dip"
    return join, [], [_ghost(storyboard, shot, join)] if ghosts else []


def _ghost(storyboard: Storyboard, shot: NamedShot, join: Transition) -> Fault:
    return storyboard.fault(
        (*shot.place, "join"),
        f'shot "{shot.id}": a {join.kind} over a handoff shows the same moment twice (ghosting)',
        code="ghost",
        hint="use `dip`, give the shot a start of its own, or leave out the join",
    )
