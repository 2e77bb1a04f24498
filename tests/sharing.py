"""Machines that share a vault, and what they put into it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from longtake.units import FrameRate, Money, Size
from longtake.vault.store import Vault
from longtake.vault.take import Take

KEY = "a" * 64
OTHER = "b" * 64


class Studio:
    """Machines that share a vault, each with a copy of its own."""

    def __init__(self, root: Path, open_one: Callable[[Path], Vault]) -> None:
        self.root = root
        self.open_one = open_one

    def machine(self, name: str) -> Vault:
        """Give the vault as one machine sees it."""
        vault = self.open_one(self.root / name)
        vault.open()
        return vault


def drawn(content: bytes) -> Callable[[Path], None]:
    """Give a way to make a picture of these bytes."""

    def make(part: Path) -> None:
        part.write_bytes(content)

    return make


def taken(
    vault: Vault, content: bytes = b"clip", key: str = KEY, recipe: str = "r1", **more: object
) -> Take:
    """Put a take into a vault."""
    part = vault.scratch(key)
    part.write_bytes(content)
    facts = {"task": "t1", "number": 1, **more}
    take = Take(
        key, recipe, "dawn", "", part, "apimart", "model", frames=48, rate=FrameRate(Fraction(24)),
        size=Size(64, 36), out_point=47, charge=Money.parse("0.50 USD"), **facts,  # type: ignore[arg-type]
    )  # fmt: skip
    return vault.add(take, part)
