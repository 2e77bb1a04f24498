"""What really happened, told over HTTP under /_sim/: the judge of every test of a client.

GET  /_sim/oracle          everything below in one object; /_sim/oracle/NAME gives one of them
POST /_sim/scenario        changes the scenario named values at a time; the book stays
POST /_sim/reset           empties the book and goes back to the first scenario
POST /_sim/clock           {"tick_s": 5}: moves a fake clock on
POST /_sim/topup           {"key": ..., "amount": "5.00"}
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from longtake.errors import LongtakeError
from longtake.testing.stage import Stage
from longtake.testing.world import Task, World


def oracle_routes(stage: Stage) -> list[BaseRoute]:
    """List the paths of the oracle."""

    async def everything(request: Request) -> Response:
        return JSONResponse({name: tell(stage) for name, tell in _PARTS.items()})

    async def part(request: Request) -> Response:
        tell = _PARTS.get(request.path_params["name"])
        return JSONResponse(tell(stage)) if tell else Response(status_code=404)

    async def reset(request: Request) -> Response:
        stage.reset()
        return JSONResponse({})

    return [
        Route("/_sim/oracle", everything),
        Route("/_sim/oracle/{name}", part),
        Route("/_sim/reset", reset, methods=["POST"]),
        Route("/_sim/scenario", _spoken(stage, _change), methods=["POST"]),
        Route("/_sim/clock", _spoken(stage, _tick), methods=["POST"]),
        Route("/_sim/topup", _spoken(stage, _top_up), methods=["POST"]),
    ]


def _spoken(
    stage: Stage, act: Callable[[Stage, dict[str, Any]], None]
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            act(stage, await request.json())
        except (LongtakeError, ValueError, KeyError, TypeError, InvalidOperation) as exc:
            return JSONResponse({"error": str(exc) or type(exc).__name__}, 400)
        return JSONResponse({})

    return answer


def _change(stage: Stage, said: dict[str, Any]) -> None:
    stage.world.change(stage.world.scenario.changed(said))


def _tick(stage: Stage, said: dict[str, Any]) -> None:
    if not stage.tick(float(said["tick_s"])):
        raise LongtakeError("this simulator runs on the real clock")


def _top_up(stage: Stage, said: dict[str, Any]) -> None:
    key, amount = str(said["key"]), Decimal(str(said["amount"]))
    stage.world.topups[key] = stage.world.topups.get(key, Decimal(0)) + amount


def _tasks(stage: Stage) -> list[dict[str, Any]]:
    now = stage.world.clock.now()
    return [
        {
            "id": task.id,
            "wire": task.wire,
            "host": task.host,
            "key": task.key,
            "model": task.asked.model,
            "mode": task.asked.mode,
            "seconds": task.asked.seconds,
            "resolution": task.asked.resolution,
            "prompt": task.asked.prompt,
            "pictures": list(task.asked.pictures),
            "params": dict(task.asked.params),
            "identity": task.identity,
            "idempotency_key": task.idempotency_key,
            "state": task.state(now),
            "ending": task.fate.ending,
            "created": task.created,
            "ends": task.ends,
            "charged": str(task.charged(now)),
            "held": str(task.held(now)),
            "frames": task.order.frames,
            "size": str(task.order.size),
            "downloads": _downloads(stage.world, task),
        }
        for task in stage.world.tasks.values()
    ]


def _downloads(world: World, task: Task) -> int:
    return sum(note["task"] == task.id and note["status"] < 300 for note in world.media)


def _submits(stage: Stage) -> dict[str, Any]:
    """Count what was paid for: by what was asked, and by the Idempotency-Key it came with."""
    tasks = list(stage.world.tasks.values())
    paid = Counter(task.identity for task in tasks)
    return {
        "paid": len(tasks),
        "requests": sum(seen.route == "submit" for seen in stage.world.seen),
        "by_identity": dict(paid),
        "twice": sorted(identity for identity, count in paid.items() if count > 1),
        "by_idempotency_key": dict(stage.world.paid_keys),
    }


def _money(stage: Stage) -> dict[str, Any]:
    now = stage.world.clock.now()
    tasks = list(stage.world.tasks.values())
    return {
        "charged": _sum(task.charged(now) for task in tasks),
        "held": _sum(task.held(now) for task in tasks),
        "committed": _sum(task.charged(now) + task.held(now) for task in tasks),
        "by_task": {task.id: str(task.charged(now)) for task in tasks},
        "balances": {key: str(stage.world.balance(key)) for key in stage.world.scenario.accounts},
    }


def _sum(amounts: Iterable[Decimal]) -> str:
    return str(sum(amounts, Decimal(0)))


def _in_flight(stage: Stage) -> dict[str, Any]:
    keys = stage.world.scenario.accounts
    now = {key: stage.world.in_flight(key) for key in keys}
    return {"peak": dict(stage.world.peaks), "now": {key: n for key, n in now.items() if n}}


def _per_minute(stage: Stage) -> dict[str, Any]:
    """Give the most requests of each key within any 60 seconds, submits apart and all together."""
    told: dict[str, dict[str, int]] = {}
    for key in {seen.key for seen in stage.world.seen if seen.key}:
        of_key = [seen for seen in stage.world.seen if seen.key == key]
        told[key] = {
            "submits": _most([seen.at for seen in of_key if seen.route == "submit"]),
            "all": _most([seen.at for seen in of_key]),
        }
    return told


def _most(times: list[float], window_s: float = 60.0) -> int:
    most = first = 0
    for last, at in enumerate(times):
        while times[first] <= at - window_s:
            first += 1
        most = max(most, last - first + 1)
    return most


def _uploads(stage: Stage) -> list[dict[str, Any]]:
    return [
        {"url": up.url, "sha256": up.sha256, "bytes": up.size, "key": up.key, "name": up.name}
        for up in stage.world.uploads.values()
    ]


def _keys(stage: Stage) -> dict[str, list[str]]:
    """List the keys each host has seen; a media host should see none."""
    told: dict[str, set[str]] = {}
    for seen in stage.world.seen:
        told.setdefault(seen.host, set())
        if seen.key:
            told[seen.host].add(seen.key)
    return {host: sorted(keys) for host, keys in told.items()}


def _media(stage: Stage) -> dict[str, Any]:
    notes = stage.world.media
    return {
        "requests": len(notes),
        "secrets": [note for note in notes if note["secret_headers"]],
        "headers": sorted({name for note in notes for name in note["headers"]}),
        "all": notes,
    }


def _bucket(stage: Stage) -> dict[str, Any]:
    """Tell who came to the author's own place for pictures, and whether anybody brought a key."""
    notes = stage.world.bucket
    return {
        "put": sum(note["method"] == "PUT" for note in notes),
        "secrets": [note for note in notes if note["secret_headers"]],
        "headers": sorted({name for note in notes for name in note["headers"]}),
    }


def _faults(stage: Stage) -> dict[str, Any]:
    played = stage.world.played
    count = Counter(f"{note['route']} {note['do']}" for note in played)
    return {"count": dict(count), "all": played}


def _requests(stage: Stage) -> dict[str, int]:
    return dict(Counter(seen.route for seen in stage.world.seen))


_PARTS: dict[str, Callable[[Stage], Any]] = {
    "tasks": _tasks,
    "submits": _submits,
    "money": _money,
    "in_flight": _in_flight,
    "per_minute": _per_minute,
    "uploads": _uploads,
    "keys": _keys,
    "media": _media,
    "bucket": _bucket,
    "faults": _faults,
    "requests": _requests,
    "errors": lambda stage: stage.world.errors,
    "webhooks": lambda stage: stage.world.rung,
    "ignored_fields": lambda stage: dict(stage.world.ignored),
    "rendered": lambda stage: stage.studio.rendered,
}
