"""Shots under their ids, words filled in, and the faults that only the whole document shows.

Pure: what needs the disk or an offer (are the stills there, can the model make this length) is
checked later, by the survey and the plan.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from longtake.errors import Fault
from longtake.storyboard.diagnose import MAX_FAULTS, did_you_mean, quoted
from longtake.storyboard.grammar import (
    CAMERA_WORDS,
    camera_brackets,
    canonical_camera,
    reference_in,
)
from longtake.storyboard.model import Bridge, Footage, Shot, Storyboard

# What a plan takes from here: a board under its ids, its words filled in.
from longtake.storyboard.naming import NamedBed as NamedBed
from longtake.storyboard.naming import NamedScene as NamedScene
from longtake.storyboard.naming import NamedShot as NamedShot
from longtake.storyboard.naming import muted_ids as muted_ids
from longtake.storyboard.naming import named_beds as named_beds
from longtake.storyboard.naming import named_scenes as named_scenes
from longtake.storyboard.naming import written_scenes
from longtake.storyboard.spoken import find_spoken_faults
from longtake.storyboard.words import expand as expand
from longtake.storyboard.words import find_word_faults, prompt_texts

Place = tuple[Any, ...]

_SHOWS = ("prompt", "still", "footage")
_CAMERA_AT_ONCE = 3


def find_faults(storyboard: Storyboard) -> tuple[list[Fault], list[Fault]]:
    """Find what is wrong, and what is doubtful, across a document whose values are each sound."""
    written, scenes = written_scenes(storyboard, muted=True), named_scenes(storyboard)
    shots = [shot for scene in scenes for shot in scene.shots]
    rules = chain(
        *(_shown(storyboard, scene) for scene in written),
        _same_ids(storyboard, written),
        _references(storyboard, scenes),
        _something_left(storyboard, scenes),
        _joins(storyboard, scenes, shots),
        _footage(storyboard, shots),
        find_word_faults(storyboard),
        find_spoken_faults(storyboard),
    )
    warnings = _camera(storyboard, written)
    return list(islice(rules, MAX_FAULTS)), list(islice(warnings, MAX_FAULTS))


def _something_left(storyboard: Storyboard, scenes: tuple[NamedScene, ...]) -> Iterator[Fault]:
    if not scenes:
        message = "everything is muted: nothing is left for the film to show"
        hint = "take `mute: true` away from a scene or shot"
        yield storyboard.fault(("scenes",), message, code="all-muted", hint=hint)


def _shown(storyboard: Storyboard, scene: NamedScene) -> Iterator[Fault]:
    """Check that each scene and shot says one thing that it shows."""
    if scene.scene.shots is None:
        yield from _one_of(storyboard, f'scene "{scene.id}"', scene.scene, scene.place, "shots")
        return
    for key in (*_SHOWS, "seconds"):
        if getattr(scene.scene, key) is not None:
            message = f'scene "{scene.id}" has shots, so it takes no `{key}` of its own'
            hint = f"move `{key}:` into one of its shots"
            yield storyboard.fault(
                (*scene.place, key), message, code="beside-shots", hint=hint, key=True
            )
    for shot, written in zip(scene.shots, scene.scene.shots, strict=True):
        yield from _one_of(storyboard, f'shot "{shot.id}"', written, shot.place)
    edges = (("start", 0), ("join", 0), ("end", len(scene.shots) - 1))
    for key, index in edges:
        if getattr(scene.scene, key) and getattr(scene.scene.shots[index], key):
            which = "last" if key == "end" else "first"
            message = f'scene "{scene.id}" and its {which} shot both have a `{key}`'
            yield storyboard.fault(
                (*scene.shots[index].place, key), message, code="twice", hint="keep one", key=True
            )


def _one_of(
    storyboard: Storyboard, who: str, shot: Shot, place: Place, *more: str
) -> Iterator[Fault]:
    given = [key for key in _SHOWS if getattr(shot, key) is not None]
    if not given and shot.title_card is None:
        *most, last = (*_SHOWS, "title_card", *more)
        message = f"{who} shows nothing: it needs {', '.join(most)} or {last}"
        yield storyboard.fault(place, message, code="shows-nothing")
    texts = [text for _, text in prompt_texts(shot, place)]
    if shot.prompt is not None and not "".join(texts).strip():
        message = f"{who} has an empty prompt"
        yield storyboard.fault((*place, "prompt"), message, code="empty-prompt")
    for key in given[1:]:
        message = f"{who} has both `{given[0]}` and `{key}`"
        yield storyboard.fault(
            (*place, key), message, code="shows-two", hint="make them two shots", key=True
        )


def _same_ids(storyboard: Storyboard, scenes: tuple[NamedScene, ...]) -> Iterator[Fault]:
    seen: dict[str, Place] = {}
    for scene in scenes:
        key = "id" if scene.scene.id else "title"
        named = [("scene", scene.id, (*scene.place, key))]
        if scene.scene.shots is not None:
            named += [("shot", shot.id, (*shot.place, "id")) for shot in scene.shots]
        for what, own_id, place in named:
            if own_id not in seen:
                seen[own_id] = place
                continue
            line = storyboard.line_of(seen[own_id])
            message = f'the {what} id "{own_id}" is used twice: line {line} has it too'
            hint = "give one of them an `id:` of its own"
            yield storyboard.fault(place, message, code="duplicate-id", hint=hint)


def _references(storyboard: Storyboard, scenes: tuple[NamedScene, ...]) -> Iterator[Fault]:
    """Check what each shot begins and ends on; a start can only be a frame that is made before."""
    last_of: dict[str, int] = {}
    shots = [shot for scene in scenes for shot in scene.shots]
    for index, shot in enumerate(shots):
        last_of[shot.id] = last_of[shot.scene_id] = index
    muted = frozenset(muted_ids(storyboard)) - {*last_of}
    for index, shot in enumerate(shots):
        for key, written in (("start", shot.shot.start), ("end", shot.shot.end)):
            if written is None or (key == "start" and written == "fresh"):
                continue
            said = _edge(key, written, index, shot, last_of, muted)
            if said:
                message, code, hint = said
                yield storyboard.fault((*shot.place, key), message, code=code, hint=hint)


def _edge(
    key: str,
    written: str,
    index: int,
    shot: NamedShot,
    last_of: dict[str, int],
    muted: frozenset[str],
) -> tuple[str, str, str] | None:
    who = f'shot "{shot.id}"'
    if key == "start" and written == "previous":
        message = f"{who} is the first of the film: there is no previous one"
        hint = "leave out `start:`, or name a picture"
        return None if index else (message, "no-previous", hint)
    found = reference_in(written)
    if found is None:
        if re.search(r"[./\\]", written):
            return None
        words = ("previous", "fresh") if key == "start" else ()
        suffix = "end" if key == "start" else "start"
        named = did_you_mean(f"{written}.{suffix}", [f"{name}.{suffix}" for name in last_of])
        hint = did_you_mean(written, words) or named or f"write a picture's path, or ID.{suffix}"
        return f"{who}: {quoted(written)} is no {key}", "no-edge", hint
    name, edge = found
    if edge == key:
        wanted = "end" if key == "start" else "start"
        message = f"{who}: `{key}` takes the {wanted} of another shot, not {quoted(written)}"
        return message, "wrong-edge", f"write {name}.{wanted}"
    meant = re.sub(r"/0*[1-9]\d*$", "", name)
    target = last_of.get(meant)
    if target is None and not muted.isdisjoint((meant, meant.partition(".")[0])):
        hint = "begin and end on other frames, or take its `mute` away"
        return f"{who}: {quoted(name)} is muted: the film has no frame of it", "muted-edge", hint
    if target is None:
        hint = did_you_mean(name, last_of)
        return f"{who}: no scene or shot has the id {quoted(name)}", "unknown-id", hint
    if key == "start" and target >= index:
        which = "comes later"
        if target == index or name == shot.scene_id:
            which = "is this shot itself" if name == shot.id else "is the scene it is in"
        message = f"{who} cannot start on {quoted(written)}: {quoted(name)} {which}"
        return message, "later-start", "a shot can start on the end of an earlier one only"
    return None


def _joins(
    storyboard: Storyboard, scenes: tuple[NamedScene, ...], shots: list[NamedShot]
) -> Iterator[Fault]:
    last_in = {scene.id: scene.shots[-1].id for scene in scenes}
    for index, shot in enumerate(shots):
        if shot.shot.join is None:
            continue
        place = (*shot.place, "join")
        if index == 0:
            message = f'shot "{shot.id}" is the first of the film: nothing stands before it to join'
            hint = "for a fade at the start write `film: {fade_in: 1s}`"
            yield storyboard.fault(place, message, code="join-at-start", hint=hint, key=True)
            continue
        why = _no_seam(shot.shot, shots[index - 1], last_in)
        kind = shot.shot.joined.kind if shot.shot.joined else ""
        if kind == "seam" and why:
            message = f'shot "{shot.id}" cannot begin with a seam: {why[0]}'
            yield storyboard.fault(place, message, code="seam-without-handoff", hint=why[1])
        elif kind == "bridge":
            yield from _bridge(storyboard, shot, shots[index - 1], continues=why is None)


def _bridge(
    storyboard: Storyboard, shot: NamedShot, before: NamedShot, *, continues: bool
) -> Iterator[Fault]:
    """Check that a bridge has two ends, and that they are not one and the same frame."""
    place = (*shot.place, "join")
    cards = [each for each in (before, shot) if each.shot.is_card]
    if cards:
        message = f'shot "{shot.id}": a bridge needs pictures, "{cards[0].id}" is a title card'
        hint = "write `cut` or a transition such as `dip black 0.8s`"
        yield storyboard.fault(place, message, code="bridge-at-card", hint=hint)
    elif continues:
        message = (
            f'shot "{shot.id}" begins on the frame that "{before.id}" ends on: '
            "there is nothing to bridge"
        )
        hint = "give it a start of its own (`start: fresh`, or a picture), or leave out the bridge"
        yield storyboard.fault(place, message, code="bridge-over-handoff", hint=hint)


def _no_seam(shot: Shot, before: NamedShot, last_in: dict[str, str]) -> tuple[str, str] | None:
    hint = "write `start: previous`, or `join: cut`"
    if shot.is_given:
        return "its pictures are given, not made from the frame before", "write `join: cut`"
    if shot.start is None:
        words = "after a still, footage or a title card a shot starts fresh"
        return (words, hint) if before.shot.is_given else None
    found = reference_in(shot.start)
    name = re.sub(r"/\d+$", "", found[0]) if found else ""
    if shot.start == "previous" or last_in.get(name, name) == before.id:
        return None
    return f"it does not start where the shot before it ends (start: {shot.start})", hint


def _footage(storyboard: Storyboard, shots: list[NamedShot]) -> Iterator[Fault]:
    for shot in shots:
        part = shot.shot.footage
        if not isinstance(part, Footage) or part.to_s is None:
            continue
        from_s = part.from_s or 0.0
        if from_s >= part.to_s:
            message = f'shot "{shot.id}": footage from {from_s:g} to {part.to_s:g} has no length'
            hint = "`from` is less than `to`, both in seconds of the file"
            place = (*shot.place, "footage", "to")
            yield storyboard.fault(place, message, code="footage-range", hint=hint)


def _camera(storyboard: Storyboard, scenes: tuple[NamedScene, ...]) -> Iterator[Fault]:
    """Warn of camera words that no model knows as commands; they may still work as prose."""
    parts: list[tuple[str, Shot | Bridge, Place]] = []
    for scene in scenes:
        parts.append((f'scene "{scene.id}"', scene.scene, scene.place))
        if scene.scene.shots is not None:
            parts += [(f'shot "{s.id}"', s.shot, s.place) for s in scene.shots]
        bridges = ((s, s.shot.join) for s in scene.shots if isinstance(s.shot.join, Bridge))
        parts += [(f'the bridge to "{s.id}"', made, (*s.place, "join")) for s, made in bridges]
    for who, shot, place in parts:
        listed = (*place, "camera")
        words = [(written, (*listed, n)) for n, written in enumerate(shot.camera or ())]
        yield from _commands(storyboard, who, words, listed)
        for at, text in prompt_texts(shot, place):
            for bracket in camera_brackets(text):
                yield from _commands(storyboard, who, [(word, at) for word in bracket], at)


def _commands(
    storyboard: Storyboard, who: str, words: list[tuple[str, Place]], place: Place
) -> Iterator[Fault]:
    """Warn of commands that are given at once: of those nobody knows, and of too many."""
    for written, at in words:
        if canonical_camera(written) is None:
            known = [word for name, others in CAMERA_WORDS.items() for word in (name, *others)]
            near = did_you_mean(written, known)
            hint = near or f"commands are {', '.join(CAMERA_WORDS)}"
            message = f"{who}: {quoted(written)} is no camera command, so it moves nothing"
            yield storyboard.fault(at, message, code="unknown-camera", hint=hint)
    if len(words) > _CAMERA_AT_ONCE:
        message = f"{who} has {len(words)} camera commands at once"
        hint = f"models follow up to {_CAMERA_AT_ONCE}; the rest makes them unsteady"
        yield storyboard.fault(place, message, code="many-camera", hint=hint)
