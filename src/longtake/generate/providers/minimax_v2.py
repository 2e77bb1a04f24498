"""MiniMax, second generation of its API: one list of parts with roles, and real HTTP errors.

It stands at the same hosts as the first one and takes the same keys, within limits of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from longtake.errors import Refused
from longtake.generate.http import Reply
from longtake.generate.minimax_codes import CODES, REJECTED
from longtake.generate.minimax_key import KEY_PATH, read_key
from longtake.generate.pictures import Pause
from longtake.generate.profile import (
    H3_RATIOS,
    WORDS,
    Complaint,
    Dialect,
    Kind,
    Listing,
    PictureLimits,
    Pictures,
    Profile,
    Status,
    at,
    id_of,
    kind_of_status,
    links_of,
    nearest_ratio,
    options_of,
    text_of,
    whole_of,
)
from longtake.generate.provider import ListedTask, Request, TaskState
from longtake.generate.remote import RemoteProvider, open_remote

# Two frames of this size, written as text, still fit into a body of 64 MB.
_PICTURES = PictureLimits(22_000_000, 256, 5760, Fraction(2, 5), Fraction(5, 2))
_MOST_TEXT = 63_000_000
_MAX = "MiniMax-H3-Max"
# So many pictures are part of a clip's price; each further one costs extra.
_FREE = {"MiniMax-H3": 5, _MAX: 2}
_WORDS = {**WORDS, "expired": TaskState.FAILED}
_CODE = re.compile(r"\((\d{4})\)\s*$")
_CODES: Mapping[str, Kind] = {
    **CODES,
    **dict.fromkeys(("1000", "1001", "1013", "1024", "1033"), "unclear"),
}

PROFILE = Profile(
    name="minimax-v2",
    base_url="https://api.minimax.io",
    other_hosts=("https://api.minimaxi.com",),
    key_variable="MINIMAX_API_KEY",
    host_variable="MINIMAX_API_HOST",
    submit_path="/v2/video_generation",
    status_path="/v2/query/video_generation/{task}",
    webhook="callback_url",
    list_path=(
        "/v2/query/video_generation?page_num={page}&page_size=100"
        "&filter.model={model}&filter.task_type=generation"
    ),
    key_path=KEY_PATH,
    # Its list goes back seven days; less an hour, for clocks that differ.
    list_life_s=7 * 86400.0 - 3600,
    pictures=dict.fromkeys(_FREE, _PICTURES),
    words=_WORDS,
    poll_first_s=6.0,
    poll_most_s=20.0,
    in_flight=30,
    per_minute=300,
)


def encode(request: Request, pictures: Pictures) -> dict[str, Any]:
    """Write the body of a submit; the resolution always, in the only case it is known in."""
    _check(request, pictures)
    body: dict[str, Any] = {
        "model": request.model,
        "content": _parts(request, pictures),
        "resolution": request.resolution.upper(),
        "duration": request.seconds,
    }
    if not (pictures.first or pictures.last):
        # With frames the clip has their shape, whatever is asked.
        body["ratio"] = nearest_ratio(request, H3_RATIOS)
    wish = request.options.get("prompt_optimizer")
    if request.model == _MAX and wish is not None:
        body["extra"] = {"prompt_expansion_mode": "balanced" if wish else "disabled"}
    return body | options_of(request, {"watermark": "aigc_watermark"})


def read_submit(said: Any) -> str:
    """Find the task id, which stands alone."""
    return id_of(at(said, "task_id"))


def read_status(said: Any) -> Status:
    """Read a task's answer in its envelope; without one nothing of it is believed."""
    task = at(said, "task")
    error = at(task, "error")
    return Status(
        word=text_of(at(task, "status")),
        message=text_of(at(error, "message")) or text_of(error),
        links=links_of(at(task, "content", "url"))[:1],
        refused=text_of(at(error, "code")) in REJECTED,
        metered_s=whole_of(at(task, "usage", "total_seconds")),
    )


def read_list(said: Any) -> Listing | None:
    """Read a page of tasks; one that cannot be read makes the page worthless."""
    tasks, total = at(said, "items"), whole_of(at(said, "total"))
    if not isinstance(tasks, list) or total is None:
        return None
    read = [_listed(task) for task in tasks]
    sound = tuple(task for task in read if task is not None)
    return Listing(sound, total) if len(sound) == len(read) else None


def classify(reply: Reply) -> Complaint | None:
    """Say what an answer complains of: by the code that ends its message, else by its status."""
    said, good = reply.said, 200 <= reply.status < 300
    error, base = at(said, "error"), text_of(at(said, "base_resp", "status_code"))
    if good and not error and base in ("", "0"):
        return None
    message = text_of(at(error, "message")) or text_of(at(said, "base_resp", "status_msg"))
    ending = _CODE.search(message)
    # The first generation's way to complain, which a gateway before both still has.
    code = ending[1] if ending else base
    request = id_of(at(said, "request_id"))
    told = f"{message} (request {request})" if request else message
    if code == "1000" and "record not found" in message.casefold():
        return Complaint("missing", told)
    return Complaint(_CODES.get(code, "unclear" if good else kind_of_status(reply.status)), told)


DIALECT = Dialect(encode, read_submit, read_status, classify, read_list, read_key=read_key)


def open_provider(
    environment: Mapping[str, str], profile: Profile = PROFILE, pause: Pause | None = None
) -> RemoteProvider:
    """Open MiniMax's newer API with the key of an environment; raises KeyMissing."""
    return open_remote(profile, DIALECT, environment, pause)


def _check(request: Request, pictures: Pictures) -> None:
    """Refuse what would be answered with a no, or cost more than anybody quoted."""
    model = request.model
    frames = [name for name in (pictures.first, pictures.last) if name]
    if not request.prompt.strip():
        raise Refused(f"{model} needs a prompt", hint="say in a few words what is to be seen")
    if frames and pictures.references:
        raise Refused(f"{model} takes either frames or references, not both")
    if pictures.last and not pictures.first:
        raise Refused(f"{model} takes a last frame only beside a first one")
    free = _FREE.get(model, 2)
    if len(pictures.references) > free:
        raise Refused(
            f"{model} takes {free} pictures for its price, not {len(pictures.references)}",
            hint="each further picture costs extra, which no quote knows of",
        )
    if sum(map(len, (*frames, *pictures.references))) > _MOST_TEXT:
        raise Refused(f"the pictures for {model} are too large together")


def _parts(request: Request, pictures: Pictures) -> list[dict[str, Any]]:
    named = [("first_frame", pictures.first), ("last_frame", pictures.last)]
    named += [("reference_image", name) for name in pictures.references]
    return [
        {"type": "text", "text": request.prompt},
        *(
            {"type": "image_url", "image_url": {"url": url}, "role": role}
            for role, url in named
            if url
        ),
    ]


def _listed(task: Any) -> ListedTask | None:
    name, created = id_of(at(task, "id")), whole_of(at(task, "created_at"))
    if not name or created is None:
        return None
    return ListedTask(
        id=name,
        model=text_of(at(task, "model")),
        seconds=whole_of(at(task, "duration")) or 0,
        created_s=float(created),
        state=_WORDS.get(text_of(at(task, "status")).casefold(), TaskState.RUNNING),
    )
