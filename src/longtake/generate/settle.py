"""Finish what earlier runs of a board began: what is paid for is brought home, wanted or not."""

from __future__ import annotations

from fractions import Fraction

from longtake.errors import LongtakeError
from longtake.generate.clip import Desk, Wanted
from longtake.generate.purchase import Till, collect
from longtake.units import FrameRate
from longtake.vault.purchase import Purchase

# A take whose shot is gone has no out-point: it ends where its file ends.
_WHOLE = 1_000_000


def close_dead_rows(till: Till) -> tuple[Purchase, ...]:
    """Move on what a dead run of this board left half done; gives what nobody knows the outcome of.

    Only for the holder of the project's lock: nobody else can be sending for this board. An intent
    that was never sent took nothing; one that was being sent may have been accepted.
    """
    for row in till.ledger.unfinished(till.board):
        if row.state == "intent":
            till.ledger.failed(row.id, "its run ended before it was sent", till.clock())
        elif row.state == "sending":
            till.ledger.unknown(row.id, "its run ended while it was being sent", till.clock())
    return tuple(r for r in till.ledger.unfinished(till.board) if r.state == "unknown")


def orphans(till: Till, provider: str, recipes: frozenset[str]) -> tuple[Purchase, ...]:
    """List tasks under way for this board that the plan no longer asks for: they hold places."""
    return tuple(
        row
        for row in till.ledger.unfinished(till.board)
        if row.state == "submitted" and row.provider == provider and row.recipe not in recipes
    )


async def bring_in(row: Purchase, desk: Desk, till: Till) -> LongtakeError | None:
    """Bring a paid clip home though nothing waits for it; gives the error where that fails."""
    wanted = Wanted(row.clip, row.recipe, row.model, _WHOLE, FrameRate(Fraction(24)))
    try:
        await collect(wanted, row, desk, till)
    except LongtakeError as error:
        return error
    return None
