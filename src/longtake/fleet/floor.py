"""A worker's own place: what it shares with all others, its folder, and who hears of what it does."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue

from longtake.errors import LongtakeError
from longtake.fleet.letters import Letter, read_error
from longtake.fleet.renderers import Renderers
from longtake.fleet.runs import Run, Runs
from longtake.generate.collect import Halt
from longtake.generate.line import Line
from longtake.generate.provider import Provider
from longtake.generate.registry import open_provider, providers
from longtake.holdings import Holdings
from longtake.project import environment

# What is told of runs goes out in bundles, so often and so many.
_TELL_S, _TELL_MOST = 0.2, 500


class Teller:
    """Writes down what happens in runs, from a thread of its own: who works does not wait for it."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._told: SimpleQueue[tuple[str, Letter] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="longtake-teller", daemon=True)
        self._thread.start()

    def __call__(self, run: str, letter: Letter) -> None:
        """Tell something of a run; returns at once."""
        self._told.put((run, letter))

    def close(self) -> None:
        """Write down what was told, and end."""
        self._told.put(None)
        self._thread.join(10)

    def _write(self) -> None:
        over = False
        while not over:
            letters = [self._told.get()]
            with suppress(Empty):
                while len(letters) < _TELL_MOST and letters[-1] is not None:
                    letters.append(self._told.get(timeout=_TELL_S))
            over = letters[-1] is None
            told = [each for each in letters if each is not None]
            # What cannot be told is not worth a run: the outcome is written elsewhere.
            with suppress(LongtakeError):
                self._runs.tell(told) if told else None


@dataclass
class Floor:
    """Where a worker works: the holdings of its fleet, the table of runs, folders, its processors.

    `folder` is for all workers of this machine, `boards` for the runs of this one.
    Providers are opened once, with the keys of this process. What is sent leaves within `leaves_within_s`
    or never: before anybody takes this worker for dead, and its place for free. `halts` are by run why
    nothing more is bought for it.
    """

    holdings: Holdings
    runs: Runs
    folder: Path
    boards: Path
    cores: int
    tell: Teller
    render: Renderers
    leaves_within_s: float
    halts: dict[str, Halt] = field(default_factory=dict)
    _providers: dict[str, Provider] = field(default_factory=dict)
    _lines: dict[str, Line] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def provider(self, name: str) -> Provider:
        """Open a provider, or give the one that is open; raises KeyMissing."""
        with self._lock:
            if name not in self._providers:
                self._providers[name] = open_provider(name, environment(self.folder))
            return self._providers[name]

    def accounts(self) -> dict[str, str]:
        """Open all providers that this process has keys of; gives their accounts."""
        found: dict[str, str] = {}
        for name in providers():
            # Without its key, or broken, it is left to others.
            with suppress(LongtakeError):
                found[name] = self.provider(name).account
        return found

    def line(self, name: str) -> Line:
        """Give the line in which all runs here wait for a place at a provider."""
        with self._lock:
            return self._lines.setdefault(name, Line())

    def halt(self, run: str) -> Halt:
        """Give what stops a run's purchases here, once somebody says why."""
        return self.halts.setdefault(run, Halt())

    def heed(self, run: Run) -> None:
        """Stop purchases of a run here for the reason that was written down for all."""
        halt = self.halt(run.id)
        if run.halted and halt.reason is None:
            halt.reason = read_error(run.halted)

    def close(self) -> None:
        """Let go of all that is open; downloads under way are broken off."""
        for provider in self._providers.values():
            provider.interrupt()
            provider.close()
        self.render.close()
        self.tell.close()
