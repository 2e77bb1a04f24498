"""Webhooks: the challenge before a task, the calls as it goes on, and how they go wrong.

Only addresses of this machine are ever called.
"""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from longtake.testing.world import World

# How long a client may take to echo a challenge, and to take a call.
_CHALLENGE_S = 3.0
_CALL_S = 10.0
_AGAIN_S = (10.0, 30.0, 60.0)
_HERE = ("127.0.0.1", "localhost", "::1")

Later = Callable[[float, Callable[[], Awaitable[Any]]], None]
# When to call, in seconds from now, and what to say then.
Ring = tuple[float, Callable[[], dict[str, Any]]]


async def echoes(world: World, url: str, challenge: str) -> bool:
    """Send a challenge and tell whether the same came back in time, as JSON."""
    status, answer = await _posted(url, {"challenge": challenge}, _CHALLENGE_S)
    world.rung.append({"url": url, "status": status, "body": {"challenge": challenge}})
    try:
        said = json.loads(answer)
    except ValueError:
        return False
    return status == 200 and isinstance(said, dict) and said.get("challenge") == challenge


def ring(
    world: World,
    later: Later,
    url: str,
    rings: Sequence[Ring],
    how: Mapping[str, Mapping[str, Any]],
) -> None:
    """Plan the calls about one task; `how` holds the ways in which they are to go wrong."""
    if "never" in how:
        return
    planned = list(rings)
    if "reversed" in how:
        bodies = [body for _, body in reversed(planned)]
        planned = [(wait, body) for (wait, _), body in zip(planned, bodies, strict=True)]
    if "forged" in how:
        forged = dict(how["forged"].get("body", {"task_id": "1", "status": "success"}))
        planned.insert(0, (0.0, lambda: forged))
    late = float(how.get("late", {}).get("seconds", 0))
    for wait, body in planned:
        for _ in range(2 if "twice" in how else 1):
            later(wait + late, partial(_called, world, later, url, body, _AGAIN_S))


async def _called(
    world: World,
    later: Later,
    url: str,
    body: Callable[[], dict[str, Any]],
    again: tuple[float, ...],
) -> None:
    said = body()
    status, _ = await _posted(url, said, _CALL_S)
    world.rung.append({"url": url, "status": status, "body": said})
    if again and (status == 0 or status >= 500):
        later(again[0], lambda: _called(world, later, url, body, again[1:]))


async def _posted(url: str, body: dict[str, Any], timeout_s: float) -> tuple[int, bytes]:
    if urlsplit(url).hostname not in _HERE or urlsplit(url).scheme != "http":
        return 0, b""
    return await asyncio.to_thread(_post, url, json.dumps(body).encode(), timeout_s)


def _post(url: str, content: bytes, timeout_s: float) -> tuple[int, bytes]:
    request = urllib.request.Request(url, content, {"Content-Type": "application/json"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=timeout_s) as answer:
            return answer.status, answer.read(65536)
    except urllib.error.HTTPError as exc:
        with exc:
            return exc.code, b""
    except OSError:
        return 0, b""
