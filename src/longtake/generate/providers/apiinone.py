"""API in One: clips that begin on a picture had by its public address, durations written as text.

How a finished task looks is written nowhere: its clip is looked for wherever one may stand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from longtake.errors import Refused
from longtake.generate.http import Reply
from longtake.generate.pictures import Pause
from longtake.generate.profile import (
    HAILUO_PICTURES,
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
    text_of,
)
from longtake.generate.provider import Request
from longtake.generate.remote import RemoteProvider, open_remote

# One page calls the standard model by the first name, another by the second: a board may say either.
_CALLED = {
    "hailuo-2-3": "hailuo-2-3",
    "hailuo-2-3-standard": "hailuo/2-3-image-to-video-standard",
    "hailuo-2-3-pro": "hailuo/2-3-image-to-video-pro",
}

PROFILE = Profile(
    name="apiinone",
    base_url="https://apiin.one",
    key_variable="APIINONE_API_KEY",
    host_variable="APIINONE_API_HOST",
    submit_path="/api/v1/videos/generations",
    status_path="/api/v1/tasks/{task}",
    webhook="callback_url",
    addresses_only=True,
    pictures=dict.fromkeys(_CALLED, HAILUO_PICTURES),
    poll_first_s=8.0,
    poll_most_s=15.0,
    in_flight=4,
    per_minute=10,
)

# Where a clip may stand; the picture that was sent is told as well, under other names.
_PLACES = re.compile(r"data|response|urls?|(result|output|video|download)s?(json|urls?)?")
_REASONS = ("error", "error_message", "failMsg", "fail_msg", "fail_reason", "message", "msg")
_DEEPEST = 8


def encode(request: Request, pictures: Pictures) -> dict[str, Any]:
    """Write the body of a submit; a clip begins on a picture and on nothing else."""
    if not pictures.first or pictures.last or pictures.references:
        raise Refused(
            f"{request.model} makes clips that begin on a picture, and takes no other",
            hint="give the shot a `start:` picture and no `end:`, or choose another model",
        )
    return {
        "model": _CALLED.get(request.model, request.model),
        "prompt": request.prompt,
        "image": pictures.first,
        "duration": str(request.seconds),
        "resolution": request.resolution.upper(),
    }


def read_submit(said: Any) -> str:
    """Find the task id, as the pages write it or as the house behind them does."""
    task = _task(said)
    return id_of(at(task, "task_id")) or id_of(at(task, "taskId"))


def read_status(said: Any) -> Status:
    """Read a task's answer; only clips that were made are charged."""
    task = _task(said)
    message = _reason(task)
    return Status(
        word=text_of(at(task, "status")) or text_of(at(task, "state")),
        message=message,
        links=tuple(_clips(task, _DEEPEST))[:1],
        refused=is_moderation(message),
    )


def classify(reply: Reply) -> Complaint | None:
    """Say what an answer complains of: by its HTTP status, or by a code of that kind in a 200."""
    code = text_of(at(reply.said, "code"))
    status = int(code) if len(code) == 3 and code.isdecimal() else reply.status
    if 200 <= reply.status < 300 and 200 <= status < 300:
        return None
    kind = kind_of_status(status if 200 <= reply.status < 300 else reply.status)
    message = _reason(reply.said)
    if kind == "invalid" and is_moderation(message):
        kind = "moderation"
    return Complaint(kind, message)


DIALECT = Dialect(encode, read_submit, read_status, classify)


def open_provider(
    environment: Mapping[str, str], profile: Profile = PROFILE, pause: Pause | None = None
) -> RemoteProvider:
    """Open API in One with the key of an environment, and the author's own place for pictures.

    Raises KeyMissing; ProviderError where that place cannot be one.
    """
    return open_remote(profile, DIALECT, environment, pause)


def _task(said: Any) -> Any:
    task = at(said, "data")
    return at(task, 0) if isinstance(task, list) else task


def _reason(said: Any) -> str:
    found = (at(said, name) for name in _REASONS)
    words = (text_of(at(each, "message")) or text_of(each) for each in found)
    return next(filter(None, words), "")


def _clips(said: Any, deepest: int) -> Iterator[str]:
    """Give every address below the places where a clip may stand, in the order of the answer."""
    if deepest and isinstance(said, dict):
        for name, inner in said.items():
            if _PLACES.fullmatch(name.replace("_", "").casefold()):
                yield from _clips(inner, deepest - 1)
    elif deepest and isinstance(said, list):
        for inner in said:
            yield from _clips(inner, deepest - 1)
    elif deepest and isinstance(said, str) and said.lstrip().startswith("{"):
        yield from _clips(_unwrapped(said), deepest - 1)
    else:
        yield from links_of(said)


def _unwrapped(text: str) -> Any:
    """Read JSON that comes as a text within JSON, as the house behind this one writes results."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
