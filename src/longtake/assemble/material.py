"""What stands behind each clip of a timeline: a file, or a picture that is drawn into the film."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from longtake.assemble.overlays import Overlay
from longtake.seam.mending import Mending
from longtake.units import FrameRate, shown_frame


@dataclass(frozen=True)
class FileMaterial:
    """A take or footage: a film file, known by the hash of its bytes, and how it is mended.

    `touched` are the runs [start, end) of its frames, at the film's rate, that its mending changes;
    `rates` are its own and the film's, where it is mended.
    """

    path: Path
    sha256: str
    mending: Mending | None = None
    touched: tuple[tuple[int, int], ...] = ()
    rates: tuple[FrameRate, FrameRate] | None = None

    def mended(self, start: int, end: int) -> str | None:
        """Name what is changed in the film-rate frames [start, end); None where nothing is."""
        if self.mending is None or self.rates is None:
            return None
        if not any(low < end and start < high for low, high in self.touched):
            return None
        first, last = (shown_frame(frame, *self.rates) for frame in (start, end - 1))
        return self.mending.part(first, last + 1)


@dataclass(frozen=True)
class StillMaterial:
    """A picture held, or moved by camera words over the author's `frames`."""

    path: Path
    sha256: str
    camera: tuple[str, ...]
    frames: int


@dataclass(frozen=True)
class DrawnMaterial:
    """A title card of its own: drawings over each other, the lowest filling the picture."""

    drawings: tuple[Overlay, ...]
    frames: int


Material = FileMaterial | StillMaterial | DrawnMaterial
Materials = Mapping[str, Material]
