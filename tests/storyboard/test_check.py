"""What only the whole board shows: ids, starts and ends, joins, names in texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from longtake.errors import StoryboardError
from longtake.storyboard.check import NamedShot, expand, named_scenes
from longtake.storyboard.load import load_storyboard
from longtake.storyboard.model import Storyboard
from longtake.storyboard.words import names_in

TOP = "longtake: 1\ntitle: T\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, so that file names are shown as an author types them."""
    monkeypatch.chdir(tmp_path)


def load(board: str) -> Storyboard:
    """Load a board written without its first two lines."""
    Path("b.yaml").write_text(TOP + board, encoding="utf-8")
    return load_storyboard("b.yaml")


def scenes(*lines: str) -> Storyboard:
    """Load a board of scenes written as flow maps; the first is on line 4."""
    return load("scenes:\n" + "".join(f"- {{{line}}}\n" for line in lines))


def complaints(*lines: str) -> list[str]:
    """Load scenes that have faults; give place, message and hint of each."""
    with pytest.raises(StoryboardError) as caught:
        scenes(*lines)
    return [f"{f.where}: {f.message} | {f.hint}".removesuffix(" | ") for f in caught.value.faults]


def shots(storyboard: Storyboard) -> list[NamedShot]:
    """List all shots in film order."""
    return [shot for scene in named_scenes(storyboard) for shot in scene.shots]


def test_ids_given_and_derived() -> None:
    """A scene is named by its id, its title or its place; a shot by its id or its place."""
    storyboard = scenes(
        "id: dawn, shots: [{prompt: a}, {id: door, prompt: b}]",
        "title: 'Die Brücke, 1911', prompt: c",
        "title: 漢字, prompt: d",
        "prompt: e",
    )
    assert [scene.id for scene in named_scenes(storyboard)] == [
        "dawn", "die-brucke-1911", "scene-3", "scene-4",
    ]  # fmt: skip
    assert [(shot.id, shot.scene_id, shot.place) for shot in shots(storyboard)][:3] == [
        ("dawn.1", "dawn", ("scenes", 0, "shots", 0)),
        ("dawn.door", "dawn", ("scenes", 0, "shots", 1)),
        ("die-brucke-1911", "die-brucke-1911", ("scenes", 1)),
    ]


def test_scene_speaks_for_its_first_and_last_shot() -> None:
    """A scene's start and join are its first shot's, its end is its last shot's."""
    board = "start: s.png, end: e.png, join: cut, shots: [{prompt: a}, {prompt: b}, {prompt: c}]"
    found = shots(scenes("prompt: x", board))[1:]
    assert [(shot.shot.start, shot.shot.join, shot.shot.end) for shot in found] == [
        ("s.png", "cut", None), (None, None, None), (None, None, "e.png"),
    ]  # fmt: skip


def test_fault_of_a_first_shot_points_at_its_scene() -> None:
    """The place of a first shot's start is the scene's line where the scene wrote it."""
    storyboard = scenes("prompt: x", "start: s.png, shots: [{prompt: a}]")
    fault = storyboard.fault(("scenes", 1, "shots", 0, "start"), "no such picture", code="x")
    assert str(fault) == (
        "b.yaml:5:11: no such picture\n"
        "    - {start: s.png, shots: [{prompt: a}]}\n"
        "              ^^^^^"
    )


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            ["id: a, prompt: x", "title: A, prompt: y"],
            '5:11: the scene id "a" is used twice: line 4 has it too | '
            "give one of them an `id:` of its own",
        ),
        (
            ["id: a, shots: [{id: 2-b, prompt: x}, {id: 2-b, prompt: y}]"],
            '4:46: the shot id "a.2-b" is used twice: line 4 has it too | '
            "give one of them an `id:` of its own",
        ),
        (
            ["id: a, shots: [{id: '2', prompt: x}, {prompt: y}]"],
            '4:41: the shot id "a.2" is used twice: line 4 has it too | '
            "give one of them an `id:` of its own",
        ),
        (
            ["seconds: 5"],
            '4:3: scene "scene-1" shows nothing: it needs prompt, still, footage, title_card or shots',
        ),
        (
            ["id: a, shots: [{seconds: 5}]"],
            '4:19: shot "a.1" shows nothing: it needs prompt, still, footage or title_card',
        ),
        (["prompt: ' '"], '4:12: scene "scene-1" has an empty prompt'),
        (["id: a, prompt: {camera: ' '}"], '4:19: scene "a" has an empty prompt'),
        (["id: a, shots: [{prompt: {}}]"], '4:28: shot "a.1" has an empty prompt'),
        (
            ["prompt: x, still: s.png"],
            '4:15: scene "scene-1" has both `prompt` and `still` | make them two shots',
        ),
        (
            ["id: a, seconds: 5, shots: [{prompt: x}]"],
            '4:11: scene "a" has shots, so it takes no `seconds` of its own | '
            "move `seconds:` into one of its shots",
        ),
        (
            ["id: a, start: s.png, shots: [{prompt: x, start: t.png}]"],
            '4:45: scene "a" and its first shot both have a `start` | keep one',
        ),
        (
            ["prompt: x, start: previous"],
            '4:22: shot "scene-1" is the first of the film: there is no previous one | '
            "leave out `start:`, or name a picture",
        ),
        (
            ["id: dawn, prompt: x", "prompt: y, start: down.end"],
            '5:22: shot "scene-2": no scene or shot has the id "down" | did you mean "dawn"?',
        ),
        (
            ["prompt: y, start: dusk.end", "id: dusk, prompt: x"],
            '4:22: shot "scene-1" cannot start on "dusk.end": "dusk" comes later | '
            "a shot can start on the end of an earlier one only",
        ),
        (
            ["id: a, prompt: x, start: a.end"],
            '4:29: shot "a" cannot start on "a.end": "a" is this shot itself | '
            "a shot can start on the end of an earlier one only",
        ),
        (
            ["id: a, shots: [{prompt: x}, {prompt: y, start: a.end}]"],
            '4:51: shot "a.2" cannot start on "a.end": "a" is the scene it is in | '
            "a shot can start on the end of an earlier one only",
        ),
        (
            ["id: a, prompt: x", "prompt: y, start: a.start"],
            '5:22: shot "scene-2": `start` takes the end of another shot, not "a.start" | '
            "write a.end",
        ),
        (
            ["id: a, prompt: x", "prompt: y, end: a.end"],
            '5:20: shot "scene-2": `end` takes the start of another shot, not "a.end" | '
            "write a.start",
        ),
        (
            ["id: dawn, prompt: x", "prompt: y, start: dawn"],
            '5:22: shot "scene-2": "dawn" is no start | did you mean "dawn.end"?',
        ),
        (
            ["prompt: x", "prompt: y, start: previuos"],
            '5:22: shot "scene-2": "previuos" is no start | did you mean "previous"?',
        ),
        (
            ["id: a, join: dissolve 1s, prompt: x"],
            '4:11: shot "a" is the first of the film: nothing stands before it to join | '
            "for a fade at the start write `film: {fade_in: 1s}`",
        ),
        (
            ["prompt: x", "id: a, prompt: y, start: fresh, join: seam"],
            '5:42: shot "a" cannot begin with a seam: it does not start where the shot before it '
            "ends (start: fresh) | write `start: previous`, or `join: cut`",
        ),
        (
            ["still: s.png", "id: a, prompt: y, join: seam"],
            '5:28: shot "a" cannot begin with a seam: after a still, footage or a title card '
            "a shot starts fresh | write `start: previous`, or `join: cut`",
        ),
        (
            ["id: a, footage: {file: f.mp4, from: 3, to: 3}"],
            '4:47: shot "a": footage from 3 to 3 has no length | '
            "`from` is less than `to`, both in seconds of the file",
        ),
    ],
)  # fmt: skip
def test_fault_across_the_board(lines: list[str], said: str) -> None:
    """Each fault names the scene or shot, its place and a way out."""
    assert complaints(*lines) == [f"b.yaml:{said}"]


@pytest.mark.parametrize(
    "line",
    [
        "prompt: y, start: a.end",
        "prompt: y, start: a/1.end",
        "prompt: y, start: b.2.end, join: seam",
        "prompt: y, start: b.end, join: seam",
        "prompt: y, start: b.2/3.end, join: seam",
        "prompt: y, start: previous, join: seam",
        "prompt: y, end: a.start",
        "prompt: y, start: ./a.end",
        "prompt: y, start: pictures/dawn.end",
        "prompt: y, start: dawn.png",
    ],
)
def test_start_and_end_that_hold(line: str) -> None:
    """Earlier scenes, shots and clips, and paths, are good starts."""
    assert scenes("id: a, prompt: x", "id: b, shots: [{prompt: x}, {prompt: x}]", line)


def test_camera_words() -> None:
    """Words that are no commands, and too many of them, are warnings and stop nothing."""
    storyboard = scenes("id: a, prompt: x, camera: [Pusch in, zoom in, 推进, '[Shake]']")
    assert [str(fault) for fault in storyboard.warnings] == [
        'b.yaml:4:30: scene "a" has 4 camera commands at once\n'
        "    - {id: a, prompt: x, camera: [Pusch in, zoom in, 推进, '[Shake]']}\n"
        "                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "hint: models follow up to 3; the rest makes them unsteady",
        'b.yaml:4:31: scene "a": "Pusch in" is no camera command, so it moves nothing\n'
        "    - {id: a, prompt: x, camera: [Pusch in, zoom in, 推进, '[Shake]']}\n"
        "                                  ^^^^^^^^\n"
        'hint: did you mean "Push in"?',
    ]


def doubts(*lines: str) -> list[tuple[str, int, str]]:
    """Load scenes that bring warnings; give code, line and message of each."""
    return [(w.code, w.where.line, w.message) for w in scenes(*lines).warnings]


def test_camera_words_in_a_prompt() -> None:
    """Brackets in a prompt's own text, one part of it or all, are commands as well; each has its limit."""
    assert doubts(
        "id: a, prompt: 'x [Push in, 左摇，跟随] y [Shake]'",
        "id: b, shots: [{prompt: {character: 'x [Orbit right]'}}]",
        "id: c, prompt: '[Shake, Pan left, Pan right, Zoom in] x', camera: [Push in]",
        "id: d, prompt: 'x []', camera: [Push in, Shake, Zoom in]",
    ) == [
        ("unknown-camera", 5,
         'shot "b.1": "Orbit right" is no camera command, so it moves nothing'),
        ("many-camera", 6, 'scene "c" has 4 camera commands at once'),
    ]  # fmt: skip


def test_names_in_a_bracket_are_not_known_yet() -> None:
    """What a variable will say there is nobody's fault."""
    board = "vars: {move: Push in}\nscenes: [{prompt: 'x [${move}]'}]\n"
    assert load(board).warnings == ()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("${ann}, ${ bob } and ${ann}", ("ann", "bob")),
        ("$${ann} ${} $bob {ann} ${ann", ("",)),
        ("", ()),
    ],
)
def test_names_of_a_text(text: str, names: tuple[str, ...]) -> None:
    """Each name once, in order; what stands for its own signs is none."""
    assert names_in(text) == names


NAMES = 'vars: {season: winter}\ncast: {ann: {text: "Ann in ${season}"}}\n'


def test_names_filled_in() -> None:
    """Vars and cast become their words; `$${` is the sign itself; the environment stays out."""
    storyboard = load(NAMES + "scenes: [{prompt: x}]\n")
    text = "${ann} and ${ season }, $${season}, $5, {x}"
    assert expand(text, storyboard) == "Ann in winter and winter, ${season}, $5, {x}"
    with pytest.raises(ValueError, match="nothing is called"):
        expand("${HOME}", storyboard)


@pytest.mark.parametrize(
    ("board", "said"),
    [
        (NAMES + "scenes: [{prompt: '${an} runs'}]", '${an} is neither in `vars` nor in `cast`'),
        (NAMES + "look: '${HOME}'\nscenes: [{prompt: x}]", "${HOME} is neither in `vars` nor in"),
        (NAMES + "scenes: [{prompt: {reaction: '${x}'}}]", "${x} is neither in `vars` nor in"),
        (NAMES + "scenes: [{prompt: x, title: '${x}'}]", "${x} is neither in `vars` nor in `cast`"),
        (NAMES + "scenes: [{prompt: x, narration: '${x}'}]", "${x} is neither in `vars` nor in"),
        (NAMES + "scenes: [{prompt: 'a ${season'}]", "a ${ is never closed"),
        ("cast: {a: {text: '${b}'}, b: {text: b}}\nscenes: [{prompt: x}]", "${b} is of the cast;"),
        ("vars: {a: '${b}', b: c}\nscenes: [{prompt: x}]", 'the variable "a" uses ${...} itself'),
        ("vars: {a: b}\ncast: {a: {text: b}}\nscenes: [{prompt: x}]", '"a" is both a variable and'),
        (f"vars: {{a: {'b' * 9000}}}\nscenes: [{{prompt: '${{a}}${{a}}${{a}}'}}]",
         "with its names filled in, this text has more than 20000 characters"),
    ],
)  # fmt: skip
def test_name_that_cannot_be_filled_in(board: str, said: str) -> None:
    """Names in texts are declared, once, and never lead on without end."""
    with pytest.raises(StoryboardError) as caught:
        load(board)
    (fault,) = caught.value.faults
    assert fault.message.startswith(said)


def test_faults_that_are_held_back() -> None:
    """Asked for, what only the whole board shows comes with it instead of stopping it."""
    Path("b.yaml").write_text(TOP + "scenes: [{id: a, prompt: x, start: zoo.end}]\n")
    (fault,) = load_storyboard("b.yaml", hold_faults=True).held_faults

    assert (fault.where.line, fault.code) == (3, "unknown-id")


def test_faults_that_cannot_be_held_back() -> None:
    """A value that is wrong in itself stops the board all the same."""
    Path("b.yaml").write_text(TOP + "scenes: [{prompt: x, seconds: -1}]\n")

    with pytest.raises(StoryboardError):
        load_storyboard("b.yaml", hold_faults=True)


def test_a_sound_board_holds_no_faults() -> None:
    """Nothing is held back where nothing is wrong."""
    Path("b.yaml").write_text(TOP + "scenes: [{prompt: x}]\n")

    assert load_storyboard("b.yaml", hold_faults=True).held_faults == ()
