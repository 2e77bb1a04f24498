"""Where the pieces of a film are had: rendered ones from the shelf, copied ones out of their clips."""

from __future__ import annotations

from dataclasses import dataclass

from longtake.assemble.copying import Copying
from longtake.assemble.material import FileMaterial, Materials
from longtake.assemble.pieces import CopyPiece, Piece
from longtake.assemble.shelf import Shelf
from longtake.errors import AssemblyError
from longtake.media.coded import copied_run
from longtake.media.encode import EncodedRun
from longtake.media.matching import among
from longtake.units import FrameRate


@dataclass(frozen=True)
class Stock:
    """All pieces of one film, ready to be joined."""

    shelf: Shelf
    materials: Materials
    copying: Copying
    rate: FrameRate

    def run(self, piece: Piece) -> EncodedRun:
        """Give a piece as the film holds it; raises AssemblyError or MediaError if it is not sound."""
        avcc = self.copying.avcc
        if isinstance(piece, CopyPiece):
            material = self.materials[piece.clip]
            if not isinstance(material, FileMaterial):
                raise AssemblyError(f"{piece.clip} has no pictures to copy")
            clip = self.copying.clips[piece.clip]
            return copied_run(material.path, clip, piece.start, piece.end, avcc)
        run = self.shelf.get(piece.key, piece.frames)
        return among(run, avcc, self.rate) if avcc else run

    def delay(self, piece: Piece) -> int:
        """Give how many pictures a piece's decode order runs ahead of its display order."""
        if isinstance(piece, CopyPiece):
            return self.copying.clips[piece.clip].delay(piece.start, piece.end)
        return self.shelf.delay(piece.key)
