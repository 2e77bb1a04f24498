"""Pixazo: a path for each mode, 202 with an address to poll, clips without a name or a type."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from longtake.testing.cards import PIXAZO, Card
from longtake.testing.wire.checks import asked_for, picture, prompt_of, typed, unknown_fields
from longtake.testing.wire.wire import Call, Endpoint, Refusal, Reply, Wire
from longtake.testing.world import Asked, Fate, Task

_WORDS = {
    "queued": "QUEUED",
    "running": "PROCESSING",
    "done": "COMPLETED",
    "failed": "FAILED",
    "cancelled": "ERROR",
}
# reason -> HTTP status, what is wrong
_REFUSALS = {
    "no_key": (401, "Unauthorized"),
    "key": (403, "Forbidden"),
    "balance": (402, "Insufficient Balance"),
    "invalid": (400, "Bad Request"),
    "moderation": (400, "Bad Request"),
    "rate": (429, "Too Many Requests"),
    "in_flight": (429, "Too Many Requests"),
    "too_large": (413, "Payload Too Large"),
    "missing": (404, "Not Found"),
    "server": (500, "Internal Server Error"),
}
_FLAGS = ("prompt_optimizer", "fast_pretreatment", "aigc_watermark")
_FIELDS = frozenset({"prompt", "duration", "resolution", "callback_url", *_FLAGS})


class Pixazo(Wire):
    """The gateway of Pixazo's page: the key in a header of its own, status at the root of the host."""

    name = "pixazo"
    hosts = ("pixazo",)
    id_places = ("request_id",)
    status_places = ("status",)

    def endpoints(self) -> tuple[Endpoint, ...]:
        """List all paths of the format."""
        return (
            Endpoint("POST", "/{model}/v1/generate", "submit", self._from_text),
            Endpoint("POST", "/{model}/v1/imageToVideo", "submit", self._from_picture),
            Endpoint("GET", "/v2/requests/status/{task}", "status", self._status),
        )

    def key_of(self, request: Request) -> str:
        """Read the key from its own header."""
        return request.headers.get("ocp-apim-subscription-key", "").strip()

    def task_id(self, number: str) -> str:
        """Make a task's id of hexadecimal digits of its own."""
        groups = (number[:8], number[8:12], number[12:16], number[16:20], number[20:32])
        return f"minimax-hailuo-ai_{'-'.join(groups)}"

    def bills_failure(self, fate: Fate) -> bool:
        """Bill what is FAILED, of which the page says nothing, and never an ERROR, which is free."""
        return _word(fate) == "FAILED"

    def refusal(self, refusal: Refusal) -> Reply:
        """Say no with what is wrong and why."""
        status, wrong = _REFUSALS.get(refusal.kind, _REFUSALS["server"])
        why = refusal.message
        if refusal.kind == "moderation" and why == refusal.kind:
            why = "input new_sensitive"
        return Reply({"error": wrong, "message": why}, status, refused=True)

    async def _from_text(self, call: Call) -> Reply:
        return await self._accepted(call, "text", _FIELDS)

    async def _from_picture(self, call: Call) -> Reply:
        return await self._accepted(call, "first", _FIELDS | {"first_frame_image"})

    async def _accepted(self, call: Call, mode: str, known: frozenset[str]) -> Reply:
        self.admit(call)
        asked = await _checked(call, mode, known)
        self.pace(call)
        if call.world.balance(call.key) < asked.price:
            raise Refusal("balance", "top up your wallet")
        task = call.accept(self, asked)
        hook = call.request.headers.get("x-webhook-url")
        if hook and task.fate.ending != "stuck":
            wait = task.ends - call.world.clock.now()
            call.ring(hook, [(wait, lambda: self._told(call, task))])
        told = {
            "request_id": task.id,
            "status": self.spelt(task, "queued", _WORDS, call.world),
            "polling_url": f"{call.site.api}/pixazo/v2/requests/status/{task.id}",
        }
        return Reply(told, 202)

    async def _status(self, call: Call) -> Reply:
        self.admit(call)
        task = call.world.tasks.get(call.request.path_params["task"])
        if task is None or task.key != call.key:
            raise Refusal("missing", "request not found")
        return Reply(self._told(call, task))

    def _told(self, call: Call, task: Task) -> dict[str, Any]:
        state = task.state(call.world.clock.now())
        blocked = state == "failed" and task.fate.ending == "moderation"
        word = _word(task.fate) if blocked else self.spelt(task, state, _WORDS, call.world)
        told: dict[str, Any] = {
            "request_id": task.id,
            "status": word,
            "model_id": task.asked.model,
            "error": None,
            "output": None,
        }
        if state == "done":
            link, _ = call.world.fresh_link(task)
            # A name without an ending, and a type that says nothing: only the bytes tell.
            media = {"media_url": [f"{call.site.media}/v/{link}"]}
            told["output"] = media | {"media_type": "application/octet-stream"}
        if state in ("failed", "cancelled"):
            why = task.fate.message or "generation failed"
            told["error"] = f"output new_sensitive: {why}" if blocked else why
        return told


def _word(fate: Fate) -> str:
    """Spell how a task fails: ERROR is what never was carried out."""
    return fate.words.get("failed", "FAILED" if fate.ending == "failed" else "ERROR")


async def _checked(call: Call, mode: str, known: frozenset[str]) -> Asked:
    card: Card | None = PIXAZO.get(call.request.path_params["model"])
    if card is None:
        raise Refusal("missing", "resource not found")
    said = call.asked()
    unknown_fields(call, said, known)
    said = {name: value for name, value in said.items() if name in known}
    for flag in _FLAGS:
        typed(said, flag, "bool")
    typed(said, "callback_url", "str")
    first = ""
    if mode == "first":
        value = said.get("first_frame_image")
        first = await picture(call, value, "first_frame_image", card.limits, inline=True)
    prompt = prompt_of(said, card, required=True)
    return asked_for(call, card, said, mode, prompt, {"first": first, "last": ""})
