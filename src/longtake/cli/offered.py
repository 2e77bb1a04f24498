"""How the takes of a clip are told of which one is to be chosen."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from rich.text import Text

from longtake.cli import say
from longtake.cli.board import boards_in
from longtake.cli.say import DIM, PATH, assembled, plain
from longtake.offering import Offer, placed


def offer_lines(offer: Offer, taken: int | None) -> Iterator[Text]:
    """Say what each take is like, with the command that keeps it; the proposed one is marked."""
    if taken is not None:
        best = ", the best by rank" if taken == offer.best.number else ""
        (why,) = (each.reasons for each in offer.candidates if each.number == taken)
        kept = f"{plain(offer.clip)}: take {taken} is kept{best}"
        yield assembled(kept, (f" ({'; '.join(why)})", DIM))
        return
    yield assembled(
        f"{plain(offer.clip)}: choose one of {len(offer.candidates)} takes, side by side in ",
        (say.shown(offer.sheet), PATH),
    )
    for candidate in offer.candidates:
        place = "proposed" if candidate.proposed else placed(candidate.place)
        yield assembled(
            f"    {_command(offer)} {candidate.number}",
            (f"   {place}: {'; '.join(candidate.reasons)}", DIM),
        )


def _command(offer: Offer) -> str:
    """Write the command that keeps a take, as short as it can be from here."""
    alone = boards_in(offer.board.parent) == (offer.board,) and offer.board.parent == Path()
    board = "" if alone else f"{shlex.quote(say.shown(offer.board))} "
    return f"longtake keep{plain(offer.flags)} {plain(board)}{plain(offer.name)}"
