"""Ids of scenes and shots: what is muted leaves the film, what a brand gives stands around it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from boards import faults_of, plan_of
from longtake.errors import StoryboardError
from longtake.plan.job import ClipJob, EndOf, Plan
from longtake.storyboard.load import load_storyboard

HEAD = "longtake: 1\ntitle: T\n"
DAWN = (
    "scenes:\n  - {id: dawn, shots: [{prompt: a%s}, {prompt: b%s}, {prompt: c%s}]}\n"
    "  - {id: lamp, prompt: d, join: dissolve 6f}\n"
)


def chain(plan: Plan) -> list[str]:
    """Write each clip as `id<start`: the clip it continues, or nothing."""
    starts = {
        job.id: job.first.clip if isinstance(job.first, EndOf) else ""
        for job in plan.sources
        if isinstance(job, ClipJob)
    }
    return [f"{source.id}<{starts.get(source.id, '')}" for source in plan.sources]


def muted(*numbers: int) -> Plan:
    """Plan the board with some shots of its first scene muted."""
    words = tuple(", mute: true" if number in numbers else "" for number in (1, 2, 3))
    return plan_of(HEAD + DAWN % words)


def test_a_muted_shot_leaves_the_film() -> None:
    """The others keep their ids, and what continued it continues the one before."""
    plan = muted(2)

    assert chain(plan) == ["dawn.1/1<", "dawn.3/1<dawn.1/1", "lamp/1<dawn.3/1"]
    assert plan.muted == ("dawn.2",)
    assert plan.to_buy == ()


def test_the_first_shot_is_muted() -> None:
    """The next one opens the film, with nothing before it to join or to continue."""
    board = HEAD + (
        "scenes:\n  - {id: a, prompt: x, mute: true}\n"
        "  - {id: b, prompt: y, start: previous, join: dissolve 6f}\n"
    )

    assert chain(plan_of(board)) == ["b/1<"]
    assert plan_of(board).timeline.joins == ()


def test_a_scene_says_for_its_first_shot_that_is_left() -> None:
    """A scene's start and join pass to the next shot where its first one is muted."""
    board = HEAD + (
        "scenes:\n  - {id: a, prompt: x}\n"
        "  - {id: b, start: fresh, join: cut, shots: [{prompt: y, mute: true}, {prompt: z}]}\n"
    )

    assert chain(plan_of(board)) == ["a/1<", "b.2/1<"]


def test_a_scene_with_nothing_left() -> None:
    """A muted scene, or one whose shots all are, is no chapter."""
    plan = muted(1, 2, 3)
    whole = plan_of(HEAD + DAWN.replace("{id: dawn,", "{id: dawn, mute: true,") % ("", "", ""))

    assert (chain(plan), plan.muted) == (["lamp/1<"], ("dawn.1", "dawn.2", "dawn.3"))
    assert (chain(whole), whole.muted, len(whole.scenes)) == (["lamp/1<"], ("dawn",), 1)


def test_everything_is_muted() -> None:
    """A film of nothing is a fault."""
    said = faults_of(HEAD + "scenes: [{prompt: x, mute: true}]\n")

    assert said == ["board.yaml:3:9: everything is muted: nothing is left for the film to show"]


@pytest.mark.parametrize("name", ["dawn.2", "dawn.2/1"])
def test_a_muted_shot_is_named(name: str) -> None:
    """Nothing begins on a frame that the film does not have."""
    board = DAWN % ("", ", mute: true", "") + f"  - {{id: sea, prompt: e, start: {name}.end}}\n"

    (said,) = faults_of(HEAD + board)
    assert said.endswith(f'shot "sea": "{name}" is muted: the film has no frame of it')


def test_faults_of_a_muted_shot() -> None:
    """What is muted is still read: its words must make sense, its files need not be there."""
    board = HEAD + "scenes: [{prompt: x}, {still: none.png, prompt: y, mute: true}]\n"

    assert "both `prompt` and `still`" in faults_of(board)[0]
    assert len(plan_of(board.replace("prompt: y, ", "")).sources) == 1


BRAND = (
    "brand:\n  opener: {prompt: a bell rings, title: Harbour Light}\n"
    "  end_card: {prompt: a door shuts, join: dip black 6f}\n"
)


def test_opener_and_end_card() -> None:
    """They stand around the author's scenes and hand no frame on or over."""
    plan = plan_of(HEAD + BRAND + "scenes: [{id: a, prompt: x}, {id: b, prompt: y}]\n")

    assert chain(plan) == ["harbour-light/1<", "a/1<", "b/1<a/1", "end-card/1<"]
    assert str(plan.timeline.joins[2]) == "dip #000000"


def test_an_episode_may_continue_its_opener() -> None:
    """Where the author says so, the first scene goes on from the opener, with a join of its own."""
    plan = plan_of(
        HEAD + BRAND + "scenes: [{id: a, prompt: x, start: previous, join: dip white 6f}]\n"
    )

    assert chain(plan)[:2] == ["harbour-light/1<", "a/1<harbour-light/1"]
    assert len(plan.timeline.joins) == 2


def test_one_opener_of_two_episodes_is_one_clip() -> None:
    """The same words are the same recipe, whatever stands around them: it is bought once."""
    first = plan_of(HEAD + BRAND + "scenes: [{id: a, prompt: x}]\n")
    second = plan_of(HEAD + BRAND + "scenes: [{id: z, prompt: u}, {id: w, prompt: v}]\n")

    assert first.jobs[-1].parts == second.jobs[-1].parts
    assert first.jobs[-1].recipe == second.jobs[-1].recipe


def test_files_of_the_brand_lie_beside_the_bible(tmp_path: Path) -> None:
    """An episode takes an opener with the bible's paths, or takes none."""
    (tmp_path / "house.yaml").write_text("brand: {opener: {footage: opener.mp4}}\n")
    (tmp_path / "eps").mkdir()
    board = tmp_path / "eps" / "b.yaml"
    text = HEAD + "extends: ../house.yaml\nscenes: [{prompt: x}]\n"
    board.write_text(text)
    storyboard = load_storyboard(board)
    file = storyboard.path_of(("brand", "opener", "footage"), "opener.mp4")
    board.write_text(text + "brand: {opener: }\n")

    assert file.resolve() == (tmp_path / "opener.mp4").resolve()
    assert load_storyboard(board).brand.opener is None


def test_faults_in_an_opener(tmp_path: Path) -> None:
    """What is wrong in an opener is shown where it stands, in the bible."""
    (tmp_path / "house.yaml").write_text(
        'brand:\n  opener:\n    prompt: "${nobody} waves"\n    join: cut\n'
    )
    board = tmp_path / "b.yaml"
    board.write_text(HEAD + "extends: house.yaml\nscenes: [{prompt: x}]\n")
    with pytest.raises(StoryboardError) as caught:
        load_storyboard(board)

    assert [(f.where.line, f.code) for f in caught.value.faults] == [
        (3, "unknown-name"),
        (4, "join-at-start"),
    ]


def test_presets_of_the_brand() -> None:
    """Titles that name no design take the brand's."""
    plan = plan_of(
        HEAD + "brand: {lower_third_preset: box, title_card_preset: left}\n"
        "scenes: [{prompt: x, seconds: 10, lower_third: Ann, title_card: {text: T}},"
        " {prompt: y, seconds: 10, lower_third: {text: Bob, preset: tag}}]\n"
    )

    assert [json.loads(cue.options)["preset"] for cue in plan.cues.titles] == ["left", "box", "tag"]
