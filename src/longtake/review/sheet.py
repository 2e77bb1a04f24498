"""The film as the page shows it: scenes and clips in story order, each with the state it is in.

Pure: made of how the film stands and how the last run went, and of nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path

from longtake.assemble.conform import conform, materials_of
from longtake.assemble.material import FileMaterial, Material, StillMaterial
from longtake.assemble.seams import SeamPlace, seam_places
from longtake.deliver.page import Card, SceneGroup, join_rows, scene_groups
from longtake.errors import LongtakeError
from longtake.finish import materials
from longtake.plan.job import ClipJob, StillFrame
from longtake.plan.parts import held_clips
from longtake.review.running import Run
from longtake.standing import Standing
from longtake.timeline import Timeline
from longtake.vault.take import Take

# Clips on one page: what a browser lays out at once, and an eye takes in.
PAGE = 48
# Bars of the strip of the whole film; more would be thinner than a pixel.
_BARS = 240
# What a run says of clips that it has not finished with.
_AT_WORK = ("waiting", "making")
_HELD = "it waits until a take of the clip it continues is chosen"
# States that ask something of the author, the most urgent first.
OPEN = ("failed", "refused", "choose", "making", "waiting", "made again", "not made")


@dataclass(frozen=True)
class State:
    """How a clip stands, in one word, and why; `percent` where it is being made."""

    word: str
    why: str = ""
    percent: int | None = None

    @property
    def slug(self) -> str:
        """The word as the name of a style."""
        return self.word.replace(" ", "-")


@dataclass(frozen=True)
class Line:
    """A clip on the page: its place in the film counted from 0, its card, its state.

    `seam` is the number of the seam it is entered by, where that can be looked at.
    """

    number: int
    card: Card
    shot: str
    state: State
    seam: int | None = None


@dataclass(frozen=True)
class ScenePart:
    """A scene on one page; `goes_on` where it began on an earlier one."""

    scene: SceneGroup
    lines: tuple[Line, ...]
    goes_on: bool = False


@dataclass(frozen=True)
class Bar:
    """Neighbour clips of one state on the strip of the film, in thousandths of its length."""

    number: int
    x: str
    width: str
    slug: str
    words: str


@dataclass(frozen=True)
class Sheet:
    """A film as it stands, laid out; `shown` is what stands behind each clip that is there."""

    standing: Standing
    timeline: Timeline
    scenes: tuple[SceneGroup, ...]
    numbers: Mapping[str, int]
    cards: tuple[Card, ...]
    shown: Mapping[str, Material]
    seams: Mapping[str, SeamPlace] = field(default_factory=dict)

    @cached_property
    def seam_keys(self) -> Mapping[str, str]:
        """Each clip behind a seam with what names all that is to be seen at it."""
        return {clip: place.key for clip, place in self.seams.items()}

    @property
    def verdicts(self) -> Mapping[str, tuple[str, str]]:
        """Each clip with what becomes of it, and why."""
        return {each.clip: (each.state, each.why) for each in self.standing.verdicts}


def lay_sheet(standing: Standing) -> Sheet:
    """Lay out a film: takes that are there at their real lengths, the others as planned."""
    plan = standing.plan
    there: dict[str, Take | Material] = {**materials(plan), **standing.takes}
    blanks = {clip.id: FileMaterial(Path(clip.id), "") for clip in plan.timeline.clips}
    try:
        timeline = conform(plan.timeline, {**blanks, **there})
    except LongtakeError:
        # A take too short for the joins around it: the plan's own lengths say more than nothing.
        timeline = plan.timeline
    scenes = tuple(scene_groups(timeline, plan, tuple(join_rows(timeline))))
    cards = tuple(card for scene in scenes for card in scene.cards)
    return Sheet(
        standing=standing,
        timeline=timeline,
        scenes=scenes,
        numbers={card.id: number for number, card in enumerate(cards)},
        cards=cards,
        shown=materials_of(there, plan.timeline.rate),
        seams=_seams_of(standing, there),
    )


def _seams_of(standing: Standing, there: Mapping[str, Take | Material]) -> dict[str, SeamPlace]:
    plan = standing.plan
    try:
        places = seam_places(plan.timeline, there, plan.fit)
    except LongtakeError:
        return {}
    return {place.after.clip: place for place in places}


def states(sheet: Sheet, run: Run, *, live: bool) -> dict[str, State]:
    """Say how every clip stands; `live` tells whether the run is still at work."""
    missing, held = frozenset(sheet.standing.missing), held_clips(sheet.standing.plan)
    verdicts = {
        clip: (state, why or (_HELD if clip in held else ""))
        for clip, (state, why) in sheet.verdicts.items()
    }
    return {
        card.id: _state(sheet, card.id, run, verdicts.get(card.id), card.id in missing, live)
        for card in sheet.cards
    }


def _state(
    sheet: Sheet,
    clip: str,
    run: Run,
    verdict: tuple[str, str] | None,
    missing: bool,
    live: bool,
) -> State:
    now, source = run.clips.get(clip), sheet.standing.plan.by_id[clip]
    if not isinstance(source, ClipJob):
        return State("yours" if source.kind != "card" else "drawn")
    if now and live and now.state in _AT_WORK:
        return State(now.state, now.message, now.percent)
    if clip in sheet.standing.refused:
        why = sheet.standing.refused[clip]
        command = f"longtake make{sheet.standing.flags} --accept {clip}"
        return State("refused", f"{why}; `{command}` takes it as it is")
    if not missing:
        if clip in sheet.standing.accepted:
            return State("accepted", "taken into the film as it came, by your word")
        if now and now.state == "made" and live:
            return State("made")
        state, why = verdict or ("kept", "")
        return State("re-joined", why) if state == "rejoined" else State("kept")
    if clip in sheet.standing.to_choose:
        return State("choose", f"{len(source.numbers)} takes are there: choose one")
    if now and now.state == "failed":
        return State("failed", now.message)
    if now and now.state == "made" and live:
        return State("made")
    state, why = verdict or ("never", "")
    return State("made again" if state == "again" else "not made", why)


def lines(sheet: Sheet, known: Mapping[str, State]) -> Iterator[Line]:
    """Yield every clip of the film in story order."""
    by_id = sheet.standing.plan.by_id
    for number, card in enumerate(sheet.cards):
        place = sheet.seams.get(card.id)
        seam = place.number if place else None
        yield Line(number, card, by_id[card.id].shot, known[card.id], seam)


def pages(
    sheet: Sheet, known: Mapping[str, State], wanted: Callable[[Line], bool], size: int = PAGE
) -> tuple[tuple[ScenePart, ...], ...]:
    """Part the wanted clips into pages: whole scenes where they fit, long ones over several."""
    every = lines(sheet, known)
    found: list[list[ScenePart]] = [[]]
    room = size
    for scene in sheet.scenes:
        chosen = [line for line in islice(every, len(scene.cards)) if wanted(line)]
        if len(chosen) > room and room < size:
            found.append([])
            room = size
        for start in range(0, len(chosen), size):
            part = chosen[start : start + size]
            if start:
                found.append([])
                room = size
            found[-1].append(ScenePart(scene, tuple(part), goes_on=start > 0))
            room -= len(part)
    return tuple(tuple(page) for page in found)


def strip(sheet: Sheet, known: Mapping[str, State]) -> tuple[Bar, ...]:
    """Draw the whole film as bars: a clip each, or so many together that each can be seen."""
    together = max(1, -(-len(sheet.cards) // _BARS))
    frames = sheet.timeline.frames
    placed = list(sheet.timeline.placed())
    found = []
    for first in range(0, len(placed), together):
        at = placed[first][0]
        behind = first + together
        end = placed[behind][0] if behind < len(placed) else frames
        word = min((known[clip.id] for _, clip in placed[first:behind]), key=_urgency)
        found.append(
            Bar(
                number=first,
                x=f"{1000 * at / frames:.3f}",
                width=f"{1000 * (end - at) / frames:.3f}",
                slug=word.slug,
                words=f"{sheet.timeline.rate.timecode(at)}  {placed[first][1].id}  {word.word}",
            )
        )
    return tuple(found)


def stand_in(sheet: Sheet, clip: str) -> Material | None:
    """Give what a clip is known by before it is made: the picture of the author it begins on."""
    source = sheet.standing.plan.by_id.get(clip)
    first = source.first if isinstance(source, ClipJob) else None
    if source is None or not isinstance(first, StillFrame):
        return None
    return StillMaterial(first.path, first.sha256, (), source.frames)


def _urgency(state: State) -> int:
    return OPEN.index(state.word) if state.word in OPEN else len(OPEN)
