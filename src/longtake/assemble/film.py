"""Timeline and takes become one MP4: pieces are rendered, kept, and joined without re-encoding."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from longtake.assemble.conform import conform, materials_of
from longtake.assemble.material import Material
from longtake.assemble.pieces import Piece, Span, plan_pieces, spans
from longtake.assemble.shelf import Shelf
from longtake.assemble.shifts import Watch, timed, unwatched
from longtake.assemble.sound import ensure_sound, sound_key
from longtake.assemble.work import Progress, plan_units, render_units
from longtake.cues import CueSheet
from longtake.errors import AssemblyError, MediaError
from longtake.files import read_json, write_json, written_aside
from longtake.media.encode import EncodedRun, EncoderSettings, encoder_build
from longtake.media.mux import Chapter, write_film
from longtake.media.normalise import FilmFormat
from longtake.media.verify import Expected, verify_film
from longtake.timeline import Timeline
from longtake.units import Fit
from longtake.vault.take import Take


@dataclass(frozen=True)
class Film:
    """The assembled MP4 and the timeline that explains each of its frames.

    `made` is false where the file already was what it should be; `rendered` counts the frames that
    had to be rendered for it, of `timeline.frames` in all.
    """

    path: Path
    timeline: Timeline
    spans: tuple[Span, ...]
    made: bool
    rendered: int


@dataclass(frozen=True)
class Workshop:
    """Where and how a film is assembled: the folder of kept pieces, the quality, worker processes.

    `quality` is draft, normal or final; `workers` None means one for each core.
    """

    folder: Path
    quality: str = "normal"
    fit: Fit = "auto"
    workers: int | None = None

    @property
    def shelf(self) -> Shelf:
        return Shelf(self.folder / "pieces")

    @property
    def sounds(self) -> Path:
        """The folder of sound tracks, and of what was measured for them."""
        return self.folder / "sound"

    def record(self, path: Path) -> Path:
        """Name the file that tells what the film at `path` was made of."""
        name = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:24]
        return self.folder / "films" / f"{name}.json"


@dataclass(frozen=True)
class Cutting:
    """Everything decided about a film before a frame of it is touched."""

    timeline: Timeline
    materials: Mapping[str, Material]
    cues: CueSheet
    film: FilmFormat
    settings: EncoderSettings
    pieces: tuple[Piece, ...]
    sound: str
    chapters: tuple[Chapter, ...]
    title: str

    @property
    def key(self) -> str:
        keys = [piece.key for piece in self.pieces]
        content = [keys, self.sound, [vars(c) for c in self.chapters], self.title]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def assemble_film(
    timeline: Timeline,
    takes: Mapping[str, Take | Material],
    path: Path,
    *,
    workshop: Workshop,
    cues: CueSheet | None = None,
    title: str = "",
    progress: Progress = lambda frames: None,
    watch: Watch = unwatched,
) -> Film:
    """Conform the timeline to its takes and write one MP4.

    Pieces that exist are used again; what is missing is rendered in worker processes, `progress`
    hearing the count of frames as they are done, first of those that were kept; `watch` hears who
    worked on what. A film that already is what it should be is left alone. Raises AssemblyError or
    MediaError; the file at `path` is then as it was before.
    """
    cutting = cut_film(timeline, takes, workshop, cues or CueSheet(), title)
    told = spans(cutting.pieces)
    record = workshop.record(path)
    if _is_up_to_date(path, record, cutting.key):
        return Film(path, cutting.timeline, told, made=False, rendered=0)
    rendered = _make(cutting, workshop, path, progress, watch)
    stat = path.stat()
    write_json(record, {"key": cutting.key, "bytes": stat.st_size, "mtime_ns": stat.st_mtime_ns})
    return Film(path, cutting.timeline, told, made=True, rendered=rendered)


def is_assembled(
    timeline: Timeline,
    takes: Mapping[str, Take | Material],
    path: Path,
    *,
    workshop: Workshop,
    cues: CueSheet | None = None,
    title: str = "",
) -> tuple[bool, tuple[Span, ...], int]:
    """Look without touching: is the film what it should be, how is it made, how many frames lack?"""
    cutting = cut_film(timeline, takes, workshop, cues or CueSheet(), title)
    record = workshop.record(path)
    missing = _missing_keys(cutting, workshop.shelf)
    frames = sum(piece.frames for piece in cutting.pieces if piece.key in missing)
    return _is_up_to_date(path, record, cutting.key), spans(cutting.pieces, missing), frames


def cut_film(
    timeline: Timeline,
    takes: Mapping[str, Take | Material],
    workshop: Workshop,
    cues: CueSheet,
    title: str,
) -> Cutting:
    """Decide all about a film: conform it to its takes, cut it into pieces, name its sound."""
    conformed = conform(timeline, takes)
    materials = materials_of(takes, timeline.rate)
    film = FilmFormat(conformed.size, conformed.rate, workshop.fit, conformed.background)
    settings = EncoderSettings.for_quality(workshop.quality, conformed.rate)
    return Cutting(
        conformed,
        materials,
        cues,
        film,
        settings,
        plan_pieces(conformed, materials, film, settings, encoder_build()),
        sound_key(conformed, materials, cues),
        film_chapters(conformed, cues),
        title,
    )


def film_chapters(timeline: Timeline, cues: CueSheet) -> tuple[Chapter, ...]:
    """Give the film's chapters: one a scene, each up to the start of the next."""
    titles = dict(cues.chapters)
    starts = [(start, scene) for scene, start in timeline.scene_starts().items()]
    ends = [start for start, _ in starts[1:]] + [timeline.frames]
    return tuple(
        Chapter(titles.get(scene, scene), start, end)
        for (start, scene), end in zip(starts, ends, strict=True)
    )


def _make(
    cutting: Cutting, workshop: Workshop, path: Path, progress: Progress, watch: Watch
) -> int:
    """Render what is missing and join all; a kept file that turns out damaged is made anew, once."""
    shelf = workshop.shelf
    missing = _missing_keys(cutting, shelf)
    rendered = _render(cutting, workshop, progress, watch)
    with timed(watch, "sound"):
        sound = _sound(cutting, workshop)
    try:
        with timed(watch, "join"):
            _join(cutting, shelf, sound, path, missing)
    except (AssemblyError, MediaError):
        if sound:
            sound.unlink(missing_ok=True)
        shelf.drop_damaged({piece.key: piece.frames for piece in cutting.pieces})
        # These frames were told of already.
        rendered += _render(cutting, workshop, lambda frames: None, watch)
        everything = frozenset(piece.key for piece in cutting.pieces)
        _join(cutting, shelf, _sound(cutting, workshop), path, everything)
    return rendered


def _render(cutting: Cutting, workshop: Workshop, progress: Progress, watch: Watch) -> int:
    units = plan_units(
        cutting.timeline,
        cutting.pieces,
        cutting.materials,
        cutting.film,
        cutting.settings,
        workshop.shelf,
    )
    lacking = sum(unit.frames for unit in units)
    progress(cutting.timeline.frames - lacking)
    render_units(units, progress, workshop.workers, watch)
    return lacking


def _sound(cutting: Cutting, workshop: Workshop) -> Path | None:
    return ensure_sound(
        cutting.timeline, cutting.materials, cutting.cues, workshop.sounds, cutting.sound
    )


def _join(
    cutting: Cutting, shelf: Shelf, sound: Path | None, path: Path, missing: frozenset[str]
) -> None:
    timeline = cutting.timeline
    ends = tuple(accumulate(piece.frames for piece in cutting.pieces))
    starts = (0, *ends[:-1])

    def runs() -> Iterator[EncodedRun]:
        for piece in cutting.pieces:
            yield shelf.get(piece.key, piece.frames)

    fresh = {at for piece, at in zip(cutting.pieces, starts, strict=True) if piece.key in missing}
    with written_aside(path) as part:
        write_film(
            part,
            runs(),
            size=timeline.size,
            rate=timeline.rate,
            settings=cutting.settings,
            delay=max(shelf.delay(piece.key) for piece in cutting.pieces),
            sound=sound,
            chapters=cutting.chapters,
            title=cutting.title,
        )
        verify_film(
            part,
            Expected(timeline.frames, timeline.rate, starts, frozenset(fresh), sound is not None),
        )


def _missing_keys(cutting: Cutting, shelf: Shelf) -> frozenset[str]:
    return frozenset(piece.key for piece in cutting.pieces if not shelf.has(piece.key))


def _is_up_to_date(path: Path, record: Path, key: str) -> bool:
    known = read_json(record)
    if not isinstance(known, dict) or known.get("key") != key or not path.is_file():
        return False
    stat = path.stat()
    return (stat.st_size, stat.st_mtime_ns) == (known.get("bytes"), known.get("mtime_ns"))
