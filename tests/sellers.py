"""A provider that sells as it is told to, and a shop to buy from it in."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import numpy as np

from boards import plan_of
from longtake.errors import (
    TaskLost,
)
from longtake.generate.clip import Desk, Made
from longtake.generate.collect import Till
from longtake.generate.provider import Request, TaskReport, TaskState
from longtake.generate.purchase import ensure_bought
from longtake.generate.settle import bring_in, close_dead_rows
from longtake.media.clipwriter import write_clip
from longtake.plan.job import ClipJob
from longtake.units import FrameRate, Money, Size
from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Limits, Purchase
from longtake.vault.store import Vault
from longtake.vault.voices import VoiceShelf

BOARD = "longtake: 1\ntitle: T\nmodel: minimax/MiniMax-Hailuo-02\nscenes: [{id: a, prompt: a lamp}]"


MADE = TaskReport(TaskState.DONE, charge=Money(Decimal("0.10")))
ROOMY = Limits(5, 100)


class Killed(BaseException):
    """The process dies here."""


@dataclass
class Seller:
    """A provider that sells grey clips, counts its sales, and misbehaves as told."""

    name: str = "minimax"
    account: str = "acc"
    in_flight: int = 5
    per_minute: int = 100
    deadline_s: float = 600.0
    before: list[BaseException] = field(default_factory=list)
    after: list[BaseException] = field(default_factory=list)
    unready: list[BaseException] = field(default_factory=list)
    busy: list[BaseException] = field(default_factory=list)
    ends: TaskReport = MADE
    shade: int = 90
    torn: bool = False
    gone: bool = False
    dies: bool = False
    sold: list[str] = field(default_factory=list)
    fetched: int = 0

    def prepare(self, request: Request) -> None:
        if self.unready:
            raise self.unready.pop(0)

    def submit(self, request: Request, nonce: str) -> str:
        if self.before:
            raise self.before.pop(0)
        self.sold.append(nonce)
        if self.after:
            raise self.after.pop(0)
        return f"task-{len(self.sold)}"

    def look(self, task: str) -> TaskReport:
        if self.gone:
            raise TaskLost("no such task", charged=None)
        if self.dies:
            raise Killed
        if self.busy:
            raise self.busy.pop(0)
        return self.ends

    def fetch(self, task: str, path: Path) -> None:
        self.fetched += 1
        if self.torn:
            path.write_bytes(b"<!doctype html>")
            return
        picture = np.full((36, 64, 3), self.shade, np.uint8)
        write_clip([picture] * 12, path, size=Size(64, 36), rate=FrameRate.parse(24))

    def tasks_since(self, model: str, since_s: float) -> None:
        return None

    def pause_s(self, elapsed_s: float, usual_s: float | None = None) -> float:
        return 1.0

    def interrupt(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is held."""


@dataclass
class Shop:
    """A vault and a ledger on disk, one clip to buy, and a clock that pauses move on."""

    folder: Path
    seller: Seller = field(default_factory=Seller)
    now: float = 1000.0
    limits: Limits = ROOMY
    agreed: frozenset[str] | None = None
    told: list[str] = field(default_factory=list)

    def buy(self, prompt: str = "a lamp", board: str = "board", take: int = 1) -> Made:
        """Run the purchase as one process would; its board's lock is held."""
        till = self.open_till(board)
        close_dead_rows(till.ledger, VoiceShelf(self.folder / "vault"), board, self.now)
        job, request = wanted()
        request = replace(request, prompt=prompt, take=take)
        return asyncio.run(ensure_bought(job, request, self.desk, till))

    def settle(self, row: Purchase) -> None:
        """Bring home what an earlier run had ordered."""
        asyncio.run(bring_in(row, self.desk, self.open_till()))

    def open_till(self, board: str = "board") -> Till:
        """Open the ledger and the vault as a run does."""
        ledger = Ledger(self.folder / "ledger.db")
        Vault(self.folder / "vault").open()
        ledger.open()
        return Till(ledger, self.limits, board, lambda: self.now, agreed=self.agreed)

    @property
    def desk(self) -> Desk:
        """Give a desk whose time only pauses and looks move on."""
        vault = Vault(self.folder / "vault")
        return Desk(self.seller, vault, self.pause, waits=self.told.append, clock=lambda: self.now)

    async def pause(self, seconds: float) -> None:
        self.now += seconds

    @property
    def states(self) -> list[str]:
        """List the states of all purchases."""
        return [row.state for row in Ledger(self.folder / "ledger.db").purchases()]


def wanted() -> tuple[ClipJob, Request]:
    """Give one paid job and what is asked for it."""
    job = plan_of(BOARD).jobs[0]
    size, rate = Size(64, 36), FrameRate.parse(24)
    return job, Request("MiniMax-Hailuo-02", "512P", 6, 144, size, rate, job.prompt)
