"""YAML into values that know their place, built straight from the C parser's events.

Composing in C recurses, and 50,000 nested brackets end the process; events come one by one. Values
are those of YAML 1.2's core schema: `no` and `1:30` are text, `1_000` too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from longtake.errors import Fault
from longtake.storyboard.diagnose import (
    COMMA,
    MAX_FAULTS,
    Node,
    Scalar,
    Source,
    Spot,
    did_you_mean,
    quoted,
)

MAX_DEPTH = 32
MAX_VALUES = 250_000

_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_CORE: tuple[tuple[str, bool | None], ...] = (("null", None), ("true", True), ("false", False))
_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    **{form: value for word, value in _CORE for form in (word, word.title(), word.upper())},
}
# What no value may hold: paths, terminals and files of other kinds break on it.
HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")

# What libyaml says, in an author's words: message and hint.
_SYNTAX = {
    "mapping values are not allowed in this context": (
        'a ":" too many, or a line that is indented wrongly',
        'text with ": " in it goes in quotes',
    ),
    "did not find expected key": (
        "this line does not fit the lines above it",
        "keys of one map begin in the same column; close quotes and brackets",
    ),
    "did not find expected '-' indicator": (
        "this line does not fit the list above it",
        "every entry of a list begins with - in the same column",
    ),
    "block sequence entries are not allowed in this context": (
        "a list cannot begin here",
        "put its first - on a line of its own",
    ),
    "could not find expected ':'": ('a key without its ":"', "write it as key: value"),
    "did not find expected ',' or ']'": ('a list opened by "[" is not closed here', "add a , or ]"),
    "did not find expected ',' or '}'": ('a map opened by "{" is not closed here', "add a , or }"),
    "did not find expected node content": ("a value is missing here", "delete the extra comma"),
    "found unexpected document indicator": ("quotes are still open here", "close the quotes"),
    "found unknown escape character": (
        "this backslash means nothing inside double quotes",
        "write \\\\ for one backslash, or use single quotes",
    ),
}


class _Stop(Exception):
    """Reading cannot go on; the last fault says why."""


def parse(source: Source) -> tuple[Node | None, list[Fault]]:
    """Read one document; gives None where it is empty or cannot be read to its end."""
    builder = _Builder(source)
    try:
        builder.read()
    except _Stop:
        return None, builder.faults
    except yaml.MarkedYAMLError as exc:
        builder.faults.append(_syntax_fault(source, exc))
        return None, builder.faults
    except yaml.YAMLError as exc:
        builder.faults.append(source.fault(0, 0, 1, f"this is no YAML: {exc}", code="syntax"))
        return None, builder.faults
    return builder.root, builder.faults


def resolve(text: str) -> Scalar:
    """Read an unquoted scalar as YAML 1.2's core schema does."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _INT.fullmatch(text):
        # Digits beyond any use become a float: exact long integers cost quadratic time.
        if len(text) > 40:
            return float(text) if text[:2] not in ("0o", "0x") else text
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    if _FLOAT.fullmatch(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text


@dataclass(slots=True)
class _Open:
    """A map or list that is still being read."""

    node: Node
    flow: bool
    key: str | None = None
    key_spot: Spot | None = None
    drop: bool = False
    merges: list[Node] = field(default_factory=list)


class _Builder:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.faults: list[Fault] = []
        self.root: Node | None = None
        self._stack: list[_Open] = []
        self._anchors: dict[str, Node] = {}
        self._values = 0
        self._last = len(source.lines) - 1
        self._documents = 0

    def read(self) -> None:
        for event in self._events():
            if type(event) is yaml.ScalarEvent:
                self._scalar(event)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._begin(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._end(event)
            elif isinstance(event, yaml.AliasEvent):
                self._alias(event)
            elif isinstance(event, yaml.DocumentStartEvent):
                self._documents += 1
                if self._documents > 1:
                    message = "a second document begins here; a file holds one storyboard"
                    self._stop(self._spot(event), message, "documents", 'delete the line "---"')

    def _events(self) -> Iterator[Any]:
        return yaml.parse("\n".join(self.source.lines), Loader=yaml.CSafeLoader)

    def _spot(self, event: Any) -> Spot:
        start, end = event.start_mark, event.end_mark
        line, column = min(start.line, self._last), start.column
        on_line = end.line == start.line
        width = (end.column if on_line else len(self.source.lines[line])) - column
        return Spot(self.source, line, column, max(1, width))

    def _fault(self, spot: Spot, message: str, code: str, hint: str = "") -> None:
        self.faults.append(spot.fault(message, code=code, hint=hint))
        if len(self.faults) >= MAX_FAULTS:
            raise _Stop

    def _stop(self, spot: Spot, message: str, code: str, hint: str = "") -> None:
        self._fault(spot, message, code, hint)
        raise _Stop

    def _count(self, spot: Spot, values: int = 1) -> None:
        self._values += values
        if self._values > MAX_VALUES:
            hint = "aliases (*name) count as all they stand for"
            message = f"more than {MAX_VALUES} keys and values; no storyboard is that long"
            self._stop(spot, message, "too-many", hint)

    def _scalar(self, event: Any) -> None:
        spot = self._spot(event)
        if event.tag is not None:
            self._refuse_tag(event, spot)
        self._count(spot)
        top = self._stack[-1] if self._stack else None
        if event.style == '"' and HIDDEN.search(event.value):
            message = "an escape in this text stands for a control character"
            self._fault(spot, message, "control", "write it as visible text")
        if top and top.node.keys is not None and top.key is None and not top.drop:
            self._key(top, event, spot)
            top.node.weight += 1
            return
        node = Node(spot, resolve(event.value) if event.implicit[0] else event.value)
        if event.anchor:
            self._anchors[event.anchor] = node
        self._attach(node)

    def _key(self, top: _Open, event: Any, spot: Spot) -> None:
        keys, key = top.node.keys, event.value
        assert keys is not None
        if not top.flow and not keys and not top.merges:
            top.node.spot = spot
        if event.anchor:
            self._anchors[event.anchor] = Node(spot, key)
        if not key:
            self._fault(spot, "an empty key", "key", "write key: value")
            top.drop = True
        elif key in keys:
            first = keys[key].line + 1
            hint = COMMA if spot.is_lone else f"it is on line {first} already; keep one of them"
            self._fault(spot, f"the key {quoted(key)} stands twice in one map", "duplicate", hint)
            top.drop = True
        else:
            top.key, top.key_spot = key, spot
            if key == "<<" and event.implicit[0]:
                top.key_spot = None

    def _begin(self, event: Any) -> None:
        spot = self._spot(event)
        if event.tag is not None:
            self._refuse_tag(event, spot)
        if len(self._stack) >= MAX_DEPTH:
            self._stop(spot, f"nested deeper than {MAX_DEPTH} levels", "too-deep")
        self._count(spot)
        is_map = isinstance(event, yaml.MappingStartEvent)
        node = Node(spot, kids={} if is_map else [], keys={} if is_map else None)
        if not event.flow_style:
            node.spot = Spot(self.source, spot.line, spot.column, 1)
        if event.anchor:
            self._anchors[event.anchor] = node
        self._stack.append(_Open(node, bool(event.flow_style)))

    def _end(self, event: Any) -> None:
        done = self._stack.pop()
        node, spot = done.node, done.node.spot
        if done.flow:
            last = event.end_mark
            stop = last.column if last.line == spot.line else len(self.source.lines[spot.line])
            node.spot = Spot(self.source, spot.line, spot.column, max(1, stop - spot.column))
        for merged in done.merges:
            self._merge(node, merged)
        self._attach(node)

    def _alias(self, event: Any) -> None:
        spot = self._spot(event)
        node = self._anchors.get(event.anchor)
        if node is None:
            near = did_you_mean(event.anchor, self._anchors)
            message = f"there is no anchor {quoted('&' + event.anchor)} above this line"
            self._fault(spot, message, "alias", near)
        elif any(part.node is node for part in self._stack):
            self._fault(spot, f"{quoted('*' + event.anchor)} stands for a part it is in", "cycle")
            node = None
        elif len(self._stack) + node.height > MAX_DEPTH:
            self._stop(spot, f"nested deeper than {MAX_DEPTH} levels", "too-deep")
        self._count(spot, node.weight if node else 1)
        self._attach(node or Node(spot), spot)

    def _attach(self, node: Node, spot: Spot | None = None) -> None:
        if not self._stack:
            self.root = node
            return
        top = self._stack[-1]
        top.node.weight += node.weight
        top.node.height = max(top.node.height, node.height + 1)
        if isinstance(top.node.kids, list):
            top.node.kids.append(node)
        elif top.drop:
            top.drop = False
        elif top.key is None:
            self._fault(spot or node.spot, "a key is plain text, not a map, list or alias", "key")
            top.drop = True
        elif top.key_spot is None:
            top.merges.append(node)
            top.key = None
        else:
            assert top.node.kids is not None and top.node.keys is not None
            top.node.kids[top.key], top.node.keys[top.key] = node, top.key_spot
            top.key = None

    def _merge(self, node: Node, merged: Node) -> None:
        assert isinstance(node.kids, dict) and node.keys is not None
        parts = merged.kids if isinstance(merged.kids, list) else [merged]
        for part in parts:
            if not isinstance(part.kids, dict) or part.keys is None:
                message = '"<<" takes a map, an alias of one, or a list of such'
                self._fault(part.spot, message, "merge", "write <<: *name")
                continue
            for key, kid in part.kids.items():
                if key not in node.kids:
                    node.kids[key], node.keys[key] = kid, part.keys[key]

    def _refuse_tag(self, event: Any, spot: Spot) -> None:
        self._fault(spot, f"the tag {quoted(event.tag)} is not allowed", "tag", "delete it")


def _syntax_fault(source: Source, exc: yaml.MarkedYAMLError) -> Fault:
    mark, problem = exc.problem_mark or exc.context_mark, str(exc.problem)
    line, column = (mark.line, mark.column) if mark else (0, 0)
    text = source.lines[line] if line < len(source.lines) else ""
    sign = text[column : column + 1]
    if problem == "found character that cannot start any token" and sign == "\t":
        message, hint = "a tab indents this line", "indent with spaces"
    elif problem == "found character that cannot start any token":
        message, hint = f"a value cannot begin with {quoted(sign)}", "put it in quotes"
    elif problem == "found unexpected end of stream" and exc.context_mark:
        line, column = exc.context_mark.line, exc.context_mark.column
        message, hint = "quotes opened here are never closed", "close the quotes"
    else:
        message, hint = _SYNTAX.get(problem, (f"this is no YAML: {problem}", ""))
    if problem.endswith("',' or '}'") and "${" in text[: column + 1]:
        hint = "inside { } or [ ], text with ${...} goes in quotes"
    elif problem.startswith("did not find expected ','") and exc.context_mark:
        hint = f"it was opened on line {exc.context_mark.line + 1}; {hint}"
    return source.fault(line, column, 1, message, code="syntax", hint=hint)
