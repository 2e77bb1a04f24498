"""What a board has cost, what is still reserved, and what is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from longtake.buying import the_ledger
from longtake.plan.job import Quote
from longtake.units import Money, sums_of
from longtake.vault.purchase import Purchase


@dataclass(frozen=True)
class Spending:
    """Sums of a board in words: `to_buy` is what its plan still lacks; `unknown` counts purchases of
    which nobody knows whether they were made.
    """

    spent: str
    reserved: str
    budget: str
    to_buy: str
    unknown: int


def spending(board: Path, quote: Quote) -> Spending:
    """Sum the purchases of a board; makes no ledger where there is none."""
    ledger = the_ledger()
    rows: tuple[Purchase, ...] = ()
    if ledger.exists():
        ledger.open()
        rows = ledger.of_board(str(board.resolve()))
    return spent_by(rows, quote)


def spent_by(rows: Iterable[Purchase], quote: Quote) -> Spending:
    """Sum purchases; what nobody told the charge of counts as what was reserved for it."""
    rows, currency = tuple(rows), quote.total.currency
    unpriced = f" and {len(quote.unknown):,} of unknown price" if quote.unknown else ""
    return Spending(
        spent=_sum((row.bound for row in rows if not row.is_open), currency),
        reserved=_sum((row.reserved for row in rows if row.is_open), currency),
        budget=str(quote.budget) if quote.budget else "",
        to_buy=f"{quote.total}{unpriced}",
        unknown=sum(row.state == "unknown" for row in rows),
    )


def _sum(amounts: Iterable[Money], currency: str) -> str:
    return " + ".join(map(str, sums_of(amounts))) or str(Money(Decimal(0), currency))
