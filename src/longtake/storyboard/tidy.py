"""A board laid out in one way: keys in one order, two spaces a level, quotes where they are needed.

What it says and every comment stay; so does what an author chose for reading: maps in braces or on
lines of their own, texts over several lines, single empty lines, where comments are lined up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import yaml
from pydantic import BaseModel

from longtake.errors import LongtakeError
from longtake.storyboard.diagnose import Source, quoted
from longtake.storyboard.model import Shot, Storyboard
from longtake.storyboard.parse import parse, resolve
from longtake.storyboard.wording import inside, key_of
from longtake.storyboard.written import (
    Alias,
    Entry,
    Group,
    Scalar,
    Value,
    comments_of,
    read_written,
)

WIDTH = 100

# What a film is comes first, what holds for all of it next, the scenes last.
BOARD_ORDER = (
    *("longtake", "title", "extends", "vars", "model", "resolution", "draft", "split", "takes"),
    *("budget", "film", "brand", "look", "cast", "voice", "music", "captions"),
    *("sound", "sound_level", "focus"),
    *("color", "lighting", "repair", "reanchor", "reanchor_every"),
    *("prompt_optimizer", "fast_pretreatment", "watermark", "silence", "scenes"),
)
# What stands before a shot, what it shows, what holds for it, what is heard and read over it.
SHOT_ORDER = (
    *("id", "title", "join", "start", "prompt", "still", "footage", "title_card", "camera"),
    *("seconds", "end", "takes", "model", "resolution", "look", "split", "focus"),
    *("color", "lighting", "repair", "reanchor", "reanchor_every"),
    *("prompt_optimizer", "fast_pretreatment", "watermark"),
    *("mute", "sound", "sound_level", "music"),
    *("narration", "voice", "captions", "lower_third", "silence", "shots"),
)

_NO_PLAIN = re.compile(r"""^[-?:,\[\]{}#&*!|>'"%@`]|: |:$| #|^\s|\s$|^\.\.\.|[\n\t]|\$\{""")
# By the rules of YAML 1.1 `no` is false and `1:30` is 90: others may read a board by them.
_ELDER: Any = yaml.SafeLoader("")


def tidy(source: Source) -> str:
    """Lay a file of a storyboard out; it must parse and be a map.

    Gives the same again for what it gave. Raises LongtakeError rather than change what a file says.
    """
    document = read_written(source.lines)
    writer = _Writer(reorder=not document.anchored)
    lines = [*_gaps(document.head, first=True), *writer.block(document.root, 0, Storyboard)]
    text = "\n".join(lines) + "\n"
    _refuse_change(source, text)
    return text


@dataclass(frozen=True)
class _Writer:
    """Writes groups as lines; keys keep their order where a part has a name that others may need first."""

    reorder: bool

    def block(self, group: Group, indent: int, owner: Any) -> list[str]:
        """Write a map or list on lines of its own."""
        lines: list[str] = []
        tight = True
        for number, entry in enumerate(self.in_order(group, owner)):
            lead = _gaps(entry.lead, first=tight)
            lines += [_indented(line, indent) for line in lead]
            lines += self.entry(entry, indent, owner, number)
            tight = self._keeps(entry, number, owner)
        tail = _gaps(group.tail, first=tight, last=True)
        return lines + [_indented(line, indent) for line in tail]

    def _keeps(self, entry: Entry, number: int, owner: Any) -> bool:
        """Tell whether an empty line behind an entry would become part of what it says."""
        value = entry.value
        if isinstance(value, Scalar):
            return value.keeps
        if isinstance(value, Alias) or value.flow or value.tail:
            return False
        below = _below(owner, _name(entry) if entry.key else number, entry)
        return self._keeps(self.in_order(value, below)[-1], len(value.entries) - 1, below)

    def in_order(self, group: Group, owner: Any) -> list[Entry]:
        """Give a map's entries in the order of its keys, where it is one of ours; a list's as they are."""
        order = _order_of(owner) if group.is_map and self.reorder else None
        if order is None:
            return group.entries
        rank = {key: number for number, key in enumerate(order)}
        return sorted(group.entries, key=lambda each: rank.get(_name(each), -1))

    def entry(self, entry: Entry, indent: int, owner: Any, number: int) -> list[str]:
        """Write one entry, from its key or dash on."""
        value, below = entry.value, _below(owner, _name(entry) if entry.key else number, entry)
        start = " " * indent + (f"{scalar_text(entry.key, flow=False)}:" if entry.key else "-")
        if isinstance(value, Group) and not value.flow:
            return self._nested(entry, start, value, indent, below)
        first, *rest = self._inline(value, entry, indent, below, len(start) + 1)
        lines = [f"{start} {first}".rstrip(), *rest]
        at = 0 if isinstance(value, Scalar) and value.is_block else -1
        lines[at] = _with_trail(lines[at], entry, indent)
        return lines

    def _nested(self, entry: Entry, start: str, value: Group, indent: int, below: Any) -> list[str]:
        head = f"{start} &{value.anchor}" if value.anchor else start
        lines = self.block(value, indent + 2, below)
        if entry.key is not None or value.anchor or not value.is_map:
            return [_with_trail(head, entry, indent), *lines]
        # An element begins beside its dash; what stands above its first key goes above the dash.
        above = [line[2:] for line in lines[: _first_content(lines)]]
        first, *rest = lines[len(above) :]
        return [*above, f"{start} {first.lstrip()}", *rest]

    def _inline(self, value: Value, entry: Entry, indent: int, owner: Any, used: int) -> list[str]:
        """Write a value behind its key: its first line, and those below."""
        if isinstance(value, Alias):
            return [f"*{value.name}"]
        anchor = f"&{value.anchor} " if value.anchor else ""
        if isinstance(value, Scalar):
            if value.is_block:
                lines = _block_text(value, entry.column, indent)
            elif len(value.lines) > 1:
                lines = [
                    value.lines[0],
                    *(_indented(x.lstrip(), indent + 2) for x in value.lines[1:]),
                ]
            else:
                lines = [scalar_text(value, flow=False)]
            return [anchor + lines[0], *lines[1:]]
        flat = self.flat(value, owner)
        if flat is not None and (len(value.lines) == 1 or used + len(flat) <= WIDTH):
            return [flat]
        first, *rest = value.lines
        return [anchor + first, *(_moved(line, indent - entry.column, indent + 2) for line in rest)]

    def flat(self, value: Value, owner: Any) -> str | None:
        """Write a value on one line, as inside braces; None where a comment or a long text forbids it."""
        if isinstance(value, Alias):
            return f"*{value.name}"
        anchor = f"&{value.anchor} " if value.anchor else ""
        if isinstance(value, Scalar):
            written = scalar_text(value, flow=True)
            return None if "\n" in written else anchor + (written or "null")
        if _has_comment(value):
            return None
        parts = []
        for number, entry in enumerate(self.in_order(value, owner)):
            below = _below(owner, _name(entry) if entry.key else number, entry)
            text = self.flat(entry.value, below)
            if text is None:
                return None
            parts.append(f"{scalar_text(entry.key, flow=True)}: {text}" if entry.key else text)
        inner = ", ".join(parts)
        return anchor + (f"{{{inner}}}" if value.is_map else f"[{inner}]")


def scalar_text(scalar: Scalar, *, flow: bool) -> str:
    """Write a value of one line, in quotes only where it needs them; longer ones as they are."""
    text, value = "\n".join(scalar.lines), scalar.value
    if scalar.style not in ("'", '"') or len(scalar.lines) > 1:
        return text
    if _may_be_plain(value, flow):
        return value
    if not re.search(r'["\\\x00-\x1f\x7f-\x9f\ufeff\u2028\u2029]', value):
        return f'"{value}"'
    return text


def _may_be_plain(value: str, flow: bool) -> bool:
    """Tell whether a text reads the same without quotes, by anybody's rules."""
    if not value or _NO_PLAIN.search(value) or not value.isprintable():
        return False
    if flow and re.search(r"[,\[\]{}]|:", value):
        return False
    elder = _ELDER.resolve(yaml.ScalarNode, value, (True, False))
    return resolve(value) == value and elder == "tag:yaml.org,2002:str"


def _order_of(owner: Any) -> tuple[str, ...] | None:
    """Give the order of the keys of a part; None for maps whose keys are the author's."""
    if not (isinstance(owner, type) and issubclass(owner, BaseModel)):
        return None
    if issubclass(owner, Storyboard):
        return BOARD_ORDER
    return SHOT_ORDER if issubclass(owner, Shot) else tuple(key_of(owner))


def _below(owner: Any, step: str | int, entry: Entry) -> Any:
    """Give the part that a value is, by the part it is in."""
    found = inside(owner, step) if owner is not None else None
    if found is None:
        return None
    part, forms = found
    if forms:
        is_list = isinstance(entry.value, Group) and not entry.value.is_map
        return forms.get("list" if is_list else "map")
    return part


def _name(entry: Entry) -> str:
    return entry.key.value if entry.key else ""


def _has_comment(value: Group) -> bool:
    return len(value.lines) > 1 and bool(comments_of(("x:", *(f" {x}" for x in value.lines))))


def _block_text(value: Scalar, column: int, indent: int) -> list[str]:
    """Move a text of its own lines to where it belongs; its inner indentation is part of what it says."""
    head, *lines = value.lines
    sign = re.match(r"[|>][-+0-9]*", head)
    told = sign[0] if sign else head
    if not re.search(r"\d", told):
        widths = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip()]
        by = indent + 2 - (widths[0] if widths else 0)
    else:
        by = indent - column
    if value.value and not value.value.endswith("\n") and "-" not in told:
        # Such a text ends with the file; now a line end stands behind it.
        head = head.replace(told, told.replace("+", "") + "-", 1)
    return [" ".join(head.split(maxsplit=1)), *(_moved(line, by, 0, keep=True) for line in lines)]


def _moved(line: str, by: int, least: int, *, keep: bool = False) -> str:
    """Move a line to the right or left; a line of nothing but spaces keeps those that count."""
    width = len(line) - len(line.lstrip(" "))
    if not line.strip():
        return " " * max(0, width + by) if keep and width + by > 0 and width > 0 else ""
    return " " * max(least, width + by) + line[width:]


def _with_trail(line: str, entry: Entry, indent: int) -> str:
    if not entry.trail:
        return line
    column = max(entry.trail_column + indent - entry.column, len(line) + 2)
    return line.ljust(column) + entry.trail


def _indented(line: str, indent: int) -> str:
    return " " * indent + line if line else ""


def _gaps(lines: Iterable[str], *, first: bool = False, last: bool = False) -> list[str]:
    """Leave one empty line where there are several; none at the `first` or `last` end."""
    found: list[str] = []
    for is_gap, some in groupby(lines, key=lambda line: not line):
        found += [""] if is_gap else some
    return found[first and found[:1] == [""] : len(found) - (last and found[-1:] == [""])]


def _first_content(lines: list[str]) -> int:
    return next(n for n, line in enumerate(lines) if line and not line.lstrip().startswith("#"))


def _refuse_change(source: Source, text: str) -> None:
    """See to it that nothing was lost or changed, whatever the file looked like."""
    lines = tuple(text.split("\n"))
    before, _ = parse(source)
    after, faults = parse(Source(source.path, source.shown, lines))
    same = before and after and not faults and _told(before.plain()) == _told(after.plain())
    if not same or sorted(comments_of(source.lines)) != sorted(comments_of(lines)):
        raise LongtakeError(
            f"{quoted(source.shown, 200)} is written in a way that cannot be laid out safely",
            hint="nothing was changed; please report it with the file",
        )


def _told(value: Any) -> Any:
    """Write a value so that 1, 1.0 and true differ, and what is no number is equal to itself."""
    if isinstance(value, dict):
        return {key: _told(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_told(each) for each in value]
    return repr(value)
