"""Walk the graph of clips here, on one machine: chains in handoff order, beside each other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain

from longtake.errors import LongtakeError, PlanError
from longtake.generate.clip import Made, Pause
from longtake.generate.doorbell import Doorbell
from longtake.generate.ensure import (
    Bench,
    Listener,
    Progress,
    Shop,
    Steps,
    ensure_clip,
    ensure_offered,
    failed_above,
    had,
    held_by,
    settle_row,
    to_choose,
)
from longtake.plan.job import ClipJob, Plan
from longtake.units import take_name
from longtake.vault.purchase import Purchase
from longtake.vault.take import Take

Landed = Callable[[str, Take], None]

_THREADS = 64


@dataclass
class Takes:
    """What came of a run: takes by clip, and errors by the clip that met them.

    `offered` are takes of clips of which one is still to be chosen; `held` maps clips that wait for that
    to the clip they wait for.
    """

    by_clip: dict[str, Take] = field(default_factory=dict)
    errors: dict[str, LongtakeError] = field(default_factory=dict)
    offered: dict[str, tuple[Take, ...]] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)


def generate_takes(
    plan: Plan,
    shops: Mapping[str, Shop],
    *,
    listen: Listener = lambda progress: None,
    steps: Steps = lambda step: None,
    landed: Landed = lambda clip, take: None,
    pause: Pause = asyncio.sleep,
    options: Mapping[str, object] | None = None,
    accepted: frozenset[str] = frozenset(),
    left_over: tuple[Purchase, ...] = (),
    bell: Doorbell | None = None,
) -> Takes:
    """Make the takes a plan still lacks, in handoff order, paying for none twice.

    `steps` hears of what is being done to each clip; `landed` is handed each take as it lands, and must
    return at once.
    `shops` is looked up by the part of a job's offer before the slash; `options` are for drawn clips;
    `accepted` names bought clips that may begin on another frame than the one they were given;
    `left_over` are purchases of earlier runs that are still open: they are brought home, wanted or not;
    `bell` is what providers ring when a task of theirs has changed.
    The error of one clip stops what continues it and nothing else; all errors come back in the
    result.
    """
    missing = {job.provider for job in plan.jobs} - set(shops)
    if missing:
        raise PlanError(f"no provider is called {', '.join(sorted(missing))}")
    bench = Bench(plan, shops, listen, steps, pause, dict(options or {}), accepted, bell)
    walker = _Walker(bench, landed, left_over)
    asyncio.run(walker.walk())
    return walker.takes


class _Walker:
    def __init__(self, bench: Bench, landed: Landed, left_over: tuple[Purchase, ...]) -> None:
        self.takes = Takes()
        self._bench = bench
        self._plan = bench.plan
        self._shops = bench.shops
        self._listen = bench.listen
        self._landed = landed
        self._left_over = left_over
        self._names = self._plan.take_names
        self._done: dict[str, asyncio.Event] = {}
        self._foreign: Exception | None = None
        self._room: dict[str, asyncio.Semaphore] = {}

    async def walk(self) -> None:
        """Start one coroutine a clip; each waits for the clips it continues."""
        self._room = {
            name: asyncio.Semaphore(shop.provider.in_flight) for name, shop in self._shops.items()
        }
        # The default pool has a few threads a core; most of ours only wait for an answer.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS, "longtake"))
        # Events, not tasks, are waited for: cancelling a chain of tasks would recurse through it.
        self._done = {job.id: asyncio.Event() for job in self._plan.jobs}
        # Open purchases come first: each may hold a place that a new one waits for.
        settling = [self._settle(row) for row in self._left_over]
        try:
            await asyncio.gather(*settling, *(self._clip(job) for job in self._plan.jobs))
        except asyncio.CancelledError:
            # Threads outlive their coroutines: without this, Ctrl-C waits for the slowest download.
            for shop in self._shops.values():
                shop.provider.interrupt()
            raise
        if self._foreign is not None:
            raise self._foreign

    async def _settle(self, row: Purchase) -> None:
        """Bring home what an earlier run had ordered, whether or not the board still asks for it."""
        wanted = take_name(row.recipe, row.take) in self._names
        if wanted and row.state != "submitted":
            return  # The clip itself asks about it.
        try:
            settled = await settle_row(row, self._bench)
        except Exception as error:  # noqa: BLE001 # raised again when all others are done
            self._foreign = self._foreign or error
        else:
            if settled.state == "unsettled" or not wanted:
                self._listen(settled)

    async def _clip(self, job: ClipJob) -> None:
        try:
            for clip in job.upstream:
                await self._wait_for(clip)
            open_one = self._waits_for(job)
            if open_one:
                self.takes.held[job.id] = open_one
                self._listen(held_by(job.id, open_one))
            elif job.is_open:
                await self._offer(job)
            else:
                self._keep(job, await self._made(job, job.take))
        except LongtakeError as error:
            self.takes.errors[job.id] = error
            self._listen(Progress(job.id, "failed", message=error.message))
        except Exception as error:  # noqa: BLE001 # raised again when all others are done
            # A bug or a full disk at one clip must not cut off others in the middle of a purchase.
            self.takes.errors[job.id] = LongtakeError(f"{job.id}: {type(error).__name__}: {error}")
            self._foreign = self._foreign or error
        self._done[job.id].set()

    def _keep(self, job: ClipJob, made: Made) -> None:
        self.takes.by_clip[job.id] = made.take
        self._landed(job.id, made.take)
        self._listen(had(job.id, kept=made.kept))

    async def _offer(self, job: ClipJob) -> None:
        """Make the takes there are to choose from, beside each other; one that fails harms no other."""
        room = self._room[job.provider]
        takes, errors = await ensure_offered(job, self.takes.by_clip, self._bench, lambda: room)
        if takes:
            self.takes.offered[job.id] = takes
        if takes and not job.asked:
            self._listen(to_choose(job.id, len(takes)))
        for error in errors:
            raise error
        if job.asked:
            self._listen(Progress(job.id, "made", 1.0))

    def _waits_for(self, job: ClipJob) -> str:
        """Name the clip without a chosen take that a clip hangs on, "" where there is none."""
        above = job.upstream
        open_ones = (clip for clip in above if clip in self.takes.offered)
        held = (self.takes.held[clip] for clip in above if clip in self.takes.held)
        return next(chain(open_ones, held), "")

    async def _wait_for(self, clip: str) -> None:
        if clip in self._done:
            await self._done[clip].wait()
            if clip in self.takes.errors:
                raise failed_above(clip)

    async def _made(self, job: ClipJob, number: int) -> Made:
        async with self._room[job.provider]:
            return await ensure_clip(job, number, self.takes.by_clip, self._bench)
