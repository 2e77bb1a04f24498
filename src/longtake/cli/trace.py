"""`--trace`: who did what, and when, in a file that ui.perfetto.dev and chrome://tracing open.

minimax: from sea/1     |handoff|submit|wait .................|download|verify|mend|handoff|...
worker 1                               |ingest pier/1 ....|        |ingest sea/1 ...|
assembly                                                                    |sound|join|deliver|
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from longtake import events
from longtake.assemble.shifts import Shift
from longtake.errors import LongtakeError
from longtake.files import write_bytes
from longtake.generate.ensure import Progress, Step
from longtake.plan.job import ClipJob, EndOf, Plan

# The viewers group rows by process and show groups in the order of their numbers.
_CLIPS, _WORKERS, _ASSEMBLY = 1, 2, 3
_GROUPS = {_CLIPS: "clips", _WORKERS: "workers", _ASSEMBLY: "assembly"}
_ENDS = ("kept", "made", "failed")


@dataclass(frozen=True)
class _Open:
    """A step of a clip that goes on."""

    name: str
    row: int
    began_s: float


@contextlib.contextmanager
def traced(path: Path | None) -> Iterator[events.Tell]:
    """Give a listener that writes a trace of the run to `path` when it ends, however it ends.

    Raises LongtakeError where it cannot be written; a run that failed keeps its own error.
    """
    if path is None:
        yield events.silent
        return
    trace = Trace()
    try:
        yield trace
    except BaseException:
        with contextlib.suppress(OSError):
            write_bytes(path, trace.as_json())
        raise
    try:
        write_bytes(path, trace.as_json())
    except OSError as error:
        raise LongtakeError(f"the trace {path} cannot be written: {error.strerror}") from error


class Trace:
    """Listens to a run and knows at any moment what was done on which row up to then.

    A row is a chain of clips at its provider, a worker process, or this process as it assembles; what
    stands on one row never overlaps. `clock` is the one that shifts are timed by.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began_s = clock()
        self._jobs: dict[str, ClipJob] = {}
        self._rows: dict[tuple[int, str], int] = {}
        self._open: dict[str, _Open] = {}
        self._spans: list[dict[str, Any]] = []

    def __call__(self, event: events.Event) -> None:
        """Hear one event."""
        match event:
            case events.Planned(plan):
                self._jobs = _jobs(plan)
            case Step(clip, name):
                self._step(clip, name)
            case Progress(clip, state) if state in _ENDS:
                self._close(clip, state)
            case Shift():
                self._shift(event)

    def as_json(self) -> bytes:
        """Write the trace, what still goes on ending now, in the form of Chrome's trace events."""
        now = self._clock()
        going = [
            self._step_span(clip, step, now, "unfinished") for clip, step in self._open.items()
        ]
        groups = [_named("process_name", group, 0, name) for group, name in _GROUPS.items()]
        rows = [
            _named("thread_name", group, row, name) for (group, name), row in self._rows.items()
        ]
        document = {
            "displayTimeUnit": "ms",
            "traceEvents": [*groups, *rows, *self._spans, *going],
        }
        return json.dumps(document).encode()

    def _step(self, clip: str, name: str) -> None:
        before = self._open.get(clip)
        self._close(clip)
        row = before.row if before else self._free_row(clip)
        self._open[clip] = _Open(name, row, self._clock())

    def _close(self, clip: str, outcome: str = "") -> None:
        step = self._open.pop(clip, None)
        if step:
            self._spans.append(self._step_span(clip, step, self._clock(), outcome))

    def _step_span(self, clip: str, step: _Open, ended_s: float, outcome: str) -> dict[str, Any]:
        facts = {"clip": clip} | ({"outcome": outcome} if outcome else {})
        return self._span(step.name, _CLIPS, step.row, (step.began_s, ended_s), facts)

    def _shift(self, shift: Shift) -> None:
        times = (shift.began_s, shift.ended_s)
        if shift.worker == os.getpid():
            self._spans.append(
                self._span(shift.what, _ASSEMBLY, self._row(_ASSEMBLY, "assembly"), times, {})
            )
            return
        facts = {"clip": shift.clip, "frames": shift.frames} if shift.clip else {}
        row = self._row(_WORKERS, f"worker {shift.worker}")
        self._spans.append(self._span(shift.what, _WORKERS, row, times, facts))

    def _span(
        self, what: str, group: int, row: int, times: tuple[float, float], facts: dict[str, Any]
    ) -> dict[str, Any]:
        began, ended = (round((moment - self._began_s) * 1e6) for moment in times)
        name = f"{what} {facts['clip']}" if "clip" in facts else what
        return {
            "ph": "X",
            "name": name,
            "cat": what,
            "pid": group,
            "tid": row,
            "ts": began,
            "dur": ended - began,
            "args": facts,
        }

    def _free_row(self, clip: str) -> int:
        """Give the row of a clip's chain; where two clips continue the same one, a second row."""
        job = self._jobs.get(clip)
        where = f"{job.provider}: " if job else ""
        name = f"{where}from {self._head(clip)}"
        taken = {step.row for step in self._open.values()}
        number = 1
        while (row := self._row(_CLIPS, name if number == 1 else f"{name} ({number})")) in taken:
            number += 1
        return row

    def _head(self, clip: str) -> str:
        """Name the first clip of a chain."""
        while (job := self._jobs.get(clip)) and isinstance(job.first, EndOf):
            if job.first.clip not in self._jobs:
                break
            clip = job.first.clip
        return clip

    def _row(self, group: int, name: str) -> int:
        return self._rows.setdefault((group, name), len(self._rows) + 1)


def _jobs(plan: Plan) -> dict[str, ClipJob]:
    return {job.id: job for job in plan.jobs}


def _named(kind: str, group: int, row: int, name: str) -> dict[str, Any]:
    return {"ph": "M", "name": kind, "pid": group, "tid": row, "args": {"name": name}}
