"""Pieces and films as jobs that any machine may be given, any time: each looks first at what exists.

Machines hand each other finished pieces through a vault, by their keys. What none of them has made is
rendered by the one that assembles the film: a piece that was lost costs time, never a film.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from longtake.assemble.film import Cutting, Workshop, cut_film
from longtake.assemble.ingest import keys_of
from longtake.assemble.material import Material
from longtake.assemble.pieces import CopyPiece
from longtake.assemble.render import RenderUnit
from longtake.assemble.shelf import Shelf
from longtake.assemble.work import plan_units
from longtake.cues import CueSheet
from longtake.errors import VaultError
from longtake.files import write_bytes
from longtake.timeline import Timeline
from longtake.vault.store import Vault
from longtake.vault.take import Take

# Who renders a unit onto its shelf, and comes back when that is done.
Render = Callable[[RenderUnit], None]


@dataclass(frozen=True)
class Exchange:
    """Where machines hand each other pieces: a vault, and this machine's workshop."""

    vault: Vault
    workshop: Workshop

    def bring(self, key: str) -> bool:
        """Get a piece from the vault where it is not here; False where nobody has made it."""
        shelf = self.workshop.shelf
        if shelf.has(key):
            return True
        try:
            kept = self.vault.get(_name(key))
        except VaultError:
            kept = None  # It is as good as lost: it is rendered here.
        if kept is None:
            return False
        write_bytes(shelf.path(key), kept.read_bytes())
        return True

    def give(self, key: str) -> None:
        """Put a piece of this machine into the vault."""
        self.vault.put(_name(key), self.workshop.shelf.path(key))


@dataclass(frozen=True)
class Showing:
    """A film to be assembled: its timeline, what stands behind its clips, what is laid over them."""

    timeline: Timeline
    takes: Mapping[str, Take | Material]
    cues: CueSheet
    title: str = ""

    def cut(self, workshop: Workshop) -> Cutting:
        """Decide all about it; equal wherever it is decided."""
        return cut_film(self.timeline, self.takes, workshop, self.cues, self.title)


def film_units(cutting: Cutting) -> tuple[RenderUnit, ...]:
    """List all that a film is rendered from, made or not: one after the other, everywhere the same."""
    nowhere = Shelf(Path("/dev/null/pieces"))
    materials, film, settings = cutting.materials, cutting.film, cutting.settings
    return plan_units(cutting.timeline, cutting.pieces, materials, film, settings, nowhere)


def ensure_piece(unit: RenderUnit, exchange: Exchange, render: Render) -> int:
    """Have rendered what a unit stands for where nobody has, and hand it on; gives the frames rendered.

    May be called again by anyone, any time. Raises AssemblyError or MediaError.
    """
    there = {key for key in sorted(keys_of(unit)) if exchange.bring(key)}
    part = replace(unit.without(there), shelf=exchange.workshop.shelf)
    if not part.pieces:
        return 0
    render(part)
    for key in sorted(keys_of(part)):
        exchange.give(key)
    return part.frames


def bring_pieces(cutting: Cutting, exchange: Exchange) -> int:
    """Get the pieces of a film that others made; gives how many frames of it lack all the same."""
    rendered = {piece.key: piece for piece in cutting.pieces if not isinstance(piece, CopyPiece)}
    return sum(piece.frames for key, piece in rendered.items() if not exchange.bring(key))


def _name(key: str) -> str:
    return f"pieces/{key}"
