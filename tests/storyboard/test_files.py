"""Files that are no storyboard at all: one clear fault each, and the process lives on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from longtake.errors import StoryboardError
from longtake.storyboard.load import load_storyboard

BOARD = "longtake: 1\ntitle: T\nscenes: [{prompt: a lamp}]\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, so that file names are shown as an author types them."""
    monkeypatch.chdir(tmp_path)


def complaint(raw: bytes | str) -> str:
    """Write a file, load it and give all that the author reads."""
    Path("b.yaml").write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    with pytest.raises(StoryboardError) as caught:
        load_storyboard("b.yaml")
    return str(caught.value)


def test_no_such_file() -> None:
    """A missing file is named."""
    with pytest.raises(StoryboardError) as caught:
        load_storyboard("none.yaml")
    assert str(caught.value) == 'none.yaml:1:1: there is no file "none.yaml"'


def test_folder() -> None:
    """A folder in place of a file is told apart."""
    Path("boards").mkdir()
    with pytest.raises(StoryboardError) as caught:
        load_storyboard("boards")
    assert str(caught.value) == (
        'boards:1:1: "boards" is a folder, not a file\nhint: name the storyboard inside it'
    )


def test_pipe_without_a_writer() -> None:
    """A FIFO is refused at once instead of being waited for."""
    os.mkfifo("pipe.yaml")
    with pytest.raises(StoryboardError, match="is no regular file"):
        load_storyboard("pipe.yaml")


@pytest.mark.parametrize("name", ["a\0b.yaml", "x" * 5000])
def test_name_that_is_no_path(name: str) -> None:
    """A name that the system cannot open is a fault, not a traceback."""
    with pytest.raises(StoryboardError, match="cannot be read"):
        load_storyboard(name)


def test_file_of_more_than_8_mib() -> None:
    """A huge file is refused before it is parsed."""
    assert complaint(b"#" * ((8 << 20) + 1)) == (
        'b.yaml:1:1: "b.yaml" is larger than 8 MiB\nhint: a storyboard is text; is this one?'
    )


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "~\n"])
def test_nothing_in_the_file(text: str) -> None:
    """An empty file says what a board needs."""
    said = complaint(text)
    assert said.startswith("b.yaml:1:1: this file is empty")
    assert said.endswith("hint: a board needs `longtake: 1`, a title and scenes")


@pytest.mark.parametrize(("text", "kind"), [("hello\n", "text"), ("- a\n- b\n", "a list")])
def test_no_map_at_the_top(text: str, kind: str) -> None:
    """Text or a list in place of a map is named."""
    said = f"b.yaml:1:1: a storyboard is a map of keys such as title and scenes, not {kind}\n"
    assert complaint(text).startswith(said)


def test_byte_order_mark_and_windows_line_ends() -> None:
    """A BOM is skipped and CRLF counts once: lines and columns are those of an editor."""
    assert complaint("\ufefflongtake: 1\r\ntitle: 5\r\nscenes: [{prompt: a}]\r\n") == (
        'b.yaml:2:8: "title" is text, not a number\n'
        "    title: 5\n"
        "           ^\n"
        'hint: put it in quotes: "5"'
    )
    Path("b.yaml").write_bytes(("\ufeff" + BOARD.replace("\n", "\r\n")).encode())
    assert load_storyboard("b.yaml").title == "T"


def test_latin_1() -> None:
    """A file in another encoding is refused with the line and column of the first odd byte."""
    assert complaint("longtake: 1\ntitle: Café\n".encode("latin-1")) == (
        "b.yaml:2:11: this file is not UTF-8: the byte 0xe9 begins no character\n"
        "hint: save it as UTF-8"
    )


def test_utf_16() -> None:
    """UTF-16 is named."""
    said = "b.yaml:1:1: this file is UTF-16, not UTF-8\nhint: save it as UTF-8"
    assert complaint(BOARD.encode("utf-16")) == said


@pytest.mark.parametrize(
    ("sign", "said"),
    [
        ("\0", "a NUL character stands here"),
        ("\x1b", "a control character (U+001B) stands here"),
        ("\x9b", "a control character (U+009B) stands here"),
        ("\u2028", "an invisible line separator (U+2028) stands here"),
        ("\ufeff", "a byte order mark stands inside the file"),
    ],
)
def test_sign_that_no_text_holds(sign: str, said: str) -> None:
    """Control characters are refused where they stand, and not sent to the terminal."""
    text = complaint(f"longtake: 1\ntitle: a{sign}b\n")
    assert text.startswith(f"b.yaml:2:9: {said}\n    title: a\ufffdb\n            ^\n")
    assert sign not in text


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, "? " * 9999])
def test_a_hundred_thousand_levels(text: str) -> None:
    """Deep nesting ends in a fault; a child process shows that the parser does not crash."""
    Path("deep.yaml").write_text(text)
    script = (
        "import sys\n"
        "from longtake.errors import StoryboardError\n"
        "from longtake.storyboard.load import load_storyboard\n"
        "try:\n    load_storyboard('deep.yaml')\n"
        "except StoryboardError as exc:\n    sys.exit(exc.faults[0].message)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (1, "nested deeper than 32 levels\n")
