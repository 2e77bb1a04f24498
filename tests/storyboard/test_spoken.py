"""Narration and voices as the document alone shows them: what is a fault, and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from longtake.errors import StoryboardError
from longtake.storyboard.grammar import VoiceName, parse_voice
from longtake.storyboard.load import load_storyboard


def faults(folder: Path, text: str) -> list[str]:
    """Load a board that has faults; gives `line: message|hint` of each."""
    board = folder / "b.yaml"
    board.write_text(f"longtake: 1\ntitle: T\n{text}\n", encoding="utf-8")
    with pytest.raises(StoryboardError) as caught:
        load_storyboard(board)
    return [f"{each.where.line}: {each.message}|{each.hint}" for each in caught.value.faults]


@pytest.mark.parametrize(
    ("text", "voice"),
    [
        ("espeak/en-gb+f3", VoiceName("espeak", "", "en-gb+f3")),
        ("openai/tts-1-hd/alloy", VoiceName("openai", "tts-1-hd", "alloy")),
        ("openai/hexgrad/Kokoro-82M/af_sky", VoiceName("openai", "hexgrad/Kokoro-82M", "af_sky")),
        (
            "minimax/Chinese (Mandarin)_News_Anchor",
            VoiceName("minimax", "", "Chinese (Mandarin)_News_Anchor"),
        ),
        ("keeper", VoiceName("", "", "keeper")),
    ],
)
def test_a_voice_is_read(text: str, voice: VoiceName) -> None:
    """A voice is SPEAKER/VOICE, SPEAKER/MODEL/VOICE, or the id of one of the cast."""
    assert parse_voice(text) == voice


@pytest.mark.parametrize(
    "text",
    [
        *("espeak/", "espeak/-w/etc/passwd", "command/-rf", "espeak/a\x1b[2J", "siri/x", "Ada B"),
        *(
            "command/a;b",
            "command/ada;touch${IFS}pwned",
            "command/a`b`",
            "command/a|b",
            "command/a\nb",
        ),
        *(
            "command/a&b",
            "command/a>b",
            "command/$(b)/a",
            "command/a'b",
            "command/../a",
            "command/a/",
        ),
        *("command/*", "command/(a)", "espeak/a\\b", "openai/a;b", 'minimax/a"b', "openai//a"),
    ],
)
def test_what_is_no_voice_is_refused(text: str) -> None:
    """Nothing that a program could take for an option, or a shell or a terminal act on, is a voice."""
    with pytest.raises(ValueError, match=r"voice|speaks"):
        parse_voice(text)


def test_a_voice_of_nobody_is_a_fault(tmp_path: Path) -> None:
    """A name without a slash is one of the cast, who must be there and have a voice."""
    board = (
        "cast: {keeper: {text: old, voice: espeak/en}, dog: {text: wet}}\n"
        "scenes:\n- {prompt: a, narration: {text: Hi., voice: keper}}\n- {prompt: b, voice: dog}"
    )

    assert faults(tmp_path, board) == [
        '5: nobody in the cast is called "keper"|did you mean "keeper"?',
        '6: "dog" of the cast has no voice|write `voice:` under `cast: dog`, such as espeak/en-gb',
    ]


def test_a_member_of_the_cast_borrows_no_voice(tmp_path: Path) -> None:
    """The voice of a cast member is a speaker's, not another member's."""
    board = "cast: {a: {text: x, voice: espeak/en}, b: {text: y, voice: a}}\nscenes: [{prompt: p}]"

    assert faults(tmp_path, board) == [
        '3: the voice of "b" is that of another member of the cast|write it like espeak/en-gb'
    ]


@pytest.mark.parametrize(
    ("shot", "said"),
    [
        ("seconds: auto", "`seconds: auto` takes the length from a narration, and there is none"),
        ("narration: {level: -18 LUFS}", "this narration says nothing"),
        ('narration: "  "', "this narration says nothing"),
        ("narration: {file: v.wav, voice: espeak/en}", "a narration from a file is not said by a"),
        ("seconds: automatic, narration: x", '"seconds" is a number or auto, not text'),
    ],
)
def test_a_narration_that_cannot_be(tmp_path: Path, shot: str, said: str) -> None:
    """Each way of writing no narration at all is said in the author's words."""
    (fault,) = faults(tmp_path, f"scenes: [{{prompt: a, {shot}}}]")

    assert said in fault


def test_a_scene_and_its_shot_do_not_both_speak(tmp_path: Path) -> None:
    """One voice speaks at a time."""
    board = "scenes: [{narration: one, shots: [{prompt: a, narration: two}]}]"

    assert faults(tmp_path, board) == [
        "3: this shot and its scene both have a narration|"
        "one voice speaks at a time: keep one of them"
    ]
