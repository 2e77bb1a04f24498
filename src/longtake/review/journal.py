"""What happens while the page is open, numbered, so that a browser that was cut off can catch up."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import threading
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

# Whoever missed more than this sees the page anew: that is less than to tell it all.
KEPT = 2000
# A line that nothing is said on is cut by some proxies, and its end is noticed by nobody.
_BREATH_S = 15.0


@dataclass(frozen=True)
class Entry:
    """One thing that happened: what kind, and what there is to say of it as plain values."""

    number: int
    kind: str
    facts: Mapping[str, Any]


class Journal:
    """Written from any thread, told to any number of browsers."""

    def __init__(self) -> None:
        self._epoch = secrets.token_hex(4)
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._number = 0
        self._lock = threading.Lock()
        self._listeners: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}

    def add(self, kind: str, **facts: Any) -> None:
        """Write an entry, and wake who listens."""
        with self._lock:
            self._number += 1
            self._entries.append(Entry(self._number, kind, facts))
            for event, loop in self._listeners.items():
                with contextlib.suppress(RuntimeError):  # closed this very moment
                    loop.call_soon_threadsafe(event.set)

    @property
    def mark(self) -> str:
        """The name of this moment: what came later can be asked for by it."""
        with self._lock:
            return self._named(self._number)

    def since(self, mark: str) -> tuple[Entry, ...] | None:
        """Give what came after a moment; None where that is no longer, or never was, known here."""
        epoch, _, digits = mark.partition("-")
        with self._lock:
            if epoch != self._epoch or not (digits.isascii() and digits.isdecimal()):
                return None
            number = int(digits)
            oldest = self._entries[0].number if self._entries else self._number + 1
            if not oldest - 1 <= number <= self._number:
                return None
            return tuple(entry for entry in self._entries if entry.number > number)

    async def told(self, mark: str) -> AsyncIterator[str]:
        """Tell everything after a moment in the form of server-sent events, until nobody listens."""
        woken = asyncio.Event()
        with self._lock:
            self._listeners[woken] = asyncio.get_running_loop()
        try:
            yield "retry: 1000\n\n"
            while True:
                woken.clear()
                entries = self.since(mark)
                if entries is None:
                    mark = self.mark
                    yield self._event(mark, "resync", {})
                for entry in entries or ():
                    mark = self._named(entry.number)
                    yield self._event(mark, entry.kind, entry.facts)
                try:
                    await asyncio.wait_for(woken.wait(), _BREATH_S)
                except TimeoutError:
                    yield ": still here\n\n"
        finally:
            with self._lock:
                del self._listeners[woken]

    def _named(self, number: int) -> str:
        return f"{self._epoch}-{number}"

    def _event(self, mark: str, kind: str, facts: Mapping[str, Any]) -> str:
        # JSON escapes line feeds, so that no word from outside can end its line.
        return f"id: {mark}\nevent: {kind}\ndata: {json.dumps(facts)}\n\n"
