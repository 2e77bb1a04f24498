"""Clips and joins at exact frames: the waist of the house.

    clip A   |--------------------|=====|      ===== the frames a transition plays
    clip B                        |=====|----------------|
    film     |--------------------|=====|----------------|

A laid clip shows the frames [start, end) of its take; a transition of d frames plays the last d of
them over the first d of the next clip, so the film is the sum of the clips less the sum of the
transitions. Nothing here knows prompts, providers or files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from longtake.errors import PlanError
from longtake.units import Focus, FrameRate, Size

# Colours that have a name.
_NAMED = {"#000000": "black", "#ffffff": "white"}


@dataclass(frozen=True)
class Seam:
    """The join that must not be seen: the next clip begins on the frame this one ended on.

    `landing` says that the first clip was made to end where the next one begins, not the other way.
    """

    landing: bool = False


@dataclass(frozen=True)
class Cut:
    """The join without length, chosen by the author."""


@dataclass(frozen=True)
class Transition:
    """The join meant to be seen: `frames` of both clips played over each other.

    `kind` is dissolve, dip, wipe or xfade; `colour` is set for dip ("#rrggbb"), `direction` for wipe
    (left, right, up, down: where the edge travels to), `name` for xfade.
    """

    kind: str
    frames: int
    colour: str = ""
    direction: str = ""
    name: str = ""

    def __str__(self) -> str:
        kind = f"xfade:{self.name}" if self.kind == "xfade" else self.kind
        return " ".join(part for part in (kind, self.colour, self.direction) if part)

    @property
    def written(self) -> str:
        """The transition as an author writes it: `dip black 12f`."""
        kind = f"{self.kind} {_NAMED[self.colour]}" if self.colour in _NAMED else self
        return f"{kind} {self.frames}f"


Join = Seam | Cut | Transition


@dataclass(frozen=True)
class TimelineClip:
    """A clip's place: the part [start, end) of its take the author wants, at the film's rate.

    Its handles are the frames that exist besides: `head` of them before `start`, `tail` behind `end`.
    `focus` is set in a film of another shape: what of the picture it keeps.
    """

    id: str
    scene: str
    start: int
    end: int
    head: int = 0
    tail: int = 0
    focus: Focus | None = None

    @property
    def frames(self) -> int:
        return self.end - self.start


@dataclass(frozen=True)
class Timeline:
    """Clips and joins at exact frames; knows no prompts, providers or files.

    `clips` is what the author wants of each take, `laid` what the film shows of it once the joins
    have taken theirs. `joins[i]` stands between `clips[i]` and `clips[i + 1]`. Fades are counted in
    frames and belong to the ends of the film; `background` ("#rrggbb") is what they fade from and to.
    """

    rate: FrameRate
    size: Size
    clips: tuple[TimelineClip, ...]
    joins: tuple[Join, ...]
    fade_in: int = 0
    fade_out: int = 0
    background: str = "#000000"

    def __post_init__(self) -> None:
        if len(self.joins) != max(0, len(self.clips) - 1):
            raise PlanError(
                f"{len(self.clips)} clips need {len(self.clips) - 1} joins between them"
            )

    @cached_property
    def laid(self) -> tuple[TimelineClip, ...]:
        """The clips with the frames they show, transitions included at both ends."""
        return lay_out(self.clips, self.joins)

    @cached_property
    def frames(self) -> int:
        """Length of the film in frames."""
        return sum(clip.frames for clip in self.laid) - sum(map(overlap, self.joins))

    def placed(self) -> Iterator[tuple[int, TimelineClip]]:
        """Yield each laid clip with the film frame on which its first shown frame stands."""
        at = 0
        for index, clip in enumerate(self.laid):
            yield at, clip
            at += clip.frames - (overlap(self.joins[index]) if index < len(self.joins) else 0)

    @cached_property
    def clip_starts(self) -> Mapping[str, int]:
        """Each clip with the film frame where what is said and shown with it begins.

        For a clip that is entered through a transition this is the middle of it.
        """
        starts: dict[str, int] = {}
        for index, (at, clip) in enumerate(self.placed()):
            before = overlap(self.joins[index - 1]) if index else 0
            starts[clip.id] = at + before // 2
        return starts

    @cached_property
    def clip_ends(self) -> Mapping[str, int]:
        """Each clip with the film frame where what is shown with the next one begins."""
        names = list(self.clip_starts)
        ends = [*list(self.clip_starts.values())[1:], self.frames]
        return dict(zip(names, ends, strict=True))

    def window(
        self,
        clips: tuple[str, ...],
        delay_s: Fraction = Fraction(0),
        seconds: Fraction | None = None,
        clear_s: Fraction = Fraction(0),
    ) -> tuple[int, int]:
        """Give the film frames [start, end) of clips in a row, or of a part of what they show.

        From where what is shown with the first begins to where it does for the clip behind the last;
        without clips the whole film. Of that the part from `delay_s` on for `seconds`, at most to
        `clear_s` before the end; empty where there is no room for it.
        """
        low, high = 0, self.frames
        if clips:
            low, high = self.clip_starts[clips[0]], self.clip_ends[clips[-1]]
        start, end = low + self.rate.frames(delay_s), high - self.rate.frames(clear_s)
        if seconds is not None:
            end = min(end, start + self.rate.frames(seconds))
        return start, max(start, end)

    def scene_starts(self) -> dict[str, int]:
        """Map each scene to the film frame where its chapter starts: where its first clip does."""
        clips = self.clip_starts
        starts: dict[str, int] = {}
        for clip in self.laid:
            starts.setdefault(clip.scene, clips[clip.id])
        return starts

    def shortened(self) -> tuple[int, ...]:
        """Count for each join the frames by which it shortens the film: those no handle pays."""
        return tuple(
            join.frames - sum(paid_by_handles(self.clips[index], self.clips[index + 1], join))
            if isinstance(join, Transition)
            else 0
            for index, join in enumerate(self.joins)
        )

    def too_short(self) -> tuple[tuple[int, int], ...]:
        """List clips (index, frames missing) that cannot hold their joins and one frame of their own."""
        lacking = ((index, self._missing(index)) for index in range(len(self.laid)))
        return tuple((index, frames) for index, frames in lacking if frames > 0)

    def _missing(self, index: int) -> int:
        before = overlap(self.joins[index - 1]) if index else 0
        after = overlap(self.joins[index]) if index < len(self.joins) else 0
        return before + after + 1 - self.laid[index].frames


def overlap(join: Join) -> int:
    """Count the frames for which a join plays both its clips."""
    return join.frames if isinstance(join, Transition) else 0


def lay_out(clips: tuple[TimelineClip, ...], joins: tuple[Join, ...]) -> tuple[TimelineClip, ...]:
    """Give every clip the frames its joins ask for.

    A seam shows the frame that both clips hold once: the first clip ends one frame earlier and the
    next keeps its first frame (its key frame). A transition is paid from handles, the tail of the
    first clip before the head of the second; what they lack shortens the film.
    """
    laid = list(clips)
    for index, join in enumerate(joins):
        before, after = laid[index], laid[index + 1]
        if isinstance(join, Seam):
            laid[index] = replace(before, end=before.end - 1, tail=before.tail + 1)
        elif isinstance(join, Transition):
            tail, head = paid_by_handles(before, after, join)
            laid[index] = replace(before, end=before.end + tail, tail=before.tail - tail)
            laid[index + 1] = replace(after, start=after.start - head, head=after.head - head)
    return tuple(laid)


def paid_by_handles(before: TimelineClip, after: TimelineClip, join: Transition) -> tuple[int, int]:
    """Count the frames of a transition that the first clip's tail and the second's head pay."""
    tail = min(before.tail, join.frames)
    return tail, min(after.head, join.frames - tail)
