"""The draft of a board: the same film by a cheaper model, before anything final is bought."""

from __future__ import annotations

from typing import Any

from longtake.errors import PlanError
from longtake.storyboard.model import Bridge, Scene, Shot, Storyboard

_REPLACED: dict[str, Any] = {"model": None, "resolution": None}


def as_draft(storyboard: Storyboard) -> Storyboard:
    """Give the board with its `draft` model and resolution everywhere; faults keep their places.

    Raises PlanError where the board names no draft model.
    """
    draft = storyboard.draft
    if draft is None or (draft.model is None and draft.resolution is None):
        raise PlanError(
            "the board has no draft to make",
            hint="write `draft: {model: PROVIDER/MODEL, resolution: ...}` at its top",
        )
    chosen = {
        "model": draft.model or storyboard.model,
        "resolution": draft.resolution,
    }
    brand = storyboard.brand
    ends = {"opener": brand.opener, "end_card": brand.end_card}
    branded = {key: scene and _drafted(scene) for key, scene in ends.items()}
    drafted = {
        "scenes": [_drafted(scene) for scene in storyboard.scenes],
        "brand": brand.model_copy(update=branded),
    }
    return storyboard.model_copy(update={**chosen, **drafted})


def _drafted(scene: Scene) -> Scene:
    shots = scene.shots and [shot.model_copy(update=_replaced(shot)) for shot in scene.shots]
    return scene.model_copy(update={**_replaced(scene), "shots": shots})


def _replaced(shot: Shot) -> dict[str, Any]:
    if isinstance(shot.join, Bridge):
        return {**_REPLACED, "join": shot.join.model_copy(update=_REPLACED)}
    return _REPLACED
