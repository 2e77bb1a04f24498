"""How an edit is told: what is kept, re-joined, made again or new, why, and for how much."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from rich.cells import cell_len
from rich.text import Text

from longtake.amend.verdicts import Amendment
from longtake.cli.say import DIM, PATH, STATES, assembled, plain
from longtake.history import Verdict
from longtake.plan.job import ClipJob, Plan
from longtake.units import Money

State = Literal["kept", "rejoined", "again", "never"]
WORDS: dict[str, str] = {
    "kept": "kept",
    "rejoined": "re-joined",
    "again": "made again",
    "never": "new",
}
# Of clips that have one reason, so many are named.
_NAMED = 4


def state_of(verdict: Verdict) -> State:
    """Give a verdict's state as one of the words that `--json` knows."""
    states: dict[str, State] = {"kept": "kept", "rejoined": "rejoined", "again": "again"}
    return states.get(verdict.state, "never")


def amended_line(plan: Plan, amendment: Amendment) -> str:
    """Say how many clips are kept, re-joined, made again and new, and what the last two cost."""
    parts = []
    for state, word in WORDS.items():
        said = amendment.of(state)
        if said:
            parts.append(f"{len(said):,} {word}{_for(plan, said)}")
    if amendment.gone:
        parts.append(f"{len(amendment.gone):,} left out")
    return ", ".join(parts)


def amended_lines(plan: Plan, amendment: Amendment, *, every: bool = False) -> Iterator[Text]:
    """Say of all that is not simply kept what becomes of it, and why: a line for each reason."""
    rows = list(_rows(plan, amendment, every))
    names = max((cell_len(row.names) for row in rows), default=0)
    for row in rows:
        word = (f"{WORDS.get(row.state, row.state):<10}", STATES.get(row.state, ""))
        gap = " " * (names - cell_len(row.names))
        line = assembled(word, "  ", (row.names, PATH), gap, f"  {plain(row.why)}")
        if row.price:
            line.append_text(assembled("  ", (row.price, DIM)))
        line.rstrip()
        yield line


@dataclass(frozen=True)
class _Row:
    """One line: clips in the same state for the same reason."""

    state: str
    names: str
    why: str
    price: str = ""


def _rows(plan: Plan, amendment: Amendment, every: bool) -> Iterator[_Row]:
    changed = amendment.of("again", "rejoined", "never")
    for (state, why), group in groupby(changed, key=lambda said: (said.state, said.why)):
        said = tuple(group)
        named = _named([each.clip for each in said], every)
        # What no provider makes is new without having been made.
        why = why or ("never made" if _bought(plan, said) else "")
        yield _Row(state, named, why, _price(plan, said))
    if amendment.gone:
        count = "their takes stay" if len(amendment.gone) > 1 else "its take stays"
        yield _Row("left out", _named(amendment.gone, every), f"no longer in the film; {count}")


def _bought(plan: Plan, said: Iterable[Verdict]) -> bool:
    return all(isinstance(plan.by_id[each.clip], ClipJob) for each in said)


def _named(clips: Iterable[str], every: bool) -> str:
    names = [plain(clip) for clip in clips]
    if every or len(names) <= _NAMED + 1:
        return ", ".join(names)
    return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED:,} more"


def _for(plan: Plan, said: Iterable[Verdict]) -> str:
    price = _price(plan, said)
    return f" for {price}" if price else ""


def _price(plan: Plan, said: Iterable[Verdict]) -> str:
    """Sum what clips cost that are to be made; nothing for those that cost nothing."""
    lacking = {clip: price for clip, price, owned in plan.quote.lines if not owned}
    wanted = [each.clip for each in said if each.state in ("again", "never")]
    prices = [lacking[clip] for clip in wanted if clip in lacking]
    known = [price for price in prices if price and price.amount]
    unknown = sum(price is None for price in prices)
    parts = [str(_sum(known))] if known else []
    return " and ".join(parts + ([f"{unknown:,} of unknown price"] if unknown else []))


def _sum(prices: list[Money]) -> Money:
    first, *rest = prices
    return sum(rest, first)
