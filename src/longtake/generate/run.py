"""Walk the graph of clips here, on one machine: chains in handoff order, beside each other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import chain

from longtake.errors import FirstFrameIgnored, HandoffError, LongtakeError, PlanError
from longtake.generate.clip import Desk, Made, Pause, ensure_drawn
from longtake.generate.collect import Till
from longtake.generate.doorbell import Doorbell
from longtake.generate.handoff import (
    Handoffs,
    KeptFrame,
    SentFrame,
    refuse_ignored_frame,
    refuse_unmendable,
)
from longtake.generate.mending import Neighbours, accept, mended, note_refusal, was_accepted
from longtake.generate.provider import Provider, Request, TaskReport
from longtake.generate.purchase import ensure_bought
from longtake.generate.settle import bring_in, told
from longtake.plan.job import ClipJob, Edge, EndOf, Plan, StartOf
from longtake.units import take_name
from longtake.vault.purchase import Purchase
from longtake.vault.store import Vault
from longtake.vault.take import Take


@dataclass(frozen=True)
class Progress:
    """What happened to a clip, and how far it is (0 to 1).

    `state` is waiting, making, kept, made or failed; "choose" where several takes are there and none was
    chosen, "held" for what hangs on such a clip; "settled" for a clip of an earlier run that was
    brought home though the plan no longer asks for it, "unsettled" where it could not be.
    """

    clip: str
    state: str
    share: float | None = None
    message: str = ""


@dataclass(frozen=True)
class Step:
    """A clip goes on to its next step: handoff, submit, wait, download, verify, mend.

    Its last step ends when it is kept, made or failed.
    """

    clip: str
    name: str


Listener = Callable[[Progress], None]
Steps = Callable[[Step], None]
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


@dataclass(frozen=True)
class Shop:
    """A provider, the vault its takes go to, and the till it is paid from (None: it costs nothing)."""

    provider: Provider
    vault: Vault
    till: Till | None = None


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
    missing = {provider_of(job) for job in plan.jobs} - set(shops)
    if missing:
        raise PlanError(f"no provider is called {', '.join(sorted(missing))}")
    walker = _Walker(
        plan, shops, listen, steps, landed, pause, dict(options or {}), accepted, left_over, bell
    )
    asyncio.run(walker.walk())
    return walker.takes


def provider_of(job: ClipJob) -> str:
    """Name the provider that makes a job."""
    return "animatic" if job.draws else job.offer.partition("/")[0]


class _Walker:
    def __init__(
        self,
        plan: Plan,
        shops: Mapping[str, Shop],
        listen: Listener,
        steps: Steps,
        landed: Landed,
        pause: Pause,
        options: dict[str, object],
        accepted: frozenset[str],
        left_over: tuple[Purchase, ...],
        bell: Doorbell | None,
    ) -> None:
        self.takes = Takes()
        self._plan = plan
        self._shops = shops
        self._listen = listen
        self._steps = steps
        self._landed = landed
        self._pause = pause
        self._options = options
        self._accepted = accepted
        self._left_over = left_over
        self._names = frozenset(
            take_name(job.recipe, number) for job in plan.jobs for number in job.numbers
        )
        self._bell = bell
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
        shop = self._shops.get(row.provider)
        desk = None
        if shop is not None and shop.till is not None:
            watch = self._watch(row.clip) if row.clip in self._plan.by_id else lambda report: None
            desk = Desk(shop.provider, shop.vault, self._pause, watch, self._bell)
        try:
            await bring_in(row, desk, shop.till if shop else None)
        except LongtakeError as error:
            self._listen(Progress(row.clip, "unsettled", message=told(error)))
        except Exception as error:  # noqa: BLE001 # raised again when all others are done
            self._foreign = self._foreign or error
        else:
            if not wanted:
                self._listen(Progress(row.clip, "settled"))

    async def _clip(self, job: ClipJob) -> None:
        try:
            for edge in (job.first, job.last):
                await self._wait_for(edge)
            open_one = self._waits_for(job)
            if open_one:
                self.takes.held[job.id] = open_one
                why = f'it continues "{open_one}", of which no take was chosen yet'
                self._listen(Progress(job.id, "held", message=why))
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
        self._listen(Progress(job.id, "kept" if made.kept else "made", 1.0))

    async def _offer(self, job: ClipJob) -> None:
        """Make the takes there are to choose from, beside each other; one that fails harms no other."""
        ended = await asyncio.gather(
            *(self._made(job, number) for number in job.numbers), return_exceptions=True
        )
        takes = tuple(made.take for made in ended if isinstance(made, Made))
        if takes:
            self.takes.offered[job.id] = takes
        if takes and not job.asked:
            many = f"{len(takes)} takes are there" if len(takes) > 1 else "one take is there"
            self._listen(Progress(job.id, "choose", 1.0, message=f"{many}: choose one"))
        for error in ended:
            if isinstance(error, BaseException):
                raise error
        if job.asked:
            self._listen(Progress(job.id, "made", 1.0))

    def _waits_for(self, job: ClipJob) -> str:
        """Name the clip without a chosen take that a clip hangs on, "" where there is none."""
        above = [edge.clip for edge in (job.first, job.last) if isinstance(edge, EndOf | StartOf)]
        open_ones = (clip for clip in above if clip in self.takes.offered)
        held = (self.takes.held[clip] for clip in above if clip in self.takes.held)
        return next(chain(open_ones, held), "")

    async def _wait_for(self, edge: Edge | None) -> None:
        if isinstance(edge, EndOf | StartOf) and edge.clip in self._done:
            await self._done[edge.clip].wait()
            if edge.clip in self.takes.errors:
                raise HandoffError(f'it continues "{edge.clip}", which failed')

    async def _made(self, job: ClipJob, number: int) -> Made:
        name = provider_of(job)
        shop = self._shops[name]
        async with self._room[name]:
            step = self._step(job.id)
            step("handoff")
            edges = (_edge(job.begins, job.first), _edge(job.lands, job.last), job.repairs.anchor)
            first, last, anchor = [await self._sent(job, edge, shop) for edge in edges]
            # Where the next clip was made before, colours are to be those it begins with.
            anchor = last if job.lands else anchor
            faces = await asyncio.to_thread(self._faces, job, shop)
            request = self._request(job, number, (first, last), faces)
            self._listen(Progress(job.id, "making", 0.0))
            desk = Desk(
                shop.provider,
                shop.vault,
                self._pause,
                self._watch(job.id),
                self._bell,
                self._waits(job.id),
                step=step,
            )
            step("submit")
            if shop.till is None:
                return await ensure_drawn(job, request, desk)
            made = await ensure_bought(job, request, desk, shop.till)
            if job.is_open and not job.lands:
                return made
            step("mend")
            return await asyncio.to_thread(self._fit_in, job, made, (first, anchor), desk)

    def _fit_in(
        self,
        job: ClipJob,
        made: Made,
        pictures: tuple[SentFrame | None, SentFrame | None],
        desk: Desk,
    ) -> Made:
        """Decide how a take is repaired; raises FirstFrameIgnored for one that no repair would fit in."""
        try:
            return self._mended(job, made, pictures, desk)
        except FirstFrameIgnored as error:
            note_refusal(made.take, error.message, desk.vault)
            raise

    def _mended(
        self,
        job: ClipJob,
        made: Made,
        pictures: tuple[SentFrame | None, SentFrame | None],
        desk: Desk,
    ) -> Made:
        first, _ = pictures
        vault, seen = desk.vault, desk.glimpse.of(made.take)
        if job.id in self._accepted:
            accept(made.take, vault)
        accepted = was_accepted(made.take, vault)
        if first and not accepted:
            refuse_ignored_frame(job, first, made.take, seen)
        before = self.takes.by_clip.get(job.first.clip) if isinstance(job.first, EndOf) else None
        sent, led = (picture.path if picture else None for picture in pictures)
        take = mended(made.take, job, vault, Neighbours(sent, before, led), seen)
        if not accepted:
            refuse_unmendable(job, take)
        return replace(made, take=take)

    def _watch(self, clip: str) -> Callable[[TaskReport], None]:
        share: float | None = 0.0

        def watch(report: TaskReport) -> None:
            nonlocal share
            if report.progress != share and report.progress is not None:
                share = report.progress
                self._listen(Progress(clip, "making", share))

        return watch

    def _step(self, clip: str) -> Callable[[str], None]:
        return lambda name: self._steps(Step(clip, name))

    def _waits(self, clip: str) -> Callable[[str], None]:
        return lambda why: self._listen(Progress(clip, "waiting", message=why))

    async def _sent(
        self, job: ClipJob, edge: Edge | KeptFrame | None, shop: Shop
    ) -> SentFrame | None:
        """Give the picture an edge stands for; it is kept where the clip's takes are kept.

        A paid clip is known by the bytes of its frames: they must outlive the project's own folder.
        """
        if edge is None:
            return None
        takes = dict(self.takes.by_clip)
        return await asyncio.to_thread(self._handoffs(shop).frame, edge, job.canvas, takes)

    def _faces(self, job: ClipJob, shop: Shop) -> list[SentFrame]:
        return [self._handoffs(shop).face(face) for face in job.faces]

    def _handoffs(self, shop: Shop) -> Handoffs:
        return Handoffs.of(self._plan, shop.vault)

    def _request(
        self,
        job: ClipJob,
        number: int,
        edges: tuple[SentFrame | None, SentFrame | None],
        faces: list[SentFrame],
    ) -> Request:
        first, last = edges
        return Request(
            model=job.offer if job.draws else job.offer.partition("/")[2],
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
            references=tuple((face.path, face.sha256) for face in faces),
            options={**job.card, **self._options} if job.draws else dict(job.options),
            drawn=job.draws,
            take=number,
            lands=bool(job.lands),
        )


def _edge(sha256: str, edge: Edge | None) -> Edge | KeptFrame | None:
    """Give a frame that was sent before, where one is named, in place of what the plan would send."""
    return KeptFrame(sha256) if sha256 else edge
