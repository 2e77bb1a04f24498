"""The cue sheet: music and the clips' own sound, riding beside the timeline."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path


@dataclass(frozen=True)
class MusicCue:
    """A bed of music under the film (`scene` None) or under one scene.

    `level` is the loudness of the bed in LUFS; `offset_s` is where in the file it begins; fades are
    film frames.
    """

    path: Path
    sha256: str
    level: float
    scene: str | None = None
    offset_s: Fraction = Fraction(0)
    loop: bool = True
    fade_in: int = 0
    fade_out: int = 0


@dataclass(frozen=True)
class CueSheet:
    """What is heard (later also read) along the film, and the titles of its chapters.

    `silenced` names clips whose own sound is dropped, `ducked` those whose own sound lies lower where
    something else sounds over it; `chapters` maps scene ids to titles in order.
    """

    music: tuple[MusicCue, ...] = ()
    silenced: frozenset[str] = frozenset()
    chapters: tuple[tuple[str, str], ...] = ()
    ducked: frozenset[str] = frozenset()
