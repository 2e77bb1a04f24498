"""The words of a report: which frames stand for a clip, what joins, lengths and prices say."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from boards import plan_of
from longtake.assemble.film import Film
from longtake.deliver.page import Card, Page, describe, three_moments
from longtake.media.audio import Loudness
from longtake.plan.job import Plan
from longtake.plan.speech import VoiceFacts

HEAD = "longtake: 1\ntitle: T\nfilm: {size: 160x96, fps: 24}\n"
PAID = HEAD + "model: minimax/MiniMax-Hailuo-02\n"


def page_of(plan: Plan, film: Path) -> Page:
    """The page of a film made exactly as planned."""
    return describe(Film(film, plan.timeline, (), made=True, rendered=0), plan)


def cards_of(page: Page) -> list[Card]:
    """All cards of a page in film order."""
    return [card for scene in page.scenes for card in scene.cards]


def totals_of(page: Page) -> dict[str, str]:
    """The totals by name."""
    return dict(page.totals)


def test_transitions_belong_to_neither_clip(stand_in: Path) -> None:
    """The frames shown of a clip begin behind the transition before it and end ahead of the next."""
    board = "scenes: [{id: a, prompt: x}, {id: b, prompt: y, start: fresh, join: dissolve 6f}]"
    cards = cards_of(page_of(plan_of(HEAD + board), stand_in))

    assert [[moment.frame for moment in card.moments] for card in cards] == [
        [0, 20, 41],
        [48, 68, 89],
    ]


@pytest.mark.parametrize(
    ("loudness", "said"),
    [
        (None, "none"),
        (Loudness(-14.04, 6.26, -1.31), "-14.0 LUFS, range 6.3 LU, true peak -1.3 dB"),
        (Loudness(-math.inf, 0, -math.inf), "silence"),
    ],
)
def test_how_loud_a_film_is(stand_in: Path, loudness: Loudness | None, said: str) -> None:
    """Loudness, range and true peak of the finished film stand among its totals."""
    plan = plan_of(HEAD + "scenes: [{id: a, prompt: x}]")
    film = Film(stand_in, plan.timeline, (), made=True, rendered=0, loudness=loudness)

    assert totals_of(describe(film, plan))["sound"] == said


def test_a_clip_of_one_frame() -> None:
    """First, middle and last of a single frame are that frame."""
    timeline = plan_of(HEAD + "scenes: [{id: a, prompt: x}]").timeline

    assert [moment.frame for moment in three_moments(timeline, 30, 31)] == [30, 30, 30]


def test_a_moment_is_sought_in_the_middle_of_its_frame(stand_in: Path) -> None:
    """A player that is sent to a moment cannot round it to a neighbouring frame."""
    page = page_of(plan_of(HEAD + "scenes: [{id: a, prompt: x}]"), stand_in)

    first, _, last = cards_of(page)[0].moments
    assert (first.seek_s, last.seek_s) == ("0.0208", "1.9792")
    assert (first.timecode, last.timecode) == ("00:00:00", "00:01:23")


def test_a_shot_of_several_clips_says_its_prompt_once(stand_in: Path) -> None:
    """Only the first clip of a shot shows the prompt that all of them share."""
    board = "scenes: [{id: a, prompt: x, seconds: 15}, {id: b, prompt: x}]"
    cards = cards_of(page_of(plan_of(HEAD + board), stand_in))

    assert [(card.id, card.goes_on) for card in cards] == [
        ("a/1", False),
        ("a/2", True),
        ("b/1", False),
    ]


def test_cards_say_where_clips_come_from(stand_in: Path) -> None:
    """A still, footage, a drawn clip and a bought one each say what they are made of."""
    board = """
model: minimax/MiniMax-Hailuo-02
scenes:
  - {id: slide, still: pics/slide.png, seconds: 2}
  - {id: opener, footage: {file: brand/opener.mp4, from: 1, to: 2}}
  - {id: drawn, prompt: x, model: animatic, seconds: 2, start: pics/dawn.png}
  - {id: bought, prompt: x, seconds: 6, resolution: 768P}
"""
    stills = {"pics/slide.png": "1", "pics/dawn.png": "2"}
    plan = plan_of(HEAD + board, stills=stills, footage={"brand/opener.mp4": 72})

    cards = cards_of(page_of(plan, stand_in))

    assert [(card.kind, card.made_of, card.begins_on) for card in cards] == [
        ("still", "pics/slide.png", ""),
        ("footage", "brand/opener.mp4, frames 24 to 47", ""),
        ("drawn", "drawn here", "pics/dawn.png"),
        ("model", "minimax/MiniMax-Hailuo-02, 768P", "the end of drawn/1"),
    ]


@pytest.mark.parametrize(
    ("join", "words"),
    [
        ("cut", "cut"),
        ("seam", "seam"),
        ("dissolve 0.5s", "dissolve, 12 frames"),
        ("dip black 1s", "dip to black, 24 frames"),
        ("dip '#aa3300' 6f", "dip to #aa3300, 6 frames"),
        ("wipe left 1f", "wipe left, 1 frame"),
    ],
)
def test_joins_in_words(join: str, words: str, stand_in: Path) -> None:
    """A join says what it is and how long it lasts."""
    written = join.replace("'", "")
    board = f'scenes: [{{id: a, prompt: x}}, {{id: b, prompt: y, join: "{written}"}}]'

    page = page_of(plan_of(HEAD + board), stand_in)

    assert [row.words for row in page.joins] == [words]


def test_a_transition_without_handles_shortens_the_film(stand_in: Path) -> None:
    """The joins say by how many frames they shorten the film."""
    board = "scenes: [{id: a, prompt: x}, {id: b, prompt: y, start: fresh, join: dissolve 6f}]"
    page = page_of(plan_of(HEAD + board), stand_in)

    assert [row.shortens for row in page.joins] == [6]
    assert totals_of(page)["frames"] == "90"


def test_scenes_and_the_strip_cover_the_film(stand_in: Path) -> None:
    """The bars of the strip lie beside each other from the first frame to the last."""
    board = "scenes: [{id: a, prompt: x}, {id: b, prompt: y, start: fresh, join: dissolve 6f}]"
    page = page_of(plan_of(HEAD + board), stand_in)

    bars = [(float(bar.x), float(bar.x) + float(bar.width)) for bar in page.strip]
    assert [scene.id for scene in page.scenes] == ["a", "b"]
    assert (bars[0][0], bars[0][1], bars[1][1]) == pytest.approx((0, bars[1][0], 1000))


def test_the_price_is_that_of_all_clips(stand_in: Path) -> None:
    """Clips that are owned already count as well: the same film has the same price tomorrow."""
    plan = plan_of(PAID + "scenes: [{id: a, prompt: x}, {id: b, prompt: y}]")
    owned = frozenset({plan.jobs[0].recipe})
    again = plan_of(PAID + "scenes: [{id: a, prompt: x}, {id: b, prompt: y}]", owned=owned)

    price = totals_of(page_of(plan, stand_in))["price of the plan"]

    assert price == str(plan.quote.total)
    assert totals_of(page_of(again, stand_in))["price of the plan"] == price


def test_clips_without_a_known_price(stand_in: Path) -> None:
    """What nobody knows the price of is said, not counted as nothing."""
    plan = plan_of(HEAD + "scenes: [{id: a, prompt: x}, {id: b, prompt: y}]")
    lines: Any = tuple((clip, None, False) for clip, _, _ in plan.quote.lines)
    unknown = replace(plan, quote=replace(plan.quote, lines=lines))

    assert totals_of(page_of(plan, stand_in))["price of the plan"] == "nothing"
    said = totals_of(page_of(unknown, stand_in))["price of the plan"]
    assert said == "2 clips without a known price"


def test_lengths_say_what_is_left_over(stand_in: Path) -> None:
    """A shot of 5 s bought as 6 s has a second left over."""
    page = page_of(plan_of(PAID + "scenes: [{id: a, prompt: x, seconds: 5}]"), stand_in)

    row = page.lengths[0]
    assert (row.wanted, row.made) == ("5.00 s · 120 frames", "6.00 s · 144 frames")
    assert (row.surplus, row.clips) == ("1.00 s · 24 frames", "6 s")


def test_what_is_said_over_a_clip(stand_in: Path) -> None:
    """The words stand with the clip they begin on, beside who says them and for how long."""
    board = "scenes: [{id: a, prompt: x, narration: Hello.}, {id: b, prompt: y}]"
    plan = plan_of(HEAD + board)
    said = plan.spoken[0]
    voice = VoiceFacts(Path("v.wav"), "f", Fraction(5, 2))
    made = replace(
        plan, spoken=(replace(said, low_s=voice.seconds, high_s=voice.seconds, voice=voice),)
    )
    first, second = cards_of(page_of(made, stand_in))

    assert (first.spoken, first.said_by) == ("Hello.", "narration by espeak/en, 2.5 s")
    assert (second.spoken, second.said_by) == ("", "")
    assert cards_of(page_of(plan, stand_in))[0].said_by == (
        "narration by espeak/en, not said yet: about 0.4 to 1.5 s"
    )
