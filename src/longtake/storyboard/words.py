"""Fill `${name}` in with the board's own vars and cast, and find names that are neither.

Nothing else is read, never the environment. A cast text may use vars, a var may use nothing: so
filling in ends after two steps whatever a board says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from longtake.errors import Fault
from longtake.storyboard.diagnose import did_you_mean, quoted
from longtake.storyboard.model import Bridge, Narration, PromptParts, Shot, Storyboard
from longtake.storyboard.naming import placed_scenes

MAX_FILLED = 20_000

_TOKEN = re.compile(r"\$\$\{|\$\{([^{}]*)\}|\$\{")

_LITERAL = "write $${ for the signs themselves"

Place = tuple[Any, ...]


def expand(text: str, storyboard: Storyboard) -> str:
    """Fill in every `${name}`; `$${` stands for `${` itself.

    Raises ValueError for a name that is neither in `vars` nor in `cast`, which a loaded storyboard
    does not hold.
    """

    def word(match: re.Match[str]) -> str:
        name = (match[1] or "").strip()
        if name in storyboard.cast:
            return _fill(storyboard.cast[name].text, storyboard.vars)
        return _variable(match, storyboard.vars)

    return _TOKEN.sub(word, text)


# Each prompt is asked for its names by every check that looks for them.
@lru_cache(maxsize=65_536)
def names_in(text: str) -> tuple[str, ...]:
    """List the names that a text fills in, in the order of their first mention."""
    found = (match[1] for match in _TOKEN.finditer(text) if match[1] is not None)
    return tuple(dict.fromkeys(name.strip() for name in found))


def prompt_texts(shot: Shot | Bridge, place: Place) -> Iterator[tuple[Place, str]]:
    """Give each text of a shot's prompt with its place: one, or one for each part that is written."""
    if isinstance(shot.prompt, str):
        yield (*place, "prompt"), shot.prompt
    elif shot.prompt is not None:
        for key in PromptParts.model_fields:
            text = getattr(shot.prompt, key)
            if text:
                yield (*place, "prompt", key), text


def find_word_faults(storyboard: Storyboard) -> Iterator[Fault]:
    """Find names that nothing declares, names declared twice, and texts that grow too long."""
    variables, cast = set(storyboard.vars), set(storyboard.cast)
    for name in sorted(variables & cast):
        message = f"{quoted(name)} is both a variable and a member of the cast"
        yield storyboard.fault(
            ("cast", name), message, code="name-twice", hint="rename one of them", key=True
        )
    for name, text in storyboard.vars.items():
        if any(match[0] != "$${" for match in _TOKEN.finditer(text)):
            message = f"the variable {quoted(name)} uses ${{...}} itself, which is not filled in"
            hint = f"write the words out, or {_LITERAL}"
            yield storyboard.fault(("vars", name), message, code="nested-name", hint=hint)
    lengths = {name: len(text) for name, text in storyboard.vars.items()}
    for name, member in storyboard.cast.items():
        place = ("cast", name, "text")
        yield from _unknown(storyboard, place, member.text, variables, cast)
        lengths[name] = _filled(member.text, lengths)
    for place, text in _texts(storyboard):
        yield from _unknown(storyboard, place, text, variables | cast, set())
        if _filled(text, lengths) > MAX_FILLED:
            message = f"with its names filled in, this text has more than {MAX_FILLED} characters"
            yield storyboard.fault(place, message, code="too-long")


def _fill(text: str, variables: dict[str, str]) -> str:
    return _TOKEN.sub(lambda match: _variable(match, variables), text)


def _variable(match: re.Match[str], variables: dict[str, str]) -> str:
    if match[0] == "$${":
        return "${"
    name = (match[1] or "").strip()
    if name not in variables:
        raise ValueError(f"nothing is called {quoted(name)}")
    return variables[name].replace("$${", "${")


def _filled(text: str, lengths: dict[str, int]) -> int:
    names = ((match[1] or "").strip() for match in _TOKEN.finditer(text))
    return len(text) + sum(lengths.get(name, 0) for name in names)


def _unknown(
    storyboard: Storyboard, place: Place, text: str, known: set[str], not_here: set[str]
) -> Iterator[Fault]:
    for match in _TOKEN.finditer(text):
        name = (match[1] or "").strip()
        if match[0] == "$${" or name in known:
            continue
        code, hint = "unknown-name", did_you_mean(name, known)
        if match[0] == "${":
            message, hint = "a ${ is never closed", f"add the }}, or {_LITERAL}"
        elif name in not_here:
            message = f"${{{name}}} is of the cast; the text of a cast member uses variables only"
            hint = ""
        else:
            message = f"${{{name}}} is neither in `vars` nor in `cast`"
            hint = hint or f"declare it under `vars:`, or {_LITERAL}"
        yield storyboard.fault(place, message, code=code, hint=hint)


def _texts(storyboard: Storyboard) -> Iterator[tuple[Place, str]]:
    yield ("title",), storyboard.title
    if storyboard.look:
        yield ("look",), storyboard.look
    for place, scene in placed_scenes(storyboard):
        if scene.title:
            yield (*place, "title"), scene.title
        yield from _texts_of(scene, place)
        for number, shot in enumerate(scene.shots or ()):
            yield from _texts_of(shot, (*place, "shots", number))


def _texts_of(shot: Shot, place: Place) -> Iterator[tuple[Place, str]]:
    yield from prompt_texts(shot, place)
    if isinstance(shot.join, Bridge):
        yield from prompt_texts(shot.join, (*place, "join"))
    for key in ("look", "narration"):
        value = getattr(shot, key)
        if isinstance(value, str):
            yield (*place, key), value
    if isinstance(shot.narration, Narration) and shot.narration.text:
        yield (*place, "narration", "text"), shot.narration.text
    if isinstance(shot.lower_third, str):
        yield (*place, "lower_third"), shot.lower_third
    for name, part in (("lower_third", shot.lower_third), ("title_card", shot.title_card)):
        for key in ("text", "subtitle", "line2") if part is not None else ():
            text = getattr(part, key, None)
            if text:
                yield (*place, name, key), text
    for number, link in enumerate(shot.title_card.links if shot.title_card else ()):
        yield (*place, "title_card", "links", number), link
