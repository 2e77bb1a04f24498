"""A small web server inside a run: it ends at once when told, and leaves signals alone.

Built on uvicorn, which is not part of every installation: see `longtake.extras`.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import signal
import socket
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from longtake.errors import LongtakeError

_TURNS = 4


class Server(uvicorn.Server):
    """Serves an application of the ASGI kind; `settings` are those of uvicorn, where not its usual.

    Nothing is logged: addresses may hold secrets.
    """

    def __init__(self, app: Any, **settings: Any) -> None:
        config = uvicorn.Config(
            app,
            interface="asgi3",
            lifespan="off",
            log_config=None,
            access_log=False,
            log_level="critical",
            server_header=False,
            **settings,
        )
        super().__init__(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = asyncio.Event()
        self._thread: threading.Thread | None = None

    def start(self, sockets: Sequence[socket.socket], name: str) -> None:
        """Begin to answer, in a thread of its own.

        The sockets listen already: what is sent before the server is up waits in their queue.
        """
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self.serve(list(sockets))), name=name, daemon=True
        )
        self._thread.start()

    def serve_here(self, sockets: Sequence[socket.socket]) -> None:
        """Answer in this thread, the main one, until SIGINT or SIGTERM."""
        asyncio.run(self._until_interrupted(sockets))

    async def _until_interrupted(self, sockets: Sequence[socket.socket]) -> None:
        # An exception raised by a signal may fall into a callback that swallows it; a handler of the
        # loop is always heard. Windows has none: there the exception must do.
        with contextlib.suppress(NotImplementedError):
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, self.end)
        await self.serve(sockets=list(sockets))

    def stop(self, sockets: Sequence[socket.socket]) -> None:
        """End it and close its sockets; answers still owed are not given."""
        self.end()
        if self._thread:
            self._thread.join(timeout=10)
        for each in sockets:
            each.close()

    def cut(self) -> None:
        """Break off all that is open, from any thread, and go on: callers may come again."""
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._break_off)

    def end(self) -> None:
        """Have it end, from any thread."""
        self.should_exit = True
        if self._loop and not self._loop.is_closed():
            with contextlib.suppress(RuntimeError):  # closed this very moment
                self._loop.call_soon_threadsafe(self._ended.set)

    async def main_loop(self) -> None:
        """Wait for the end; uvicorn looks for it ten times a second, which tests would feel."""
        self._loop = asyncio.get_running_loop()
        seconds = 0
        # Every tenth tick writes the date that goes out with each answer.
        while not await self.on_tick(10 * seconds):
            seconds += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), 1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Break off what is open: a client that hangs must not keep a run alive."""
        for server in self.servers:
            server.close()
        # Who was just being let in is cut, too; a line that is cut is gone one turn later.
        for _ in range(_TURNS):
            self._break_off()
            await asyncio.sleep(0)

    def _break_off(self) -> None:
        for connection in list(self.server_state.connections):
            transport: asyncio.Transport | None = getattr(connection, "transport", None)
            if transport:
                transport.abort()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


class Line(H11Protocol):
    """A caller's line that is cut where nothing is said on it, so that others get through.

    It has `HEAD_S` seconds to name what it wants. Of more than `MOST_SILENT` silent lines the oldest
    are cut at once.
    """

    HEAD_S = 5.0
    MOST_SILENT = 100

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a word."""
        super().connection_made(transport)
        self._since = self.loop.time()
        self._patience = self.loop.call_later(self.HEAD_S, self._cut_unused)
        silent = [line for line in self.connections if isinstance(line, Line) and line.is_silent]
        for line in sorted(silent, key=lambda line: line._since)[: -self.MOST_SILENT]:
            line.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._patience.cancel()
        super().connection_lost(exc)

    @property
    def is_silent(self) -> bool:
        """Whether no answer is owed on it."""
        return self.cycle is None or self.cycle.response_complete

    def _cut_unused(self) -> None:
        # Between two requests uvicorn itself counts the seconds.
        if self.cycle is None:
            self.transport.abort()


def listening(host: str, port: int, hint: str = "") -> socket.socket:
    """Listen on a port of an address (0: any free one); a LongtakeError where that cannot be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends small packets at once only on sockets that name their protocol; without that
    # each answer would take 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(1024)
        listener.setblocking(False)
    except OSError as exc:
        listener.close()
        why = "another program has it" if exc.errno == errno.EADDRINUSE else exc.strerror
        raise LongtakeError(f"port {port} of {host} cannot be used: {why}", hint=hint) from exc
    return listener
