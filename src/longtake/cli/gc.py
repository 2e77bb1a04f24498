"""`longtake gc`: what lies there that nothing needs; removed only on request."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import click

from longtake.buying import bought_takes, the_ledger
from longtake.cli import say
from longtake.cli.say import WARNING
from longtake.cli.table import counted
from longtake.errors import LongtakeError, PlanError
from longtake.history import known_keys
from longtake.holdings import DATABASE, VAULT
from longtake.planning import plan_film
from longtake.project import Project, home
from longtake.storyboard.choices import read_choices
from longtake.storyboard.load import load_storyboard
from longtake.units import Money
from longtake.vault.audit import (
    Spare,
    remove_spare,
    spare_frames,
    spare_takes,
    stray_parts,
)
from longtake.wishes import Wishes

_DAY_S = 24 * 3600.0


@click.command("gc")
@click.option(
    "--unused",
    "days",
    metavar="DAYS",
    type=click.IntRange(min=1),
    help="Also takes bought so long ago that no board uses. They were paid for.",
)
@click.option("--yes", is_flag=True, help="Remove what is listed.")
def command(days: int | None, yes: bool) -> None:
    """Show what could be removed: half-written files, and frames that were never sent.

    Nothing is removed without `--yes`. A take is paid for: it is listed only with `--unused`, with its
    price; to have it again may cost that price again. A board that was moved counts as gone.
    """
    shared = [name for name in (DATABASE, VAULT) if os.environ.get(name)]
    if days is not None and shared:
        raise click.UsageError(
            f"`--unused` knows the boards of this machine alone, and {shared[0]} says that others"
            " share what is owned"
        )
    found = list(_spares(days, time.time()))
    for spare in found:
        price = f", paid {spare.paid}" if spare.paid else ""
        where = f"  {say.shown(spare.paths[-1])}" if not spare.key else ""
        say.answer(
            (say.plain(f"{spare.what}, {_volume(spare.volume)}{price}"), _style(spare)), where
        )
    volume = _volume(sum(spare.volume for spare in found))
    if not found:
        say.answer("nothing can be removed")
        return
    paid = _paid(found)
    if not yes:
        worth = f"; its takes cost {paid}" if paid else ""
        say.answer(f"{counted(len(found), 'thing')} could be removed, {volume}{worth}")
        say.tell("hint: the same command with `--yes` removes them")
        return
    for spare in found:
        remove_spare(bought_takes(), spare)
    worth = f"; the takes had cost {paid}" if paid else ""
    say.answer(f"{counted(len(found), 'thing')} removed, {volume}{worth}")


def _spares(days: int | None, now: float) -> Iterator[Spare]:
    vault, ledger = bought_takes(), the_ledger()
    for root in (home(), Path(".longtake")):
        yield from stray_parts(root, now)
    if not ledger.exists():
        return
    ledger.open()
    yield from spare_frames(vault, ledger, now)
    if days is not None:
        boards = {row.board for row in ledger.purchases()}
        yield from spare_takes(vault, ledger, _recipes_of(boards), now - days * _DAY_S)


def _recipes_of(boards: set[str]) -> frozenset[str]:
    """List all recipes that boards which still exist ask for, and those they were last made with.

    Raises LongtakeError where a board cannot be read: what it uses would not be known.
    """
    found: set[str] = set()
    for board in sorted(boards):
        path = Path(board)
        if not path.exists():
            continue
        try:
            found |= _recipes(path, Wishes())
            if load_storyboard(path).draft is not None:
                found |= _recipes(path, Wishes(draft=True))
        except LongtakeError as error:
            raise PlanError(
                f"nobody can tell which takes {say.shown(path)} uses: {error}",
                hint="mend it or delete it; nothing was removed",
            ) from error
        # All takes of a recipe in use stay, whichever is kept: they were bought to choose from.
        found |= {name.partition("#")[0] for name in known_keys(Project(path).work)}
        found |= _chosen(path)
    return frozenset(found)


def _chosen(board: Path) -> set[str]:
    """List the recipes of takes that the author chose, those of muted shots and of versions too."""
    choices = read_choices(board)
    said = (*choices.clips.values(), *choices.draft.clips.values())
    begins = tuple(start for each in said for start in (each.of, each.stays) if start)
    recipes = (name.partition("#")[0] for name in bought_takes().recipes())
    return {recipe for recipe in recipes if recipe.startswith(begins)}


def _recipes(board: Path, wishes: Wishes) -> set[str]:
    return {job.recipe for job in plan_film(board, wishes).jobs}


def _paid(found: list[Spare]) -> str:
    sums: dict[str, Money] = {}
    for spare in found:
        if spare.paid is not None:
            start = sums.get(spare.paid.currency, Money(Decimal(0), spare.paid.currency))
            sums[spare.paid.currency] = start + spare.paid
    return ", ".join(map(str, sums.values()))


def _style(spare: Spare) -> str:
    return WARNING if spare.key else ""


def _volume(count: int) -> str:
    return f"{count / 1e6:,.1f} MB" if count >= 100_000 else f"{count / 1e3:,.1f} kB"
