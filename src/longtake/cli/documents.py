"""The documents that `--json` writes for a whole board; their schemas are docs/json/*.json."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from longtake import __version__
from longtake.amend.verdicts import Amendment
from longtake.cli.amended import State, state_of
from longtake.cli.captions import CaptionsObject, caption_counts
from longtake.cli.faultobjects import FORM, FaultObject, fault_object
from longtake.cli.soundobjects import BedObject, bed_objects
from longtake.cli.spoken import VoiceObject, voice_objects
from longtake.history import Verdict
from longtake.plan.job import ClipJob, DrawnClip, Edge, EndOf, Plan, StartOf, StillFrame
from longtake.plan.promotion import promoted_shots
from longtake.plan.waits import longest_wait
from longtake.timeline import Join, Seam, TimelineClip, Transition
from longtake.units import Aspect, Money


@dataclass(frozen=True, kw_only=True)
class JoinObject:
    """What stands between two clips: `kind` is seam, cut, dissolve, dip, wipe or xfade.

    `frames` are played of both clips; `colour` belongs to dip, `direction` to wipe, `name` to xfade.
    """

    kind: str
    frames: int = 0
    colour: str = ""
    direction: str = ""
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class EdgeObject:
    """The frame a clip begins or ends on.

    `kind` is picture (the file is `of`), end or start (that frame of the clip `of`), or free (the
    model begins or ends as it likes).
    """

    kind: Literal["picture", "end", "start", "free"]
    of: str = ""


@dataclass(frozen=True, kw_only=True)
class ClipObject:
    """One clip: `kind` is clip (a provider makes it), still or footage.

    It is made `frames` frames long; the film shows [`start`, `end`) of them, transitions included,
    from film frame `at` on. `price` and `owned` are of clips that a provider makes; `faces` names the
    members of the cast whose pictures it is given, `anchor` a picture its colours are led to. `takes`
    counts the takes that are needed, `take` is the number of the kept one: null where one of several is
    still to be chosen. `price` is that of one take. `state` says what becomes of it: kept, rejoined (its
    take stays, the film shows it otherwise than when it was last made), again (made again), or never
    (made so far); `why` says what changed.
    """

    id: str
    scene: str
    shot: str
    kind: Literal["clip", "still", "footage", "card"]
    frames: int
    at: int
    start: int
    end: int
    join: JoinObject | None
    first: EdgeObject
    last: EdgeObject
    file: str = ""
    model: str = ""
    resolution: str = ""
    seconds: float
    prompt: str = ""
    camera: tuple[str, ...] = ()
    faces: tuple[str, ...] = ()
    anchor: str = ""
    price: str | None = None
    owned: bool | None = None
    takes: int = 0
    take: int | None = None
    state: State
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class SceneObject:
    """A scene and the film frame at which its chapter starts."""

    id: str
    title: str
    start: int


@dataclass(frozen=True, kw_only=True)
class ShotObject:
    """A shot's length in frames: as asked, as made, and what is left over at its end.

    `lengths` are its clips in seconds; `other_split` says what the other way of dividing gives.
    A bridge is one of them; `told` says what a model cannot make as it was asked for.
    """

    id: str
    wanted: int
    made: int
    surplus: int
    lengths: tuple[int, ...]
    other_split: str
    told: str


@dataclass(frozen=True, kw_only=True)
class FilmObject:
    """The film as it will be; `loudness` in LUFS is none where it is left as it is."""

    size: str
    fps: str
    frames: int
    seconds: float
    fit: str
    fade_in: int
    fade_out: int
    loudness: float | None


@dataclass(frozen=True, kw_only=True)
class QuoteObject:
    """What is still to be paid, clips without a known price (not in the total), and the limit."""

    total: str
    unknown: tuple[str, ...]
    budget: str | None
    over_budget: bool


@dataclass(frozen=True, kw_only=True)
class ShorteningObject:
    """A transition that takes frames from the film, because no handle pays them."""

    between: str
    frames: int


@dataclass(frozen=True, kw_only=True)
class ShapeObject:
    """Another shape in which the film is made, from the same takes."""

    aspect: str
    size: str


@dataclass(frozen=True, kw_only=True)
class PlanDocument:
    """`longtake plan --json`: everything that will happen, before any of it does.

    `longest_wait` names the most clips to be bought that are made one after another, `gone` clips that
    the film showed when it was last made and shows no more.
    """

    longtake: Literal[1] = FORM
    version: str = __version__
    event: Literal["plan"] = "plan"
    board: str
    title: str
    animatic: bool
    film: FilmObject
    scenes: tuple[SceneObject, ...]
    shots: tuple[ShotObject, ...]
    clips: tuple[ClipObject, ...]
    voices: tuple[VoiceObject, ...]
    longest_wait: tuple[str, ...]
    gone: tuple[str, ...]
    music: tuple[BedObject, ...]
    captions: tuple[CaptionsObject, ...]
    quote: QuoteObject
    approved: tuple[str, ...]
    promoted: tuple[str, ...]
    shortened: tuple[ShorteningObject, ...]
    muted: tuple[str, ...]
    warnings: tuple[FaultObject, ...]
    other_shapes: tuple[ShapeObject, ...]


def plan_document(
    plan: Plan,
    board: Path,
    edit: Amendment,
    *,
    animatic: bool,
    aspects: tuple[Aspect, ...] = (),
) -> PlanDocument:
    """Write a plan as data, with what becomes of each clip, and other shapes of its film."""
    timeline = plan.timeline
    starts = timeline.scene_starts()
    return PlanDocument(
        board=str(board),
        title=plan.title,
        animatic=animatic,
        film=FilmObject(
            size=str(timeline.size),
            fps=str(timeline.rate),
            frames=timeline.frames,
            seconds=_seconds(plan, timeline.frames),
            fit=plan.fit,
            fade_in=timeline.fade_in,
            fade_out=timeline.fade_out,
            loudness=plan.cues.loudness,
        ),
        scenes=tuple(SceneObject(id=i, title=title, start=starts[i]) for i, title in plan.scenes),
        shots=tuple(
            ShotObject(
                id=note.shot,
                wanted=note.wanted,
                made=note.made,
                surplus=note.surplus,
                lengths=note.clips,
                other_split=note.other_split,
                told=note.told,
            )
            for note in plan.shots
        ),
        clips=_clips(plan, edit),
        voices=voice_objects(plan),
        longest_wait=longest_wait(plan),
        gone=edit.gone,
        music=bed_objects(plan.cues),
        captions=caption_counts(plan),
        quote=QuoteObject(
            total=str(plan.quote.total),
            unknown=plan.quote.unknown,
            budget=str(plan.quote.budget) if plan.quote.budget else None,
            over_budget=plan.quote.over_budget,
        ),
        approved=plan.approved,
        promoted=promoted_shots(plan),
        shortened=tuple(ShorteningObject(between=b, frames=f) for b, f in plan.shortened),
        muted=plan.muted,
        warnings=tuple(map(fault_object, plan.warnings)),
        other_shapes=tuple(
            ShapeObject(aspect=str(aspect), size=str(aspect.of(timeline.size)))
            for aspect in aspects
        ),
    )


def _clips(plan: Plan, edit: Amendment) -> tuple[ClipObject, ...]:
    said = {verdict.clip: verdict for verdict in edit.verdicts}
    owned = {clip: has_take for clip, _, has_take in plan.quote.lines}
    joins = (None, *plan.timeline.joins)
    return tuple(
        _clip(plan, at, clip, join, owned.get(clip.id), said.get(clip.id))
        for (at, clip), join in zip(plan.timeline.placed(), joins, strict=True)
    )


def _clip(
    plan: Plan,
    at: int,
    laid: TimelineClip,
    join: Join | None,
    owned: bool | None,
    said: Verdict | None,
) -> ClipObject:
    source = plan.by_id[laid.id]
    made = source if isinstance(source, ClipJob) else None
    return ClipObject(
        id=source.id,
        scene=source.scene,
        shot=source.shot,
        kind=source.kind,
        frames=source.frames,
        at=at,
        start=laid.start,
        end=laid.end,
        join=_join(join),
        first=_edge(made.first if made else None),
        last=_edge(made.last if made else None),
        file="" if isinstance(source, ClipJob | DrawnClip) else str(source.path),
        model=made.offer if made else "",
        resolution=made.resolution if made else "",
        seconds=made.seconds if made else _seconds(plan, source.frames),
        prompt=made.prompt if made else "",
        camera=source.camera,
        faces=tuple(face.name for face in made.faces) if made else (),
        anchor=_anchor(made),
        price=_price(made.price) if made else None,
        owned=owned,
        takes=len(made.numbers) if made else 0,
        take=made.take if made and not made.is_open else None,
        state=state_of(said) if said else "never",
        why=said.why if said else "",
    )


def _anchor(made: ClipJob | None) -> str:
    """Name the picture that a clip is led back to; where a bridge is led to is what it ends on."""
    anchor = made.repairs.anchor if made else None
    return str(anchor.path) if isinstance(anchor, StillFrame) else ""


def _price(price: Money | None) -> str | None:
    return str(price) if price else None


def _join(join: Join | None) -> JoinObject | None:
    if isinstance(join, Transition):
        return JoinObject(
            kind=join.kind,
            frames=join.frames,
            colour=join.colour,
            direction=join.direction,
            name=join.name,
        )
    if join is None:
        return None
    return JoinObject(kind="seam" if isinstance(join, Seam) else "cut")


def _edge(edge: Edge | None) -> EdgeObject:
    match edge:
        case StillFrame(path):
            return EdgeObject(kind="picture", of=str(path))
        case EndOf(clip):
            return EdgeObject(kind="end", of=clip)
        case StartOf(clip):
            return EdgeObject(kind="start", of=clip)
    return EdgeObject(kind="free")


def _seconds(plan: Plan, frames: int) -> float:
    return round(float(plan.timeline.rate.seconds(frames)), 3)
