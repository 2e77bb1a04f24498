"""MiniMax, first generation of its API: errors inside HTTP 200, and two questions from task to file.

Its global and its mainland host are the same but for their keys, each of which works on its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from longtake.errors import Refused
from longtake.generate.http import Reply
from longtake.generate.minimax_codes import CODES, REJECTED
from longtake.generate.minimax_key import KEY_PATH, read_key
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
    kind_of_status,
    options_of,
    text_of,
)
from longtake.generate.provider import Request
from longtake.generate.remote import RemoteProvider, open_remote

_SUBJECT = "S2V-01"
# The models of the first series have one length and one size, and refuse to be told them.
_FIXED = (_SUBJECT, "T2V-01", "T2V-01-Director", "I2V-01", "I2V-01-Director", "I2V-01-live")
_MODELS = ("MiniMax-Hailuo-2.3", "MiniMax-Hailuo-2.3-Fast", "MiniMax-Hailuo-02", *_FIXED)

PROFILE = Profile(
    name="minimax",
    base_url="https://api.minimax.io",
    other_hosts=("https://api.minimaxi.com",),
    key_variable="MINIMAX_API_KEY",
    host_variable="MINIMAX_API_HOST",
    submit_path="/v1/video_generation",
    status_path="/v1/query/video_generation?task_id={task}",
    file_path="/v1/files/retrieve?file_id={file}",
    key_path=KEY_PATH,
    webhook="callback_url",
    pictures=dict.fromkeys(_MODELS, HAILUO_PICTURES),
    poll_first_s=6.0,
    poll_most_s=20.0,
    in_flight=4,
    per_minute=5,
)


def encode(request: Request, pictures: Pictures) -> dict[str, Any]:
    """Write the body of a submit, without what its model would refuse to be told."""
    if request.model.startswith("MiniMax-H3"):
        raise Refused(
            f"{request.model} is not made by this part of MiniMax's API",
            hint=f"use minimax-v2/{request.model}",
        )
    body: dict[str, Any] = {"model": request.model, "prompt": request.prompt}
    if request.model not in _FIXED:
        body |= {"duration": request.seconds, "resolution": request.resolution.upper()}
    if pictures.first:
        body["first_frame_image"] = pictures.first
    if pictures.last:
        body["last_frame_image"] = pictures.last
    if pictures.references:
        if request.model != _SUBJECT or len(pictures.references) != 1:
            raise Refused(
                f"{request.model} does not take these references",
                hint=f"{_SUBJECT} takes the picture of one person",
            )
        person = {"type": "character", "image": list(pictures.references)}
        body["subject_reference"] = [person]
    switches = {"watermark": "aigc_watermark", "prompt_optimizer": "prompt_optimizer"}
    return body | options_of(request, switches if request.model in _FIXED else MINIMAX_SWITCHES)


def read_submit(said: Any) -> str:
    """Find the task id; a refusal has an empty one."""
    return id_of(at(said, "task_id"))


def read_status(said: Any) -> Status:
    """Read a task's answer; a failed task says why in the place where errors stand."""
    code = _code(said)
    base = text_of(at(said, "base_resp", "status_msg")) if code not in ("", "0") else ""
    return Status(
        word=text_of(at(said, "status")),
        message=text_of(at(said, "error_message")) or base,
        file=id_of(at(said, "file_id")),
        refused=code in REJECTED,
    )


def classify(reply: Reply) -> Complaint | None:
    """Say what an answer complains of: by its code, whatever the HTTP status, else by that."""
    code, good = _code(reply.said), 200 <= reply.status < 300
    message = text_of(at(reply.said, "base_resp", "status_msg"))
    if code not in ("", "0"):
        return Complaint(CODES.get(code, "unclear"), f"{message} ({code})")
    return None if good else Complaint(kind_of_status(reply.status), message)


DIALECT = Dialect(encode, read_submit, read_status, classify, read_key=read_key)


def open_provider(
    environment: Mapping[str, str], profile: Profile = PROFILE, pause: Pause | None = None
) -> RemoteProvider:
    """Open MiniMax with the key of an environment, at the host of its region; raises KeyMissing."""
    return open_remote(profile, DIALECT, environment, pause)


def _code(said: Any) -> str:
    return text_of(at(said, "base_resp", "status_code")).strip()
