"""Timeline and takes become one MP4: pieces are rendered, kept, and joined without re-encoding."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from longtake.assemble.captions import Caption, film_captions, soft_captions
from longtake.assemble.conform import conform, materials_of
from longtake.assemble.copying import Copying, copied_joints, plan_copying
from longtake.assemble.mastering import noted_loudness
from longtake.assemble.material import Material
from longtake.assemble.notebook import Notebook
from longtake.assemble.overlays import film_overlays
from longtake.assemble.pieces import Copies, CopyPiece, Piece, Span, plan_pieces, spans
from longtake.assemble.shelf import Shelf
from longtake.assemble.shifts import Watch, timed, unwatched
from longtake.assemble.sound import ensure_sound, sound_key
from longtake.assemble.stock import Stock
from longtake.assemble.suspects import CopyRefused, copied_at, less_copied
from longtake.assemble.work import Progress, plan_units, render_units
from longtake.cues import CueSheet
from longtake.errors import AssemblyError, MediaError
from longtake.files import read_json, write_json, written_aside
from longtake.media.audio import Loudness
from longtake.media.encode import EncoderSettings, encoder_build
from longtake.media.mux import CaptionTrack, Chapter, write_film
from longtake.media.normalise import FilmFormat
from longtake.media.verify import BrokenJoint, Expected, verify_film
from longtake.subtitles import three_letters
from longtake.timeline import Timeline
from longtake.units import Fit
from longtake.vault.take import Take


@dataclass(frozen=True)
class Film:
    """The assembled MP4 and the timeline that explains each of its frames.

    `made` is false where the file already was what it should be; `rendered` counts the frames that
    had to be rendered for it, of `timeline.frames` in all. `loudness` is that of its sound, where it
    has any.
    """

    path: Path
    timeline: Timeline
    spans: tuple[Span, ...]
    made: bool
    rendered: int
    loudness: Loudness | None = None


@dataclass(frozen=True)
class Workshop:
    """Where and how a film is assembled: the folder of kept pieces, the quality, worker processes.

    `quality` is draft, normal or final; `workers` None means one for each core; `copies` lets frames
    that nothing is done to pass from their clips into the film as they are.
    """

    folder: Path
    quality: str = "normal"
    fit: Fit = "auto"
    workers: int | None = None
    copies: bool = True

    @property
    def shelf(self) -> Shelf:
        return Shelf(self.folder / "pieces")

    @property
    def sounds(self) -> Path:
        """The folder of sound tracks, and of what was measured for them."""
        return self.folder / "sound"

    def notebook(self, *, keep: bool = True) -> Notebook:
        """Open what was found out about clips; `keep` false writes nothing down."""
        return Notebook(self.folder / "coded", keep)

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
    copying: Copying
    pieces: tuple[Piece, ...]
    sound: str
    chapters: tuple[Chapter, ...]
    title: str
    captions: CaptionTrack | None

    @property
    def settings(self) -> EncoderSettings:
        return self.copying.settings

    @property
    def key(self) -> str:
        keys = [piece.key for piece in self.pieces]
        sets = self.copying.avcc.hex()
        chapters = [vars(chapter) for chapter in self.chapters]
        content: list[Any] = [keys, sets, self.sound, chapters, self.title]
        if self.captions:
            content.append(vars(self.captions))
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
    cues = cues or CueSheet()
    try:
        return _assemble(timeline, takes, path, workshop, cues, title, progress, watch)
    except CopyRefused as error:
        refused = error

    def again() -> Film:
        # These frames were told of already.
        return _assemble(timeline, takes, path, workshop, cues, title, lambda frames: None, watch)

    while True:
        film = less_copied(refused, workshop.notebook(), again)
        if film:
            return film
        try:
            return again()
        except CopyRefused as error:
            refused = error


def _assemble(
    timeline: Timeline,
    takes: Mapping[str, Take | Material],
    path: Path,
    workshop: Workshop,
    cues: CueSheet,
    title: str,
    progress: Progress,
    watch: Watch,
) -> Film:
    """Write the film once; raises CopyRefused where clips that are copied stand in its way."""
    cutting = cut_film(timeline, takes, workshop, cues, title)
    told = spans(cutting.pieces)
    record = workshop.record(path)
    if _is_up_to_date(path, record, cutting.key):
        return Film(path, cutting.timeline, told, False, 0, _loudness(cutting, workshop))
    rendered = _make(cutting, workshop, path, progress, watch)
    stat = path.stat()
    joints = [name for _, name in copied_joints(cutting.pieces)]
    seen = {"key": cutting.key, "bytes": stat.st_size, "mtime_ns": stat.st_mtime_ns}
    write_json(record, seen | {"joints": joints})
    return Film(path, cutting.timeline, told, True, rendered, _loudness(cutting, workshop))


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
    cutting = cut_film(timeline, takes, workshop, cues or CueSheet(), title, keep=False)
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
    *,
    keep: bool = True,
) -> Cutting:
    """Decide all about a film: conform it to its takes, cut it into pieces, name its sound.

    `keep` false writes down nothing of what is found out about clips.
    """
    conformed = conform(timeline, takes)
    materials = materials_of(takes, timeline.rate)
    film = FilmFormat(conformed.size, conformed.rate, workshop.fit, conformed.background)
    settings = EncoderSettings.for_quality(workshop.quality, conformed.rate)

    captions = film_captions(conformed, cues)
    overlays = film_overlays(conformed, cues, captions)

    def cut(settings: EncoderSettings, copies: Copies | None) -> tuple[Piece, ...]:
        build = encoder_build()
        return plan_pieces(conformed, materials, film, settings, build, overlays, copies=copies)

    if workshop.copies:
        notes = workshop.notebook(keep=keep)
        copying = plan_copying(materials, film, settings, cut, notes)
    else:
        copying = Copying(settings)
    return Cutting(
        conformed,
        materials,
        cues,
        film,
        copying,
        cut(copying.settings, copying if workshop.copies else None),
        sound_key(conformed, materials, cues),
        film_chapters(conformed, cues),
        title,
        caption_track(captions, cues),
    )


def caption_track(captions: tuple[Caption, ...], cues: CueSheet) -> CaptionTrack | None:
    """Give the captions that players may show or hide; None where there are none."""
    soft = soft_captions(captions)
    language = three_letters(cues.captions.language)
    return CaptionTrack(tuple((c.start, c.end, c.text) for c in soft), language) if soft else None


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
            _join(cutting, workshop, sound, path, missing)
    except (AssemblyError, MediaError):
        if sound:
            sound.unlink(missing_ok=True)
        kept = [piece for piece in cutting.pieces if not isinstance(piece, CopyPiece)]
        shelf.drop_damaged({piece.key: piece.frames for piece in kept})
        # These frames were told of already.
        rendered += _render(cutting, workshop, lambda frames: None, watch)
        everything = frozenset(piece.key for piece in cutting.pieces)
        try:
            _join(cutting, workshop, _sound(cutting, workshop), path, everything)
        except (AssemblyError, MediaError) as error:
            frame = error.frame if isinstance(error, BrokenJoint) else None
            copied = copied_at(cutting.pieces, cutting.materials, frame)
            if copied:
                raise CopyRefused(error.message, copied) from error
            raise
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


def _loudness(cutting: Cutting, workshop: Workshop) -> Loudness | None:
    return noted_loudness(workshop.sounds, cutting.sound)


def _join(
    cutting: Cutting, workshop: Workshop, sound: Path | None, path: Path, missing: frozenset[str]
) -> None:
    timeline = cutting.timeline
    stock = Stock(workshop.shelf, cutting.materials, cutting.copying, timeline.rate)
    ends = tuple(accumulate(piece.frames for piece in cutting.pieces))
    starts = (0, *ends[:-1])
    fresh = {at for piece, at in zip(cutting.pieces, starts, strict=True) if piece.key in missing}
    expected = Expected(
        timeline.frames,
        timeline.rate,
        starts,
        frozenset(fresh),
        sound is not None,
        _unseen_joints(cutting, workshop.record(path), fresh),
    )
    with written_aside(path) as part:
        write_film(
            part,
            map(stock.run, cutting.pieces),
            frames=timeline.frames,
            size=timeline.size,
            rate=timeline.rate,
            settings=cutting.settings,
            delay=max(map(stock.delay, cutting.pieces)),
            sound=sound,
            chapters=cutting.chapters,
            title=cutting.title,
            captions=cutting.captions,
        )
        verify_film(part, expected)


def _unseen_joints(cutting: Cutting, record: Path, fresh: set[int]) -> frozenset[int]:
    """Give the joints of copied runs that no film here was looked through at yet."""
    known = read_json(record)
    seen = known.get("joints", []) if isinstance(known, dict) else []
    joints = copied_joints(cutting.pieces)
    return frozenset(at for at, name in joints if name not in seen or at in fresh)


def _missing_keys(cutting: Cutting, shelf: Shelf) -> frozenset[str]:
    rendered = (piece for piece in cutting.pieces if not isinstance(piece, CopyPiece))
    return frozenset(piece.key for piece in rendered if not shelf.has(piece.key))


def _is_up_to_date(path: Path, record: Path, key: str) -> bool:
    known = read_json(record)
    if not isinstance(known, dict) or known.get("key") != key or not path.is_file():
        return False
    stat = path.stat()
    return (stat.st_size, stat.st_mtime_ns) == (known.get("bytes"), known.get("mtime_ns"))
