"""Answers a well-behaved server never gives: none at all, half of one, one without end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

# Where a request's own connection is found in its scope.
_PLACE = "longtake.connection"


class Wired(H11Protocol):
    """HTTP as uvicorn speaks it, with the connection at hand, so that an answer can break it off."""

    def connection_made(  # type: ignore[override] # as uvicorn's own
        self, transport: asyncio.Transport
    ) -> None:
        """Pass the connection on with each request that comes over it."""
        super().connection_made(transport)
        inner = self.app

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            scope[_PLACE] = transport
            await inner(scope, receive, send)

        self.app = app


class Drop(Response):
    """No answer: the connection ends, with a reset where wanted."""

    def __init__(self, reset: bool = False) -> None:
        super().__init__()
        self.reset = reset

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Break the connection off and wait until the server has noticed."""
        connection = connection_of(scope)
        if self.reset:
            connection.abort()
        else:
            connection.close()
        await _noticed(receive)


class Cut(Response):
    """A head that promises more than the body brings: after it the connection ends."""

    def __init__(self, part: bytes, whole: int, status: int, headers: Mapping[str, str]) -> None:
        self.status_code, self.background = status, None
        self.part = part
        self.init_headers({**headers, "content-length": str(whole)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the part and break the connection off."""
        head = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start", **head})
        await send({"type": "http.response.body", "body": self.part, "more_body": True})
        connection_of(scope).close()
        await _noticed(receive)


class Stream(Response):
    """A body sent piece by piece until it ends or nobody listens."""

    def __init__(
        self, pieces: AsyncIterator[bytes], headers: Mapping[str, str], status: int = 200
    ) -> None:
        self.status_code, self.background = status, None
        self.pieces = pieces
        self.init_headers(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head and then each piece."""
        head = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start", **head})
        async for piece in self.pieces:
            if connection_of(scope).is_closing():
                return
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def connection_of(scope: Scope) -> asyncio.Transport:
    """Give the connection a request came over."""
    connection: asyncio.Transport = scope[_PLACE]
    return connection


async def _noticed(receive: Receive) -> None:
    """Wait for the server to see the end; it would answer 500 for us otherwise."""
    while (await receive())["type"] != "http.disconnect":
        pass
