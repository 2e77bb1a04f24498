"""Pictures of the cast: which of them go out with a clip, and what is said where they do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from longtake.errors import Fault
from longtake.plan.job import Edge, Face
from longtake.plan.offer import Offer
from longtake.plan.survey import Survey
from longtake.storyboard.check import NamedShot
from longtake.storyboard.model import Storyboard
from longtake.storyboard.words import names_in

# Models ask for sides above 300 pixels; smaller faces are enlarged, which shows nothing new of them.
_SMALL = 300
_LISTED = 4


@dataclass(frozen=True)
class Unsent:
    """A face that a shot's prompt names and none of its clips sends.

    `model` is the one that takes no pictures of the cast; "" where frames exclude them.
    """

    face: str
    shot: str
    model: str = ""


def named_faces(storyboard: Storyboard, text: str, survey: Survey) -> tuple[Face, ...]:
    """List the members of the cast that a prompt names and that have a picture, in its order."""
    found = []
    for name in names_in(text):
        member = storyboard.cast.get(name)
        if member and member.face:
            path = storyboard.path_of(("cast", name, "face"), member.face)
            facts = survey.stills.get(path)
            found.append(Face(name, path, facts.sha256 if facts else ""))
    return tuple(found)


def sent_faces(
    faces: tuple[Face, ...], modes: frozenset[str], edges: tuple[Edge | None, Edge | None]
) -> tuple[Face, ...]:
    """Give the faces that go out with a clip: all, or none where the model or a frame excludes them."""
    return faces if "references" in modes and edges == (None, None) else ()


def face_faults(
    storyboard: Storyboard, shot: NamedShot, offer: Offer, faces: tuple[Face, ...], count: int
) -> list[Fault]:
    """Say where a shot that starts fresh has more faces than its model takes, or fewer than it needs.

    `count` is how many faces its first clip would send.
    """
    model, place = offer.model or offer.name, (*shot.place, "prompt")
    names = " and ".join(f'"{face.name}"' for face in faces)
    if count > offer.most_references:
        message = (
            f'shot "{shot.id}": the prompt names {count} members with a face ({names}), '
            f"{model} takes {offer.most_references}"
        )
        hint = "describe the others in the prompt's own words, or choose a model that takes more"
        return [storyboard.fault(place, message, code="too-many-faces", hint=hint)]
    if not faces and "references" in offer.modes and "text" not in offer.modes:
        known = [name for name, member in storyboard.cast.items() if member.face]
        message = f'shot "{shot.id}": {model} needs a face, and the prompt names nobody who has one'
        write = f"write ${{{known[0]}}} into it" if known else "give a member of `cast` a `face:`"
        hint = f"{write}, or choose another model"
        return [storyboard.fault(place, message, code="needs-face", hint=hint)]
    return []


def face_warnings(
    storyboard: Storyboard,
    unsent: Iterable[Unsent],
    sent: Iterable[Face],
    offers: Mapping[str, Offer],
    survey: Survey,
) -> list[Fault]:
    """Say of each face once which shots go without it and why, and of each that is sent if it is small."""
    shots: dict[tuple[str, str], list[str]] = {}
    for each in unsent:
        shots.setdefault((each.face, each.model), []).append(each.shot)
    takers = [offer.name for offer in offers.values() if "references" in offer.modes]
    found = [_unsent(storyboard, *key, named, takers) for key, named in shots.items()]
    for face in dict.fromkeys(sent):
        facts = survey.stills.get(face.path)
        if facts and min(facts.size.width, facts.size.height) <= _SMALL:
            message = f'the face of "{face.name}" is {facts.size}, so small that it is enlarged'
            hint = f"a good one has more than {_SMALL} pixels a side"
            place = ("cast", face.name, "face")
            found.append(storyboard.fault(place, message, code="small-face", hint=hint))
    return found


def _unsent(
    storyboard: Storyboard, name: str, model: str, shots: list[str], takers: list[str]
) -> Fault:
    listed = ", ".join(f'"{shot}"' for shot in shots[:_LISTED])
    more = f" and {len(shots) - _LISTED} more" if len(shots) > _LISTED else ""
    if model:
        why = f"{model} takes no pictures of the cast"
        hint = f"models that do: {', '.join(takers[:3])}" if takers else ""
    else:
        why = "it begins or ends on a frame" if len(shots) == 1 else "they begin or end on a frame"
        hint = "a clip takes frames or faces, not both: write `start: fresh` where the face matters"
    word = "shot" if len(shots) == 1 else "shots"
    message = f'the face of "{name}" is not sent with {word} {listed}{more}: {why}'
    place = ("cast", name, "face")
    return storyboard.fault(place, message, code="unsent-face", hint=hint)
