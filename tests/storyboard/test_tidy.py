"""`fmt` lays a board out in one way; it changes nothing that the board says, and loses no comment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from longtake.storyboard.diagnose import Source
from longtake.storyboard.model import Scene, Shot, Storyboard
from longtake.storyboard.parse import parse
from longtake.storyboard.tidy import BOARD_ORDER, SHOT_ORDER, tidy
from longtake.storyboard.wording import key_of
from longtake.storyboard.written import comments_of

ROOT = Path(__file__).parents[2]


def source_of(text: str) -> Source:
    """Make a file of a text."""
    return Source(Path("b.yaml"), "b.yaml", tuple(text.split("\n")))


def laid_out(text: str) -> str:
    """Lay a text out, and see to it that this changes nothing and need not be done twice."""
    source = source_of(text)
    done = tidy(source)
    after = source_of(done)
    was, now = parse(source)[0], parse(after)[0]

    assert was and now and repr(ordered(was.plain())) == repr(ordered(now.plain()))
    assert sorted(comments_of(after.lines)) == sorted(comments_of(source.lines))
    assert tidy(after) == done
    return done


def ordered(value: Any) -> Any:
    """Write maps as sorted pairs: the order of their keys says nothing."""
    if isinstance(value, dict):
        return sorted((key, ordered(each)) for key, each in value.items())
    return [ordered(each) for each in value] if isinstance(value, list) else value


def test_keys_indentation_and_quotes() -> None:
    """Keys stand in one order, levels are two spaces apart, quotes go where nothing needs them."""
    messy = (
        "scenes:\n- camera: ['Push in',   \"Pan left\"]\n  prompt: 'a lamp'\n"
        "  seconds: 5\n  id: lamp\n"
        '-     shots:\n         - {seconds: 3, prompt: "${x}, at night"}\n      title:   "No"\n'
        "title: 'How: it works'\nvars: {x: \"5\", a: 'yes'}\nlongtake: 1\n"
    )
    assert laid_out(messy) == (
        'longtake: 1\ntitle: "How: it works"\nvars: {x: "5", a: "yes"}\nscenes:\n'
        "  - id: lamp\n    prompt: a lamp\n    camera: [Push in, Pan left]\n    seconds: 5\n"
        '  - title: "No"\n    shots:\n      - {prompt: "${x}, at night", seconds: 3}\n'
    )


def test_comments_move_with_what_they_are_about() -> None:
    """A comment above or behind a key goes with it; the head of the file stays its head."""
    messy = (
        "# yaml-language-server: $schema=.longtake/schema.json\n# about the film\n\n"
        "title: T   # its name\n\n\n# what it is\nlongtake: 1\n"
        "scenes: # all of them\n   # the first\n   - seconds: 4 # long\n     # what is seen\n     prompt: a\n"
        "     # left out:\n     # camera: [Shake]\n   # - prompt: b\n# the end\n"
    )
    assert laid_out(messy) == (
        "# yaml-language-server: $schema=.longtake/schema.json\n# about the film\n\n"
        "# what it is\nlongtake: 1\ntitle: T   # its name\n"
        "scenes:  # all of them\n  # the first\n  # what is seen\n  - prompt: a\n    seconds: 4  # long\n"
        "    # left out:\n    # camera: [Shake]\n  # - prompt: b\n# the end\n"
    )


def test_texts_over_several_lines() -> None:
    """Their lines move with the key, and what belongs to them stays, empty lines too."""
    messy = (
        "longtake: 1\ntitle: T\nscenes:\n - prompt: |  # as it is\n      one\n\n\n        two\n\n"
        "   narration: >-\n     three\n     four\n\n\n   id: a\n - prompt: 'five\n\n  six'\n"
    )
    assert laid_out(messy) == (
        "longtake: 1\ntitle: T\nscenes:\n  - id: a\n    prompt: | # as it is\n      one\n\n\n        two\n\n"
        "    narration: >-\n      three\n      four\n  - prompt: 'five\n\n      six'\n"
    )


def test_braces_over_several_lines() -> None:
    """They become one line where they fit and hold no comment; else they stay as they are."""
    messy = (
        "longtake: 1\ntitle: T\nfilm: {\n  fps: 24,\n  size: 1280x720\n}\n"
        "cast:\n    a: {\n        text: x  # who\n    }\nscenes: [{prompt: a}]\n"
    )
    assert laid_out(messy) == (
        "longtake: 1\ntitle: T\nfilm: {size: 1280x720, fps: 24}\n"
        "cast:\n  a: {\n      text: x  # who\n    }\nscenes: [{prompt: a}]\n"
    )


def test_names_of_parts_keep_the_order() -> None:
    """An alias stands behind its anchor: where there are any, keys stay where they are."""
    text = "scenes:\n  - &a\n    seconds: 3\n    prompt: &p x\n  - <<: *a\n    prompt: *p\ntitle: T\nlongtake: 1\n"
    assert laid_out(text) == text


def test_a_name_before_braces_stays_one() -> None:
    """An anchor in front of a map or list in brackets is written once."""
    text = "scenes:\n  - &a {prompt: x}\n  - *a\n  - {prompt: &p [y]}\n"
    assert laid_out(text) == text


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("title: T\n\nfilm: x\nvars: |+\n  a\n", "title: T\nvars: |+\n  a\nfilm: x\n"),
        (
            "scenes:\n- seconds: 6\n  prompt: |+\n    a\n\n# b\n- still: x\n\n  title: |+\n    c\n",
            "scenes:\n  - prompt: |+\n      a\n\n    seconds: 6\n  # b\n"
            "  - title: |+\n      c\n    still: x\n",
        ),
        ("look: |\n  a\n   \nfilm: x\n", "film: x\nlook: |\n  a\n   \n"),
        ("look: | # 1+1\n  a\n\n\nfilm: x\n", "\nfilm: x\nlook: | # 1+1\n  a\n"),
    ],
)
def test_empty_lines_below_a_text(text: str, done: str) -> None:
    """Those that are part of a text stay it, and no other becomes part of one when keys move."""
    assert laid_out(text) == done.removeprefix("\n")


@pytest.mark.parametrize(
    "text",
    [
        "'no'", "'1:30'", "'~'", "'0x1F'", "'2026-01-01'", "'a: b'", "'a #b'", "'- a'", "' a'",
        "'[a'", "'#202020'", "'a:'", "'@a'", "'${a}'", '"a\\nb"', "'it''s \"so\"'", '"\\u00a0"',
        "'='", "'<<'", "'1_000'", "'.5'", "''",
    ],
)  # fmt: skip
def test_quotes_that_are_needed(text: str) -> None:
    """Text that would be read as something else without quotes, by old rules too, keeps them."""
    for board in (f"title: {text}\nlongtake: 1\n", f"vars: {{a: {text}}}\n"):
        assert '"' in laid_out(board) or "'" in laid_out(board)


@pytest.mark.parametrize(
    "text", ["'a'", '"it\'s"', "'a:b'", "'a#b'", '"ä, ö"', "'1280x720'", "'-a'"]
)
def test_quotes_that_nothing_needs(text: str) -> None:
    """Others lose them."""
    done = laid_out(f"title: {text}\n")
    assert done == f"title: {text[1:-1]}\n" or text == "'-a'"


def test_every_key_has_its_place() -> None:
    """The orders name all keys of the format, each once."""
    assert sorted(BOARD_ORDER) == sorted(key_of(Storyboard))
    assert sorted(SHOT_ORDER) == sorted(key_of(Scene))
    assert set(key_of(Shot)) < set(SHOT_ORDER)


@pytest.mark.parametrize(
    "path", [p for folder in ("samples", "storyboard") for p in sorted((ROOT / folder).rglob("*.yaml"))],
    ids=lambda p: p.name,
)  # fmt: skip
def test_boards_we_hand_out_are_laid_out(path: Path) -> None:
    """What we give away is as `fmt` leaves it."""
    text = path.read_text("utf-8")
    assert laid_out(text) == text


words = st.sampled_from(
    ["a", "no", "1", "2.50", "~", "it's", 'so "be" it', "a: b", "x #y", "${a}, b", "[c]", "é—", "",
     " a ", "#1", "- d", "line one\nline two", "gap\n\n\nend\n", "\n lead", "tail\n\n", "a\\b", "null"]
)  # fmt: skip
plain = st.one_of(words, st.integers(-5, 5), st.booleans(), st.none(), st.floats(allow_nan=False))
keys = st.sampled_from(
    ["longtake", "title", "vars", "film", "scenes", "shots", "prompt", "camera", "seconds", "cast",
     "text", "id", "size", "fps", "zz", "narration", "join"]
)  # fmt: skip
values = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


class Scribe:
    """Writes a value as an untidy author might: each choice is drawn."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._notes = 0

    def one(self, *choices: Any) -> Any:
        """Choose one of several."""
        return self._draw(st.sampled_from(choices))

    def note(self, before: str = " ") -> str:
        """Write a comment, or none."""
        self._notes += 1
        return f"{before}# note {self._notes}: 'x' - {{y" if self.one(True, False, False) else ""

    def above(self, indent: int) -> str:
        """Write empty lines and comments above an entry."""
        lines = ["" for _ in range(self.one(0, 0, 0, 1, 3))]
        note = self.note("")
        if note:
            lines.append(" " * indent + note)
        return "".join(f"{line}\n" for line in lines)

    def scalar(self, value: Any, indent: int, *, flow: bool = False) -> str:
        """Write a plain value in one of its forms."""
        if not isinstance(value, str):
            return (
                {None: "null", True: "true", False: "false"}.get(value, repr(value))
                if not isinstance(value, int | float) or isinstance(value, bool)
                else repr(value)
            )
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        forms = [f'"{escaped}"']
        if "\n" not in value:
            single = value.replace("'", "''")
            forms.append(f"'{single}'")
            if value in ("a", "it's", "é—"):
                forms.append(value)
        elif not flow and value[:1] not in ("\n", " "):
            pad = " " * (indent + self.one(1, 2, 4))
            body = "".join(
                f"{pad if line else ''}{line}\n" for line in value.rstrip("\n").split("\n")
            )
            ends = len(value) - len(value.rstrip("\n"))
            forms.append(
                f"|{'-' if not ends else '' if ends == 1 else '+'}\n{body}" + "\n" * (ends - 1)
            )
        return str(self.one(*forms))

    def comma(self) -> str:
        """Write what stands between two values in braces."""
        comma = self.one(", ", " ,  ", "\n")
        return str(comma) if comma != "\n" else f",{self.note()}\n      "

    def flow(self, value: Any) -> str:
        """Write a value in braces."""
        if not isinstance(value, dict | list):
            return self.scalar(value, 0, flow=True)
        kids = (
            [f"{key}: {self.flow(each)}" for key, each in value.items()]
            if isinstance(value, dict)
            else []
        )
        kids = kids or [self.flow(each) for each in value]
        inner = kids[0] + "".join(self.comma() + kid for kid in kids[1:]) if kids else ""
        return f"{{{inner}}}" if isinstance(value, dict) else f"[{inner}]"

    def entry(self, start: str, value: Any, indent: int) -> str:
        """Write what stands behind a key or a dash."""
        if not isinstance(value, dict | list) or not value or self.one(True, False):
            if isinstance(value, dict | list):
                return f"{start} {self.flow(value)}{self.note()}\n"
            text = self.scalar(value, indent)
            return f"{start} {text}" if text.endswith("\n") else f"{start} {text}{self.note()}\n"
        deeper = indent + self.one(1, 2, 3, 4)
        if start.endswith("-") and self.one(True, True, False):
            return f"{start} {self.block(value, indent + 2, beside=True).lstrip(' ')}"
        if start.endswith(":") and isinstance(value, list) and self.one(True, False):
            deeper = indent
        return f"{start}{self.note()}\n{self.block(value, deeper)}"

    def block(self, value: Any, indent: int, *, beside: bool = False) -> str:
        """Write a map or list on lines of its own, the first of them `beside` a dash."""
        pad, written = " " * indent, ""
        pairs = value.items() if isinstance(value, dict) else ((None, each) for each in value)
        for key, each in pairs:
            start = f"{pad}{key}:" if key is not None else f"{pad}-"
            above = "" if beside and not written else self.above(indent)
            written += above + self.entry(start, each, indent)
        return written + self.above(self.one(0, indent))


@st.composite
def untidy(draw: st.DrawFn) -> str:
    """Draw a file whose root is a map."""
    value = draw(st.dictionaries(keys, values, min_size=1, max_size=5))
    return Scribe(draw).block(value, 0)


@given(untidy())
@example("scenes:\n- prompt: |+\n    a\n\n\n- b: 1 # x\n")
@example("title: |\n  no end")
@example("scenes:\n  - # above\n    prompt: a\n")
@example("title: # between\n  # and\n  T\n")
@example("--- # here\ntitle: T\n... # there\n")
@example("? title\n: T\n")
@example("film: { # in\n  fps: 24 }\n")
@example("title: |2\n    two more\n")
@example("scenes:\n- - a\n  - b\n")
@example('title: "a \\\n  b"\n')
def test_nothing_is_changed_or_lost(text: str) -> None:
    """Whatever an untidy file says, it says laid out; its comments are all there; twice is as once."""
    found, faults = parse(source_of(text))
    if found is not None and not faults:
        laid_out(text)
