"""Which clip keeps a film from being joined: the one that is copied where the film cannot be decoded.

At a joint two clips meet and either may be at fault: each is left out alone before both are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from longtake.assemble.material import FileMaterial, Materials
from longtake.assemble.notebook import Notebook
from longtake.assemble.pieces import CopyPiece, Piece
from longtake.errors import AssemblyError

Made = TypeVar("Made")


class CopyRefused(AssemblyError):
    """A film that could not be joined with these clips copied."""

    def __init__(self, message: str, copied: tuple[FileMaterial, ...]) -> None:
        super().__init__(message)
        self.copied = copied


def less_copied(refused: CopyRefused, notes: Notebook, again: Callable[[], Made]) -> Made | None:
    """Distrust the one of two clips without which the other can be copied, else all suspected ones.

    Gives the film where it was made on the way.
    """
    why = f"copied, it failed: {refused.message}"
    suspects = refused.copied
    for suspect in suspects if len(suspects) == 2 else ():
        known = notes.coded(suspect)
        notes.distrust(suspect, why)
        try:
            return again()
        except CopyRefused as still:
            others = {each.sha256 for each in suspects} - {suspect.sha256}
            if not others & {each.sha256 for each in still.copied}:
                # What fails now is another joint.
                return None
        if known:
            notes.trust(suspect, known)
    for suspect in suspects:
        notes.distrust(suspect, why)
    return None


def copied_at(
    pieces: tuple[Piece, ...], materials: Materials, frame: int | None
) -> tuple[FileMaterial, ...]:
    """Name the clips that are copied beside a film frame; all that are where there is none there."""
    near: dict[str, None] = {}
    every: dict[str, None] = {}
    at = 0
    for piece in pieces:
        if isinstance(piece, CopyPiece):
            every[piece.clip] = None
            if frame is not None and at <= frame <= at + piece.frames:
                near[piece.clip] = None
        at += piece.frames
    found = (materials[clip] for clip in near or every)
    return tuple({each.sha256: each for each in found if isinstance(each, FileMaterial)}.values())
