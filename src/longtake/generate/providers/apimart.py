"""APIMart: one path for all its video models, pictures uploaded first, the charge told at the end."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from longtake.errors import Refused
from longtake.generate.http import Reply
from longtake.generate.pictures import Pause
from longtake.generate.profile import (
    H3_RATIOS,
    HAILUO_PICTURES,
    Complaint,
    Dialect,
    Kind,
    PictureLimits,
    Pictures,
    Profile,
    Status,
    at,
    id_of,
    kind_of_status,
    links_of,
    money_of,
    nearest_ratio,
    options_of,
    share_of,
    text_of,
)
from longtake.generate.provider import Request
from longtake.generate.remote import RemoteProvider, open_remote

_H3 = PictureLimits(19_900_000, 256, 5760, Fraction(2, 5), Fraction(5, 2))
_SWITCHES = {name: name for name in ("prompt_optimizer", "fast_pretreatment", "watermark")}

PROFILE = Profile(
    name="apimart",
    base_url="https://api.apimart.ai",
    key_variable="APIMART_API_KEY",
    host_variable="APIMART_API_HOST",
    submit_path="/v1/videos/generations",
    status_path="/v1/tasks/{task}?language=en",
    # One published article finds the clip by a second question, as MiniMax itself does.
    file_path="/v1/files/retrieve?file_id={file}",
    key_path="/v1/balance",
    # Documented for some models only, so it is sent and never relied on.
    nonce_header="Idempotency-Key",
    webhook="webhook",
    # An undocumented model might refuse the field.
    webhook_models=frozenset(
        ("MiniMax-Hailuo-2.3", "MiniMax-Hailuo-2.3-Fast", "MiniMax-Hailuo-02", "MiniMax-H3")
    ),
    upload_path="/v1/uploads/images",
    upload_life_s=48 * 3600.0,
    pictures={
        "MiniMax-Hailuo-2.3": HAILUO_PICTURES,
        "MiniMax-Hailuo-2.3-Fast": HAILUO_PICTURES,
        "MiniMax-Hailuo-02": HAILUO_PICTURES,
        "MiniMax-Hailuo-03": HAILUO_PICTURES,
        "MiniMax-H3": _H3,
    },
    poll_first_s=5.0,
    poll_most_s=15.0,
    in_flight=8,
    per_minute=20,
)

_TYPES: Mapping[str, Kind] = {
    "invalid_request_error": "invalid",
    "authentication_error": "key",
    "permission_error": "key",
    "payment_required": "funds",
    "rate_limit_error": "busy",
}
_REJECTED = ("content_rejected", "1026", "1027")


def encode(request: Request, pictures: Pictures) -> dict[str, Any]:
    """Write the body of a submit; the resolution always, for the default of some is the dearest."""
    if request.references and (request.first or request.last):
        raise Refused(f"{request.model} takes either frames or references, not both")
    is_h3 = request.model == "MiniMax-H3"
    resolution = request.resolution.upper() if is_h3 else request.resolution.lower()
    body: dict[str, Any] = {
        "model": request.model,
        "prompt": request.prompt,
        "duration": request.seconds,
        "resolution": resolution,
    }
    if pictures.first:
        body["first_frame_image"] = pictures.first
    if pictures.last:
        body["last_frame_image"] = pictures.last
    if pictures.references and is_h3:
        body["image_urls"] = list(pictures.references)
    elif pictures.references:
        people = [{"type": "character", "image": [url]} for url in pictures.references]
        body["subject_reference"] = people
    if request.model in ("MiniMax-H3", "MiniMax-Hailuo-03") and not (request.first or request.last):
        body["aspect_ratio"] = nearest_ratio(request, H3_RATIOS)
    return body | options_of(request, {"watermark": "watermark"} if is_h3 else _SWITCHES)


def read_submit(said: Any) -> str:
    """Find the task id in any of the three shapes of the answer."""
    kept = at(said, "data")
    kept = at(kept, 0) if isinstance(kept, list) else kept
    return id_of(at(kept, "task_id")) or id_of(at(kept, "id"))


def read_status(said: Any) -> Status:
    """Read a task's answer, the older way with a file id as well."""
    task = at(said, "data")
    task = at(task, 0) if isinstance(task, list) else task
    error = at(task, "error")
    words = text_of(at(error, "message")) or text_of(error) or text_of(at(task, "error_message"))
    return Status(
        word=text_of(at(task, "status")),
        message=words,
        # More than one address would be more than one clip; only one was asked for.
        links=links_of(at(task, "result", "videos", 0, "url"))[:1],
        file=id_of(at(task, "file_id")),
        progress=share_of(at(task, "progress")),
        charge=money_of(at(task, "cost")),
        refused=text_of(at(error, "code")) in _REJECTED,
    )


def classify(reply: Reply) -> Complaint | None:
    """Say what an answer complains of: by its words first, then by its type, then by its status."""
    said, status = reply.said, reply.status
    error = at(said, "error")
    if 200 <= status < 300 and not error and at(said, "success") is not False:
        return None
    code, kind = text_of(at(error, "code")), text_of(at(error, "type"))
    message = text_of(at(error, "message")) or text_of(error) or text_of(at(said, "message"))
    request = id_of(at(said, "request_id"))
    told = f"{message or kind or code} (request {request})" if request else message or kind or code
    if code in _REJECTED:
        return Complaint("moderation", told)
    if message.startswith("build_request_failed"):
        # A parameter out of bounds, which the server calls its own fault.
        return Complaint("invalid", told)
    if code.startswith("idempotency_"):
        # Only this one promises that nothing was carried out.
        unsent = code == "idempotency_unavailable"
        return Complaint("busy" if unsent else "unclear", f"{code}: {told}")
    if 200 <= status < 300:
        return Complaint(_TYPES.get(kind, "unclear"), told)
    return Complaint(kind_of_status(status), told)


DIALECT = Dialect(encode, read_submit, read_status, classify)


def open_provider(
    environment: Mapping[str, str], profile: Profile = PROFILE, pause: Pause | None = None
) -> RemoteProvider:
    """Open APIMart with the key of an environment; raises KeyMissing."""
    return open_remote(profile, DIALECT, environment, pause)
