"""A choice follows its clip through edits that give the clip another name."""

from __future__ import annotations

from collections.abc import Mapping

from boards import plan_of
from longtake.plan.job import Plan
from longtake.storyboard.choices import Choices, ClipChoice

HEAD = "longtake: 1\ntitle: T\nmodel: minimax/MiniMax-Hailuo-02\nscenes:\n"
LAMP = "  - {prompt: a lamp, seconds: 6, start: fresh}\n"
SHIP = "  - {prompt: a ship, seconds: 6}\n"
SEA = "  - {prompt: the sea, seconds: 6}\n"
NEW = "  - {prompt: a gull, seconds: 6}\n"


def chosen(board: str, choices: Mapping[str, ClipChoice]) -> Plan:
    """Compile scenes, which are called by their places, under some choices."""
    return plan_of(HEAD + board, choices=dict(choices))


def kept(plan: Plan, clip: str, take: int) -> dict[str, ClipChoice]:
    """Choose a take of a clip as it is now."""
    return {clip: ClipChoice(take=take, of=plan.jobs[int(clip[6]) - 1].recipe[:16])}


def test_a_shot_is_put_in_above() -> None:
    """Two choices, one hanging on the other, hold for their clips under the new names."""
    first = chosen(LAMP + SHIP + SEA, {})
    choices = kept(first, "scene-1/1", 3)
    choices |= kept(chosen(LAMP + SHIP + SEA, choices), "scene-2/1", 2)
    before = chosen(LAMP + SHIP + SEA, choices)
    after = chosen(NEW + LAMP + SHIP + SEA, choices)

    assert [job.kept_name for job in after.jobs[1:]] == [job.kept_name for job in before.jobs]
    assert [job.take for job in after.jobs] == [1, 3, 2, 1]
    assert after.moved_choices == {"scene-2/1": "scene-1/1", "scene-3/1": "scene-2/1"}


def test_the_next_choice_does_not_lose_them() -> None:
    """Written anew, each stands under the name of now, and nothing is left under the old one."""
    choices = kept(chosen(LAMP, {}), "scene-1/1", 3)
    moves = chosen(NEW + LAMP, choices).moved_choices
    written = Choices(clips=dict(choices)).followed(moves)

    assert dict(written.of()) == {"scene-2/1": choices["scene-1/1"]}
    assert chosen(NEW + LAMP, written.of()).moved_choices == {}


def test_a_choice_of_another_recipe() -> None:
    """For a shot that says something else now it holds nowhere."""
    choices = kept(chosen(LAMP, {}), "scene-1/1", 3)
    plan = chosen(NEW + LAMP.replace("lamp", "candle"), choices)

    assert [job.take for job in plan.jobs] == [1, 1]


def test_an_equal_shot_keeps_its_own_take() -> None:
    """A choice that is at home is not lent to another clip of the same recipe."""
    choices = kept(chosen(LAMP + LAMP, {}), "scene-1/1", 3)

    assert [job.take for job in chosen(LAMP + LAMP, choices).jobs] == [3, 1]


def test_a_choice_without_a_recipe() -> None:
    """What was written by hand holds for the name alone."""
    plan = chosen(NEW + LAMP, {"scene-9/1": ClipChoice(take=2), "scene-2/1": ClipChoice(take=4)})

    assert [job.take for job in plan.jobs] == [1, 4]


def test_a_clip_that_stays_on_a_landing() -> None:
    """A clip that was kept on a landed take stays so under another name."""
    before = chosen(LAMP + SHIP, {})
    bought = before.jobs[1].recipe[:16]
    choices = {
        "scene-1/1": ClipChoice(take=2, of=before.jobs[0].recipe[:16], lands="a" * 64),
        "scene-2/1": ClipChoice(stays=bought),
    }
    after = chosen(NEW + LAMP + SHIP, choices)

    assert (after.jobs[2].recipe[:16], after.jobs[2].begins) == (bought, "a" * 64)
    assert after.moved_choices == {"scene-2/1": "scene-1/1", "scene-3/1": "scene-2/1"}
