"""A film of another shape: the same plan in another size, bought nowhere again."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from boards import plan_of
from longtake.errors import Fault, PlanError
from longtake.plan.aspect import with_aspect
from longtake.units import Aspect, Focus, Size

HEAD = "longtake: 1\ntitle: T\nmodel: pixazo/hailuo-2-3\nfilm: {size: 1280x720}\n"
CHAIN = """scenes:
  - {id: card, title_card: {text: A}}
  - id: a
    focus: 0.2,0.5
    shots:
      - {prompt: x, seconds: 12, start: p.png}
      - {prompt: y%s}
"""
TALL = Aspect(9, 16)


def test_only_size_and_focus_differ() -> None:
    """Jobs, handoffs, recipes, prices and cues of a film in another shape are those of the film."""
    plan = plan_of(HEAD + CHAIN % "", stills={"p.png": "00"})
    tall = with_aspect(plan, TALL)
    assert tall.timeline.size == Size(720, 1280)
    focus = Focus(Fraction(1, 5))
    assert [clip.focus for clip in tall.timeline.clips] == [None, focus, focus, focus]
    assert replace(tall, timeline=plan.timeline) == plan
    clips = tuple(replace(clip, focus=None) for clip in tall.timeline.clips)
    assert replace(tall.timeline, size=plan.timeline.size, clips=clips) == plan.timeline


def test_focus_is_no_part_of_what_is_bought() -> None:
    """Another focus changes no recipe, and so buys nothing."""
    plans = [
        plan_of(HEAD + CHAIN % more, stills={"p.png": "00"}) for more in ("", ", focus: whole")
    ]
    first, second = ([job.recipe for job in plan.jobs] for plan in plans)
    assert first == second
    assert plans[0].focus != plans[1].focus


def test_nearest_focus_wins() -> None:
    """A shot's word is heard before its scene's, that before the board's."""
    own = ', start: fresh, focus: "1,0"'
    board = f"{HEAD}focus: whole\n{CHAIN % own}  - {{id: b, prompt: z, start: fresh}}\n"
    plan = plan_of(board, stills={"p.png": "00"})
    said = {clip: str(focus) for clip, focus in plan.focus.items()}
    assert said == {
        "card": "whole", "a.1/1": "0.2,0.5", "a.1/2": "0.2,0.5", "a.2/1": "1,0", "b/1": "whole",
    }  # fmt: skip


def test_seam_between_two_focuses_is_warned_of() -> None:
    """Cut differently, the two sides of a seam jump; a cut between them hides it."""
    for more, codes in (
        (', focus: "0.8,0.5"', ["focus-jump"]),
        (', focus: "0.8,0.5", join: cut', []),
        (', focus: "0.2,0.5"', []),
    ):
        assert [warning.code for warning in jumps(more)] == codes
    (warning,) = jumps(', focus: "0.8,0.5"')
    assert "0.8,0.5, that of the shot it continues 0.2,0.5" in warning.message
    assert (warning.where.line, warning.where.column) == (11, 28)


def jumps(more: str) -> list[Fault]:
    """The warnings of seams that are cut differently on their two sides."""
    warnings = plan_of(HEAD + CHAIN % more, stills={"p.png": "00"}).warnings
    return [warning for warning in warnings if warning.code == "focus-jump"]


@pytest.mark.parametrize(("aspect", "said"), [("16:9", "already"), ("4:1", "larger than 8192")])
def test_shapes_that_make_no_other_film(aspect: str, said: str) -> None:
    """The film's own shape is made anyway; a size that no decoder takes is not made at all."""
    size = "1280x720" if said == "already" else "4096x4096"
    board = HEAD.replace("1280x720", size) + "scenes: [{prompt: x}]"
    with pytest.raises(PlanError, match=said):
        with_aspect(plan_of(board), Aspect.parse(aspect))
