"""Both ends of a take measured twice: as its provider made it, and as the film shows it.

Only the frames near the ends are decoded. What was measured is kept in files named by content, for a
film is looked at again and again while its takes stay what they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from longtake.assemble.material import Material, StillMaterial
from longtake.assemble.render import Shown, clip_frames
from longtake.files import write_bytes
from longtake.media.audio import samples_at
from longtake.media.color import Matrix, Siting
from longtake.media.frames import decode_frames
from longtake.media.normalise import FilmFormat
from longtake.media.planes import FilmFrame, planes_of
from longtake.media.probe import ClipFacts, probe
from longtake.seam.apply import Mender
from longtake.seam.mending import Mending
from longtake.seam.scan import EndSound, Scan, Scanner, end_sound, read_scan
from longtake.units import FrameRate

# Frames looked at from each end: more than any measure of a seam asks for.
WINDOW = 48
# A seam asks for the last two pictures of the clip before it, and for many of the clip behind it.
_LAST_LOOKS = 2


@dataclass(frozen=True)
class TakeEnds:
    """A take as a seam meets it: its file, the frame `out` where it ends, and how it is mended.

    Footage or a still that a chain begins on, or lands on, is no take: it is looked at in the form
    `film`, which gives its frames their numbers, from its frame `begin` on; `material` stands behind it.
    """

    clip: str
    path: Path
    sha256: str
    out: int
    mending: Mending | None = None
    material: Material | None = None
    film: FilmFormat | None = None
    begin: int = 0

    @property
    def rate(self) -> FrameRate:
        """The rate at which its frames are counted; reads the file of a take."""
        return self.film.rate if self.film else FrameRate(probe(self.path).rate)

    @property
    def dropped(self) -> int:
        """Count the frames of the take that are left out at its start."""
        return self.mending.plan.drop if self.mending else 0

    @property
    def is_mended(self) -> bool:
        """Whether any picture near its ends is shown otherwise than the provider made it."""
        mending = self.mending
        if mending is None:
            return False
        return bool(mending.matrix or mending.siting) or not mending.plan.copyable

    @property
    def key(self) -> str:
        """Name all that shows: the file, its part, its repairs."""
        mended = self.mending.sha256 if self.mending else ""
        begins = f" from {self.begin}" if self.begin else ""
        return f"{self.sha256} {self.out} {mended} {self._drawing}{begins}"

    @property
    def _drawing(self) -> str:
        """Say how what is no take is looked at; nothing of where its file lies."""
        camera = self.material.camera if isinstance(self.material, StillMaterial) else ()
        length = self.material.frames if isinstance(self.material, StillMaterial) else 0
        return repr((camera, length, self.film)) if self.film else ""

    @property
    def name(self) -> str:
        """Name the pictures it is made of, for a file."""
        words = hashlib.sha256(self._drawing.encode()).hexdigest()[:16]
        return f"{self.sha256[:32]}-{words}" if self.film else self.sha256[:32]


@dataclass(frozen=True, eq=False)
class EndScans:
    """Scans of a take's first and last frames; the last frame of `tail` is its out-point."""

    head: Scan
    tail: Scan


@dataclass(frozen=True, eq=False)
class MeasuredEnds:
    """A take's ends as they were made, and as the film shows them; the same object where that is one."""

    plain: EndScans
    repaired: EndScans


@dataclass(frozen=True)
class _Window:
    """The frames [start, end) of a take, and the files that keep their scans."""

    start: int
    end: int
    plain: Path
    repaired: Path


@dataclass(frozen=True)
class _FilmFacts:
    """What a scan must know of frames in the film's own form; their sound is another's business."""

    rate: Fraction
    matrix: Matrix = "bt709"
    full_range: bool = False
    siting: Siting = "left"
    rotation: int = 0
    has_sound: bool = False


def measure_ends(ends: TakeEnds, folder: Path) -> MeasuredEnds:
    """Give the scans of a take's ends, out of `folder` where they are there, else measured now.

    Raises MediaError where the take cannot be decoded.
    """
    return _kept(ends, folder) or _measured(ends, folder)


def ensure_measured(ends: TakeEnds, folder: Path) -> None:
    """See to it that a take's ends lie measured in `folder`; does nothing where they do."""
    if not all(path.is_file() for w in _windows(ends, folder) for path in (w.plain, w.repaired)):
        _measured(ends, folder)


def _kept(ends: TakeEnds, folder: Path) -> MeasuredEnds | None:
    head, tail = _windows(ends, folder)
    plain = read_scan(head.plain), read_scan(tail.plain)
    repaired = (read_scan(head.repaired), read_scan(tail.repaired)) if ends.is_mended else plain
    if plain[0] is None or plain[1] is None or repaired[0] is None or repaired[1] is None:
        return None
    return MeasuredEnds(EndScans(plain[0], plain[1]), EndScans(repaired[0], repaired[1]))


def _windows(ends: TakeEnds, folder: Path) -> tuple[_Window, _Window]:
    behind = ends.out + 1
    begin = ends.begin
    head, tail = (begin, min(begin + WINDOW, behind)), (max(begin, behind - WINDOW), behind)

    def window(name: str, start: int, end: int) -> _Window:
        plain = f"{ends.name}-{name}-{start}-{end}"
        mended = f"{plain}-{ends.mending.sha256[:32]}" if ends.mending and ends.is_mended else plain
        return _Window(start, end, folder / f"{plain}.npz", folder / f"{mended}.npz")

    return window("head", *head), window("tail", *tail)


def _measured(ends: TakeEnds, folder: Path) -> MeasuredEnds:
    facts = _FilmFacts(ends.film.rate.value) if ends.film else probe(ends.path)
    sound = end_sound(ends.path) if facts.has_sound else None
    windows = _windows(ends, folder)
    heads, tails = (_scanned(ends, facts, window, sound) for window in windows)
    plain = EndScans(_as_head(heads[0]), _as_tail(tails[0]))
    repaired = EndScans(_as_head(heads[1]), _as_tail(tails[1])) if ends.is_mended else plain
    for window, name in zip(windows, ("head", "tail"), strict=True):
        write_bytes(window.plain, getattr(plain, name).to_bytes())
        if ends.is_mended:
            write_bytes(window.repaired, getattr(repaired, name).to_bytes())
    return MeasuredEnds(plain, repaired)


def _scanned(
    ends: TakeEnds, facts: ClipFacts | _FilmFacts, window: _Window, sound: EndSound | None
) -> tuple[Scan, Scan]:
    """Decode a window once; gives its scans as made and as shown."""
    plain = Scanner(facts)
    mender, repaired = None, None
    if ends.mending and ends.is_mended and isinstance(facts, ClipFacts):
        mender = Mender(ends.mending.plan, ends.mending.sampling(facts))
        repaired = Scanner(ends.mending.facts(facts))
    for index, frame in _frames(ends, window):
        plain.add(frame)
        if mender and repaired:
            repaired.add_planes(mender.planes(index, planes_of(frame)))
    heard = _from(sound, samples_at(window.start / facts.rate)) if sound else None
    made = plain.scan(heard)
    return made, repaired.scan(heard) if repaired else made


def _frames(ends: TakeEnds, window: _Window) -> Iterator[tuple[int, FilmFrame]]:
    if ends.material is None or ends.film is None:
        return decode_frames(ends.path, window.start, window.end)
    shown = Shown(ends.clip, ends.material, 0, ends.out + 1)
    return clip_frames(shown, ends.film, window.start, window.end)


def _from(sound: EndSound, place: int) -> EndSound:
    """Count places of the tail from where a window begins."""
    return replace(sound, start=sound.start - place)


def _as_head(scan: Scan) -> Scan:
    return replace(scan, tail=scan.tail[-1:])


def _as_tail(scan: Scan) -> Scan:
    return replace(scan, head=scan.head[:1], tail=scan.tail[-_LAST_LOOKS:])
