"""Clips are followed through edits by what they are made of, not by the names of their places."""

from __future__ import annotations

import pytest

from boards import plan_of
from longtake.amend.difference import difference
from longtake.amend.follow import paired
from longtake.amend.verdicts import Memory, amendment
from longtake.history import ClipRecord, ShownClip

HEAD = (
    "longtake: 1\ntitle: T\nmodel: minimax/MiniMax-Hailuo-02\nscenes:\n  - id: dawn\n    shots:\n"
)
SHOTS = ("the keeper climbs the stairs", "he opens the lamp room", "a gull flies off")


def board(*shots: str) -> str:
    """Write a board of one chain."""
    return HEAD + "".join(f"      - {{prompt: {shot}, seconds: 6}}\n" for shot in shots)


def said(*shots: str) -> list[str]:
    """Say what becomes of the clips of another chain than the usual one."""
    found = difference(plan_of(board(*SHOTS)), plan_of(board(*shots)))
    return [str(verdict) for verdict in found.amendment.verdicts]


def test_a_shot_put_in_and_another_written_anew() -> None:
    """Both are told for what they are, though every name below the first moved."""
    assert said(SHOTS[0], "a ship far away", SHOTS[1], "a gull turns and flies off") == [
        "dawn.1/1: kept",
        "dawn.2/1: never made",
        "dawn.3/1: made again, it continues dawn.2/1 where it continued dawn.1/1",
        "dawn.4/1: made again, its prompt changed",
    ]


def test_a_shot_written_in_other_words() -> None:
    """What stands between the same shots as before is the same shot, whatever it says now."""
    assert said(SHOTS[0], "dust", SHOTS[2])[1] == "dawn.2/1: made again, its prompt changed"


def test_what_was_continued_is_gone() -> None:
    """The name of a clip that is gone is not said where another bears it now."""
    assert (
        said(*SHOTS[1:])[1]
        == "dawn.2/1: made again, its handoff frame changed because dawn.1/1 did"
    )
    assert said(SHOTS[0], SHOTS[2])[1] == (
        "dawn.2/1: made again, it continues dawn.1/1 where it continued a clip that is gone"
    )


def test_records_are_used_once() -> None:
    """Two equal shots and one record: the one of the same name has it."""
    jobs = plan_of(board(SHOTS[1], SHOTS[0], SHOTS[0])).jobs
    record = ClipRecord("other", jobs[1].parts, (), "k")

    assert paired(jobs, {"dawn.3/1": record}) == {"dawn.3/1": "dawn.3/1"}


@pytest.mark.parametrize("memory", [Memory({}), Memory({}, ())])
def test_nothing_is_remembered(memory: Memory) -> None:
    """Of a film that was never made nothing is known, so nothing changed."""
    found = amendment(plan_of(board(*SHOTS)), memory, frozenset({"dawn.1/1"}))

    assert not found.known
    assert [verdict.state for verdict in found.verdicts] == ["kept", "never", "never"]


def test_a_take_that_comes_back() -> None:
    """A clip that is owned, and that the film was last made without, is joined in anew."""
    plan = plan_of(board(*SHOTS))
    shown = (ShownClip("dawn.1/1", "x", {}),)
    found = amendment(plan, Memory({}, shown), frozenset({"dawn.1/1"}))

    assert str(found.verdicts[0]) == "dawn.1/1: re-joined, the film was last made without it"
