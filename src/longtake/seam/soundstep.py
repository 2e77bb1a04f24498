"""How audible a seam is: the step of level at it, and the click where the wave breaks off."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from longtake.seam.look import Real
from longtake.seam.scan import Scan, sample_of

# 100 ms either side.
_WINDOW = 4_800
_SILENT_DB = -80.0


@dataclass(frozen=True)
class SoundStep:
    """The sound at a seam: levels of 100 ms before and after in dBFS, and the break of the wave.

    `click` is how far the first sample lies from where the wave was going, in units of the largest
    such miss of the sound around it: 1 or less is not heard.
    """

    before_db: float
    after_db: float
    click: float

    @property
    def level_db(self) -> float:
        """Give the step of level; what is below -80 dBFS counts as that."""
        return self.after_db - self.before_db


def sound_step(before: Scan, after: Scan, out: int, first: int) -> SoundStep | None:
    """Measure the sound where frame `out` of a clip ends and frame `first` of the next begins.

    None where either clip has no sound track, or too little of it there.
    """
    if before.sound is None or after.sound is None:
        return None
    tail = before.sound.before(sample_of(before, out + 1), _WINDOW)
    head = after.sound.after(sample_of(after, first), _WINDOW)
    if len(tail) < 8 or len(head) < 8:
        return None
    return SoundStep(_level(tail), _level(head), _click(tail, head))


def _level(wave: Real) -> float:
    power = float(np.mean(wave.astype(np.float64) ** 2))
    return max(_SILENT_DB, 10 * math.log10(power)) if power > 0 else _SILENT_DB


def _click(tail: Real, head: Real) -> float:
    usual = max(float(np.abs(np.diff(wave, 2)).max()) for wave in (tail, head))
    # A break of -50 dBFS is not heard, however even the sound around it.
    join = np.concatenate([tail[-2:], head[:2]])
    return float(np.abs(np.diff(join, 2)).max()) / max(usual, 3e-3)
