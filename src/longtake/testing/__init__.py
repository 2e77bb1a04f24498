"""The shipped test kit: the provider APIs on this machine, with every fault they are known for.

with Simulator({"faults": [{"do": "drop", "when": "after", "nth": 2}]}) as sim:
    ...                                  # a client of sim.url + "/apimart"
    assert sim.oracle("submits")["twice"] == []
"""

from __future__ import annotations

from longtake.testing.scenario import Account, Scenario, load_scenario
from longtake.testing.serve import Simulator, serve

__all__ = ["Account", "Scenario", "Simulator", "load_scenario", "serve"]
