"""APIMart: one path for all video models, tasks looked up by id, pictures uploaded first."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from longtake.testing.cards import APIMART, Card
from longtake.testing.wire.checks import (
    asked_for,
    one_of,
    picture,
    prompt_of,
    typed,
    unknown_fields,
)
from longtake.testing.wire.multipart import file_part
from longtake.testing.wire.wire import Call, Endpoint, Refusal, Reply, Wire
from longtake.testing.world import Asked, Task, Upload

_LANGUAGES = ("en", "zh", "ja", "ko", "ru", "fr", "de", "id", "pt", "es")
_RATIOS = ("21:9", "16:9", "4:3", "1:1", "3:4", "9:16")
_WORDS = {
    "queued": "submitted",
    "running": "processing",
    "done": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
}
_NEW_SHAPE = "2026-07-27"
_MOST_UPLOAD = 20_000_000
_PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}

# reason -> HTTP status, type
_REFUSALS = {
    "no_key": (401, "authentication_error"),
    "key": (401, "authentication_error"),
    "balance": (402, "payment_required"),
    "invalid": (400, "invalid_request_error"),
    "moderation": (400, "invalid_request_error"),
    "rate": (429, "rate_limit_error"),
    "in_flight": (429, "rate_limit_error"),
    "too_large": (413, "invalid_request_error"),
    "missing": (404, "invalid_request_error"),
    "server": (500, "server_error"),
    "idempotency_in_progress": (409, "idempotency_error"),
    "idempotency_key_reused": (409, "idempotency_error"),
    "idempotency_result_indeterminate": (409, "idempotency_error"),
    "idempotency_unavailable": (503, "idempotency_error"),
}
_COMMON = frozenset({"model", "prompt", "duration", "resolution", "first_frame_image", "watermark"})
_HAILUO = _COMMON | {"prompt_optimizer", "fast_pretreatment", "callback_url", "webhook"}
_H3 = _COMMON | {
    "last_frame_image",
    "aspect_ratio",
    "size",
    "ratio",
    "image_urls",
    "video_urls",
    "audio_urls",
    "image_with_roles",
    "nsfw_check",
    "webhook",
    "callback_url",
}
_FIELDS: dict[str, frozenset[str]] = {
    "MiniMax-Hailuo-02": _HAILUO | {"last_frame_image"},
    "MiniMax-Hailuo-03": _HAILUO | {"last_frame_image", "subject_reference", "aspect_ratio"},
    "MiniMax-H3": _H3,
    "sim-tiny": _HAILUO | {"last_frame_image"},
}


class Apimart(Wire):
    """The formats of APIMart's pages, both shapes of the submit reply included."""

    name = "apimart"
    hosts = ("apimart",)
    id_places = ("data.0.task_id", "data.id", "data.task_id")
    status_places = ("data.status",)

    def endpoints(self) -> tuple[Endpoint, ...]:
        """List all paths of the format."""
        return (
            Endpoint("POST", "/v1/videos/generations", "submit", self._submit),
            Endpoint("GET", "/v1/tasks/{task}", "status", self._status),
            Endpoint("GET", "/v1/files/retrieve", "file", self._file),
            Endpoint("POST", "/v1/uploads/images", "upload", self._upload),
            Endpoint("GET", "/v1/balance", "balance", self._balance),
            Endpoint("GET", "/v1/user/balance", "balance", self._balance),
        )

    def task_id(self, number: str) -> str:
        """Make a task's id of hexadecimal digits of its own."""
        return f"task_01{number[:24].upper()}"

    def refusal(self, refusal: Refusal) -> Reply:
        """Say no with an `error` object; a scenario may put it into a 200 or a 500."""
        usual, kind = _REFUSALS.get(refusal.kind, _REFUSALS["server"])
        status = usual
        message, code = refusal.message, refusal.code
        if refusal.form == "500":
            status = usual = 500
            kind, message = "server_error", f"build_request_failed: {message}"
        if refusal.form == "200":
            status = 200
        if refusal.kind.startswith("idempotency_"):
            code = code or refusal.kind
        if refusal.kind == "moderation":
            code = code or "content_rejected"
        error: dict[str, Any] = {"code": code or usual, "message": message, "type": kind}
        if refusal.param:
            error["param"] = refusal.param
        body: dict[str, Any] = {"error": error, "request_id": f"req_{_short(message)}"}
        if refusal.form == "200":
            body["success"] = False
        retry = {"Retry-After": "1"} if refusal.kind == "idempotency_in_progress" else {}
        return Reply(body, status, headers=retry, refused=True)

    async def _submit(self, call: Call) -> Reply:
        self.admit(call)
        key = call.request.headers.get("idempotency-key", "")
        honoured = bool(key) and call.world.scenario.idempotency == "honoured"
        place = (self.name, call.key, key)
        if honoured:
            if not (len(key) <= 191 and all("!" <= letter <= "~" for letter in key)):
                raise Refusal("invalid", "Idempotency-Key must be 1 to 191 visible ASCII letters")
            replayed = self._replayed(call, place)
            if replayed:
                return replayed
            call.world.replays[place] = (_short(call.body.decode("latin-1")), None)
        try:
            reply = await self._accepted(call, key)
        except Refusal:
            call.world.replays.pop(place, None)
            raise
        if honoured:
            call.world.replays[place] = (call.world.replays[place][0], reply)
        return reply

    def _replayed(self, call: Call, place: tuple[str, str, str]) -> Reply | None:
        body, reply = call.world.replays.get(place, ("", None))
        if not body:
            return None
        if body != _short(call.body.decode("latin-1")):
            raise Refusal("idempotency_key_reused", "this key was used with another body")
        if reply is None:
            raise Refusal("idempotency_in_progress", "the first request is still running")
        return Reply(reply.body, reply.status, {**reply.headers, "Idempotency-Replayed": "true"})

    async def _accepted(self, call: Call, key: str) -> Reply:
        asked = await _checked(call)
        self.pace(call)
        if call.world.balance(call.key) < asked.price:
            raise Refusal("balance", "insufficient balance")
        task = call.accept(self, asked, key)
        base = call.asked().get("webhook")
        if base and task.fate.ending != "stuck":
            # Only a task's end is told, at a path below the address that was given.
            at = task.ends - call.world.clock.now()
            call.ring(f"{base.rstrip('/')}/callback", [(at, lambda: self._told(call, task))])
        word = self.spelt(task, "queued", _WORDS, call.world)
        shape = call.world.scenario.submit_shape
        newer = call.request.headers.get("x-apimart-response-version") == _NEW_SHAPE
        if shape == "object" or (shape == "asked" and newer):
            told = {
                "id": task.id,
                "object": "generation.task",
                "status": "queued",
                "poll_url": f"/v1/tasks/{task.id}",
            }
            return Reply({"code": 202, "data": told, "request_id": f"req_{_short(task.id)}"}, 202)
        short = {"status": word, "task_id": task.id}
        return Reply({"code": 200, "data": short if shape == "flat" else [short]})

    async def _status(self, call: Call) -> Reply:
        self.admit(call)
        one_of(call.request.query_params.get("language", "en"), _LANGUAGES, "language")
        task = call.world.tasks.get(call.request.path_params["task"])
        if task is None or task.key != call.key:
            raise Refusal("missing", "task not found")
        return Reply(self._told(call, task))

    def _told(self, call: Call, task: Task) -> dict[str, Any]:
        now = call.world.clock.now()
        state = task.state(now)
        told: dict[str, Any] = {
            "id": task.id,
            "status": self.spelt(task, state, _WORDS, call.world),
            "progress": task.progress(now),
            "created": int(task.created),
            "estimated_time": max(1, round(task.ends - task.created)),
        }
        if state == "done":
            told |= _done(call, task)
        if state == "failed":
            told["error"] = _failure(task)
        return {"code": 200, "data": told}

    async def _file(self, call: Call) -> Reply:
        """Answer the older way to a clip, which one published article still describes."""
        self.admit(call)
        task = call.world.find(call.request.query_params.get("file_id", ""))
        if task is None or task.key != call.key:
            raise Refusal("missing", "file not found")
        link, _ = call.world.fresh_link(task)
        url = f"{call.site.media}/v/{link}{call.world.scenario.extension}"
        return Reply({"file": {"file_id": task.file_id, "download_url": url}})

    async def _upload(self, call: Call) -> Reply:
        self.admit(call)
        name, content = file_part(call)
        kind = _picture_kind(content)
        if not kind:
            raise Refusal("invalid", "unsupported file type", param="file")
        if len(content) > _MOST_UPLOAD:
            raise Refusal("too_large", "file is larger than 20 MB", param="file")
        world, now = call.world, call.world.clock.now()
        sha256 = hashlib.sha256(content).hexdigest()
        ending = _PICTURES[kind].partition("/")[2]
        # Each upload has an address of its own, the same picture twice as well.
        before = sum(upload.sha256 == sha256 for upload in world.uploads.values())
        own = hashlib.sha256(f"{sha256}/{before}".encode()).hexdigest()[:24]
        url = f"{call.site.media}/f/image/{own}.{ending}"
        world.uploads[url] = Upload(url, sha256, len(content), call.key, now, name)
        world.pictures[sha256] = content
        told = {"url": url, "filename": name, "content_type": _PICTURES[kind]}
        return Reply({**told, "bytes": len(content), "created_at": int(now)})

    async def _balance(self, call: Call) -> Reply:
        self.admit(call)
        left = call.world.balance(call.key)
        used = call.world.scenario.accounts[call.key].balance - left
        return Reply(
            {
                "success": True,
                "remain_balance": float(left),
                "used_balance": float(used),
                "unlimited_quota": False,
            }
        )


async def _checked(call: Call) -> Asked:
    said = call.asked()
    card = APIMART.get(typed(said, "model", "str", ""))
    if card is None:
        raise Refusal("invalid", "model is not supported", param="model")
    known = _FIELDS.get(card.model, _HAILUO)
    unknown_fields(call, said, known)
    said = {name: value for name, value in said.items() if name in known}
    for flag in ("prompt_optimizer", "fast_pretreatment", "watermark", "nsfw_check"):
        typed(said, flag, "bool")
    typed(said, "webhook", "str")
    typed(said, "callback_url", "str")
    prompt = prompt_of(said, card, required=True)
    frames, references = await _pictures(call, said, card)
    mode = _mode(frames, references)
    if mode not in card.modes:
        raise Refusal("invalid", f"{card.model} needs first_frame_image", param="first_frame_image")
    if not (frames["first"] or frames["last"]):
        frames["ratio"] = _ratio(said)
    return asked_for(call, card, said, mode, prompt, frames, references)


async def _pictures(
    call: Call, said: Mapping[str, Any], card: Card
) -> tuple[dict[str, str], tuple[str, ...]]:
    sources = {"first": said.get("first_frame_image"), "last": said.get("last_frame_image")}
    others = _subjects(said) if card.model != "MiniMax-H3" else _h3_references(said, sources)
    if others and any(sources.values()):
        raise Refusal("invalid", "frames and references exclude each other", param="image_urls")
    inline = call.world.scenario.data_uri
    frames = {
        place: await picture(call, value, f"{place}_frame_image", card.limits, inline)
        if value is not None
        else ""
        for place, value in sources.items()
    }
    seen = [await picture(call, url, "image_urls", card.limits, inline) for url in others]
    if frames["last"] and not frames["first"] and card.model != "MiniMax-H3":
        raise Refusal("invalid", "last_frame_image needs first_frame_image")
    return frames, tuple(seen)


def _h3_references(said: Mapping[str, Any], sources: dict[str, Any]) -> list[Any]:
    if said.get("callback_url") is not None:
        raise Refusal("invalid", "callback_url is reserved", param="callback_url")
    lists = {
        name: typed(said, name, "list", [])
        for name in ("image_urls", "video_urls", "audio_urls", "image_with_roles")
    }
    images = list(lists["image_urls"])
    for part in lists["image_with_roles"]:
        role = part.get("role") if isinstance(part, dict) else None
        if role == "reference_image":
            images.append(part.get("url"))
        elif role in ("first_frame", "last_frame"):
            sources[role.removesuffix("_frame")] = part.get("url")
        else:
            raise Refusal("invalid", "image_with_roles: unknown role", param="image_with_roles")
    counts = (len(images), len(lists["video_urls"]), len(lists["audio_urls"]))
    if counts[0] > 9 or counts[1] > 3 or counts[2] > 3 or sum(counts) > 12:
        raise Refusal("invalid", "too many references", param="image_urls")
    if counts[2] and not (counts[0] or counts[1]):
        raise Refusal("invalid", "audio needs a picture or a video beside it", param="audio_urls")
    if (counts[1] or counts[2]) and any(sources.values()):
        raise Refusal("invalid", "frames and references exclude each other", param="video_urls")
    return images


def _subjects(said: Mapping[str, Any]) -> list[Any]:
    people = typed(said, "subject_reference", "list", [])
    return [
        url
        for person in people
        if isinstance(person, dict)
        for url in typed(person, "image", "list", [])
    ]


def _mode(frames: Mapping[str, str], references: tuple[str, ...]) -> str:
    if references:
        return "references"
    if frames["last"]:
        return "last"
    return "first" if frames["first"] else "text"


def _ratio(said: Mapping[str, Any]) -> str:
    for name in ("aspect_ratio", "size", "ratio"):
        if said.get(name) is not None:
            return one_of(typed(said, name, "str"), _RATIOS, name)
    return ""


def _done(call: Call, task: Task) -> dict[str, Any]:
    link, ends = call.world.fresh_link(task)
    form = call.world.scenario.result_form
    url = f"{call.site.media}/v/{link}{call.world.scenario.extension}"
    told: dict[str, Any] = {
        "cost": float(task.charge),
        "credits_cost": float(task.charge * 10),
        "completed": int(task.ends),
        "actual_time": max(1, round(task.ends - task.created)),
    }
    if form == "file":
        return told | {"file_id": task.file_id}
    video = {"url": url if form == "text" else [url], "expires_at": int(ends)}
    return told | {"result": {"videos": [video]}}


def _failure(task: Task) -> dict[str, Any]:
    if task.fate.ending == "moderation":
        code, message = "content_rejected", "the output was blocked by the safety review"
    else:
        code, message = "500", "the generation failed"
    fate = task.fate
    return {"code": fate.code or code, "message": fate.message or message, "type": "task_failed"}


def _picture_kind(content: bytes) -> str:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    return "GIF" if content[:6] in (b"GIF87a", b"GIF89a") else ""


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]
