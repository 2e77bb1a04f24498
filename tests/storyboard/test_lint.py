"""Doubts that the words of a board give rise to: each with a board that has it and one that has not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from longtake.errors import StoryboardError
from longtake.storyboard.codes import WARNINGS
from longtake.storyboard.load import load_storyboard
from longtake.storyboard.model import Storyboard

ROOT = Path(__file__).parents[2]
CAST = """\
cast:
  keeper: {text: "an old keeper, white beard, yellow raincoat"}
  mara: {text: "Mara, a lamp maker with grey plaits"}
"""


def load(tmp_path: Path, scenes: str, top: str = "") -> Storyboard:
    """Load a board of these scenes."""
    path = tmp_path / "b.yaml"
    path.write_text(f"longtake: 1\ntitle: T\n{top}scenes:\n{scenes}", encoding="utf-8")
    return load_storyboard(path)


def doubts(tmp_path: Path, scenes: str, top: str = "") -> list[tuple[str, int, str]]:
    """Give code, line among the scenes and message of each warning about a board of these scenes."""
    above = 3 + top.count("\n")
    warnings = load(tmp_path, scenes, top).warnings
    return [(each.code, each.where.line - above, each.message) for each in warnings]


def codes(tmp_path: Path, *prompts: str, more: str = "", top: str = "") -> list[str]:
    """Give the codes of doubts about shots with these prompts, each going on from the one before."""
    shots = [f'- {{prompt: "{prompt}"}}\n' for prompt in prompts]
    shots[-1] = shots[-1].replace("}\n", f"{more}}}\n") if more else shots[-1]
    return [code for code, _, _ in doubts(tmp_path, "".join(shots), top)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("the quay at noon", "the same quay at night"),
        ("night falls over the quay", "the quay at noon"),
        ("rain begins to fall on the quay", "the quay under a cloudless sky"),
        ("rain on the roofs", "the roofs under a clear blue sky"),
        ("two men indoors, at a table", "outdoors, the two men at the table"),
        ("she sits at the window", "she stands by the stove"),
        ("${keeper} stands at the rail", "${keeper} sits at the rail, smoking"),
        ("he walks past and out of the frame", "he looks at his watch"),
    ],
)
def test_a_prompt_against_the_frame_it_begins_on(tmp_path: Path, before: str, after: str) -> None:
    """What the last frame cannot show is doubted, and only where that frame is the first."""
    assert codes(tmp_path, before, after, top=CAST) == ["contradiction"]
    assert codes(tmp_path, before, after, more=", start: fresh", top=CAST) == []
    assert codes(tmp_path, after, after, top=CAST) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("the quay at noon", "the sun sets, and it is night"),
        ("a night train", "the night train at noon, then the night again"),
        ("rain on the roofs", "the rain stops under a blue sky"),
        ("a room without sunshine", "rain against the window"),
        ("noon on the quay", "she stays until night"),
        ("she sits at the window", "she stands up"),
        ("she sits at the window, then walks over", "she stands by the stove"),
        ("she sits at the window", "he stands by the stove"),
        ("he walks out of the frame", "he comes back with a lamp"),
        ("he walks out of the frame", "the room is empty, a clock strikes"),
        ("the boat glides out of sight", "the harbour sleeps"),
        ("the lamp is lit indoors", "we go out into the open air"),
        ("a rain-soaked street", "a sunny street"),
        ("she takes the photo out of the picture frame", "she smiles"),
        ("he steps out of view of the guards", "he waits"),
        ("she says good night", "she hums in the sunshine"),
        ("he carries the rain barrel", "he stands in the sunshine"),
        ("a clock goes from night to day in a time lapse", "the sunlit desk"),
        ("the rain stops, the sun comes out", "she walks on in the sunshine"),
        ("a gallery of night paintings", "past a door, a sunny harbour"),
        ("a child looks at the sunny drawing on the wall", "under a blanket, rain outside"),
        ("the harbour at night", "lightning, for a second it is bright as daylight"),
    ],
)
def test_what_changes_is_denied_or_is_of_others(tmp_path: Path, before: str, after: str) -> None:
    """A change that is told, a denial and another figure are no contradiction."""
    assert codes(tmp_path, before, after) == []


def test_a_change_of_light_that_is_wanted(tmp_path: Path) -> None:
    """`lighting: changes` speaks of day and night, not of somebody who sits."""
    changes = ", lighting: changes"
    assert codes(tmp_path, "the quay at noon", "the quay at night", more=changes) == []
    assert codes(tmp_path, "she sits", "she stands", more=changes) == ["contradiction"]


def test_a_frame_of_long_ago(tmp_path: Path) -> None:
    """With `start: ID.end` it is that shot which is contradicted, and named."""
    scenes = "- {id: noon, prompt: noon}\n- {prompt: rain, start: fresh}\n- {prompt: night, start: noon.end}\n"
    assert doubts(tmp_path, scenes) == [
        (
            "contradiction",
            3,
            'shot "scene-3" begins where "noon" ends: there it is day, here it is night',
        )
    ]


@pytest.mark.parametrize(
    ("before", "after", "more"),
    [
        ("camera: [Truck right]", "camera: [Truck left]", ""),
        ("camera: [Push in, Pan left]", "camera: [拉远]", ""),
        ("camera: [Tilt up]", "camera: [Tilt down]", ", join: seam"),
    ],
)
def test_a_camera_that_turns_round(tmp_path: Path, before: str, after: str, more: str) -> None:
    """One way up to the seam and the other way behind it is doubted; a cut hides it."""
    first, second = (f"- {{prompt: a, {before}}}\n", f"- {{prompt: b, {after}{more}}}\n")
    found = doubts(tmp_path, first + second)

    assert [(code, line) for code, line, _ in found] == [("camera-reversal", 2)]
    for ending in (", join: cut", ", start: fresh"):
        away = second.replace(more, "").replace("}", f"{ending}}}") if more else second
        assert doubts(tmp_path, first + away.replace("]}", f"]{ending}}}")) == []


def test_a_camera_that_turns_round_in_brackets(tmp_path: Path) -> None:
    """Commands in a prompt count by where they stand: its last before the seam, the first behind it."""
    assert codes(tmp_path, "a [Pan left] b [Push in]", "[Pull out] c [Pan right]") == [
        "camera-reversal"
    ]
    assert codes(tmp_path, "a [Pan left] b [Push in]", "[Pan right] c [Pull out]") == []


def test_a_camera_that_goes_on(tmp_path: Path) -> None:
    """Other moves, and a rest between two opposite ones, are no doubt."""
    moves = ("Truck right", "Push in", "Static shot", "Pull out", "Pull out")
    scenes = "".join(f"- {{prompt: a, camera: [{move}]}}\n" for move in moves)
    assert doubts(tmp_path, scenes) == []


def test_members_that_are_the_same(tmp_path: Path) -> None:
    """The same words or the same picture under two names is said once, at the second."""
    cast = (
        "cast:\n  a: {text: an old man, face: a.png}\n  b: {text: An old  man.}\n"
        "  c: {text: a boy, face: ./a.png}\n  d: {text: a girl, face: d.png}\n"
    )
    found = doubts(tmp_path, "- {prompt: x}\n", cast)

    assert [(code, message) for code, _, message in found] == [
        ("same-member", '"a" and "b" have the same text'),
        ("same-member", '"a" and "c" have the same face'),
    ]


@pytest.mark.parametrize("prompt", ["a man with a white beard", "Mara turns up the flame"])
def test_a_member_described_by_hand(tmp_path: Path, prompt: str) -> None:
    """Words of the cast without the name are doubted, unless the chain has shown who is meant."""
    assert codes(tmp_path, prompt, top=CAST) == ["member-by-hand"]
    named = "${keeper} and ${mara} wait"
    assert codes(tmp_path, named, prompt, top=CAST) == []
    assert codes(tmp_path, named, prompt, more=", start: fresh", top=CAST) == ["member-by-hand"]


@pytest.mark.parametrize(
    "prompt",
    [
        "a white dog with a beard",
        "an old lamp, yellow light",
        "the marathon",
        "${keeper}, white beard in the wind",
        "a raincoat, yellow",
    ],
)
def test_words_that_describe_nobody(tmp_path: Path, prompt: str) -> None:
    """Single words, parts of words and a member that is named are no doubt."""
    assert codes(tmp_path, prompt, top=CAST) == []


def test_words_that_two_members_share(tmp_path: Path) -> None:
    """What describes two of the cast tells neither from the other."""
    cast = "cast:\n  a: {text: a tall man in a blue coat}\n  b: {text: a girl in a blue coat}\n"
    assert codes(tmp_path, "somebody in a blue coat", top=cast) == []
    assert codes(tmp_path, "a tall man", top=cast) == ["member-by-hand"]


@pytest.mark.parametrize(
    "words",
    [
        "letterboxed",
        "cinematic letterbox",
        "black bars",
        "2.39:1",
        "21:9",
        "Anamorphic lens",
        "widescreen bars",
        "Letterbox format",
    ],
)
def test_words_that_invite_bars(tmp_path: Path, words: str) -> None:
    """They are doubted in a prompt and in a look, unless the film is that wide."""
    assert codes(tmp_path, f"a rider, {words}") == ["letterbox"]
    assert codes(tmp_path, "a rider", top=f'look: "dusty, {words}"\n') == ["letterbox"]
    assert codes(tmp_path, f"a rider, {words}", top="film: {size: 1920x800}\n") == []


@pytest.mark.parametrize(
    "words",
    [
        "she opens the letterbox",
        "no black bars",
        "the iron bars of a cell",
        "behind the black bars of a cage",
        "room 12:39",
    ],
)
def test_words_that_invite_nothing(tmp_path: Path, words: str) -> None:
    """A letterbox for letters, and bars that are denied, paint none."""
    assert codes(tmp_path, words) == []


@pytest.mark.parametrize("at", ["board", "scene", "shot"])
def test_a_doubt_that_is_silenced(tmp_path: Path, at: str) -> None:
    """Board, scene and shot each silence what is in them, and only the codes they name."""
    silent = {
        at: "silence: [contradiction, letterbox]",
        "nowhere": "silence: [ghost]",
    }
    top = silent.get("board", silent["nowhere"]) + "\n"
    scene = silent.get("scene", silent["nowhere"])
    shot = silent.get("shot", silent["nowhere"])
    scenes = (
        "- prompt: noon\n- " + scene + "\n  shots:\n"
        "  - {prompt: night and 21:9, " + shot + ", camera: [Pan left]}\n"
        "  - {prompt: rest, camera: [Pan right]}\n"
    )
    board = load(tmp_path, scenes, top)

    assert [each.code for each in board.heard(board.warnings)] == ["camera-reversal"]
    assert len(board.warnings) == 3


def test_a_code_that_no_warning_has(tmp_path: Path) -> None:
    """A misspelt code is a fault with the nearest one."""
    with pytest.raises(StoryboardError) as caught:
        load(tmp_path, "- {prompt: a, silence: [goast]}\n", "")
    assert str(caught.value).endswith(
        'b.yaml:4:25: no warning has the code "goast"\n'
        "    - {prompt: a, silence: [goast]}\n"
        "                            ^^^^^\n"
        'hint: did you mean "ghost"?'
    )


def test_every_code_is_explained_and_used() -> None:
    """The reference has a section for each code, and each is that of a warning in the program."""
    page = (ROOT / "storyboard" / "reference.md").read_text("utf-8")
    chapter = page.partition("\n## Warnings\n")[2].partition("\n## ")[0]
    explained = [
        code
        for line in re.findall("^### (.*)$", chapter, re.MULTILINE)
        for code in re.findall("`([^`]+)`", line)
    ]
    source = "".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py"))

    assert sorted(explained) == sorted(WARNINGS)
    assert [code for code in WARNINGS if f'code="{code}"' not in source] == []
