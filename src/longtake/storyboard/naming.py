"""Scenes and shots under their ids, those of the brand around the author's own, muted ones left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from longtake.storyboard.grammar import slug
from longtake.storyboard.model import Music, Scene, Shot, Storyboard

Place = tuple[Any, ...]

# Scenes that a series gives all of its films, and what they are called without a word of their own.
_BRANDED: dict[Place, str] = {("brand", "opener"): "opener", ("brand", "end_card"): "end-card"}


@dataclass(frozen=True)
class NamedShot:
    """A shot under its full id.

    `shot` has what its scene says of its beginning and end: the `start` and `join` of a scene are
    those of its first shot, its `end` that of its last.
    """

    id: str
    shot: Shot
    scene_id: str
    place: Place


@dataclass(frozen=True)
class NamedScene:
    """A scene under its id, with its shots in order; a scene without `shots` is one shot itself."""

    id: str
    scene: Scene
    place: Place
    shots: tuple[NamedShot, ...]


def named_scenes(storyboard: Storyboard) -> tuple[NamedScene, ...]:
    """Give every scene and shot of the film its id: as written, else from the title, else from its place.

    What is muted is left out, and counts for the places of the others all the same.
    """
    return _named_scenes(_Itself(storyboard))


@dataclass(frozen=True, eq=False)
class _Itself:
    """A storyboard that is equal to nothing but itself: to compare two by what they hold takes long."""

    storyboard: Storyboard

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and other.storyboard is self.storyboard

    def __hash__(self) -> int:
        return id(self.storyboard)


# Whoever looks at a board asks for its names first, a dozen times before it is planned. A storyboard
# never changes.
@lru_cache(maxsize=2)
def _named_scenes(board: _Itself) -> tuple[NamedScene, ...]:
    scenes = written_scenes(board.storyboard, muted=False)
    return tuple(_joined(scene for scene in scenes if scene.shots))


def muted_ids(storyboard: Storyboard) -> tuple[str, ...]:
    """Name the scenes and shots that are muted; a scene stands for all of its shots."""
    found: list[str] = []
    for scene in written_scenes(storyboard, muted=True):
        if scene.scene.mute:
            found.append(scene.id)
        else:
            found += [shot.id for shot in scene.shots if shot.shot.mute]
    return tuple(found)


def placed_scenes(storyboard: Storyboard) -> Iterator[tuple[Place, Scene]]:
    """Yield all scenes with the places where they are written: the opener, the author's, the end card."""
    brand = storyboard.brand
    if brand.opener:
        yield ("brand", "opener"), brand.opener
    yield from ((("scenes", index), scene) for index, scene in enumerate(storyboard.scenes))
    if brand.end_card:
        yield ("brand", "end_card"), brand.end_card


def written_scenes(storyboard: Storyboard, *, muted: bool) -> tuple[NamedScene, ...]:
    """Give all scenes as they are written, with their muted shots or without."""
    scenes = _written_scenes(_Itself(storyboard))
    return scenes if muted else tuple(map(_heard, scenes))


@lru_cache(maxsize=2)
def _written_scenes(board: _Itself) -> tuple[NamedScene, ...]:
    return tuple(_written(*each) for each in placed_scenes(board.storyboard))


def _written(place: Place, scene: Scene) -> NamedScene:
    own = _BRANDED.get(place) or f"scene-{place[1] + 1}"
    scene_id = scene.id or slug(scene.title or "") or own
    return NamedScene(scene_id, scene, place, _named_shots(scene, scene_id, place, muted=True))


def _heard(scene: NamedScene) -> NamedScene:
    """Leave out what is muted of a scene."""
    if not scene.scene.mute and not any(shot.shot.mute for shot in scene.shots):
        return scene
    return replace(scene, shots=_named_shots(scene.scene, scene.id, scene.place, muted=False))


def _joined(scenes: Iterable[NamedScene]) -> Iterator[NamedScene]:
    """Settle how scenes begin: the first of the film, and those beside a scene of the brand.

    Behind a muted shot the film's first one has nothing before it; an opener and an end card are of
    their own and hand no frame on, where the author does not ask for it.
    """
    before: NamedScene | None = None
    for scene in scenes:
        first = scene.shots[0]
        if before is None and any(step for step in first.place if isinstance(step, int)):
            begins = None if first.shot.start == "previous" else first.shot.start
            scene = _beginning(scene, {"join": None, "start": begins})
        elif before and _BRANDED.keys() & {before.place, scene.place} and _is_open(first.shot):
            scene = _beginning(scene, {"start": "fresh"})
        before = scene
        yield scene


def _is_open(shot: Shot) -> bool:
    """Tell whether a shot that a model makes leaves it open on which frame it begins."""
    return shot.prompt is not None and shot.start is None


def _beginning(scene: NamedScene, how: dict[str, str | None]) -> NamedScene:
    """Give a scene whose first shot begins otherwise than it says."""
    first, *rest = scene.shots
    shot = first.shot.model_copy(update=how)
    named = replace(scene, shots=(replace(first, shot=shot), *rest))
    return replace(named, scene=shot) if isinstance(shot, Scene) else named


@dataclass(frozen=True)
class NamedBed:
    """A bed of music and the film, scene or shot that it lies under: the last two by their ids."""

    music: Music
    place: Place
    scene_id: str = ""
    shot_id: str = ""


def named_beds(storyboard: Storyboard, scenes: tuple[NamedScene, ...]) -> Iterator[NamedBed]:
    """Yield all beds of music in file order, each with where it is written."""
    yield from _beds(storyboard.music, ("music",))
    for scene in scenes:
        yield from _beds(scene.scene.music, (*scene.place, "music"), scene.id)
        for shot in scene.shots:
            if shot.shot is not scene.scene:
                yield from _beds(shot.shot.music, (*shot.place, "music"), scene.id, shot.id)


def _beds(written: Any, place: Place, *ids: str) -> Iterator[NamedBed]:
    if isinstance(written, Music):
        yield NamedBed(written, place, *ids)
        return
    for index, music in enumerate(written or ()):
        yield NamedBed(music, (*place, index), *ids)


def _named_shots(
    scene: Scene, scene_id: str, place: Place, *, muted: bool
) -> tuple[NamedShot, ...]:
    if scene.mute and not muted:
        return ()
    if scene.shots is None:
        return (NamedShot(scene_id, scene, scene_id, place),)
    numbered = [(n, s) for n, s in enumerate(scene.shots, start=1) if muted or not s.mute]
    if not numbered:
        return ()
    places, shots = [n for n, _ in numbered], [shot for _, shot in numbered]
    first = {key: getattr(scene, key) for key in ("start", "join") if getattr(scene, key)}
    if first:
        own = {key: getattr(shots[0], key) for key in first if getattr(shots[0], key)}
        shots[0] = shots[0].model_copy(update=first | own)
    if scene.end and not shots[-1].end:
        shots[-1] = shots[-1].model_copy(update={"end": scene.end})
    return tuple(
        NamedShot(f"{scene_id}.{shot.id or n}", shot, scene_id, (*place, "shots", n - 1))
        for n, shot in zip(places, shots, strict=True)
    )
