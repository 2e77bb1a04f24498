"""Where the author's word counts: each deed shows its bill first, and is done only as it was shown.

A bill has a number that stands for all it says. Who agrees names the number: where the bill has changed
meanwhile, nothing is done, and the new one is shown.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from longtake.choosing.followers import why_not
from longtake.choosing.keeping import approve, consequence, keep
from longtake.choosing.landing import Landing
from longtake.choosing.reroll import Reroll, quote_reroll, reroll
from longtake.choosing.takes import clip_job
from longtake.errors import ConfirmationNeeded, LongtakeError, PlanError
from longtake.events import Event, Planned
from longtake.plan.job import Plan
from longtake.planning import plan_film
from longtake.project import Project
from longtake.review.journal import Journal
from longtake.storyboard.choices import read_choices
from longtake.units import Money
from longtake.wishes import Wishes

# Hears of a bug of ours, and says where more of it is written.
Crashed = Callable[[Exception], str]

DEEDS = ("keep", "reroll", "approve")
# More takes of one clip at a time are nobody's wish made by a click.
MOST_TAKES = 9

# What is said of a kept take besides what hangs on it.
_KEPT = {
    True: ("Nothing is bought by this: the next `longtake make` buys it.",),
    False: ("Nothing is bought by this.",),
}


def unheard(error: Exception) -> str:
    """Let a bug pass."""
    return ""


@dataclass(frozen=True)
class Deed:
    """What the author wants: keep take `number` of a clip, buy so many new ones, approve its shot."""

    kind: str
    clip: str
    number: int = 1
    land: bool = False

    @classmethod
    def read(cls, kind: str, said: Mapping[str, str]) -> Deed:
        """Read a form; raises PlanError for what no form of ours says."""
        number = said.get("number", "1")
        if kind not in DEEDS or not (number.isascii() and number.isdecimal() and len(number) < 4):
            raise PlanError("the page asked for something that cannot be done")
        most = MOST_TAKES if kind == "reroll" else 999
        return cls(kind, said.get("clip", ""), min(max(1, int(number)), most), "land" in said)


@dataclass(frozen=True)
class Bill:
    """What a deed leads to: sentences, clips with their prices, the sum, and the word that agrees to it.

    Without a word it cannot be agreed to, for the reason the sentences name.
    """

    deed: Deed
    title: str
    says: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]
    total: str
    word: str
    can_land: bool = False
    changed: bool = False

    @property
    def number(self) -> str:
        """Stand for all that is said."""
        said = repr(replace(self, changed=False))
        return hashlib.sha256(said.encode(errors="replace")).hexdigest()[:24]


class Desk:
    """Writes bills for one board, and does what was agreed to: one thing at a time."""

    def __init__(
        self, board: Path, wishes: Wishes, journal: Journal, crashed: Crashed = unheard
    ) -> None:
        self._board = board
        self._wishes = wishes
        self._journal = journal
        self._crashed = crashed
        self._lock = threading.Lock()
        self._busy = threading.Lock()

    def approved(self) -> frozenset[str]:
        """Name the shots that are approved; none where the choices cannot be read."""
        try:
            return frozenset(read_choices(self._board).approved)
        except LongtakeError:
            return frozenset()

    def bill(self, deed: Deed) -> Bill:
        """Say what a deed leads to; raises a LongtakeError where it cannot be done at all."""
        if deed.kind == "reroll":
            return self._reroll_bill(deed, self._order(deed))
        return self._keep_bill(deed) if deed.kind == "keep" else self._approve_bill(deed)

    def settle(self, deed: Deed, number: str) -> Bill | str:
        """Do what was agreed to and say so; where its bill is another one now, give that instead."""
        with self._lock:
            # What is bought is the very order of the bill: a board may be saved at any moment.
            order = self._order(deed) if deed.kind == "reroll" else None
            bill = self._reroll_bill(deed, order) if order else self.bill(deed)
            if bill.number != number or not bill.word:
                return replace(bill, changed=True)
            if order:
                return self._begin_reroll(deed, order)
            return self._keep(deed) if deed.kind == "keep" else self._approve(deed)

    def _keep_bill(self, deed: Deed) -> Bill:
        found = consequence(self._board, self._wishes, deed.clip, deed.number)
        return Bill(
            deed=deed,
            title=f"Keep take {deed.number} of {found.clip}",
            says=(_sentence(found.said), *_KEPT[bool(found.made_again)]),
            rows=tuple((clip, _price(price)) for clip, price in found.made_again),
            total=str(found.total),
            word="Keep it",
        )

    def _keep(self, deed: Deed) -> str:
        clip = keep(self._board, self._wishes, deed.clip, deed.number)
        return f"take {deed.number} of {clip} is kept"

    def _reroll_bill(self, deed: Deed, order: Reroll) -> Bill:
        count = len(order.numbers)
        lacking, price = order.plan.quote.lacking.get(order.clip, ()), order.job.price
        begun = ("An earlier run began with these takes: it goes on.",) if order.goes_on else ()
        lands = ("They end on the frame the next clip begins with.",) if deed.land else ()
        unknown = order.plan.quote.unknown
        stop = self._why_not_now(order)
        return Bill(
            deed=replace(deed, number=count),
            title=f"Buy {count} further take{'' if count == 1 else 's'} of {order.clip}",
            says=(
                *begun,
                *lands,
                *stop,
                f"The film stays as it is; {order.tail.said} when another is kept.",
            ),
            rows=tuple((f"take {number}", _price(price)) for number in lacking),
            total="" if unknown else str(order.plan.quote.total),
            word="" if stop else "Buy",
            can_land=not why_not(order.film, order.job),
        )

    def _why_not_now(self, order: Reroll) -> tuple[str, ...]:
        """Say what keeps the page from buying just now."""
        holder = Project(self._board).holder()
        if self._busy.locked():
            return ("A re-roll is at work: one after another.",)
        if holder:
            return (_sentence(holder), "Wait for it, or stop it.")
        if order.plan.quote.unknown:
            command = f"`longtake reroll{self._wishes.flags} {order.clip} --price MONEY`"
            return (f"Nobody knows what it costs: {command} says what it may.",)
        return ()

    def _order(self, deed: Deed) -> Reroll:
        return quote_reroll(self._board, self._wishes, deed.clip, deed.number, land=deed.land)

    def _begin_reroll(self, deed: Deed, order: Reroll) -> str:
        if not self._busy.acquire(blocking=False):
            raise PlanError("a re-roll is at work already")
        threading.Thread(
            target=self._reroll, args=(deed, order), name="re-roll", daemon=True
        ).start()
        return f"{order.clip} is being made again: it can be watched here"

    def _reroll(self, deed: Deed, order: Reroll) -> None:
        """Buy what was agreed to, and tell how it ended: nobody waits for this thread."""

        def agreed(event: Event) -> None:
            if isinstance(event, Planned) and event.plan.quote != order.plan.quote:
                raise ConfirmationNeeded("the price has changed since: nothing was bought")

        said, bad = f"further takes of {order.clip} are there", False
        try:
            found = reroll(
                self._board, self._wishes, deed.clip, deed.number, agreed, land=deed.land
            )
            said = f"{found.clip}: {found.said}" if isinstance(found, Landing) else said
        except (LongtakeError, OSError) as error:
            said, bad = f"{order.clip}: {getattr(error, 'message', error)}", True
        except Exception as error:  # noqa: BLE001 - the last wall of this thread
            said, bad = f"this is a bug of longtake. {self._crashed(error)}", True
        finally:
            self._busy.release()
            self._journal.add("deed", said=said, bad=bad)

    def _approve_bill(self, deed: Deed) -> Bill:
        plan = self._plan(self._wishes)
        shot = clip_job(plan, deed.clip).shot
        if shot in self.approved():
            says = ("`longtake promote` leaves it out from now on. Nothing is bought by this.",)
            title, word = f"Take back the approval of {shot}", "Take it back"
            return Bill(deed, title, says, (), "", word)
        wishes = self._wishes
        final = self._plan(replace(wishes, draft=False)) if wishes.draft else plan
        lacking = {clip: price for clip, price, has_take in final.quote.lines if not has_take}
        rows = [
            (job.id, lacking[job.id])
            for job in final.jobs
            if job.shot == shot and job.id in lacking
        ]
        total = sum((price for _, price in rows if price and price.amount), final.quote.total * 0)
        return Bill(
            deed=deed,
            title=f"Approve {shot}",
            says=(_approve_words(len(rows)), "Nothing is bought by this."),
            rows=tuple((clip, _price(price)) for clip, price in rows),
            total=str(total) if rows else "",
            word="Approve it",
        )

    def _approve(self, deed: Deed) -> str:
        shot = clip_job(self._plan(self._wishes), deed.clip).shot
        on = shot not in self.approved()
        approve(self._board, self._wishes, (shot,), on=on)
        return f"{shot} is {'approved' if on else 'no longer approved'}"

    def _plan(self, wishes: Wishes) -> Plan:
        return plan_film(self._board, wishes)


def _approve_words(clips: int) -> str:
    if not clips:
        return "Every final clip of it is there already."
    return "`longtake promote` makes it with the final model:"


def _sentence(said: str) -> str:
    return f"{said[:1].upper()}{said[1:]}."


def _price(price: Money | None) -> str:
    return str(price) if price else "price unknown"
