"""Where each value of a document was written, and how a fault there is shown.

    episode.yaml:3:8: "title" is text, not a number
        title: 1911
               ^^^^
    hint: put it in quotes: "1911"

Lines and columns are counted from 0 in here and from 1 in everything that is shown. What a document
holds may be hostile to a terminal: nothing is shown before `visible` has seen it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from heapq import nsmallest
from pathlib import Path
from typing import Any, NamedTuple

from wcwidth import wcswidth, wcwidth

from longtake.errors import Fault, Where

# C0, DEL and C1 drive terminals, line separators break the excerpt, bidi controls reorder what is
# read, lone surrogates cannot be encoded at all.
_HOSTILE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
_INDENT = "    "
_CELLS = 140
# A line of combining marks has few cells and many signs; this bounds it as well.
_SIGNS = 420
_KNOWN = 2000
_COMPARED = 100

# Nobody reads more; and a hostile file may have a fault in every byte.
MAX_FAULTS = 500

COMMA = "inside { }, text with a comma in it goes in quotes"

Place = tuple[Any, ...]
Scalar = str | int | float | bool | None


def visible(text: str) -> str:
    """Replace, sign by sign, what could command a terminal or hide itself; tabs become spaces."""
    return _HOSTILE.sub("\ufffd", text).replace("\t", " ")


def quoted(text: object, limit: int = 60) -> str:
    """Show an author's text in double quotes, shortened and safe for a terminal."""
    shown = visible(str(text)[: limit + 1].replace("\n", " "))
    return f'"{shown[:limit]}…"' if len(shown) > limit else f'"{shown}"'


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Ask for the nearest known word as a hint, or give "" where none is near."""
    near = nearest(word, known)
    return f"did you mean {quoted(near)}?" if near else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """Find the known word nearest to a word, or "" where none is near."""
    meant, names = word.casefold(), list(known)
    # Comparing is slow: a board of 10,000 ids, all of them named wrongly, must not take minutes.
    if len(names) > _KNOWN or len(word) > 100:
        return ""
    names = [name for name in names if abs(len(name) - len(word)) <= 3 and _alike(name, meant)]
    names = nsmallest(_COMPARED, names, key=lambda name: (abs(len(name) - len(word)), name))
    by_form = {name.casefold(): name for name in names}
    match = difflib.get_close_matches(meant, by_form, 1)
    return by_form[match[0]] if match else ""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One file of a document: its path, its name as it is shown, and its lines."""

    path: Path
    shown: str
    lines: tuple[str, ...]

    def path_of(self, written: str) -> Path:
        """Resolve a path written in this file against its folder."""
        return _path_in(self, written)

    def fault(
        self, line: int, column: int, width: int, message: str, *, code: str, hint: str = ""
    ) -> Fault:
        """Make a fault at a place of this file; line and column are counted from 0."""
        line = max(0, min(line, len(self.lines) - 1))
        where = Where(visible(self.shown), line + 1, column + 1)
        text = self.lines[line] if self.lines else ""
        drawn = excerpt(text, column, width) if text.strip() else ""
        return Fault(where, visible(message), code, drawn, visible(hint))


# One picture is named for many shots, and each place is asked for some ten times.
@lru_cache(maxsize=4096)
def _path_in(source: Source, written: str) -> Path:
    return source.path.parent / written


class Spot(NamedTuple):
    """A stretch of one line of a file, counted from 0."""

    source: Source
    line: int
    column: int
    width: int

    @property
    def text(self) -> str:
        """What stands at this spot."""
        return self.source.lines[self.line][self.column : self.column + self.width]

    @property
    def is_lone(self) -> bool:
        """Whether no colon follows it: a key in braces that is the rest of a text with a comma."""
        rest = self.source.lines[self.line][self.column + self.width :]
        return not rest.lstrip().startswith(":")

    def fault(self, message: str, *, code: str, hint: str = "") -> Fault:
        """Make a fault that underlines this spot."""
        return self.source.fault(self.line, self.column, self.width, message, code=code, hint=hint)


@dataclass(slots=True, eq=False)
class Node:
    """A value of a document and where it was written; `kids` is None for plain values.

    `weight` counts the values in it with every alias written out, `height` how deep it is nested.
    """

    spot: Spot
    value: Scalar = None
    kids: dict[str, Node] | list[Node] | None = None
    keys: dict[str, Spot] | None = None
    weight: int = 1
    height: int = 0

    def plain(self) -> Any:
        """Give the value alone, as maps, lists and scalars."""
        if isinstance(self.kids, dict):
            return {key: kid.plain() for key, kid in self.kids.items()}
        return self.value if self.kids is None else [kid.plain() for kid in self.kids]

    def kid(self, step: object) -> Node | None:
        """Give the value under a key or an index, or None."""
        if isinstance(self.kids, dict):
            return self.kids.get(step) if isinstance(step, str) else None
        if self.kids is not None and isinstance(step, int) and 0 <= step < len(self.kids):
            return self.kids[step]
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where every value of a document stands: file, line, column, for a place such as
    ("scenes", 0, "join"); `is_alone` where all of it is one file."""

    main: Path
    roots: tuple[Path, ...]
    root: Node
    is_alone: bool = False

    def source(self, place: Place) -> Source:
        """Give the file that wrote a value, or the nearest part around it."""
        if self.is_alone:
            return self.root.spot.source
        return self._nearest(place)[0].spot.source

    def spot(self, place: Place, *, key: bool = False) -> Spot:
        """Find the value (or its key) at a place, or the nearest part around it."""
        node, key_spot = self._nearest(place)
        return key_spot if key and key_spot else node.spot

    def fault(
        self, place: Place, message: str, *, code: str, hint: str = "", key: bool = False
    ) -> Fault:
        """Make a fault that points at a value (or its key), or at the nearest part around it."""
        found = self.spot(place, key=key).fault(message, code=code, hint=hint)
        return replace(found, place=place)

    def _nearest(self, place: Place) -> tuple[Node, Spot | None]:
        steps = self._steps(place)
        if len(steps) > len(place):
            return steps[-1]
        if _on_shot_edge(place):
            # What a scene says of its beginning and end holds for its first and last shot.
            of_scene = self._steps((*place[:2], *place[4:]))
            if len(of_scene) > 3:
                return of_scene[-1]
        return steps[-1][0], None

    def _steps(self, place: Place) -> list[tuple[Node, Spot | None]]:
        """List the root and every part on the way to a place, as far as the document goes."""
        node = self.root
        steps: list[tuple[Node, Spot | None]] = [(node, None)]
        for step in place:
            key_spot = node.keys.get(step) if node.keys else None
            kid = node.kid(step)
            if kid is None:
                break
            steps.append((kid, key_spot))
            node = kid
        return steps


def excerpt(line: str, column: int, width: int) -> str:
    """Draw a source line with carets under a stretch of it; long lines are clipped around it."""
    column = min(max(column, 0), len(line))
    start, end = _window(line, column)
    head, tail = ("…" if start else ""), ("…" if end < len(line) else "")
    shown = head + visible(line[start:end]) + tail
    first = len(head) + column - start
    before = _cells(shown[:first])
    under = _cells(shown[first : min(first + width, len(shown) - len(tail))])
    return f"{_INDENT}{shown.rstrip()}\n{_INDENT}{' ' * before}{'^' * max(1, under)}"


def _window(line: str, column: int) -> tuple[int, int]:
    """Choose the part of a line to show: all of it, or about 140 cells around a column."""
    if len(line) <= _SIGNS and _cells(visible(line)) <= _CELLS:
        return 0, len(line)
    start, room = column, 50
    for sign in reversed(visible(line[max(0, column - 120) : column])):
        room -= wcwidth(sign)
        if room < 0:
            break
        start -= 1
    # A clipped line must not begin with a mark that belongs to the sign before it.
    while 0 < start < column and wcwidth(line[start]) == 0:
        start += 1
    end, room = column, _CELLS - 2 - _cells(visible(line[start:column]))
    for sign in visible(line[column : column + _SIGNS - 120]):
        room -= wcwidth(sign)
        if room < 0:
            break
        end += 1
    return start, end


def _alike(name: str, meant: str) -> bool:
    folded = name.casefold()
    return folded[:1] == meant[:1] or folded[-1:] == meant[-1:]


def _cells(text: str) -> int:
    return max(0, wcswidth(text))


def _on_shot_edge(place: Place) -> bool:
    return (
        len(place) >= 5
        and place[0] == "scenes"
        and place[2] == "shots"
        and place[4] in ("start", "join", "end")
    )
