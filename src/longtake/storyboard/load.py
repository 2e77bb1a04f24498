"""Read a storyboard and check it: one call, and either a sound document or all of its faults."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from longtake.errors import Fault, StoryboardError
from longtake.storyboard.check import find_faults
from longtake.storyboard.diagnose import MAX_FAULTS, Place, Places
from longtake.storyboard.lint import find_doubts
from longtake.storyboard.model import Storyboard
from longtake.storyboard.series import Series, read_series, set_variables
from longtake.storyboard.wording import Flaw, find_flaws, word

# Where one of these is flawed, what names or counts them is not judged as well.
_LEANED_ON = frozenset({"vars", "cast", "scenes", "shots", "id", "extends"})
_STAND_INS: dict[Place, Any] = {("title",): "?", ("longtake",): 1}


def load_storyboard(
    path: str | Path,
    *,
    set_vars: Mapping[str, str] | None = None,
    hold_faults: bool = False,
    text: bytes | None = None,
) -> Storyboard:
    """Read a storyboard and check it; every fault is reported with its line.

    `set_vars` wins over the `vars` of the board and of all it extends. Raises StoryboardError with
    all faults in file order, the board's own first. With `hold_faults` they come as `held_faults`
    instead, of a document without its flawed values, wherever there is such a one: whoever asks so looks
    further and then raises them. With a `text` of its own the file is not read, only its place counts.
    """
    path = Path(path)
    series = read_series(path, text)
    set_variables(series, set_vars or {})
    if series.root is None:
        raise StoryboardError(tuple(series.faults))
    places = Places(path, series.roots, series.root, len(series.paths) == 1)
    written = series.root.plain()
    try:
        storyboard = Storyboard.model_validate(written)
    except ValidationError as exc:
        faults, rest = _all_faults(exc, written, places, series)
        if rest is None or not hold_faults:
            raise StoryboardError(_in_order(series, faults)) from None
        rest._held = _in_order(series, faults)
        return rest
    storyboard._places = places
    faults, warnings = find_faults(storyboard)
    if series.faults or (faults and not hold_faults):
        raise StoryboardError(_in_order(series, faults))
    storyboard._held = _in_order(series, faults)
    # Doubts lean on names and ids, which a document with faults may lack.
    doubts = [] if faults else find_doubts(storyboard)
    storyboard._warnings = _in_order(series, warnings + doubts)
    return storyboard


def _all_faults(
    exc: ValidationError, written: dict[str, Any], places: Places, series: Series
) -> tuple[list[Fault], Storyboard | None]:
    """Give the faults of a document, and what is left of it without its flawed values, if anything."""
    flaws = find_flaws(exc, MAX_FAULTS)
    faults = [word(flaw, places) for flaw in flaws]
    cuts = {_cut(flaw) for flaw in flaws}
    if series.faults or any(_spoils_the_rest(cut) for cut in cuts):
        return faults, None
    # Without its flawed values the document may still show what is wrong across it.
    for cut in cuts:
        _cut_out(written, cut)
    try:
        storyboard = Storyboard.model_validate(written)
    except ValidationError:
        return faults, None
    storyboard._places = places
    hurt = {places.fault(cut[:-1], "", code="").where for cut in cuts if len(cut) > 1}
    across, _ = find_faults(storyboard)
    return faults + [fault for fault in across if fault.where not in hurt], storyboard


def _cut(flaw: Flaw) -> Place:
    """Give the place of the smallest part without which the document would be sound."""
    place = flaw.place
    if flaw.kind == "missing" and len(place) > 1:
        place = place[:-1]
    while place and not isinstance(place[-1], str):
        place = place[:-1]
    return place


def _spoils_the_rest(cut: Place) -> bool:
    if cut in _STAND_INS:
        return False
    # An unknown key of the board may be a misspelt one that everything leans on.
    return len(cut) < 2 or cut[0] in ("vars", "cast") or cut[-1] in _LEANED_ON


def _cut_out(written: Any, cut: Place) -> None:
    part = written
    for step in cut[:-1]:
        part = part[step] if isinstance(part, list) or step in part else {}
    part.pop(cut[-1], None)
    if cut in _STAND_INS:
        part[cut[-1]] = _STAND_INS[cut]


def _in_order(series: Series, faults: list[Fault]) -> tuple[Fault, ...]:
    """Sort by file, line and column; where a value could not be read, say only that."""
    unread = {fault.where for fault in series.faults}
    faults = series.faults + [fault for fault in faults if fault.where not in unread]
    files = {shown: number for number, shown in enumerate(series.shown)}

    def place(fault: Fault) -> tuple[int, int, int]:
        where = fault.where
        return files.get(where.file, len(files)), where.line, where.column

    return tuple(dict.fromkeys(sorted(faults, key=place)[:MAX_FAULTS]))
