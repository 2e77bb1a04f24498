"""What a remote provider is tried with: orders, refusals, blows to an answer, bumps on the way home."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from PIL import Image

from longtake.errors import (
    KeyRefused,
    OutOfFunds,
    ProviderError,
    RateLimited,
    Refused,
    Unreachable,
)
from longtake.files import sha256_of
from longtake.generate.doorbell import Doorbell
from longtake.generate.places import Webhook
from longtake.generate.provider import Request, TaskState
from longtake.generate.remote import RemoteProvider
from longtake.generate.webhook import Receiver
from longtake.units import FrameRate, Size

_Kind = TypeVar("_Kind", bound=ProviderError)


@dataclass(frozen=True)
class Order:
    """One kind of clip a provider makes: how it begins and ends, and what the simulator calls that."""

    model: str
    resolution: str
    seconds: int
    canvas: str
    mode: str = "text"

    def request(self, folder: Path, **changes: Any) -> Request:
        """Write the order as a request, with pictures of the canvas' size."""
        size = Size.parse(self.canvas)
        return replace(
            Request(
                model=self.model,
                resolution=self.resolution,
                seconds=self.seconds,
                frames=24 * self.seconds,
                canvas=size,
                rate=FrameRate.parse(24),
                prompt="a lighthouse",
                references=(self._sent(folder, "red"),) if self.mode == "references" else (),
                options={"prompt_optimizer": False},
            ),
            **(self._frames(folder) | changes),
        )

    def _frames(self, folder: Path) -> dict[str, Any]:
        frames: dict[str, Any] = {}
        if self.mode in ("first", "last"):
            frames["first"], frames["first_sha256"] = self._sent(folder, "green")
        if self.mode == "last":
            frames["last"], frames["last_sha256"] = self._sent(folder, "blue")
        return frames

    def _sent(self, folder: Path, colour: str) -> tuple[Path, str]:
        path = folder / f"{colour}-{self.canvas}.png"
        size = Size.parse(self.canvas)
        Image.new("RGB", (size.width, size.height), colour).save(path)
        return path, sha256_of(path)


# How a provider says no before it takes anything, and what that is to us.
NOES: tuple[tuple[str, type[ProviderError]], ...] = (
    ("no_key", KeyRefused),
    ("key", KeyRefused),
    ("balance", OutOfFunds),
    ("invalid", Refused),
    ("moderation", Refused),
    ("too_large", Refused),
    ("rate", RateLimited),
    ("in_flight", RateLimited),
)
# What can happen to the answer of a submit that was carried out.
BLOWS: tuple[Mapping[str, Any], ...] = (
    {"do": "drop", "when": "after"},
    {"do": "drop", "when": "after", "reset": True},
    {"do": "hang", "when": "after"},
    *({"do": "http", "status": status, "when": "after"} for status in (408, 500, 502, 503, 504)),
    {"do": "http", "status": 500, "when": "after", "body": {"unheard": "of"}},
    {"do": "refuse", "kind": "server", "when": "after"},
    {"do": "redirect", "status": 303, "when": "after"},
    # What a firewall before the provider says, it says after the job as well.
    *(
        {
            "do": "http",
            "status": status,
            "when": "after",
            "body": "<html>",
            "media_type": "text/html",
        }
        for status in (400, 401, 403, 404, 413, 422)
    ),
    {"do": "not_json"},
    {"do": "empty"},
    {"do": "no_id"},
)
SPELLINGS: Mapping[TaskState, tuple[str, ...]] = {
    TaskState.QUEUED: ("submitted", "Preparing", "queued", "Queueing", "PENDING", "waiting"),
    TaskState.RUNNING: ("processing", "Processing", "in_progress", "RUNNING", "generating"),
    TaskState.DONE: ("completed", "Success", "COMPLETED", "succeeded", "success"),
    TaskState.FAILED: ("failed", "Fail", "FAILED", "ERROR", "error", "cancelled", "canceled"),
}
# What a look may be answered with that a later look mends.
CLOUDS: tuple[tuple[Mapping[str, Any], type[ProviderError]], ...] = (
    ({"do": "http", "status": 500}, Unreachable),
    ({"do": "http", "status": 429, "retry_after": "7"}, RateLimited),
    ({"do": "refuse", "kind": "rate"}, RateLimited),
    ({"do": "refuse", "kind": "server"}, Unreachable),
    ({"do": "drop"}, Unreachable),
    ({"do": "not_json"}, Unreachable),
    ({"do": "empty"}, Unreachable),
    ({"do": "redirect"}, Unreachable),
)
# What can go wrong on the way home, and right again.
BUMPS: tuple[tuple[Mapping[str, Any], ...], ...] = (
    ({"do": "cut", "times": 1},),
    ({"do": "cut", "times": 2, "at": 0.3},),
    ({"do": "cut", "times": 1}, {"do": "no_range"}),
    ({"do": "cut", "times": 1}, {"do": "bad_range", "times": 2}),
    ({"do": "http", "on": "download", "status": 503, "times": 2},),
    ({"do": "drop", "on": "download", "times": 1},),
    ({"do": "expire", "times": 1},),
    ({"do": "gone", "times": 1},),
)


def caught(kind: type[_Kind], act: Callable[..., object], *words: object) -> _Kind:
    """Give the error of exactly this kind that an act raises."""
    try:
        outcome = act(*words)
    except ProviderError as error:
        assert type(error) is kind, f"{type(error).__name__}: {error}"
        return error
    raise AssertionError(f"no {kind.__name__} was raised, but came {outcome!r}")


def case_name(case: Any) -> str:
    """Name a case as a test shows it."""
    if isinstance(case, Order):
        return f"{case.model}-{case.mode}-{case.resolution}"
    parts = case if isinstance(case, tuple) else (case,)
    words = [
        "-".join(str(part.get(word, "")) for word in ("do", "status", "kind") if word in part)
        if isinstance(part, Mapping)
        else str(getattr(part, "__name__", part))
        for part in parts
    ]
    return "+".join(words)


def heard_call(
    provider: RemoteProvider, request: Request, end: Callable[[], None], patience_s: float = 30.0
) -> bool:
    """Order a clip, end its task, and tell whether the provider called about it."""
    bell = Doorbell()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Receiver(Webhook(f"http://127.0.0.1:{port}", port=port), bell) as receiver:
        receiver.invite(provider)
        task = provider.submit(request, "")
        end()
        return asyncio.run(bell.wait(task, patience_s, asyncio.sleep)) < patience_s
