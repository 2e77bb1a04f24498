"""The pictures of a request on their way: packed, checked, uploaded once or put into the request."""

from __future__ import annotations

import base64
import hashlib
import random
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from longtake.errors import MediaError, Refused, Unreachable
from longtake.generate.complaints import Complaints
from longtake.generate.hosting import PictureHost
from longtake.generate.http import Reply, Timing, Wire, WireError, retry_after
from longtake.generate.places import COMMAND, PUT
from longtake.generate.profile import (
    Dialect,
    PictureLimits,
    Pictures,
    Profile,
    at,
    links_of,
)
from longtake.generate.provider import Request
from longtake.media.sendable import Packed, pack_frame

# An upload costs nothing, so it is tried again; all of them together must leave time for the submit.
_UPLOADS = 5
_UPLOADS_S = 100.0

Pause = Callable[[float], None]


class PictureSender:
    """Gives pictures the names under which a provider finds them. Used from several threads."""

    def __init__(
        self,
        profile: Profile,
        dialect: Dialect,
        wire: Wire,
        complaints: Complaints,
        pause: Pause,
        host: PictureHost | None = None,
    ) -> None:
        self._profile = profile
        self._dialect = dialect
        self._wire = wire
        self._complaints = complaints
        self._pause = pause
        self._host = host
        self._lock = Lock()
        self._uploaded: dict[str, tuple[str, float]] = {}
        self._under_way: dict[str, Lock] = {}

    def named(self, request: Request) -> Pictures:
        """Name all pictures of a request; raises Refused before anything is sent that won't be taken."""
        limits = self._profile.pictures.get(request.model, PictureLimits())
        faces = [path for path, _ in request.references]
        wanted = [path for path in (request.first, request.last, *faces) if path]
        packed = [_packed(path, limits, request.model) for path in wanted]
        ends = time.monotonic() + _UPLOADS_S
        names = [self._placed(each, ends) for each in packed]
        return Pictures(
            first=names.pop(0) if request.first else "",
            last=names.pop(0) if request.last else "",
            references=tuple(names),
        )

    def forget(self) -> None:
        """Upload everything anew next time: an upload may have ended before its time."""
        with self._lock:
            self._uploaded.clear()

    def interrupt(self) -> None:
        """End what the author's own program is doing: the run is being stopped."""
        if self._host:
            self._host.interrupt()

    def close(self) -> None:
        """Let go of the connections to the author's own place."""
        if self._host:
            self._host.close()

    def _placed(self, packed: Packed, ends: float) -> str:
        profile = self._profile
        if not (profile.upload_path or profile.addresses_only):
            return f"data:{packed.media_type};base64,{base64.b64encode(packed.content).decode()}"
        sha256 = hashlib.sha256(packed.content).hexdigest()
        with self._lock:
            alone = self._under_way.setdefault(sha256, Lock())
        # Two clips that begin on one picture wait for one upload of it.
        with alone:
            url, until = self._uploaded.get(sha256, ("", 0.0))
            if not url or time.monotonic() > until:
                place = self._upload if profile.upload_path else self._put_up
                url = place(packed, f"{sha256[:16]}.{packed.form}", ends)
                life = profile.upload_life_s if profile.upload_path else float("inf")
                with self._lock:
                    self._uploaded[sha256] = (url, time.monotonic() + life)
            return url

    def _put_up(self, packed: Packed, name: str, ends: float) -> str:
        """Have a picture lie at the author's own place; gives its address there."""
        if self._host is None:
            raise Refused(
                f"{self._profile.name} takes a picture by its public address only",
                hint=f"set {COMMAND} or {PUT} to a place where pictures may lie",
            )
        for attempt in range(1, _UPLOADS + 1):
            try:
                return self._host.place(packed, name, max(1.0, ends - time.monotonic()))
            except Unreachable:
                wait = backoff_s(attempt)
                if attempt == _UPLOADS or time.monotonic() + wait > ends:
                    raise
            self._pause(wait)
        raise AssertionError("unreachable")

    def _upload(self, packed: Packed, name: str, ends: float) -> str:
        files = {"file": (name, packed.content, packed.media_type)}
        for attempt in range(1, _UPLOADS + 1):
            left = max(1.0, ends - time.monotonic())
            timing, wait = Timing(quiet_s=min(30.0, left), total_s=left), backoff_s(attempt)
            try:
                reply = self._wire.send(
                    "POST", self._profile.upload_path, files=files, timing=timing
                )
            except WireError as exc:
                problem = str(exc)
            else:
                links = links_of(at(reply.said, "url"), at(reply.said, "data", "url"))
                if links and reply.status < 300:
                    return links[0]
                problem = self._problem(reply)
                asked = retry_after(reply.headers, time.time())
                wait = wait if asked is None else asked
            if attempt == _UPLOADS or time.monotonic() + wait > ends:
                break
            self._pause(wait)
        problem = self._complaints.plain(problem)
        raise Unreachable(f"{self._profile.name}: a picture cannot be uploaded: {problem}")

    def _problem(self, reply: Reply) -> str:
        """Say what is wrong with an answer; raises what no further attempt would mend."""
        complaint = self._dialect.classify(reply)
        if complaint is None:
            return self._complaints.head(reply)
        if complaint.kind not in ("busy", "unclear"):
            raise self._complaints.error(complaint, reply)
        return complaint.message or self._complaints.head(reply)


def backoff_s(count: int) -> float:
    """Say how long to wait before another attempt: longer each time, never in step with others."""
    return float(min(15.0, 0.25 * 2.0**count) * random.uniform(1.0, 1.25))


def _packed(path: Path, limits: PictureLimits, model: str) -> Packed:
    try:
        packed = pack_frame(path, limits.most_bytes)
    except (MediaError, OSError) as exc:
        raise Refused(f"{path.name} cannot be sent: {exc}") from exc
    width, height = packed.width, packed.height
    if min(width, height) < limits.least_side or max(width, height) > limits.most_side:
        raise Refused(
            f"{path.name} is {width}x{height}; {model} takes sides from "
            f"{limits.least_side} to {limits.most_side} pixels"
        )
    if not limits.narrowest <= width / height <= limits.widest:
        raise Refused(
            f"{path.name} is {width}x{height}; {model} takes shapes from "
            f"{limits.narrowest} to {limits.widest} (width by height)"
        )
    return packed
