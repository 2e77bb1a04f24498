"""How a purchase moves on: from which states to which, and what is written with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from longtake.errors import TaskTaken, VaultError
from longtake.vault.book import Transaction
from longtake.vault.purchase import FINAL_STATES, Purchase, purchase_from
from longtake.vault.sums import add_to, budgets_of, tell_charge

_BOTH = ("answered", "closed")


@dataclass(frozen=True)
class Move:
    """What is to be written of a purchase: its new state, some columns, and those that tell the time.

    `act` is a name of its own, by which a move that is repeated knows itself. `mark` is written beside
    the state.
    """

    state: str
    act: str = ""
    values: Mapping[str, str | float | None] = field(default_factory=dict)
    stamps: tuple[str, ...] = ()
    mark: str = ""


# What becomes of a purchase whose run is gone, by the state in which it was left.
ABANDONED = {
    "intent": Move(
        "failed",
        values={"task": "", "message": "its run ended before it was sent", "charge": "0"},
        stamps=_BOTH,
    ),
    "sending": Move(
        "unknown",
        values={"message": "its run ended while it was being sent"},
        stamps=("answered",),
    ),
}


def carry_out(
    db: Transaction, number: int, move: Move, now: float, seen: Purchase | None = None
) -> Purchase:
    """Move a purchase on where its state lets it, and only as it was `seen`; gives it as it is then."""
    row = purchase_row(db, number, db.locked)
    now = db.now(now)
    changed = seen is not None and (row.state, row.began) != (seen.state, seen.began)
    if changed or was_written(db, number, move.act):
        return row
    if move.state == "intent" and row.state == "unknown":
        # Others asked about it meanwhile: they may buy it anew.
        values = {**move.values, "charge": "0"}
        move = replace(move, state="failed", values=values, stamps=_BOTH)
    # An answer that comes late, after somebody said "it was not made", is proof that it was. A person
    # may also have named another task first, which then was not to be found.
    late = row.state in ("failed", "lost") and move.state == "submitted"
    late = late or (row.state == "lost" and move.state in ("done", "failed"))
    # Two processes may have waited for one task: the first to finish has written it.
    gone = row.state == "done" and move.state == "lost"
    known = row.state == "submitted" and move.state == "intent"
    if known or (row.state in FINAL_STATES and not (late or gone)):
        return row
    values = {**move.values, **dict.fromkeys(move.stamps, now)}
    if move.state == "submitted":
        _refuse_taken(db, row, str(move.values["task"]))
        if late:
            values |= {"charge": None, "closed": None}
    return _written(db, row, replace(move, values=values), now)


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


def _written(db: Transaction, row: Purchase, move: Move, now: float) -> Purchase:
    """Write the row, what happened, and what its budgets have bound now."""
    names = "".join(f", {name} = ?" for name in move.values)
    update = f"UPDATE purchases SET state = ?{names} WHERE id = ? RETURNING *"
    found = db.one(update, move.state, *move.values.values(), row.id)
    assert found is not None
    moved = purchase_from(found)
    note = str(move.values.get("message") or move.values.get("task") or "")
    for state in (move.state, move.mark) if move.mark else (move.state,):
        note_down(db, row.id, state, note, move.act, now)
    for budget in budgets_of(row.board, row.purse):
        add_to(db, budget, moved.bound - row.bound)
    if moved.state == "done":
        tell_charge(db, moved)
    return moved


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
