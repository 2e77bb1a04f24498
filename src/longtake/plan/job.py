"""The plan's own types: clip jobs, the frames they begin and end on, and all else a film is made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from longtake.cues import CueSheet, TitleCue
from longtake.errors import Fault
from longtake.plan.speech import SpeechJob, Spoken
from longtake.timeline import Timeline
from longtake.units import Fit, Focus, Money, Size, take_name


@dataclass(frozen=True)
class StillFrame:
    """A clip begins (or ends) on a picture of the author; `fitting` tells how it is fitted."""

    path: Path
    sha256: str
    fitting: str = ""


@dataclass(frozen=True)
class EndOf:
    """A clip begins on the frame another one ended on: its handoff frame."""

    clip: str


@dataclass(frozen=True)
class StartOf:
    """A clip ends on the frame another one begins with."""

    clip: str


Edge = StillFrame | EndOf | StartOf


@dataclass(frozen=True)
class Face:
    """A picture of a member of the cast, sent with a clip that has no frames to begin or end on."""

    name: str
    path: Path
    sha256: str


@dataclass(frozen=True)
class Repairs:
    """What may be done to a clip so that its seams are not seen; `anchor` is a picture to whose
    colours its end is led back.
    """

    color: Literal["off", "match", "match+track"] = "match+track"
    lighting: Literal["constant", "changes"] = "constant"
    repair: Literal["on", "off"] = "on"
    anchor: StillFrame | StartOf | None = None

    def as_parts(self) -> dict[str, str]:
        """Write what differs from the default; a clip that continues this one hangs on it."""
        said = (
            ("color", self.color, Repairs.color),
            ("lighting", self.lighting, Repairs.lighting),
            ("repair", self.repair, Repairs.repair),
        )
        parts: dict[str, str] = {name: word for name, word, usual in said if word != usual}
        if isinstance(self.anchor, StillFrame):
            parts["anchor"] = f"{self.anchor.sha256} {self.anchor.fitting}"
        elif self.anchor:
            parts["anchor"] = "the frame it lands on"
        return parts


@dataclass(frozen=True)
class ClipJob:
    """One clip to make, and the identity that tells whether we already own it.

    `frames` is its nominal length at the film's rate; `out_frame` is the last of them the film needs,
    the frame that is handed on. `parts` is the recipe in readable form, `recipe` its hash together
    with the recipe of the clip it continues, and the same for all of its takes.

    `takes` is how many the author asked for, `take` the one that is kept, `chosen` whether somebody
    said so. `lands` is a frame (the hash of its bytes) that the kept take was asked to end on, `begins`
    one that this clip was bought on though what it continues ends on another one now. `asked` are the
    numbers of further takes that are to be made, and none of the others. `wording` tells what the prompt
    was put together from, `choice` under which name the choice stands that holds for it.
    """

    kind: ClassVar[Literal["clip"]] = "clip"

    id: str
    scene: str
    shot: str
    offer: str
    draws: bool
    resolution: str
    canvas: Size
    seconds: int
    frames: int
    out_frame: int
    prompt: str
    camera: tuple[str, ...]
    card: Mapping[str, str]
    first: Edge | None
    last: Edge | None
    price: Money | None
    parts: Mapping[str, Any]
    recipe: str
    key_variable: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    faces: tuple[Face, ...] = ()
    repairs: Repairs = field(default_factory=Repairs)
    takes: int = 1
    take: int = 1
    chosen: bool = False
    lands: str = ""
    begins: str = ""
    asked: tuple[int, ...] = ()
    wording: Mapping[str, Any] = field(default_factory=dict)
    choice: str = ""

    @property
    def provider(self) -> str:
        """The name of who makes it."""
        return "animatic" if self.draws else self.offer.partition("/")[0]

    @property
    def numbers(self) -> tuple[int, ...]:
        """The takes that are needed: the kept one, or all to choose from."""
        if self.asked:
            return self.asked
        alone = self.chosen or self.takes == 1
        return (self.take,) if alone else tuple(range(1, self.takes + 1))

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to choose one of its takes."""
        return bool(self.asked) or len(self.numbers) > 1

    @property
    def upstream(self) -> tuple[str, ...]:
        """The clips that it begins or ends on."""
        edges = (self.first, self.last)
        return tuple(edge.clip for edge in edges if isinstance(edge, EndOf | StartOf))

    @property
    def kept_name(self) -> str:
        """The name of the kept take among those of all recipes."""
        return take_name(self.recipe, self.take)


@dataclass(frozen=True)
class StillClip:
    """A picture of the author, held or moved by camera words, drawn straight into the film."""

    kind: ClassVar[Literal["still"]] = "still"

    id: str
    scene: str
    shot: str
    path: Path
    sha256: str
    camera: tuple[str, ...]
    frames: int
    parts: Mapping[str, Any]
    recipe: str

    @property
    def out_frame(self) -> int:
        return self.frames - 1


@dataclass(frozen=True)
class FootageClip:
    """A part of an existing file: film-rate frames [start, end) of the `available` ones."""

    kind: ClassVar[Literal["footage"]] = "footage"
    camera: ClassVar[tuple[str, ...]] = ()

    id: str
    scene: str
    shot: str
    path: Path
    sha256: str
    start: int
    end: int
    available: int
    parts: Mapping[str, Any]
    recipe: str

    @property
    def frames(self) -> int:
        return self.end - self.start

    @property
    def out_frame(self) -> int:
        return self.end - 1


@dataclass(frozen=True)
class DrawnClip:
    """A title card on a ground of its own, drawn straight into the film."""

    kind: ClassVar[Literal["card"]] = "card"
    camera: ClassVar[tuple[str, ...]] = ()

    id: str
    scene: str
    shot: str
    title: TitleCue
    frames: int
    parts: Mapping[str, Any]
    recipe: str

    @property
    def out_frame(self) -> int:
        return self.frames - 1

    @property
    def text(self) -> str:
        """The title itself."""
        return str(json.loads(self.title.options).get("text", ""))


Source = ClipJob | StillClip | FootageClip | DrawnClip


@dataclass(frozen=True)
class Handoff:
    """The promise that a clip begins on the frame another ended on.

    `edge` is "end" where `target` begins on the end of `source`, "start" where it ends on its start.
    """

    source: str
    target: str
    edge: str = "end"


@dataclass(frozen=True)
class ShotNote:
    """What became of one shot's length: wanted and made frames, and what is left over.

    `told` is what else there is to say of it; `bridge` marks the clip of a join, which is no shot.
    """

    shot: str
    wanted: int
    made: int
    surplus: int
    clips: tuple[int, ...] = ()
    other_split: str = ""
    told: str = ""
    bridge: bool = False


@dataclass(frozen=True)
class Quote:
    """What a plan will cost, clip by clip, and which takes are already owned.

    A line is a clip, the price of what it needs, and whether all of it is owned; `lacking` are the
    numbers of the takes still to be made, by clip. `unknown` names clips and voices without a known
    price; they are not in `total`. `voices` are lines like those of the clips, for what voices are to
    say.
    """

    lines: tuple[tuple[str, Money | None, bool], ...]
    total: Money
    unknown: tuple[str, ...] = ()
    budget: Money | None = None
    voices: tuple[tuple[str, Money | None, bool], ...] = ()
    lacking: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def owned(self) -> frozenset[str]:
        """The clips all of whose takes are there."""
        return frozenset(clip for clip, _, has_take in self.lines if has_take)

    @property
    def over_budget(self) -> bool:
        return self.budget is not None and self.budget < self.total


@dataclass(frozen=True)
class Plan:
    """Everything that will happen, before any of it does.

    `focus` maps clips to what films of other shapes keep of them, where the author said so; `muted`
    names the scenes and shots that the author left out of the film, `approved` are the shots approved in
    the draft, known to the plan of the film itself only.
    """

    title: str
    board: str
    sources: tuple[Source, ...]
    handoffs: tuple[Handoff, ...]
    quote: Quote
    timeline: Timeline
    cues: CueSheet
    scenes: tuple[tuple[str, str], ...]
    shots: tuple[ShotNote, ...]
    fit: Fit = "auto"
    muted: tuple[str, ...] = ()
    shortened: tuple[tuple[str, int], ...] = ()
    warnings: tuple[Fault, ...] = ()
    by_id: Mapping[str, Source] = field(default_factory=dict, repr=False, compare=False)
    spoken: tuple[Spoken, ...] = ()
    focus: Mapping[str, Focus] = field(default_factory=dict)
    approved: tuple[str, ...] = ()

    @property
    def speech(self) -> tuple[SpeechJob, ...]:
        """What voices are to say, each voice and text once, in film order."""
        first: dict[str, SpeechJob] = {}
        for spoken in self.spoken:
            if spoken.job is not None:
                first.setdefault(spoken.job.key, spoken.job)
        return tuple(first.values())

    @property
    def jobs(self) -> tuple[ClipJob, ...]:
        """The clips that a provider makes, in film order."""
        return tuple(source for source in self.sources if isinstance(source, ClipJob))

    @property
    def take_names(self) -> frozenset[str]:
        """The names (`take_name`) of all takes that its clips are made of, or to be chosen from."""
        return frozenset(take_name(job.recipe, n) for job in self.jobs for n in job.numbers)

    @property
    def moved_choices(self) -> Mapping[str, str]:
        """The clips whose choice stands under the name that they had before, each with that name."""
        moved = (job for job in self.jobs if job.choice not in ("", job.id))
        return {job.id: job.choice for job in moved}

    @property
    def to_buy(self) -> tuple[ClipJob, ...]:
        """The clips that a provider is still to be asked for."""
        owned = self.quote.owned
        return tuple(job for job in self.jobs if not job.draws and job.id not in owned)


_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def recipe_of(parts: Mapping[str, Any], upstream: tuple[str, ...]) -> str:
    """Hash a recipe: what the author asked, and the recipes of the clips it continues."""
    return hashlib.sha256(_CANONICAL.encode([parts, upstream]).encode()).hexdigest()
