"""Wires of plug-ins join the simulator; one that cannot be used is named and harms no other."""

from __future__ import annotations

from pathlib import Path
from urllib.request import urlopen

import pytest

from longtake.testing import Simulator
from plug_ins import bring

WIRES = """\
from longtake.testing.wire.wire import Endpoint, Reply, Wire

class Lamp(Wire):
    name, hosts, keys = "lamp", ("lamp",), {"lamp-key": "lamp"}
    def endpoints(self):
        return (Endpoint("GET", "/light", "status", self._light),)
    async def _light(self, call):
        return Reply({"key": "lamp-key" in call.world.scenario.accounts})

class Broken(Wire):
    def endpoints(self):
        raise RuntimeError("canary")
"""


@pytest.fixture
def _lamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lamp_wires.py").write_text(WIRES)
    wires = {"broken": "lamp_wires:Broken", "gone": "lamp_wires:Gone", "lamp": "lamp_wires:Lamp"}
    bring(tmp_path, monkeypatch, {"longtake.wires": wires})


@pytest.mark.usefixtures("_lamp")
def test_a_wire_of_a_plug_in() -> None:
    """It answers under its own host, and its key is known."""
    with Simulator() as sim, urlopen(f"{sim.url}/lamp/light") as answer:
        assert answer.read() == b'{"key":true}'
        assert [problem.split()[2] for problem in sim.left_out] == ["broken", "gone"]
        assert "canary" in sim.left_out[0]


@pytest.mark.usefixtures("_lamp")
def test_a_scenario_that_names_the_accounts() -> None:
    """Where a scenario speaks of a plug-in's host, it alone says which keys work there."""
    named = {"accounts": {"other-key": {"host": "lamp"}}}
    with Simulator(named) as sim, urlopen(f"{sim.url}/lamp/light") as answer:
        assert answer.read() == b'{"key":false}'
