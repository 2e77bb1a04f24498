"""One clip's take: owned already, or made (bought, where it costs) and brought home."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from threading import Lock
from typing import Any

from longtake.errors import MediaError, RateLimited, TaskFailed, Unreachable
from longtake.generate.doorbell import Doorbell
from longtake.generate.provider import Provider, Request, TaskReport, TaskState
from longtake.media.ffmpeg import strict_check
from longtake.media.frames import Measured, measure_clip
from longtake.media.planes import FilmFrame, planes_of
from longtake.media.probe import probe
from longtake.plan.job import ClipJob
from longtake.seam.ends import EndsReader, mendable
from longtake.seam.pick import pick_out_point
from longtake.seam.scan import Scan, Scanner
from longtake.units import FrameRate, shown_frame
from longtake.vault.store import Vault
from longtake.vault.take import Take

Pause = Callable[[float], Awaitable[None]]
Watch = Callable[[TaskReport], None]

# A whole clip that is refused once may have been torn on the way: it is fetched again, for nothing.
FETCHES = 3
# Clips that come together are looked at one after the other: their work is done by one processor
# anyway, and so the first of them is handed on long before the last.
_LANDING = Lock()
# A provider that wants longer to pass between two looks is asked sooner all the same.
LONGEST_ASKED_S = 60.0


def canonical_request(provider: str, request: Request) -> str:
    """Write down all that is asked, pictures by their bytes, paths left out."""
    asked: dict[str, Any] = {
        "provider": provider,
        "model": request.model,
        "resolution": request.resolution,
        "seconds": request.seconds,
        "prompt": request.prompt,
        "first": request.first_sha256,
        "last": request.last_sha256,
        "references": [sha256 for _, sha256 in request.references],
        "take": request.take,
        "options": dict(request.options),
    }
    if request.lands:
        # The clip's other takes end where they like: this one may be told from them.
        asked["lands"] = True
    if not (request.first or request.last):
        # Where no picture says it, the shape of the clip is asked for in words.
        asked["canvas"] = str(request.canvas)
    if request.drawn:
        # A model makes its own size and rate: a film's other rate must not buy its clips again.
        asked |= {
            "frames": request.frames,
            "canvas": str(request.canvas),
            "rate": str(request.rate),
            "camera": list(request.camera),
        }
    return json.dumps(asked, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def request_key(provider: str, request: Request) -> str:
    """Name a purchase: the hash of the canonical request."""
    return hashlib.sha256(canonical_request(provider, request).encode()).hexdigest()


@dataclass(frozen=True)
class Wanted:
    """What must be known of a clip to bring its take home: its names, and where the film leaves it.

    `out_frame` is counted at `rate`, the film's; `prompt` is for messages. `number` tells the takes of
    a clip apart, `lands` is the frame that this one alone was asked to end on.
    """

    id: str
    recipe: str
    model: str
    out_frame: int
    rate: FrameRate
    prompt: str = ""
    number: int = 1
    lands: str = ""

    @classmethod
    def of(cls, job: ClipJob, request: Request) -> Wanted:
        """Take from a job and its request what bringing it home needs."""
        return cls(
            job.id,
            job.recipe,
            request.model,
            job.out_frame,
            request.rate,
            request.prompt,
            request.take,
            request.last_sha256 if request.lands else "",
        )


@dataclass(frozen=True)
class Made:
    """A take, and whether it was there already."""

    take: Take
    kept: bool


@dataclass
class Glimpse:
    """What the check of a landing clip saw of its ends: whoever mends it need not decode it again."""

    sha256: str = ""
    ends: EndsReader | None = None

    def of(self, take: Take) -> EndsReader | None:
        """Give the ends of a take; None where another file was looked at, or none in this run."""
        return self.ends if self.sha256 == take.sha256 else None


@dataclass(frozen=True)
class Desk:
    """What making a clip needs besides its job: who makes it, where it goes, how to wait.

    `watch` sees every look at its task, `bell` ends the wait between two looks early; `waits` hears why
    its purchase cannot begin yet, `step` how far it is; `glimpse` keeps what was seen of its ends.
    """

    provider: Provider
    vault: Vault
    pause: Pause = asyncio.sleep
    watch: Watch = lambda report: None
    bell: Doorbell | None = None
    waits: Callable[[str], None] = lambda why: None
    clock: Callable[[], float] = time.monotonic
    step: Callable[[str], None] = lambda name: None
    glimpse: Glimpse = field(default_factory=Glimpse)

    async def rest(self, task: str, seconds: float, *, deaf: bool) -> float:
        """Wait between two looks at a task, by the bell unless `deaf`; gives the seconds that passed."""
        if self.bell is not None and not deaf:
            return await self.bell.wait(task, seconds, self.pause)
        await self.pause(seconds)
        return seconds


@dataclass(frozen=True)
class Age:
    """How old a task is, and how old such tasks usually become (None: nobody knows yet)."""

    seconds: float = 0.0
    usual_s: float | None = None


NEW = Age()


def owned_take(wanted: Wanted, key: str, vault: Vault) -> Take | None:
    """Give the take of a key with the out-point this plan wants, or None."""
    owned = vault.find(key, recipe=wanted.recipe)
    return None if owned is None else with_out_point(owned, wanted.out_frame, wanted.rate)


async def ensure_drawn(job: ClipJob, request: Request, desk: Desk) -> Made:
    """Give the take of a clip that costs nothing; may be called again by anyone, any time.

    Raises TaskFailed in the provider's own words, or where the file it gave is not what was asked.
    """
    key = request_key(desk.provider.name, request)
    wanted = Wanted.of(job, request)
    owned = await asyncio.to_thread(owned_take, wanted, key, desk.vault)
    if owned is not None:
        return Made(owned, kept=True)
    task = await asyncio.to_thread(desk.provider.submit, request, "")
    await wait_for(wanted, task, desk)
    take = await bring_home(wanted, key, task, desk, drawn=True)
    return Made(with_out_point(take, wanted.out_frame, wanted.rate), kept=False)


async def wait_for(wanted: Wanted, task: str, desk: Desk, age: Age = NEW) -> TaskReport:
    """Look at a task until it is done; raises TaskFailed where it failed or takes for ever."""
    began, rested = desk.clock(), 0.0
    desk.step("wait")
    while True:
        asked = 0.0
        try:
            report = await asyncio.to_thread(desk.provider.look, task)
        except (Unreachable, RateLimited) as error:
            # A look may take its minute, too, before nobody answers.
            if max(rested, desk.clock() - began) > desk.provider.deadline_s:
                raise
            asked = getattr(error, "retry_after_s", None) or 0.0
            report = TaskReport(TaskState.RUNNING, error.message)
        waited = max(rested, desk.clock() - began)
        desk.watch(report)
        if report.state is TaskState.DONE:
            return report
        if report.state is TaskState.FAILED:
            raise TaskFailed(
                f'"{wanted.id}" was not made: {report.message}',
                job=wanted.id,
                task=task,
                charged=report.charged,
            )
        if waited > desk.provider.deadline_s:
            raise TaskFailed(
                f'"{wanted.id}" is not done after {desk.provider.deadline_s / 60:.0f} minutes',
                hint="run the same command later: the task is looked at again, not sent again",
                job=wanted.id,
                task=task,
                charged=None,
            )
        seconds = desk.provider.pause_s(age.seconds + waited, age.usual_s)
        seconds = max(seconds, min(asked, LONGEST_ASKED_S))
        # What met trouble (a limit, a task not known yet) is not asked sooner, whoever rings.
        rested += await desk.rest(task, seconds, deaf=bool(report.message))


async def bring_home(
    wanted: Wanted, key: str, task: str, desk: Desk, *, drawn: bool = False
) -> Take:
    """Fetch a finished clip, check it strictly, measure it, and put it whole into the vault.

    Its out-point is its last frame, or, of a clip that was not drawn here, the best one before it
    where its tail is blurred, fades, flashes or shows bars.
    """
    part = desk.vault.scratch(key)
    try:
        measured, scan, ends = await _fetched(wanted, task, part, desk)
        last = measured.frames - 1
        out_point = last if drawn else pick_out_point(scan.profile).frame
        rate = FrameRate(Fraction(measured.rate))
        take = Take(
            key=key,
            recipe=wanted.recipe,
            clip=wanted.id,
            sha256="",
            path=part,
            provider=desk.provider.name,
            model=wanted.model,
            task=task,
            frames=measured.frames,
            rate=rate,
            size=measured.size,
            out_point=out_point,
            number=wanted.number,
            lands=wanted.lands,
        )
        take = await asyncio.to_thread(desk.vault.add, take, part)
        desk.glimpse.sha256, desk.glimpse.ends = take.sha256, ends
        return take
    finally:
        part.unlink(missing_ok=True)


def with_out_point(take: Take, out_frame: int, film: FrameRate) -> Take:
    """End a take where a plan does: on the frame the film's last one shows, or on its own last.

    A take keeps the last frame that may be used; a plan may leave it earlier. So two boards can share
    a take, and a shorter shot needs no new one.
    """
    usable = take.out_point if take.usable is None else take.usable
    end = min(shown_frame(out_frame, take.rate, film), usable)
    return replace(take, out_point=end, usable=usable)


async def _fetched(
    wanted: Wanted, task: str, part: Path, desk: Desk
) -> tuple[Measured, Scan, EndsReader | None]:
    for attempt in range(1, FETCHES + 1):
        part.unlink(missing_ok=True)
        desk.step("download")
        await asyncio.to_thread(desk.provider.fetch, task, part)
        desk.step("verify")
        try:
            return await asyncio.to_thread(_verified, wanted, part)
        except MediaError as error:
            if attempt == FETCHES:
                raise TaskFailed(
                    f'"{wanted.id}" came back as no whole clip: {error.message}',
                    hint="it was fetched three times; the task is kept, run the same command again",
                    job=wanted.id,
                    task=task,
                    charged=None,
                ) from error
            await desk.pause(float(attempt))
    raise AssertionError("unreachable")


def _verified(wanted: Wanted, part: Path) -> tuple[Measured, Scan, EndsReader | None]:
    # The next clip waits for this: ffmpeg's strict check runs beside our own decode.
    with _LANDING, ThreadPoolExecutor(1) as beside:
        strict = beside.submit(strict_check, part)
        facts = probe(part)
        scanner, ends = Scanner(facts), None
        if mendable(facts):
            ends = EndsReader(shown_frame(wanted.out_frame, FrameRate(facts.rate), wanted.rate))

        def look(frame: FilmFrame) -> None:
            if ends is not None and frame.format.name == facts.pix_fmt:
                ends.put(scanner.frames, planes_of(frame))
            scanner.add(frame)

        measured = measure_clip(part, look)
        strict.result()
    return measured, scanner.scan(), ends
