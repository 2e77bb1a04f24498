"""Whole texts of what an author reads when a board is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from longtake.errors import StoryboardError
from longtake.storyboard.load import load_storyboard

TOP = "longtake: 1\ntitle: Lamp\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, so that file names are shown as an author types them."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def complaint(board: str) -> str:
    """Load a board that is wrong and give all that the author reads."""
    Path("b.yaml").write_text(board, encoding="utf-8")
    with pytest.raises(StoryboardError) as caught:
        load_storyboard("b.yaml")
    return str(caught.value)


def test_title_that_yaml_reads_as_a_number() -> None:
    """A number where text belongs is to be put in quotes, and the caret stands under it."""
    assert complaint("longtake: 1\ntitle: 1911\nscenes: [{prompt: a lamp}]\n") == (
        'b.yaml:2:8: "title" is text, not a number\n'
        "    title: 1911\n"
        "           ^^^^\n"
        'hint: put it in quotes: "1911"'
    )


def test_misspelt_key() -> None:
    """An unknown key brings the nearest key and all that are allowed there."""
    assert complaint(TOP + "scenes:\n  - prompt: {text: a lamp, camra: slow}\n") == (
        'b.yaml:4:28: unknown key "camra"\n'
        "      - prompt: {text: a lamp, camra: slow}\n"
        "                               ^^^^^\n"
        'hint: did you mean "camera"? allowed here: camera, character, reaction, text'
    )


def test_misspelt_key_that_is_required() -> None:
    """A misspelt `scenes` is one fault: it is not missing as well."""
    said = complaint("sceens: []\nlongtake: 1\ntitle: Lamp\n")
    assert said.startswith(
        'b.yaml:1:1: unknown key "sceens"\n'
        "    sceens: []\n"
        "    ^^^^^^\n"
        'hint: did you mean "scenes"? allowed here: longtake, title, extends, vars, '
    )
    assert "required" not in said


def test_key_that_belongs_elsewhere() -> None:
    """A key of the board written in a scene is told its home."""
    assert "hint: it belongs to the board; allowed here: title, shots, id, prompt, " in complaint(
        TOP + "scenes:\n  - {prompt: a lamp, budget: 3 USD}\n"
    )


def test_bible_in_place_of_a_board() -> None:
    """A file without all that makes a board is called what it is, once."""
    assert complaint("look: painted\ncast: {ada: {text: Ada}}\n") == (
        "b.yaml:1:1: this file has no scenes: it is a bible, not a board\n"
        "    look: painted\n    ^^^^\n"
        "hint: a board takes it over with `extends: b.yaml`, and has a title and scenes of its own"
    )


def test_other_faults_of_a_bible() -> None:
    """What else is wrong in it is said as well."""
    said = complaint("look: painted\nfilm: {size: big}\n")

    assert "it is a bible" in said
    assert "b.yaml:2:14:" in said


def test_missing_scenes() -> None:
    """A board with all but its scenes is a board that lacks them."""
    assert '"scenes" is required here' in complaint("longtake: 1\ntitle: T\n")


def test_missing_title() -> None:
    """What is required is named, at the top of the file that lacks it."""
    assert complaint("longtake: 1\nscenes: [{prompt: a lamp}]\n") == (
        'b.yaml:1:1: "title" is required here\n    longtake: 1\n    ^^^^^^^^'
    )


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            "seconds: 5s",
            'b.yaml:5:14: "seconds" is a number or auto, not text\n'
            "        seconds: 5s\n"
            "                 ^^\n"
            "hint: write 5",
        ),
        (
            "seconds: 0",
            'b.yaml:5:14: "seconds" is more than 0, not 0\n        seconds: 0\n                 ^',
        ),
        (
            "mute: yes",
            'b.yaml:5:11: "mute" is true or false, not text\n'
            "        mute: yes\n"
            "              ^^^\n"
            "hint: write true",
        ),
        (
            "id: Big Lamp",
            'b.yaml:5:9: "id" is small letters a-z, digits, - and _ (at most 64), not "Big Lamp"\n'
            "        id: Big Lamp\n"
            "            ^^^^^^^^\n"
            "hint: write big-lamp",
        ),
        (
            "lighting: change",
            'b.yaml:5:15: "lighting" is constant or changes, not "change"\n'
            "        lighting: change\n"
            "                  ^^^^^^\n"
            'hint: did you mean "changes"?',
        ),
        (
            "join: disolve 1s",
            'b.yaml:5:11: unknown join "disolve"\n'
            "        join: disolve 1s\n"
            "              ^^^^^^^^^^\n"
            'hint: did you mean "dissolve"? '
            "joins are cut, seam, dissolve, dip, wipe, bridge, xfade",
        ),
        (
            "camera: Push in",
            'b.yaml:5:13: "camera" is a list, not text\n'
            "        camera: Push in\n"
            "                ^^^^^^^\n"
            "hint: write [Push in]",
        ),
        (
            "camera: [1]",
            'b.yaml:5:14: each entry of "camera" is text, not a number\n'
            "        camera: [1]\n"
            "                 ^\n"
            'hint: put it in quotes: "1"',
        ),
        (
            "narration: [a]",
            'b.yaml:5:16: "narration" is text or a map, not a list\n'
            "        narration: [a]\n"
            "                   ^^^",
        ),
        (
            "shots: []",
            'b.yaml:5:12: "shots" is empty\n'
            "        shots: []\n"
            "               ^^\n"
            "hint: leave `shots:` out, or write one shot",
        ),
        (
            "seconds: .nan",
            'b.yaml:5:14: "seconds" is an ordinary number, not .nan\n'
            "        seconds: .nan\n"
            "                 ^^^^",
        ),
    ],
)
def test_value_of_a_scene(written: str, said: str) -> None:
    """A wrong value is named in the author's words, with what to write where that is known."""
    assert complaint(f"{TOP}scenes:\n  - prompt: a lamp\n    {written}\n") == said


def test_values_of_the_board() -> None:
    """Faults of several keys come all at once, in file order."""
    said = complaint(
        "longtake: true\ntitle: ''\nvars: {year: 1911, 2x: a}\ncast: {Keeper: {text: he}}\n"
        'film: {fps: "1e999999999", size: 15x15}\nbudget: lots\nscenes: [{prompt: a}]\n'
    )
    assert re.findall(r"^b.yaml.*", said, re.MULTILINE) == [
        "b.yaml:1:11: this version reads boards that say longtake: 1",
        'b.yaml:2:8: "title" is empty',
        'b.yaml:3:14: "year" is text, not a number',
        'b.yaml:3:20: "2x" is no name: a name is letters a-z, digits, - and _, '
        "beginning with a letter (at most 64)",
        'b.yaml:4:8: "Keeper" is no name: a name is small letters a-z, digits, - and _ '
        "(at most 64)",
        'b.yaml:5:13: "1e999999999" is no frame rate',
        "b.yaml:5:34: both sides of 15x15 must be even (4:2:0 pictures have no half pixels)",
        'b.yaml:6:9: "lots" is no amount such as 12.00 USD',
    ]


def test_caret_under_wide_signs() -> None:
    """Carets stand right behind Chinese signs, emoji of several parts and combining marks."""
    assert complaint(TOP + 'scenes:\n  - {prompt: "漢字 👩‍👩‍👧 e\u0301", seconds: 五}\n') == (
        'b.yaml:4:38: "seconds" is a number or auto, not text\n'
        '      - {prompt: "漢字 👩‍👩‍👧 e\u0301", seconds: 五}\n'
        "                                       ^^"
    )


def test_fault_far_inside_a_long_line() -> None:
    """A line of 300 signs is shown as the 140 cells around the fault."""
    said = complaint(TOP + f"scenes: [{{prompt: {'x' * 300}, seconds: a, look: {'y' * 300}}}]\n")
    line, caret = (text[4:] for text in said.splitlines()[1:3])
    assert len(line) == 140
    assert line[0] == line[-1] == "…"
    assert line[caret.index("^")] == "a"


def test_terminal_commands_in_a_board() -> None:
    """Signs that reorder text are shown as replaced, in the line and in the message."""
    said = complaint(TOP + "scenes:\n  - {prompt: a, lo\u202eok: b}\n")
    assert 'unknown key "lo\ufffdok"' in said
    assert "\u202e" not in said


def test_misspelt_key_and_unknown_reference_together() -> None:
    """What only the whole board shows is reported beside what one value shows."""
    said = complaint(
        TOP + "scenes:\n  - {prompt: a, lok: b}\n  - {prompt: b, start: down.end}\n  - {promt: c}\n"
    )
    assert re.findall(r"^b.yaml.*", said, re.MULTILINE) == [
        'b.yaml:4:17: unknown key "lok"',
        'b.yaml:5:24: shot "scene-2": no scene or shot has the id "down"',
        'b.yaml:6:6: unknown key "promt"',
    ]


def test_text_that_a_comma_ends() -> None:
    """The rest of an unquoted text in braces is no key of the author's: quotes are what it lacks."""
    shot = "{prompt: a lamp, nobody asks how, nor why, nor why, seconds: 2}"
    said = complaint(TOP + f"scenes:\n  - {shot}\n")

    hints = [line for line in said.splitlines() if line.startswith("hint")]
    assert set(hints) == {"hint: inside { }, text with a comma in it goes in quotes"}
    assert 'the key "nor why" stands twice in one map' in said


def test_music_as_plain_text() -> None:
    """A bed of music is a map: the hint writes it."""
    said = complaint(TOP + "music: bed.wav\nscenes: [{prompt: a lamp}]\n")

    assert said.splitlines()[0] == 'b.yaml:3:8: "music" is a map or a list of maps, not text'
    assert said.splitlines()[-1] == "hint: write {file: bed.wav}"
