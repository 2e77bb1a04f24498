"""The embedded provider: clips drawn on this machine, for nothing, without a key."""

from __future__ import annotations

import shutil
import tempfile
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from threading import Lock

from longtake.errors import ProviderError
from longtake.generate.provider import ListedTask, Request, TaskReport, TaskState
from longtake.media import draw
from longtake.media.clipwriter import write_clip
from longtake.media.color import Plane
from longtake.media.labels import Labels
from longtake.media.normalise import rgb_still_to_film
from longtake.media.stills import open_still
from longtake.media.workers import cores, worker_pool
from longtake.units import Size

# The version of the drawing, for the caller to put among a request's options.
DRAWING = draw.DRAWING


@dataclass
class _Drawing:
    """One task: what was asked, where it is drawn to, and the worker's promise."""

    request: Request
    path: Path
    promise: Future[None]
    alone: bool = field(default=False)


class Animatic:
    """Draws clips in worker processes, one a core; `folder` is where half-done drawings lie.

    A request's options are plain words: scene, title, prompt, look, cast, labels (a flag), and
    scene_colour_seed where the colours shall not follow the scene id.
    """

    name = "animatic"
    account = ""
    deadline_s = 3600.0

    def __init__(self, folder: Path | None = None, workers: int | None = None) -> None:
        self.in_flight = workers or cores()
        self.per_minute = 1_000_000
        self._lock = Lock()
        self._numbers = count(1)
        self._drawings: dict[str, _Drawing] = {}
        self._pool: ProcessPoolExecutor | None = None
        self._lone_pools: list[ProcessPoolExecutor] = []
        self._parent = folder
        self._folder: Path | None = None

    def prepare(self, request: Request) -> None:
        """Nothing need be sent ahead: pictures are read where they lie."""

    def submit(self, request: Request, nonce: str = "") -> str:
        """Start a drawing; returns its task id."""
        # Options may be a view of something that cannot travel to another process.
        request = replace(request, options=dict(request.options))
        with self._lock:
            if self._folder is None:
                if self._parent:
                    # What lies there was left by a run that was killed: the folder has one user.
                    shutil.rmtree(self._parent, ignore_errors=True)
                    self._parent.mkdir(parents=True)
                self._folder = Path(tempfile.mkdtemp(prefix="longtake-", dir=self._parent))
            task = f"drawing-{next(self._numbers)}"
            path = self._folder / f"{task}.mp4"
            self._drawings[task] = _Drawing(request, path, self._started(request, path))
        return task

    def look(self, task: str) -> TaskReport:
        """Tell how far a drawing is; one whose worker died is drawn again once, by itself."""
        with self._lock:
            drawing = self._drawing(task)
            promise = drawing.promise
            if not promise.done():
                running = promise.running()
                return TaskReport(TaskState.RUNNING if running else TaskState.QUEUED)
            if promise.cancelled():
                return TaskReport(TaskState.FAILED, "the drawing was stopped")
            error = promise.exception()
            if isinstance(error, BrokenProcessPool) and not drawing.alone:
                self._start_alone(drawing)
                return TaskReport(TaskState.RUNNING)
        if isinstance(error, BrokenProcessPool):
            return TaskReport(TaskState.FAILED, "the process that drew it died twice")
        if error is not None:
            return TaskReport(TaskState.FAILED, str(error) or type(error).__name__)
        return TaskReport(TaskState.DONE, progress=1.0)

    def fetch(self, task: str, path: Path) -> None:
        """Move a finished drawing to a path that does not exist yet."""
        with self._lock:
            drawing = self._drawing(task)
        try:
            shutil.move(drawing.path, path)
        except OSError as exc:
            raise ProviderError(f"the drawing could not be had: {exc}", task=task) from exc

    def tasks_since(self, model: str, since_s: float) -> tuple[ListedTask, ...] | None:
        """Nothing is listed: a drawing ends with its run."""
        return None

    def pause_s(self, elapsed_s: float, usual_s: float | None = None) -> float:
        """Look often: a look costs nothing here."""
        return 0.05

    def interrupt(self) -> None:
        """Nothing waits for anybody else here."""

    def close(self) -> None:
        """Let go of the workers and of drawings nobody fetched; waits for those half done."""
        with self._lock:
            pools = [*self._lone_pools, *([self._pool] if self._pool else [])]
            self._pool, self._lone_pools = None, []
        for pool in pools:
            pool.shutdown(wait=True, cancel_futures=True)
        with self._lock:
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _drawing(self, task: str) -> _Drawing:
        if task not in self._drawings:
            raise ProviderError(f'the animatic knows no task "{task}"', task=task)
        return self._drawings[task]

    def _started(self, request: Request, path: Path) -> Future[None]:
        try:
            self._pool = self._pool or worker_pool(self.in_flight)
            return self._pool.submit(draw_clip, request, path)
        except BrokenProcessPool:
            # A worker died under another drawing, and nobody has looked at that one yet.
            self._pool = worker_pool(self.in_flight)
            return self._pool.submit(draw_clip, request, path)

    def _start_alone(self, drawing: _Drawing) -> None:
        """Draw again in a worker of its own, so that what kills a worker kills no neighbour."""
        pool = worker_pool(1)
        drawing.promise = pool.submit(draw_clip, drawing.request, drawing.path)
        drawing.alone = True
        self._lone_pools.append(pool)


def draw_clip(request: Request, path: Path) -> None:
    """Draw and write one clip; what a worker process does."""
    words = {name: str(value) for name, value in request.options.items()}
    labels = None
    if request.options.get("labels"):
        labels = Labels(
            words.get("scene", ""), _prompt(request, words), request.camera, _seed(words)
        )
    frames = draw.animatic_frames(
        _picture(request.first, request.canvas) if request.first else _card(request, words),
        request.camera,
        request.frames,
        labels,
        request.rate,
        _picture(request.last, request.canvas) if request.last else None,
    )
    write_clip(frames, path, size=request.canvas, rate=request.rate)


def _card(request: Request, words: dict[str, str]) -> draw.Card:
    return draw.design_card(
        request.canvas,
        title=words.get("title") or words.get("scene", ""),
        prompt=_prompt(request, words),
        look=words.get("look", ""),
        cast=[words["cast"]] if words.get("cast") else [],
        colour_seed=_seed(words),
    )


def _prompt(request: Request, words: dict[str, str]) -> str:
    """The author's words: the request's own prompt has the look and camera words in it as well."""
    return words.get("prompt") or request.prompt


def _seed(words: dict[str, str]) -> str:
    return words.get("scene_colour_seed") or words.get("scene", "")


def _picture(path: Path, canvas: Size) -> Plane:
    return rgb_still_to_film(open_still(path), canvas)
