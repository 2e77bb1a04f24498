"""One clip of a plan, whoever walks its graph: a job that may be called again by anyone, any time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field, replace

from longtake.errors import FirstFrameIgnored, HandoffError, LongtakeError
from longtake.generate.clip import Desk, Made, Pause, ensure_drawn, with_out_point
from longtake.generate.collect import Till
from longtake.generate.doorbell import Doorbell
from longtake.generate.handoff import (
    Handoffs,
    KeptFrame,
    SentFrame,
    refuse_ignored_frame,
    refuse_unmendable,
)
from longtake.generate.mending import (
    Neighbours,
    accept,
    known_mending,
    mended,
    note_refusal,
    was_accepted,
)
from longtake.generate.provider import Provider, Request, TaskReport
from longtake.generate.purchase import ensure_bought
from longtake.generate.settle import bring_in, told
from longtake.plan.job import ClipJob, Edge, EndOf, Plan
from longtake.units import FrameRate
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


def had(clip: str, *, kept: bool) -> Progress:
    """Say that a clip is there."""
    return Progress(clip, "kept" if kept else "made", 1.0)


def to_choose(clip: str, takes: int) -> Progress:
    """Say that takes of a clip are there, of which one is to be chosen."""
    many = f"{takes} takes are there" if takes > 1 else "one take is there"
    return Progress(clip, "choose", 1.0, message=f"{many}: choose one")


def held_by(clip: str, above: str) -> Progress:
    """Say that a clip waits for another one to be chosen from."""
    why = f'it continues "{above}", of which no take was chosen yet'
    return Progress(clip, "held", message=why)


def failed_above(clip: str) -> HandoffError:
    """Make the error of what continues a clip that failed."""
    return HandoffError(f'it continues "{clip}", which failed')


Room = Callable[[], AbstractAsyncContextManager[object]]
Listener = Callable[[Progress], None]
Steps = Callable[[Step], None]


@dataclass(frozen=True)
class Shop:
    """A provider, the vault its takes go to, and the till it is paid from (None: it costs nothing)."""

    provider: Provider
    vault: Vault
    till: Till | None = None


@dataclass(frozen=True)
class Bench:
    """What the clips of a plan are made with: the shops, by provider, and who hears of it.

    `options` are for drawn clips; `accepted` names bought clips that may begin on another frame than
    the one they were given; `bell` is what providers ring when a task of theirs has changed.
    """

    plan: Plan
    shops: Mapping[str, Shop]
    listen: Listener = lambda progress: None
    steps: Steps = lambda step: None
    pause: Pause = asyncio.sleep
    options: Mapping[str, object] = field(default_factory=dict)
    accepted: frozenset[str] = frozenset()
    bell: Doorbell | None = None

    def desk(self, clip: str, shop: Shop) -> Desk:
        """Give what making a clip needs besides its job."""
        return Desk(
            shop.provider,
            shop.vault,
            self.pause,
            self.watch(clip),
            self.bell,
            lambda why: self.listen(Progress(clip, "waiting", message=why)),
            step=lambda name: self.steps(Step(clip, name)),
        )

    def watch(self, clip: str) -> Callable[[TaskReport], None]:
        """Give who looks at every report of a task, and tells how far its clip is."""
        share: float | None = 0.0

        def watch(report: TaskReport) -> None:
            nonlocal share
            if report.progress != share and report.progress is not None:
                share = report.progress
                self.listen(Progress(clip, "making", share))

        return watch


async def ensure_clip(job: ClipJob, number: int, takes: Mapping[str, Take], bench: Bench) -> Made:
    """Give one take of a clip, made, bought and mended now where it is not owned.

    `takes` holds those whose frames it begins and ends on. May be called again by anyone, any time: what
    is paid for is never bought again, what is decided is never decided again. Raises a LongtakeError,
    as `ensure_bought` does, HandoffError where a frame cannot be had, FirstFrameIgnored where the take
    does not continue its chain.
    """
    shop = bench.shops[job.provider]
    desk = bench.desk(job.id, shop)
    desk.step("handoff")
    handoffs = Handoffs.of(bench.plan, shop.vault)
    edges = (_edge(job.begins, job.first), _edge(job.lands, job.last), job.repairs.anchor)
    first, last, anchor = [await _sent(job, edge, takes, handoffs) for edge in edges]
    # Where the next clip was made before, colours are to be those it begins with.
    anchor = last if job.lands else anchor
    faces = await asyncio.to_thread(lambda: [handoffs.face(face) for face in job.faces])
    request = _request(job, number, (first, last), faces, bench)
    bench.listen(Progress(job.id, "making", 0.0))
    desk.step("submit")
    if shop.till is None:
        return await ensure_drawn(job, request, desk)
    made = await ensure_bought(job, request, desk, shop.till)
    if job.is_open and not job.lands:
        return made
    desk.step("mend")
    before = takes.get(job.first.clip) if isinstance(job.first, EndOf) else None
    around = (first, anchor, before)
    return await asyncio.to_thread(_fit_in, job, made, around, desk, bench.accepted)


async def ensure_offered(
    job: ClipJob, takes: Mapping[str, Take], bench: Bench, room: Room = nullcontext
) -> tuple[tuple[Take, ...], tuple[BaseException, ...]]:
    """Give the takes there are to choose from, made beside each other, and what kept others from it.

    Each is made in a `room` of its own; one that fails harms no other.
    """

    async def made(number: int) -> Made:
        async with room():
            return await ensure_clip(job, number, takes, bench)

    ended = await asyncio.gather(*map(made, job.numbers), return_exceptions=True)
    errors = tuple(each for each in ended if isinstance(each, BaseException))
    return tuple(each.take for each in ended if isinstance(each, Made)), errors


async def settle_row(row: Purchase, bench: Bench) -> Progress:
    """Bring home what was ordered once, whether or not the plan still asks for it; says what came of it."""
    shop = bench.shops.get(row.provider)
    desk = None
    if shop is not None and shop.till is not None:
        desk = bench.desk(row.clip, shop)
        # What the plan does not know is not shown on its way.
        desk = desk if row.clip in bench.plan.by_id else replace(desk, watch=lambda report: None)
    try:
        await bring_in(row, desk, shop.till if shop else None)
    except LongtakeError as error:
        return Progress(row.clip, "unsettled", message=told(error))
    return Progress(row.clip, "settled")


def known_clip(job: ClipJob, key: str, vault: Vault, rate: FrameRate) -> Take | None:
    """Give the take that was made of a clip before, as the film shows it; None where it is not there."""
    take = vault.find(key, job.recipe)
    if take is None:
        return None
    return known_mending(with_out_point(take, job.out_frame, rate), job, vault)


Around = tuple[SentFrame | None, SentFrame | None, Take | None]


def _fit_in(job: ClipJob, made: Made, around: Around, desk: Desk, accepted: frozenset[str]) -> Made:
    """Decide how a take is repaired; raises FirstFrameIgnored for one that no repair would fit in."""
    try:
        return _mended(job, made, around, desk, accepted)
    except FirstFrameIgnored as error:
        note_refusal(made.take, error.message, desk.vault)
        raise


def _mended(job: ClipJob, made: Made, around: Around, desk: Desk, accepted: frozenset[str]) -> Made:
    first, anchor, before = around
    vault, seen = desk.vault, desk.glimpse.of(made.take)
    if job.id in accepted:
        accept(made.take, vault)
    as_it_is = was_accepted(made.take, vault)
    if first and not as_it_is:
        refuse_ignored_frame(job, first, made.take, seen)
    sent, led = (picture.path if picture else None for picture in (first, anchor))
    take = mended(made.take, job, vault, Neighbours(sent, before, led), seen)
    if not as_it_is:
        refuse_unmendable(job, take)
    return replace(made, take=take)


async def _sent(
    job: ClipJob, edge: Edge | KeptFrame | None, takes: Mapping[str, Take], handoffs: Handoffs
) -> SentFrame | None:
    """Give the picture an edge stands for; it is kept where the clip's takes are kept.

    A paid clip is known by the bytes of its frames: they must outlive the project's own folder.
    """
    if edge is None:
        return None
    return await asyncio.to_thread(handoffs.frame, edge, job.canvas, dict(takes))


def _request(
    job: ClipJob,
    number: int,
    edges: tuple[SentFrame | None, SentFrame | None],
    faces: list[SentFrame],
    bench: Bench,
) -> Request:
    first, last = edges
    return Request(
        model=job.offer if job.draws else job.offer.partition("/")[2],
        resolution=job.resolution,
        seconds=job.seconds,
        frames=job.frames,
        canvas=job.canvas,
        rate=bench.plan.timeline.rate,
        prompt=job.prompt,
        camera=job.camera,
        first=first.path if first else None,
        first_sha256=first.sha256 if first else "",
        last=last.path if last else None,
        last_sha256=last.sha256 if last else "",
        references=tuple((face.path, face.sha256) for face in faces),
        options={**job.card, **bench.options} if job.draws else dict(job.options),
        drawn=job.draws,
        take=number,
        lands=bool(job.lands),
    )


def _edge(sha256: str, edge: Edge | None) -> Edge | KeptFrame | None:
    """Give a frame that was sent before, where one is named, in place of what the plan would send."""
    return KeptFrame(sha256) if sha256 else edge
