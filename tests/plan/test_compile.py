"""A storyboard becomes jobs, handoffs, a timeline and a quote."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from boards import faults_of, plan_of
from longtake.errors import PlanError, StoryboardError
from longtake.generate.catalogue import load_offers
from longtake.plan.compile import compile_plan
from longtake.plan.job import EndOf, StillFrame
from longtake.plan.quote import with_budget, with_charges, with_price
from longtake.storyboard.load import load_storyboard
from longtake.survey import survey_files
from longtake.timeline import Cut, Seam, Transition
from longtake.units import FrameRate, Money, film_frames_until

HEAD = "longtake: 1\ntitle: T\n"
PAID = HEAD + "model: minimax/MiniMax-Hailuo-02\n"


def test_a_long_shot_becomes_a_chain_of_clips() -> None:
    """15 seconds of a model that makes 6 and 10 are two clips with a seam, cut at the 15th second."""
    plan = plan_of(PAID + "scenes: [{id: dawn, prompt: a stair, seconds: 15}]")

    assert [(job.id, job.seconds) for job in plan.jobs] == [("dawn/1", 10), ("dawn/2", 6)]
    assert plan.timeline.joins == (Seam(),)
    assert plan.timeline.frames == 15 * 24
    assert plan.jobs[1].first == EndOf("dawn/1")


def test_surplus_moves_the_out_point_before_the_last_frame() -> None:
    """A shot of 5 s out of a clip of 6 ends on its 120th frame; the rest becomes a handle."""
    plan = plan_of(PAID + "scenes: [{id: a, prompt: x, seconds: 5}, {id: b, prompt: y}]")

    assert plan.jobs[0].out_frame == 119
    assert plan.timeline.clips[0].tail == 24
    assert plan.shots[0].surplus == 24


def test_chained_clips_share_one_frame() -> None:
    """Two chained clips of 2 s show 95 frames: the frame both hold is shown once."""
    plan = plan_of(HEAD + "scenes: [{id: a, prompt: x}, {id: b, prompt: y}]")

    assert plan.timeline.joins == (Seam(),)
    assert plan.timeline.frames == 95


def test_a_fresh_start_makes_a_cut() -> None:
    """Where nothing is handed on the default join is a cut."""
    plan = plan_of(HEAD + "scenes: [{id: a, prompt: x}, {id: b, start: fresh, prompt: y}]")

    assert plan.timeline.joins == (Cut(),)
    assert plan.jobs[1].first is None


def test_a_transition_is_paid_from_surplus_first() -> None:
    """A dissolve shorter than the surplus of the clip before it costs the film no frame."""
    scenes = "scenes: [{id: a, prompt: x, seconds: 5}, {id: b, start: fresh, join: dissolve 0.5s, prompt: y, seconds: 6}]"
    plan = plan_of(PAID + scenes)

    assert plan.timeline.joins == (Transition("dissolve", 12),)
    assert plan.timeline.frames == (5 + 6) * 24
    assert plan.shortened == ()


def test_a_transition_without_handles_shortens_the_film_and_says_so() -> None:
    """Two whole clips dissolved over 12 frames make a film 12 frames shorter."""
    scenes = "scenes: [{id: a, prompt: x}, {id: b, start: fresh, join: dissolve 12f, prompt: y}]"
    plan = plan_of(HEAD + scenes)

    assert plan.timeline.frames == 2 * 48 - 12
    assert plan.shortened == (("a/1 -> b/1", 12),)


def test_changing_a_join_changes_no_recipe() -> None:
    """What is bought does not depend on how it is joined."""
    board = HEAD + "scenes: [{{id: a, prompt: x}}, {{id: b, start: fresh, join: {}, prompt: y}}]"
    one, other = plan_of(board.format("cut")), plan_of(board.format("dip black 0.5s"))

    assert [job.recipe for job in one.jobs] == [job.recipe for job in other.jobs]


def test_changing_a_prompt_changes_the_recipes_behind_it() -> None:
    """A clip that continues a changed one is changed too; one that starts fresh is not."""
    board = (
        HEAD
        + "scenes: [{{id: a, prompt: {}}}, {{id: b, prompt: y}}, {{id: c, start: fresh, prompt: z}}]"
    )
    one, other = plan_of(board.format("x")), plan_of(board.format("w"))
    same = [a.recipe == b.recipe for a, b in zip(one.jobs, other.jobs, strict=True)]

    assert same == [False, False, True]


def test_inserting_a_scene_leaves_other_recipes_alone() -> None:
    """A recipe names no place in the film."""
    one = plan_of(HEAD + "scenes: [{id: a, prompt: x}, {id: c, start: fresh, prompt: z}]")
    other = plan_of(
        HEAD
        + "scenes: [{id: a, prompt: x}, {id: b, start: fresh, prompt: y}, {id: c, start: fresh, prompt: z}]"
    )

    assert one.jobs[0].recipe == other.jobs[0].recipe
    assert one.jobs[1].recipe == other.jobs[2].recipe


def test_a_shot_may_start_on_the_end_of_an_earlier_scene() -> None:
    """`ID.end` is an edge to the last clip of that scene."""
    scenes = "scenes: [{id: a, prompt: x, seconds: 12}, {id: b, start: fresh, prompt: y}, {id: c, start: a.end, prompt: z}]"
    plan = plan_of(HEAD + scenes)

    assert plan.jobs[-1].first == EndOf("a/2")
    assert plan.handoffs[-1].source == "a/2"


def test_a_start_picture_is_known_by_its_bytes() -> None:
    """A still as start becomes an edge with the hash of the file."""
    plan = plan_of(
        HEAD + "scenes: [{id: a, start: dawn.png, prompt: x}]", stills={"dawn.png": "abc"}
    )

    assert isinstance(plan.jobs[0].first, StillFrame)
    assert plan.jobs[0].first.sha256 == "abc"


def test_after_a_still_a_shot_starts_fresh() -> None:
    """A slide hands nothing on unless the author says so."""
    plan = plan_of(
        HEAD + "scenes: [{id: t, still: t.png}, {id: a, prompt: x}]", stills={"t.png": "1"}
    )

    assert plan.jobs[0].first is None
    assert plan.timeline.joins == (Cut(),)


def test_a_still_pays_any_transition() -> None:
    """A held picture can be held longer: a dissolve out of it does not shorten the film."""
    board = (
        HEAD + "scenes: [{id: t, still: t.png, seconds: 2}, {id: a, join: dissolve 1s, prompt: x}]"
    )
    plan = plan_of(board, stills={"t.png": "1"})

    assert plan.timeline.frames == 96


def test_what_footage_cuts_away_is_never_shown() -> None:
    """`from` and `to` are hard: no transition plays what lies outside them."""
    board = HEAD + "scenes: [{id: o, footage: {file: o.mp4, from: 1, to: 3}}, {id: a, prompt: x}]"
    plan = plan_of(board, footage={"o.mp4": 120})

    assert (plan.timeline.clips[0].start, plan.timeline.clips[0].end) == (24, 72)
    assert (plan.timeline.clips[0].head, plan.timeline.clips[0].tail) == (0, 0)


def test_footage_cut_by_its_seconds_leaves_a_handle() -> None:
    """A length says how much is shown, not what must not be: a transition may play on."""
    board = HEAD + "scenes: [{id: o, footage: o.mp4, seconds: 2}, {id: a, prompt: x}]"
    plan = plan_of(board, footage={"o.mp4": 120})

    assert (plan.timeline.clips[0].end, plan.timeline.clips[0].tail) == (48, 72)


def test_names_are_filled_in_titles_too() -> None:
    """`${name}` in the title of the board and of a scene is what its variable says."""
    scenes = "vars: {who: Ada}\nscenes: [{id: a, title: 'Of ${who}', prompt: x}]"
    plan = plan_of("longtake: 1\ntitle: 'For ${who}'\n" + scenes)

    assert (plan.title, plan.cues.chapters) == ("For Ada", (("a", "Of Ada"),))


def test_a_budget_in_another_currency_is_a_fault() -> None:
    """Dollars cannot be held against euros."""
    board = PAID + "budget: 5.00 EUR\nscenes: [{id: a, prompt: x}]"

    assert faults_of(board) == ["board.yaml:4:9: the budget is in EUR, the prices are in USD"]


def test_a_last_frame_needs_a_model_that_takes_one() -> None:
    """2.3 has no last frame: the fault names the shot and the model."""
    board = (
        HEAD
        + "model: minimax/MiniMax-Hailuo-2.3\nscenes:\n  - id: a\n    prompt: x\n    end: e.png\n"
    )

    assert faults_of(board, stills={"e.png": "1"}) == [
        'board.yaml:7:10: shot "a": MiniMax-Hailuo-2.3 takes no last frame'
    ]


def test_an_image_only_model_needs_a_start() -> None:
    """The Fast model cannot start fresh."""
    board = HEAD + "model: minimax/MiniMax-Hailuo-2.3-Fast\nscenes:\n  - id: a\n    prompt: x\n"

    assert faults_of(board)[0].endswith(
        'shot "a": MiniMax-Hailuo-2.3-Fast cannot start fresh, it needs a first frame'
    )


def test_a_resolution_the_model_does_not_make() -> None:
    """The fault says what the model makes and which model makes the other."""
    board = PAID + "scenes:\n  - id: harbour\n    prompt: x\n    resolution: 2K\n"

    assert faults_of(board, hints=True) == [
        'board.yaml:7:17: scene "harbour": MiniMax-Hailuo-02 makes 512P and 768P and 1080P, not 2K'
        "|minimax-v2/MiniMax-H3 makes 2K"
    ]


def test_an_unknown_model_is_a_fault_with_a_suggestion() -> None:
    """A misspelt model is met with the nearest one."""
    board = HEAD + "model: minimax/MiniMax-Hailuo-2\nscenes: [{id: a, prompt: x}]\n"

    assert "MiniMax-Hailuo-02" in faults_of(board, hints=True)[0]


def test_a_transition_longer_than_its_clips_is_a_fault() -> None:
    """The fault stands on the join and says by how much it is too long."""
    board = (
        HEAD
        + "scenes:\n  - {id: a, prompt: x}\n  - {id: b, start: fresh, join: dissolve 3s, prompt: y}\n"
    )

    assert faults_of(board, hints=True) == [
        'board.yaml:5:33: clip "b/1" shows 48 frames, its joins need 73'
        "|shorten the transitions at its ends by 25 frames, or lengthen the shot"
    ]


def test_a_single_frame_before_a_seam_is_a_fault() -> None:
    """No transition can be shortened there: the shot must be longer."""
    board = HEAD + "scenes:\n  - {id: a, prompt: x, seconds: 0.04}\n  - {id: b, prompt: y}\n"

    assert faults_of(board, hints=True) == [
        'board.yaml:5:5: clip "a/1" shows 0 frames, its joins need 1'
        "|lengthen its shot: the last frame before a seam is shown by the next clip alone"
    ]


def test_clips_that_wait_for_each_other_are_a_fault() -> None:
    """A clip cannot end on the start of one that continues it."""
    board = HEAD + "scenes: [{id: a, prompt: x, end: b.start}, {id: b, prompt: y}]"

    assert "these clips wait for each other: a/1 -> b/1 -> a/1" in faults_of(board)[0]


def test_a_dissolve_over_a_handoff_is_warned_of() -> None:
    """Both sides would show the same moment; a dip is fine."""
    board = HEAD + "scenes: [{{id: a, prompt: x}}, {{id: b, join: {} 0.5s, prompt: y}}]"

    assert [w.code for w in plan_of(board.format("dissolve")).warnings] == ["ghost"]
    assert plan_of(board.format("dip")).warnings == ()


def test_the_quote_counts_only_what_is_not_owned() -> None:
    """A take that is there costs nothing again."""
    board = PAID + "scenes: [{id: a, prompt: x}, {id: b, prompt: y}]"
    first = plan_of(board)
    again = plan_of(board, owned=frozenset({first.jobs[0].recipe}))

    assert str(first.quote.total) == "0.56 USD"
    assert str(again.quote.total) == "0.28 USD"


def test_a_resolution_that_can_do_less_than_its_model() -> None:
    """It is never the default, and is refused where a shot wants what it cannot do."""
    board = PAID + "resolution: 512P\nscenes: [{id: a, prompt: x}]"

    assert plan_of(PAID + "scenes: [{id: a, prompt: x}]").jobs[0].resolution == "768P"
    assert faults_of(board) == [
        'board.yaml:5:10: shot "a": MiniMax-Hailuo-02 at 512P cannot start fresh, it needs a first frame'
    ]


def test_a_quote_over_the_budget_is_known_before() -> None:
    """The plan stands; the quote says that it costs too much."""
    plan = plan_of(PAID + "budget: 0.05 USD\nscenes: [{id: a, prompt: x}]")

    assert plan.quote.over_budget


def test_the_film_takes_the_size_of_its_model() -> None:
    """Without `film.size` the canvas of the first bought clip is the film's size."""
    plan = plan_of(PAID + "resolution: 768p\nscenes: [{id: a, prompt: x}]")

    assert str(plan.timeline.size) == "1366x768"


def test_a_scene_entered_by_a_transition_starts_at_its_middle() -> None:
    """Chapters do not begin while the scene before is still seen alone."""
    scenes = "scenes: [{id: a, prompt: x}, {id: b, start: fresh, join: dissolve 12f, prompt: y}]"
    plan = plan_of(HEAD + scenes)

    assert plan.timeline.scene_starts() == {"a": 0, "b": 42}


def test_a_clip_that_does_not_exist_is_named() -> None:
    """`ID/N.end` with a number the shot does not have is a fault, not a picture's path."""
    board = (
        HEAD
        + "scenes:\n  - {id: a, prompt: x}\n  - {id: b, prompt: y}\n  - {id: c, prompt: z, start: a/9.end}\n"
    )

    assert 'shot "c": there is no clip "a/9"' in faults_of(board)[0]


def test_a_clip_that_ends_where_another_begins_follows_it() -> None:
    """Where the later clip changes, the one that lands on it changes too."""
    board = (
        HEAD + "scenes: [{{id: a, prompt: x, end: b.start}}, {{id: b, start: fresh, prompt: {}}}]"
    )
    one, other = plan_of(board.format("y")), plan_of(board.format("z"))

    assert one.jobs[0].recipe != other.jobs[0].recipe
    assert one.handoffs[0].edge == "start"


def test_a_clip_lands_on_the_picture_the_next_one_begins_on() -> None:
    """The start of a clip that begins on a still is that still: both can be made at once."""
    scenes = "scenes: [{id: a, prompt: x, end: b.start}, {id: b, start: s.png, prompt: y}]"
    plan = plan_of(HEAD + scenes, stills={"s.png": "abc"})

    assert plan.jobs[0].last == plan.jobs[1].first
    assert plan.handoffs == ()


def test_sound_that_is_dropped() -> None:
    """`sound: drop` silences the clips of its scene, made or given, and no others."""
    scenes = (
        "scenes: [{id: a, prompt: x, seconds: 15, sound: drop}, {id: b, footage: f.mp4}, "
        "{id: c, footage: f.mp4, sound: drop}, {id: d, prompt: y}]"
    )
    plan = plan_of(PAID + scenes, footage={"f.mp4": 48})

    assert plan.cues.silenced == {"a/1", "a/2", "c"}


def test_frames_a_model_really_makes() -> None:
    """MiniMax-H3 makes 17n + 5 frames: the plan counts with them, whether more or fewer than asked for."""
    scenes = (
        "scenes: [{id: a, prompt: x, seconds: 20}, {id: b, start: fresh, prompt: y, seconds: 6}]"
    )
    plan = plan_of(HEAD + "model: minimax-v2/MiniMax-H3\nresolution: 768P\n" + scenes)

    assert [(job.seconds, job.frames, job.out_frame) for job in plan.jobs] == [
        (15, 362, 361),
        (5, 124, 118),
        (6, 141, 140),
    ]
    assert plan.timeline.frames == 480 + 141


@pytest.mark.parametrize("film", ["23.976", "24", "25", "30"])
def test_a_length_without_a_count_lasts_its_seconds(film: str) -> None:
    """Where no count is known a clip lasts what was asked for; a count of its seconds says the same."""
    rate = FrameRate.parse(film)
    offer = load_offers()["minimax-v2/MiniMax-H3"]
    assert offer.film_frames(8, rate) == replace(offer, frames={}).film_frames(8, rate)
    assert offer.film_frames(5, rate) == film_frames_until(123, FrameRate.parse(24), rate)


def test_sound_that_makes_room() -> None:
    """`sound: duck` is inherited, by footage too; a nearer word wins."""
    scenes = (
        "sound: duck\nscenes: [{id: a, footage: f.mp4}, {id: b, sound: keep, shots: "
        "[{id: b1, prompt: x}, {id: b2, prompt: y, seconds: 15, sound: duck}]}, {id: c, still: s.png}]"
    )
    plan = plan_of(PAID + scenes, footage={"f.mp4": 48}, stills={"s.png": "abc"})

    assert plan.cues.ducked == {"a", "b.b2/1", "b.b2/2"}
    assert plan.cues.silenced == frozenset()


def test_faults_of_a_bible_come_after_those_of_the_board(tmp_path: Path) -> None:
    """Faults stand in file order, the board's own first, whatever the files are called."""
    (tmp_path / "a-house.yaml").write_text("music: {file: gone.mp3}\n", encoding="utf-8")
    board = tmp_path / "z.yaml"
    board.write_text(HEAD + "extends: a-house.yaml\nscenes: [{still: gone.png}]\n")
    storyboard = load_storyboard(board)
    with pytest.raises(StoryboardError) as caught:
        compile_plan(storyboard, load_offers(), survey_files(storyboard))

    files = [Path(fault.where.file).name for fault in caught.value.faults]
    assert files == ["z.yaml", "a-house.yaml"]


def test_a_higher_charge_wins_over_the_table() -> None:
    """What a provider took last is what the next clip is reserved with; a lower one changes nothing."""
    text = "longtake: 1\ntitle: T\nmodel: minimax/MiniMax-Hailuo-02\nresolution: 768P\nscenes: [{id: a, prompt: p}]"
    plan, kind = plan_of(text), ("minimax", "MiniMax-Hailuo-02", "768P", 6)

    dearer = with_charges(plan, {kind: Money.parse("0.40 USD")})
    cheaper = with_charges(plan, {kind: Money.parse("0.10 USD")})

    assert (str(dearer.quote.total), str(cheaper.quote.total)) == ("0.40 USD", "0.28 USD")


def test_a_charge_of_nothing_is_no_price() -> None:
    """What was free once may cost the next time: a clip without a price keeps none."""
    plan = plan_of(PAID + "scenes: [{id: a, prompt: p}]")
    unknown = replace(plan.jobs[0], price=None)
    nameless = replace(plan, sources=(unknown,), by_id={unknown.id: unknown})
    kind = (*unknown.offer.split("/"), unknown.resolution, unknown.seconds)
    told = with_charges(nameless, {kind: Money.parse("0.00 USD")})

    assert told.quote.unknown == (unknown.id,)
    with pytest.raises(PlanError, match="the budget is in USD, the prices are in EUR"):
        with_budget(with_price(told, Money.parse("0.90 EUR")), Money.parse("1 USD"))
