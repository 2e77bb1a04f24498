"""How the takes of a clip are told of which one is to be chosen."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from longtake.cli import say
from longtake.cli.say import DIM, PATH, assembled, plain
from longtake.offering import Offer, placed


def offer_lines(offer: Offer, taken: int | None) -> Iterator[Text]:
    """Say what each take is like, with the command that keeps it; the proposed one is marked."""
    if taken is not None:
        best = offer.best
        why = "; ".join(best.reasons)
        yield assembled(
            f"{plain(offer.clip)}: goes on with take {taken}, the best by rank", (f" ({why})", DIM)
        )
        return
    yield assembled(
        f"{plain(offer.clip)}: choose one of {len(offer.candidates)} takes, side by side in ",
        (say.shown(offer.sheet), PATH),
    )
    for candidate in offer.candidates:
        place = "proposed" if candidate.proposed else placed(candidate.place)
        yield assembled(
            f"    longtake keep {plain(offer.name)} {candidate.number}",
            (f"   {place}: {'; '.join(candidate.reasons)}", DIM),
        )
