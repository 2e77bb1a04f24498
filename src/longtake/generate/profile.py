"""What a remote provider is, as plain facts: hosts, paths, words, limits; and how its answers are read.

A provider file is one `Profile`, and one `Dialect` of four small functions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Literal

from longtake.generate.http import Limits, Reply
from longtake.generate.provider import ListedTask, Request, TaskState
from longtake.units import Money

# Words all providers share; letters of either case mean the same.
WORDS: Mapping[str, TaskState] = {
    **dict.fromkeys(
        (
            "preparing",
            "queueing",
            "queued",
            "pending",
            "submitted",
            "starting",
            "waiting",
            "in_queue",
        ),
        TaskState.QUEUED,
    ),
    **dict.fromkeys(
        ("processing", "running", "in_progress", "generating"),
        TaskState.RUNNING,
    ),
    **dict.fromkeys(("success", "succeeded", "completed", "done"), TaskState.DONE),
    **dict.fromkeys(
        ("fail", "failed", "failure", "error", "canceled", "cancelled", "aborted"),
        TaskState.FAILED,
    ),
}
_ID = re.compile(r"[!-~]{1,200}$")
# Who sells MiniMax's models on passes on its words, or says it in plain English.
_MODERATION = re.compile(
    r"new_sensitive|sensitive content|moderation|content policy", re.IGNORECASE
)


@dataclass(frozen=True)
class PictureLimits:
    """What a picture must be to be taken by a model; sides in pixels, aspects as width by height."""

    most_bytes: int = 19_000_000
    least_side: int = 1
    most_side: int = 16383
    narrowest: Fraction = Fraction(1, 100)
    widest: Fraction = Fraction(100)


# What MiniMax asks of pictures for its Hailuo models, whoever sells them.
HAILUO_PICTURES = PictureLimits(19_900_000, 301, 16383, Fraction(2, 5), Fraction(5, 2))
# The shapes of clip that MiniMax-H3 makes of words alone.
H3_RATIOS = ("21:9", "16:9", "4:3", "1:1", "3:4", "9:16")
# MiniMax's own names of its models' switches, by ours.
MINIMAX_SWITCHES: Mapping[str, str] = {
    "prompt_optimizer": "prompt_optimizer",
    "fast_pretreatment": "fast_pretreatment",
    "watermark": "aigc_watermark",
}


@dataclass(frozen=True)
class Profile:
    """The facts of one provider. `{task}` and `{file}` stand in paths for what is asked about, `{model}`
    and `{page}` in that of its list of tasks, which goes `list_life_s` back.

    Pictures are uploaded to `upload_path`, or stand in the request itself where there is none;
    `addresses_only` says that it takes neither, but the address of a place of the author's own. Hosts
    in `other_hosts` speak the same language to other keys: a key works on its own host only. To ask
    at `key_path` costs nothing and needs a good key; "" where there is no such question.
    `webhook` says where a submit names the address to call: a field of its body, or `header:NAME`;
    only for models of `webhook_models` where those are named.
    """

    name: str
    base_url: str
    key_variable: str
    host_variable: str
    submit_path: str
    status_path: str
    file_path: str = ""
    list_path: str = ""
    list_life_s: float = 0.0
    key_path: str = ""
    other_hosts: tuple[str, ...] = ()
    auth_header: tuple[str, str] = ("Authorization", "Bearer {key}")
    nonce_header: str = ""
    webhook: str = ""
    webhook_models: frozenset[str] = frozenset()
    upload_path: str = ""
    upload_life_s: float = 0.0
    addresses_only: bool = False
    pictures: Mapping[str, PictureLimits] = field(default_factory=dict)
    words: Mapping[str, TaskState] = field(default_factory=lambda: WORDS)
    url_life_s: float = 3600.0
    poll_first_s: float = 5.0
    poll_most_s: float = 15.0
    poll_growth: float = 0.1
    in_flight: int = 4
    per_minute: int = 5
    deadline_s: float = 1800.0
    submit_s: float = 120.0
    download: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Pictures:
    """How a request's pictures are named in its body: addresses, or the pictures themselves."""

    first: str = ""
    last: str = ""
    references: tuple[str, ...] = ()


@dataclass(frozen=True)
class Status:
    """What a task's own answer says; `word` as it is spelled there, "" where there is none.

    `charged` is what a failed task's word says of its money: None where it says nothing.
    """

    word: str = ""
    message: str = ""
    links: tuple[str, ...] = ()
    file: str = ""
    progress: float | None = None
    charge: Money | None = None
    refused: bool = False
    metered_s: int | None = None
    charged: bool | None = False


@dataclass(frozen=True)
class Listing:
    """One page of a provider's list of tasks, and how many there are on all its pages."""

    tasks: tuple[ListedTask, ...]
    total: int


Kind = Literal["key", "funds", "busy", "moderation", "invalid", "missing", "unclear"]


_KINDS: Mapping[int, Kind] = {
    400: "invalid",
    401: "key",
    402: "funds",
    403: "key",
    404: "missing",
    405: "missing",
    413: "invalid",
    415: "invalid",
    422: "invalid",
    429: "busy",
}


@dataclass(frozen=True)
class Complaint:
    """An answer that says no, and what kind of no it is; `unclear` may have been a yes."""

    kind: Kind
    message: str = ""


@dataclass(frozen=True)
class Dialect:
    """How one provider speaks: what it is told, and what its answers mean.

    `encode` gives the body of a submit; `read_submit` the task id or ""; `classify` what is wrong
    with an answer, None where nothing is. Where the path of a submit hangs on what is asked,
    `submit_path` gives it; where its answer names the address to look at, `read_polling` does.
    `read_list` reads a page of tasks, None where it is not one, whole; `read_file` the answer of
    `file_path`; `read_key` tells what the answer of `key_path` says against the key.
    """

    encode: Callable[[Request, Pictures], dict[str, Any]]
    read_submit: Callable[[Any], str]
    read_status: Callable[[Any], Status]
    classify: Callable[[Reply], Complaint | None]
    read_list: Callable[[Any], Listing | None] | None = None
    submit_path: Callable[[Request], str] | None = None
    read_polling: Callable[[Any], str] = lambda said: ""
    read_file: Callable[[Reply], Status] | None = None
    read_key: Callable[[Reply], Complaint | None] | None = None


def read_usual_file(reply: Reply) -> Status:
    """Read where a file is to be had, as MiniMax says it and others copy it."""
    file = at(reply.said, "file")
    links = links_of(at(file, "download_url"), at(file, "backup_download_url"))
    return Status(links=links if reply.status < 300 else ())


def callback_in(
    profile: Profile, model: str, url: str
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Give what a submit says of the address to call ("": none), in its body and in its headers.

    It is no part of the request that a purchase is known by: with it or without, the clip is the same.
    """
    if not (url and profile.webhook) or model not in (profile.webhook_models or (model,)):
        return {}, {}
    name, _, header = profile.webhook.partition(":")
    return ({}, {header: url}) if header else ({name: url}, {})


def kind_of_status(status: int) -> Kind:
    """Give what an HTTP status says by itself; 408, 409 and all of 5xx may come after acceptance."""
    return _KINDS.get(status, "unclear")


def at(said: Any, *place: str | int) -> Any:
    """Give what stands at a place of an answer, None where there is no such place."""
    for step in place:
        if isinstance(step, int):
            if not isinstance(said, list) or len(said) <= step:
                return None
            said = said[step]
        else:
            said = said.get(step) if isinstance(said, dict) else None
    return said


def text_of(value: Any) -> str:
    """Give a text or a whole number as text, "" for all else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def id_of(value: Any) -> str:
    """Give an id as text, "" for what cannot be one."""
    text = text_of(value)
    return text if _ID.match(text) else ""


def whole_of(value: Any) -> int | None:
    """Read a whole number that is none below zero, None where there is no such number."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if value >= 0 else None


def links_of(*values: Any) -> tuple[str, ...]:
    """Gather the addresses among values that are texts or lists of texts."""
    found: list[str] = []
    for value in values:
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str) and each.startswith(("https://", "http://")):
                found.append(each)
    return tuple(dict.fromkeys(found))


def is_moderation(words: str) -> bool:
    """Tell whether a complaint speaks of the rules for what may be shown, where no code says so."""
    return _MODERATION.search(words) is not None


def money_of(value: Any) -> Money | None:
    """Read a charge in dollars, None where it is no sensible amount."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return None
    return Money(amount) if amount.is_finite() and 0 <= amount < 1_000_000 else None


def share_of(value: Any) -> float | None:
    """Read a progress in percent as a share from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return float(min(max(Decimal(value) / 100, Decimal(0)), Decimal(1)))


def nearest_ratio(request: Request, ratios: Sequence[str]) -> str:
    """Choose the ratio (16:9) that is most like the canvas of a request."""

    def distance(ratio: str) -> Fraction:
        width, height = (int(side) for side in ratio.split(":"))
        return abs(Fraction(width, height) / request.canvas.aspect - 1)

    return min(ratios, key=distance)


def options_of(request: Request, names: Mapping[str, str]) -> dict[str, bool]:
    """Take the switches a model knows out of a request: ours by its names, and only those set."""
    return {
        theirs: bool(request.options[ours])
        for ours, theirs in names.items()
        if request.options.get(ours) is not None
    }
