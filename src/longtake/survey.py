"""Look at the files a board names: the only place that touches them before a plan exists."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from longtake.errors import Fault, LongtakeError
from longtake.files import read_json, sha256_of, write_json
from longtake.media.audio import sound_seconds
from longtake.media.normalise import film_frames
from longtake.media.probe import open_regular, probe
from longtake.media.stills import check_still
from longtake.plan.survey import FootageFacts, SoundFacts, StillFacts, Survey
from longtake.storyboard.check import named_scenes
from longtake.storyboard.grammar import reference_in
from longtake.storyboard.model import Footage, Music, Storyboard
from longtake.units import FrameRate

Place = tuple[Any, ...]
Facts = TypeVar("Facts")


def survey_files(
    storyboard: Storyboard, *, owned: frozenset[str] = frozenset(), notes: Path | None = None
) -> Survey:
    """Open every still, footage and music file of a board and write down what a plan needs of it.

    A missing, foreign or outlying file becomes a fault at the place that names it. `notes` is a file
    in which hashes of large files are remembered while their size and time of change stay the same.
    """
    look = _Look(storyboard, notes)
    rate = FrameRate.parse(storyboard.film.fps)
    for place, written in _stills(storyboard):
        look.at(look.stills, place, written, _still)
    for place, written in _footage(storyboard):
        look.at(look.footage, place, written, lambda path, sha: _footage_facts(path, sha, rate))
    for place, written in _music(storyboard):
        look.at(look.sounds, place, written, lambda path, sha: SoundFacts(sha, sound_seconds(path)))
    look.keep_notes()
    return Survey(look.stills, look.footage, look.sounds, owned, tuple(look.faults))


class _Look:
    def __init__(self, storyboard: Storyboard, notes: Path | None) -> None:
        self.stills: dict[Path, StillFacts] = {}
        self.footage: dict[Path, FootageFacts] = {}
        self.sounds: dict[Path, SoundFacts] = {}
        self.faults: list[Fault] = []
        self._storyboard = storyboard
        self._notes_file = notes
        known = read_json(notes) if notes else None
        self._notes: dict[str, list[Any]] = known if isinstance(known, dict) else {}
        self._fresh: dict[str, list[Any]] = {}
        self._bad: dict[Path, LongtakeError] = {}

    def at(
        self,
        found: dict[Path, Facts],
        place: Place,
        written: str,
        facts: Callable[[Path, str], Facts],
    ) -> None:
        """Look at one file, once however often it is named."""
        path = Path(self._storyboard.path_of(place, written))
        if path in found:
            return
        outside = self._outside(path)
        if outside:
            self._fault(place, f"{written} lies outside the board's folder", "outside", outside)
            return
        if not path.exists():
            self._fault(place, f"there is no file {written}", "missing-file", f"looked for {path}")
            return
        try:
            if path in self._bad:
                raise self._bad[path]
            found[path] = facts(path, self._hash(path))
        except LongtakeError as error:
            self._bad[path] = error
            self._fault(place, error.message, "bad-file", error.hint)

    def keep_notes(self) -> None:
        if self._notes_file and self._fresh != self._notes and self._notes_file.parent.is_dir():
            write_json(self._notes_file, self._fresh)

    def _outside(self, path: Path) -> str:
        """Give a hint where a file, links followed, lies outside the folders a board may read from."""
        real = path.resolve()
        if any(real.is_relative_to(root) for root in self._storyboard.roots):
            return ""
        return "copy it into the folder of the board or of the file it extends"

    def _hash(self, path: Path) -> str:
        with open_regular(path):
            stat = path.stat()
        stamp = [stat.st_size, stat.st_mtime_ns, stat.st_ino]
        known = self._notes.get(str(path), [])
        sha256 = str(known[3]) if known[:3] == stamp else sha256_of(path)
        self._fresh[str(path)] = [*stamp, sha256]
        return sha256

    def _fault(self, place: Place, message: str, code: str, hint: str) -> None:
        self.faults.append(self._storyboard.fault(place, message, code=code, hint=hint))


def _still(path: Path, sha256: str) -> StillFacts:
    return StillFacts(sha256, check_still(path))


def _footage_facts(path: Path, sha256: str, rate: FrameRate) -> FootageFacts:
    facts = probe(path)
    return FootageFacts(sha256, film_frames(facts, rate), facts.display_size, facts.has_sound)


def _stills(storyboard: Storyboard) -> Iterator[tuple[Place, str]]:
    for name, member in storyboard.cast.items():
        if member.face:
            yield ("cast", name, "face"), member.face
    for scene in named_scenes(storyboard):
        parts = {(*scene.place,): scene.scene} | {s.place: s.shot for s in scene.shots}
        for place, part in parts.items():
            if part.still:
                yield (*place, "still"), part.still
            for key in ("start", "end"):
                written = getattr(part, key)
                if written and written not in ("previous", "fresh") and not reference_in(written):
                    yield (*place, key), written


def _footage(storyboard: Storyboard) -> Iterator[tuple[Place, str]]:
    for scene in named_scenes(storyboard):
        for shot in scene.shots:
            written = shot.shot.footage
            if isinstance(written, Footage):
                yield (*shot.place, "footage", "file"), written.file
            elif written is not None:
                yield (*shot.place, "footage"), written


def _music(storyboard: Storyboard) -> Iterator[tuple[Place, str]]:
    beds: list[tuple[Place, Any]] = [(("music",), storyboard.music)]
    beds += [((*s.place, "music"), s.scene.music) for s in named_scenes(storyboard)]
    for place, music in beds:
        if isinstance(music, Music):
            yield (*place, "file"), music.file
        elif music:
            for number, bed in enumerate(music):
                yield (*place, number, "file"), bed.file
