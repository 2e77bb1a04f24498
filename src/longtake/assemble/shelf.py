"""The shelf of finished pieces: one file each, whole or absent, checked when it is taken down."""

from __future__ import annotations

import contextlib
import io
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from longtake.errors import AssemblyError, MediaError
from longtake.files import write_bytes
from longtake.media.encode import EncodedRun, Packet
from longtake.media.h264 import is_idr

# File: magic, checksum of all that follows and length of the head (4 bytes each, big-endian), head
# (JSON), samples one after the other.
_MAGIC = b"longtake piece 2\n"
_FRONT = len(_MAGIC) + 8


@dataclass(frozen=True)
class Shelf:
    """Pieces by key in a folder of their own."""

    folder: Path

    def path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.piece"

    def has(self, key: str) -> bool:
        """Tell whether a piece is there (its content is checked when it is read)."""
        return self.path(key).exists()

    def put(self, key: str, run: EncodedRun) -> None:
        """Keep a piece: written aside, synced, renamed."""
        head = {
            "frames": run.frames,
            "avcc": run.avcc.hex(),
            "packets": [[p.index, int(p.key), len(p.sample)] for p in run.packets],
        }
        text = json.dumps(head, separators=(",", ":")).encode()
        body = text + b"".join(packet.sample for packet in run.packets)
        front = zlib.crc32(body).to_bytes(4, "big") + len(text).to_bytes(4, "big")
        write_bytes(self.path(key), _MAGIC + front + body)

    def get(self, key: str, frames: int) -> EncodedRun:
        """Read a piece and check it: count, first picture an IDR, every byte what it was.

        Raises AssemblyError, with the file taken off the shelf, when it is not what was put there.
        """
        try:
            run = _parse(self.path(key).read_bytes())
            sound = run.frames == frames and is_idr(run.packets[0].sample)
        except (OSError, ValueError, KeyError, IndexError, MediaError):
            sound = False
        if not sound:
            raise self._damaged(key)
        return run

    def delay(self, key: str) -> int:
        """Give how many pictures a piece's decode order runs ahead of its display order."""
        try:
            with self.path(key).open("rb") as file:
                head = _head(file.read(_FRONT), file)
            return max((place - row[0] for place, row in enumerate(head["packets"])), default=0)
        except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
            raise self._damaged(key) from error

    def drop_damaged(self, frames: Mapping[str, int]) -> None:
        """Take all of these pieces (key to count of frames) off the shelf that are not sound."""
        for key, count in frames.items():
            with contextlib.suppress(AssemblyError):
                self.get(key, count)

    def _damaged(self, key: str) -> AssemblyError:
        self.path(key).unlink(missing_ok=True)
        return AssemblyError(
            f"the piece {self.path(key).name} was damaged",
            hint="run the same command again: it is made anew",
        )


def _head(front: bytes, rest: IO[bytes]) -> dict[str, Any]:
    if not front.startswith(_MAGIC) or len(front) != _FRONT:
        raise ValueError("no piece")
    head = json.loads(rest.read(int.from_bytes(front[-4:], "big")))
    if not isinstance(head, dict):
        raise ValueError("no head")
    return head


def _parse(content: bytes) -> EncodedRun:
    file = io.BytesIO(content)
    head = _head(file.read(_FRONT), file)
    checksum = int.from_bytes(content[_FRONT - 8 : _FRONT - 4], "big")
    if zlib.crc32(memoryview(content)[_FRONT:]) != checksum:
        raise ValueError("other bytes than were put there")
    packets = tuple(
        Packet(index, bool(key), file.read(size)) for index, key, size in head["packets"]
    )
    return EncodedRun(head["frames"], packets, bytes.fromhex(head["avcc"]))
