"""Put a board and the bibles it extends together: maps merge, lists replace, the board wins."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from longtake.errors import Fault, StoryboardError, Where
from longtake.storyboard.diagnose import Node, Source, Spot, did_you_mean, quoted, visible
from longtake.storyboard.parse import HIDDEN, parse
from longtake.storyboard.read import Unreadable, read_source

MAX_CHAIN = 8

# C:\house.yaml, \\server\house.yaml, https://..., ~/house.yaml: none of them travels with a board.
_NOT_RELATIVE = re.compile(r"[A-Za-z]:[\\/]|[\\/~]|[A-Za-z][A-Za-z0-9+.-]*://")


@dataclass
class Series:
    """A board merged over all it extends, with the faults met on the way.

    `root` is None where the board itself could not be read as a map; `shown` lists the files in the
    order in which their faults are reported, `paths` are those that were read.
    """

    root: Node | None = None
    roots: tuple[Path, ...] = ()
    paths: tuple[Path, ...] = ()
    shown: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_series(path: Path, text: bytes | None = None) -> Series:
    """Read a board and the chain of files it extends; faults are collected, not raised.

    `text` is what the board says, where the file itself says something else or is not there.
    """
    series = Series()
    try:
        source = read_source(path, str(path) if text is None else "standard input", text)
    except Unreadable as exc:
        series.shown.append(visible(str(path)))
        where = Where(visible(str(path)), 1, 1)
        series.faults.append(Fault(where, visible(exc.message), "unreadable", "", exc.hint))
        return series
    except StoryboardError as exc:
        series.faults += exc.faults
        return series
    _add(series, source, (path.resolve(),))
    return series


def set_variables(series: Series, chosen: Mapping[str, str]) -> None:
    """Let names given on the command line win over the `vars` of all files."""
    board = series.root
    if board is None or not chosen:
        return
    declared = board.kid("vars")
    known = declared.kids if declared and isinstance(declared.kids, dict) else {}
    for name, text in chosen.items():
        if name in known:
            if HIDDEN.search(text):
                message = f"--set gives {quoted(name)} control characters or bytes that are no text"
                series.faults.append(known[name].spot.fault(message, code="control"))
            known[name] = Node(known[name].spot, text)
            continue
        spot = declared.spot if declared else board.spot
        hint = did_you_mean(name, known) or "declare it under `vars:`"
        message = f"--set names a variable that the board does not have: {quoted(name)}"
        series.faults.append(spot.fault(message, code="unknown-variable", hint=hint))


def merge(over: Node, under: Node) -> Node:
    """Lay one map over another: maps merge deeply, everything else replaces."""
    if not (isinstance(over.kids, dict) and isinstance(under.kids, dict)):
        return over
    assert over.keys is not None and under.keys is not None
    kids = dict(under.kids)
    for key, kid in over.kids.items():
        kids[key] = merge(kid, kids[key]) if key in kids else kid
    return replace(over, kids=kids, keys={**under.keys, **over.keys})


def _add(series: Series, source: Source, chain: tuple[Path, ...]) -> None:
    series.shown.append(visible(source.shown))
    series.paths += (source.path,)
    folder = source.path.resolve().parent
    if folder not in series.roots:
        series.roots += (folder,)
    root, faults = parse(source)
    series.faults += faults
    if root is None or (root.kids is None and root.value is None):
        if not faults:
            message, hint = "this file is empty", "a board needs `longtake: 1`, a title and scenes"
            series.faults.append(source.fault(0, 0, 1, message, code="empty", hint=hint))
        return
    if not isinstance(root.kids, dict):
        kind = "text" if root.kids is None else "a list"
        message = f"a storyboard is a map of keys such as title and scenes, not {kind}"
        series.faults.append(root.spot.fault(message, code="type"))
        return
    if series.root is None:
        series.root = root
    else:
        series.root = merge(series.root, root)
    _follow(series, source, root, chain)


def _follow(series: Series, source: Source, root: Node, chain: tuple[Path, ...]) -> None:
    base = root.kid("extends")
    if base is None or not isinstance(base.value, str):
        return
    written = base.value
    if _NOT_RELATIVE.match(written):
        message = f"extends takes a relative path, not {quoted(written)}"
        hint = "write it as seen from this file, such as ../house.yaml"
        _refuse(series, base.spot, message, hint)
        return
    if len(chain) > MAX_CHAIN:
        _refuse(series, base.spot, f"more than {MAX_CHAIN} files extend each other in a row")
        return
    path = source.path_of(written)
    try:
        resolved = path.resolve()
        if resolved in chain:
            _refuse(series, base.spot, f"{quoted(written)} extends itself, directly or by others")
            return
        # Only what is shown is tidied: through a symbolic link, `a/../b` need not be `b`.
        shown = os.path.normpath(Path(source.shown).parent / written)
        below = read_source(path, shown)
    except Unreadable as exc:
        _refuse(series, base.spot, exc.message, exc.hint)
    except (OSError, ValueError, RuntimeError):
        _refuse(series, base.spot, f"{quoted(written)} is no path that can be followed")
    except StoryboardError as exc:
        series.faults += exc.faults
    else:
        _add(series, below, (*chain, resolved))


def _refuse(series: Series, spot: Spot, message: str, hint: str = "") -> None:
    series.faults.append(spot.fault(message, code="extends", hint=hint))
