"""MiniMax v2: parts with roles, tasks in an envelope, real HTTP errors, a list of all tasks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from longtake.testing.bell import Ring
from longtake.testing.cards import MINIMAX_V2, Card
from longtake.testing.wire.checks import (
    asked_for,
    one_of,
    picture,
    prompt_of,
    typed,
    unknown_fields,
)
from longtake.testing.wire.wire import Call, Endpoint, Refusal, Reply, Wire
from longtake.testing.world import Asked, State, Task

_WORDS = {
    "queued": "queued",
    "running": "running",
    "done": "succeeded",
    "failed": "failed",
    "cancelled": "cancelled",
}
# reason -> HTTP status, type, message, the vendor's own code
_REFUSALS = {
    "no_key": (401, "authorized_error", "login fail: no API secret key was sent", "1004"),
    "key": (401, "authorized_error", "invalid api key", "2049"),
    "balance": (402, "insufficient_balance_error", "insufficient balance", "1008"),
    "invalid": (400, "bad_request_error", "invalid params", "2013"),
    "moderation": (422, "unprocessable_entity_error", "sensitive content", "1026"),
    "rate": (429, "rate_limit_error", "rate limit, please retry later", "1002"),
    "in_flight": (429, "rate_limit_error", "too many tasks in flight", "1041"),
    "too_large": (400, "bad_request_error", "invalid params, body too large", "2013"),
    # So a live question about a task that never was is answered, with the code of an inner error.
    "missing": (500, "server_error", "record not found", "1000"),
    "overloaded": (529, "overloaded_error", "the service is overloaded, retry later", ""),
    "server": (500, "server_error", "internal error", "1000"),
}
_FIELDS = frozenset(
    {
        "model",
        "content",
        "resolution",
        "duration",
        "ratio",
        "extra",
        "callback_url",
        "aigc_watermark",
    }
)
_RATIOS = ("21:9", "16:9", "4:3", "1:1", "3:4", "9:16")
_ADAPTIVE = "adaptive"
_ROLES = {
    "image_url": ("first_frame", "last_frame", "reference_image"),
    "video_url": ("reference_video",),
    "audio_url": ("reference_audio",),
}
_MOST = {
    "first_frame": 1,
    "last_frame": 1,
    "reference_image": 9,
    "reference_video": 3,
    "reference_audio": 3,
}
_MOST_FILES = 12
_LISTED_S = 7 * 86400.0
# The pages do not say how many tasks one may ask for at once; whoever wants all must count.
_MOST_LISTED = 20


class MinimaxV2(Wire):
    """The second generation of MiniMax's API, beside the first one at the same hosts."""

    name = "minimax_v2"
    hosts = ("minimax", "minimax-mainland")
    id_places = ("task_id",)
    status_places = ("task.status",)

    def endpoints(self) -> tuple[Endpoint, ...]:
        """List all paths of the format."""
        return (
            Endpoint("POST", "/v2/video_generation", "submit", self._submit),
            Endpoint("GET", "/v2/query/video_generation", "list", self._list),
            Endpoint("GET", "/v2/query/video_generation/{task}", "status", self._status),
            Endpoint("DELETE", "/v2/video_generation/{task}", "cancel", self._cancel),
        )

    def about(self, said: Mapping[str, Any]) -> tuple[str, str]:
        """Give model and prompt of a submit's body, for faults that choose by them."""
        parts = said.get("content")
        texts = [
            str(part.get("text"))
            for part in (parts if isinstance(parts, list) else [])
            if isinstance(part, dict) and part.get("type") == "text"
        ]
        return str(said.get("model", "")), " ".join(texts)

    def refusal(self, refusal: Refusal) -> Reply:
        """Say no with an `error` object whose message ends in the vendor's code; `form` is a status."""
        status, kind, usual, code = _REFUSALS.get(refusal.kind, _REFUSALS["server"])
        said = "" if refusal.message == refusal.kind else refusal.message
        message = f"{usual}, {said}" if said and code == "2013" else said or usual
        code = refusal.code or code
        if refusal.form:
            status = int(refusal.form)
        ended = f"{message} ({code})" if code else message
        error = {"type": kind, "message": ended, "http_code": str(status)}
        request = hashlib.sha256(ended.encode()).hexdigest()[:32]
        body = {"type": "error", "error": error, "request_id": request}
        return Reply(body, status, refused=True)

    async def _submit(self, call: Call) -> Reply:
        self.admit(call)
        task = await self.take_on(call, await _checked(call), self._rings)
        return Reply({"task_id": _id(call, task)})

    async def _status(self, call: Call) -> Reply:
        task = self._own(call)
        return Reply({"task": self._told(call, task, task.state(call.world.clock.now()))})

    async def _list(self, call: Call) -> Reply:
        """Give a page of the account's tasks of the last seven days, the newest first."""
        self.admit(call)
        asked = call.request.query_params
        now = call.world.clock.now()
        wanted = [task for task in self._owned(call) if now - task.created < _LISTED_S]
        for name, value in (
            ("model", lambda task: task.asked.model),
            ("status", lambda task: _WORDS[task.state(now)]),
            ("task_type", lambda task: "generation"),
        ):
            text = asked.get(f"filter.{name}")
            wanted = [task for task in wanted if text in (None, value(task))]
        names = asked.getlist("filter.task_ids")
        wanted = [task for task in wanted if not names or task.id in names]
        wanted.sort(key=lambda task: (task.created, task.id), reverse=True)
        size = min(_count(asked.get("page_size"), _MOST_LISTED), _MOST_LISTED)
        first = size * (_count(asked.get("page_num"), 1) - 1)
        page = wanted[first : first + size]
        items = [self._told(call, task, task.state(now)) for task in page]
        return Reply({"items": items, "total": len(wanted)})

    async def _cancel(self, call: Call) -> Reply:
        """Cancel what waits, forget what ended; what runs can no longer be stopped."""
        task = self._own(call)
        now = call.world.clock.now()
        state = task.state(now)
        if state in ("running", "cancelled"):
            raise Refusal("invalid", f"a task that is {_WORDS[state]} cannot be cancelled")
        if state == "queued":
            task.cancel(now)
        else:
            task.deleted = True
        action = "cancelled" if state == "queued" else "deleted"
        status = _WORDS[task.state(now)]
        return Reply({"task_id": _id(call, task), "action": action, "status": status})

    def _own(self, call: Call) -> Task:
        """Find the task of a path, of this account and this generation."""
        self.admit(call)
        name = call.request.path_params["task"]
        task = next((task for task in self._owned(call) if task.id == name), None)
        if task is None or call.world.clock.now() - task.created >= _LISTED_S:
            raise Refusal("missing")
        return task

    def _owned(self, call: Call) -> list[Task]:
        return [
            task
            for task in call.world.tasks.values()
            if task.key == call.key and task.wire == self.name and not task.deleted
        ]

    def _told(self, call: Call, task: Task, state: State) -> dict[str, Any]:
        now, asked = call.world.clock.now(), task.asked
        told: dict[str, Any] = {
            "id": _id(call, task),
            "model": asked.model,
            "status": self.spelt(task, state, _WORDS, call.world),
            "error": None,
            "created_at": int(task.created),
            "updated_at": int(min(now, task.ends)),
            "resolution": asked.resolution,
            "duration": asked.seconds,
            "ratio": asked.params.get("ratio", _ADAPTIVE),
            "usage": {},
            "task_type": "generation",
            "modality": "video",
        }
        if state == "done":
            told |= {"content": {"url": _link(call, task)}, "usage": _usage(asked)}
        if state == "failed":
            told["error"] = _failure(task)
        return told

    def _rings(self, call: Call, task: Task) -> list[Ring]:
        """Plan a call at each change of state, each with the body of a question at that time."""

        def body(state: State) -> dict[str, Any]:
            return {"task": self._told(call, task, state)}

        now = call.world.clock.now()
        rings: list[Ring] = [(task.starts - now, lambda: body(task.state(task.starts)))]
        if task.fate.ending != "stuck":
            rings.append((task.ends - now, lambda: body(task.state(task.ends))))
        return rings


async def _checked(call: Call) -> Asked:
    said = call.asked()
    card = MINIMAX_V2.get(typed(said, "model", "str", ""))
    if card is None:
        raise Refusal("invalid", "model")
    unknown_fields(call, said, _FIELDS)
    said = {name: value for name, value in said.items() if name in _FIELDS}
    typed(said, "aigc_watermark", "bool")
    typed(said, "callback_url", "str")
    for name in ("resolution", "duration"):
        if said.get(name) is None:
            raise Refusal("invalid", f"{name} is required")
    _extra(said, card)
    prompt, files = _sorted(typed(said, "content", "list", []), card)
    frames, references = await _pictures(call, files, card)
    mode = _mode(frames, files)
    if mode not in card.modes:
        raise Refusal("invalid", f"{card.model} does not support this mode ({mode})")
    ratio = typed(said, "ratio", "str", _ADAPTIVE)
    one_of(ratio, (_ADAPTIVE, *_RATIOS), "ratio")
    if mode == "text" and ratio == _ADAPTIVE:
        raise Refusal("invalid", "ratio is required for text to video, and not adaptive")
    if mode in ("first", "last"):
        said["ratio"] = _ADAPTIVE
    elif ratio != _ADAPTIVE:
        frames["ratio"] = ratio
    return asked_for(call, card, said, mode, prompt, frames, references)


def _extra(said: Mapping[str, Any], card: Card) -> None:
    extra = said.get("extra")
    if extra is None:
        return
    modes = ("disabled", "balanced", "quality")
    known = isinstance(extra, dict) and set(extra) <= {"prompt_expansion_mode"}
    if card.model != "MiniMax-H3-Max" or not known:
        raise Refusal("invalid", "extra")
    one_of(extra.get("prompt_expansion_mode", "balanced"), modes, "prompt_expansion_mode")


def _sorted(parts: list[Any], card: Card) -> tuple[str, dict[str, list[Any]]]:
    """Sort the parts of a request: its one prompt, and its files by their role."""
    prompts: list[str] = []
    files: dict[str, list[Any]] = {role: [] for role in _MOST}
    for part in parts:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind == "text":
            prompts.append(prompt_of({"prompt": part.get("text")}, card, required=False))
            continue
        if kind not in _ROLES or not isinstance(part.get(kind), dict):
            raise Refusal("invalid", "content: a part of no known type")
        role = part.get("role") or ("first_frame" if kind == "image_url" else "")
        one_of(role, _ROLES[kind], "role")
        files[role].append(part[kind].get("url"))
    prompt = " ".join(prompts)
    if not prompt.strip():
        raise Refusal("invalid", "content must include a non-empty text item (prompt is required)")
    crowded = any(len(files[role]) > most for role, most in _MOST.items())
    if crowded or sum(map(len, files.values())) > _MOST_FILES:
        raise Refusal("invalid", "content: too many files")
    return prompt, files


async def _pictures(
    call: Call, files: Mapping[str, list[Any]], card: Card
) -> tuple[dict[str, str], tuple[str, ...]]:
    references = sum(len(files[role]) for role in _MOST if role.startswith("reference"))
    if references and (files["first_frame"] or files["last_frame"]):
        raise Refusal("invalid", "frames and references exclude each other")
    if files["last_frame"] and not files["first_frame"]:
        # One of the pages lists it as a mode of its own, the role's own words want a pair.
        raise Refusal("invalid", "last_frame must be paired with first_frame")
    if references and len(files["reference_audio"]) == references:
        raise Refusal("invalid", "audio needs a picture or a video beside it")
    frames = {"first": "", "last": ""}
    for place in frames:
        for url in files[f"{place}_frame"]:
            frames[place] = await picture(call, url, f"{place}_frame", card.limits, inline=True)
    seen = [
        await picture(call, url, "reference_image", card.limits, inline=True)
        for url in files["reference_image"]
    ]
    return frames, tuple(seen)


def _mode(frames: Mapping[str, str], files: Mapping[str, list[Any]]) -> str:
    if any(files[role] for role in files if role.startswith("reference")):
        return "references"
    if frames["last"]:
        return "last"
    return "first" if frames["first"] else "text"


def _count(text: str | None, usual: int) -> int:
    if text is None:
        return usual
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 100_000):
        raise Refusal("invalid", "page_num and page_size are whole numbers from 1")
    return int(text)


def _id(call: Call, task: Task) -> str | int:
    return int(task.id) if call.world.scenario.number_ids else task.id


def _link(call: Call, task: Task) -> str:
    link, ends = call.world.fresh_link(task)
    query = f"?Expires={int(ends)}&Signature={link[:16]}"
    return f"{call.site.media}/v/{link}{call.world.scenario.extension}{query}"


def _usage(asked: Asked) -> dict[str, int]:
    """Count what is billed: seconds and pictures, no money."""
    return {
        "total_seconds": asked.seconds,
        "input_seconds": 0,
        "output_seconds": asked.seconds,
        "input_image_count": sum(map(bool, asked.pictures)),
    }


def _failure(task: Task) -> dict[str, str]:
    blocked = task.fate.ending == "moderation"
    code = task.fate.code or ("1027" if blocked else "1033")
    usual = "the video contains sensitive content" if blocked else "the generation failed"
    return {"code": code, "message": task.fate.message or usual}
