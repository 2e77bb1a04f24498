"""`longtake check`: every fault of a board and its files, before anything runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import click

from longtake import __version__
from longtake.cli import options, say
from longtake.cli.board import find_boards
from longtake.cli.each import for_each
from longtake.cli.faultobjects import FORM, FaultObject, fault_object
from longtake.cli.keys import key_lines
from longtake.cli.table import counted
from longtake.plan.job import Plan
from longtake.planning import plan_film
from longtake.wishes import Wishes


@dataclass(frozen=True, kw_only=True)
class CheckDocument:
    """`longtake check --json` for a board without faults; faults come as an error object."""

    longtake: Literal[1] = FORM
    version: str = __version__
    event: Literal["check"] = "check"
    board: str
    scenes: int
    shots: int
    clips: int
    warnings: tuple[FaultObject, ...]


@click.command("check")
@options.BOARDS
@options.SET
@options.JSON
def command(boards: tuple[Path, ...], variables: dict[str, str], as_json: bool) -> int:
    """Find every fault in a storyboard, and in the files it names. Makes nothing."""
    paths = find_boards(boards)
    return for_each(paths, lambda path: _check(path, variables, as_json), as_json=as_json)


def _check(path: Path, variables: dict[str, str], as_json: bool) -> None:
    plan = plan_film(path, Wishes(variables=variables))
    say.warn(plan.warnings)
    if as_json:
        say.answer_json(check_document(plan, path))
        return
    doubts = f", {counted(len(plan.warnings), 'warning')}" if plan.warnings else ""
    shots = sum(not note.bridge for note in plan.shots)
    held = f"{counted(len(plan.scenes), 'scene')}, {counted(shots, 'shot')}"
    say.answer(f"{say.shown(path)}: no faults{doubts}, {held}")
    for line in key_lines(plan, path):
        say.tell(line)


def check_document(plan: Plan, board: Path) -> CheckDocument:
    """Write what a board without faults holds."""
    return CheckDocument(
        board=str(board),
        scenes=len(plan.scenes),
        shots=sum(not note.bridge for note in plan.shots),
        clips=len(plan.sources),
        warnings=tuple(map(fault_object, plan.warnings)),
    )
