"""What a model cannot do of what a shot wants, said before anything is bought."""

from __future__ import annotations

from longtake.errors import Fault
from longtake.plan.edges import mode_faults
from longtake.plan.job import Edge
from longtake.plan.settings import ShotSettings, inherited
from longtake.plan.survey import Survey
from longtake.storyboard.check import NamedScene, NamedShot
from longtake.storyboard.model import Storyboard


def prompt_faults(
    storyboard: Storyboard, shot: NamedShot, settings: ShotSettings, prompt: str
) -> list[Fault]:
    """Say by how much a prompt is too long, with look and camera words as they are sent."""
    offer = settings.offer
    if len(prompt) <= offer.prompt_limit:
        return []
    message = (
        f'shot "{shot.id}": the prompt with look and camera words is {len(prompt)} characters '
        f"long, {offer.model or offer.name} reads {offer.prompt_limit}"
    )
    hint = f"shorten it by {len(prompt) - offer.prompt_limit} characters"
    place = (*shot.place, "prompt")
    return [storyboard.fault(place, message, code="prompt-too-long", hint=hint)]


def chain_faults(
    storyboard: Storyboard,
    shot: NamedShot,
    settings: ShotSettings,
    edges: tuple[Edge | None, Edge | None],
    clips: int,
) -> list[Fault]:
    """Say where a model, at its resolution, cannot begin, continue or end clips as the board wants."""
    offer, resolution = settings.offer, settings.resolution
    model, modes = offer.model or offer.name, offer.modes
    if resolution.modes is not None:
        model, modes = f"{model} at {resolution.name}", resolution.modes
    faults = mode_faults(storyboard, shot, modes, model, edges)
    if clips > 1 and "first" not in modes:
        longest = resolution.lengths[-1]
        message = f'shot "{shot.id}": {model} continues no clip, and makes {longest} s at most'
        hint = "make it several shots with `start: fresh`, or choose another model"
        place = (*shot.place, "seconds")
        faults.append(storyboard.fault(place, message, code="no-chain", hint=hint))
    return faults


def picture_faults(
    storyboard: Storyboard,
    scene: NamedScene,
    shot: NamedShot,
    settings: ShotSettings,
    survey: Survey,
) -> list[Fault]:
    """Say that clips cannot be chained where frames need a public address and have none."""
    offer = settings.offer
    if offer.pictures == "any" or survey.hosted:
        return []
    _, place = inherited(storyboard, scene, shot, "model")
    fault = storyboard.fault(
        place,
        f"{offer.name} takes pictures by their public address only, and yours have none: "
        "no clip can begin on one there",
        code="no-picture-host",
        hint="set LONGTAKE_UPLOAD_COMMAND or LONGTAKE_UPLOAD_PUT, or choose another model",
    )
    return [fault]
