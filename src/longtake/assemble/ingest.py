"""Ingest: while clips are still waited for, render the pieces that no coming take can change.

    clip 1   wait ......|landed
    clip 2              |wait ................|landed
    workers             |pieces of clip 1|    |pieces of clip 2|  ...

A piece is decided when it stands in the film however the clips that lack turn out. To find out, the
film is cut several times with other lengths for these clips: what stands in every one of them is made.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, ParamSpec, TypeVar

from longtake.assemble.beds import place_beds
from longtake.assemble.endscans import TakeEnds, ensure_measured
from longtake.assemble.film import Cutting, Workshop, cut_film
from longtake.assemble.listened import listener
from longtake.assemble.material import FileMaterial, Material
from longtake.assemble.pieces import Piece
from longtake.assemble.render import RenderUnit
from longtake.assemble.seams import take_ends
from longtake.assemble.shifts import Shift, Watch
from longtake.assemble.voices import place_voices
from longtake.assemble.work import plan_units, render_shift, seen_by
from longtake.cues import CueSheet
from longtake.media.workers import cores, stop_workers, worker_pool
from longtake.timeline import Join, Seam, Timeline, overlap
from longtake.vault.take import Take

P = ParamSpec("P")
T = TypeVar("T")

# What is needed at once (the next clip's handoff above all) gets fifteen times a worker's share.
NICE = 12
# Clips that lack are tried with lengths that differ by up to so many frames, without any order.
_UNEVEN = 7


@dataclass(frozen=True)
class ComingFilm:
    """A film of which some takes are still to come; `shown` are those that are here, and all else."""

    timeline: Timeline
    shown: Mapping[str, Take | Material]
    workshop: Workshop
    cues: CueSheet

    @property
    def scans(self) -> Path:
        """The folder of what is measured at the ends of takes, for a look at their seams."""
        return self.workshop.folder / "scans"

    @property
    def lacking(self) -> tuple[str, ...]:
        """Name the clips that are still to come, in film order."""
        return tuple(clip.id for clip in self.timeline.clips if clip.id not in self.shown)


def decided_pieces(coming: ComingFilm) -> tuple[Cutting, tuple[Piece, ...]]:
    """Give the film as it stands, and those of its pieces that no coming take can change.

    Raises AssemblyError where the takes that are here do not fit the joins around them.
    """
    turnouts = _turnouts(coming)
    taken = any(isinstance(there, Take) for there in coming.shown.values())
    # What is rendered must stand beside copied frames: the first take tells how.
    unsettled = coming.workshop.copies and coming.lacking and not taken
    films = [
        cut_film(
            timeline, {**coming.shown, **_blanks(coming, number)}, coming.workshop, coming.cues, ""
        )
        for number, timeline in enumerate(turnouts[:1] if unsettled else turnouts)
    ]
    if unsettled:
        return films[0], ()
    sure = frozenset.intersection(*(frozenset(p.key for p in film.pieces) for film in films))
    return films[0], tuple(piece for piece in films[0].pieces if piece.key in sure)


def decided_units(coming: ComingFilm, leave: frozenset[str]) -> tuple[RenderUnit, ...]:
    """Gather what can be rendered now: decided, not on the shelf, and no key of `leave`."""
    cutting, pieces = decided_pieces(coming)
    wanted = tuple(piece for piece in pieces if piece.key not in leave)
    return plan_units(
        cutting.timeline,
        wanted,
        cutting.materials,
        cutting.film,
        cutting.settings,
        coming.workshop.shelf,
    )


def seam_ends(coming: ComingFilm, clip: str) -> tuple[TakeEnds, ...]:
    """Give the ends of a take that a look at the film's seams will measure; nothing between cuts."""
    joins = (None, *coming.timeline.joins, None)
    index = next(n for n, each in enumerate(coming.timeline.clips) if each.id == clip)
    take = coming.shown[clip]
    beside = any(isinstance(join, Seam) for join in joins[index : index + 2])
    return (take_ends(clip, take),) if beside and isinstance(take, Take) else ()


def listen_shift(coming: ComingFilm) -> Shift:
    """Listen in this process to music and voices, whose levels need no take; what is heard is kept."""
    began, listen = time.monotonic(), listener(coming.workshop.sounds)
    place_beds(coming.timeline, coming.cues, listen)
    place_voices(coming.timeline, coming.cues, listen)
    return Shift("measure", began, time.monotonic(), os.getpid())


def measure_shift(ends: TakeEnds, folder: Path) -> Shift:
    """Measure the ends of a take in this process."""
    began = time.monotonic()
    ensure_measured(ends, folder)
    return Shift("measure", began, time.monotonic(), os.getpid(), ends.clip)


def keys_of(unit: RenderUnit) -> frozenset[str]:
    """List the pieces that a unit makes."""
    return frozenset(piece.key for piece in unit.pieces)


def _blanks(coming: ComingFilm, number: int) -> dict[str, FileMaterial]:
    # Another file each time: no piece of a clip that lacks stands in two of the films.
    return {clip: FileMaterial(Path(clip), f"take {number} of {clip}") for clip in coming.lacking}


def _turnouts(coming: ComingFilm) -> list[Timeline]:
    """Give the timelines that the clips that lack might lead to: as planned, and shorter.

    They end where they please, and so all behind them moves. What a film cuts (fades, drawn windows)
    stands at a distance from one of its ends, or from a clip: it may come to lie anywhere between where
    the longest and the shortest clips put it. The extremes rule out all pieces it would touch, but for
    those it only just misses; these fall to the shortest clips with one frame more in front or behind.
    A short window that belongs to no clip may pass over a piece between the extremes: half way, it shows.
    """
    lacking = coming.lacking
    if not lacking:
        return [coming.timeline]
    first, last = {lacking[0]: 1}, {lacking[-1]: 1}
    uneven = {clip: index * 5 % _UNEVEN + 1 for index, clip in enumerate(lacking)}
    halfway = {clip.id: clip.frames // 2 for clip in coming.timeline.clips}
    longer: list[dict[str, int]] = [{}, first, last, uneven, halfway]
    return [coming.timeline, *(_shortest(coming, frames) for frames in longer)]


def _shortest(coming: ComingFilm, longer: Mapping[str, int]) -> Timeline:
    """Leave the clips that lack no more than their joins need, and so many frames of their own."""
    timeline = coming.timeline
    joins = (None, *timeline.joins, None)
    clips = list(timeline.clips)
    for index, clip in enumerate(clips):
        if clip.id not in coming.shown:
            least = _needed(joins[index]) + _needed(joins[index + 1]) + 1
            # The first frame behind a seam is that of the clip before, which ends one earlier.
            least += isinstance(joins[index + 1], Seam)
            end = min(clip.end, clip.start + least + longer.get(clip.id, 0))
            clips[index] = replace(clip, end=end, tail=0)
    return replace(timeline, clips=tuple(clips))


def _needed(join: Join | None) -> int:
    return overlap(join) if join else 0


class Ingest:
    """Renders what is decided of a film while its takes land, in workers that stand back for all else.

    Left as a context, it finishes what is being rendered; left by an error, it drops that. No failure
    in here is one of the run: assembly makes what lacks, and tells what cannot be made. `watch` hears
    of each shift of a worker, in another thread than the caller's.
    """

    def __init__(self, coming: ComingFilm, watch: Watch) -> None:
        self._coming = coming
        self._watch = watch
        # One core is left to what the next clip waits for.
        count = coming.workshop.workers or max(1, cores() - 1)
        self._pool = worker_pool(count, NICE)
        # Takes as they land, "free" when a worker has finished something, None when no more will land.
        self._told: SimpleQueue[tuple[str, Take] | str | None] = SimpleQueue()
        self._later: deque[TakeEnds] = deque()
        self._asked: frozenset[str] = frozenset()
        self._asked_for: set[Future[Any]] = set()
        self._going: set[Future[Shift]] = set()
        self._over = False
        # Held while a worker may be started: who stops them all must not miss one.
        self._hiring = Lock()
        self._thread = Thread(target=self._serve, name="longtake-ingest")

    def __enter__(self) -> Ingest:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._drop()
        self._call_off()
        try:
            self._thread.join()
        except BaseException:
            self._drop()
            self._thread.join()
            raise

    def _call_off(self) -> None:
        """Take back what is not begun: assembly does it, by all processors and at once."""
        with self._hiring:
            self._over = True
            for future in tuple(self._asked_for):
                future.cancel()
        self._told.put(None)

    def _drop(self) -> None:
        with self._hiring:
            stop_workers(self._pool)

    def land(self, clip: str, take: Take) -> None:
        """Hear that a take has landed; returns at once."""
        self._told.put((clip, take))

    def _serve(self) -> None:
        """Render until all takes are here; the thread that starts workers lives as long as they do.

        Linux ends a worker when the thread that started it ends.
        """
        try:
            self._render_while_waiting()
        except Exception:  # noqa: BLE001 # assembly tries again, and tells what cannot be done
            self._pool.shutdown()

    def _render_while_waiting(self) -> None:
        coming = self._coming
        self._begin(listen_shift, coming)
        while True:
            units = self._hired(decided_units, coming, self._asked).result()
            for unit in units:
                self._asked |= keys_of(unit)
                self._begin(render_shift, unit, "ingest", seen_by(unit))
            landed, last = self._next_landed()
            if last:
                self._pool.shutdown()
                return
            coming = replace(coming, shown={**coming.shown, **landed})
            self._later += (ends for clip in landed for ends in seam_ends(coming, clip))

    def _next_landed(self) -> tuple[dict[str, Take], bool]:
        """Wait for a take, and give all that have landed; and whether no more will come.

        While there is nothing better to do, the ends of takes are measured.
        """
        landed: dict[str, Take] = {}
        while True:
            told = self._told.get()
            if told is None:
                return landed, True
            if isinstance(told, tuple):
                landed[told[0]] = told[1]
            if landed and self._told.empty():
                return landed, False
            if self._later and not landed and not self._going:
                self._begin(measure_shift, self._later.popleft(), self._coming.scans)

    def _hired(self, work: Callable[P, T], *args: P.args, **how: P.kwargs) -> Future[T]:
        with self._hiring:
            if self._over:
                raise CancelledError
            future = self._pool.submit(work, *args, **how)
        self._asked_for.add(future)
        future.add_done_callback(self._asked_for.discard)
        return future

    def _begin(self, work: Callable[P, Shift], *args: P.args, **how: P.kwargs) -> None:
        future = self._hired(work, *args, **how)
        self._going.add(future)
        future.add_done_callback(self._end)

    def _end(self, future: Future[Shift]) -> None:
        self._going.discard(future)
        self._told.put("free")
        if not future.cancelled() and future.exception() is None:
            self._watch(future.result())
