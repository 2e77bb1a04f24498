"""Between generate and assemble: hand takes on to the assembler's ingest while others are waited for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from longtake.assemble.ingest import ComingFilm, Ingest
from longtake.assemble.shifts import Shift
from longtake.events import Tell
from longtake.generate.run import Landed
from longtake.plan.job import Plan
from longtake.vault.take import Take
from longtake.wishes import Wishes


def nobody(clip: str, take: Take) -> None:
    """Let a take land unseen."""


@dataclass(frozen=True)
class Ahead:
    """What is rendered before the last take has landed: who hears of takes, and what was done."""

    land: Landed = nobody
    shifts: list[Shift] = field(default_factory=list)

    @property
    def frames(self) -> int:
        """Count the film frames that were rendered."""
        return sum(shift.frames for shift in self.shifts)


@contextmanager
def rendered_ahead(plan: Plan, coming: ComingFilm, wishes: Wishes, tell: Tell) -> Iterator[Ahead]:
    """Render what is decided while paid clips are waited for; nothing where none is."""
    ahead = Ahead()
    if not (wishes.ingest and plan.to_buy):
        yield ahead
        return
    try:
        with Ingest(coming, ahead.shifts.append) as ingest:
            yield replace(ahead, land=ingest.land)
    finally:
        # Only now: whoever listens is spoken to by one thread.
        for shift in ahead.shifts:
            tell(shift)
