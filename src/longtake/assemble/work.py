"""Make the pieces a film lacks, in worker processes, and survive the death of any of them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from longtake.assemble.material import FileMaterial, Materials
from longtake.assemble.pieces import BodyPiece, CopyPiece, Piece, TransitionPiece
from longtake.assemble.render import RenderUnit, Shown, render_unit
from longtake.assemble.shelf import Shelf
from longtake.assemble.shifts import Shift, Watch, unwatched
from longtake.errors import AssemblyError, MediaError
from longtake.media.encode import EncoderSettings
from longtake.media.ffmpeg import run_ffmpeg
from longtake.media.normalise import FilmFormat
from longtake.media.probe import Seen, demuxer_of, recall, seen_of
from longtake.media.workers import cores, stop_workers, worker_pool
from longtake.timeline import Timeline

# More frames than these between two pieces are not decoded for nothing.
_FAR = 48
# Pieces of more frames than these behind a transition get a worker's turn of their own: to decode its
# frames twice costs less than a worker that stands idle.
_SHORT = 48

# One more worker costs half a second of CPU to start, as much as it takes to render so many pixels.
_WORTH_A_WORKER = 40_000_000

# Pieces of one clip that are decoded together, and the transition behind them.
_Group = tuple[tuple[BodyPiece, ...], TransitionPiece | None]

# Called with the count of frames made since the last call.
Progress = Callable[[int], None]


def plan_units(
    timeline: Timeline,
    pieces: tuple[Piece, ...],
    materials: Materials,
    film: FilmFormat,
    settings: EncoderSettings,
    shelf: Shelf,
) -> tuple[RenderUnit, ...]:
    """Gather the pieces that are not on the shelf by the frames they are decoded from, in film order."""
    shown = {c.id: Shown(c.id, materials[c.id], c.start, c.end, c.focus) for c in timeline.laid}
    bodies: dict[str, list[BodyPiece]] = {clip: [] for clip in shown}
    transitions: dict[str, TransitionPiece] = {}
    wanted: set[str] = set()
    for piece in pieces:
        # The same clip may stand in a film twice: its piece is made once.
        if isinstance(piece, CopyPiece) or piece.key in wanted or shelf.has(piece.key):
            continue
        wanted.add(piece.key)
        if isinstance(piece, BodyPiece):
            bodies[piece.clip].append(piece)
        else:
            transitions[piece.before] = piece
    groups = {clip: [*_neighbours(bodies[clip], transitions.get(clip))] for clip in shown}
    units = []
    for clip, owner in shown.items():
        for near, join in groups[clip]:
            after = shown[join.after] if join else None
            onward = _taken_on(join, groups[join.after]) if join else ()
            units.append(RenderUnit(owner, near, join, after, film, settings, shelf, onward))
    return tuple(units)


def _taken_on(join: TransitionPiece, groups: list[_Group]) -> tuple[BodyPiece, ...]:
    """Take from the groups of the clip behind a transition those pieces that it runs on into."""
    near, following = groups[0] if groups else ((), None)
    frames = sum(body.frames for body in near)
    adjoins = near and near[0].start == join.of_after.stop
    if not adjoins or following or frames > _SHORT:
        return ()
    del groups[0]
    return near


def _neighbours(bodies: list[BodyPiece], join: TransitionPiece | None) -> Iterator[_Group]:
    """Gather pieces that are worth one decode: what lies far apart is sought for, not decoded up to."""
    group: list[BodyPiece] = []
    for body in bodies:
        if group and body.start - group[-1].end > _FAR:
            yield tuple(group), None
            group = []
        group.append(body)
    if group and join and join.before_start - group[-1].end > _FAR:
        yield tuple(group), None
        group = []
    if group or join:
        yield tuple(group), join


def hands(units: tuple[RenderUnit, ...]) -> int:
    """Give the number of workers that earn what they cost: one for each core, fewer for little work."""
    pixels = sum(unit.frames * unit.film.size.width * unit.film.size.height for unit in units)
    return max(1, min(cores(), pixels // _WORTH_A_WORKER))


def render_shift(unit: RenderUnit, what: str, seen: tuple[Seen, ...] = ()) -> Shift:
    """Render a unit in this process, and say who did it and when.

    `seen` is what the process that asks knows of the unit's files: they are not looked at again.
    """
    began = time.monotonic()
    recall(seen)
    frames = render_unit(unit)
    return Shift(what, began, time.monotonic(), os.getpid(), unit.shown.clip, frames)


def seen_by(unit: RenderUnit) -> tuple[Seen, ...]:
    """Gather what is to be seen of a unit's files at their opening; a damaged one tells the worker itself."""
    found = []
    for shown in (unit.shown, unit.after) if unit.after else (unit.shown,):
        if isinstance(shown.material, FileMaterial):
            with suppress(MediaError):
                found.append(seen_of(shown.material.path))
    return tuple(found)


def render_units(
    units: tuple[RenderUnit, ...],
    progress: Progress,
    workers: int | None = None,
    watch: Watch = unwatched,
) -> None:
    """Render all units beside each other; memory holds one clip's open group a worker, at
    a transition those of two.

    A worker that dies takes only its unit's turn: each unfinished unit is tried again alone, then
    once more on a copy decoded by a separate ffmpeg, and only then it is an error.
    """
    if not units:
        return

    def done(shift: Shift) -> None:
        watch(shift)
        progress(shift.frames)

    for unit in _in_pool(units, done, min(workers or hands(units), len(units))):
        if _in_pool((unit,), done, 1):
            _on_a_copy(unit, done)


def _in_pool(units: tuple[RenderUnit, ...], done: Watch, count: int) -> tuple[RenderUnit, ...]:
    """Render units in a pool; returns those that were lost to a dead worker."""
    lost: list[RenderUnit] = []
    pool = worker_pool(count)
    try:
        futures: Mapping[Future[Shift], RenderUnit] = {
            pool.submit(render_shift, unit, "render", seen_by(unit)): unit for unit in units
        }
        for future in as_completed(futures):
            try:
                done(future.result())
            except BrokenProcessPool:
                lost.append(futures[future])
    except BaseException:
        # Nobody wants the pieces in the making any more: they are swept and made anew.
        stop_workers(pool)
        raise
    pool.shutdown()
    return tuple(lost)


def _on_a_copy(unit: RenderUnit, done: Watch) -> None:
    copies: list[Path] = []

    def sound_copy(shown: Shown) -> Shown:
        if not isinstance(shown.material, FileMaterial):
            return shown
        copy = unit.shelf.folder / f"{shown.material.sha256[:16]}.part-copy.mp4"
        copies.append(copy)
        # Nothing was put on the shelf yet where the first worker died.
        copy.parent.mkdir(parents=True, exist_ok=True)
        source = ("-f", demuxer_of(shown.material.path), "-i", f"file:{shown.material.path}")
        lossless = ("-c:v", "libx264", "-qp", "0", "-preset", "ultrafast", "-an", "-y")
        run_ffmpeg([*source, *lossless, f"file:{copy}"], timeout_s=600)
        return replace(shown, material=replace(shown.material, path=copy))

    try:
        after = sound_copy(unit.after) if unit.after else None
        again = replace(unit, shown=sound_copy(unit.shown), after=after)
        if _in_pool((again,), done, 1):
            raise AssemblyError(
                f"rendering {unit.shown.clip} killed its process three times",
                hint="the file may be damaged; look at it with `ffmpeg -v error -i FILE -f null -`",
            )
    finally:
        for copy in copies:
            copy.unlink(missing_ok=True)
