"""A board as it is written: its maps and lists with every comment and empty line where it belongs.

PyYAML's events know places and no comments; what lies between the events are comments, so both
together are all of a file. The text must parse; `longtake.storyboard.parse` says what is wrong with it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml


@dataclass
class Scalar:
    """A value in one piece: what it says, and its lines as they are written, without its anchor."""

    value: str
    style: str
    lines: list[str]
    anchor: str = ""

    @property
    def is_block(self) -> bool:
        """Whether it is a text of its own lines, below a `|` or `>`."""
        return self.style in ("|", ">")

    @property
    def keeps(self) -> bool:
        """Whether empty lines below it belong to it: a text of its own lines with a `+`."""
        return self.is_block and "+" in self.lines[0].partition(" ")[0]

    def drop_gaps(self) -> int:
        """Leave out the empty lines below a text of its own lines that are none of it; counts them."""
        _, *text = self.lines
        widths = (len(line) - len(line.lstrip(" ")) for line in text if line.strip())
        width, before = next(widths, 0), len(self.lines)
        # One of more spaces than the text is indented by is a line of it.
        while len(self.lines) > 1 and not self.lines[-1].strip() and len(self.lines[-1]) <= width:
            self.lines.pop()
        return before - len(self.lines)


@dataclass
class Alias:
    """`*name`."""

    name: str


@dataclass
class Group:
    """A map or a list; `lines` are its text where it stands in brackets, `tail` comments at its end."""

    is_map: bool
    flow: bool
    entries: list[Entry] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)
    anchor: str = ""
    lines: list[str] = field(default_factory=list)


Value = Scalar | Alias | Group


@dataclass
class Entry:
    """One pair of a map or one element of a list.

    `lead` are the comments above it, "" for an empty line; `trail` is the comment on its line, which
    begins at a column; `column` is where the entry itself begins.
    """

    key: Scalar | None
    value: Value
    column: int
    lead: list[str] = field(default_factory=list)
    trail: str = ""
    trail_column: int = 0


@dataclass(frozen=True)
class Document:
    """A whole file: what stands above the first key, its root, and whether any part has a name."""

    head: list[str]
    root: Group
    anchored: bool


def read_written(lines: tuple[str, ...]) -> Document:
    """Read the lines of a board that parses and is a map."""
    return _Reader(lines).document()


def comments_of(lines: tuple[str, ...]) -> list[str]:
    """List all comments of a file, in order; those within brackets too."""
    return [comment.text for comment in _find_comments(lines, list(_events(lines))).values()]


@dataclass(frozen=True)
class _Comment:
    column: int
    text: str
    alone: bool


def _events(lines: tuple[str, ...]) -> Iterable[Any]:
    return yaml.parse("\n".join(lines), Loader=yaml.CSafeLoader)


def _find_comments(lines: tuple[str, ...], events: list[Any]) -> dict[int, _Comment]:
    """Find comments by line: each `#` behind space that is in no scalar."""
    masked = list(lines)
    for event in events:
        if isinstance(event, yaml.ScalarEvent):
            start, end = _marks(event)
            for number in range(start.line, min(end.line, len(lines) - 1) + 1):
                line = masked[number]
                first = start.column if number == start.line else 0
                last = end.column if number == end.line else len(line)
                masked[number] = line[:first] + "x" * (last - first) + line[last:]
    found = {}
    for number, line in enumerate(masked):
        match = re.search(r"(?:^|(?<=\s))#", line)
        if match:
            column = match.start()
            text = lines[number][column:].rstrip()
            found[number] = _Comment(column, text, not line[:column].strip())
    return found


def _marks(event: Any) -> tuple[Any, Any]:
    return event.start_mark, event.end_mark


class _Reader:
    """Goes through the events and gives each comment to the entry that it is about, once."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        self._lines = lines
        events = list(_events(lines))
        self._comments = _find_comments(lines, events)
        self._events: deque[Any] = deque(
            event for event in events if isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent)
        )
        self._anchored = any(getattr(event, "anchor", None) for event in events)
        # The first line whose comments nobody has yet, and the last one of the value just read.
        self._next = self._last = 0

    def document(self) -> Document:
        first = self._events[0].start_mark.line
        head = [line for number in range(first) for line in self._line_beside(number)]
        self._next = first
        root = self._value(0)
        assert isinstance(root, Group)
        rest = range(self._next, len(self._lines))
        root.tail += [line for number in rest for line in self._line_beside(number)]
        return Document(head, root, self._anchored)

    def _value(self, indent: int) -> Value:
        event = self._events.popleft()
        self._end(event.end_mark, event.start_mark.line)
        if isinstance(event, yaml.AliasEvent):
            return Alias(str(event.anchor))
        anchor = event.anchor or ""
        if isinstance(event, yaml.ScalarEvent):
            lines = self._slice(event.start_mark, event.end_mark, anchor)
            scalar = Scalar(event.value, event.style or "", lines, anchor)
            if scalar.is_block and not scalar.keeps:
                self._last -= scalar.drop_gaps()
            return scalar
        is_map = isinstance(event, yaml.MappingStartEvent)
        group = Group(is_map, bool(event.flow_style), anchor=anchor)
        while not isinstance(self._events[0], yaml.CollectionEndEvent):
            group.entries.append(self._entry(group))
        end = self._events.popleft()
        if group.flow:
            self._end(end.end_mark, event.start_mark.line)
            group.lines = self._slice(event.start_mark, end.end_mark, anchor)
        else:
            self._end_block(group, indent)
        return group

    def _entry(self, group: Group) -> Entry:
        if group.flow:
            key = self._value(0) if group.is_map else None
            assert key is None or isinstance(key, Scalar)
            return Entry(key, self._value(0), 0)
        mark = self._events[0].start_mark
        line, column = (mark.line, mark.column) if group.is_map else self._dash(mark)
        lead = self._lead(line)
        key = None
        if group.is_map:
            key = self._value(column)
            assert isinstance(key, Scalar)
        begins = self._events[0].start_mark.line
        entry = Entry(key, self._value(column), column, lead)
        value = entry.value
        if isinstance(value, Group) and not value.flow:
            if begins > line or value.anchor:
                self._take_trail(entry, line, keep=group.is_map)
            return entry
        if begins > line:
            # A comment between a key and its value has no better place than above both.
            self._take_trail(entry, line, keep=False)
            entry.lead += [each for each in self._lead(begins) if each]
        self._take_trail(entry, self._last, keep=True)
        self._next = max(self._next, self._last + 1)
        return entry

    def _end(self, mark: Any, begun: int) -> None:
        """Remember the last line of a value; a text of its own lines ends where the next one begins."""
        self._last = int(mark.line) - (mark.column == 0 and mark.line > begun)

    def _take_trail(self, entry: Entry, line: int, *, keep: bool) -> None:
        """Give an entry the comment behind what stands on a line: as its trail, or above it."""
        comment = self._comments.get(line)
        if comment is None or comment.alone:
            return
        del self._comments[line]
        if keep:
            entry.trail, entry.trail_column = comment.text, comment.column
        else:
            entry.lead.append(comment.text)

    def _lead(self, line: int) -> list[str]:
        """Take the comments and empty lines from where nobody has them up to a line."""
        taken = [
            each
            for number in range(self._next, line)
            if number not in self._comments or self._comments[number].alone
            for each in self._line_beside(number)
        ]
        self._next = max(self._next, line)
        return taken

    def _line_beside(self, number: int) -> list[str]:
        """Take what a line holds besides values: its comment, or "" where it is empty."""
        comment = self._comments.pop(number, None)
        if comment is not None:
            return [comment.text]
        return [] if self._lines[number].strip() else [""]

    def _end_block(self, group: Group, indent: int) -> None:
        """Give a map or list the comments below its last entry that are indented as it is."""
        column = group.entries[0].column if group.entries else indent
        # A list may stand at the column of its key: what follows there is about the next key.
        column += column == indent and not group.is_map
        last = self._next
        for number in range(self._next, len(self._lines)):
            comment = self._comments.get(number)
            if comment is None and not self._lines[number].strip():
                continue
            if comment is None or not comment.alone or comment.column < max(column, 1):
                break
            last = number + 1
        group.tail += self._lead(last)

    def _dash(self, mark: Any) -> tuple[int, int]:
        """Find the dash before an element."""
        before = self._lines[mark.line][: mark.column] if mark.line < len(self._lines) else ""
        number = mark.line
        while "-" not in before:
            number -= 1
            comment = self._comments.get(number)
            before = self._lines[number][: comment.column if comment else None]
        return number, before.rindex("-")

    def _slice(self, start: Any, end: Any, anchor: str) -> list[str]:
        """Cut the text of a value out of its lines."""
        numbers = range(start.line, min(end.line, len(self._lines) - 1) + 1)
        found = [self._lines[number] for number in numbers]
        if end.line < len(self._lines):
            found[-1] = found[-1][: end.column]
            if len(found) > 1 and end.column == 0:
                found.pop()
        found[0] = found[0][start.column :]
        if anchor:
            found[0] = re.sub(rf"^&{re.escape(anchor)}\s*", "", found[0])
        return found
