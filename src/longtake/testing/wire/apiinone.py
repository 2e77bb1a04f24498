"""API in One: one path, pictures by their address, durations as text, results in no fixed place."""

from __future__ import annotations

import json
from typing import Any

from longtake.testing.cards import APIINONE, Card
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
    "queued": "PENDING",
    "running": "IN_PROGRESS",
    "done": "completed",
    "failed": "failed",
    "cancelled": "failed",
}
_STATUSES = {
    "no_key": 401,
    "key": 401,
    "balance": 402,
    "invalid": 422,
    "moderation": 422,
    "rate": 429,
    "in_flight": 429,
    "too_large": 413,
    "missing": 404,
    "server": 500,
}
_FIELDS = frozenset({"model", "prompt", "image", "duration", "resolution", "callback_url"})


class ApiInOne(Wire):
    """The pages' submit and status; of three answers to a finished task a scenario chooses one."""

    name = "apiinone"
    hosts = ("apiinone",)
    id_places = ("data.task_id",)
    status_places = ("data.status", "data.state")

    def endpoints(self) -> tuple[Endpoint, ...]:
        """List all paths of the format."""
        return (
            Endpoint("POST", "/api/v1/videos/generations", "submit", self._submit),
            Endpoint("GET", "/api/v1/tasks/{task}", "status", self._status),
        )

    def task_id(self, number: str) -> str:
        """Make a task's id of hexadecimal digits of its own."""
        return f"n51{number[:24]}_hailuo"

    def refusal(self, refusal: Refusal) -> Reply:
        """Say no by an HTTP status; a scenario may put it into a 200."""
        code = _STATUSES.get(refusal.kind, 500)
        message = refusal.message
        if refusal.kind == "moderation" and message == refusal.kind:
            message = "the prompt violates our content policy"
        status = 200 if refusal.form == "200" else code
        return Reply({"code": code, "message": message, "data": None}, status, refused=True)

    async def _submit(self, call: Call) -> Reply:
        self.admit(call)
        asked = await _checked(call)
        self.pace(call)
        if call.world.balance(call.key) < asked.price:
            raise Refusal("balance", "insufficient credits")
        task = call.accept(self, asked)
        hook = call.asked().get("callback_url")
        if hook and task.fate.ending != "stuck":
            wait = task.ends - call.world.clock.now()
            call.ring(hook, [(wait, lambda: _said(self._told(call, task)))])
        word = self.spelt(task, "queued", _WORDS, call.world)
        return Reply(_said({"task_id": task.id, "status": word}))

    async def _status(self, call: Call) -> Reply:
        self.admit(call)
        task = call.world.tasks.get(call.request.path_params["task"])
        if task is None or task.key != call.key:
            raise Refusal("missing", "task not found")
        return Reply(_said(self._told(call, task)))

    def _told(self, call: Call, task: Task) -> dict[str, Any]:
        state = task.state(call.world.clock.now())
        word = self.spelt(task, state, _WORDS, call.world)
        sent = next(
            (u.url for u in call.world.uploads.values() if u.sha256 == task.order.first), ""
        )
        if call.world.scenario.result_form == "file":
            return _told_by_the_house_behind(call, task, state, sent)
        told: dict[str, Any] = {
            "task_id": task.id,
            "model": task.asked.model,
            # What was sent comes back, ahead of the clip: its address must not be taken for it.
            "input": {"image": sent, "prompt": task.asked.prompt},
            "status": word,
        }
        if state == "done":
            link = _link(call, task)
            flat = call.world.scenario.result_form == "text"
            told |= {"video_url": link} if flat else {"result": {"videos": [{"url": [link]}]}}
        if state in ("failed", "cancelled"):
            told["error"] = {"code": 500, "message": _why(task)}
        return told


def _told_by_the_house_behind(call: Call, task: Task, state: str, sent: str) -> dict[str, Any]:
    """Tell of a task as the seller does whose models these seem to be: JSON within JSON."""
    words = {"queued": "waiting", "running": "generating", "done": "success"}
    told: dict[str, Any] = {
        "taskId": task.id,
        "state": words.get(state, "fail"),
        "param": json.dumps({"input": {"image_url": sent}}),
        "resultJson": "",
    }
    if state == "done":
        told["resultJson"] = json.dumps({"resultUrls": [_link(call, task)]})
    if state in ("failed", "cancelled"):
        told |= {"failCode": "500", "failMsg": _why(task)}
    return told


def _link(call: Call, task: Task) -> str:
    link, _ = call.world.fresh_link(task)
    return f"{call.site.media}/v/{link}{call.world.scenario.extension}"


def _why(task: Task) -> str:
    if task.fate.ending != "moderation":
        return task.fate.message or "generation failed"
    return f"output new_sensitive {task.fate.message}".strip()


def _said(told: dict[str, Any]) -> dict[str, Any]:
    return {"code": 200, "message": "success", "data": told}


async def _checked(call: Call) -> Asked:
    said = call.asked()
    card: Card | None = APIINONE.get(typed(said, "model", "str", "hailuo-2-3"))
    if card is None:
        raise Refusal("invalid", "model is not supported", param="model")
    unknown_fields(call, said, _FIELDS)
    said = {name: value for name, value in said.items() if name in _FIELDS}
    typed(said, "callback_url", "str")
    lengths = tuple(str(n) for grid in card.lengths.values() for n in grid)
    seconds = one_of(typed(said, "duration", "str", str(card.default[1])), lengths, "duration")
    prompt = prompt_of(said, card, required=True)
    first = await picture(call, said.get("image"), "image", card.limits, inline=False)
    frames = {"first": first, "last": ""}
    return asked_for(call, card, said | {"duration": int(seconds)}, "first", prompt, frames)
