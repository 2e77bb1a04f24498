"""Voices that were made: sound files named by their bytes, and a record for what was asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from longtake.cues import Word
from longtake.files import part_name, publish, read_json, sha256_of, sweep, write_json

SCHEMA = 1
# Times are written as whole microseconds: a document of numbers that people can read, and exact.
_MICRO = 1_000_000

_ENDINGS = (
    (0, b"RIFF", "wav"),
    (0, b"ID3", "mp3"),
    (0, b"fLaC", "flac"),
    (0, b"OggS", "ogg"),
    (4, b"ftyp", "m4a"),
)


@dataclass(frozen=True)
class Voice:
    """A voice that says one text: its file, how long it is, and its words where somebody told them.

    `said_by` is the voice's name; `text` is what was asked to be said.
    """

    key: str
    said_by: str
    text: str
    sha256: str
    path: Path
    seconds: Fraction
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class VoiceShelf:
    """Voices in the folder of a vault: written once, read only when their bytes are still the same."""

    root: Path

    def open(self) -> None:
        """Make the folders, sweep what a killed run left."""
        for name in ("voices", "sounds"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
            sweep(self.root / name)

    def find(self, key: str) -> Voice | None:
        """Give the voice of a key; None where there is none, or its file is not what was stored."""
        record = self._noted(voice_name(key))
        voice = _read(record, key, self.root) if isinstance(record, dict) else None
        return voice if voice is not None and self._is_there(voice) else None

    def add(self, voice: Voice, part: Path) -> Voice:
        """Keep a finished, measured sound file; `part` is moved in. Gives the voice with its path."""
        sha256 = sha256_of(part)
        path = self._keep(part, f"sounds/{sha256}.{_ending(part)}")
        kept = replace(voice, sha256=sha256, path=path)
        self._note(voice_name(voice.key), _written(kept))
        return kept

    def tell_words(self, voice: Voice, words: tuple[Word, ...]) -> Voice:
        """Write down when the words of a kept voice are said."""
        told = replace(voice, words=words)
        self._note(voice_name(voice.key), _written(told))
        return told

    def scratch(self, key: str) -> Path:
        """Give a path on the shelf's own disk for a file still to be made."""
        return self.root / "sounds" / part_name(f"{key[:16]}.sound")

    def keys(self) -> Iterator[str]:
        """List the keys of all records."""
        return (path.stem for path in sorted((self.root / "voices").glob("*.json")))

    def _keep(self, part: Path, name: str) -> Path:
        publish(part, self.root / name)
        return self.root / name

    def _is_there(self, voice: Voice) -> bool:
        return voice.path.is_file() and sha256_of(voice.path) == voice.sha256

    def _note(self, name: str, content: Any) -> None:
        write_json(self.root / name, content)

    def _noted(self, name: str) -> Any:
        return read_json(self.root / name)


def voice_name(key: str) -> str:
    """Name the record of a voice."""
    return f"voices/{key}.json"


def _ending(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(16)
    found = (ending for at, sign, ending in _ENDINGS if head[at:].startswith(sign))
    return next(found, "sound")


def _written(voice: Voice) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "key": voice.key,
        "said_by": voice.said_by,
        "text": voice.text,
        "sha256": voice.sha256,
        "file": voice.path.name,
        "seconds": str(voice.seconds),
        "words": [
            [word.text, round(word.start_s * _MICRO), round(word.end_s * _MICRO)]
            for word in voice.words
        ],
    }


def _read(record: dict[str, Any], key: str, root: Path) -> Voice | None:
    """Read a record; a damaged one is no voice, and no reason to stop."""
    try:
        if record["schema"] != SCHEMA or record["key"] != key:
            return None
        words = tuple(
            Word(str(text), Fraction(int(start), _MICRO), Fraction(int(end), _MICRO))
            for text, start, end in record["words"]
        )
        # A name from a damaged record must not lead out of the folder.
        path = root / "sounds" / Path(str(record["file"])).name
        seconds = Fraction(str(record["seconds"]))
        said_by, text, sha256 = (str(record[name]) for name in ("said_by", "text", "sha256"))
        return Voice(key, said_by, text, sha256, path, seconds, words)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
