"""The choices beside a board: read with faults at their lines, written whole, nothing of them lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from longtake.errors import StoryboardError
from longtake.storyboard.choices import (
    Choices,
    ClipChoice,
    choices_path,
    read_choices,
    save_choices,
)

FULL = """\
# Which takes this film keeps; written by `longtake keep`, for git.
longtake: 1
clips:
  dawn.2/1: {take: 3, of: "3f9a5c0d11e2b7a4"}
  dawn.3/1: {stays: "00e1234567890123"}
approved: [dawn.1, "1"]
draft:
  clips:
    dawn.1/1: {take: 2}
"""


@pytest.fixture
def board(tmp_path: Path) -> Path:
    """A place for a board; it need not be there for its choices to be read."""
    return tmp_path / "film.yaml"


def test_what_is_written_is_read_and_written_the_same(board: Path) -> None:
    """A file in its own form comes out to the letter, hashes that look like numbers included."""
    choices_path(board).write_text(FULL)
    choices = read_choices(board)
    save_choices(board, choices, ["dawn.1/1", "dawn.2/1", "dawn.3/1"])

    assert choices.clips["dawn.3/1"].stays == "00e1234567890123"
    assert choices.of(draft=True)["dawn.1/1"].take == 2
    assert choices_path(board).read_text() == FULL


def test_without_a_file_nothing_is_chosen(board: Path) -> None:
    """No file, and an empty one, are no choices and no fault."""
    assert read_choices(board) == Choices()
    choices_path(board).write_text("# nothing yet\n")
    assert read_choices(board) == Choices()


def test_clips_stand_in_film_order_and_strangers_behind_them(board: Path) -> None:
    """Clips the board does not have keep their place in the file, after all it has."""
    choices = Choices().with_clips({name: ClipChoice(take=2) for name in ("gone/1", "b/1", "a/1")})
    save_choices(board, choices, ["b/1", "a/1"])

    assert list(read_choices(board).clips) == ["b/1", "a/1", "gone/1"]


def test_strangers_are_warned_of_at_their_lines(board: Path) -> None:
    """A clip or shot the board lacks is no fault: it is said where it stands, with what is near."""
    choices_path(board).write_text(FULL)
    found = read_choices(board).strangers(["dawn.1/1", "dawn.2/1"], ["dawn.1"])

    assert [(f.where.line, f.code) for f in found] == [(5, "unknown-choice"), (6, "unknown-choice")]
    assert found[0].message == 'the board has no clip "dawn.3/1"'
    assert found[0].hint == 'did you mean "dawn.2/1"?'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("longtake: 1\nclips: {a/1: {take: 0}}", '2:21: "take" is at least 1, not 0'),
        ("clips: {a/1: {tkae: 2}}", '1:15: unknown key "tkae"'),
        ("clips: {a/1: {of: xyz}}", '1:19: "of" is a hash, 8 signs of it at least, not "xyz"'),
        ("- 1", "1:1: choices are a map of keys such as clips"),
        ("clips: {a/1: {take: 2}", "1:1: a map opened"),
    ],
)
def test_faults_stand_at_their_place(board: Path, text: str, said: str) -> None:
    """What cannot be read is refused with file, line and column."""
    choices_path(board).write_text(text)
    with pytest.raises(StoryboardError) as caught:
        read_choices(board)

    assert f"film.choices.yaml:{said}" in str(caught.value)


def test_approved_shots_are_kept_once(board: Path) -> None:
    """Approving twice is approving; what is taken back is gone, the others stay."""
    choices = Choices().with_approved(["a", "b"], on=True).with_approved(["b"], on=True)

    assert choices.approved == ["a", "b"]
    assert choices.with_approved(["a"], on=False).approved == ["b"]


def test_a_choice_holds_for_its_recipe_alone() -> None:
    """Of another recipe it is none; written by hand without one it holds for any."""
    assert ClipChoice(take=2, of="3f9a5c0d").holds_for("3f9a5c0d" + "0" * 56)
    assert not ClipChoice(take=2, of="3f9a5c0d").holds_for("4" * 64)
    assert ClipChoice(take=2).holds_for("4" * 64)
    assert not ClipChoice(stays="3f9a5c0d").holds_for("3f9a5c0d" + "0" * 56)


def test_a_version_keeps_takes_of_its_own(board: Path) -> None:
    """It sees the film's choices where it has none, and changes neither these nor another version's."""
    film = Choices().with_clips({"a/1": ClipChoice(take=2), "b/1": ClipChoice(take=3)})
    both = film.with_clips({"a/1": ClipChoice(take=5)}, version="season-winter")
    save_choices(board, both, ["a/1", "b/1"])
    read = read_choices(board)

    def takes(version: str) -> dict[str, int | None]:
        return {clip: choice.take for clip, choice in read.of(version=version).items()}

    assert (takes(""), takes("season-fall")) == ({"a/1": 2, "b/1": 3},) * 2
    assert takes("season-winter") == {"a/1": 5, "b/1": 3}
    assert "\n  a/1@season-winter: {take: 5}\n  b/1:" in choices_path(board).read_text()
    assert read.strangers(["a/1", "b/1"], []) == ()
    moved = read.followed({"z/1": "a/1"}, version="season-winter")
    assert moved.of(version="season-winter")["z/1"].take == 5
    assert moved.of()["a/1"].take == 2
