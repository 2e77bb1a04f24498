"""Pixazo: the model stands in the path, the mode as well, and the answer says where to look next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from longtake.errors import Refused
from longtake.generate.http import Reply
from longtake.generate.pictures import Pause
from longtake.generate.profile import (
    HAILUO_PICTURES,
    MINIMAX_SWITCHES,
    Complaint,
    Dialect,
    Pictures,
    Profile,
    Status,
    at,
    id_of,
    is_moderation,
    kind_of_status,
    links_of,
    options_of,
    text_of,
)
from longtake.generate.provider import Request
from longtake.generate.remote import RemoteProvider, open_remote

_MODEL = "hailuo-2-3"
# What Pixazo itself calls a model; one of the user's own stands in the path as it is written.
_CALLED = {_MODEL: "minimax-hailuo-ai"}

PROFILE = Profile(
    name="pixazo",
    base_url="https://gateway.pixazo.ai",
    key_variable="PIXAZO_API_KEY",
    host_variable="PIXAZO_API_HOST",
    submit_path="",
    status_path="/v2/requests/status/{task}",
    auth_header=("Ocp-Apim-Subscription-Key", "{key}"),
    # A field of the body is listed as well, and said nowhere to work.
    webhook="header:X-Webhook-URL",
    pictures={_MODEL: HAILUO_PICTURES},
    poll_first_s=5.0,
    poll_most_s=15.0,
    in_flight=4,
    per_minute=10,
)


def submit_path(request: Request) -> str:
    """Give the path of a model for clips that begin on a picture, or for those that do not."""
    model = _CALLED.get(request.model, request.model)
    return f"/{model}/v1/{'imageToVideo' if request.first else 'generate'}"


def encode(request: Request, pictures: Pictures) -> dict[str, Any]:
    """Write the body of a submit; it names no model."""
    if pictures.last or pictures.references:
        raise Refused(
            f"{request.model} takes no picture but a first frame",
            hint="leave out `end:`, or choose another model",
        )
    body: dict[str, Any] = {
        "prompt": request.prompt,
        "duration": request.seconds,
        "resolution": request.resolution.upper(),
    }
    if pictures.first:
        body["first_frame_image"] = pictures.first
    return body | options_of(request, MINIMAX_SWITCHES)


def read_submit(said: Any) -> str:
    """Find the task id."""
    return id_of(at(said, "request_id"))


def read_polling(said: Any) -> str:
    """Find the address to look at the task by."""
    return text_of(at(said, "polling_url"))


def read_status(said: Any) -> Status:
    """Read a task's answer. An ERROR is free, say the pages; of a FAILED one they say nothing."""
    word, message = text_of(at(said, "status")), _complaint(said)
    return Status(
        word=word,
        message=message,
        links=links_of(at(said, "output", "media_url"))[:1],
        refused=is_moderation(message),
        charged=False if word.casefold() == "error" else None,
    )


def classify(reply: Reply) -> Complaint | None:
    """Say what an answer complains of, by its HTTP status; the words are for people."""
    if 200 <= reply.status < 300:
        return None
    kind, message = kind_of_status(reply.status), _complaint(reply.said)
    if kind == "invalid" and is_moderation(message):
        kind = "moderation"
    return Complaint(kind, message)


DIALECT = Dialect(
    encode,
    read_submit,
    read_status,
    classify,
    submit_path=submit_path,
    read_polling=read_polling,
)


def open_provider(
    environment: Mapping[str, str], profile: Profile = PROFILE, pause: Pause | None = None
) -> RemoteProvider:
    """Open Pixazo with the key of an environment; raises KeyMissing."""
    return open_remote(profile, DIALECT, environment, pause)


def _complaint(said: Any) -> str:
    """Join what is wrong and why; the gateway before the API leaves out the first."""
    return ": ".join(filter(None, (text_of(at(said, "error")), text_of(at(said, "message")))))
