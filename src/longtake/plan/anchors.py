"""Where a chain's colours are led back to an approved picture, so that no drift outlives it.

chain         1 ---- 2 ---- 3 ---- 4 ---- 5        reanchor_every: 2
picture sent  P                                    P is the chain's own `start:` picture,
led to               P             P               or the last `reanchor:` or `end:` one
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from longtake.errors import Fault
from longtake.plan.edges import still_frame
from longtake.plan.job import ClipJob, EndOf, Source, StillClip, StillFrame
from longtake.plan.settings import inherited, inherited_value
from longtake.plan.survey import Survey
from longtake.storyboard.check import NamedScene, NamedShot
from longtake.storyboard.model import Storyboard

_KEYS = ("reanchor", "reanchor_every")


@dataclass(frozen=True)
class AnchorWish:
    """What the author wants of one clip: the picture that holds for it, and how often it is due.

    Without `every` the picture is for the `last` clip of a shot. `place` is where that is written,
    `against` what the author wrote besides that keeps it from being done.
    """

    shot: str
    picture: StillFrame | None
    every: int | None
    last: bool
    place: tuple[object, ...]
    against: str = ""

    def due(self, number: int) -> bool:
        """Tell whether the clip that stands at a place in its chain, from 1 on, is led back."""
        if self.every:
            return number % self.every == 0
        return self.picture is not None and self.last


@dataclass(frozen=True)
class _Chain:
    """A chain up to one of its clips: how many there are, its picture, and pictures it has left."""

    clips: int = 0
    picture: StillFrame | None = None
    left: frozenset[str] = frozenset()


def anchor_wishes(
    storyboard: Storyboard,
    scene: NamedScene,
    shot: NamedShot,
    clips: tuple[str, ...],
    survey: Survey,
) -> dict[str, AnchorWish]:
    """Read what board, scene and shot say of the clips of one shot; empty where they say nothing."""
    if all(inherited_value(storyboard, scene, shot, key) is None for key in _KEYS):
        return {}
    written, place = inherited(storyboard, scene, shot, "reanchor")
    every, every_place = inherited(storyboard, scene, shot, "reanchor_every")
    picture = None if written is None else still_frame(storyboard, written, place, survey)
    place = place if every is None else every_place
    return {clip: AnchorWish(shot.id, picture, every, clip == clips[-1], place) for clip in clips}


def with_anchors(
    sources: Mapping[str, Source], order: Sequence[str], wishes: Mapping[str, AnchorWish]
) -> tuple[dict[str, Source], tuple[AnchorWish, ...]]:
    """Give every clip that is due the picture it is led back to, and the wishes that come to nothing.

    A clip that ends on a picture is led to that one. A wanted change of light (`lighting: changes`)
    leaves the pictures before it behind: what comes after it is led only to one that is named anew.
    """
    done = dict(sources)
    chains: dict[str, _Chain] = {}
    unmet: list[AnchorWish] = []
    met: set[tuple[object, ...]] = set()
    for clip in order:
        source = sources[clip]
        if isinstance(source, StillClip):
            chains[clip] = _Chain(picture=StillFrame(source.path, source.sha256))
        if not isinstance(source, ClipJob):
            continue
        before = _before(source, chains)
        wish = wishes.get(clip)
        chains[clip] = after = _after(source, before, wish)
        due = wish is not None and wish.due(after.clips)
        if wish is not None and due and not source.draws and _against(source):
            unmet.append(replace(wish, against=_against(source)))
        if not _takes_colours(source) or not (due or isinstance(source.last, StillFrame)):
            continue
        if after.picture is not None:
            met |= {wish.place} if wish else set()
            done[clip] = replace(source, repairs=replace(source.repairs, anchor=after.picture))
        elif wish is not None:
            unmet.append(wish)
    # What holds for a whole board may be switched off for a part of it.
    return done, tuple(wish for wish in unmet if not (wish.against and wish.place in met))


def anchor_warnings(storyboard: Storyboard, unmet: tuple[AnchorWish, ...]) -> list[Fault]:
    """Say of each place once why no chain is led back to a picture."""
    first: dict[tuple[object, ...], AnchorWish] = {}
    for wish in unmet:
        first.setdefault(wish.place, wish)
    return [_warning(storyboard, wish) for wish in first.values()]


def _warning(storyboard: Storyboard, wish: AnchorWish) -> Fault:
    message = f'shot "{wish.shot}": there is no picture its chain could be led back to'
    hint = "begin the chain on a `start:` picture, or name one: `reanchor: PICTURE`"
    if wish.against:
        message = f'shot "{wish.shot}": with `{wish.against}` no chain is led back to a picture'
        hint = f"leave out `{wish.against}`, or this"
    return storyboard.fault(wish.place, message, code="no-anchor", hint=hint)


def _before(job: ClipJob, chains: Mapping[str, _Chain]) -> _Chain:
    if isinstance(job.first, EndOf):
        return chains.get(job.first.clip, _Chain())
    return _Chain(picture=job.first if isinstance(job.first, StillFrame) else None)


def _after(job: ClipJob, before: _Chain, wish: AnchorWish | None) -> _Chain:
    picture = before.picture
    if wish and wish.picture and wish.picture.sha256 not in before.left:
        picture = wish.picture
    if isinstance(job.last, StillFrame):
        picture = job.last
    if job.repairs.lighting == "constant":
        return _Chain(before.clips + 1, picture, before.left)
    named = (before.picture, wish.picture if wish else None)
    left = before.left | {each.sha256 for each in named if each}
    return _Chain(before.clips + 1, None, left)


def _against(job: ClipJob) -> str:
    """Name the switch that forbids to touch the colours of a clip; "" where none does."""
    if job.repairs.lighting == "changes":
        return ""
    if job.repairs.repair == "off":
        return "repair: off"
    return "color: off" if job.repairs.color == "off" else ""


def _takes_colours(job: ClipJob) -> bool:
    repairs = job.repairs
    corrected = repairs.repair == "on" and repairs.color != "off"
    return corrected and repairs.lighting == "constant" and not job.draws
