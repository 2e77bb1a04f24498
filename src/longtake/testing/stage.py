"""What stands while the simulator runs: its clock, its world, its studio, and what comes later."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from longtake.testing.clock import Clock, FakeClock, RealClock
from longtake.testing.scenario import Scenario
from longtake.testing.studio import Studio
from longtake.testing.wire.wire import Site
from longtake.testing.world import World


class Stage:
    """The whole simulated scene; a reset puts a new world on it and keeps rendered clips."""

    def __init__(self, scenario: Scenario, site: Site) -> None:
        self.first = scenario
        self.site = site
        self.clock: Clock = FakeClock() if scenario.clock == "fake" else RealClock()
        self.studio = Studio()
        self.world = World(scenario, self.clock)
        self._coming: set[asyncio.Task[Any]] = set()

    def reset(self) -> None:
        """Begin again with an empty book and the first scenario; what was to come later, won't."""
        for task in self._coming:
            task.cancel()
        self.world = World(self.first, self.clock)

    def later(self, seconds: float, act: Callable[[], Awaitable[Any]]) -> None:
        """Do something after so many seconds, whoever has gone away by then."""

        async def wait() -> None:
            await self.clock.sleep(seconds)
            await act()

        task = asyncio.ensure_future(wait())
        self._coming.add(task)
        task.add_done_callback(self._coming.discard)

    def tick(self, seconds: float) -> bool:
        """Move a fake clock on; False says that the clock is real."""
        if isinstance(self.clock, FakeClock):
            self.clock.tick(seconds)
            return True
        return False
