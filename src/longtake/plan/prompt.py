"""How the words of a board become the prompt that a provider is given."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from longtake.storyboard.model import Storyboard
from longtake.storyboard.words import expand, names_in

# Part of every recipe: a new way of composing prompts must not make old takes look changed by chance.
PROMPT_VERSION = 1


def compose_prompt(text: str, look: str, camera: tuple[str, ...]) -> str:
    """Put text, look and camera words together: "Text. look [Push in, Pan left]".

    Its accents are written in one way: an editor that writes them in another must not buy a clip again.
    """
    sentence = text.strip()
    style = look.strip()
    if sentence and style and sentence[-1] not in ".!?…。！？":
        sentence += "."
    commands = f"[{', '.join(camera)}]" if camera else ""
    composed = " ".join(part for part in (sentence, style, commands) if part)
    return unicodedata.normalize("NFC", composed)


def compose_parts(parts: dict[str, str | None]) -> str:
    """Join a prompt given in parts: "Camera: ...; Character: ...; Reaction: ...; text"."""
    named = [
        f"{name.capitalize()}: {parts[name]}"
        for name in ("camera", "character", "reaction")
        if parts.get(name)
    ]
    text = parts.get("text")
    return "; ".join([*named, *([text] if text else [])])


def prompt_wording(text: str, look: str, storyboard: Storyboard) -> Mapping[str, Any]:
    """Write down what a prompt was put together from, so that an edit of it can be named.

    Names stand with what they are filled in by; none of this is part of a recipe.
    """
    names = {name: expand(f"${{{name}}}", storyboard) for name in names_in(text)}
    return {"text": text, "look": look, "names": names}
