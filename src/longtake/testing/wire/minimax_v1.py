"""MiniMax v1: errors inside HTTP 200, and two steps from a finished task to its file."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Any

from longtake.testing.bell import Ring
from longtake.testing.cards import MINIMAX_V1, Card
from longtake.testing.wire.checks import asked_for, picture, prompt_of, typed, unknown_fields
from longtake.testing.wire.wire import Call, Endpoint, Refusal, Reply, Wire
from longtake.testing.world import Asked, Task

_WORDS = {
    "queued": "Queueing",
    "running": "Processing",
    "done": "Success",
    "failed": "Fail",
    "cancelled": "Fail",
}
_CODES = {
    "no_key": (1004, "login fail: please carry the API secret key in the Authorization header"),
    "key": (2049, "invalid api key"),
    "balance": (1008, "insufficient balance"),
    "invalid": (2013, "invalid params"),
    "moderation": (1026, "input new_sensitive"),
    "rate": (1002, "rate limit"),
    "in_flight": (1041, "conn limit"),
    "too_large": (2013, "invalid params, body too large"),
    "missing": (2013, "invalid params, no such id"),
    "server": (1000, "unknown error"),
}
_MESSAGES = {
    "1001": "request timeout",
    "1013": "internal service error",
    "1024": "internal error",
    "1027": "output new_sensitive",
    "1028": "plan quota exhausted",
    "1030": "plan quota exhausted",
    "1033": "system error",
    "1039": "token limit",
    "1042": "invisible character ratio limit",
    "2038": "real-name verification is needed",
    "2045": "rate growth limit",
    "2056": "usage window exceeded",
    "2061": "the plan does not have this model",
}
_OK = {"status_code": 0, "status_msg": "success"}
_FLAGS = ("prompt_optimizer", "fast_pretreatment", "aigc_watermark")
_FIELDS = frozenset(
    {
        "model",
        "prompt",
        "first_frame_image",
        "last_frame_image",
        "subject_reference",
        "duration",
        "resolution",
        "callback_url",
        *_FLAGS,
    }
)


class MinimaxV1(Wire):
    """The first generation of MiniMax's API, at its global and its mainland host."""

    name = "minimax_v1"
    hosts = ("minimax", "minimax-mainland")
    id_places = ("task_id",)
    status_places = ("status",)

    def endpoints(self) -> tuple[Endpoint, ...]:
        """List all paths of the format."""
        return (
            Endpoint("POST", "/v1/video_generation", "submit", self._submit),
            Endpoint("GET", "/v1/query/video_generation", "status", self._status),
            Endpoint("GET", "/v1/files/retrieve", "file", self._file),
            Endpoint("GET", "/v1/files/retrieve_content", "download", self._content),
        )

    def refusal(self, refusal: Refusal) -> Reply:
        """Say no with a `base_resp` in an HTTP 200."""
        code, usual = _CODES.get(refusal.kind, _CODES["server"])
        if refusal.code:
            code, usual = int(refusal.code), _MESSAGES.get(refusal.code, usual)
        said = "" if refusal.message == refusal.kind else refusal.message
        message = f"{usual}, {said}" if said and code == 2013 else said or usual
        headers = {"Trace-Id": hashlib.sha256(message.encode()).hexdigest()[:32]}
        body = {"task_id": "", "base_resp": {"status_code": code, "status_msg": message}}
        return Reply(body, 200, headers, refused=True)

    async def _submit(self, call: Call) -> Reply:
        self.admit(call)
        task = await self.take_on(call, await _checked(call), _rings)
        return _said({"task_id": task.id})

    async def _status(self, call: Call) -> Reply:
        self.admit(call)
        task = call.world.tasks.get(call.request.query_params.get("task_id", ""))
        if task is None or task.key != call.key:
            raise Refusal("missing")
        state = task.state(call.world.clock.now())
        told: dict[str, Any] = {
            "task_id": task.id,
            "status": self.spelt(task, state, _WORDS, call.world),
        }
        if state == "done":
            size = task.order.size
            told |= {"file_id": task.file_id, "video_width": size.width}
            return _said(told | {"video_height": size.height})
        if state in ("failed", "cancelled"):
            return _failed(told, task)
        return _said(told)

    async def _file(self, call: Call) -> Reply:
        self.admit(call)
        task = self._finished(call)
        link, ends = call.world.fresh_link(task)
        scenario = call.world.scenario
        path = f"/v/{link}{scenario.extension}?Expires={int(ends)}&Signature={link[:16]}"
        file: dict[str, Any] = {
            # A number here, a string in the query's reply: so it was seen in real answers.
            "file_id": int(task.file_id),
            "bytes": 0,
            "created_at": int(task.ends),
            "filename": "output.mp4",
            "purpose": "video_generation",
            "download_url": call.site.media + path,
        }
        if scenario.backup_url:
            file["backup_download_url"] = call.site.backup + path
        return _said({"file": file})

    async def _content(self, call: Call) -> Reply:
        """Give the clip itself, to who shows the key."""
        self.admit(call)
        task = self._finished(call)
        coming = call.studio.clip(task.order, call.world.pictures)
        path = await asyncio.wrap_future(coming)
        content = await asyncio.to_thread(path.read_bytes)
        return Reply(content, media_type="application/octet-stream")

    def _finished(self, call: Call) -> Task:
        task = call.world.find(call.request.query_params.get("file_id", ""))
        if task is None or task.key != call.key:
            raise Refusal("missing")
        if task.state(call.world.clock.now()) != "done":
            raise Refusal("missing")
        return task


async def _checked(call: Call) -> Asked:
    said = call.asked()
    card = MINIMAX_V1.get(typed(said, "model", "str", ""))
    if card is None:
        raise Refusal("invalid", "model", param="model")
    unknown_fields(call, said, _FIELDS)
    said = {name: value for name, value in said.items() if name in _FIELDS}
    for flag in _FLAGS:
        typed(said, flag, "bool")
    typed(said, "callback_url", "str")
    frames = await _frames(call, said, card)
    subjects = await _subjects(call, said, card)
    mode = "references" if subjects else "last" if frames["last"] else "text"
    if mode == "text" and frames["first"]:
        mode = "first"
    if mode not in card.modes:
        raise Refusal("invalid", f"{card.model} does not support this mode ({mode})")
    resolution = said.get("resolution", card.default[0])
    last_at = card.last_resolutions
    if mode == "last" and last_at is not None and resolution not in last_at:
        raise Refusal("invalid", f"no last frame at {resolution}", param="resolution")
    if mode == "text" and resolution == "512P":
        raise Refusal("invalid", "512P needs first_frame_image", param="resolution")
    prompt = prompt_of(said, card, required=mode in ("text", "references"))
    return asked_for(call, card, said, mode, prompt, frames, subjects)


async def _frames(call: Call, said: Mapping[str, Any], card: Card) -> dict[str, str]:
    frames = {}
    for place in ("first", "last"):
        name = f"{place}_frame_image"
        value = said.get(name)
        frames[place] = ""
        if value is not None and value != "":
            if place not in card.modes:
                raise Refusal("invalid", f"{card.model} takes no {name}", param=name)
            frames[place] = await picture(call, value, name, card.limits, inline=True)
    return frames


async def _subjects(call: Call, said: Mapping[str, Any], card: Card) -> tuple[str, ...]:
    people = typed(said, "subject_reference", "list", [])
    if not people:
        return ()
    if len(people) != 1 or not isinstance(people[0], dict) or "references" not in card.modes:
        raise Refusal("invalid", "subject_reference", param="subject_reference")
    images = typed(people[0], "image", "list", [])
    if people[0].get("type") != "character" or len(images) != 1:
        raise Refusal("invalid", "subject_reference", param="subject_reference")
    return (await picture(call, images[0], "subject_reference", card.limits, inline=True),)


def _rings(call: Call, task: Task) -> list[Ring]:
    """Plan a call at each change of state, in the lower-case words of callbacks."""

    def body(status: str) -> dict[str, Any]:
        told = {"task_id": task.id, "status": status, "base_resp": _OK}
        return told | ({"file_id": task.file_id} if status == "success" else {})

    now = call.world.clock.now()
    rings: list[Ring] = [(task.starts - now, lambda: body("processing"))]
    if task.fate.ending != "stuck":
        word = "success" if task.fate.ending == "done" else "failed"
        rings.append((task.ends - now, lambda: body(word)))
    return rings


def _failed(told: dict[str, Any], task: Task) -> Reply:
    code = task.fate.code or ("1027" if task.fate.ending == "moderation" else "1033")
    message = task.fate.message or _MESSAGES.get(code, "failed")
    base = {"status_code": int(code), "status_msg": message}
    return Reply(told | {"error_message": message, "base_resp": base})


def _said(body: dict[str, Any]) -> Reply:
    trace = hashlib.sha256(str(body).encode()).hexdigest()[:32]
    return Reply(body | {"base_resp": _OK}, headers={"Trace-Id": trace})
