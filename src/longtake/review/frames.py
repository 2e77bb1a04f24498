"""Small pictures of clips, and seams to be played: made when they are looked at, kept in `.longtake`."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from pathlib import Path

from longtake.assemble.material import FileMaterial, Material, StillMaterial
from longtake.assemble.render import Shown, clip_frames
from longtake.assemble.seams import SeamPlace
from longtake.deliver.pictures import jpeg_of
from longtake.deliver.replay import write_replay
from longtake.errors import MediaError
from longtake.files import write_bytes, written_aside
from longtake.media.normalise import FilmFormat
from longtake.timeline import Timeline
from longtake.units import Fit, Size

# Raised when pictures of the same clip should look different.
_VERSION = 1
# The longer sides of pictures that may be asked for: of one in the list, and of the one looked at.
SIDES = (320, 960)


class Frames:
    """The folder of pictures and replays of one project; few are made at a time."""

    def __init__(self, folder: Path, fit: Fit) -> None:
        self._folder = folder
        self._fit = fit
        # A browser asks for a page full of them at once; runs and the author want the machine, too.
        self._hands = threading.BoundedSemaphore(2)

    def picture(self, clip: str, material: Material, timeline: Timeline, side: int) -> Path:
        """Give the middle frame of what the film shows of a clip; raises MediaError where none can be had."""
        laid = timeline.laid[[each.id for each in timeline.clips].index(clip)]
        middle = (laid.start + laid.end - 1) // 2
        words = (_VERSION, _named(material), middle, side, str(timeline.size), str(timeline.rate))
        path = self._folder / f"{_hashed(words)}.jpg"
        if not path.is_file():
            with self._hands:
                write_bytes(path, self._drawn(Shown(clip, material, 0, 0), timeline, middle, side))
        return path

    def replay(self, place: SeamPlace, timeline: Timeline) -> Path:
        """Give the short film of a seam; raises MediaError where a take cannot be decoded."""
        words = (_VERSION, place.key, str(timeline.size), str(timeline.rate))
        path = self._folder / f"{_hashed(words)}.mp4"
        if not path.is_file():
            with self._hands, written_aside(path) as part:
                write_replay(place, timeline, self._fit, part)
        return path

    def _drawn(self, shown: Shown, timeline: Timeline, at: int, side: int) -> bytes:
        size = timeline.size
        share = min(1.0, side / max(size.width, size.height))
        small = Size(*(max(16, round(each * share / 2) * 2) for each in (size.width, size.height)))
        # A title card is drawn to the size of its film, and made small afterwards.
        drawn = not isinstance(shown.material, FileMaterial | StillMaterial)
        film = FilmFormat(size, timeline.rate, self._fit, timeline.background)
        film = film if drawn else replace(film, size=small)
        for _, frame in clip_frames(shown, film, at, at + 1):
            return jpeg_of(frame, side)
        raise MediaError(f"{shown.clip} has no frame {at}")


def version_of(material: Material | None) -> str:
    """Name what a picture of a material shows."""
    return _hashed((_VERSION, _named(material)))[:12] if material else ""


def _named(material: Material) -> str:
    if isinstance(material, FileMaterial):
        mending = material.mending.as_json() if material.mending else None
        return repr((material.sha256, mending))
    return repr(material)


def _hashed(words: tuple[object, ...]) -> str:
    return hashlib.sha256(repr(words).encode()).hexdigest()[:32]
