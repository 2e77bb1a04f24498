"""What a shot inherits: the nearest word of shot, scene and board wins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from longtake.errors import Fault
from longtake.plan.job import Repairs
from longtake.plan.offer import Offer, Resolution
from longtake.storyboard.check import NamedScene, NamedShot
from longtake.storyboard.diagnose import did_you_mean
from longtake.storyboard.grammar import canonical_camera
from longtake.storyboard.model import Storyboard
from longtake.storyboard.words import expand

# Switches of the models themselves, passed through as they are.
SWITCHES = ("prompt_optimizer", "fast_pretreatment", "watermark")
_KEYS = (
    *("model", "resolution", "camera", "look", "split", "sound"),
    *("color", "lighting", "repair", "takes"),
    *SWITCHES,
)


@dataclass(frozen=True)
class ShotSettings:
    """All that holds for one shot once board, scene and shot have had their say."""

    offer: Offer
    resolution: Resolution
    look: str
    split: str
    sound: str
    camera: tuple[str, ...]
    switches: Mapping[str, bool]
    repairs: Repairs
    takes: int = 1


def inherited_value(storyboard: Storyboard, scene: NamedScene, shot: NamedShot, key: str) -> Any:
    """Find the value of an inherited key; None where nobody wrote one."""
    for part in (shot.shot, scene.scene, storyboard):
        value = getattr(part, key, None)
        if value is not None:
            return value
    return None


def inherited(
    storyboard: Storyboard, scene: NamedScene, shot: NamedShot, key: str
) -> tuple[Any, tuple[Any, ...]]:
    """Find the value of an inherited key and the place that wrote it."""
    for part, place in ((shot.shot, shot.place), (scene.scene, scene.place), (storyboard, ())):
        value = getattr(part, key, None)
        if value is not None:
            return value, (*place, key)
    return None, (*shot.place, key)


def shot_settings(
    storyboard: Storyboard, scene: NamedScene, shot: NamedShot, offers: Mapping[str, Offer]
) -> ShotSettings | tuple[Fault, ...]:
    """Work out what holds for a shot, or say which model or resolution does not exist."""

    def get(key: str, default: Any) -> Any:
        value = inherited_value(storyboard, scene, shot, key)
        return default if value is None else value

    model, model_place = inherited(storyboard, scene, shot, "model")
    model = model or "animatic"
    offer = find_offer(offers, model)
    if offer is None:
        near = did_you_mean(model, [o.name for o in offers.values()])
        known = ", ".join(sorted({o.name for o in offers.values()}))
        return (
            storyboard.fault(
                model_place,
                f'no model is called "{model}"',
                code="unknown-model",
                hint=near or f"known: {known}",
            ),
        )
    wanted, place = inherited(storyboard, scene, shot, "resolution")
    # The animatic draws at the film's own size: a resolution meant for another model is no fault.
    resolution = offer.cheapest if wanted is None or offer.any_size else offer.resolution(wanted)
    if resolution is None:
        return (_unknown_resolution(storyboard, scene, offer, offers, wanted, place),)
    words = tuple(dict.fromkeys(w for w in map(canonical_camera, get("camera", [])) if w))
    look = expand(get("look", ""), storyboard)
    switches = {key: on for key in SWITCHES if (on := get(key, None)) is not None}
    split, sound = get("split", "seams"), get("sound", "keep")
    repairs = Repairs(get("color", "match+track"), get("lighting", "constant"), get("repair", "on"))
    # What is drawn comes out the same each time.
    takes = 1 if offer.draws else get("takes", 1)
    return ShotSettings(offer, resolution, look, split, sound, words, switches, repairs, takes)


class Settings:
    """What holds for the shots of a board, worked out once for all that say the same."""

    def __init__(self, storyboard: Storyboard, offers: Mapping[str, Offer]) -> None:
        self._storyboard = storyboard
        self._offers = offers
        self._known: dict[tuple[str, str], ShotSettings] = {}
        self._scenes: dict[str, str] = {}

    def of(self, scene: NamedScene, shot: NamedShot) -> ShotSettings | tuple[Fault, ...]:
        """Give what holds for a shot, or the faults of what it says."""
        said = (self._of_scene(scene), repr(_said_by(shot.shot)))
        known = self._known.get(said)
        if known is not None:
            return known
        found = shot_settings(self._storyboard, scene, shot, self._offers)
        if isinstance(found, ShotSettings):
            self._known[said] = found
        return found

    def _of_scene(self, scene: NamedScene) -> str:
        said = self._scenes.get(scene.id)
        if said is None:
            said = self._scenes[scene.id] = repr(_said_by(scene.scene))
        return said


_said_by = attrgetter(*_KEYS)


def find_offer(offers: Mapping[str, Offer], name: str) -> Offer | None:
    """Find an offer by its name or one of its aliases."""
    return offers.get(name) or next((o for o in offers.values() if name in o.aliases), None)


def _unknown_resolution(
    storyboard: Storyboard,
    scene: NamedScene,
    offer: Offer,
    offers: Mapping[str, Offer],
    wanted: str,
    place: tuple[Any, ...],
) -> Fault:
    made = " and ".join(r.name for r in offer.resolutions)
    # Whoever has the key of one model can use all that it opens.
    others = [
        o.name
        for o in offers.values()
        if o.key_variable == offer.key_variable and o.resolution(wanted)
    ]
    return storyboard.fault(
        place,
        f'scene "{scene.id}": {offer.model or offer.name} makes {made}, not {wanted}',
        code="unknown-resolution",
        hint=f"{others[0]} makes {wanted}" if others else f"write one of: {made}",
    )
