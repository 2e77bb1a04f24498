"""What programs read is described in docs/json, and is what the description says."""

from __future__ import annotations

import json

import pytest

from json_schemas import FOLDER, FORMS, schema_text
from longtake import events
from longtake.cli.events import EventLines, SeamsEvent


@pytest.mark.parametrize("name", FORMS)
def test_the_schema_on_disk(name: str) -> None:
    """The schema is the one of the types; `python tests/json_schemas.py` writes it anew."""
    written = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))

    assert written == json.loads(schema_text(name))


def test_no_other_schema_lies_there() -> None:
    """Every description in the folder is of something that is written."""
    assert {path.stem for path in FOLDER.glob("*.json")} == set(FORMS)


def test_seams_are_a_line_of_a_run() -> None:
    """A program hears how many seams there are, and how many of them can be seen."""
    lines: list[object] = []
    EventLines(lines.append, "b.yaml")(events.SeamsSeen(5, 2))

    assert lines == [SeamsEvent(board="b.yaml", seams=5, visible=2)]
