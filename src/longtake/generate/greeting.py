"""A question to a provider that costs nothing: is its host there, and does it take the key?"""

from __future__ import annotations

import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Literal

from longtake.generate.complaints import Complaints
from longtake.generate.http import Reply, Timing, Wire, WireError
from longtake.generate.profile import Dialect, Profile

# Somebody waits at a terminal; a host that is slower than this is not well.
_PATIENCE = Timing(connect_s=3.0, quiet_s=5.0, total_s=5.0)


@dataclass(frozen=True)
class Greeting:
    """How a host answered; `key` is unasked where nobody can ask for nothing, or no answer told.

    `clock_s` is by how much this machine's clock is ahead of the host's, None where it told no time.
    `said` and `hint` are fit to be shown.
    """

    host: str
    reached: bool
    key: Literal["good", "bad", "unasked"] = "unasked"
    said: str = ""
    hint: str = ""
    clock_s: float | None = None


def greet(wire: Wire, profile: Profile, dialect: Dialect, complaints: Complaints) -> Greeting:
    """Ask once, with little patience; any answer at all means that the host is there."""
    began = time.time()
    try:
        reply = wire.send("GET", profile.key_path or "/", timing=_PATIENCE)
    except WireError as exc:
        return Greeting(wire.host, reached=False, said=complaints.plain(str(exc)))
    ahead = _ahead_s(reply, (began + time.time()) / 2)
    if not profile.key_path:
        return Greeting(wire.host, reached=True, clock_s=ahead)
    complaint = (dialect.read_key or dialect.classify)(reply)
    if complaint is None:
        return Greeting(wire.host, reached=True, key="good", clock_s=ahead)
    if complaint.kind == "key":
        error = complaints.error(complaint, reply)
        return Greeting(wire.host, True, "bad", error.message, error.hint, ahead)
    said = complaints.plain(complaint.message) or f"HTTP {reply.status}"
    return Greeting(wire.host, reached=True, said=said, clock_s=ahead)


def _ahead_s(reply: Reply, now: float) -> float | None:
    try:
        return now - parsedate_to_datetime(reply.headers.get("date", "")).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return None
