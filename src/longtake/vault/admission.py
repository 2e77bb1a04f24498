"""The questions an admission asks of the ledger's tables, and the row it writes.

The functions run inside the ledger's transaction: they read and write, and decide nothing alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from longtake.units import Money
from longtake.vault.book import Row, Transaction
from longtake.vault.moves import note_down
from longtake.vault.purchase import (
    OPEN_STATES,
    SPENT_STATES,
    Admission,
    Admitted,
    Limits,
    NoRoom,
    Order,
    OverBudget,
    Purchase,
    Standing,
    purchase_from,
)
from longtake.vault.sums import board_budget, budgets_of, drawn_on, purse_budget, write_sum
from longtake.vault.tables import OPEN

MINUTE_S = 60.0
_BUSY_S, _LONG_BUSY_S, _BUSY_PART = 0.5, 2.0, 0.02


def decide(db: Transaction, order: Order, limits: Limits, nonce: str, now: float) -> Admission:
    """Give leave to buy, and write the intent; or say what stands in the way.

    Who repeats it with the same nonce gets the same intent.
    """
    db.hold(f"key {order.key}", f"account {order.provider} {order.account}")
    if limits.run_budget is not None:
        db.hold("a run's budget")
    now, earlier = db.now(now), latest_of(db, order.key)
    if earlier and earlier.nonce == nonce:
        return Admitted(earlier)
    if earlier and not _may_follow(db, earlier, limits):
        return Standing(earlier)
    wait = _no_place(db, order, limits, now) or _no_slot(db, order, limits, now)
    if wait:
        return wait
    # All are locked in one order, bound or not: each counts the new row.
    names = budgets_of(order.board, limits.purse)
    drawn = {name: drawn_on(db, name, order.reserve.currency) for name in names}
    over = _overspend(db, order, limits, drawn)
    if over:
        return over
    for name, bound in drawn.items():
        write_sum(db, name, bound + order.reserve)
    attempt = earlier.attempt + 1 if earlier else 1
    return Admitted(_write_intent(db, order, limits.purse, attempt, nonce, now))


def latest_of(db: Transaction, key: str) -> Purchase | None:
    """Give the attempt of a key that counts: one under way, else one that was had, else the newest."""
    # An early one may come back by a person's word, after others were made.
    row = db.one(
        "SELECT * FROM purchases WHERE key = ? ORDER BY"
        f" CASE WHEN {OPEN} THEN 0 WHEN state = 'done' THEN 1 ELSE 2 END, attempt DESC LIMIT 1",
        key,
    )
    return purchase_from(row) if row else None


def spent_tries(db: Transaction, key: str) -> int:
    """Count the attempts of a key that came to nothing though the provider had taken them."""
    query = "SELECT count(*) AS tries FROM purchases WHERE key = ? AND state IN (?, ?, ?)"
    return _number(db.one(query, key, *SPENT_STATES), "tries")


def _may_follow(db: Transaction, earlier: Purchase, limits: Limits) -> bool:
    """Tell whether a key may be tried again: freely where nothing was taken, else as often as allowed."""
    if earlier.state == "failed":
        return True
    return earlier.state in SPENT_STATES and spent_tries(db, earlier.key) <= limits.rebuys


def _no_place(db: Transaction, order: Order, limits: Limits, now: float) -> NoRoom | None:
    # A row whose run died keeps its state, and an outcome may stay unknown for ever: whatever must be
    # over by now, or was seen to be, holds no place.
    query = (
        "SELECT count(*) AS busy, min(began) AS oldest FROM purchases"
        f" WHERE provider = ? AND account = ? AND {OPEN} AND began <= ?"
        " AND (state <> 'submitted' AND began > ?"
        " OR state = 'submitted' AND began > ? AND NOT EXISTS"
        " (SELECT 1 FROM happenings WHERE purchase = purchases.id AND happenings.state = 'ended'))"
    )
    times = (now, now - limits.unknown_s, now - limits.task_s)
    row = db.one(query, order.provider, order.account, *times)
    busy = _number(row, "busy")
    if row is None or busy < limits.in_flight:
        return None
    # Where tasks take minutes nobody need look twice a second.
    age = now - (row["oldest"] or now)
    after = min(_LONG_BUSY_S, max(_BUSY_S, age * _BUSY_PART))
    return NoRoom(after, f"{busy} tasks are under way, {limits.in_flight} are allowed")


def _no_slot(db: Transaction, order: Order, limits: Limits, now: float) -> NoRoom | None:
    # A slot is counted from the answer, one still without an answer as taken now: a slow provider must
    # not see more requests a minute than it allows. An answer "after now" is a clock set back.
    account = (order.provider, order.account)
    answered = (
        "SELECT answered FROM purchases WHERE provider = ? AND account = ?"
        " AND answered > ? AND answered <= ? ORDER BY answered"
    )
    waiting = (
        f"SELECT count(*) AS waiting FROM purchases WHERE provider = ? AND account = ? AND {OPEN}"
        " AND answered IS NULL AND state IN ('intent', 'sending') AND began > ?"
    )
    times = [row["answered"] for row in db.every(answered, *account, now - MINUTE_S, now)]
    times += [now] * _number(db.one(waiting, *account, now - limits.unknown_s), "waiting")
    if len(times) < limits.per_minute:
        return None
    free = times[len(times) - limits.per_minute] + MINUTE_S
    return NoRoom(max(0.05, free - now), f"{limits.per_minute} submits a minute are allowed")


def _overspend(
    db: Transaction, order: Order, limits: Limits, drawn: Mapping[str, Money]
) -> OverBudget | None:
    """Say which budget would be exceeded; None where none is."""
    bounds = [(limits.board_budget, drawn[board_budget(order.board)])]
    if limits.run_budget is not None:
        together = limits.run_boards or (order.board,)
        bought = _bought_since(db, together, limits.run_start, order.reserve.currency)
        bounds.append((limits.run_budget, bought))
    if limits.purse:
        bounds.append((limits.purse_budget, drawn[purse_budget(limits.purse)]))
    for budget, bound in bounds:
        if budget is not None and budget.amount < bound.amount + order.reserve.amount:
            return OverBudget(budget, bound, order.reserve)
    return None


def _bought_since(db: Transaction, boards: tuple[str, ...], since: int, currency: str) -> Money:
    """Sum what boards have spent or may still have to pay: charges where known, reserves elsewhere."""
    rows = db.every(
        "SELECT coalesce(charge, reserved) AS bound FROM purchases WHERE id > ? AND currency = ?"
        f" AND board IN ({', '.join('?' * len(boards))})",
        since,
        currency,
        *boards,
    )
    return Money(sum((Decimal(row["bound"]) for row in rows), Decimal(0)), currency)


def _write_intent(
    db: Transaction, order: Order, purse: str, attempt: int, nonce: str, now: float
) -> Purchase:
    values = {
        "nonce": nonce,
        "key": order.key,
        "attempt": attempt,
        "state": OPEN_STATES[0],
        "provider": order.provider,
        "account": order.account,
        "model": order.model,
        "seconds": order.seconds,
        "board": order.board,
        "clip": order.clip,
        "recipe": order.recipe,
        "request": order.request,
        "reserved": str(order.reserve.amount),
        "currency": order.reserve.currency,
        "began": now,
        "owner": order.owner,
        "purse": purse,
    }
    marks = ", ".join("?" * len(values))
    insert = f"INSERT INTO purchases ({', '.join(values)}) VALUES ({marks}) RETURNING *"
    row = db.one(insert, *values.values())
    assert row is not None
    purchase = purchase_from(row)
    note_down(db, purchase.id, purchase.state, "", "", now)
    return purchase


def _number(row: Row | None, name: str) -> int:
    return int(row[name]) if row else 0
