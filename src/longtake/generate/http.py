"""All traffic with providers: the one file that knows httpx, and maps its errors, once.

Each request has a connection of its own: one kept alive may die the moment a job is sent over it, and
then nobody knows whether the job was taken. Every wait has an end, by a watch that breaks the
connection off: the timeouts of httpx begin anew with each byte.
"""

from __future__ import annotations

import json
import logging
import re
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

import httpx

from longtake.generate.addresses import (
    Address,
    Resolve,
    is_loopback,
    is_public,
    read_addresses,
    resolve_host,
)
from longtake.generate.sendoff import SLEPT, is_late
from longtake.generate.transfer import (
    Ambiguous,
    Broken,
    Coming,
    Limits,
    LinkDead,
    NotSent,
    Resume,
    Unfit,
    WireError,
    receive,
    retry_after,
)

__all__ = [
    "Ambiguous",
    "Broken",
    "Limits",
    "LinkDead",
    "NotSent",
    "Reply",
    "Resume",
    "Timing",
    "Unfit",
    "Wire",
    "WireError",
    "retry_after",
]

# A JSON answer longer than this is none of ours.
MOST_ANSWER = 4_000_000
_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 3
_PATH = re.compile(r"/[\w/.~%?=&:+-]{1,500}$", re.ASCII)
# With these nothing of a request has left; after any other error it may have arrived.
_NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.ProxyError,
)


@dataclass(frozen=True)
class Timing:
    """How long to wait: for a connection, for the next byte, for the whole answer."""

    connect_s: float = 10.0
    quiet_s: float = 60.0
    total_s: float = 60.0


@dataclass(frozen=True)
class Reply:
    """A whole answer; `headers` by lower-case name, `said` the JSON (decimals exact) or None."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    said: Any


class Wire:
    """One provider's host and key. The key is sent to no other host and occurs in no message.

    Clips are fetched by https from public addresses only, and without the key. A base on this very
    machine (the simulator) may hand out clips from other ports of it.
    """

    def __init__(
        self,
        base_url: str,
        auth: Mapping[str, str],
        secret: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        resolve: Resolve = resolve_host,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        # Both log whole addresses, signatures included, and one of them headers.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        self._root = base_url.rstrip("/")
        self._base = httpx.URL(base_url)
        self._auth = dict(auth)
        self._secret = secret
        self._clock = clock
        self._resolve = resolve
        self._client = httpx.Client(
            headers={"User-Agent": "longtake", "Accept-Encoding": "identity"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            transport=transport,
            verify=_trusted(),
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def __repr__(self) -> str:
        return f"Wire({self._root!r})"

    @property
    def host(self) -> str:
        """The host that requests go to."""
        return self._base.host

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        content: bytes | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        timing: Timing | None = None,
        most: int = MOST_ANSWER,
    ) -> Reply:
        """Send one request, once, and read the whole answer; a redirect is an answer like any other.

        An answer of more than `most` bytes is none of ours.

        Raises NotSent or Ambiguous.
        """
        timing = timing or Timing()
        request = self._client.build_request(
            method,
            self._root + path,
            headers={**self._auth, **(headers or {})},
            json=body,
            content=content,
            files=files,
            timeout=_timeouts(timing.connect_s, timing.quiet_s),
        )
        with self._opened(request, timing.total_s) as response:
            said = b""
            for chunk in response.iter_raw():
                said += chunk
                if len(said) > most:
                    raise Ambiguous("the answer has no end")
        named = _named(response)
        said = _unpacked(said, named.get("content-encoding", ""), most)
        return Reply(response.status_code, named, said, _parsed(said))

    def download(
        self, url: str, path: Path, limits: Limits | None = None, resume: Resume | None = None
    ) -> None:
        """Fetch a file, or go on where `resume` says that an earlier try of the same path stopped.

        Raises LinkDead, Unfit; NotSent, Ambiguous and Broken where another try may help.
        """
        limits, resume = limits or Limits(), resume or Resume()
        ends = self._clock() + limits.total_s
        resume.tries += 1
        address = _shown(url)
        if resume.received and not resume.etag and resume.address != address:
            resume.forget()
        for _ in range(_MOST_REDIRECTS + 1):
            request = self._fetching(url, limits, resume)
            left = replace(limits, total_s=max(0.0, ends - self._clock()))
            with self._opened(request, left.total_s) as response:
                if response.status_code not in _REDIRECTS:
                    resume.address = address
                    coming = Coming(response.status_code, _named(response), response.iter_raw())
                    receive(coming, path, left, resume, self._clock, time.time())
                    return
                url = _joined(url, response.headers.get("location", ""))
        raise Unfit(f"{address} leads on more than {_MOST_REDIRECTS} times")

    def path_of(self, url: str) -> str:
        """Give what follows the base in an address, "" for one that does not begin with it."""
        rest = url.removeprefix(self._root)
        return rest if rest != url and _PATH.match(rest) else ""

    def clean(self, text: str) -> str:
        """Take the key out of a text, should somebody have written it there."""
        return text.replace(self._secret, "[key]") if self._secret else text

    def close(self) -> None:
        """Let go of all connections."""
        self._client.close()

    def _fetching(self, url: str, limits: Limits, resume: Resume) -> httpx.Request:
        """Build the request for a file, to an address that was looked up and checked just now."""
        target = _read_url(url)
        headers, extensions = resume.headers, {}
        if not self._is_base(target):
            if target.scheme != "https":
                raise Unfit(f"{_shown(url)} is no https address")
            host = target.raw_host.decode("ascii").strip("[]")
            addresses = self._looked_up(host, target.port or 443)
            chosen = addresses[(resume.tries - 1) % len(addresses)]
            # The connection goes to the address that was checked; name and certificate stay those
            # of the host. A second look-up, which could lead elsewhere, is never made.
            headers["Host"] = target.netloc.decode("ascii")
            extensions["sni_hostname"] = host
            target = target.copy_with(host=f"[{chosen}]" if chosen.version == 6 else str(chosen))
        return self._client.build_request(
            "GET",
            target,
            headers=headers,
            extensions=extensions,
            timeout=_timeouts(min(10.0, limits.window_s), limits.window_s),
        )

    def _is_base(self, url: httpx.URL) -> bool:
        """Tell whether an address is of the host the author configured."""
        if url.host != self._base.host or url.scheme != self._base.scheme:
            return False
        return url.port == self._base.port or is_loopback(url.host)

    def _looked_up(self, host: str, port: int) -> list[Address]:
        try:
            found = read_addresses(self._resolve(host, port))
        except (OSError, ValueError) as exc:
            raise NotSent(f"{host} cannot be looked up") from exc
        if not found:
            raise NotSent(f"{host} has no address")
        for address in found:
            if not is_public(address):
                raise Unfit(f"{host} leads to {address}, which is no public address")
        return found

    @contextmanager
    def _opened(self, request: httpx.Request, total_s: float) -> Iterator[httpx.Response]:
        """Send a request and give the answer while it comes; here all errors of httpx end."""
        watch = _Watch(total_s)
        request.extensions = {**request.extensions, "trace": watch.trace}
        try:
            with watch:
                response = self._client.send(request, stream=True)
                try:
                    yield response
                finally:
                    response.close()
        except _NEVER_LEFT as exc:
            self._raise(NotSent(f"{request.url.host} cannot be reached ({_kind(exc)})"), exc)
        except (httpx.HTTPError, httpx.StreamError) as exc:
            why = f"no whole answer within {total_s:g} s" if watch.struck else _kind(exc)
            self._raise(Ambiguous(f"the connection ended early ({why})"), exc)

    def _raise(self, error: WireError, cause: Exception) -> NoReturn:
        """Raise an error of ours; its cause goes with it unless it speaks of the key."""
        raise error from (None if self._secret and self._secret in str(cause) else cause)


class _Watch:
    """Breaks a connection off when its time is over, whatever it is waiting for."""

    def __init__(self, total_s: float) -> None:
        self.struck = False
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(total_s, self._strike)
        self._timer.daemon = True

    def trace(self, event: str, told: Mapping[str, Any]) -> None:
        """Note the socket of a connection as it is made; stop a request that comes too late to it."""
        if event.endswith(".send_request_headers.started") and is_late():
            raise NotSent(SLEPT)
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._sockets.append(told["return_value"].get_extra_info("socket"))
            if self.struck:
                self._strike()

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()

    def _strike(self) -> None:
        self.struck = True
        for each in self._sockets:
            # Not an encrypted socket's own method: it would take the cipher away from the reader.
            with suppress(OSError):
                socket.socket.shutdown(each, socket.SHUT_RDWR)


@cache
def _trusted() -> Any:
    # Reading the certificates of the world takes longer than many a request.
    return httpx.create_ssl_context(trust_env=False)


def _timeouts(connect_s: float, quiet_s: float) -> httpx.Timeout:
    return httpx.Timeout(quiet_s, connect=connect_s, pool=connect_s)


def _kind(exc: Exception) -> str:
    """Name an error by its kind alone: the words of some hold addresses or headers."""
    return type(exc).__name__


def _named(response: httpx.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _read_url(url: str) -> httpx.URL:
    try:
        target = httpx.URL(url)
    except httpx.InvalidURL as exc:
        raise Unfit("the link to the file is no address") from exc
    if not target.host or target.userinfo:
        raise Unfit("the link to the file names no host, or a user")
    return target


def _joined(url: str, location: str) -> str:
    try:
        return str(httpx.URL(url).join(location))
    except httpx.InvalidURL as exc:
        raise Unfit(f"{_shown(url)} leads on to no address") from exc


def _shown(url: str) -> str:
    """Give an address without its query, which may hold a signature."""
    return re.split(r"[?#]", url, maxsplit=1)[0][:200]


def _unpacked(content: bytes, encoding: str, most: int) -> bytes:
    """Undo the compression that some servers apply though asked not to."""
    if encoding not in ("gzip", "deflate"):
        return content
    try:
        return zlib.decompressobj(47).decompress(content, most)
    except zlib.error:
        return b""


def _parsed(content: bytes) -> Any:
    def refuse(word: str) -> NoReturn:
        raise ValueError(word)

    try:
        return json.loads(content, parse_float=Decimal, parse_constant=refuse)
    except (ValueError, RecursionError, ArithmeticError):
        return None
