"""The processes of a worker that render: they live as long as it does, and one that dies is replaced."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor
from threading import Lock

from longtake.assemble.render import RenderUnit
from longtake.assemble.shifts import Shift
from longtake.assemble.work import render_shift, render_units, seen_by
from longtake.media.workers import stop_workers, worker_pool


class Renderers:
    """Renders units in processes of its own, so many at once."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool: ProcessPoolExecutor | None = None
        self._lock = Lock()
        # Linux ends a process when the thread that started it ends: this one lives as long as they do.
        self._starter = ThreadPoolExecutor(1, "longtake-renderers")

    def __call__(self, unit: RenderUnit) -> None:
        """Render a unit; raises AssemblyError or MediaError."""
        try:
            self._starter.submit(self._begun, unit).result().result()
        except BrokenProcessPool:
            with self._lock:
                self._pool = None
            # Perhaps it was this one that killed its process: alone it harms no other.
            render_units((unit,), lambda frames: None, 1)

    def close(self) -> None:
        """Stop all at once."""
        if self._pool is not None:
            stop_workers(self._pool)
        self._starter.shutdown(wait=False, cancel_futures=True)

    def _begun(self, unit: RenderUnit) -> Future[Shift]:
        with self._lock:
            if self._pool is None:
                self._pool = worker_pool(self._count)
            return self._pool.submit(render_shift, unit, "render", seen_by(unit))
