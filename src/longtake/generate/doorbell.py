"""What a webhook does: it wakes whoever waits for a task, and tells nothing."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from threading import Lock

# A task is not woken for more often than this, however often its bell is rung.
APART_S = 1.0
# A bell may ring before anybody waits, for a task whose number is still on its way to us; so many
# such rings are remembered, for so long.
_REMEMBERED, _REMEMBERED_S = 1000, 60.0


class Doorbell:
    """Ends a wait for a task early when it is rung; rung from any thread, waited for in a loop.

    Who is woken looks for himself: a ring may be forged, doubled, late, or about nothing. A flood of
    them wakes nobody more often than once in `APART_S`.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._ears: dict[str, set[_Ear]] = {}
        self._heard: OrderedDict[str, float] = OrderedDict()
        self._woken: OrderedDict[str, float] = OrderedDict()
        self.rings = 0

    def ring(self, task: str) -> None:
        """Wake who waits for a task; where nobody does yet, he will hear of it when he comes."""
        with self._lock:
            self.rings += 1
            ears = tuple(self._ears.get(task, ()))
            _note(self._heard, task, self._clock())
        for ear in ears:
            ear.rung()

    async def wait(
        self, task: str, seconds: float, pause: Callable[[float], Awaitable[None]]
    ) -> float:
        """Wait as `pause` does, or until the task is rung for; gives the seconds that passed."""
        began, ear = self._clock(), _Ear()
        with self._lock:
            self._ears.setdefault(task, set()).add(ear)
            if self._clock() - self._heard.get(task, began - _REMEMBERED_S) < _REMEMBERED_S:
                ear.event.set()
        try:
            if not await ear.hears_within(pause(seconds)):
                return seconds
            left, too_soon = seconds - (self._clock() - began), self._too_soon(task)
            if too_soon > 0:
                await pause(max(0.0, min(too_soon, left)))
            if too_soon >= left:
                return seconds
            with self._lock:
                _note(self._woken, task, self._clock())
            return max(0.0, self._clock() - began)
        finally:
            self._leave(task, ear)

    def _too_soon(self, task: str) -> float:
        """Give the seconds until a task may be woken for again."""
        with self._lock:
            woken = self._woken.get(task)
        return 0.0 if woken is None else woken + APART_S - self._clock()

    def _leave(self, task: str, ear: _Ear) -> None:
        with self._lock:
            # A look comes next: it answers all that was rung until now.
            self._heard.pop(task, None)
            self._ears[task].discard(ear)
            if not self._ears[task]:
                del self._ears[task]


class _Ear:
    """One wait's side of the bell."""

    def __init__(self) -> None:
        self.event = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def rung(self) -> None:
        """Set the event, from any thread."""
        with suppress(RuntimeError):  # the run has ended this very moment
            self._loop.call_soon_threadsafe(self.event.set)

    async def hears_within(self, pausing: Awaitable[None]) -> bool:
        """Tell whether the bell rang before a pause was over."""
        pause, ring = asyncio.ensure_future(pausing), asyncio.ensure_future(self.event.wait())
        try:
            await asyncio.wait({pause, ring}, return_when=asyncio.FIRST_COMPLETED)
            if pause.done():
                pause.result()
            return ring.done()
        finally:
            pause.cancel()
            ring.cancel()


def _note(times: OrderedDict[str, float], task: str, now: float) -> None:
    """Write down a time, and forget the oldest where there are too many."""
    times[task] = now
    times.move_to_end(task)
    if len(times) > _REMEMBERED:
        times.popitem(last=False)
