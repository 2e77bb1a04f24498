"""Narrations in a plan: whose voice, how long, how the shot follows, and what is too long."""

from __future__ import annotations

import tempfile
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from longtake.cues import NarrationCue, Word
from longtake.errors import PlanError, StoryboardError
from longtake.generate.catalogue import load_offers
from longtake.plan.compile import compile_plan
from longtake.plan.job import Plan
from longtake.plan.narration import TAIL_S, speech_jobs
from longtake.plan.quote import make_quote, with_price
from longtake.plan.speech import SpeechOffer, VoiceFacts, free_speakers
from longtake.plan.survey import SoundFacts, StillFacts, Survey
from longtake.storyboard.check import named_scenes
from longtake.storyboard.load import load_storyboard
from longtake.units import Money, Size

HEAD = "longtake: 1\ntitle: T\nmodel: minimax/MiniMax-Hailuo-02\nresolution: 768P\n"
PAID = SpeechOffer("openai", "tts-1", Decimal(15))
SPEAKERS = free_speakers() | {"openai": PAID, "openai/tts-1": PAID}


def plan_of(text: str, lengths: Mapping[str, str] | None = None, files: str = "") -> Plan:
    """Compile a board; `lengths` gives the voices that are there, by text, in seconds.

    `files` is the length of every sound file the board may name (voice.wav).
    """
    with tempfile.TemporaryDirectory() as name:
        board = Path(name).resolve() / "b.yaml"
        board.write_text(text, encoding="utf-8")
        storyboard = load_storyboard(board)
        survey = Survey(
            speakers=SPEAKERS,
            stills={board.parent / "s.png": StillFacts("s", Size(64, 36))},
            sounds={board.parent / "voice.wav": SoundFacts("f" * 64, Fraction(files or 1))},
        )
        jobs = speech_jobs(storyboard, named_scenes(storyboard), survey).values()
        voices = {
            job.key: VoiceFacts(
                Path(job.text),
                "v" * 64,
                Fraction(lengths[job.text]),
                (Word("w", Fraction(0), Fraction(1)),),
            )
            for job in jobs
            if lengths and job.text in lengths
        }
        survey = Survey(survey.stills, {}, survey.sounds, voices=voices, speakers=SPEAKERS)
        return compile_plan(storyboard, load_offers(), survey)


def seconds_of(plan: Plan) -> list[int]:
    """List the lengths of all clips."""
    return [job.seconds for job in plan.jobs]


def test_the_nearest_voice_speaks() -> None:
    """Narration, shot, scene and board are asked in this order; a member of the cast lends its voice."""
    board = HEAD + (
        "voice: espeak/en\ncast: {ada: {text: a, voice: openai/alloy}}\nscenes:\n"
        "- {prompt: a, narration: one}\n"
        "- {voice: ada, shots: [{prompt: b, narration: two}, {prompt: c, voice: command/x, narration: three},"
        " {prompt: d, narration: {text: four, voice: espeak/de}}]}\n"
    )

    assert [job.said_by for job in plan_of(board).speech] == [
        "espeak/en",
        "openai/tts-1/alloy",
        "command/x",
        "espeak/de",
    ]


def test_a_voice_hangs_on_its_first_clip_with_its_words() -> None:
    """A shot of several clips is spoken over from its first one on; a made voice brings its facts."""
    board = (
        HEAD
        + "scenes: [{id: a, prompt: x, seconds: 15, narration: {text: Hello there., level: -18 LUFS}}]"
    )
    (cue,) = plan_of(board, {"Hello there.": "2.5"}).cues.narration

    assert cue == NarrationCue(
        "a", "a/1", "Hello there.", -18.0, Fraction("2.5"), Path("Hello there."), "v" * 64,
        (Word("w", Fraction(0), Fraction(1)),),
    )  # fmt: skip


def test_how_lines_are_broken_changes_no_voice() -> None:
    """The same words in other lines are the same purchase; other words are another."""
    one = plan_of(HEAD + "scenes: [{prompt: x, narration: 'Step by step.'}]")
    two = plan_of(HEAD + "scenes: [{prompt: x, narration: 'Step\n  by   step.'}]")
    other = plan_of(HEAD + "scenes: [{prompt: x, narration: 'Step by stop.'}]")

    assert one.speech[0].key == two.speech[0].key != other.speech[0].key


@pytest.mark.parametrize(
    ("voice_s", "clips"),
    [("5.5", [6]), ("5.7", [10]), ("9.6", [6, 6]), ("9.5", [10]), ("14", [10, 6])],
)
def test_auto_takes_the_smallest_clips_that_hold_voice_and_tail(
    voice_s: str, clips: list[int]
) -> None:
    """A shot of its narration's length: 0.4 s and a seam's frame more must fit into the clips."""
    board = HEAD + "scenes: [{prompt: x, seconds: auto, narration: Hello.}, {prompt: y}]"
    plan = plan_of(board, {"Hello.": voice_s})
    starts = plan.timeline.clip_starts
    room = plan.timeline.rate.seconds(starts["scene-2/1"])

    assert seconds_of(plan)[:-1] == clips
    assert Fraction(voice_s) + TAIL_S <= room


def test_auto_holds_the_voice_between_the_middles_of_transitions() -> None:
    """What transitions at both ends take is added."""
    board = HEAD + (
        "scenes: [{prompt: w}, {id: x, prompt: x, start: fresh, join: dissolve 1s, seconds: auto, narration: Hello.},"
        " {id: y, prompt: y, start: fresh, join: dissolve 1s}]"
    )
    plan = plan_of(board, {"Hello.": "5.1"})
    starts = plan.timeline.clip_starts
    room = plan.timeline.rate.seconds(starts["y/1"] - starts["x/1"])

    assert seconds_of(plan)[1] == 10
    assert Fraction("5.1") + TAIL_S <= room


def test_a_still_lasts_as_long_as_what_is_said() -> None:
    """A still has no fixed lengths: narration and tail, to the frame."""
    board = HEAD + "scenes: [{still: s.png, seconds: auto, narration: Hello.}]"

    assert plan_of(board, {"Hello.": "3"}).timeline.frames == round(3.4 * 24) + 1


def test_without_a_voice_the_slow_end_of_the_estimate_is_planned() -> None:
    """A quote made before the voice is rather too high than too low."""
    text = "word " * 17
    board = HEAD + f"scenes: [{{prompt: x, seconds: auto, narration: {text}}}]"
    plan = plan_of(board)
    (spoken,) = plan.spoken

    assert spoken.low_s < 6 < spoken.high_s
    assert seconds_of(plan) == [10]
    assert seconds_of(plan_of(board, {text.strip(): "5"})) == [6]


def test_a_voice_longer_than_its_shot_is_a_fault_with_both_ways_out() -> None:
    """Speech is never cut: the shot grows, or the text shrinks."""
    board = HEAD + "scenes: [{id: a, prompt: x, seconds: 6, narration: Hello.}, {prompt: y}]"
    with pytest.raises(StoryboardError) as caught:
        plan_of(board, {"Hello.": "8.25"})
    (fault,) = caught.value.faults

    assert fault.message == 'shot "a" has 6.0 s for a narration of 8.2 s'
    assert fault.hint == (
        "make it 3 s longer, write `seconds: auto`, or shorten the text: speech is never cut"
    )
    assert plan_of(board, {"Hello.": "5.9"}).warnings == ()


def test_footage_too_short_for_its_narration_has_ways_out_that_exist() -> None:
    """No wish makes footage longer than its file."""
    board = HEAD + "scenes: [{footage: f.mp4, seconds: 2, narration: Hello.}]"
    with pytest.raises(StoryboardError, match="show footage that is 7 s longer, or shorten"):
        plan_of(board, {"Hello.": "8.25"})


def test_an_estimate_only_warns() -> None:
    """What nobody has said yet may fit after all."""
    text = "word " * 40
    board = HEAD + f"scenes: [{{id: a, prompt: x, seconds: 6, narration: {text}}}]"
    (warning,) = plan_of(board).warnings

    assert warning.code == "narration-too-long"
    assert "for a narration of about" in warning.message


def test_a_file_of_the_authors_is_a_voice_at_once() -> None:
    """It costs nothing, is as long as it is, and a fault where it does not fit."""
    board = HEAD + "scenes: [{prompt: x, narration: {file: voice.wav}}]"
    plan = plan_of(board, files="5")

    assert (plan.speech, plan.quote.voices) == ((), ())
    assert plan.cues.narration[0].seconds == 5
    assert (plan.cues.narration[0].path or Path()).name == "voice.wav"
    with pytest.raises(StoryboardError, match="or name a shorter file"):
        plan_of(board, files="7")


def test_a_narration_may_run_over_the_shots_of_its_scene() -> None:
    """What a scene says has all its shots for room, and none of the next scene."""
    board = (
        HEAD
        + "scenes: [{id: s, narration: Hello., shots: [{prompt: a}, {prompt: b}]}, {prompt: c}]"
    )

    assert plan_of(board, {"Hello.": "11.9"}).cues.narration[0].clip == "s.1/1"
    with pytest.raises(StoryboardError, match=r"make its shots 1 s longer, or shorten"):
        plan_of(board, {"Hello.": "12.1"})


def test_voices_are_in_the_quote_once() -> None:
    """A paid voice is priced by its characters, twice the same is bought once, owned ones are free."""
    board = HEAD + (
        "voice: openai/alloy\nscenes: [{prompt: a, narration: Hello.}, {prompt: b, narration: Hello.},"
        " {prompt: c, voice: espeak/en, narration: Free.}]"
    )
    plan, owned = plan_of(board), plan_of(board, {"Hello.": "2"})

    price = Money(Decimal("0.00009"))
    assert plan.quote.voices == (
        ("scene-1 (voice)", price, False),
        ("scene-2 (voice)", price, True),
        ("scene-3 (voice)", Money(Decimal(0)), False),
    )
    assert plan.quote.total.amount - owned.quote.total.amount == price.amount


def test_a_voice_nobody_can_price_takes_the_authors_word() -> None:
    """A model that is in no table is of unknown price until `--price` names one."""
    board = HEAD + "scenes: [{prompt: a, narration: {text: Hello., voice: openai/mine/x}}]"
    plan = plan_of(board)
    named = with_price(plan, Money(Decimal("0.5")))

    assert plan.quote.unknown == ("scene-1 (voice)",)
    assert named.quote.unknown == ()
    assert named.quote.total.amount == plan.quote.total.amount + Decimal("0.5")


def test_a_text_longer_than_a_model_says_is_a_fault() -> None:
    """The limit of a model is known before anything is bought."""
    text = "word " * 1000
    board = (
        HEAD
        + f"scenes: [{{prompt: a, seconds: auto, narration: {{text: {text}, voice: openai/x}}}}]"
    )

    with pytest.raises(StoryboardError, match=r"4,999 characters long, openai/tts-1/x says 4,096"):
        plan_of(board)


def test_voices_and_clips_are_paid_in_one_currency() -> None:
    """Two currencies have no sum: whoever named the price is told."""
    board = HEAD + "scenes: [{prompt: a, narration: {text: Hello., voice: command/x}}]"
    plan = plan_of(board)
    job = replace(plan.speech[0], price=Money(Decimal(1), "EUR"))

    with pytest.raises(PlanError, match=r'"scene-1 \(voice\)" costs 1.00 EUR, all else is in USD'):
        make_quote(plan.sources, frozenset(), None, [job])


def test_how_an_editor_writes_an_accent_is_no_other_text() -> None:
    """The same letters, whole or with their marks apart, are one purchase."""
    text = (
        HEAD + "voice: openai/alloy\nscenes: [{id: a, prompt: x, seconds: 6, narration: Küste}]\n"
    )
    keys = {
        job.key
        for form in ("NFC", "NFD")
        for job in plan_of(unicodedata.normalize(form, text)).speech
    }

    assert len(keys) == 1
