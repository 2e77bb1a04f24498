"""One clip, made once: look at what is owned, else submit, wait, fetch, verify, keep."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from longtake.errors import MediaError, TaskFailed
from longtake.generate.provider import Provider, Request, TaskReport, TaskState
from longtake.media.ffmpeg import strict_check
from longtake.media.frames import Measured, measure_clip
from longtake.plan.job import ClipJob
from longtake.units import FrameRate
from longtake.vault.store import Vault
from longtake.vault.take import Take

Pause = Callable[[float], Awaitable[None]]
Watch = Callable[[TaskReport], None]


def request_key(provider: str, request: Request) -> str:
    """Name a purchase: the hash of all that is asked, pictures by their bytes, paths left out."""
    asked: dict[str, Any] = {
        "provider": provider,
        "model": request.model,
        "resolution": request.resolution,
        "seconds": request.seconds,
        "frames": request.frames,
        "canvas": str(request.canvas),
        "rate": str(request.rate),
        "prompt": request.prompt,
        "camera": list(request.camera),
        "first": request.first_sha256,
        "last": request.last_sha256,
        "take": request.take,
        "options": dict(request.options),
    }
    text = json.dumps(asked, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Made:
    """A take, and whether it was there already."""

    take: Take
    kept: bool


async def ensure_clip(
    job: ClipJob,
    request: Request,
    provider: Provider,
    vault: Vault,
    *,
    pause: Pause = asyncio.sleep,
    watch: Watch = lambda report: None,
) -> Made:
    """Give the clip's take, made now if it is not owned; may be called again by anyone, any time.

    Raises TaskFailed in the provider's own words, or where the file it gave is not what was asked.
    """
    key = request_key(provider.name, request)
    owned = await asyncio.to_thread(vault.find, key)
    if owned is not None:
        chosen = vault.choose_out_point(
            owned, out_point(job, owned.frames, owned.rate, request.rate)
        )
        return Made(chosen, kept=True)
    task = await asyncio.to_thread(provider.submit, request)
    await _finished(job, provider, task, pause, watch)
    part = vault.scratch(key)
    try:
        await asyncio.to_thread(provider.fetch, task, part)
        measured = await asyncio.to_thread(_verified, part, job, task)
        rate = FrameRate(Fraction(measured.rate))
        take = Take(
            key=key,
            recipe=job.recipe,
            clip=job.id,
            sha256="",
            path=part,
            provider=provider.name,
            model=request.model,
            task=task,
            frames=measured.frames,
            rate=rate,
            size=measured.size,
            out_point=out_point(job, measured.frames, rate, request.rate),
        )
        return Made(await asyncio.to_thread(vault.add, take, part), kept=False)
    finally:
        part.unlink(missing_ok=True)


def out_point(job: ClipJob, frames: int, rate: FrameRate, film: FrameRate) -> int:
    """Choose where a take ends in the film: the frame shown when the plan's last frame is, if it has it."""
    shown = (Fraction(job.out_frame) / film.value * rate.value).__floor__()
    return min(shown, frames - 1)


async def _finished(
    job: ClipJob, provider: Provider, task: str, pause: Pause, watch: Watch
) -> TaskReport:
    while True:
        report = await asyncio.to_thread(provider.look, task)
        watch(report)
        if report.state is TaskState.DONE:
            return report
        if report.state is TaskState.FAILED:
            raise TaskFailed(f'"{job.id}" was not made: {report.message}', job=job.id, task=task)
        await pause(provider.poll_s)


def _verified(part: Path, job: ClipJob, task: str) -> Measured:
    try:
        strict_check(part)
        return measure_clip(part)
    except MediaError as error:
        raise TaskFailed(
            f'"{job.id}" came back as no whole clip: {error.message}', job=job.id, task=task
        ) from error
