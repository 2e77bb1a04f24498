"""On which frame each shot begins and ends: the author's words turned into edges of the graph."""

from __future__ import annotations

from dataclasses import dataclass

from longtake.errors import Fault
from longtake.plan.job import Edge, EndOf, StartOf, StillFrame
from longtake.plan.survey import Survey
from longtake.storyboard.check import NamedScene, NamedShot
from longtake.storyboard.grammar import parse_colour, reference_in
from longtake.storyboard.model import Storyboard


@dataclass(frozen=True)
class MadeShot:
    """A shot that already has its place: the ids of its first and last clip, and whether it is drawn."""

    first: str
    last: str
    still: bool


class Made:
    """Shots laid so far by every id that an author can name them with."""

    def __init__(self) -> None:
        self.by_id: dict[str, MadeShot] = {}
        self.last: MadeShot | None = None

    def add(self, scene: NamedScene, shot: NamedShot, clips: list[str], *, still: bool) -> None:
        """Remember a shot under its id, its scene's and its clips'."""
        made = MadeShot(clips[0], clips[-1], still)
        self.by_id[shot.id] = made
        before = self.by_id.get(scene.id)
        first = before.first if before and scene.shots[0] is not shot else made.first
        self.by_id[scene.id] = MadeShot(first, made.last, still)
        self.by_id |= {clip: MadeShot(clip, clip, still) for clip in clips}
        self.last = made


def first_edge(
    storyboard: Storyboard,
    shot: NamedShot,
    start: str | None,
    place: tuple[object, ...],
    made: Made,
    survey: Survey,
) -> Edge | None:
    """Say on what a shot begins; None is a fresh start.

    The default is the handoff frame of the clip before, which is what the tool is for; after a still
    or footage, and at the top, it is fresh.
    """
    if start is None:
        return EndOf(made.last.last) if made.last and not made.last.still else None
    if start == "fresh":
        return None
    if start == "previous":
        return EndOf(made.last.last) if made.last else None
    named = reference_in(start)
    if named:
        return EndOf(made.by_id[named[0]].last) if named[0] in made.by_id else EndOf(named[0])
    return still_frame(storyboard, start, place, survey)


def last_edge(
    storyboard: Storyboard,
    end: str | None,
    place: tuple[object, ...],
    ids: dict[str, str],
    survey: Survey,
) -> Edge | None:
    """Say on what a shot ends, where the author says so; `ids` maps every id to its first clip."""
    if end is None:
        return None
    named = reference_in(end)
    if named:
        return StartOf(ids.get(named[0], named[0]))
    return still_frame(storyboard, end, place, survey)


def still_frame(
    storyboard: Storyboard, written: str, place: tuple[object, ...], survey: Survey
) -> StillFrame:
    """Look up a picture that the survey has found (its faults stop the plan before this matters)."""
    path = storyboard.path_of(place, written)
    facts = survey.stills.get(path)
    return StillFrame(path, facts.sha256 if facts else "", fitting_of(storyboard))


def fitting_of(storyboard: Storyboard) -> str:
    """Tell how the film fits pictures to a canvas: what such a frame depends on besides its source."""
    return f"{storyboard.film.fit} {parse_colour(storyboard.film.background)}"


def mode_faults(
    storyboard: Storyboard,
    shot: NamedShot,
    modes: frozenset[str],
    model: str,
    edges: tuple[Edge | None, Edge | None],
) -> list[Fault]:
    """Say where a model cannot begin or end a clip as the board wants."""
    first, last = edges
    faults = []

    def refuse(key: str, what: str, code: str, hint: str) -> None:
        message = f'shot "{shot.id}": {model} {what}'
        place = (*shot.place, key)
        # A start may be the default, which stands nowhere: its key's place is the shot's.
        at_key = key == "start"
        faults.append(storyboard.fault(place, message, code=code, hint=hint, key=at_key))

    if first is None and modes.isdisjoint(("text", "references")):
        hint = "give the shot a `start:` picture, or choose another model"
        refuse("start", "cannot start fresh, it needs a first frame", "needs-first-frame", hint)
    if first is not None and "first" not in modes:
        hint = "write `start: fresh`, or choose another model"
        refuse("start", "takes no first frame", "no-first-frame", hint)
    if last is not None and "last" not in modes:
        hint = "leave out `end:`, or choose a model that takes one"
        refuse("end", "takes no last frame", "no-last-frame", hint)
    return faults
