"""What every verb writes with `--json` when it fails, and the faults and warnings in all documents."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal

from longtake import __version__
from longtake.errors import Fault, LongtakeError, StoryboardError

# The version of the form of all that `--json` writes.
FORM: Literal[1] = 1


@dataclass(frozen=True, kw_only=True)
class OfBoard:
    """What is told of one board: `board` is its file."""

    board: str = ""


@dataclass(frozen=True, kw_only=True)
class FaultObject:
    """One fault or warning of a document; line and column are counted from 1."""

    file: str
    line: int
    column: int
    message: str
    code: str
    excerpt: str
    hint: str


@dataclass(frozen=True, kw_only=True)
class ErrorEvent(OfBoard):
    """The run ends with this exit code, or, where several boards are made, that of `board` does.

    It may be the first line, so it carries the versions.
    """

    longtake: Literal[1] = FORM
    version: str = __version__
    event: Literal["error"] = "error"
    exit: int
    message: str
    hint: str = ""
    faults: tuple[FaultObject, ...] = ()


def json_line(document: object) -> str:
    """Write a document as one line, in signs that any terminal and any encoding carries."""
    return json.dumps(asdict(document))  # type: ignore[call-overload]


def fault_object(fault: Fault) -> FaultObject:
    """Write a fault as data."""
    where = fault.where
    return FaultObject(
        file=where.file,
        line=where.line,
        column=where.column,
        message=fault.message,
        code=fault.code,
        excerpt=fault.excerpt,
        hint=fault.hint,
    )


def error_of(error: LongtakeError) -> ErrorEvent:
    """Write an error as data, each fault of a storyboard apart."""
    if isinstance(error, StoryboardError):
        count = len(error.faults)
        message = f"{count} faults" if count != 1 else "1 fault"
        faults = tuple(map(fault_object, error.faults))
        return ErrorEvent(exit=error.exit_code, message=message, faults=faults)
    place = f"{error.where}: " if error.where else ""
    return ErrorEvent(exit=error.exit_code, message=place + error.message, hint=error.hint)
