"""fal.ai: a path for each model, tier and mode; a queue whose failed tasks are COMPLETED as well.

A task is known here by its path below the host, as the answer to its submit gives it. Of the addresses
in an answer only the paths are used, so that the key goes to no host but the configured one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from longtake.generate.http import Reply
from longtake.generate.pictures import Pause
from longtake.generate.profile import (
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
    options_of,
    text_of,
)
from longtake.generate.provider import Request
from longtake.generate.remote import RemoteProvider, open_remote

# A picture stands in the request, and grows by a third there.
_HAILUO = PictureLimits(14_000_000, 301, 16383, Fraction(2, 5), Fraction(5, 2))
_H3 = PictureLimits(14_000_000, 256, 5760, Fraction(2, 5), Fraction(5, 2))
_FAMILIES = {
    "hailuo-2.3": "fal-ai/minimax/hailuo-2.3",
    "hailuo-2.3-fast": "fal-ai/minimax/hailuo-2.3-fast",
    "hailuo-02": "fal-ai/minimax/hailuo-02",
    "h3": "minimax/h3",
}
# These have no field for their resolution: it is another path.
_TIERS = {"768P": "standard", "1080P": "pro"}
_TIERED = ("hailuo-2.3", "hailuo-2.3-fast", "hailuo-02")

# A task lies below the first two parts of the path that its model has.
_TASK_PATH = re.compile(r"/([^/?#]+/[^/?#]+/requests/[^/?#]+)/status/?(?:[?#]|$)")
_RESULT_PATH = re.compile(r"/([^/?#]+/[^/?#]+/requests/[^/?#]+(?:/response)?)/?(?:[?#]|$)")

PROFILE = Profile(
    name="fal",
    base_url="https://queue.fal.run",
    key_variable="FAL_KEY",
    host_variable="FAL_API_HOST",
    auth_header=("Authorization", "Key {key}"),
    # The path of a submit is the dialect's to give.
    submit_path="",
    status_path="/{task}/status",
    file_path="/{file}",
    pictures={**dict.fromkeys(_TIERED, _HAILUO), "h3": _H3},
    # Clips stay for seven days; the answer that leads to them is only sure for an hour.
    url_life_s=3600.0,
    poll_first_s=5.0,
    poll_most_s=15.0,
    # What a new account is given; more wait in fal's own queue.
    in_flight=2,
    per_minute=20,
)

_FREE_FAILURES = ("runner_", "internal_")
_KINDS: Mapping[str, Kind] = {
    "content_policy_violation": "moderation",
    "concurrent_requests_limit": "busy",
}


def submit_path(request: Request) -> str:
    """Give the path of a submit: family, tier where the model has tiers, and mode."""
    family = _FAMILIES.get(request.model, f"fal-ai/{request.model}")
    tier = f"/{_TIERS[request.resolution.upper()]}" if request.model in _TIERED else ""
    begins = "image" if request.first or request.last else "text"
    return f"/{family}{tier}/{begins}-to-video"


def encode(request: Request, pictures: Pictures) -> dict[str, Any]:
    """Write the body of a submit; a length is text for the older models, and fixed in their pro tier."""
    body: dict[str, Any] = {"prompt": request.prompt}
    if request.model not in _TIERED:
        body |= {"duration": request.seconds, "resolution": request.resolution.upper()}
    elif _TIERS[request.resolution.upper()] == "standard":
        body["duration"] = str(request.seconds)
    if pictures.first:
        body["image_url"] = pictures.first
    if pictures.last:
        body["end_image_url"] = pictures.last
    switches = {"prompt_optimizer": "prompt_optimizer"} if request.model in _TIERED else {}
    return body | options_of(request, switches)


def read_submit(said: Any) -> str:
    """Find the task: the path below which the answer says that its status is."""
    found = _TASK_PATH.search(text_of(at(said, "status_url")))
    return id_of(found[1]) if found else ""


def read_status(said: Any) -> Status:
    """Read a task's answer: what is COMPLETED with an error has failed."""
    word, error = text_of(at(said, "status")), text_of(at(said, "error"))
    if error and word.casefold() == "completed":
        kind = text_of(at(said, "error_type"))
        return Status(
            word="FAILED",
            message=error,
            refused=kind == "content_policy_violation",
            # What fails at fal's machines is free; a request that used them up to its fault may not be.
            charged=False if kind.startswith(_FREE_FAILURES) else None,
        )
    found = _RESULT_PATH.search(text_of(at(said, "response_url")))
    return Status(word=word, message=error, file=id_of(found[1]) if found else "")


def read_file(reply: Reply) -> Status:
    """Read the result of a task; that of a failed one is refused like a request of the same faults."""
    links = links_of(at(reply.said, "video", "url"))
    if links and reply.status < 300:
        return Status(word="COMPLETED", links=links)
    complaint = classify(reply)
    if complaint is not None and complaint.kind in ("invalid", "moderation"):
        return Status(word="FAILED", message=complaint.message)
    return Status()


def classify(reply: Reply) -> Complaint | None:
    """Say what an answer complains of: by its type, then by its words, then by its status."""
    if 200 <= reply.status < 300:
        return None
    detail = at(reply.said, "detail")
    kind = text_of(at(reply.said, "error_type"))
    message = text_of(detail)
    if isinstance(detail, list):
        kind = text_of(at(detail, 0, "type"))
        places = at(detail, 0, "loc")
        place = ".".join(map(text_of, places)) if isinstance(places, list) else ""
        message = f"{place}: {text_of(at(detail, 0, 'msg'))}".lstrip(": ")
    if reply.status == 403 and "exhausted balance" in message.casefold():
        return Complaint("funds", message)
    return Complaint(_KINDS.get(kind) or kind_of_status(reply.status), message or kind)


DIALECT = Dialect(
    encode, read_submit, read_status, classify, submit_path=submit_path, read_file=read_file
)


def open_provider(
    environment: Mapping[str, str], profile: Profile = PROFILE, pause: Pause | None = None
) -> RemoteProvider:
    """Open fal.ai with the key of an environment; raises KeyMissing."""
    return open_remote(profile, DIALECT, environment, pause)
