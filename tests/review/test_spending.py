"""What a board has cost: charges, what is reserved for those under way, what its plan still lacks."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from boards import plan_of
from longtake.review.spending import spending, spent_by
from longtake.units import Money
from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Admitted, Limits, Order

BOARD = """longtake: 1
title: T
model: minimax/MiniMax-Hailuo-02
budget: 5.00 USD
scenes: [{id: a, prompt: a lamp, seconds: 6}]
"""


def bought(
    ledger: Ledger, key: str, reserve: str, board: str = "/b.yaml", currency: str = "USD"
) -> int:
    """Write an intent."""
    money = Money(Decimal(reserve), currency)
    order = Order(key, "p", "acc", "m", 6, board, "a", "r", "{}", money)
    admitted = ledger.admit(order, Limits(9, 99), 1.0)
    assert isinstance(admitted, Admitted)
    return admitted.purchase.id


def test_sums_of_one_board(tmp_path: Path) -> None:
    """A charge counts, else what was reserved; what is open is reserved; other boards are left out."""
    ledger = Ledger(tmp_path / "ledger.db")
    ledger.open()
    ledger.done(bought(ledger, "one", "0.50"), "a" * 64, Money(Decimal("0.30")), 2.0)
    ledger.done(bought(ledger, "two", "0.20"), "b" * 64, None, 2.0)
    ledger.failed(bought(ledger, "three", "9"), "no", 2.0)
    ledger.unknown(bought(ledger, "four", "0.70"), "?", 2.0)
    bought(ledger, "five", "0.10")
    bought(ledger, "six", "100", board="/other.yaml")
    found = spent_by(ledger.of_board("/b.yaml"), plan_of(BOARD).quote)

    assert (found.spent, found.reserved, found.budget) == ("0.50 USD", "0.80 USD", "5.00 USD")
    assert found.unknown == 1
    assert found.to_buy == str(plan_of(BOARD).quote.total)


def test_currencies_are_never_added(tmp_path: Path) -> None:
    """Each has a sum of its own."""
    ledger = Ledger(tmp_path / "ledger.db")
    ledger.open()
    bought(ledger, "one", "1")
    bought(ledger, "two", "2", currency="CNY")

    assert (
        spent_by(ledger.of_board("/b.yaml"), plan_of(BOARD).quote).reserved == "1.00 USD + 2.00 CNY"
    )


def test_looking_makes_no_ledger(tmp_path: Path) -> None:
    """A board of which nothing was bought costs nothing, and leaves no file."""
    found = spending(tmp_path / "board.yaml", plan_of(BOARD).quote)

    assert (found.spent, found.reserved) == ("0.00 USD", "0.00 USD")
