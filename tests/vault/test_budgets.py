"""What budgets have bound is what their rows say, whatever became of them."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledgers import order
from longtake.units import Money
from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Admitted, Limits, OverBudget, Purchase

ROOMY = Limits(1000, 1000)
MOVES = ("submitted", "unknown", "failed", "refused", "refunded", "lost", "done", "dear")


def usd(amount: str) -> Money:
    """Give an amount in dollars."""
    return Money(Decimal(amount))


def bought(ledger: Ledger, key: str, limits: Limits = ROOMY, board: str = "b") -> Purchase:
    """Take a purchase as far as its answer."""
    admission = ledger.admit(order(key, board=board), limits, 0.0)
    assert isinstance(admission, Admitted), admission
    assert ledger.sending(admission.purchase, 0.0)
    return ledger.submitted(admission.purchase.id, f"task-{key}", 0.0)


def move(ledger: Ledger, row: Purchase, name: str) -> None:
    """Move a purchase on by name."""
    if name == "submitted":
        ledger.submitted(row.id, f"task-{row.key}", 1.0)
    elif name in ("done", "dear"):
        ledger.done(row.id, "sha", usd("0.90") if name == "dear" else None, 1.0)
    else:
        getattr(ledger, name)(row.id, "so it went", 1.0)


def test_a_purse_is_shared_by_boards_and_accounts(ledger: Ledger) -> None:
    """Whoever knows its name draws on it; who names another one, or none, does not."""
    night = Limits(1000, 1000, purse="night", purse_budget=usd("0.90"))
    bought(ledger, "a", night, board="one")
    bought(ledger, "b", night, board="two")
    bought(ledger, "c", replace(night, purse="day"))
    other = order("d", account="another", board="three")

    assert isinstance(ledger.admit(other, night, 0.0), Admitted)
    over = ledger.admit(order("e"), night, 0.0)
    assert isinstance(over, OverBudget)
    assert (over.bound, over.budget) == (usd("0.90"), usd("0.90"))
    assert isinstance(ledger.admit(order("e"), ROOMY, 0.0), Admitted)


def test_a_purse_gets_back_what_was_not_taken(ledger: Ledger) -> None:
    """A clip that failed frees its reserve; one that was charged less frees the rest."""
    night = Limits(1000, 1000, purse="night", purse_budget=usd("0.35"))
    ledger.done(bought(ledger, "a", night).id, "sha", usd("0.05"), 1.0)
    second = bought(ledger, "b", night)
    assert isinstance(ledger.admit(order("c"), night, 0.0), OverBudget)
    ledger.failed(second.id, "not taken", 2.0)

    assert isinstance(ledger.admit(order("c"), night, 0.0), Admitted)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(MOVES)), max_size=10))
def test_sums_are_those_of_the_rows(tmp_path: Path, moves: list[tuple[int, str]]) -> None:
    """After any moves a board has bound its charges, and reserves where no charge is known."""
    path = tmp_path / "ledger.db"
    path.unlink(missing_ok=True)
    ledger = Ledger(path)
    ledger.open()
    rows = [bought(ledger, str(number)) for number in range(4)]
    for number, name in moves:
        move(ledger, rows[number], name)
    paid = [row.reserved if row.charge is None else row.charge for row in ledger.purchases()]
    real = sum((money.amount for money in paid), Decimal(0))
    free = Limits(1000, 1000, board_budget=usd("-1"))
    over = ledger.admit(order("more"), free, 0.0)

    assert isinstance(over, OverBudget)
    assert over.bound.amount == real


def test_a_ledger_of_the_first_form_is_brought_up(tmp_path: Path) -> None:
    """What an older version wrote is kept, and its boards have bound what they bought."""
    path = tmp_path / "ledger.db"
    ledger = Ledger(path)
    ledger.open()
    bought(ledger, "a")
    ledger.done(bought(ledger, "b").id, "sha", usd("0.05"), 1.0)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        for column in ("purchases DROP owner", "purchases DROP purse", "happenings DROP act"):
            db.execute(f"ALTER TABLE {column}")
        db.execute("DROP TABLE sums")
        db.execute("DROP TABLE charges")
        db.execute("UPDATE facts SET value = '1'")
    rows = [row.key for row in opened(path).purchases()]
    over = ledger.admit(order("c"), Limits(9, 9, board_budget=usd("0.36")), 2.0)

    assert rows == ["a", "b"]
    assert isinstance(over, OverBudget)
    assert over.bound == usd("0.35")
    assert list(ledger.charges().values()) == [usd("0.05")]


def opened(path: Path) -> Ledger:
    """Open the ledger of a file."""
    ledger = Ledger(path)
    ledger.open()
    return ledger
