"""Where clips are rendered: in threads, when first asked for, equal ones once."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from longtake.testing.movie import ClipOrder, render_clip

_WORKERS = 2


class Studio:
    """Renders ordered clips and keeps them until it is closed; `rendered` counts them."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="longtake-simulator-")
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="render")
        self._clips: dict[str, Future[Path]] = {}
        self._lock = threading.Lock()
        self.rendered = 0

    def clip(self, order: ClipOrder, pictures: Mapping[str, bytes]) -> Future[Path]:
        """Give the coming file of an order; the first to ask starts the rendering."""
        with self._lock:
            if order.key not in self._clips:
                first, last = pictures.get(order.first), pictures.get(order.last)
                self._clips[order.key] = self._pool.submit(self._render, order, first, last)
            return self._clips[order.key]

    def close(self) -> None:
        """Drop what is not begun and delete all files."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._folder.cleanup()

    def _render(self, order: ClipOrder, first: bytes | None, last: bytes | None) -> Path:
        path = Path(self._folder.name) / f"{order.key}.mp4"
        render_clip(order, first, last, path)
        with self._lock:
            self.rendered += 1
        return path
