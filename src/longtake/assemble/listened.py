"""What was once measured of a sound file, kept beside the sound tracks: its loudness and its rests."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from longtake.files import read_json, write_json
from longtake.media.audio import Heard, loudness_and_parts


@dataclass(frozen=True)
class Listened:
    """A sound file's loudness in LUFS, -inf for silence, and where in it something is heard."""

    lufs: float
    heard: Heard

    def gain(self, level: float) -> float:
        """Give the factor that brings the file to a level in LUFS; silence stays as it is."""
        return float(10 ** ((level - self.lufs) / 20)) if math.isfinite(self.lufs) else 0.0


# A part of music, or of a clip, that lies further (in dB) below its loudness is a rest.
REST_DB = 40

# Path, hash and rest: a part that lies further (in dB) below the file's loudness is a rest.
Listen = Callable[[Path, str, float], Listened]


def listener(folder: Path) -> Listen:
    """Give a function that listens to a file once and reads from `folder` what it heard, later."""

    def listen(path: Path, sha256: str, rest_db: float) -> Listened:
        note = folder / f"{sha256[:40]}-{rest_db:g}.heard.json"
        known = read_json(note)
        if isinstance(known, dict) and {"lufs", "parts", "samples"} <= set(known):
            return _from_note(known)
        found = Listened(*loudness_and_parts(path, rest_db))
        write_json(
            note,
            {
                "lufs": found.lufs if math.isfinite(found.lufs) else None,
                "parts": found.heard.parts,
                "samples": found.heard.samples,
            },
        )
        return found

    return listen


def _from_note(known: dict[str, Any]) -> Listened:
    parts = tuple((int(start), int(end)) for start, end in known["parts"])
    lufs = -math.inf if known["lufs"] is None else float(known["lufs"])
    return Listened(lufs, Heard(parts, int(known["samples"])))
