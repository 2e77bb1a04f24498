"""The reference for authors: every example loads, every key and camera word is in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from longtake.storyboard import model
from longtake.storyboard.grammar import CAMERA_WORDS, JOIN_KINDS
from longtake.storyboard.load import load_storyboard

REFERENCE = (Path(__file__).parents[2] / "storyboard" / "reference.md").read_text("utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", REFERENCE, re.MULTILINE | re.DOTALL)


def whole_board(block: str) -> str:
    """Complete an example as the reference says: `-` stands under scenes, others at the top."""
    if block.startswith("-"):
        opening = "- {id: opening, prompt: the first shot}\n"
        return f"longtake: 1\ntitle: T\nscenes:\n{opening}{block}"
    given = yaml.safe_load(block)
    rest = {"longtake": "1", "title": "T", "scenes": "[{prompt: a lamp}]"}
    return block + "".join(f"{key}: {text}\n" for key, text in rest.items() if key not in given)


@pytest.mark.parametrize("block", BLOCKS)
def test_example_of_the_reference(block: str, tmp_path: Path) -> None:
    """An example can be copied into a board, which then loads without a warning."""
    (tmp_path / "house.yaml").write_text("look: claymation\n")
    (tmp_path / "episodes").mkdir()
    board = tmp_path / "episodes" / "b.yaml"
    board.write_text(whole_board(block), encoding="utf-8")
    assert load_storyboard(board).warnings == ()


def test_every_key_is_explained() -> None:
    """Each key of the format stands in the reference as code and in one of its examples."""
    parts = [part for part in vars(model).values() if isinstance(part, type)]
    fields = [
        field.alias or name
        for part in parts
        if issubclass(part, model.Part)
        for name, field in part.model_fields.items()
    ]
    assert [key for key in fields if f"`{key}`" not in REFERENCE] == []
    assert [key for key in fields if not re.search(rf"\b{key}: ?", "".join(BLOCKS))] == [
        "options",  # of a lower third and of a title card: only presets of plug-ins take them
        "options",
    ]


def test_every_camera_word_and_join_is_listed() -> None:
    """The tables hold all commands with their other spellings, and all kinds of join."""
    for command, others in CAMERA_WORDS.items():
        assert f"| {command} | {', '.join(others)} |" in REFERENCE
    assert all(f'"{kind}' in REFERENCE for kind in JOIN_KINDS)
