"""fal.ai as the simulator plays it: written from its pages, apart from what the provider believes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.requests import Request

from longtake.testing.cards import APIMART, MINIMAX_V1, Card
from longtake.testing.wire.checks import (
    asked_for,
    one_of,
    picture,
    prompt_of,
    typed,
    unknown_fields,
)
from longtake.testing.wire.wire import Call, Endpoint, Refusal, Reply, Wire
from longtake.testing.world import Asked, Task

_WORDS = {
    "queued": "IN_QUEUE",
    "running": "IN_PROGRESS",
    "done": "COMPLETED",
    "failed": "COMPLETED",
    "cancelled": "COMPLETED",
}
# reason -> HTTP status, type
_REFUSALS = {
    "no_key": (401, ""),
    "key": (401, ""),
    "balance": (403, ""),
    "invalid": (422, "value_error"),
    "moderation": (422, "content_policy_violation"),
    "rate": (429, "concurrent_requests_limit"),
    "in_flight": (429, "concurrent_requests_limit"),
    "too_large": (413, "file_too_large"),
    "missing": (404, ""),
    "server": (500, "internal_server_error"),
}
_LOCKED = "User is locked. Reason: Exhausted balance."


def _tier(card: Card, resolution: str, **changes: Any) -> Card:
    """Give one resolution of a model as a model of its own, which a tier is."""
    seconds = card.lengths[resolution][0]
    lengths = {resolution: card.lengths[resolution]}
    return replace(card, lengths=lengths, default=(resolution, seconds), **changes)


def _hailuo(model: str, name: str) -> dict[str, Card]:
    return {
        f"fal-ai/minimax/{name}/{tier}": _tier(MINIMAX_V1[model], resolution, model=name)
        for tier, resolution in (("standard", "768P"), ("pro", "1080P"))
    }


# By the path without its mode.
_CARDS: Mapping[str, Card] = {
    **_hailuo("MiniMax-Hailuo-2.3", "hailuo-2.3"),
    **_hailuo("MiniMax-Hailuo-2.3-Fast", "hailuo-2.3-fast"),
    **_hailuo("MiniMax-Hailuo-02", "hailuo-02"),
    "minimax/h3": replace(
        APIMART["MiniMax-H3"],
        model="h3",
        lengths={"768P": tuple(range(5, 16)), "2K": tuple(range(5, 16))},
        default=("768P", 5),
        prices={"768P": "0.06", "2K": "0.13"},
        modes=frozenset({"text", "first", "last"}),
    ),
    "fal-ai/sim-tiny": MINIMAX_V1["sim-tiny"],
}
_FIELDS = frozenset({"prompt", "image_url", "end_image_url"})


class Fal(Wire):
    """The queue of fal.ai: a path for each model, tasks below the first two parts of it."""

    name = "fal"
    hosts = ("fal",)
    keys: Mapping[str, str] = {"fal-key": "fal"}
    id_places = ("status_url",)
    status_places = ("status",)

    def endpoints(self) -> tuple[Endpoint, ...]:
        """List all paths of the format; those of tasks first, for a model's may be of any length."""
        task = "/{owner}/{app}/requests/{task}"
        return (
            Endpoint("GET", f"{task}/status", "status", self._status),
            Endpoint("GET", task, "file", self._result),
            Endpoint("POST", "/{model:path}", "submit", self._submit),
        )

    def key_of(self, request: Request) -> str:
        """Read the key a request carries; "" without one."""
        kind, _, key = request.headers.get("authorization", "").partition(" ")
        return key.strip() if kind == "Key" else ""

    def task_id(self, number: str) -> str:
        """Make a task's id: a UUID."""
        return str(uuid.UUID(number[:32]))

    def refusal(self, refusal: Refusal) -> Reply:
        """Say no: models with a list of details, the machines around them with a text."""
        status, kind = _REFUSALS.get(refusal.kind, _REFUSALS["server"])
        if refusal.kind == "balance":
            return Reply({"detail": f"{_LOCKED} {refusal.message}"}, status, refused=True)
        if status == 422:
            place = ["body", refusal.param] if refusal.param else ["body"]
            detail = [{"loc": place, "msg": refusal.message, "type": kind}]
            return Reply({"detail": detail}, status, refused=True)
        headers = {"X-Fal-Error-Type": kind} if kind else {}
        told = (
            {"detail": refusal.message, "error_type": kind} if kind else {"detail": refusal.message}
        )
        return Reply(told, status, headers, refused=True)

    async def _submit(self, call: Call) -> Reply:
        self.admit(call)
        path = str(call.request.path_params["model"])
        asked = await _checked(call, path)
        self.pace(call)
        if call.world.balance(call.key) < asked.price:
            raise Refusal("balance")
        task = call.accept(self, asked)
        owner, app = path.split("/")[:2]
        return Reply(
            {
                "request_id": task.id,
                "status": "IN_QUEUE",
                "queue_position": 0,
                **_addresses(call, task, owner, app),
            }
        )

    async def _status(self, call: Call) -> Reply:
        task = self._known(call)
        state = task.state(call.world.clock.now())
        places = call.request.path_params
        told: dict[str, Any] = {
            "request_id": task.id,
            "status": self.spelt(task, state, _WORDS, call.world),
            **_addresses(call, task, places["owner"], places["app"]),
        }
        if state in ("failed", "cancelled"):
            told |= _failure(task)
        return Reply(told, 200 if told["status"] == "COMPLETED" else 202)

    async def _result(self, call: Call) -> Reply:
        task = self._known(call)
        state = task.state(call.world.clock.now())
        if state in ("queued", "running"):
            return Reply({"detail": "Request is still in progress"}, 400, refused=True)
        if state != "done":
            moderated = task.fate.ending == "moderation"
            raise Refusal("moderation" if moderated else "invalid", _failure(task)["error"])
        link, _ = call.world.fresh_link(task)
        url = f"{call.site.media}/v/{link}{call.world.scenario.extension}"
        video = {"url": url, "content_type": "video/mp4", "file_name": "output.mp4"}
        return Reply({"video": {**video, "file_size": None}})

    def _known(self, call: Call) -> Task:
        self.admit(call)
        # An escaped slash divides no path at the gateways that routes go by.
        if b"%2f" in call.request.scope["raw_path"].lower():
            raise Refusal("missing", "no such path")
        task = call.world.tasks.get(call.request.path_params["task"])
        if task is None or task.key != call.key:
            raise Refusal("missing", "Request not found")
        return task


async def _checked(call: Call, path: str) -> Asked:
    model, _, begins = path.rpartition("/")
    card = _CARDS.get(model)
    if card is None or begins not in ("text-to-video", "image-to-video"):
        raise Refusal("missing", f"Application '{path}' not found")
    said = call.asked()
    tiered = "/hailuo-" in model
    known = _FIELDS | ({"prompt_optimizer"} if tiered else {"resolution"})
    if not model.endswith("/pro"):
        known |= {"duration"}
    unknown_fields(call, said, known)
    said = {name: value for name, value in said.items() if name in known}
    typed(said, "prompt_optimizer", "bool")
    if tiered and "duration" in said:
        lengths = tuple(map(str, card.lengths[card.default[0]]))
        said["duration"] = int(one_of(typed(said, "duration", "str"), lengths, "duration"))
    frames = await _frames(call, said, card)
    mode = "last" if frames["last"] else "first" if frames["first"] else "text"
    if (mode == "text") != (begins == "text-to-video") or mode not in card.modes:
        raise Refusal("invalid", f"{path} does not take this", param="image_url")
    return asked_for(call, card, said, mode, prompt_of(said, card, required=True), frames)


async def _frames(call: Call, said: Mapping[str, Any], card: Card) -> dict[str, str]:
    frames = {}
    for place, name in (("first", "image_url"), ("last", "end_image_url")):
        value = said.get(name)
        frames[place] = await picture(call, value, name, card.limits, inline=True) if value else ""
    return frames


def _addresses(call: Call, task: Task, owner: str, app: str) -> dict[str, str]:
    here = f"{call.site.api}/{call.host}/{owner}/{app}/requests/{task.id}"
    return {
        "response_url": here,
        "status_url": f"{here}/status",
        "cancel_url": f"{here}/cancel",
    }


def _failure(task: Task) -> dict[str, str]:
    moderated = task.fate.ending == "moderation"
    kind = "content_policy_violation" if moderated else "runner_disconnected"
    return {"error": task.fate.message or task.fate.ending, "error_type": kind}
