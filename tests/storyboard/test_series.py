"""Boards that extend a bible: what is merged, whose paths hold, where faults point."""

from __future__ import annotations

from pathlib import Path

import pytest

from longtake.errors import StoryboardError
from longtake.storyboard.load import load_storyboard
from longtake.storyboard.model import Storyboard

EPISODE = "longtake: 1\ntitle: Three\nextends: ../house.yaml\nscenes: [{prompt: a lamp}]\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, so that file names are shown as an author types them."""
    monkeypatch.chdir(tmp_path)


def load(files: dict[str, str], **chosen: str) -> Storyboard:
    """Write files and load the first of them."""
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    return load_storyboard(next(iter(files)), set_vars=chosen)


def complaints(files: dict[str, str], **chosen: str) -> list[str]:
    """Write files, load the first and give place and message of each fault."""
    with pytest.raises(StoryboardError) as caught:
        load(files, **chosen)
    return [f"{fault.where}: {fault.message}" for fault in caught.value.faults]


def test_maps_merge_lists_replace_the_board_wins() -> None:
    """Keys of maps are taken over one by one, lists and values as a whole."""
    house = (
        "look: clay\nfilm: {fps: 25, fit: pad}\nmusic: {file: a.mp3, level: -30 LUFS}\n"
        "cast: {ann: {text: Ann, face: ann.png}}\nscenes: [{prompt: x}, {prompt: y}]\n"
    )
    board = EPISODE + "film: {fps: 24}\ncast: {ann: {text: Annie}}\nmusic:\n"
    storyboard = load({"eps/b.yaml": board, "house.yaml": house})
    assert (storyboard.look, storyboard.music) == ("clay", None)
    assert (storyboard.film.fps, storyboard.film.fit) == (24, "pad")
    assert (storyboard.cast["ann"].text, storyboard.cast["ann"].face) == ("Annie", "ann.png")
    assert [scene.prompt for scene in storyboard.scenes] == ["a lamp"]


def test_path_belongs_to_the_file_that_wrote_it() -> None:
    """The bible's music lies beside the bible, also where the board changes its level."""
    board = EPISODE + "music: {level: -20 LUFS}\n"
    storyboard = load({"eps/b.yaml": board, "house.yaml": "music: {file: a.mp3}\n"})
    music = storyboard.path_of(("music", "file"), "a.mp3")
    assert music.resolve() == Path("a.mp3").resolve()
    assert storyboard.path_of(("scenes", 0, "still"), "s.png") == Path("eps/s.png")
    assert storyboard.path_of(("film", "none"), "s.png") == Path("eps/s.png")
    assert storyboard.roots == (Path("eps").resolve(), Path().resolve())
    assert (storyboard.path, storyboard.name) == (Path("eps/b.yaml"), "b")


def test_faults_of_the_bible_point_into_it() -> None:
    """Faults come file by file, the board's first, each with its own line."""
    files = {
        "eps/b.yaml": EPISODE + "look: 3\n",
        "house.yaml": "film:\n  fps: never\nlok: clay\nbudget: 1 USD\nbudget: 2 USD\n",
    }
    assert complaints(files) == [
        'eps/b.yaml:5:7: "look" is text, not a number',
        'house.yaml:2:8: "never" is no frame rate',
        'house.yaml:3:1: unknown key "lok"',
        'house.yaml:5:1: the key "budget" stands twice in one map',
    ]


def test_chain_of_bibles() -> None:
    """A bible may extend another; the nearer one wins."""
    files = {
        "b.yaml": EPISODE.replace("../house", "house"),
        "house.yaml": "extends: brand/all.yaml\nlook: clay\n",
        "brand/all.yaml": "look: steel\nmusic: {file: a.mp3}\n",
    }
    storyboard = load(files)
    assert storyboard.look == "clay"
    assert storyboard.path_of(("music", "file"), "a.mp3") == Path("brand/a.mp3")


def test_bibles_that_extend_each_other() -> None:
    """A circle is a fault in the file that closes it."""
    files = {"b.yaml": EPISODE.replace("../house", "house"), "house.yaml": "extends: ./b.yaml\n"}
    assert complaints(files) == [
        'house.yaml:1:10: "./b.yaml" extends itself, directly or by others'
    ]


def test_too_long_a_chain() -> None:
    """Eight files in a row may extend each other, a ninth may not."""
    files = {"b.yaml": EPISODE.replace("../house", "h1")}
    files |= {f"h{n}.yaml": f"extends: h{n + 1}.yaml\n" for n in range(1, 9)}
    files |= {"h9.yaml": "look: clay\n"}
    assert complaints(files) == ["h8.yaml:1:10: more than 8 files extend each other in a row"]
    assert load({**files, "h8.yaml": "look: clay\n"}).look == "clay"


@pytest.mark.parametrize(
    "written",
    ["/etc/passwd", "https://example.org/h.yaml", "file:///h.yaml", "C:\\h.yaml", "~/h.yaml"],
)
def test_bible_by_an_absolute_path(written: str) -> None:
    """Only relative paths are followed."""
    (said,) = complaints({"b.yaml": EPISODE.replace("../house.yaml", f"'{written}'")})
    assert said.startswith("b.yaml:3:10: extends takes a relative path, not ")


def test_bible_that_is_not_there() -> None:
    """A missing bible is a fault at the line that names it."""
    said = complaints({"b.yaml": EPISODE.replace("../house", "house")})
    assert said == ['b.yaml:3:10: there is no file "house.yaml"']


@pytest.mark.parametrize(
    ("bible", "said"), [("", "this file is empty"), ("- a", "a storyboard is")]
)
def test_bible_that_is_no_map(bible: str, said: str) -> None:
    """An empty bible and a list are faults of the bible."""
    (fault,) = complaints({"eps/b.yaml": EPISODE, "house.yaml": bible})
    assert fault.startswith(f"house.yaml:1:1: {said}")


def test_set_wins_over_board_and_bible() -> None:
    """Names from the command line overrule `vars` wherever they were declared."""
    files = {"eps/b.yaml": EPISODE + "vars: {a: '1'}\n", "house.yaml": "vars: {a: '2', b: '3'}\n"}
    assert load(files, b="x").vars == {"a": "1", "b": "x"}
    assert load(files, a="y").vars == {"a": "y", "b": "3"}


def test_set_of_an_unknown_name() -> None:
    """A name that no file declares is a fault at `vars`, with the nearest name."""
    with pytest.raises(StoryboardError) as caught:
        load({"eps/b.yaml": EPISODE, "house.yaml": "vars: {season: autumn}\n"}, seson="winter")
    assert str(caught.value) == (
        'house.yaml:1:7: --set names a variable that the board does not have: "seson"\n'
        "    vars: {season: autumn}\n"
        "          ^^^^^^^^^^^^^^^^\n"
        'hint: did you mean "season"?'
    )


def test_bytes_from_the_command_line_that_are_no_text() -> None:
    """A value that cannot be written as UTF-8 is a fault, not a crash."""
    files = {"eps/b.yaml": EPISODE, "house.yaml": "vars: {season: autumn}\n"}
    assert complaints(files, season="\udcff") == [
        'house.yaml:1:16: --set gives "season" control characters or bytes that are no text'
    ]
