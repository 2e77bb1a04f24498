"""A join that is made: a clip between two shots, with a seam at either end."""

from __future__ import annotations

import pytest

from boards import faults_of, plan_of
from longtake.plan.bridges import USUAL_PROMPT
from longtake.plan.job import ClipJob, EndOf, Plan, StartOf, StillFrame
from longtake.plan.waits import longest_wait
from longtake.timeline import Seam

HEAD = "longtake: 1\ntitle: T\nmodel: minimax/MiniMax-Hailuo-02\nresolution: 768P\n"
FRESH = (
    "scenes:\n  - {id: a, prompt: a stair, seconds: 6}\n"
    "  - {id: b, prompt: a lamp, start: fresh, seconds: 6, join: JOIN}\n"
)


def bridge(plan: Plan, clip: str = "b.bridge") -> ClipJob:
    """Find the bridge of a plan."""
    return next(job for job in plan.jobs if job.id == clip)


def test_a_bridge_lies_between_two_shots_and_leads_from_one_to_the_other() -> None:
    """It begins on the end of the one, ends on the start of the other, and both ends are seams."""
    plan = plan_of(HEAD + FRESH.replace("JOIN", "bridge 6s"))
    made = bridge(plan)

    assert [clip.id for clip in plan.timeline.clips] == ["a/1", "b.bridge", "b/1"]
    assert (made.first, made.last) == (EndOf("a/1"), StartOf("b/1"))
    assert plan.timeline.joins == (Seam(), Seam(landing=True))
    assert plan.timeline.frames == 3 * 144 - 2
    assert [line[0] for line in plan.quote.lines] == ["a/1", "b.bridge", "b/1"]
    assert longest_wait(plan) in (("a/1", "b.bridge"), ("b/1", "b.bridge"))


def test_the_chapter_and_the_narration_begin_behind_the_bridge() -> None:
    """The scene that is left keeps the bridge; what is said with the next begins with the next."""
    board = FRESH.replace("JOIN", "bridge 6s").replace(
        "start: fresh", "start: fresh, narration: Lo"
    )
    plan = plan_of(HEAD + board)

    assert plan.timeline.scene_starts() == {"a": 0, "b": 2 * 143}
    assert [cue.clip for cue in plan.cues.narration] == ["b/1"]
    assert bridge(plan).scene == "a"


def test_a_bridge_to_a_picture_waits_for_nobody_behind_it() -> None:
    """It ends on the picture itself, and in its colours."""
    board = FRESH.replace("start: fresh", "start: p.png").replace("JOIN", "bridge 6s")
    plan = plan_of(HEAD + board, stills={"p.png": "aa"})
    made = bridge(plan)

    assert isinstance(made.last, StillFrame)
    assert made.last == made.repairs.anchor
    assert longest_wait(plan) == ("a/1", "b.bridge")
    assert plan.timeline.joins[1] == Seam(landing=True)


def test_a_bridge_joins_a_still_and_footage() -> None:
    """Given pictures have a first and a last frame too."""
    plan = plan_of(
        HEAD + "scenes: [{id: a, still: p.png}, {id: b, footage: f.mp4, join: bridge 6s}]",
        stills={"p.png": "aa"},
        footage={"f.mp4": 100},
    )

    assert (bridge(plan).first, bridge(plan).last) == (EndOf("a"), StartOf("b"))
    assert plan.timeline.joins == (Seam(), Seam(landing=True))
    assert str(plan.timeline.size) == "1366x768"


def test_the_usual_words_of_a_bridge_are_part_of_its_recipe_with_their_version() -> None:
    """The look of its shot goes with them; what the author writes instead has no version of ours."""
    usual = bridge(plan_of(HEAD + "look: clay\n" + FRESH.replace("JOIN", "bridge 6s")))
    own = bridge(
        plan_of(
            HEAD
            + FRESH.replace("JOIN", '{bridge: 6s, prompt: "up to ${x}", camera: [Push in]}')
            + "vars: {x: the lamp}\n"
        )
    )

    assert usual.prompt == f"{USUAL_PROMPT}. clay"
    assert usual.parts["bridge version"] == 1
    assert own.prompt == "up to the lamp [Push in]"
    assert "bridge version" not in own.parts
    assert usual.options["prompt_optimizer"] is False


def test_a_bridge_is_as_long_as_its_model_allows_and_says_so() -> None:
    """The shortest length that holds it, and nothing is cut off."""
    plan = plan_of(HEAD + FRESH.replace("JOIN", "bridge 7s"))
    note = next(note for note in plan.shots if note.bridge)

    assert (bridge(plan).seconds, bridge(plan).out_frame) == (10, 239)
    assert (note.wanted, note.made, note.surplus) == (7 * 24, 240, 0)
    assert note.told == "7s asked, 10 s made: MiniMax-Hailuo-02 makes 6 and 10 s"
    assert plan_of(HEAD + FRESH.replace("JOIN", "bridge 6s")).shots[1].told == ""


def test_an_edit_of_a_bridge_leaves_its_neighbours_as_they_are() -> None:
    """No clip leans on a bridge: its words, its length, its being there change no other recipe."""
    joins = ("bridge 6s", "bridge 10s", "{bridge: 6s, prompt: up}", "cut")
    plans = [plan_of(HEAD + FRESH.replace("JOIN", join)) for join in joins]

    kept = [{j.id: j.recipe for j in plan.jobs if j.id != "b.bridge"} for plan in plans]
    assert all(recipes == kept[0] for recipes in kept)
    assert len({bridge(plan).recipe for plan in plans[:3]}) == 3


@pytest.mark.parametrize(
    ("join", "said"),
    [
        ("bridge 20s", '"b.bridge" is one clip: MiniMax-Hailuo-02 makes 10 s at most, not 20s'),
        (
            "{bridge: 6s, model: minimax/MiniMax-Hailuo-2.3, resolution: 768P}",
            '"b.bridge": MiniMax-Hailuo-2.3 makes no clip between a first and a last frame',
        ),
        ("{bridge: 6s, model: minimax/None}", 'no model is called "minimax/None"'),
        ("{bridge: 6s, prompt: 'to ${y}'}", "${y} is neither in `vars` nor in `cast`"),
        ("{bridge: 6}", '"bridge" is text, not a number'),
    ],
)
def test_a_bridge_that_cannot_be_made_is_a_fault(join: str, said: str) -> None:
    """Its length, its model and its words are checked before anything is bought."""
    (fault,) = faults_of(HEAD + FRESH.replace("JOIN", join))

    assert said in fault


def test_a_model_that_cannot_land_names_those_that_can() -> None:
    """Models behind the same key come first."""
    board = FRESH.replace("JOIN", "bridge 6s").replace("seconds: 6, join", "join")
    (fault,) = faults_of(
        HEAD.replace("Hailuo-02", "Hailuo-2.3") + board.replace(", seconds: 6", ""), hints=True
    )

    assert "b.bridge" in fault
    assert "model: ...}}`: minimax/MiniMax-Hailuo-02".replace("}}", "}") in fault


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("start: fresh, ", ""),
        ("start: fresh", "start: previous"),
        ("start: fresh", "start: a.end"),
    ],
)
def test_a_shot_that_continues_the_one_before_has_nothing_to_bridge(was: str, now: str) -> None:
    """Both ways out are named."""
    board = FRESH.replace("JOIN", "bridge 6s").replace(was, now)
    (fault,) = faults_of(HEAD + board, hints=True)

    assert 'shot "b" begins on the frame that "a" ends on: there is nothing to bridge' in fault
    assert "`start: fresh`, or a picture" in fault
    assert "leave out the bridge" in fault


def test_a_title_card_has_no_frame_to_bridge_from() -> None:
    """On whichever side of the join it stands."""
    scenes = "scenes: [{id: t, title_card: {text: X}}, {id: b, prompt: x, join: bridge 6s}]"

    assert 'a bridge needs pictures, "t" is a title card' in faults_of(HEAD + scenes)[0]


def test_a_scene_s_own_bridge_leads_to_its_first_shot() -> None:
    """Faults point at the scene's key, though it is the shot that begins with it."""
    scenes = (
        "scenes:\n  - {id: a, prompt: x}\n"
        "  - id: b\n    join: {bridge: 6s, model: minimax/MiniMax-Hailuo-2.3, resolution: 768P}\n"
        "    shots: [{prompt: y, start: fresh}, {prompt: z}]\n"
    )
    (fault,) = faults_of(HEAD + scenes)

    assert fault.startswith("board.yaml:8:31: ")
    assert '"b.1.bridge"' in fault


def test_an_animatic_draws_the_bridge_in_the_model_s_length() -> None:
    """So that its cuts are the film's."""
    drawn = plan_of(HEAD + FRESH.replace("JOIN", "bridge 7s"), animatic=True)

    assert bridge(drawn).draws
    assert bridge(drawn).frames == 240
    assert drawn.quote.total.amount == 0
