"""`longtake doctor`: what is there, what is missing, and what each missing thing would give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

import click
from rich.cells import cell_len
from rich.text import Text

from longtake import __version__
from longtake.cli import options, say
from longtake.cli.faultobjects import FORM
from longtake.cli.say import DIM, ERROR, HEADING, HINT, WARNING
from longtake.doctor.examine import examine
from longtake.doctor.rows import Row, State, film_works

_STYLES: dict[State, str] = {"ok": "green", "missing": WARNING, "fault": ERROR, "not asked": DIM}
# Wider than this the eye loses the line.
_WIDEST = 110


@dataclass(frozen=True, kw_only=True)
class RowObject:
    """One thing looked at. `unlocks` says what it gives, or what would help; without a thing that is
    `needed` no film can be made, not even a drawn one.
    """

    group: str
    name: str
    state: Literal["ok", "missing", "fault", "not asked"]
    found: str
    unlocks: str
    needed: bool


@dataclass(frozen=True, kw_only=True)
class DoctorDocument:
    """`longtake doctor --json`: every row; `film_works` says whether a drawn film can be made here."""

    longtake: Literal[1] = FORM
    version: str = __version__
    event: Literal["doctor"] = "doctor"
    film_works: bool
    rows: tuple[RowObject, ...]


@click.command("doctor")
@click.option("--offline", is_flag=True, help="Ask no provider's host anything.")
@options.JSON
def command(offline: bool, as_json: bool) -> int:
    """Look at this installation, this folder, and the providers whose key is set here.

    Each of their hosts is asked one question that costs nothing. Keys are never shown. Exits 0
    where a film can be made here, drawn and free, and 1 where it cannot, whatever the keys are like.
    """
    rows = examine(Path(), offline=offline)
    works = film_works(rows)
    if as_json:
        told = tuple(RowObject(**asdict(row)) for row in rows)
        say.answer_json(DoctorDocument(film_works=works, rows=told))
        return 0 if works else 1
    for group, of_group in groupby(rows, lambda row: row.group):
        say.answer((group, HEADING))
        for row in of_group:
            for line in _lines(row, max(cell_len(each.name) for each in rows)):
                say.answer(line)
        say.answer()
    say.answer(_summary(rows))
    return 0 if works else 1


def _summary(rows: tuple[Row, ...]) -> Text:
    broken = [row.name for row in rows if row.needed and row.state in ("missing", "fault")]
    if broken:
        return say.assembled(("no film can be made here: ", ERROR), ", ".join(broken))
    shops = [row.name for row in rows if row.group == "providers" and row.state == "ok"]
    bought = f"; clips can be bought from {', '.join(shops)}" if shops else ""
    return say.assembled(("films can be drawn here, free", "green"), bought)


def _lines(row: Row, name_width: int) -> Iterator[Text]:
    """Write a row: its state, its name, and in a column of its own what was found."""
    gap = name_width - cell_len(row.name)
    head = say.assembled(
        "  ", (f"{row.state:<9}", _STYLES[row.state]), "  ", row.name, " " * gap, "  "
    )
    parts = [say.assembled(say.plain(row.found))]
    if row.unlocks:
        label = "gives: " if row.state in ("ok", "missing") else "hint: "
        parts.append(say.assembled((label, HINT), say.plain(row.unlocks)))
    console, indent = say.terminal(err=False), head.cell_len
    width = max(20, min(console.width, _WIDEST) - indent)
    for number, line in enumerate(line for part in parts for line in part.wrap(console, width)):
        line.rstrip()
        yield Text.assemble(head if number == 0 else " " * indent, line)
