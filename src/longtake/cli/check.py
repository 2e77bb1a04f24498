"""`longtake check`: every fault of a board and its files, before anything runs."""

from __future__ import annotations

from pathlib import Path

import click

from longtake.cli import options, say
from longtake.cli.board import find_boards
from longtake.cli.documents import check_document
from longtake.cli.each import for_each
from longtake.cli.plan import key_lines
from longtake.film import plan_film
from longtake.wishes import Wishes


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
    doubts = f", {_count(len(plan.warnings), 'warning')}" if plan.warnings else ""
    shots = sum(not note.bridge for note in plan.shots)
    held = f"{_count(len(plan.scenes), 'scene')}, {_count(shots, 'shot')}"
    say.answer(f"{say.shown(path)}: no faults{doubts}, {held}")
    for line in key_lines(plan, path):
        say.tell(line)


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
