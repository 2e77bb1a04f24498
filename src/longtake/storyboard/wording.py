"""Turn what pydantic found into faults in the author's words, each at its line."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, Discriminator, Tag, ValidationError

from longtake.errors import Fault
from longtake.storyboard.diagnose import COMMA, Node, Place, Places, did_you_mean, nearest, quoted
from longtake.storyboard.grammar import slug
from longtake.storyboard.model import Scene, Shot, Storyboard

_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "dict_type": "a map",
    "model_type": "a map",
    "model_attributes_type": "a map",
    "list_type": "a list",
}
_EITHER = {
    "prompt": "text or a map",
    "footage": "a path or a map",
    "narration": "text or a map",
    "music": "a map or a list of maps",
    "captions": "a path or a map",
    "seconds": "a number or auto",
}
_SHAPES = {
    "of": "a hash, 8 signs of it at least",
    "stays": "a hash, 8 signs of it at least",
    "lands": "a whole hash of 64 signs",
    "language": "a language tag such as en or pt-BR",
    "id": "small letters a-z, digits, - and _ (at most 64)",
    "model": "provider/model, such as apimart/MiniMax-Hailuo-02",
    "cast": "small letters a-z, digits, - and _ (at most 64)",
    "vars": "letters a-z, digits, - and _, beginning with a letter (at most 64)",
}
_BOUNDS = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}
_EMPTY = {
    "scenes": "a film needs at least one scene",
    "shots": "leave `shots:` out, or write one shot",
}


# The kind of the one flaw that stands for all that a bible lacks of a board.
BIBLE = "bible"


@dataclass(frozen=True)
class Flaw:
    """One of pydantic's findings: the place in the document, and the model that place is in."""

    place: Place
    kind: str
    extra: dict[str, Any]
    owner: Any
    either: bool
    of_key: bool

    @property
    def name(self) -> str:
        """The key that the author wrote, nearest to the flaw."""
        return next((step for step in reversed(self.place) if isinstance(step, str)), "storyboard")


def find_flaws(
    exc: ValidationError, limit: int, document: type[BaseModel] = Storyboard
) -> list[Flaw]:
    """Find for pydantic's errors, up to a number, the places in the document they are about."""
    errors = exc.errors(include_url=False, include_input=False)[:limit]
    flaws = [
        _locate(document, error["loc"], error["type"], error.get("ctx", {})) for error in errors
    ]
    # A misspelt key is not missing as well.
    meant = {
        (*flaw.place[:-1], nearest(str(flaw.place[-1]), key_of(flaw.owner)))
        for flaw in flaws
        if flaw.kind == "extra_forbidden"
    }
    flaws = [flaw for flaw in flaws if flaw.kind != "missing" or flaw.place not in meant]
    missing = [flaw for flaw in flaws if flaw.kind == "missing" and len(flaw.place) == 1]
    if len(missing) > 1 and ("scenes",) in {flaw.place for flaw in missing}:
        # Nothing that only a board has: one word about that, and not one for each of its keys.
        bible = replace(missing[0], place=("scenes",), kind=BIBLE)
        return [bible, *(flaw for flaw in flaws if flaw not in missing)]
    return flaws


def word(flaw: Flaw, places: Places) -> Fault:
    """Say what is wrong in the author's words, with something to do about it."""
    node = _value(places.root, flaw.place)
    if flaw.kind == BIBLE:
        message = "this file has no scenes: it is a bible, not a board"
        name = places.main.name
        hint = (
            f"a board takes it over with `extends: {name}`, and has a title and scenes of its own"
        )
        return places.fault((), message, code="missing", hint=hint)
    if flaw.kind == "missing":
        message, hint = f"{quoted(flaw.name)} is required here", ""
        return places.fault(flaw.place[:-1], message, code="missing", hint=hint)
    if flaw.kind == "extra_forbidden":
        return _unknown_key(flaw, places)
    message, hint = _say(flaw, node)
    on_key = flaw.of_key or (node is not None and node.value is None and node.kids is None)
    return places.fault(flaw.place, message, code=_code(flaw.kind), hint=hint, key=on_key)


def key_of(part: type[BaseModel]) -> list[str]:
    """List the keys that a part of a storyboard may have, as they are written."""
    # What a part adds itself is nearer to the author's mind than what it shares with others.
    bases = [getattr(base, "model_fields", {}) for base in part.__mro__]
    names = sorted(part.model_fields, key=lambda name: sum(name in base for base in bases))
    return [part.model_fields[name].alias or name for name in names]


def _locate(
    document: type[BaseModel], loc: tuple[int | str, ...], kind: str, extra: dict[str, Any]
) -> Flaw:
    # pydantic mixes union tags and markers into the place; only the types tell them from keys.
    owner: Any = document
    place: Place = ()
    either = of_key = False
    steps = list(loc)
    while steps:
        step = steps.pop(0)
        if step == "[key]":
            of_key = True
            continue
        inside = _inside(owner, step)
        if inside is None:
            if kind == "extra_forbidden":
                place = (*place, step)
            break
        place = (*place, step)
        owner, forms = inside
        either = bool(forms)
        if forms and steps and steps[0] in forms:
            owner = forms[str(steps.pop(0))]
    return Flaw(place, kind, extra, owner, either, of_key)


def _inside(owner: Any, step: int | str) -> tuple[Any, dict[str, Any]] | None:
    """Give the type under a key or index, and its tagged forms where it has several."""
    if isinstance(owner, type) and issubclass(owner, BaseModel):
        for name, field in owner.model_fields.items():
            if step == (field.alias or name):
                return _bare(field.annotation)
        return None
    origin, args = get_origin(owner), get_args(owner)
    if origin is list and isinstance(step, int):
        return _bare(args[0])
    return _bare(args[1]) if origin is dict else None


def _bare(annotation: Any) -> tuple[Any, dict[str, Any]]:
    tagged = False
    while True:
        origin, args = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            tagged = tagged or any(isinstance(mark, Discriminator) for mark in args[1:])
            annotation = args[0]
        elif origin in (Union, UnionType):
            options = [option for option in args if option is not NoneType]
            if len(options) > 1:
                return annotation, dict(map(_tagged, options)) if tagged else {}
            annotation = options[0]
        else:
            return annotation, {}


def _tagged(option: Any) -> tuple[str, Any]:
    tag = next(mark.tag for mark in option.__metadata__ if isinstance(mark, Tag))
    return tag, _bare(option)[0]


def _value(root: Node, place: Place) -> Node | None:
    node: Node | None = root
    for step in place:
        node = node.kid(step) if node else None
    return node


def _unknown_key(flaw: Flaw, places: Places) -> Fault:
    key = str(flaw.place[-1])
    known = key_of(flaw.owner)
    near = nearest(key, known)
    elsewhere = "" if near else _belongs(key, flaw.owner)
    hint = f"{did_you_mean(key, known)} " if near else elsewhere
    hint += f"allowed here: {', '.join(known)}"
    if places.spot(flaw.place, key=True).is_lone:
        hint = COMMA
    return places.fault(
        flaw.place, f"unknown key {quoted(key)}", code="unknown-key", hint=hint, key=True
    )


def _belongs(key: str, owner: type[BaseModel]) -> str:
    homes = ((Storyboard, "the board"), (Scene, "a scene"), (Shot, "a shot"))
    home = next((name for part, name in homes if part is not owner and key in key_of(part)), "")
    return f"it belongs to {home}; " if home else ""


def _say(flaw: Flaw, node: Node | None) -> tuple[str, str]:
    name = quoted(flaw.name)
    if flaw.kind in _WANTED:
        return _wrong_type(flaw, node)
    if flaw.kind in _BOUNDS:
        words, bound = _BOUNDS[flaw.kind]
        return f"{name} is {words} {_number(flaw.extra[bound])}, not {_written(node)}", ""
    if flaw.kind == "value_error":
        error = flaw.extra["error"]
        return str(error), getattr(error, "hint", "")
    said = _PHRASES.get(flaw.kind)
    return said(flaw, node) if said else (f"{name} cannot be {_written(node)}", "")


def _wrong_type(flaw: Flaw, node: Node | None) -> tuple[str, str]:
    wanted = _EITHER.get(flaw.name, "") if flaw.either else ""
    wanted = wanted or _WANTED[flaw.kind]
    of_list = bool(flaw.place) and isinstance(flaw.place[-1], int)
    subject = f"each entry of {quoted(flaw.name)}" if of_list else quoted(flaw.name)
    if node is None:
        return f"{subject} is {wanted}", ""
    hint = _hint_for(flaw, node)
    return f"{subject} is {wanted}, not {_kind(node)}", hint


# Texts with a form of their own: quotes alone would only lead into the next fault.
_EXAMPLES = {
    "size": "1280x720",
    "fade_in": "1s",
    "fade_out": "1s",
    "budget": "5.00 USD",
    "level": "-22 LUFS",
    "loudness": "-14 LUFS",
    "focus": "0.5,0.5",
    "voice": "espeak/en",
}


def _hint_for(flaw: Flaw, node: Node) -> str:
    value = node.value
    if flaw.name == "music" and isinstance(value, str):
        return f"write {{file: {value[:60]}}}"
    if flaw.kind == "string_type" and isinstance(value, bool | int | float):
        example = _EXAMPLES.get(str(flaw.place[-1])) if flaw.place else None
        return f"write {example}" if example else f'put it in quotes: "{node.spot.text[:60]}"'
    if flaw.kind in ("float_type", "int_type") and isinstance(value, str):
        bare = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(s|sec|secs|seconds?)?\s*", value)
        return f"write {bare[1]}" if bare else ""
    if flaw.kind == "bool_type" and isinstance(value, str):
        meant = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(value.lower(), "")
        return f"write {meant}" if meant else ""
    if flaw.kind == "list_type" and isinstance(value, str):
        return f"write [{value[:60]}]"
    return ""


def _kind(node: Node) -> str:
    if node.kids is not None:
        return "a map" if isinstance(node.kids, dict) else "a list"
    if node.value is None:
        return "nothing"
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    return "text" if isinstance(node.value, str) else "a number"


def _written(node: Node | None) -> str:
    if node is None or node.kids is not None or node.value is None:
        return _kind(node) if node else "nothing"
    return quoted(node.value) if isinstance(node.value, str) else node.spot.text[:40]


def _number(bound: float) -> str:
    return f"{bound:g}"


def _choice(flaw: Flaw, node: Node | None) -> tuple[str, str]:
    known = re.findall(r"'([^']*)'", flaw.extra.get("expected", ""))
    told = " or ".join(", ".join(known).rsplit(", ", 1))
    value = node.value if node else None
    hint = did_you_mean(value, known) if isinstance(value, str) else ""
    if isinstance(value, bool) and known == ["on", "off"]:
        hint = "write on" if value else "write off"
    return f"{quoted(flaw.name)} is {told}, not {_written(node)}", hint


def _pattern(flaw: Flaw, node: Node | None) -> tuple[str, str]:
    if flaw.of_key:
        table = str(flaw.place[-2]) if len(flaw.place) > 1 else ""
        return f"{quoted(flaw.place[-1])} is no name: a name is {_SHAPES.get(table, '')}", ""
    made = slug(str(node.value)) if node and flaw.name == "id" else ""
    told = _SHAPES.get(flaw.name, "written otherwise")
    return f"{quoted(flaw.name)} is {told}, not {_written(node)}", f"write {made}" if made else ""


def _too_long(flaw: Flaw, node: Node | None) -> tuple[str, str]:
    return f"{quoted(flaw.name)} has more than {flaw.extra['max_length']} characters", ""


def _too_many(flaw: Flaw, node: Node | None) -> tuple[str, str]:
    return f"{quoted(flaw.name)} has more than {flaw.extra['max_length']} entries", ""


def _nothing_in_it(flaw: Flaw, node: Node | None) -> tuple[str, str]:
    return f"{quoted(flaw.name)} is empty", _EMPTY.get(flaw.name, "")


def _not_finite(flaw: Flaw, node: Node | None) -> tuple[str, str]:
    return f"{quoted(flaw.name)} is an ordinary number, not {_written(node)}", ""


_PHRASES: dict[str, Callable[[Flaw, Node | None], tuple[str, str]]] = {
    "literal_error": _choice,
    "string_pattern_mismatch": _pattern,
    "string_too_long": _too_long,
    "string_too_short": _nothing_in_it,
    "too_long": _too_many,
    "too_short": _nothing_in_it,
    "finite_number": _not_finite,
}


def _code(kind: str) -> str:
    if kind in _WANTED:
        return "type"
    return "range" if kind in _BOUNDS else "value"
