"""Takes in a plan: how many a clip needs, what they cost, and what hangs on the one that is kept."""

from __future__ import annotations

from dataclasses import replace

from boards import plan_of
from longtake.plan.job import ClipJob, Plan
from longtake.plan.parts import before_choices, held_clips, only_clips
from longtake.storyboard.choices import ClipChoice
from longtake.units import take_name

HEAD = "longtake: 1\ntitle: T\nmodel: minimax/MiniMax-Hailuo-02\nresolution: 768p\n"
CHAIN = HEAD + "scenes: [{id: a, prompt: a lamp, seconds: 16}, {id: b, prompt: a ship}]\n"


def jobs_of(text: str, **choices: ClipChoice) -> dict[str, ClipJob]:
    """Compile a board under some choices, `a1` standing for the clip a/1."""
    return {job.id: job for job in chosen(text, **choices).jobs}


def chosen(text: str, **choices: ClipChoice) -> Plan:
    """Compile a board under some choices."""
    named = {f"{name[0]}/{name[1]}": choice for name, choice in choices.items()}
    return plan_of(text, choices=named)


def test_no_recipe_changes_where_nothing_is_chosen() -> None:
    """Recipes of boards from before there were takes are what they were, to the letter."""
    board = HEAD + (
        "scenes:\n  - {id: a, prompt: a lamp, seconds: 16}\n"
        "  - {id: b, prompt: a ship, end: c.start}\n  - {id: c, start: fresh, prompt: the sea}\n"
    )

    assert [job.recipe[:16] for job in plan_of(board).jobs] == [
        "c60a464d54bd2949",
        "57730b4d537e7e9c",
        "a4d8e7fe646846b3",
        "e5414015b8749dd6",
    ]


def test_takes_are_no_part_of_a_recipe() -> None:
    """To ask for more takes, or for fewer, makes no clip another one."""
    more = jobs_of(CHAIN.replace("seconds: 16", "seconds: 16, takes: 3"))

    assert [job.recipe for job in more.values()] == [job.recipe for job in jobs_of(CHAIN).values()]
    assert [job.numbers for job in more.values()] == [(1, 2, 3), (1, 2, 3), (1,)]


def test_takes_are_inherited_and_the_nearest_word_wins() -> None:
    """The board says how many, a shot may want fewer; what is drawn has one."""
    board = HEAD + (
        "takes: 3\nscenes: [{id: a, prompt: x}, {id: b, takes: 1, prompt: y},"
        " {id: c, model: animatic, prompt: z}]"
    )

    assert [job.takes for job in plan_of(board).jobs] == [3, 1, 1]
    assert [job.takes for job in plan_of(board, animatic=True).jobs] == [1, 1, 1]


def test_the_quote_counts_every_take() -> None:
    """Three takes cost three clips; one that is there is not counted; a choice needs one alone."""
    board = HEAD + "scenes: [{id: a, prompt: a lamp, takes: 3}]"
    (job,) = plan_of(board).jobs
    price = job.price
    assert price is not None
    owned = frozenset({take_name(job.recipe, 2)})

    assert plan_of(board).quote.total == price * 3
    partly = plan_of(board, owned=owned).quote
    assert (partly.total, partly.lacking) == (price * 2, {"a/1": (1, 3)})
    assert chosen(board, a1=ClipChoice(take=2)).quote.total == price
    kept = plan_of(board, owned=owned, choices={"a/1": ClipChoice(take=2)}).quote
    assert kept.lines == (("a/1", price, True),)


def test_what_continues_another_take_has_another_recipe() -> None:
    """The chosen clip keeps its recipe, all behind it change, and change back with the choice."""
    before, after = jobs_of(CHAIN), jobs_of(CHAIN, a1=ClipChoice(take=2))

    assert after["a/1"].recipe == before["a/1"].recipe
    assert (after["a/1"].take, after["a/1"].chosen) == (2, True)
    changed = [clip for clip in before if after[clip].recipe != before[clip].recipe]
    assert changed == ["a/2", "b/1"]
    assert jobs_of(CHAIN, a1=ClipChoice(take=1)) == {
        **before,
        "a/1": replace(before["a/1"], chosen=True),
    }


def test_a_choice_for_other_words_is_none() -> None:
    """A take of the words before is not kept for those of now."""
    job = jobs_of(CHAIN)["a/1"]
    edited = CHAIN.replace("a lamp", "a lantern")
    choice = ClipChoice(take=2, of=job.recipe[:16])

    assert jobs_of(CHAIN, a1=choice)["a/1"].take == 2
    assert not jobs_of(edited, a1=choice)["a/1"].chosen


def test_a_clip_that_was_landed_on_stays_as_it_was_bought() -> None:
    """Its recipe and all behind it are those of before, and it begins on the frame it was sent."""
    before = jobs_of(CHAIN)
    landed = ClipChoice(take=3, lands="f" * 64)
    stays = ClipChoice(stays=before["a/2"].recipe[:16])
    after = jobs_of(CHAIN, a1=landed, a2=stays)

    assert [job.recipe for job in after.values()] == [job.recipe for job in before.values()]
    assert (after["a/1"].lands, after["a/2"].begins) == ("f" * 64, "f" * 64)


def test_what_stays_is_made_again_when_its_own_words_change_or_nothing_lands() -> None:
    """`stays` is void then: the clip follows the take that is kept."""
    before = jobs_of(CHAIN)
    stays = ClipChoice(stays=before["b/1"].recipe[:16])
    landed = ClipChoice(take=3, lands="f" * 64)
    edited = jobs_of(CHAIN.replace("a ship", "a boat"), a2=landed, b1=stays)
    elsewhere = jobs_of(CHAIN, a2=ClipChoice(take=3), b1=stays)

    assert (edited["b/1"].begins, elsewhere["b/1"].begins) == ("", "")
    assert elsewhere["b/1"].recipe != before["b/1"].recipe


def test_what_hangs_on_a_choice_is_not_yet_to_be_bought() -> None:
    """Until one of its takes is chosen nothing behind a clip can be made; the rest can."""
    board = HEAD + (
        "scenes: [{id: a, prompt: x}, {id: b, takes: 2, prompt: y}, {id: c, prompt: z},"
        " {id: d, prompt: w}, {id: e, start: fresh, prompt: v}]"
    )
    plan = plan_of(board)
    price = plan.jobs[0].price
    assert price is not None

    assert held_clips(plan) == {"c/1", "d/1"}
    assert before_choices(plan).quote.total == price * 4
    assert plan.quote.total == price * 6
    kept = plan_of(board, choices={"b/1": ClipChoice(take=2)})
    assert (held_clips(kept), before_choices(kept)) == (frozenset(), kept)


def test_a_plan_of_some_clips_has_all_they_hang_on() -> None:
    """And nothing besides; its quote is theirs, what is owned stays owned."""
    first = plan_of(CHAIN)
    spoken = CHAIN.replace("prompt: a ship", "prompt: a ship, narration: A ship")
    plan = plan_of(spoken, owned=frozenset({first.jobs[0].recipe}))
    part = only_clips(plan, {"a/2"})

    assert [job.id for job in part.jobs] == ["a/1", "a/2"]
    assert [has_take for _, _, has_take in part.quote.lines] == [True, False]
    assert part.quote.total == plan.jobs[1].price
    assert (part.timeline, part.by_id) == (plan.timeline, plan.by_id)
    assert (len(plan.spoken), part.spoken) == (1, ())
