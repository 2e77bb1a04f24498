"""Bridges: joins that are made, each a clip from the last frame before a shot to its first one.

    A ----|                 |---- B
          |---- B.bridge ---|

It lies between the two and belongs to the scene that is left: what is said and shown with B begins
where B itself does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from longtake.errors import Fault
from longtake.plan.job import ClipJob, EndOf, ShotNote, StartOf
from longtake.plan.limits import picture_faults, prompt_faults
from longtake.plan.offer import Offer
from longtake.plan.prompt import compose_parts, compose_prompt
from longtake.plan.settings import ShotSettings, shot_settings
from longtake.plan.shots import Draft, Order
from longtake.storyboard.check import NamedScene, NamedShot
from longtake.storyboard.model import Bridge, Inherited, PromptParts, Shot, Storyboard
from longtake.storyboard.words import expand
from longtake.timeline import TimelineClip

# What a model is asked for where the author says nothing of the way. Other words would make another
# clip: their version is part of its recipe.
USUAL_PROMPT = "One calm, unbroken movement leads from the first picture into the last"
USUAL_VERSION = 1

# What a shot says of itself alone, and not of the way to it.
_OWN_KEYS: dict[str, Any] = {
    key: field.get_default()
    for key, field in Shot.model_fields.items()
    if key not in Inherited.model_fields
}


def bridged(shot: NamedShot) -> NamedShot | None:
    """Give the bridge to a shot as a shot of its own, which inherits what that one does; None without."""
    spec = shot.shot.joined
    if spec is None or spec.kind != "bridge":
        return None
    written = shot.shot.join if isinstance(shot.shot.join, Bridge) else None
    said: dict[str, Any] = {"prompt": (_text(written) if written else "") or USUAL_PROMPT}
    for key in ("camera", "model", "resolution"):
        value = getattr(written, key, None)
        if value is not None:
            said[key] = value
    if "model" in said:
        # A size of the shot's own model means nothing to another one.
        said.setdefault("resolution", None)
    made = shot.shot.model_copy(update={**_OWN_KEYS, **said})
    return NamedShot(f"{shot.id}.bridge", made, shot.scene_id, (*shot.place, "join"))


def add_bridge(draft: Draft, scene: NamedScene, shot: NamedShot) -> None:
    """Lay the bridge that leads to a shot, if it has one, behind all that is there; or its faults."""
    bridge, before = bridged(shot), draft.made.last
    # Whatever keeps it from having two ends is said of the document as a whole.
    if bridge is None or before is None or before.last not in draft.sources:
        return
    settings = shot_settings(draft.storyboard, scene, bridge, draft.offers)
    if not isinstance(settings, ShotSettings):
        draft.faults += settings
        return
    # One take leads there; whoever wants a choice asks for more of it.
    settings = replace(settings, takes=1)
    spec = shot.shot.joined
    frames = spec.length.frames(draft.rate) if spec and spec.length else 0
    seconds = _length(draft, settings.offer, settings.resolution.lengths, frames)
    faults = _model_faults(draft, bridge, settings)
    if seconds is None:
        faults.append(_too_long(draft.storyboard, bridge, settings, _written_length(shot)))
    draft.faults += faults
    if faults or seconds is None:
        return
    _lay(draft, scene, shot, bridge, settings, seconds, frames)


def _lay(
    draft: Draft,
    scene: NamedScene,
    shot: NamedShot,
    bridge: NamedShot,
    settings: ShotSettings,
    seconds: int,
    wanted: int,
) -> None:
    assert draft.made.last is not None
    before = draft.sources[draft.made.last.last]
    text = str(bridge.shot.prompt)
    prompt = compose_prompt(expand(text, draft.storyboard), settings.look, settings.camera)
    draft.faults += prompt_faults(draft.storyboard, bridge, settings, prompt)
    found = picture_faults(draft.storyboard, scene, bridge, settings, draft.survey)
    draft.faults += [fault for fault in found if fault not in draft.faults]
    landing = StartOf(draft.ids[shot.id])
    edges = (EndOf(before.id), landing)
    frames = settings.offer.film_frames(seconds, draft.rate)
    order = Order(draft, scene, bridge, settings, prompt, ())
    job = order.job(bridge.id, seconds, frames, frames - 1, edges)
    draft.firsts.append((bridge, len(draft.clips), edges[0]))
    draft.sources[job.id] = _as_way(job, before.scene, landing, text)
    draft.clips.append(TimelineClip(job.id, before.scene, 0, frames))
    draft.sounds[job.id] = settings.sound
    told = "" if frames == wanted else _told(settings, _written_length(shot), seconds)
    draft.notes.append(ShotNote(bridge.id, wanted, frames, 0, (seconds,), told=told, bridge=True))


def _as_way(job: ClipJob, scene: str, landing: StartOf, text: str) -> ClipJob:
    """Let a clip belong to the scene it leaves, and end in the colours of what it leads to."""
    parts = {**job.parts, **({"bridge version": USUAL_VERSION} if text == USUAL_PROMPT else {})}
    repairs = job.repairs if job.draws else replace(job.repairs, anchor=landing)
    return replace(job, scene=scene, parts=parts, repairs=repairs)


def _length(draft: Draft, offer: Offer, lengths: Sequence[int], frames: int) -> int | None:
    """Find the shortest length a model makes that holds so many frames; None where none does."""
    return next((s for s in lengths if offer.film_frames(s, draft.rate) >= frames), None)


def _text(written: Bridge) -> str:
    prompt = written.prompt
    text = compose_parts(prompt.model_dump()) if isinstance(prompt, PromptParts) else prompt
    return (text or "").strip()


def _written_length(shot: NamedShot) -> str:
    join = shot.shot.join
    return join.bridge if isinstance(join, Bridge) else str(join).split()[-1]


def _model_faults(draft: Draft, bridge: NamedShot, settings: ShotSettings) -> list[Fault]:
    """Say of a model that it takes no first and last frame, and which do."""
    offer, resolution = settings.offer, settings.resolution
    if _lands(resolution.modes if resolution.modes is not None else offer.modes):
        return []
    able = [other for other in draft.offers.values() if _lands(other.modes) and not other.draws]
    # Whoever has the key of one model can use all that it opens.
    able.sort(key=lambda other: other.key_variable != offer.key_variable)
    named = ", ".join(other.name for other in able[:4])
    model = offer.model or offer.name
    model = model if resolution.modes is None else f"{model} at {resolution.name}"
    message = f'"{bridge.id}": {model} makes no clip between a first and a last frame'
    hint = f"write `join: {{bridge: ..., model: ...}}`: {named} can" if named else ""
    place = (*bridge.place, "model")
    return [draft.storyboard.fault(place, message, code="no-bridge", hint=hint)]


def _lands(modes: frozenset[str]) -> bool:
    return {"first", "last"} <= modes


def _too_long(
    storyboard: Storyboard, bridge: NamedShot, settings: ShotSettings, written: str
) -> Fault:
    offer = settings.offer
    longest = settings.resolution.lengths[-1]
    message = (
        f'"{bridge.id}" is one clip: {offer.model or offer.name} makes {longest} s at most, '
        f"not {written}"
    )
    hint = f"write `bridge {longest}s`, or make it a shot of its own that ends on `ID.start`"
    return storyboard.fault(bridge.place, message, code="bridge-too-long", hint=hint)


def _told(settings: ShotSettings, written: str, seconds: int) -> str:
    offer = settings.offer
    made = " and ".join(map(str, settings.resolution.lengths))
    return f"{written} asked, {seconds} s made: {offer.model or offer.name} makes {made} s"
