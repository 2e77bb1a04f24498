"""What `--json` writes while a film is made: one object a line, described in docs/json/events.json.

The first line of all output carries `longtake` (the version of this form) and `version` (ours).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from longtake import __version__, events
from longtake.assemble.film import Film
from longtake.assemble.shifts import Shift
from longtake.cli.faultobjects import FORM, ErrorEvent, OfBoard
from longtake.generate.ensure import Progress, Step
from longtake.offering import Offer
from longtake.plan.job import Plan


@dataclass(frozen=True, kw_only=True)
class StartEvent:
    """The first line of a run."""

    longtake: Literal[1] = FORM
    version: str = __version__


@dataclass(frozen=True, kw_only=True)
class PlannedEvent(OfBoard):
    """The plan stands; nothing was made yet. `clips` counts clips a provider makes, `voices` narrations
    to be said. It stands `again`, with other lengths, once voices were made.
    """

    event: Literal["planned"] = "planned"
    title: str
    clips: int
    owned: int
    frames: int
    seconds: float
    price: str
    voices: int
    again: bool


@dataclass(frozen=True, kw_only=True)
class TakeObject:
    """One take of a clip: its place by the rank (1 is best), and the reasons in words."""

    take: int
    place: int
    proposed: bool
    reasons: tuple[str, ...]
    path: str


@dataclass(frozen=True, kw_only=True)
class ChoiceEvent(OfBoard):
    """Several takes of a clip are there and none was chosen; `sheet` is a picture of all of them.

    `shot` is what `longtake keep` calls it. `taken` is the take that is gone on with, null where the
    author is to choose.
    """

    event: Literal["choice"] = "choice"
    clip: str
    shot: str
    takes: tuple[TakeObject, ...]
    sheet: str
    taken: int | None


@dataclass(frozen=True, kw_only=True)
class VoiceEvent(OfBoard):
    """A voice is made, failed, or waiting for what the message says."""

    event: Literal["voice"] = "voice"
    voice: str
    state: str
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class ClipEvent(OfBoard):
    """A clip is waiting, making, made, kept or failed; `share` (0 to 1) tells how far it is.

    It is at "choose" where several takes are there and none was chosen, and "held" where it continues
    such a clip.

    A clip that an earlier run bought and the board no longer asks for is settled when it is home,
    unsettled where it cannot be brought there.
    """

    event: Literal["clip"] = "clip"
    clip: str
    state: str
    share: float | None = None
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class WebhookEvent(OfBoard):
    """Calls of providers are awaited at `url`; `calls` have come by the end, null at the beginning."""

    event: Literal["webhook"] = "webhook"
    url: str
    calls: int | None


@dataclass(frozen=True, kw_only=True)
class RenderingEvent(OfBoard):
    """So many frames of a film were rendered in this run, of `total` of the whole film.

    `aspect` is its shape, such as 9:16, where that is not the film's own.
    """

    event: Literal["rendering"] = "rendering"
    frames: int
    total: int
    aspect: str = ""


@dataclass(frozen=True, kw_only=True)
class FilmEvent(OfBoard):
    """A film is there, the one in its own shape first, then one of each other shape that was asked for.

    `made` is false where it already was what it should be.
    """

    event: Literal["film"] = "film"
    path: str
    made: bool
    frames: int
    rendered: int
    seconds: float
    fps: str
    size: str
    bytes: int


@dataclass(frozen=True, kw_only=True)
class SeamsEvent(OfBoard):
    """The seams before bought clips were looked at; `visible` of them can be seen in the film."""

    event: Literal["seams"] = "seams"
    seams: int
    visible: int


@dataclass(frozen=True, kw_only=True)
class FileEvent(OfBoard):
    """A finished file beside the film."""

    event: Literal["file"] = "file"
    kind: str
    path: str


RunLine = (
    StartEvent
    | PlannedEvent
    | WebhookEvent
    | ChoiceEvent
    | VoiceEvent
    | ClipEvent
    | RenderingEvent
    | FilmEvent
    | SeamsEvent
    | FileEvent
    | ErrorEvent
)


class EventLines:
    """Listens to a run and writes what it hears of a board, one object a line.

    Entered it writes the first line of all; that of several boards is written by who makes them.
    """

    def __init__(self, write: Callable[[object], None], board: str = "") -> None:
        self._write = write
        self._board = board
        self._rendered = 0

    def __enter__(self) -> EventLines:
        self._write(StartEvent())
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left open: every line was written when it was heard."""

    def __call__(self, event: events.Event) -> None:
        """Write one event."""
        line = self._line(event)
        if line is not None:
            self._write(replace(line, board=self._board))

    def _line(self, event: events.Event) -> OfBoard | None:
        match event:
            case events.Planned(plan, again):
                return _planned(plan, again)
            case events.Offered(offer, taken):
                return _choice(offer, taken)
            case events.Voiced(voice, state, message):
                return VoiceEvent(voice=voice, state=state, message=message)
            case events.Listening(url, calls):
                return WebhookEvent(url=url, calls=calls)
            case Progress(clip, state, share, message):
                return ClipEvent(clip=clip, state=state, share=share, message=message)
            case events.Rendering(frames, total, aspect):
                self._rendered += frames
                return RenderingEvent(frames=self._rendered, total=total, aspect=aspect)
            case events.Assembled(film):
                self._rendered = 0
                return _film(film)
            case events.SeamsSeen(seams, visible):
                return SeamsEvent(seams=seams, visible=visible)
            case events.Delivered(kind, path):
                return FileEvent(kind=kind, path=str(path))
            case Step() | Shift():
                return None


def _planned(plan: Plan, again: bool) -> PlannedEvent:
    timeline = plan.timeline
    return PlannedEvent(
        title=plan.title,
        clips=len(plan.jobs),
        owned=sum(owned for _, _, owned in plan.quote.lines),
        frames=timeline.frames,
        seconds=round(float(timeline.rate.seconds(timeline.frames)), 3),
        price=str(plan.quote.total),
        voices=sum(not job.owned for job in plan.speech),
        again=again,
    )


def _choice(offer: Offer, taken: int | None) -> ChoiceEvent:
    takes = tuple(
        TakeObject(
            take=candidate.number,
            place=candidate.place,
            proposed=candidate.proposed,
            reasons=candidate.reasons,
            path=str(candidate.take.path),
        )
        for candidate in offer.candidates
    )
    return ChoiceEvent(
        clip=offer.clip, shot=offer.name, takes=takes, sheet=str(offer.sheet), taken=taken
    )


def _film(film: Film) -> FilmEvent:
    timeline = film.timeline
    path = Path(film.path)
    return FilmEvent(
        path=str(path),
        made=film.made,
        frames=timeline.frames,
        rendered=film.rendered,
        seconds=round(float(timeline.rate.seconds(timeline.frames)), 3),
        fps=str(timeline.rate),
        size=str(timeline.size),
        bytes=path.stat().st_size,
    )
