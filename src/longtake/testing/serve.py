"""Running the simulator: for as long as a test lasts, or until it is interrupted."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

import uvicorn

from longtake.errors import LongtakeError
from longtake.testing.app import WIRES, make_app
from longtake.testing.plugged import plugged_wires
from longtake.testing.responses import Wired
from longtake.testing.scenario import Account, Scenario, load_scenario
from longtake.testing.stage import Stage
from longtake.testing.wire.wire import Site, Wire

_HOST = "127.0.0.1"


class Simulator:
    """The provider APIs on a port of this machine, from `with` to its end.

    An API is found at `url` and the name of its host: `url + "/apimart"`, `"/minimax"`,
    `"/minimax-mainland"`. Clips come from two other ports, as those of the real ones come from
    other hosts. Plug-ins bring hosts of their own; `left_out` says which of them cannot be used.
    """

    def __init__(self, scenario: Scenario | Mapping[str, Any] | None = None, port: int = 0) -> None:
        if not isinstance(scenario, Scenario):
            scenario = Scenario.read(scenario or {})
        plugged, self.left_out = plugged_wires()
        scenario = _with_keys(scenario, plugged)
        self._sockets = [_listening(port), _listening(0), _listening(0)]
        urls = [f"http://{_HOST}:{each.getsockname()[1]}" for each in self._sockets]
        self.url = urls[0]
        self.stage = Stage(scenario, Site(*urls))
        self._server = _Server(self.stage, (*WIRES, *plugged))
        self._thread: threading.Thread | None = None

    def start(self) -> Simulator:
        """Begin to answer, in a thread of its own."""
        self._thread = threading.Thread(target=self._run, name="simulator", daemon=True)
        self._thread.start()
        # The sockets listen already: what is sent before the server is up waits in their queue.
        return self

    def stop(self) -> None:
        """End it; answers still owed are not given."""
        self._server.end()
        if self._thread:
            self._thread.join(timeout=10)
        for each in self._sockets:
            each.close()
        self.stage.studio.close()

    def serve(self) -> None:
        """Answer in this thread, the main one, until interrupted."""
        try:
            asyncio.run(self._until_interrupted())
        finally:
            self.stop()

    async def _until_interrupted(self) -> None:
        # An exception raised by a signal may fall into a callback that swallows it; a handler of the
        # loop is always heard. Windows has none: there the exception must do.
        with contextlib.suppress(NotImplementedError):
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, self._server.end)
        await self._server.serve(sockets=self._sockets)

    def oracle(self, part: str = "") -> Any:
        """Tell what really happened; see `longtake.testing.oracle`."""
        return self._spoken(f"/_sim/oracle/{part}".rstrip("/"), None)

    def change(self, **values: Any) -> None:
        """Change values of the scenario and start its faults from the first again."""
        self._spoken("/_sim/scenario", values)

    def reset(self) -> None:
        """Forget everything and go back to the first scenario."""
        self._spoken("/_sim/reset", {})

    def tick(self, seconds: float) -> None:
        """Move a fake clock on."""
        self._spoken("/_sim/clock", {"tick_s": seconds})

    def top_up(self, key: str, amount: str) -> None:
        """Give a key more money."""
        self._spoken("/_sim/topup", {"key": key, "amount": amount})

    def __enter__(self) -> Simulator:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=self._sockets))

    def _spoken(self, path: str, said: Any) -> Any:
        content = None if said is None else json.dumps(said).encode()
        request = urllib.request.Request(self.url + path, content)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as exc:
            with exc:
                message = exc.read().decode()
            raise LongtakeError(f"the simulator refuses: {message}") from exc


def _with_keys(scenario: Scenario, wires: tuple[Wire, ...]) -> Scenario:
    """Give wires of plug-ins their usual accounts, where a scenario says nothing of their hosts."""
    known = {account.host for account in scenario.accounts.values()}
    own = {
        key: Account(host) for wire in wires for key, host in wire.keys.items() if host not in known
    }
    return replace(scenario, accounts={**scenario.accounts, **own}) if own else scenario


def serve(port: int, scenario_path: Path | None = None) -> None:
    """Run the simulator on a port of 127.0.0.1 until it is interrupted."""
    scenario = load_scenario(scenario_path) if scenario_path else Scenario()
    Simulator(scenario, port).serve()


class _Server(uvicorn.Server):
    """uvicorn that ends at once when told, and leaves signals to the caller."""

    def __init__(self, stage: Stage, wires: tuple[Wire, ...]) -> None:
        super().__init__(
            uvicorn.Config(
                make_app(stage, wires),
                http=Wired,
                lifespan="off",
                log_config=None,
                access_log=False,
                log_level="critical",
                timeout_keep_alive=30,
                server_header=False,
            )
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = asyncio.Event()

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
        """Break off what is open: a client that hangs must not keep the simulator alive."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            transport: asyncio.Transport | None = getattr(connection, "transport", None)
            if transport:
                transport.abort()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def _listening(port: int) -> socket.socket:
    # asyncio sends small packets at once only on sockets that name their protocol; without that
    # each answer would take 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, port))
        listener.listen(1024)
        listener.setblocking(False)
    except OSError as exc:
        listener.close()
        raise LongtakeError(f"port {port} cannot be used: {exc.strerror}") from exc
    return listener
