"""What a look at the disk found: the only facts about files that a plan is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from longtake.cues import TimedText
from longtake.errors import Fault
from longtake.plan.speech import SpeechOffer, VoiceFacts
from longtake.storyboard.choices import ClipChoice
from longtake.units import Size


@dataclass(frozen=True)
class StillFacts:
    """A picture file: the hash of its bytes and its size in pixels."""

    sha256: str
    size: Size


@dataclass(frozen=True)
class FootageFacts:
    """A film file: the hash of its bytes, its frames counted at the film's rate, its picture size."""

    sha256: str
    frames: int
    size: Size
    sound: bool


@dataclass(frozen=True)
class SoundFacts:
    """A sound file: the hash of its bytes, its length, and of a voice where in it something is heard."""

    sha256: str
    seconds: Fraction
    heard: tuple[tuple[Fraction, Fraction], ...] = ()


@dataclass(frozen=True)
class FontFacts:
    """A font file: the hash of its bytes."""

    sha256: str


@dataclass(frozen=True)
class Survey:
    """Files by the path they resolve to, names of owned takes, and what is wrong with files.

    `hosted` tells whether the author has named a place where pictures can be had by their address;
    `captions` are the words of caption files, `fonts` hashes of font files; `warnings` are of what
    stops nothing. `voices` are those that were made, by the key of what they say; `speakers` what is
    known of those who speak, by name and by name/model; `espeak` are the names of the voices espeak-ng
    has, in small letters, none where nobody asked it. `choices` are the author's, by clip.
    """

    stills: Mapping[Path, StillFacts] = field(default_factory=dict)
    footage: Mapping[Path, FootageFacts] = field(default_factory=dict)
    sounds: Mapping[Path, SoundFacts] = field(default_factory=dict)
    owned: frozenset[str] = frozenset()
    faults: tuple[Fault, ...] = ()
    hosted: bool = False
    fonts: Mapping[Path, FontFacts] = field(default_factory=dict)
    captions: Mapping[Path, tuple[TimedText, ...]] = field(default_factory=dict)
    warnings: tuple[Fault, ...] = ()
    voices: Mapping[str, VoiceFacts] = field(default_factory=dict)
    speakers: Mapping[str, SpeechOffer] = field(default_factory=dict)
    espeak: frozenset[str] = frozenset()
    choices: Mapping[str, ClipChoice] = field(default_factory=dict)
