"""The schema for editors is the one the models give, and it explains every key."""

from __future__ import annotations

from pathlib import Path

from longtake.storyboard.schema import schema_text, storyboard_schema


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
