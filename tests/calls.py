"""Call an address of this machine, as a provider does, or a stranger."""

from __future__ import annotations

import http.client
import json
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answer:
    """What came back: the status, headers by lower-case name, the body."""

    status: int
    headers: dict[str, str]
    body: bytes


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def call(url: str, said: Any, method: str = "POST") -> Answer:
    """Say something to an address: bytes as they are, an iterator in chunks, all else as JSON."""
    parts = urlsplit(url)
    as_is = isinstance(said, bytes) or hasattr(said, "__next__")
    line = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        line.request(method, parts.path, said if as_is else json.dumps(said).encode())
        answer = line.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, headers, answer.read())
    finally:
        line.close()
