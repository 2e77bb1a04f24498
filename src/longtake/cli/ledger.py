"""`longtake ledger`: every purchase there ever was, and what it came to."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

import click

from longtake import __version__
from longtake.buying import bought_voices, the_ledger
from longtake.cli import options, say
from longtake.cli.faultobjects import FORM
from longtake.cli.say import DIM
from longtake.cli.table import aligned, counted
from longtake.generate.settle import kept_voice
from longtake.units import Money
from longtake.vault.purchase import Purchase

# What stands behind the ? of a link is what lets anybody fetch: it is never shown.
_SIGNED = re.compile(r"(https?://[^\s?#\"'<>]+)[?#][^\s\"'<>]*")
# A cell that begins so is run by spreadsheets; a provider's words must not be.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, kw_only=True)
class RowObject:
    """One purchase. Times are UTC; `quote` is what was reserved for it, `charge` what it cost.

    `charge` is null as long as nobody told: for a purchase that is done the quote counts then.
    """

    number: int
    time: str
    board: str
    clip: str
    provider: str
    model: str
    seconds: int
    state: str
    quote: str
    charge: str | None
    task: str
    attempt: int
    key: str
    take: str
    take_number: int
    closed: str | None
    message: str


@dataclass(frozen=True, kw_only=True)
class SumObject:
    """What a group of purchases came to, in one currency: charged, and still reserved.

    `clips` and `voices` count what was had, `open` purchases under way or of unknown outcome.
    """

    group: tuple[str, ...]
    clips: int
    voices: int
    charged: str
    open: int
    reserved: str


@dataclass(frozen=True, kw_only=True)
class LedgerDocument:
    """`longtake ledger --json`: purchases, newest last, and their sums, one for each currency.

    With --by, `by` names what sums are grouped by, and `rows` is empty.
    """

    longtake: Literal[1] = FORM
    version: str = __version__
    event: Literal["ledger"] = "ledger"
    by: tuple[str, ...]
    rows: tuple[RowObject, ...]
    sums: tuple[SumObject, ...]


_SUMS = ("clips", "voices", "charged", "open", "reserved")
_GROUPS: dict[str, Callable[[Purchase], str]] = {
    "month": lambda row: moment(row.began)[:7],
    "model": lambda row: f"{row.provider}/{row.model}",
    "provider": lambda row: row.provider,
    "board": lambda row: row.board,
}


def _grouping(ctx: click.Context, parameter: click.Parameter, value: str | None) -> tuple[str, ...]:
    names = tuple(name.strip() for name in (value or "").split(",") if name.strip())
    strange = [name for name in names if name not in _GROUPS]
    if strange:
        known = ", ".join(_GROUPS)
        raise click.BadParameter(f'"{strange[0]}" is none of {known}', ctx, parameter)
    return names


@click.command("ledger")
@click.option(
    "--by",
    metavar="NAMES",
    callback=_grouping,
    help="Sums for each month, model, provider or board; several with commas: month,model.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Write comma-separated values to stdout.")
@options.JSON
def command(by: tuple[str, ...], as_csv: bool, as_json: bool) -> None:
    """Show every purchase, newest last: when, what, where, and what it cost."""
    rows = all_purchases()
    document = LedgerDocument(
        by=by,
        rows=() if by else tuple(map(row_object, rows)),
        sums=tuple(sums_of(rows, by)),
    )
    if as_json:
        say.answer_json(document)
    elif as_csv:
        _write_csv(document)
    elif not rows:
        say.answer("nothing was bought yet")
    elif by:
        _tell_groups(document)
    else:
        _tell_rows(document)


def all_purchases() -> tuple[Purchase, ...]:
    """Read every purchase of this user, oldest first; makes no ledger where there is none."""
    ledger = the_ledger()
    if not ledger.exists():
        return ()
    ledger.open()
    return ledger.purchases()


def open_purchases(board: Path) -> tuple[Purchase, ...]:
    """List the purchases of a board that are under way or of unknown outcome, oldest first.

    A voice that is kept already is none of them, though its run died before it could say so.
    """
    ledger = the_ledger()
    if not ledger.exists():
        return ()
    ledger.open()
    rows, voices = ledger.unfinished(str(board.resolve())), bought_voices()
    return tuple(row for row in rows if kept_voice(row, voices) is None)


def moment(time_s: float) -> str:
    """Write a time of the ledger as UTC, to the second: `2026-10-12 09:14:03`."""
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%d %H:%M:%S")


def unsigned(text: str) -> str:
    """Take from links what would let anybody fetch what they lead to."""
    return _SIGNED.sub(r"\1", text)


def row_object(row: Purchase) -> RowObject:
    """Write a purchase as data."""
    return RowObject(
        number=row.id,
        time=moment(row.began),
        board=row.board,
        clip=row.clip,
        provider=row.provider,
        model=row.model,
        seconds=row.seconds,
        state=row.state,
        quote=str(row.reserved),
        charge=None if row.charge is None else str(row.charge),
        task=unsigned(row.task),
        attempt=row.attempt,
        key=row.key,
        take=row.sha256,
        take_number=row.take,
        closed=None if row.closed is None else moment(row.closed),
        message=unsigned(row.message),
    )


def sums_of(rows: Iterable[Purchase], by: tuple[str, ...]) -> list[SumObject]:
    """Sum purchases by groups and currencies, in the order of their names."""
    groups: dict[tuple[tuple[str, ...], str], list[Purchase]] = {}
    for row in rows:
        group = tuple(_GROUPS[name](row) for name in by)
        groups.setdefault((group, row.reserved.currency), []).append(row)
    return [_sum(group, currency, groups[group, currency]) for group, currency in sorted(groups)]


def _sum(group: tuple[str, ...], currency: str, rows: list[Purchase]) -> SumObject:
    done = [row for row in rows if row.state == "done"]
    under_way = [row for row in rows if row.is_open]
    return SumObject(
        group=group,
        clips=sum(not row.is_speech for row in done),
        voices=sum(row.is_speech for row in done),
        charged=_total((row.bound for row in done), currency),
        open=len(under_way),
        reserved=_total((row.reserved for row in under_way), currency),
    )


def _total(amounts: Iterable[Money], currency: str) -> str:
    return str(sum(amounts, Money(Decimal(0), currency)))


def _tell_rows(document: LedgerDocument) -> None:
    head = ("", "time (UTC)", "board", "clip", "model", "s", "state", "quote", "charge", "task")
    rows = [
        (
            str(row.number),
            row.time[:16],
            Path(row.board).name,
            row.clip + (f" take {row.take_number}" if row.take_number > 1 else ""),
            f"{row.provider}/{row.model}",
            str(row.seconds),
            row.state,
            row.quote,
            row.charge or _counted(row),
            row.task,
        )
        for row in document.rows
    ]
    _tell_table(head, rows, right=frozenset({0, 5, 7, 8}))
    say.answer()
    for each in document.sums:
        under_way = f", {each.reserved} reserved for {each.open} more" if each.open else ""
        had = [counted(each.clips, "clip")] if each.clips or not each.voices else []
        had += [counted(each.voices, "voice")] if each.voices else []
        say.answer((f"{'charged':<9}", DIM), f"{each.charged} for {' and '.join(had)}{under_way}")
    if any(map(_counted, document.rows)):
        say.answer(("(in brackets: what was reserved, for nobody told the charge)", DIM))


def _counted(row: RowObject) -> str:
    """Write what counts as the charge of a clip that was had where its provider tells none."""
    return f"({row.quote})" if row.state == "done" and row.charge is None else ""


def _tell_groups(document: LedgerDocument) -> None:
    head = (*document.by, *_SUMS)
    width = len(document.by)
    rows = [
        (*each.group, *map(str, (each.clips, each.voices, each.charged, each.open, each.reserved)))
        for each in document.sums
    ]
    _tell_table(head, rows, right=frozenset(range(width, width + len(_SUMS))))


def _tell_table(
    head: tuple[str, ...], rows: Sequence[tuple[str, ...]], right: frozenset[int]
) -> None:
    first, *rest = aligned([head, *rows], right)
    say.answer((first, DIM))
    for line in rest:
        say.answer(line)


def _write_csv(document: LedgerDocument) -> None:
    if document.by:
        head = (*document.by, *_SUMS)
        _tell_csv(head)
        for each in document.sums:
            sums = (each.clips, each.voices, each.charged, each.open, each.reserved)
            _tell_csv((*each.group, *sums))
        return
    _tell_csv(RowObject.__dataclass_fields__)
    for row in document.rows:
        _tell_csv(asdict(row).values())


def _tell_csv(values: Iterable[object]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow([_cell(value) for value in values])
    say.answer(text.getvalue())


def _cell(value: object) -> str:
    text = say.plain("" if value is None else value)
    return f"'{text}" if text.startswith(_FORMULA) else text
