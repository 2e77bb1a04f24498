"""The schema for editors is the one the models give, and it explains every key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from longtake.storyboard.grammar import (
    Length,
    parse_colour,
    parse_join,
    parse_level,
    parse_loudness,
)
from longtake.storyboard.schema import schema_text, storyboard_schema
from longtake.units import Focus, Money, Size


def schema_of(*keys: str) -> dict[str, Any]:
    """Give what the schema says of the text under a key of any of its parts, or of a part by name."""
    *names, key = keys
    schema = storyboard_schema()
    parts = [part for name, part in schema["$defs"].items() if not names or name.lower() in names]
    forms = [part["properties"][key] for part in (*parts, schema) if key in part["properties"]]
    options = [forms[0]]
    for option in options:
        options += [*option.get("anyOf", []), *option.get("oneOf", [])]
    return next(option for option in options if "pattern" in option)


def test_written_schema_is_the_models_own() -> None:
    """storyboard/schema.json is what `schema_text` gives, to the letter."""
    path = Path(__file__).parents[2] / "storyboard" / "schema.json"
    assert path.read_text("utf-8") == schema_text()


def test_schema_closes_every_map_and_explains_every_key() -> None:
    """Unknown keys are refused everywhere, and each key has a line that an editor can show."""
    schema = storyboard_schema()
    parts = [schema, *schema["$defs"].values()]
    assert all(part["additionalProperties"] is False for part in parts)
    keys = [form for part in parts for form in part["properties"].values()]
    assert all(form["title"] and form["description"] for form in keys)


def test_schema_uses_the_keys_that_authors_write() -> None:
    """Keys stand in the schema as in a board: `from`, not the name inside the program."""
    schema = storyboard_schema()
    assert set(schema["$defs"]["Footage"]["properties"]) == {"file", "from", "to"}
    assert schema["required"] == ["longtake", "title", "scenes"]


FORMS = [
    (
        Length.parse,
        schema_of("film", "fade_in"),
        ["1s", ".5s", "12f", "1.5f", "1", "1 s", "", " 2s "],
    ),
    (
        parse_join,
        schema_of("join"),
        [
            "cut",
            "seam",
            "cut 1s",
            "dissolve",
            "dissolve 1s",
            "dip 1s",
            "dip black 1s",
            "dip #12345 1s",
            "wipe up 1s",
            "wipe 3f",
            "wipe off 1s",
            "xfade:radial 1s",
            "xfade:no 1s",
            " bridge  6s ",
        ],
    ),
    (parse_colour, schema_of("film", "background"), ["red", "Red", "#abc", "#abcdef", "#ab", "1"]),
    (
        parse_level,
        schema_of("music", "level"),
        ["-22 LUFS", "-22LUFS", "-22", "-22 dB", "-2.5 LUFS"],
    ),
    (parse_loudness, schema_of("film", "loudness"), ["off", "-14 LUFS", "14 LUFS", "loud"]),
    (Money.parse, schema_of("budget"), ["12 USD", "12.00 eur", "12", "USD 12", "1,2 USD"]),
    (Size.parse, schema_of("film", "size"), ["1280x720", "1280 × 720", "1281x720", "1280", "1x1"]),
    (Focus.parse, schema_of("focus"), ["0.5,0.5", "1,0", "whole", "2,0", "0.5", ".5 , 1."]),
]


@pytest.mark.parametrize(
    ("read", "form", "texts"), FORMS, ids=lambda each: getattr(each, "__qualname__", "")
)
def test_editors_and_check_agree_on_texts(
    read: Any, form: dict[str, Any], texts: list[str]
) -> None:
    """A text that is read has the form that the schema names, and the other way round."""
    for text in [*texts, *form["examples"]]:
        try:
            read(text)
        except ValueError:
            assert not re.search(form["pattern"], text), text
        else:
            assert re.search(form["pattern"], text), text
    assert all(re.search(form["pattern"], example) for example in form["examples"])


def test_no_key_is_completed_to_nothing() -> None:
    """An empty value takes away what a bible says: it is allowed, and never proposed."""
    assert '"default": null' not in schema_text()
