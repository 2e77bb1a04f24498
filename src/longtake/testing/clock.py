"""The simulator's time: the real one, or one that stands still until it is told to go on."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Seconds since 1970, and a way to wait for some of them."""

    def now(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class RealClock:
    """The time of this machine."""

    def now(self) -> float:
        """Give the seconds since 1970."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Wait so long."""
        await asyncio.sleep(seconds)


class FakeClock:
    """A time that moves only by `tick`; who sleeps is woken by the tick that reaches its hour."""

    def __init__(self, start: float = 1_790_000_000.0) -> None:
        self._now = start
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> float:
        """Give the seconds since 1970, as last told."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Wait until ticks of so many seconds have passed."""
        if seconds > 0:
            woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._sleepers.append((self._now + seconds, woken))
            await woken

    def tick(self, seconds: float) -> None:
        """Move the time on; call it in the thread of the event loop."""
        self._now += seconds
        due = [woken for hour, woken in self._sleepers if hour <= self._now]
        self._sleepers = [(hour, woken) for hour, woken in self._sleepers if hour > self._now]
        for woken in due:
            if not woken.done():
                woken.set_result(None)
