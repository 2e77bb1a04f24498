"""How a purchase moves on: from which states to which, and what is written with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from longtake.errors import TaskTaken, VaultError
from longtake.units import Money
from longtake.vault.book import Transaction
from longtake.vault.purchase import FINAL_STATES, Purchase, purchase_from
from longtake.vault.sums import add_to, budgets_of


@dataclass(frozen=True)
class Move:
    """What is to be written of a purchase: its new state, some columns, and those that tell the time.

    `act` is a name of its own, by which a move that is repeated knows itself. `mark` is written beside
    the state.
    """

    state: str
    act: str
    values: Mapping[str, str | None] = field(default_factory=dict)
    stamps: tuple[str, ...] = ()
    mark: str = ""


def carry_out(db: Transaction, number: int, move: Move, now: float) -> Purchase:
    """Move a purchase on where its state lets it; gives it as it stands then."""
    now, row = db.now(now), purchase_row(db, number, db.locked)
    if was_written(db, number, move.act):
        return row
    # Two processes may have waited for one task: the first to finish has written it. But an
    # answer that comes late, after somebody said "it was not made", is proof that it was.
    # A person may also have named another task first, which then was not to be found.
    late = row.state in ("failed", "lost") and move.state == "submitted"
    late = late or (row.state == "lost" and move.state in ("done", "failed"))
    gone = row.state == "done" and move.state == "lost"
    if row.state in FINAL_STATES and not (late or gone):
        return row
    values: dict[str, str | float | None] = {**move.values, **dict.fromkeys(move.stamps, now)}
    if move.state == "submitted":
        _refuse_taken(db, row, str(move.values["task"]))
        if late:
            values |= {"charge": None, "closed": None}
    return written(db, row, move, values, now)


def written(
    db: Transaction,
    row: Purchase,
    move: Move,
    values: Mapping[str, str | float | None],
    now: float,
) -> Purchase:
    """Write a move that was decided on: the row, what happened, and what its budgets have bound."""
    names = "".join(f", {name} = ?" for name in values)
    update = f"UPDATE purchases SET state = ?{names} WHERE id = ?"
    db.change(update, move.state, *values.values(), row.id)
    note = str(values.get("message") or values.get("task") or "")
    for state in (move.state, move.mark) if move.mark else (move.state,):
        note_down(db, row.id, state, note, move.act, now)
    moved = purchase_row(db, row.id)
    change = _bound(moved) - _bound(row)
    for budget in budgets_of(row.board, row.purse):
        add_to(db, budget, change)
    return moved


def was_written(db: Transaction, number: int, act: str) -> bool:
    """Tell whether an act that is repeated was written the first time; its answer was lost then."""
    if not db.again:
        return False
    query = "SELECT 1 AS found FROM happenings WHERE purchase = ? AND act = ?"
    return db.one(query, number, act) is not None


def note_down(db: Transaction, number: int, state: str, note: str, act: str, now: float) -> None:
    """Add a line to what happened to a purchase."""
    insert = "INSERT INTO happenings (purchase, at, state, note, act) VALUES (?, ?, ?, ?, ?)"
    db.change(insert, number, now, state, note, act)


def purchase_row(db: Transaction, number: int, locked: str = "") -> Purchase:
    """Give a purchase by its number; raises VaultError where there is none."""
    row = db.one(f"SELECT * FROM purchases WHERE id = ?{locked}", number)
    if row is None:
        raise VaultError(f"the ledger has no purchase {number}")
    return purchase_from(row)


def _refuse_taken(db: Transaction, purchase: Purchase, task: str) -> None:
    """Raise TaskTaken where a task is that of another purchase."""
    db.hold(f"task {purchase.provider} {task}")
    row = db.one(
        "SELECT * FROM purchases WHERE provider = ? AND task = ? AND task <> '' AND id <> ?"
        " AND state <> 'failed'",
        purchase.provider,
        task,
        purchase.id,
    )
    if row is not None:
        raise TaskTaken(
            f'task {task} is that of purchase {row["id"]}, "{row["clip"]}" of {row["board"]}',
            hint="each purchase has a task of its own; look for another one of that minute",
        )


def _bound(row: Purchase) -> Money:
    """Give what a purchase takes of its budgets: its charge where it is known, else its reserve."""
    return row.reserved if row.charge is None else row.charge
