"""How many clips wait for each other, and how pictures at their ends let them be made at once."""

from __future__ import annotations

from boards import plan_of
from longtake.plan.waits import longest_wait
from longtake.timeline import Cut, Seam

HEAD = "longtake: 1\ntitle: T\nmodel: minimax/MiniMax-Hailuo-02\nresolution: 768p\n"
STILLS = {"p.png": "aa", "q.png": "bb"}
CHAIN = "scenes: [{id: a, prompt: x, seconds: 12}, {id: b, prompt: y}, {id: c, start: fresh, prompt: z}]"


def test_a_chain_waits() -> None:
    """Clips that continue each other are made one after another; a fresh one beside them."""
    assert longest_wait(plan_of(HEAD + CHAIN)) == ("a/1", "a/2", "b/1")


def test_pictures_at_both_ends_shorten_the_wait() -> None:
    """A clip that lands on the picture the next one begins on lets that one begin at once, by a seam."""
    scenes = (
        "scenes: [{id: a, prompt: x, seconds: 10, end: b.start}, "
        "{id: b, start: p.png, prompt: y, seconds: 10, end: q.png}, "
        "{id: c, start: q.png, prompt: z, seconds: 10}]"
    )
    plan = plan_of(HEAD + scenes, stills=STILLS)

    assert len(longest_wait(plan)) == 1
    assert plan.timeline.joins == (Seam(landing=True),) * 2
    assert plan.timeline.frames == 3 * 240 - 2


def test_a_rest_that_is_cut_off_makes_no_seam() -> None:
    """A shot shorter than its clip does not show the picture the clip ends on."""
    scenes = "scenes: [{id: a, prompt: x, seconds: 8, end: p.png}, {start: p.png, prompt: y}]"

    assert plan_of(HEAD + scenes, stills=STILLS).timeline.joins == (Cut(),)


def test_what_is_owned_or_drawn_is_not_waited_for() -> None:
    """Only purchases take minutes."""
    owned = plan_of(HEAD + CHAIN).jobs[0].recipe

    assert longest_wait(plan_of(HEAD + CHAIN, owned=frozenset({owned}))) == ("a/2", "b/1")
    assert longest_wait(plan_of(HEAD + CHAIN, animatic=True)) == ()


def test_an_end_on_the_start_of_a_fresh_clip_waits_for_it() -> None:
    """Without a picture there the frame has to be made first."""
    scenes = "scenes: [{id: a, prompt: x, end: b.start}, {id: b, start: fresh, prompt: y}]"

    assert longest_wait(plan_of(HEAD + scenes)) == ("b/1", "a/1")
