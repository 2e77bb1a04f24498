"""What stands behind each clip of a timeline: a file, or a picture that is drawn into the film."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from longtake.assemble.overlays import Overlay
from longtake.seam.mending import Mending


@dataclass(frozen=True)
class FileMaterial:
    """A take or footage: a film file, known by the hash of its bytes, and how it is mended.

    `touched` are the runs [start, end) of its frames, at the film's rate, that its mending changes.
    """

    path: Path
    sha256: str
    mending: Mending | None = None
    touched: tuple[tuple[int, int], ...] = ()

    def mended(self, start: int, end: int) -> bool:
        """Tell whether any of the film-rate frames [start, end) is changed."""
        return any(low < end and start < high for low, high in self.touched)


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
