"""What may come out wrong though nothing is wrong: doubts that the words of a board give rise to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, combinations, islice, pairwise

from longtake.errors import Fault
from longtake.storyboard.check import NamedScene, NamedShot, Place, named_scenes
from longtake.storyboard.contradictions import contradiction
from longtake.storyboard.diagnose import MAX_FAULTS, quoted
from longtake.storyboard.grammar import (
    camera_brackets,
    canonical_camera,
    parse_join,
    reference_in,
)
from longtake.storyboard.model import Storyboard
from longtake.storyboard.words import names_in, prompt_texts
from longtake.units import Size

_TURNS = (
    ("Truck left", "Truck right"),
    ("Pan left", "Pan right"),
    ("Push in", "Pull out"),
    ("Pedestal up", "Pedestal down"),
    ("Tilt up", "Tilt down"),
    ("Zoom in", "Zoom out"),
)
_OPPOSITE = {a: b for a, b in (*_TURNS, *(pair[::-1] for pair in _TURNS))}

# A letterbox is also where the post comes: alone it invites nothing.
_BARS = re.compile(
    r"\bletter-?box(?:ed|ing)\b"
    r"|\b(?:cinematic|cinema|widescreen|film|movie) letter-?box\b"
    r"|\bletter-?box (?:bars?|format|frame|framing|ratio|aspect|look|crop|style)\b"
    r"|\bpillar-?box(?:ed|ing)\b"
    r"|\b(?:black|cinematic|cinema|widescreen|movie) bars\b(?! of\b)"
    r"|\b2[.,](?:35|39|40|4)\s*(?::\s*1|to 1)|\b21\s*:\s*9\b"
    r"|\banamorphic\b|\bcinemascope\b|\bultra-?wide ?screen\b|黑边|遮幅",
    re.IGNORECASE,
)
# What holds none of these needs no closer look.
_NEAR_BARS = ("box", "bars", "2.", "2,", "21", "amorphic", "cinema", "wide", "黑边", "遮幅")
_WIDE = 2.0

_SMALL_WORDS = frozenset(
    "a an the in on of with and or at to his her its their from by for as is who that".split()  # noqa: SIM905 - twenty quoted words read worse
)


def find_doubts(storyboard: Storyboard) -> list[Fault]:
    """Find what is doubtful in the words of a board without faults."""
    scenes = named_scenes(storyboard)
    links = _links(scenes)
    rules = chain(
        _same_members(storyboard),
        _bars(storyboard, scenes),
        *(_seam(storyboard, link) for link in links if link.before),
        _by_hand(storyboard, links),
    )
    return list(islice(rules, MAX_FAULTS))


@dataclass(frozen=True)
class _Link:
    """A shot, its camera commands, and the shot on whose last frame it begins, if any."""

    shot: NamedShot
    camera: tuple[str, ...]
    before: _Link | None


def _links(scenes: tuple[NamedScene, ...]) -> list[_Link]:
    links: list[_Link] = []
    last_of: dict[str, _Link] = {}
    for scene in scenes:
        for shot in scene.shots:
            camera = tuple(shot.shot.camera or scene.scene.camera or ())
            before = None if shot.shot.is_given else _before(shot, links, last_of)
            links.append(_Link(shot, camera, before))
            last_of[shot.id] = links[-1]
        last_of[scene.id] = links[-1]
    return links


def _before(shot: NamedShot, links: list[_Link], last_of: Mapping[str, _Link]) -> _Link | None:
    start = shot.shot.start
    if start in (None, "previous"):
        link = links[-1] if links else None
    else:
        found = reference_in(start or "")
        link = last_of.get(found[0]) if found else None
    return link if link and not link.shot.shot.is_given else None


def _seam(storyboard: Storyboard, link: _Link) -> Iterator[Fault]:
    """Compare a shot with the one that it continues."""
    assert link.before is not None
    shot, before = link.shot, link.before.shot
    texts, earlier = (
        tuple(text for _, text in prompt_texts(each.shot, each.place)) for each in (shot, before)
    )
    lit = shot.shot.lighting == "changes"
    said = contradiction(storyboard, " ".join(earlier), " ".join(texts), light_may_change=lit)
    if said:
        message = f'shot "{shot.id}" begins where "{before.id}" ends: {said}'
        hint = "say how it changes, give the shot a start of its own, or change one of the prompts"
        place = (*shot.place, "prompt")
        yield storyboard.fault(place, message, code="contradiction", hint=hint)
    join = shot.shot.join
    if join is None or (isinstance(join, str) and parse_join(join).kind == "seam"):
        yield from _reversal(storyboard, link, earlier, texts)


def _reversal(
    storyboard: Storyboard, link: _Link, earlier: tuple[str, ...], texts: tuple[str, ...]
) -> Iterator[Fault]:
    """Warn of a camera that goes one way up to a seam and the other way behind it."""
    assert link.before is not None
    old = {*_bracket(earlier, -1), *filter(None, map(canonical_camera, link.before.camera))}
    new = [*filter(None, map(canonical_camera, link.camera)), *_bracket(texts, 0)]
    for word in new:
        opposite = _OPPOSITE.get(word)
        if opposite in old and word not in old:
            message = (
                f'shot "{link.shot.id}" begins its "{word}" on the very frame '
                f'on which "{link.before.shot.id}" ends its "{opposite}"'
            )
            hint = "let the camera rest in between, or go on as it went, or begin on a start of its own"
            place = (*link.shot.place, "camera" if link.camera else "prompt")
            yield storyboard.fault(place, message, code="camera-reversal", hint=hint)
            return


def _bracket(texts: tuple[str, ...], which: int) -> tuple[str, ...]:
    """Give the commands of a prompt's first (0) or last (-1) bracket."""
    brackets = [bracket for text in texts if "[" in text for bracket in camera_brackets(text)]
    return tuple(filter(None, map(canonical_camera, brackets[which]))) if brackets else ()


def _bars(storyboard: Storyboard, scenes: tuple[NamedScene, ...]) -> Iterator[Fault]:
    """Warn of words by which a model paints black bars, where the film itself is not so wide."""
    size = Size.parse(storyboard.film.size) if storyboard.film.size else None
    if size and size.width / size.height >= _WIDE:
        return
    texts: list[tuple[Place, str]] = [(("look",), storyboard.look or "")]
    for scene in scenes:
        parts = {scene.place: scene.scene} | {shot.place: shot.shot for shot in scene.shots}
        for place, part in parts.items():
            texts += [((*place, "look"), part.look or ""), *prompt_texts(part, place)]
    for place, text in texts:
        folded = text.casefold()
        near = any(word in folded for word in _NEAR_BARS)
        found = _BARS.search(text) if near else None
        if found and not re.search(r"\b(?:no|not|without)\s+(?:\w+\s+)?$", text[: found.start()]):
            message = f"{quoted(found[0])} invites a model to paint black bars into the picture"
            hint = "leave it out; for a wide film write `film: {size: 1920x800, fit: cover}`"
            yield storyboard.fault(place, message, code="letterbox", hint=hint)


def _same_members(storyboard: Storyboard) -> Iterator[Fault]:
    """Warn of two names for what looks the same."""
    for one, other in combinations(storyboard.cast, 2):
        first, second = storyboard.cast[one], storyboard.cast[other]
        shared = ""
        if _folded(first.text) == _folded(second.text):
            shared = "text"
        elif first.face and second.face:
            faces = [
                storyboard.path_of(("cast", name, "face"), written).resolve()
                for name, written in ((one, first.face), (other, second.face))
            ]
            shared = "face" if faces[0] == faces[1] else ""
        if shared:
            message = f"{quoted(one)} and {quoted(other)} have the same {shared}"
            hint = "one name for one member; or give each words of its own"
            yield storyboard.fault(("cast", other, shared), message, code="same-member", hint=hint)


def _by_hand(storyboard: Storyboard, links: list[_Link]) -> Iterator[Fault]:
    """Warn of words that describe a member, in a prompt that neither names it nor continues one that did."""
    owners = _marks(storyboard)
    if not owners:
        return
    ways = "|".join(sorted(map(re.escape, owners), key=len, reverse=True))
    marks = re.compile(rf"(?<![\w$])(?:{ways})(?!\w)", re.IGNORECASE)
    seen: dict[str, frozenset[str]] = {}
    for link in links:
        texts = list(prompt_texts(link.shot.shot, link.shot.place))
        named = {name for _, text in texts for name in names_in(text)}
        known = (seen[link.before.shot.id] if link.before else frozenset()) | named
        seen[link.shot.id] = known
        for place, text in texts:
            told = set(known)
            for found in marks.finditer(re.sub(r"\$\{[^{}]*\}", "${}", text)):
                member = owners.get(found[0]) or owners.get(_folded(found[0]))
                if member is None or member in told:
                    continue
                told.add(member)
                message = (
                    f'shot "{link.shot.id}": {quoted(found[0])} is how the cast describes '
                    f"{quoted(member)}, and the prompt does not name it"
                )
                hint = f"write ${{{member}}}: the same words each time make the same figure"
                yield storyboard.fault(place, message, code="member-by-hand", hint=hint)


def _marks(storyboard: Storyboard) -> dict[str, str]:
    """Map what tells one member from all others to its name: pairs of words, and a name of its own.

    Pairs stand in small letters; a name as it is written, for `Rose` is no rose.
    """
    owners: dict[str, str] = {}
    shared: set[str] = set()
    for name, member in storyboard.cast.items():
        for mark in _marks_of(member.text):
            if owners.setdefault(mark, name) != name:
                shared.add(mark)
    return {mark: name for mark, name in owners.items() if mark not in shared}


def _marks_of(text: str) -> set[str]:
    own = re.match(r"\s*([A-Z][a-z]{2,})\s*,", text)
    marks = {own[1]} if own else set()
    for phrase in re.split(r"[,.;:()]|\$\{[^{}]*\}", text):
        words = phrase.split()
        marks |= {
            f"{one} {two}".casefold()
            for one, two in pairwise(words)
            if not _SMALL_WORDS & {one.casefold(), two.casefold()}
        }
    return marks


def _folded(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .,;")
