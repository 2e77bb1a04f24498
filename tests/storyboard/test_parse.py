"""YAML 1.2 values, and YAML that is broken or hostile."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from longtake.storyboard.diagnose import Source
from longtake.storyboard.parse import MAX_VALUES, parse


def read(text: str) -> Any:
    """Parse text that has no faults and give its plain value."""
    root, faults = parse(Source(Path("b.yaml"), "b.yaml", tuple(text.split("\n"))))
    assert faults == []
    assert root is not None
    return root.plain()


def faults_of(text: str) -> list[str]:
    """Parse text and give place, message and hint of each fault."""
    _, faults = parse(Source(Path("b.yaml"), "b.yaml", tuple(text.split("\n"))))
    return [f"{f.where}: {f.message} | {f.hint}" for f in faults]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("True", True),
        ("FALSE", False),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("-7", -7),
        ("+.5", 0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("-.inf", float("-inf")),
        ("~", None),
        ("", None),
        ("2024-01-01", "2024-01-01"),
        ("'5'", "5"),
        ("=", "="),
        ("9" * 5000, float("inf")),
        ("1" + "0" * 40, 1e40),
    ],
)
def test_core_schema_of_yaml_1_2(written: str, value: object) -> None:
    """Unquoted values are those of YAML 1.2, and endless digits cost nothing."""
    found = read(f"a: {written}")["a"]
    assert (found, type(found)) == (value, type(value))


def test_merge_keys() -> None:
    """`<<` lends keys that a map does not have itself; the first of several maps wins."""
    text = "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  <<: [*x, *y]\n  a: 0\n"
    assert read(text)["z"] == {"a": 0, "b": 2, "c": 4}


def test_quoted_merge_sign_is_a_key() -> None:
    """In quotes `<<` is a key like any other."""
    assert read('"<<": 1') == {"<<": 1}


def test_alias_stands_for_its_anchor() -> None:
    """An alias gives the value of its anchor, also where that is a single word."""
    assert read("a: &one [1, &two b]\nc: *one\nd: *two\n") == {
        "a": [1, "b"],
        "c": [1, "b"],
        "d": "b",
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a:\n\tb: 1", "2:1: a tab indents this line | indent with spaces"),
        ("a: @x", '1:4: a value cannot begin with "@" | put it in quotes'),
        (
            "a: b: c",
            '1:5: a ":" too many, or a line that is indented wrongly | '
            'text with ": " in it goes in quotes',
        ),
        (
            "a:\n  b: 1\n c: 2",
            "3:2: this line does not fit the lines above it | "
            "keys of one map begin in the same column; close quotes and brackets",
        ),
        ("a: 'b\nc: d", "1:4: quotes opened here are never closed | close the quotes"),
        (
            "a: [b, c\nd: e",
            '2:2: a list opened by "[" is not closed here | it was opened on line 1; add a , or ]',
        ),
        (
            "a: {b: x ${c} y}",
            '1:11: a map opened by "{" is not closed here | '
            "inside { } or [ ], text with ${...} goes in quotes",
        ),
        ("a: [b,,c]", "1:7: a value is missing here | delete the extra comma"),
        (
            'a: "\\q"',
            "1:5: this backslash means nothing inside double quotes | "
            "write \\\\ for one backslash, or use single quotes",
        ),
        ('a: "\\0"', "1:4: an escape in this text stands for a control character | "
         "write it as visible text"),
        ("a: !!python/name:os.system x", '1:4: the tag "tag:yaml.org,2002:python/name:os.system" '
         "is not allowed | delete it"),
        ("a: !!str 5", '1:4: the tag "tag:yaml.org,2002:str" is not allowed | delete it'),
        ("a: 1\nb: 2\na: 3", '3:1: the key "a" stands twice in one map | '
         "it is on line 1 already; keep one of them"),
        ("? [a]\n: b", "1:3: a key is plain text, not a map, list or alias | "),
        ("a: &x b\n*x : c", "2:1: a key is plain text, not a map, list or alias | "),
        ('"": b', "1:1: an empty key | write key: value"),
        ("a: &x\n  b: *x", '2:6: "*x" stands for a part it is in | '),
        ("a: &lamp 1\nb: *lmp", '2:4: there is no anchor "&lmp" above this line | '
         'did you mean "lamp"?'),
        ("a: {<<: 5}", '1:9: "<<" takes a map, an alias of one, or a list of such | '
         "write <<: *name"),
        ("a: 1\n---\nb: 2", "2:1: a second document begins here; a file holds one storyboard | "
         'delete the line "---"'),
    ],
)  # fmt: skip
def test_broken_yaml(text: str, said: str) -> None:
    """Each way to break YAML is told in plain words at its place."""
    assert faults_of(text) == [f"b.yaml:{said}"]


def test_faults_before_the_end_are_all_told() -> None:
    """What is wrong before the text breaks off is reported with the break."""
    places = [re.match(r"b.yaml:(\d+)", said) for said in faults_of("a: !x 1\na: 2\nb: 'c")]
    assert [place and place[1] for place in places] == ["1", "2", "3"]


def test_alias_bomb() -> None:
    """Nine levels of nine aliases each are refused as soon as they stand for too much."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    said = f"more than {MAX_VALUES} keys and values; no storyboard is that long"
    assert said in faults_of("\n".join(lines))[0]


def test_bomb_of_merges() -> None:
    """Merged maps count as all they stand for, too."""
    lines = ["a0: &a0 {" + ", ".join(f"k{n}: x" for n in range(99)) + "}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 10)]
    assert "no storyboard is that long" in faults_of("\n".join(lines))[0]


def test_depth_by_aliases() -> None:
    """Nesting hidden behind aliases counts as well."""
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [[[*a{n - 1}]]]" for n in range(1, 20)]
    assert faults_of("\n".join(lines))[0].endswith("nested deeper than 32 levels | ")


def test_more_values_than_any_board() -> None:
    """A list of a million values stops at the limit."""
    assert "no storyboard is that long" in faults_of("[" + "a," * 1_000_000)[0]
