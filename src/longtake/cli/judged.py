"""How takes at which a chain stops, those taken as they are, and approved shots are told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.text import Text

from longtake.cli.say import DIM, WARNING, assembled, plain
from longtake.cli.table import first_of
from longtake.plan.job import Plan
from longtake.plan.promotion import promoted_shots


def judged_lines(
    refused: Mapping[str, str], accepted: tuple[str, ...], flags: str
) -> Iterator[Text]:
    """Say at which takes the chain stops and what to do, and which ones the author took as they are.

    `flags` are the options of the film that they are takes of.
    """
    for clip, why in refused.items():
        line = f"{plain(why)}; `make{plain(flags)} --accept {plain(clip)}` takes it as it is"
        yield assembled((f"{'refused':<8}", DIM), (line, WARNING))
    if accepted:
        yield assembled(
            (f"{'accepted':<9}", DIM), f"{first_of(accepted)}: shown as it came, by your word"
        )


def approved_words(plan: Plan) -> str:
    """Say which shots were approved in the draft, and of which of them the final clips are there."""
    promoted = promoted_shots(plan)
    waiting = tuple(shot for shot in plan.approved if shot not in promoted)
    parts = [f"{first_of(promoted)} (promoted)"] if promoted else []
    parts += [f"{first_of(waiting)} (still to promote)"] if waiting else []
    return "; ".join(parts)
