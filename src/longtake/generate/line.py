"""Who waits for a place at a provider stands in line: the first asks the ledger, the others wait for him.

Were all to ask, a worker with hundreds of clips before a full account would ask the ledger hundreds of
times a second, and whoever came last could go first.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class _Place:
    loop: asyncio.AbstractEventLoop
    turn: asyncio.Future[None]
    waits: Callable[[str], None]


class Line:
    """One line before one account in one process, whatever boards and event loops are in it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._places: deque[_Place] = deque()

    @asynccontextmanager
    async def turn(self, waits: Callable[[str], None]) -> AsyncIterator[None]:
        """Wait until all who came before have left; `waits` hears what the first of them is told."""
        loop = asyncio.get_running_loop()
        place = _Place(loop, loop.create_future(), waits)
        with self._lock:
            self._places.append(place)
            first = self._places[0] is place
        try:
            if not first:
                await place.turn
            yield
        finally:
            self._leave(place)

    def tell(self, why: str) -> None:
        """Tell all who stand here why it takes so long."""
        with self._lock:
            places = tuple(self._places)
        for place in places:
            place.waits(why)

    def _leave(self, place: _Place) -> None:
        with self._lock:
            was_first = self._places[0] is place
            self._places.remove(place)
            following = self._places[0] if was_first and self._places else None
        if following is not None:
            following.loop.call_soon_threadsafe(_begin, following.turn)


def _begin(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_result(None)
