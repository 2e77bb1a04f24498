"""Look at the files a board names: the only place that touches them before a plan exists."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Generic, TypeVar

from longtake.cues import TimedText
from longtake.errors import Fault, LongtakeError
from longtake.files import read_json, sha256_of, write_json
from longtake.media.audio import RATE, samples_at, sound_seconds, voice_parts
from longtake.media.fontfile import font_names
from longtake.media.normalise import film_frames
from longtake.media.probe import open_regular, probe
from longtake.media.stills import check_still
from longtake.media.type import check_font, undrawable
from longtake.plan.captions import burned_texts, caption_files, caption_fonts
from longtake.plan.narration import narrated
from longtake.plan.survey import FontFacts, FootageFacts, SoundFacts, StillFacts, Survey
from longtake.storyboard.check import NamedScene, named_beds, named_scenes
from longtake.storyboard.diagnose import quoted
from longtake.storyboard.grammar import reference_in
from longtake.storyboard.model import Footage, Storyboard
from longtake.subtitles import MOST_BYTES, read_subtitles, readable
from longtake.units import FrameRate, Size

# Of what is remembered; a new one wherever a file would now be measured otherwise.
SCHEMA = 1

# Of signs that no font has, as many are named.
_SIGNS_TOLD = 12

Place = tuple[Any, ...]
Facts = TypeVar("Facts")
Row = list[int]


def survey_files(
    storyboard: Storyboard,
    *,
    owned: frozenset[str] = frozenset(),
    notes: Path | None = None,
    hosted: bool = False,
) -> Survey:
    """Open every file that a board names and write down what a plan needs of it.

    A missing, foreign or outlying file becomes a fault at the place that names it. `notes` is a file
    in which hashes and lengths are remembered while a file's size and time of change stay the same:
    decoding an hour of music to know how long it is must not happen at every look. `hosted` is passed
    on: whether the author's environment names a place for pictures.
    """
    memory = _Memory(notes)
    look = _Look(storyboard, memory)
    footage = _footage_kind(FrameRate.parse(storyboard.film.fps))
    scenes = named_scenes(storyboard)
    stills = look.at_all(_STILL, _stills(storyboard, scenes))
    films = look.at_all(footage, _footage(scenes))
    sounds = look.at_all(_SOUND, _music(storyboard, scenes))
    sounds |= look.at_all(_VOICE, _narration(storyboard, scenes))
    captions = look.each(_read_captions, caption_files(storyboard, scenes))
    fonts = look.at_all(_FONT, _fonts(storyboard, scenes))
    memory.keep()
    faults = tuple(look.faults)
    survey = Survey(stills, films, sounds, owned, faults, hosted, fonts, captions)
    return replace(survey, warnings=tuple(_boxes(storyboard, scenes, survey)))


def _read_captions(path: Path) -> tuple[TimedText, ...]:
    with open_regular(path) as file:
        # One byte more than there may be tells that there are too many.
        return read_subtitles(file.read(MOST_BYTES + 1), path.name)


def _boxes(
    storyboard: Storyboard, scenes: tuple[NamedScene, ...], survey: Survey
) -> Iterator[Fault]:
    """Warn of signs that no font has: drawn into the picture they would be boxes."""
    for place, text, font in burned_texts(storyboard, scenes, survey):
        if font is not None and font not in survey.fonts:
            continue
        missing = "".join(dict.fromkeys(undrawable(readable(text), str(font) if font else "")))
        if missing:
            shown = " ".join(missing[:_SIGNS_TOLD]) + (" ..." if len(missing) > _SIGNS_TOLD else "")
            many = "a sign of its captions" if len(missing) == 1 else "signs of its captions"
            yield storyboard.fault(
                place,
                f"no font here has {many}, drawn as boxes: {shown}",
                code="missing-signs",
                hint="name a font file that has them: `captions: {style: {font: FILE}}`",
            )


@dataclass(frozen=True)
class _Kind(Generic[Facts]):
    """What is measured of files of one kind, as whole numbers that can be written down, and read.

    `count` says how many; None for any odd number.
    """

    name: str
    count: int | None
    measure: Callable[[Path], Row]
    facts: Callable[[str, Row], Facts]


def _measure_still(path: Path) -> Row:
    size = check_still(path)
    return [size.width, size.height]


def _measure_sound(path: Path) -> Row:
    return [samples_at(sound_seconds(path))]


_STILL = _Kind("still", 2, _measure_still, lambda sha, row: StillFacts(sha, Size(*row)))
_SOUND = _Kind("sound", 1, _measure_sound, lambda sha, row: SoundFacts(sha, Fraction(row[0], RATE)))


def _measure_voice(path: Path) -> Row:
    length, heard = sound_seconds(path), voice_parts(path)
    return [samples_at(length), *(place for part in heard.parts for place in part)]


def _voice_facts(sha256: str, row: Row) -> SoundFacts:
    length, *places = (Fraction(place, RATE) for place in row)
    return SoundFacts(sha256, length, tuple(zip(places[::2], places[1::2], strict=True)))


_VOICE = _Kind("voice", None, _measure_voice, _voice_facts)


def _measure_font(path: Path) -> Row:
    check_font(path)
    font_names(str(path))
    return []


_FONT = _Kind("font", 0, _measure_font, lambda sha, row: FontFacts(sha))


def _footage_kind(rate: FrameRate) -> _Kind[FootageFacts]:
    def measure(path: Path) -> Row:
        facts = probe(path)
        size = facts.display_size
        return [film_frames(facts, rate), size.width, size.height, int(facts.has_sound)]

    def facts_of(sha256: str, row: Row) -> FootageFacts:
        frames, width, height, sound = row
        return FootageFacts(sha256, frames, Size(width, height), bool(sound))

    return _Kind(f"footage at {rate}", 4, measure, facts_of)


class _Memory:
    """What is known of files that have not changed, for all boards of a folder."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        document = read_json(path) if path else None
        self._files: dict[str, Any] = {}
        if isinstance(document, dict) and document.get("schema") == SCHEMA:
            files = document.get("files")
            self._files = files if isinstance(files, dict) else {}
        self._changed = False

    def look(self, path: Path, kind: _Kind[Facts]) -> Facts:
        """Give the facts of a file: as remembered, else measured; raises MediaError."""
        with open_regular(path):
            stat = path.stat()
        stamp = [stat.st_size, stat.st_mtime_ns, stat.st_ino]
        name = str(path.resolve())
        known = self._entry(name)
        if known is None or known.get("stamp") != stamp:
            known = {"stamp": stamp, "sha256": sha256_of(path)}
            self._files[name] = known
            self._changed = True
        row = _row(known.get(kind.name), kind.count)
        if row is None:
            row = known[kind.name] = kind.measure(path)
            self._changed = True
        return kind.facts(known["sha256"], row)

    def keep(self) -> None:
        """Write down what is known of the files that are still there; only where runs write at all."""
        if self._path is None or not self._changed or not self._path.parent.is_dir():
            return
        # To look at a board must work in a folder that may not be written.
        with contextlib.suppress(OSError):
            there = {name: entry for name, entry in self._files.items() if Path(name).exists()}
            write_json(self._path, {"schema": SCHEMA, "files": there})

    def _entry(self, name: str) -> dict[str, Any] | None:
        entry = self._files.get(name)
        if not isinstance(entry, dict) or not isinstance(entry.get("sha256"), str):
            return None
        return entry


def _row(written: Any, count: int | None) -> Row | None:
    """Read what was written down of a file; whatever is wrong is measured again."""
    if not isinstance(written, list) or any(type(n) is not int or n < 0 for n in written):
        return None
    right = len(written) % 2 if count is None else len(written) == count
    return written if right else None


class _Look:
    def __init__(self, storyboard: Storyboard, memory: _Memory) -> None:
        self.faults: list[Fault] = []
        self._storyboard = storyboard
        self._memory = memory

    def at_all(self, kind: _Kind[Facts], named: Iterator[tuple[Place, str]]) -> dict[Path, Facts]:
        """Measure all files of a kind, or remember what was measured."""
        return self.each(lambda path: self._memory.look(path, kind), named)

    def each(
        self, look: Callable[[Path], Facts], named: Iterator[tuple[Place, str]]
    ) -> dict[Path, Facts]:
        """Look at all files, at each once however often it is named."""
        found: dict[Path, Facts] = {}
        bad: dict[Path, LongtakeError] = {}
        for place, written in named:
            path = self._storyboard.path_of(place, written)
            if path in found or not self._is_there(place, written, path):
                continue
            try:
                if path in bad:
                    raise bad[path]
                found[path] = look(path)
            except LongtakeError as error:
                bad[path] = error
                self._fault(place, error.message, "bad-file", error.hint)
            except OSError as error:
                self._unreadable(place, written, error)
        return found

    def _is_there(self, place: Place, written: str, path: Path) -> bool:
        try:
            # Links are followed: what counts is where the file itself lies.
            real = path.resolve()
            if not any(real.is_relative_to(root) for root in self._storyboard.roots):
                hint = "copy it into the folder of the board or of the file it extends"
                message = f"{written} lies outside the board's folder"
                self._fault(place, message, "outside", hint)
                return False
            if path.exists():
                return True
        except (OSError, RuntimeError, ValueError) as error:
            self._unreadable(place, written, error)
            return False
        hint = f"looked in {path.parent.absolute()}"
        self._fault(place, f"there is no file {written}", "missing-file", hint)
        return False

    def _unreadable(self, place: Place, written: str, error: Exception) -> None:
        """Say what the machine says of a path: too long, links in a circle, not ours to read."""
        said = error.strerror if isinstance(error, OSError) else "its links lead in a circle"
        message = f"{quoted(written)} cannot be read: {(said or str(error)).lower()}"
        self._fault(place, message, "unreadable", "")

    def _fault(self, place: Place, message: str, code: str, hint: str) -> None:
        self.faults.append(self._storyboard.fault(place, message, code=code, hint=hint))


def _stills(storyboard: Storyboard, scenes: tuple[NamedScene, ...]) -> Iterator[tuple[Place, str]]:
    for name, member in storyboard.cast.items():
        if member.face:
            yield ("cast", name, "face"), member.face
    if storyboard.brand.logo:
        yield ("brand", "logo", "file"), storyboard.brand.logo.file
    if storyboard.reanchor:
        yield ("reanchor",), storyboard.reanchor
    for scene in scenes:
        parts = {(*scene.place,): scene.scene} | {s.place: s.shot for s in scene.shots}
        for place, part in parts.items():
            if part.still:
                yield (*place, "still"), part.still
            if part.reanchor:
                yield (*place, "reanchor"), part.reanchor
            for key in ("start", "end"):
                written = getattr(part, key)
                if written and written not in ("previous", "fresh") and not reference_in(written):
                    yield (*place, key), written


def _fonts(storyboard: Storyboard, scenes: tuple[NamedScene, ...]) -> Iterator[tuple[Place, str]]:
    if storyboard.brand.font:
        yield ("brand", "font"), storyboard.brand.font
    yield from caption_fonts(storyboard, scenes)


def _footage(scenes: tuple[NamedScene, ...]) -> Iterator[tuple[Place, str]]:
    for scene in scenes:
        for shot in scene.shots:
            written = shot.shot.footage
            if isinstance(written, Footage):
                yield (*shot.place, "footage", "file"), written.file
            elif written is not None:
                yield (*shot.place, "footage"), written


def _narration(
    storyboard: Storyboard, scenes: tuple[NamedScene, ...]
) -> Iterator[tuple[Place, str]]:
    for place in narrated(storyboard, scenes):
        if place.written.file is not None:
            yield (*place.at, "file"), place.written.file


def _music(storyboard: Storyboard, scenes: tuple[NamedScene, ...]) -> Iterator[tuple[Place, str]]:
    for bed in named_beds(storyboard, scenes):
        yield (*bed.place, "file"), bed.music.file
