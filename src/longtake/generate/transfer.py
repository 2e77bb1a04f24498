"""Bringing one large file over an unreliable line: how much came, whether the rest fits to it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO

# What a provider may make us wait with one Retry-After.
LONGEST_WAIT_S = 600.0
_DEAD = (400, 401, 403, 404, 410)
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d{1,18}|\*)$")
_COUNT = re.compile(r"\d{1,18}$")


class WireError(Exception):
    """A request without a usable answer; stays within this package, mapped by its caller."""


class NotSent(WireError):
    """Nothing of the request has left this machine."""


class Ambiguous(WireError):
    """The request may have arrived, and no whole answer came."""


class Broken(WireError):
    """A download ended early; another try may go on where it stopped."""

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class LinkDead(WireError):
    """The address of a file leads nowhere (any more)."""


class Unfit(WireError):
    """What is offered must not be fetched: a forbidden address, or a file without end."""


@dataclass(frozen=True)
class Limits:
    """What a download may be: how large, how slow over a window, how long in all."""

    max_bytes: int = 500_000_000
    min_rate: int = 8_000
    window_s: float = 20.0
    total_s: float = 900.0


@dataclass
class Resume:
    """How far a download came, and by what the rest is known to be of the same file.

    `stopped` is asked after every chunk: true ends the download where it is.
    """

    received: int = 0
    total: int | None = None
    address: str = ""
    etag: str = ""
    tries: int = 0
    stopped: Callable[[], bool] = bool

    def forget(self) -> None:
        """Begin again from the first byte."""
        self.received, self.total, self.address, self.etag = 0, None, "", ""

    @property
    def headers(self) -> dict[str, str]:
        """What to ask for: the rest, and only if it is still the same file."""
        if not self.received:
            return {}
        rest = {"Range": f"bytes={self.received}-"}
        return rest | {"If-Range": self.etag} if self.etag else rest


@dataclass(frozen=True)
class Coming:
    """An answer to a download while it comes: `headers` by lower-case name, the body in chunks."""

    status: int
    headers: Mapping[str, str]
    chunks: Iterable[bytes]


def receive(
    coming: Coming,
    path: Path,
    limits: Limits,
    resume: Resume,
    clock: Callable[[], float],
    now: float,
) -> None:
    """Write what comes to a path, behind what is there where it is the rest of it.

    `now` is the time of day, for a Retry-After with a date. Raises LinkDead, Unfit or Broken.
    """
    _accept(coming, limits, resume, now)
    with path.open("ab" if resume.received else "wb") as file:
        # What a try left behind the part that counts is written over.
        file.truncate(resume.received)
        _copy(coming.chunks, file, limits, resume, clock)
    if resume.total is not None and resume.received < resume.total:
        raise Broken(f"only {resume.received} of {resume.total} bytes came")


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Read how long a provider wants to be left alone: seconds or a date, at most LONGEST_WAIT_S.

    `now` is in seconds since 1970. None where nothing sensible is said.
    """
    text = headers.get("retry-after", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(text).timestamp() - now
        except (ValueError, TypeError, IndexError, OverflowError, OSError):
            return None
    return None if math.isnan(seconds) else min(max(seconds, 0.0), LONGEST_WAIT_S)


def _accept(coming: Coming, limits: Limits, resume: Resume, now: float) -> None:
    """Decide by status and headers whether the file, or the rest of it, is what now comes."""
    status, headers = coming.status, coming.headers
    if status in _DEAD:
        raise LinkDead(f"the link is answered with {status}")
    if status not in (200, 206):
        if status == 416:
            resume.forget()
        raise Broken(f"the link is answered with {status}", retry_after(headers, now))
    if headers.get("content-encoding", "identity") != "identity":
        raise Unfit("the file comes compressed, though not asked for")
    if status == 206:
        total = _total_of_part(headers, resume)
    else:
        resume.received = 0
        length = headers.get("content-length", "")
        total = int(length) if _COUNT.match(length) else None
    if total is not None and total > limits.max_bytes:
        raise Unfit(f"the file is larger than {limits.max_bytes} bytes")
    etag = headers.get("etag", "")
    resume.total, resume.etag = total, "" if etag.startswith("W/") else etag


def _total_of_part(headers: Mapping[str, str], resume: Resume) -> int | None:
    part = _RANGE.match(headers.get("content-range", ""))
    total = int(part[3]) if part and part[3] != "*" else None
    another = resume.total is not None and total not in (None, resume.total)
    if part is None or int(part[1]) != resume.received or another:
        resume.forget()
        raise Broken("another part of the file was answered than the one asked for")
    return total


def _copy(
    chunks: Iterable[bytes],
    file: BinaryIO,
    limits: Limits,
    resume: Resume,
    clock: Callable[[], float],
) -> None:
    began = since = clock()
    before = resume.received
    for chunk in chunks:
        if resume.received + len(chunk) > limits.max_bytes:
            raise Unfit(f"the file is larger than {limits.max_bytes} bytes")
        file.write(chunk)
        resume.received += len(chunk)
        if resume.stopped():
            raise Broken("stopped before the whole file was here")
        now = clock()
        if now - began > limits.total_s:
            raise Broken("the file did not come in time")
        if now - since >= limits.window_s:
            if resume.received - before < limits.min_rate * (now - since):
                raise Broken(f"the file comes slower than {limits.min_rate} bytes a second")
            since, before = now, resume.received
