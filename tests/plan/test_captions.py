"""What a board says of captions: from where each shot has them, and how they are shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import ImageFont

from longtake.errors import StoryboardError
from longtake.generate.catalogue import load_offers
from longtake.plan.compile import compile_plan
from longtake.plan.job import Plan
from longtake.storyboard.load import load_storyboard
from longtake.survey import survey_files

HEAD = "longtake: 1\ntitle: T\n"
SCENES = """scenes:
  - {id: a, prompt: x, seconds: 4}
  - {id: b, prompt: y, seconds: 4, start: fresh%s}
"""
SRT = "1\n00:00:01,000 --> 00:00:03,000\nHello\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two caption files and a font."""
    (tmp_path / "w.srt").write_text(SRT)
    (tmp_path / "v.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\n&lt;You&gt;\n")
    face = ImageFont.load_default(16)
    assert isinstance(face, ImageFont.FreeTypeFont)
    (tmp_path / "f.ttf").write_bytes(face.font_bytes)
    return tmp_path


def plan(folder: Path, text: str) -> Plan:
    path = folder / "b.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    board = load_storyboard(path)
    return compile_plan(board, load_offers(), survey_files(board))


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(StoryboardError) as caught:
        plan(folder, text)
    told = [f"{f.where.line}:{f.where.column}: {f.message}" for f in caught.value.faults]
    return [fault.replace(f"{folder}/", "") for fault in told]


def test_a_file_of_the_board(folder: Path) -> None:
    """A path is the file of the whole film, counted from its start, with nothing burned."""
    sheet = plan(folder, "captions: w.srt\n" + SCENES % "").cues.captions
    (file,) = sheet.files
    assert (file.name, file.clip, file.clips) == ("w.srt", None, frozenset({"a/1", "b/1"}))
    assert [text.text for text in file.texts] == ["Hello"]
    assert (sheet.unspoken, sheet.burned) == (frozenset({"a/1", "b/1"}), ())


def test_the_nearest_word_wins_key_by_key(folder: Path) -> None:
    """A scene with a file of its own is still burned where the board says so."""
    board = "captions: {file: w.srt, burn: true, language: de-AT, style: {box: true}}\n"
    sheet = plan(folder, board + SCENES % ", captions: v.vtt").cues.captions
    assert [(file.name, file.clip, sorted(file.clips)) for file in sheet.files] == [
        ("w.srt", None, ["a/1"]),
        ("v.vtt", "b/1", ["b/1"]),
    ]
    assert [(clip, style.box) for clip, style in sheet.burned] == [("a/1", True), ("b/1", True)]
    assert sheet.language == "de-AT"


def test_captions_off(folder: Path) -> None:
    """`off` takes a scene's captions away, those of its narration too."""
    sheet = plan(folder, "captions: w.srt\n" + SCENES % ", captions: off").cues.captions
    assert [sorted(file.clips) for file in sheet.files] == [["a/1"]]
    assert "b/1" in sheet.unspoken


def test_style_of_burned_captions(folder: Path) -> None:
    """The font's file and hash, the letters' size, place and colour are in the plan."""
    style = "{font: f.ttf, size: 44.5, position: top, colour: yellow}"
    board = f"captions: {{file: w.srt, burn: true, style: {style}}}\n"
    ((_, found), _) = plan(folder, board + SCENES % "").cues.captions.burned
    assert found.font == folder / "f.ttf" and len(found.font_sha256) == 64
    assert (float(found.size), found.position, found.colour) == (44.5, "top", "#ffff00")


def test_captions_are_set_in_the_brands_font(folder: Path) -> None:
    """Where the captions name no font of their own, that of the brand is taken."""
    board = "brand: {font: f.ttf}\ncaptions: {file: w.srt, burn: true}\n"
    ((_, style), _) = plan(folder, board + SCENES % "").cues.captions.burned
    assert style.font == folder / "f.ttf" and style.font_sha256


def test_nothing_said_of_captions(folder: Path) -> None:
    """Without the key there is no file, and the narration has its captions."""
    sheet = plan(folder, SCENES % "").cues.captions
    assert (sheet.files, sheet.unspoken, sheet.burned) == ((), frozenset(), ())


@pytest.mark.parametrize(
    ("captions", "said"),
    [
        ("no.srt", "3:11: there is no file no.srt"),
        ("../w.srt", "3:11: ../w.srt lies outside the board's folder"),
        ("bad.srt", '3:11: bad.srt, line 1: "00:00:01 --> soon" are no times'),
        ("{file: f.ttf}", "3:18: f.ttf, line 1 is no UTF-8 text"),
        ("{burn: true, file: w.srt, style: {font: w.srt}}", "3:51: w.srt: is no font that can be used"),
        ("{style: {size: 4}}", '3:26: "size" is at least 8, not 4'),
        ("{style: {position: left}}", '3:30: "position" is bottom, middle or top, not "left"'),
        ("{language: English}", '3:22: "language" is a language tag such as en or pt-BR, not "English"'),
        ("[w.srt]", '3:11: "captions" is a path or a map, not a list'),
    ],
)  # fmt: skip
def test_faults_at_their_place(folder: Path, captions: str, said: str) -> None:
    """A file that is missing, outlying or no captions, and values that cannot be, are named."""
    (folder / "bad.srt").write_text("00:00:01 --> soon\nx\n")
    assert faults(folder, f"captions: {captions}\n{SCENES % ''}") == [said]


def test_captions_nobody_can_read(folder: Path) -> None:
    """Warned of are captions that stand too short, and those behind the end."""
    fast = "1\n00:00:01,000 --> 00:00:01,500\nFar too many words here\n"
    late = "\n2\n00:01:00,000 --> 00:01:05,000\nLate\n"
    (folder / "w.srt").write_text(fast + late)
    warnings = plan(folder, "captions: w.srt\n" + SCENES % "").warnings
    assert [warning.message for warning in warnings] == [
        'w.srt: a caption is too fast ("Far too many words here", 46 characters a second)',
        "w.srt: a caption begins after the end at 8.0 s",
    ]


def test_signs_that_no_font_has(folder: Path) -> None:
    """Burned captions with signs that would be boxes are warned of, with the way out."""
    (folder / "w.srt").write_text(SRT.replace("Hello", "Hi \ue123 \ue123\uf8f1"), encoding="utf-8")
    soft = plan(folder, "captions: w.srt\n" + SCENES % "")
    assert soft.warnings == ()
    burned = "captions: {file: w.srt, burn: true, style: {font: f.ttf}}\n"
    (warning,) = plan(folder, burned + SCENES % "").warnings
    assert (
        warning.message == "no font here has signs of its captions, drawn as boxes: \ue123 \uf8f1"
    )
    assert (warning.where.line, "font" in warning.hint) == (3, True)


def test_signs_of_a_narration_that_no_font_has(folder: Path) -> None:
    """Narration that is burned is looked at too."""
    board = "captions: {burn: true}\n" + SCENES % ', narration: "a \ue123"'
    assert "boxes: \ue123" in plan(folder, board).warnings[0].message


def test_signs_of_a_scenes_narration_that_no_font_has(folder: Path) -> None:
    """What is said over all shots of a scene is looked at once, at its place."""
    shots = "shots: [{prompt: x, seconds: 4}, {prompt: y, seconds: 4}]"
    board = f'captions: {{burn: true}}\nscenes:\n  - {{id: a, narration: "a \ue123", {shots}}}\n'
    assert ["boxes: \ue123" in each.message for each in plan(folder, board).warnings] == [True]


def test_styles_are_merged_key_by_key(folder: Path) -> None:
    """A scene that moves its captions leaves them the board's font, size and colour."""
    style = "{font: f.ttf, size: 44.5, colour: yellow}"
    board = f"captions: {{file: w.srt, burn: true, style: {style}}}\n"
    moved = ", captions: {style: {position: top, colour: white}}"
    (_, (_, found)) = plan(folder, board + SCENES % moved).cues.captions.burned
    assert (found.font, found.position) == (folder / "f.ttf", "top")
    assert (float(found.size), found.colour) == (44.5, "#ffffff")
