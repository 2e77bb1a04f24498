"""A take: one attempt at a clip, as it lies in the vault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from longtake.units import FrameRate, Money, Size


@dataclass(frozen=True)
class Take:
    """One paid attempt at a clip: its file, its provider task and its charge.

    `frames`, `rate` and `size` are measured, never what was asked. `out_point` is the frame (counted
    from 0 in the take) where it ends in the film: its handoff frame. `mending` is how it is repaired
    before it is shown, as plain values; None where it is shown as it is. `usable` is the last frame
    that may be shown at all, where a plan leaves it earlier. `number` tells the takes of one recipe
    apart; `lands` is the frame (the hash of its bytes) that this one alone was asked to end on.
    """

    key: str
    recipe: str
    clip: str
    sha256: str
    path: Path
    provider: str
    model: str
    task: str
    frames: int
    rate: FrameRate
    size: Size
    out_point: int
    charge: Money | None = None
    mending: Mapping[str, Any] | None = None
    usable: int | None = None
    number: int = 1
    lands: str = ""
