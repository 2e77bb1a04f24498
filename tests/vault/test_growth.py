"""No question an admission or a move asks reads the whole table, however many rows it has."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from ledgers import add_old_rows, order
from longtake.units import Money
from longtake.vault.ledger import Ledger, open_ledger
from longtake.vault.postgres import SCHEMA, PostgresBook
from longtake.vault.purchase import Admitted, Limits, NoRoom

ROOMY = Limits(100, 1000, board_budget=Money.parse("9 USD"), purse="night")
ROWS = 5_000


class Overheard(PostgresBook):
    """A book that keeps what it is asked."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.asked: list[tuple[str, tuple[Any, ...]]] = []

    def within(self, act: Callable[[Any], Any]) -> Any:
        """Carry an act out and keep its statements."""
        return super().within(lambda db: act(_Ear(db, self.asked)))


class _Ear:
    def __init__(self, db: Any, asked: list[tuple[str, tuple[Any, ...]]]) -> None:
        self._db, self._asked = db, asked

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._db, name)
        if name not in ("one", "every", "change"):
            return real

        def heard(query: str, *values: Any) -> Any:
            self._asked.append((query, values))
            return real(query, *values)

        return heard


def plans(url: str, asked: list[tuple[str, tuple[Any, ...]]]) -> dict[str, str]:
    """Give how the database would carry each statement out."""
    with psycopg.connect(url, options=f"-c search_path={SCHEMA}") as db:
        return {
            query: "\n".join(
                line
                for (line,) in db.execute(f"EXPLAIN {query.replace('?', '%s')}".encode(), values)
            )
            for query, values in dict(asked).items()
        }


@pytest.fixture
def overheard(database: str) -> Overheard:
    """A ledger with a long past."""
    open_ledger(database).close()
    add_old_rows(database, 1, ROWS)
    return Overheard(database)


def test_a_purchase_reads_no_whole_table(overheard: Overheard, database: str) -> None:
    """From the admission to the file, with budgets, a refusal, a doubt and a look at usual times."""
    with contextlib.closing(Ledger(overheard)) as ledger:
        admission = ledger.admit(order("k"), ROOMY, 0.0)
        assert isinstance(admission, Admitted)
        row = admission.purchase
        assert isinstance(ledger.admit(order("l"), Limits(0, 1), 0.0), NoRoom)
        ledger.sending(row, 0.0)
        ledger.unknown(row.id, "no answer", 0.0)
        ledger.proved(row.id, "task", 0.0)
        ledger.ended(row.id, 0.0)
        ledger.was_unknown(row.id)
        ledger.usual_s("minimax_v2", "MiniMax-H3", 6)
        ledger.done(row.id, "sha", Money.parse("0.2 USD"), 0.0)
        ledger.unfinished("b")
        ledger.owned_tasks("sim", ["task"])
        ledger.since(row.id, ["b"])
        ledger.spent("k")
        ledger.charges()
        # One that has no index, so that this test can fail: no run asks it but to show a clip's takes.
        ledger.of_recipe("r")
    slow = [
        query
        for query, plan in plans(database, overheard.asked).items()
        if "Seq Scan on purchases" in plan or "Seq Scan on happenings" in plan
    ]

    assert len(overheard.asked) > 30
    assert slow == ["SELECT * FROM purchases WHERE recipe = ? ORDER BY id"]
