"""Which of the approved shots can be made, and on what the others hang."""

from __future__ import annotations

from dataclasses import replace

import pytest

from boards import plan_of
from longtake.plan.job import Plan
from longtake.plan.promotion import promoted_shots, promotion_of, shots_lacking, shots_named

HEAD = "longtake: 1\ntitle: T\nmodel: minimax/MiniMax-Hailuo-02\nresolution: 768P\n"
CHAIN = (
    HEAD
    + """scenes:
  - id: dawn
    shots: [{prompt: one, seconds: 16}, {prompt: two}, {prompt: three}]
  - {id: lamp, start: fresh, prompt: four, join: bridge 6s}
  - {id: gulls, start: p.png, prompt: five}
"""
)


def planned(*owned: str) -> Plan:
    """The chain's plan, with takes of the clips that are named."""
    stills = {"p.png": "aa"}
    recipes = {job.id: job.recipe for job in plan_of(CHAIN, stills=stills).jobs}
    return plan_of(CHAIN, stills=stills, owned=frozenset(recipes[clip] for clip in owned))


def test_a_shot_is_made_with_all_of_its_clips() -> None:
    """Of a chain its beginning can always be made."""
    found = promotion_of(planned(), ("dawn.2", "dawn.1"))

    assert found.shots == ("dawn.1", "dawn.2")
    assert found.clips == {"dawn.1/1", "dawn.1/2", "dawn.2/1"}
    assert found.blocked == ()


def test_a_shot_whose_chain_above_is_not_wanted_waits() -> None:
    """All shots that it lacks are named, and what hangs on nothing is made all the same."""
    found = promotion_of(planned(), ("dawn.3", "gulls"))
    (blocked,) = found.blocked

    assert (found.shots, found.clips) == (("gulls",), {"gulls/1"})
    assert (blocked.shot, blocked.clip, blocked.above) == ("dawn.3", "dawn.3/1", "dawn.2/1")
    assert (blocked.needs, blocked.begins) == (("dawn.1", "dawn.2"), True)


def test_a_gap_in_the_middle_of_a_chain_blocks_what_is_behind_it() -> None:
    """Though the first clip above the shot is wanted itself."""
    found = promotion_of(planned("dawn.1/1"), ("dawn.2", "dawn.3"))

    assert found.shots == ()
    assert [blocked.needs for blocked in found.blocked] == [("dawn.1",), ("dawn.1",)]


def test_what_is_owned_needs_no_approval() -> None:
    """A final take that is there hands its frame on, whoever made it."""
    found = promotion_of(planned("dawn.1/1", "dawn.1/2", "dawn.2/1"), ("dawn.3",))

    assert (found.shots, found.blocked) == (("dawn.3",), ())


@pytest.mark.parametrize(
    ("owned", "made"),
    [((), False), (("dawn.1/1", "dawn.1/2", "dawn.2/1", "dawn.3/1"), True)],
)
def test_a_bridge_is_made_with_its_shot_once_both_ends_are_there(
    owned: tuple[str, ...], made: bool
) -> None:
    """Without the shot before it the shot itself is made, and the bridge stays away."""
    found = promotion_of(planned(*owned), ("lamp",))

    assert found.shots == ("lamp",)
    assert ("lamp.bridge" in found.clips) is made
    assert found.blocked == ()


def test_a_bridge_that_is_named_says_what_it_lacks() -> None:
    """It ends on the start of a shot nobody wants."""
    (blocked,) = promotion_of(planned(), ("dawn.1", "dawn.2", "dawn.3", "lamp.bridge")).blocked

    assert (blocked.clip, blocked.above, blocked.begins) == ("lamp.bridge", "lamp/1", False)


def test_promoted_shots_are_those_with_all_their_final_clips() -> None:
    """A shot of two clips of which one is there still lacks something."""
    plan = replace(planned("dawn.1/1", "gulls/1"), approved=("dawn.1", "gulls"))

    assert promoted_shots(plan) == ("gulls",)
    assert shots_lacking(plan) == ("dawn.1", "dawn.2", "dawn.3", "lamp.bridge", "lamp")


@pytest.mark.parametrize(
    ("word", "shots"),
    [
        ("dawn.2", ("dawn.2",)),
        ("dawn.1/2", ("dawn.1",)),
        ("dawn", ("dawn.1", "dawn.2", "dawn.3")),
        ("lamp.bridge", ("lamp.bridge",)),
        ("dusk", ()),
    ],
)
def test_authors_name_shots_clips_and_scenes(word: str, shots: tuple[str, ...]) -> None:
    """A scene means its shots, without the bridge that leads out of it."""
    assert shots_named(planned(), word) == shots
