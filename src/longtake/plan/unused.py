"""Keys that are understood and checked but do no work in this version: said, never swallowed."""

from __future__ import annotations

from typing import Any

from longtake.plan.joins import LATER_KINDS
from longtake.storyboard.check import NamedScene
from longtake.storyboard.grammar import parse_join
from longtake.storyboard.model import Part, Storyboard

# key -> the values of it that already work (None: every value but the default is for later)
_LATER: dict[str, tuple[Any, ...]] = {}


def unused_keys(storyboard: Storyboard, scenes: tuple[NamedScene, ...]) -> tuple[str, ...]:
    """List keys of the board that this version does not use yet, each with where it stands."""
    found = [f"{key} (board)" for key in _later(storyboard)]
    for scene in scenes:
        found += [f"{key} ({scene.id})" for key in _later(scene.scene)]
        for shot in scene.shots:
            if shot.shot is not scene.scene:
                found += [f"{key} ({shot.id})" for key in _later(shot.shot)]
            if shot.shot.join and parse_join(shot.shot.join).kind in LATER_KINDS:
                found.append(f"join: {shot.shot.join} ({shot.id})")
    return tuple(found)


def _later(part: Part) -> list[str]:
    return [
        key
        for key, working in _LATER.items()
        if getattr(part, key, None) is not None and getattr(part, key) not in working
    ]
