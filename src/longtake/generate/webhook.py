"""Answers the calls of providers, and believes none of them: a call only wakes who waits for a task.

No provider signs what it says, so whoever knows the address may say anything. Each run has an address
of its own that nobody can guess, and what came of a task is asked of the provider itself, with the key.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Self

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from longtake.generate.doorbell import Doorbell
from longtake.generate.places import Webhook
from longtake.generate.profile import at, id_of
from longtake.generate.provider import CallsBack, Provider
from longtake.serving import Line, Server, listening

MOST_BODY = 65_536
# How long a body may take to come; how many callers may be on the line; how many calls are known again.
_BODY_S = 10.0
_CALLERS = 200
_KNOWN = 1000
# Where a call may name its task, for providers whose calls look unlike their answers.
_PLACES: tuple[tuple[str | int, ...], ...] = (
    ("task_id",),
    ("task", "id"),
    ("task", "task_id"),
    ("data", "task_id"),
    ("data", "id"),
    ("data", 0, "task_id"),
    ("data", 0, "id"),
    ("request_id",),
    ("id",),
)
_PLAIN = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Receiver:
    """Listens at a webhook's place from its making on, and answers from `with` to its end.

    Raises a LongtakeError where the place is taken. `token` is for tests; a run makes its own.
    """

    def __init__(self, webhook: Webhook, bell: Doorbell, token: str = "") -> None:
        self.bell = bell
        self._token = token or secrets.token_urlsafe(24)
        self._root = f"{webhook.url}/{self._token}"
        self._readers: dict[str, Callable[[Any], str]] = {}
        self._known: OrderedDict[bytes, None] = OrderedDict()
        hint = "choose another place with `--listen HOST:PORT`; nothing was bought"
        self._sockets = [listening(webhook.host, webhook.port, hint)]
        self._server = Server(
            self._serve, http=Line, ws="none", limit_concurrency=_CALLERS, timeout_keep_alive=5
        )

    def invite(self, provider: Provider) -> None:
        """Give a provider its address to call, where it can call at all."""
        if isinstance(provider, CallsBack):
            self._readers[provider.name] = provider.task_called
            provider.call_back_at(f"{self._root}/{provider.name}")

    def __enter__(self) -> Self:
        self._server.start(self._sockets, "webhooks")
        return self

    def __exit__(self, *raised: object) -> None:
        self._server.stop(self._sockets)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive))
        response.headers.update(_PLAIN)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        name = self._called(request.scope["path"])
        if name is None:
            return Response(status_code=404)
        if request.method != "POST":
            return Response(status_code=405, headers={"Allow": "POST"})
        try:
            content = await asyncio.wait_for(_body(request), _BODY_S)
        except (TimeoutError, ClientDisconnect):
            return Response(status_code=408)
        if content is None:
            return Response(status_code=413)
        try:
            said = json.loads(content)
        except (ValueError, RecursionError):
            return Response(status_code=400)
        challenge = at(said, "challenge")
        if challenge is not None:
            fit = isinstance(challenge, int) or _is_text(challenge)
            return JSONResponse({"challenge": challenge}) if fit else Response(status_code=400)
        if self._is_new(name, content):
            task = self._readers[name](said) or task_named_in(said)
            if task:
                self.bell.ring(task)
        return JSONResponse({})

    def _called(self, path: str) -> str | None:
        """Name the provider whose address a path is; a proxy may have changed how the path begins."""
        parts = path.rstrip("/").removesuffix("/callback").split("/")
        token, name = parts[-2] if len(parts) > 1 else "", parts[-1]
        known = hmac.compare_digest(token.encode(), self._token.encode())
        return name if known and name in self._readers else None

    def _is_new(self, name: str, content: bytes) -> bool:
        """Tell whether a call is none of the last ones over again."""
        digest = hashlib.sha256(name.encode() + b"\0" + content).digest()
        new = digest not in self._known
        self._known[digest] = None
        self._known.move_to_end(digest)
        if len(self._known) > _KNOWN:
            self._known.popitem(last=False)
        return new


def task_named_in(said: Any) -> str:
    """Look for a task's id wherever calls are known to name it; "" where there is none."""
    return next((task for place in _PLACES if (task := id_of(at(said, *place)))), "")


def _is_text(said: Any) -> bool:
    """Tell whether it is text that can be written: JSON may escape halves of a character."""
    return isinstance(said, str) and not any("\ud800" <= letter <= "\udfff" for letter in said)


async def _body(request: Request) -> bytes | None:
    """Read a body, None as soon as it is too long."""
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > MOST_BODY:
            return None
    return content
