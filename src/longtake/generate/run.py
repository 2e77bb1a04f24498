"""Walk the graph of clips here, on one machine: chains in handoff order, beside each other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from longtake.errors import HandoffError, LongtakeError, PlanError
from longtake.generate.handoff import Handoffs, SentFrame
from longtake.generate.provider import Provider, Request
from longtake.generate.purchase import Made, Pause, ensure_clip
from longtake.plan.job import ClipJob, Edge, EndOf, Plan, StartOf
from longtake.vault.store import Vault
from longtake.vault.take import Take


@dataclass(frozen=True)
class Progress:
    """What happened to a clip: waiting, making, kept, made or failed, and how far it is (0 to 1)."""

    clip: str
    state: str
    share: float | None = None
    message: str = ""


Listener = Callable[[Progress], None]


@dataclass
class Takes:
    """What came of a run: takes by clip, and errors by the clip that met them."""

    by_clip: dict[str, Take] = field(default_factory=dict)
    errors: dict[str, LongtakeError] = field(default_factory=dict)


def generate_takes(
    plan: Plan,
    providers: Mapping[str, Provider],
    vault: Vault,
    *,
    listen: Listener = lambda progress: None,
    pause: Pause = asyncio.sleep,
    options: Mapping[str, object] | None = None,
) -> Takes:
    """Make the takes a plan still lacks, in handoff order, making none twice.

    `providers` is looked up by the part of a job's offer before the slash. The error of one clip
    stops what continues it and nothing else; all errors come back in the result.
    """
    missing = {provider_of(job) for job in plan.jobs} - set(providers)
    if missing:
        raise PlanError(f"no provider is called {', '.join(sorted(missing))}")
    walker = _Walker(plan, providers, vault, listen, pause, dict(options or {}))
    asyncio.run(walker.walk())
    return walker.takes


def provider_of(job: ClipJob) -> str:
    """Name the provider that makes a job."""
    return "animatic" if job.draws else job.offer.partition("/")[0]


class _Walker:
    def __init__(
        self,
        plan: Plan,
        providers: Mapping[str, Provider],
        vault: Vault,
        listen: Listener,
        pause: Pause,
        options: dict[str, object],
    ) -> None:
        self.takes = Takes()
        self._plan = plan
        self._providers = providers
        self._vault = vault
        self._listen = listen
        self._pause = pause
        self._options = options
        timeline = plan.timeline
        self._handoffs = Handoffs(vault, plan.by_id, timeline.rate, plan.fit, timeline.background)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._room: dict[str, asyncio.Semaphore] = {}

    async def walk(self) -> None:
        """Start one coroutine a clip; each waits for the clips it continues."""
        self._room = {name: asyncio.Semaphore(p.in_flight) for name, p in self._providers.items()}
        self._tasks = {job.id: asyncio.create_task(self._clip(job)) for job in self._plan.jobs}
        await asyncio.gather(*self._tasks.values())

    async def _clip(self, job: ClipJob) -> None:
        try:
            for edge in (job.first, job.last):
                await self._wait_for(edge)
            made = await self._made(job)
        except LongtakeError as error:
            self.takes.errors[job.id] = error
            self._listen(Progress(job.id, "failed", message=error.message))
            return
        self.takes.by_clip[job.id] = made.take
        self._listen(Progress(job.id, "kept" if made.kept else "made", 1.0))

    async def _wait_for(self, edge: Edge | None) -> None:
        if isinstance(edge, EndOf | StartOf) and edge.clip in self._tasks:
            await self._tasks[edge.clip]
            if edge.clip in self.takes.errors:
                raise HandoffError(f'it continues "{edge.clip}", which failed')

    async def _made(self, job: ClipJob) -> Made:
        name = provider_of(job)
        async with self._room[name]:
            first, last = [await self._sent(job, edge) for edge in (job.first, job.last)]
            request = self._request(job, first, last)
            self._listen(Progress(job.id, "making", 0.0))
            return await ensure_clip(
                job,
                request,
                self._providers[name],
                self._vault,
                pause=self._pause,
                watch=lambda report: self._listen(Progress(job.id, "making", report.progress)),
            )

    async def _sent(self, job: ClipJob, edge: Edge | None) -> SentFrame | None:
        if edge is None:
            return None
        return await asyncio.to_thread(
            self._handoffs.frame, edge, job.canvas, dict(self.takes.by_clip)
        )

    def _request(self, job: ClipJob, first: SentFrame | None, last: SentFrame | None) -> Request:
        return Request(
            model=job.offer,
            resolution=job.resolution,
            seconds=job.seconds,
            frames=job.frames,
            canvas=job.canvas,
            rate=self._plan.timeline.rate,
            prompt=job.prompt,
            camera=job.camera,
            first=first.path if first else None,
            first_sha256=first.sha256 if first else "",
            last=last.path if last else None,
            last_sha256=last.sha256 if last else "",
            options={**job.card, **self._options} if job.draws else {},
        )
