"""What was found out about clips and encoders, kept by content: looking at files again costs more."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from longtake.assemble.material import FileMaterial
from longtake.errors import MediaError
from longtake.files import read_json, write_bytes
from longtake.media.coded import CodedClip, look_at_coded
from longtake.media.encode import EncoderSettings, encoder_build
from longtake.media.matching import Match, match
from longtake.media.normalise import FilmFormat

# Part of the name of a match: raised when the same clips shall be matched otherwise.
_MATCH_VERSION = 1


@dataclass(frozen=True)
class Notebook:
    """Notes in a folder of their own; `keep` false looks without writing anything down."""

    folder: Path
    keep: bool = True

    def coded(self, material: FileMaterial) -> CodedClip | None:
        """Give what a clip's pictures are; None where there is no file yet."""
        path = self._clip(material)
        known = CodedClip.from_json(read_json(path))
        if known:
            return known
        if not material.path.exists():
            return None
        try:
            coded = look_at_coded(material.path)
        except (MediaError, OSError):
            # Not noted: another day it may be read.
            return CodedClip("its file cannot be read")
        self._write(path, coded.as_json())
        return coded

    def distrust(self, material: FileMaterial, why: str) -> None:
        """Note that a clip shall not be copied any more."""
        self._write(self._clip(material), CodedClip(why).as_json())

    def trust(self, material: FileMaterial, coded: CodedClip) -> None:
        """Note what a clip's pictures are, as it was known before it was distrusted."""
        self._write(self._clip(material), coded.as_json())

    def match(self, clip: CodedClip, settings: EncoderSettings, film: FilmFormat) -> Match | None:
        """Give settings that stand beside a clip's pictures; None where there are none."""
        content = [
            _MATCH_VERSION,
            encoder_build(),
            [clip.head.sps.hex(), clip.head.pps.hex(), sorted(clip.options.items())],
            [str(film.size), str(film.rate)],
            asdict(settings),
        ]
        name = hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]
        path = self.folder / "matches" / f"{name}.json"
        known = read_json(path)
        try:
            return Match(EncoderSettings(**known["settings"]), bytes.fromhex(known["avcc"]))
        except (KeyError, TypeError, ValueError):
            found = match(clip.head, clip.options, settings, film.size, film.rate)
        if found:
            self._write(path, {"settings": asdict(found.settings), "avcc": found.avcc.hex()})
        return found

    def _clip(self, material: FileMaterial) -> Path:
        # What has no file yet is named in words, and words are no file name.
        name = hashlib.sha256(material.sha256.encode()).hexdigest()[:32]
        return self.folder / "clips" / f"{name}.json"

    def _write(self, path: Path, content: Any) -> None:
        if self.keep:
            write_bytes(path, json.dumps(content, separators=(",", ":")).encode())
