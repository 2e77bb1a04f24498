"""Who worked on what, and when: told by whoever did it, for a trace of the run."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Shift:
    """A run of work by one process, from `began_s` to `ended_s` on the machine's monotonic clock.

    `what` is ingest, render, measure, sound, join or deliver; `clip` and `frames` are set where film
    frames were made. `worker` is the number of the process: its own, not that of who asked for it.
    """

    what: str
    began_s: float
    ended_s: float
    worker: int
    clip: str = ""
    frames: int = 0


Watch = Callable[[Shift], None]


def unwatched(shift: Shift) -> None:
    """Let a shift go by."""


@contextlib.contextmanager
def timed(watch: Watch, what: str) -> Iterator[None]:
    """Tell of what is done inside as a shift of this process; also where it fails."""
    began = time.monotonic()
    try:
        yield
    finally:
        watch(Shift(what, began, time.monotonic(), os.getpid()))
