"""Keys of providers that a run will need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rich.text import Text

from longtake.cli.table import named_line
from longtake.plan.job import Plan
from longtake.project import Project
from longtake.reckoning import missing_keys


def key_lines(plan: Plan, board: Path) -> Iterator[Text]:
    """Say which keys a run will need that are not set."""
    keys = missing_keys(plan, Project(board).folder)
    if keys:
        yield named_line("key", f"`make` will need {' and '.join(keys)}: not set yet")
