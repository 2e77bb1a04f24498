"""Running the simulator: for as long as a test lasts, or until it is interrupted."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from longtake.errors import LongtakeError
from longtake.serving import Server, listening
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
        self._sockets = [listening(_HOST, each) for each in (port, 0, 0)]
        urls = [f"http://{_HOST}:{each.getsockname()[1]}" for each in self._sockets]
        self.url = urls[0]
        self.stage = Stage(scenario, Site(*urls))
        app = make_app(self.stage, (*WIRES, *plugged))
        self._server = Server(app, http=Wired, timeout_keep_alive=30)

    def start(self) -> Simulator:
        """Begin to answer, in a thread of its own."""
        self._server.start(self._sockets, "simulator")
        return self

    def stop(self) -> None:
        """End it; answers still owed are not given."""
        self._server.stop(self._sockets)
        self.stage.studio.close()

    def serve(self) -> None:
        """Answer in this thread, the main one, until interrupted."""
        try:
            self._server.serve_here(self._sockets)
        finally:
            self.stop()

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
