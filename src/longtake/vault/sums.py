"""What budgets have bound so far, and what was charged last: kept with every row that changes it.

Thousands of boards may share a budget: to add up their rows at each admission would take ever longer.
"""

from __future__ import annotations

from decimal import Decimal

from longtake.units import Money
from longtake.vault.book import Transaction
from longtake.vault.purchase import Purchase

_AMOUNT = "SELECT amount FROM sums WHERE budget = ? AND currency = ?"


def board_budget(board: str) -> str:
    """Name the budget of a board."""
    return f"board {board}"


def purse_budget(purse: str) -> str:
    """Name the budget that whoever knows its name shares."""
    return f"purse {purse}"


def budgets_of(board: str, purse: str) -> tuple[str, ...]:
    """Name the budgets that a row draws on, in the order in which they are locked."""
    return (board_budget(board), purse_budget(purse)) if purse else (board_budget(board),)


def drawn_on(db: Transaction, budget: str, currency: str) -> Money:
    """Give what a budget has bound; nobody else draws on it until the end of the transaction."""
    row = db.one(_AMOUNT + db.locked, budget, currency)
    if row is None:
        # Made first, so that two who draw on it for the first time meet here.
        statement = "INSERT INTO sums (budget, currency, amount) VALUES (?, ?, '0')"
        db.change(statement + " ON CONFLICT DO NOTHING", budget, currency)
        row = db.one(_AMOUNT + db.locked, budget, currency)
    return Money(Decimal(row["amount"] if row else 0), currency)


def add_to(db: Transaction, budget: str, change: Money) -> None:
    """Count an amount to a budget, or off it."""
    if change.amount:
        write_sum(db, budget, drawn_on(db, budget, change.currency) + change)


def write_sum(db: Transaction, budget: str, bound: Money) -> None:
    """Write what a budget has bound now, after a look at it with `drawn_on`."""
    statement = "UPDATE sums SET amount = ? WHERE budget = ? AND currency = ?"
    db.change(statement, str(bound.amount), budget, bound.currency)


def tell_charge(db: Transaction, purchase: Purchase) -> None:
    """Keep what a clip of its kind was charged last."""
    paid = purchase.charge
    if paid is None:
        return
    kind = (purchase.provider, purchase.model, str(purchase.asked.get("resolution", "")))
    names = "provider = ? AND model = ? AND resolution = ? AND seconds = ?"
    known = db.one(f"SELECT charge, currency FROM charges WHERE {names}", *kind, purchase.seconds)
    told = (str(paid.amount), paid.currency)
    # Prices seldom change: all who finish a clip would wait for each other to write the same.
    if known is None or (known["charge"], known["currency"]) != told:
        db.change(
            "INSERT INTO charges (provider, model, resolution, seconds, charge, currency)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (provider, model, resolution, seconds)"
            " DO UPDATE SET charge = excluded.charge, currency = excluded.currency",
            *kind,
            purchase.seconds,
            *told,
        )
