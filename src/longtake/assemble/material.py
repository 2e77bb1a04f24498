"""What stands behind each clip of a timeline: a file, or a picture that is drawn into the film."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FileMaterial:
    """A take or footage: a film file, known by the hash of its bytes."""

    path: Path
    sha256: str


@dataclass(frozen=True)
class StillMaterial:
    """A picture held, or moved by camera words over the author's `frames`."""

    path: Path
    sha256: str
    camera: tuple[str, ...]
    frames: int


Material = FileMaterial | StillMaterial
Materials = Mapping[str, Material]
