"""Titles of a board: hung on the clips of their shots, in time, at no cost."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from boards import faults_of, plan_of
from longtake.cues import TitleCue
from longtake.plan.job import DrawnClip, Plan

HEAD = "longtake: 1\ntitle: T\nresolution: 768p\n"
BOUGHT = HEAD + "model: apimart/MiniMax-Hailuo-02\nscenes:\n"
DRAWN = "longtake: 1\ntitle: T\nvars: {who: Ada}\nscenes:\n"


def titles(*scenes: str, head: str = DRAWN) -> tuple[TitleCue, ...]:
    return plan_of(head + "".join(f"  - {scene}\n" for scene in scenes)).cues.titles


def warned(*scenes: str) -> list[str]:
    plan = plan_of(DRAWN + "".join(f"  - {scene}\n" for scene in scenes))
    return [fault.code for fault in plan.warnings]


def test_text_alone_is_a_lower_third() -> None:
    """The usual design, half a second into the shot, for four seconds; names are filled in."""
    (cue,) = titles("{id: a, prompt: x, seconds: 8, lower_third: 'Miss ${who}'}")
    assert (cue.kind, cue.what, cue.clips) == ("lower_third", "lower third", ("a/1",))
    assert (cue.delay_s, cue.seconds) == (Fraction(1, 2), 4)
    assert json.loads(cue.options) == {"text": "Miss Ada", "preset": "line"}


def test_title_of_a_long_shot_hangs_on_all_its_clips() -> None:
    """It may stand over the seam between two clips."""
    (cue,) = titles(
        "{id: a, prompt: x, seconds: 15, lower_third: {text: A, from: 9, seconds: 5}}",
        head=BOUGHT,
    )
    assert cue.clips == ("a/1", "a/2")
    assert (cue.delay_s, cue.seconds) == (9, 5)


def test_title_of_a_scene_hangs_on_all_its_shots() -> None:
    """What a scene with shots says is shown over the whole of it."""
    (cue,) = titles("{id: a, lower_third: A, shots: [{prompt: x}, {prompt: y}]}")
    assert cue.clips == ("a.1/1", "a.2/1")


def test_card_without_anything_else_is_a_source() -> None:
    """It has the shot's length, costs nothing, and is no title over another clip."""
    plan = plan_of(BOUGHT + "  - {id: a, title_card: {text: Night}, seconds: 3}\n")
    (card,) = plan.sources
    assert isinstance(card, DrawnClip)
    assert (card.frames, card.text, card.kind) == (72, "Night", "card")
    assert (plan.jobs, plan.cues.titles) == ((), ())


def test_card_beside_a_prompt_lies_over_it() -> None:
    """The shot is made as ever; the title is drawn over it."""
    (cue,) = titles("{id: a, prompt: x, seconds: 8, title_card: {text: Night, preset: left}}")
    assert (cue.kind, cue.clips) == ("title_card", ("a/1",))


def test_lower_third_makes_room_for_captions() -> None:
    """Where captions are drawn below, it stands above them; where they stand at the top, it need not."""

    def options(captions: str) -> dict[str, object]:
        head = DRAWN.replace("vars:", f"captions: {captions}\nvars:")
        (cue,) = titles("{id: a, prompt: x, seconds: 8, lower_third: A}", head=head)
        found: dict[str, object] = json.loads(cue.options)
        return found

    assert options("{burn: true}")["raised"] is True
    assert "raised" not in options("{burn: false}")
    assert "raised" not in options("{burn: true, style: {position: top}}")


def test_edited_title_makes_no_clip_anew() -> None:
    """Words drawn over a clip are no part of what was bought."""

    def recipes(words: str) -> list[str]:
        plan = plan_of(BOUGHT + f"  - {{id: a, prompt: x, lower_third: {words}}}\n")
        return [job.recipe for job in plan.jobs]

    assert recipes("One") == recipes("Two")


def test_card_of_its_own_changes_with_its_words() -> None:
    """Another text is another recipe, another place in the film is not."""

    def recipe(*scenes: str) -> str:
        plan = plan_of(DRAWN + "".join(f"  - {scene}\n" for scene in scenes))
        return next(s.recipe for s in plan.sources if isinstance(s, DrawnClip))

    card = "{id: a, title_card: {text: Night}}"
    assert recipe(card) == recipe("{id: b, prompt: x}", card.replace("id: a", "id: c"))
    assert recipe(card) != recipe(card.replace("Night", "Day"))


def test_brand_lies_over_the_whole_film() -> None:
    """The logo above all titles and the progress line above it; colours go to every title."""
    head = (
        "longtake: 1\ntitle: T\n"
        "brand: {palette: {accent: red}, logo: {file: l.png, corner: top-left}, progress: true}\n"
        "scenes:\n  - {id: a, prompt: x, seconds: 8, lower_third: A}\n"
    )
    name, logo, progress = plan_of(head, stills={"l.png": "sha"}).cues.titles
    assert (logo.clips, logo.kind, logo.steady, progress.clips) == ((), "logo", True, ())
    assert [file.sha256 for file in logo.files] == ["sha"]
    assert all(json.loads(c.options)["palette"] == {"accent": "#ff0000"} for c in (name, progress))


def test_preset_of_nobody_here_is_a_plug_ins() -> None:
    """Its name becomes the kind by which its drawer is found, with the options it takes."""
    (cue,) = titles(
        "{id: a, prompt: x, seconds: 8, lower_third: {text: A, preset: neon, options: {glow: 2}}}"
    )
    assert cue.kind == "neon"
    assert json.loads(cue.options)["options"] == {"glow": 2}


@pytest.mark.parametrize(
    ("scenes", "said"),
    [
        (
            "  - {id: a, prompt: x, seconds: 6, lower_third: {text: A, from: 5.5}}\n",
            "board.yaml:6:65: the lower third comes 5.5 s after its shot begins, which is 6.0 s "
            "long: it would not be seen",
        ),
        (
            "  - {id: a, title_card: {text: A, seconds: 2}}\n",
            "board.yaml:6:35: a title card of its own stands as long as its shot",
        ),
        (
            "  - {id: a, title_card: {text: A}}\n  - {id: b, prompt: x, start: previous}\n",
            'board.yaml:7:31: shot "b": the title card "a" hands no frame on',
        ),
        (
            "  - {id: a, title_card: {text: A}, end: b.start}\n  - {id: b, prompt: x}\n",
            'board.yaml:6:36: shot "a": a title card begins and ends on its own frames',
        ),
        (
            "  - {id: a, prompt: x, lower_third: '${nobody}'}\n",
            "board.yaml:6:37: ${nobody} is neither in `vars` nor in `cast`",
        ),
    ],
)
def test_title_that_cannot_be(scenes: str, said: str) -> None:
    """Each fault names its place."""
    assert said in faults_of(BOUGHT + scenes)


def test_doubts_about_time() -> None:
    """Too long for the shot, too short to be read, or over each other: said, and done all the same."""
    assert warned(
        "{id: a, prompt: x, seconds: 4, lower_third: {text: A, from: 1, seconds: 9}}"
    ) == ["title-cut-short"]
    assert warned("{id: a, prompt: x, seconds: 2, title_card: {text: A}}") == ["title-cut-short"]
    words = "many words that nobody reads in so short a time as this"
    assert warned(
        f"{{id: a, prompt: x, seconds: 8, lower_third: {{text: {words}, seconds: 1}}}}"
    ) == ["title-hurried"]
    both = "{id: a, prompt: x, seconds: 8, lower_third: A, title_card: {text: B}}"
    assert warned(both) == ["titles-overlap"]
    long_one = "{id: a, lower_third: {text: A, seconds: 14}, shots: [%s, %s]}"
    short = "{prompt: x, seconds: 8, lower_third: {text: B, from: %s, seconds: 1}}"
    # Not only a neighbour's: the first one stands behind the second one still.
    assert warned(long_one % (short % 3, short % 2)) == ["titles-overlap"] * 2
    one_by_one = both.replace("lower_third: A", "lower_third: {text: A, from: 5.5, seconds: 2}")
    assert warned(one_by_one) == []


def test_shot_behind_a_card_starts_fresh() -> None:
    """As behind a still: nothing is handed on, the join is a cut."""
    plan: Plan = plan_of(DRAWN + "  - {id: a, title_card: {text: A}}\n  - {id: b, prompt: x}\n")
    assert plan.handoffs == ()
    assert type(plan.timeline.joins[0]).__name__ == "Cut"


def test_card_stands_as_long_as_its_narration() -> None:
    """With `seconds: auto` a card takes its length from what is said over it."""
    said = "Every evening the keeper climbs one hundred and ninety-nine steps to light the lamp."
    plan = plan_of(
        DRAWN.replace("vars:", "voice: espeak/en-gb\nvars:")
        + f"  - {{id: a, title_card: {{text: A}}, seconds: auto, narration: '{said}'}}\n"
    )
    (card,) = plan.sources
    assert card.frames > 24 * 4


def test_card_of_its_own_has_time_to_be_read() -> None:
    """A card that is gone before its words are read is warned of, as over a picture."""
    card = "  - {{id: a, title_card: {{text: Read all of these words if you can}}, seconds: {}}}\n"
    codes = [[w.code for w in plan_of(DRAWN + card.format(s)).warnings] for s in (1, 4)]
    assert codes == [["title-hurried"], []]


def test_late_title_is_told_what_is_left_of_it() -> None:
    """A title that has half a second is not said to have none."""
    shot = "  - {id: a, prompt: x, seconds: 6, lower_third: {text: A, from: 5.1}}\n"
    (fault,) = faults_of(BOUGHT + shot)
    assert "only 0.5 s are left" in fault


@pytest.mark.parametrize(
    ("preset", "captions", "said"),
    [
        ("left", "{burn: true}", ["captions-on-card"]),
        ("end", "{burn: true}", ["captions-on-card"]),
        ("centre", "{burn: true}", []),
        ("centre", "{burn: true, style: {position: middle}}", ["captions-on-card"]),
        ("left", "{burn: true, style: {position: top}}", []),
        ("left", "{burn: false}", []),
    ],
)
def test_captions_on_the_words_of_a_card(preset: str, captions: str, said: list[str]) -> None:
    """Captions that are drawn where a card has its words are warned of."""
    card = f"title_card: {{text: Night, preset: {preset}}}, narration: Good night"
    scene = f"  - {{id: a, {card}, seconds: 6, captions: {captions}}}\n"
    assert [w.code for w in plan_of(DRAWN + scene).warnings] == said
