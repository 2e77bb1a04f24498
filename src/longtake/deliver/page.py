"""What the report says, in words and numbers: pure, so that two reports can be compared unmade."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from longtake.assemble.film import Film
from longtake.deliver.wording import (
    begins_on,
    bytes_words,
    ends_on,
    join_kind,
    join_words,
    kind_of,
    loudness_words,
    made_of,
    music_words,
    price_words,
    rate_words,
    seconds_words,
    voice_words,
)
from longtake.errors import Fault
from longtake.plan.job import ClipJob, Plan, Source
from longtake.timeline import Timeline, TimelineClip, overlap

_HUES = 6


@dataclass(frozen=True)
class Moment:
    """A film frame worth a picture; `seek_s` is the middle of it, where a player surely shows it."""

    name: str
    frame: int
    timecode: str
    seek_s: str


@dataclass(frozen=True)
class JoinRow:
    """A join: `frame` is the first film frame of what comes after, or of the transition itself."""

    number: int
    kind: str
    words: str
    before: str
    after: str
    frame: int
    timecode: str
    look_s: str
    shortens: int


@dataclass(frozen=True)
class Card:
    """A clip as the film shows it, and how it came about; `frames` are those it is seen for."""

    id: str
    kind: str
    made_of: str
    prompt: str
    goes_on: bool
    camera: tuple[str, ...]
    begins_on: str
    ends_on: str
    frames: int
    length: str
    start_s: str
    moments: tuple[Moment, Moment, Moment]
    entered: JoinRow | None
    spoken: str
    said_by: str


@dataclass(frozen=True)
class SceneGroup:
    """Neighbour clips of one scene under its title."""

    id: str
    title: str
    hue: int
    start: Moment
    length: str
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Bar:
    """A clip on the strip of the whole film, in thousandths of its length."""

    x: str
    width: str
    hue: int
    words: str
    seek_s: str


@dataclass(frozen=True)
class LengthRow:
    """What became of the length an author wanted for a shot."""

    shot: str
    wanted: str
    made: str
    surplus: str
    clips: str
    note: str


@dataclass(frozen=True)
class SpanRow:
    """How a run of film frames was made, and why."""

    start: str
    end: str
    frames: int
    how: str
    what: str
    reason: str


@dataclass(frozen=True)
class Page:
    """Everything on the report but the pictures, all of it in outside words not yet escaped."""

    title: str
    board: str
    width: int
    height: int
    totals: tuple[tuple[str, str], ...]
    scenes: tuple[SceneGroup, ...]
    strip: tuple[Bar, ...]
    joins: tuple[JoinRow, ...]
    lengths: tuple[LengthRow, ...]
    spans: tuple[SpanRow, ...]
    fade_in: int
    fade_out: int
    warnings: tuple[Fault, ...]

    @property
    def frames(self) -> tuple[int, ...]:
        """The film frames the page shows, in order."""
        cards = (card for scene in self.scenes for card in scene.cards)
        return tuple(moment.frame for card in cards for moment in card.moments)


def describe(film: Film, plan: Plan) -> Page:
    """Say what a film is made of; the plan may be older than the takes, the film's timeline counts."""
    timeline = film.timeline
    joins = tuple(join_rows(timeline))
    return Page(
        title=plan.title,
        board=plan.board,
        width=timeline.size.width,
        height=timeline.size.height,
        totals=_totals(film, plan),
        scenes=tuple(scene_groups(timeline, plan, joins)),
        strip=tuple(_strip(timeline)),
        joins=joins,
        lengths=tuple(_lengths(timeline, plan)),
        spans=tuple(_spans(film)),
        fade_in=timeline.fade_in,
        fade_out=timeline.fade_out,
        warnings=plan.warnings,
    )


def scene_groups(
    timeline: Timeline, plan: Plan, joins: tuple[JoinRow, ...]
) -> Iterator[SceneGroup]:
    """Yield the scenes of a film, each with a card for every clip of it."""
    titles, starts = dict(plan.scenes), timeline.scene_starts()
    ends = [*list(starts.values())[1:], timeline.frames]
    lengths = {scene: end - start for (scene, start), end in zip(starts.items(), ends, strict=True)}
    cards = _cards(timeline, plan, joins)
    grouped = groupby(cards, key=lambda pair: pair[0])
    for number, (scene, members) in enumerate(grouped):
        yield SceneGroup(
            id=scene,
            title=titles.get(scene, scene),
            hue=number % _HUES,
            start=moment_at(timeline, "start", starts[scene]),
            length=seconds_words(timeline.rate, lengths[scene]),
            cards=tuple(card for _, card in members),
        )


def join_rows(timeline: Timeline) -> Iterator[JoinRow]:
    """Yield the joins of a film in order, numbered from 1."""
    placed = list(timeline.placed())
    for index, (join, shortens) in enumerate(
        zip(timeline.joins, timeline.shortened(), strict=True)
    ):
        at, after = placed[index + 1]
        yield JoinRow(
            number=index + 1,
            kind=join_kind(join),
            words=join_words(join),
            before=placed[index][1].id,
            after=after.id,
            frame=at,
            timecode=timeline.rate.timecode(at),
            look_s=f"{max(0.0, float(timeline.rate.seconds(at)) - 1):.4f}",
            shortens=shortens,
        )


def shown_alone(timeline: Timeline) -> Iterator[tuple[TimelineClip, int, int]]:
    """Yield each clip with the film frames [start, end) it has for itself, transitions left out."""
    for index, (at, clip) in enumerate(timeline.placed()):
        before = overlap(timeline.joins[index - 1]) if index else 0
        after = overlap(timeline.joins[index]) if index < len(timeline.joins) else 0
        yield clip, at + before, at + clip.frames - after


def three_moments(timeline: Timeline, start: int, end: int) -> tuple[Moment, Moment, Moment]:
    """Give the first, middle and last of the film frames [start, end)."""
    return (
        moment_at(timeline, "first", start),
        moment_at(timeline, "middle", (start + end - 1) // 2),
        moment_at(timeline, "last", end - 1),
    )


def moment_at(timeline: Timeline, name: str, frame: int) -> Moment:
    """Give a film frame as a moment of that name."""
    middle = timeline.rate.seconds(2 * frame + 1) / 2
    return Moment(name, frame, timeline.rate.timecode(frame), f"{float(middle):.4f}")


def _totals(film: Film, plan: Plan) -> tuple[tuple[str, str], ...]:
    timeline = film.timeline
    joins = Counter(join_kind(join) for join in timeline.joins)
    counted = [f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in joins.items()]
    music = music_words(plan.cues.music)
    return (
        ("length", timeline.rate.timecode(timeline.frames)),
        ("frames", f"{timeline.frames:,}"),
        ("picture", f"{timeline.size.width} × {timeline.size.height}"),
        ("frames a second", rate_words(timeline.rate)),
        ("clips", f"{len(timeline.clips):,}"),
        ("joins", ", ".join(counted) or "none"),
        ("sound", loudness_words(film.loudness)),
        *((("music", music),) if music else ()),
        ("file", bytes_words(film.path.stat().st_size)),
        ("price of the plan", price_words(plan)),
    )


def _cards(
    timeline: Timeline, plan: Plan, joins: tuple[JoinRow, ...]
) -> Iterator[tuple[str, Card]]:
    sources = {source.id: source for source in plan.sources}
    spoken = {said.clip: said for said in plan.spoken}
    before: Source | None = None
    for index, (clip, start, end) in enumerate(shown_alone(timeline)):
        source = sources[clip.id]
        prompt = source.prompt if isinstance(source, ClipJob) else ""
        last = (before.shot, before.prompt) if isinstance(before, ClipJob) else None
        yield (
            clip.scene,
            Card(
                id=clip.id,
                kind=kind_of(source),
                made_of=made_of(source),
                prompt=prompt,
                goes_on=last == (source.shot, prompt),
                camera=source.camera,
                begins_on=begins_on(source),
                ends_on=ends_on(source),
                frames=clip.frames,
                length=seconds_words(timeline.rate, clip.frames),
                start_s=moment_at(timeline, "start", start).seek_s,
                moments=three_moments(timeline, start, end),
                entered=joins[index - 1] if index else None,
                spoken=spoken[clip.id].text if clip.id in spoken else "",
                said_by=voice_words(spoken[clip.id]) if clip.id in spoken else "",
            ),
        )
        before = source


def _strip(timeline: Timeline) -> Iterator[Bar]:
    hues: dict[str, int] = {}
    for index, (at, clip) in enumerate(timeline.placed()):
        hue = hues.setdefault(clip.scene, len(hues) % _HUES)
        end = at + clip.frames
        if index < len(timeline.joins):
            end -= overlap(timeline.joins[index]) // 2
        start = at + (overlap(timeline.joins[index - 1]) // 2 if index else 0)
        yield Bar(
            x=f"{1000 * start / timeline.frames:.3f}",
            width=f"{1000 * (end - start) / timeline.frames:.3f}",
            hue=hue,
            words=f"{timeline.rate.timecode(start)}  {clip.id}",
            seek_s=moment_at(timeline, "start", start).seek_s,
        )


def _lengths(timeline: Timeline, plan: Plan) -> Iterator[LengthRow]:
    for note in plan.shots:
        yield LengthRow(
            shot=note.shot,
            wanted=seconds_words(timeline.rate, note.wanted),
            made=seconds_words(timeline.rate, note.made),
            surplus=seconds_words(timeline.rate, note.surplus) if note.surplus else "",
            clips=" + ".join(f"{seconds} s" for seconds in note.clips),
            note=note.other_split or note.told,
        )


def _spans(film: Film) -> Iterator[SpanRow]:
    rate = film.timeline.rate
    for span in film.spans:
        yield SpanRow(
            rate.timecode(span.start),
            rate.timecode(span.end),
            span.end - span.start,
            span.how,
            span.what,
            span.reason,
        )
