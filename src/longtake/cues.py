"""The cue sheet: music, spoken words, captions and titles, riding beside the timeline.

Cues hang on clips and scenes, never on film frames: a take that ends earlier moves what comes behind
it, and its cues with it. Assembly lays them on film frames once the timeline is conformed.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class MusicCue:
    """A bed of music under the film (`clips` None), or from the first of two clips to the last.

    `level` is the loudness of the bed in LUFS; `offset_s` is where in the file it begins; fades are
    film frames, and so is `cross_fade`, for which the end of a loop and its beginning are heard
    together. `duck` tells whether it lies lower under narration.
    """

    path: Path
    sha256: str
    level: float
    clips: tuple[str, str] | None = None
    offset_s: Fraction = Fraction(0)
    loop: bool = True
    fade_in: int = 0
    fade_out: int = 0
    cross_fade: int = 0
    duck: bool = True


@dataclass(frozen=True)
class Word:
    """A spoken word and when it is said, in seconds from the start of the voice's file."""

    text: str
    start_s: Fraction
    end_s: Fraction


@dataclass(frozen=True)
class NarrationCue:
    """Words spoken over a shot, from the start of its first clip on.

    `path` and `sha256` are of the voice's file, `seconds` is its length and `level` its loudness in
    LUFS; without a file (None) the length is an estimate. `words` are empty where nobody told them.
    """

    shot: str
    clip: str
    text: str
    level: float
    seconds: Fraction
    path: Path | None = None
    sha256: str = ""
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class LevelCue:
    """Clips whose own sound is brought, all of them by one gain, to a level in LUFS."""

    clips: tuple[str, ...]
    level: float


@dataclass(frozen=True)
class TimedText:
    """Words to be read from one time to another, in seconds; their lines are parted by line feeds."""

    start_s: Fraction
    end_s: Fraction
    text: str


@dataclass(frozen=True)
class CaptionFile:
    """Captions that an author wrote down, shown over some clips.

    Their times count from where `clip` begins, from the start of the film where it is None.
    """

    name: str
    texts: tuple[TimedText, ...]
    clips: frozenset[str]
    clip: str | None = None


@dataclass(frozen=True)
class CaptionStyle:
    """How captions are drawn into the picture.

    `size` is that of the letters where the film's shorter side has 720 pixels; without a `font` file
    they are set in the face that comes with longtake.
    """

    font: Path | None = None
    font_sha256: str = ""
    size: Fraction = Fraction(38)
    position: Literal["bottom", "middle", "top"] = "bottom"
    box: bool = False
    colour: str = "#ffffff"


@dataclass(frozen=True)
class CaptionSheet:
    """Where captions come from and how they are shown.

    `unspoken` names clips whose narration has no captions; `burned` tells the style of those clips
    whose captions are drawn into the picture. `language` is a tag such as "de", or "".
    """

    files: tuple[CaptionFile, ...] = ()
    unspoken: frozenset[str] = frozenset()
    burned: tuple[tuple[str, CaptionStyle], ...] = ()
    language: str = ""


@dataclass(frozen=True)
class NamedFile:
    """A file that a drawing uses, under the name by which the drawing asks for it."""

    name: str
    path: Path
    sha256: str


@dataclass(frozen=True)
class TitleCue:
    """Something drawn over the clips of a shot, or over the whole film where `clips` is empty.

    `kind` names who draws it, `options` (JSON, keys sorted) tell what, `what` is its name in words.
    It begins `delay_s` after the shot does and stands for `seconds`, or to the shot's end where they
    are None; it is gone `clear_s` before the shot ends. A `steady` one is the same in all its frames.
    """

    clips: tuple[str, ...]
    kind: str
    what: str
    options: str
    files: tuple[NamedFile, ...] = ()
    delay_s: Fraction = Fraction(0)
    seconds: Fraction | None = None
    clear_s: Fraction = Fraction(0)
    steady: bool = False


@dataclass(frozen=True)
class CueSheet:
    """What is heard and read along the film, and the titles of its chapters.

    `silenced` names clips whose own sound is dropped, `ducked` those whose own sound lies lower where
    something else sounds over it, `levels` those whose own sound does not keep the level it has;
    `chapters` maps scene ids to titles in order. `loudness` is what the whole film comes to, in LUFS; None
    leaves it as loud as its levels make it.
    """

    music: tuple[MusicCue, ...] = ()
    silenced: frozenset[str] = frozenset()
    chapters: tuple[tuple[str, str], ...] = ()
    ducked: frozenset[str] = frozenset()
    narration: tuple[NarrationCue, ...] = ()
    loudness: float | None = None
    captions: CaptionSheet = CaptionSheet()
    titles: tuple[TitleCue, ...] = ()
    levels: tuple[LevelCue, ...] = ()
