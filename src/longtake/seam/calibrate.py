"""The colour matrix and chroma siting of a provider, learnt instead of believed.

The picture that was sent comes back as frame 0. What its luma weighs, and where its chroma lies, tells
how the provider made planes of RGB, whatever its files are tagged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from longtake.media.color import Coloured, Matrix, Plane, Sampling, Siting, rgb_to_planes
from longtake.media.planes import Planes
from longtake.seam.register import common_shift

Exact = NDArray[np.float64]

# In codes of luma: below this the two matrices give the same picture.
LEAST_SPREAD = 0.5
# How far the share of bt601 may be off, and how near to either it must lie.
_MOST_DOUBT, _LEAST_LEAN = 0.12, 0.15
# A chroma sample on its luma sample lies a quarter of a chroma sample from one between two.
_QUARTER = 0.25
_LEAST_CHROMA, _LEAST_PEAK, _MOST_MOVED = 1.0, 0.25, 0.4
_BLOCK = 80
_FEWEST_CELLS = 120
_TUKEY = 4.7
_ROUNDS = 6
_AGREED = 2 / 3


@dataclass(frozen=True)
class Observation:
    """What one clip told; None where its picture cannot tell.

    `lean` is 0 where luma was weighed by bt709 and 1 by bt601, `spread` how far the two differ on
    this picture in codes, `shift` where chroma lies against the middle of two luma samples (across,
    down, in chroma samples).
    """

    matrix: Matrix | None
    siting: Siting | None
    lean: float = 0.0
    spread: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Calibration:
    """What the clips of one model agree on; None leaves it to each clip's own tags."""

    matrix: Matrix | None = None
    siting: Siting | None = None
    observations: int = 0

    def sampling(self, facts: Coloured) -> Sampling:
        """Give how a clip is to be read: its own range, and the rest as calibrated, else tagged."""
        return Sampling(
            matrix=self.matrix or facts.matrix,
            full_range=facts.full_range,
            siting=self.siting or facts.siting,
        )

    def as_json(self) -> dict[str, Any]:
        """Write it in plain values."""
        return {
            "matrix": self.matrix,
            "siting": self.siting,
            "observations": self.observations,
        }

    @classmethod
    def from_json(cls, written: dict[str, Any]) -> Calibration:
        """Read what `as_json` wrote."""
        return cls(written["matrix"], written["siting"], int(written["observations"]))


def observe(sent: Plane, came_back: Planes, *, full_range: bool = False) -> Observation:
    """Compare the RGB that was sent with the decoded planes of frame 0.

    A change of brightness, contrast or colour does not mislead it. Pictures of another size tell the
    matrix only.
    """
    lean, doubt, spread = _luma_lean(sent, came_back[0], full_range)
    sure = spread >= LEAST_SPREAD and doubt <= _MOST_DOUBT and abs(lean - 0.5) >= _LEAST_LEAN
    matrix: Matrix | None = ("bt601" if lean > 0.5 else "bt709") if sure else None
    found = None
    if sent.shape[:2] == came_back[0].shape:
        found = _chroma_shift(sent, came_back, full_range)
    siting = _siting(found) if found else None
    return Observation(matrix, siting, lean, spread, found or (0.0, 0.0))


def vote(observations: Iterable[Observation]) -> Calibration:
    """Let the clips of one model vote: two thirds of those that can tell decide."""
    seen = tuple(observations)
    matrix = _elected([one.matrix for one in seen if one.matrix])
    siting = _elected([one.siting for one in seen if one.siting])
    return Calibration(cast("Matrix | None", matrix), cast("Siting | None", siting), len(seen))


def _elected(votes: list[Any]) -> Any:
    if not votes:
        return None
    first = max(sorted(set(votes)), key=votes.count)
    return first if votes.count(first) >= _AGREED * len(votes) else None


def _luma_lean(sent: Plane, luma: Plane, full_range: bool) -> tuple[float, float, float]:
    """Solve luma = a * Y709 + b + lean * (Y601 - Y709) over cells; gives lean, its doubt, spread."""
    rows, columns = min(45, luma.shape[0] // 2), min(80, luma.shape[1] // 2)
    rgb = np.stack([_cells(sent[..., c], rows, columns) for c in range(3)], -1)
    seen = _cells(luma, rows, columns)
    codes = replace(Sampling(), full_range=full_range).luma[1] / 255
    weighed = [codes * (rgb @ np.array(Sampling(matrix=m).weights)) for m in ("bt709", "bt601")]
    apart = weighed[1] - weighed[0]
    # What RGB cut off is not what the luma was made of, or not all of it.
    whole = _cells(((sent == 0) | (sent == 255)).any(-1), rows, columns) == 0
    if whole.sum() < _FEWEST_CELLS:
        return 0.0, float("inf"), 0.0
    apart, seen = apart[whole], seen[whole]
    facts = np.stack([weighed[0][whole], np.ones_like(apart), apart], 1)
    # What moved in the picture can weigh as either matrix would: begin with what fits most cells.
    even = np.ones(len(seen))
    tries = [_followed(facts[:, :2], seen - lean * apart, even) for lean in (0.0, 1.0)]
    _, begun, _ = min(tries, key=lambda tried: float(np.median(tried[0])))
    away, weights, solved = _followed(facts, seen, begun)
    heavy = facts * weights[:, None]
    noise = float((weights * away**2).sum() / max(weights.sum() - 3, 1.0))
    doubt = float(np.sqrt(np.linalg.inv(heavy.T @ facts + 1e-6 * np.eye(3))[2, 2] * noise))
    middle = float(np.average(apart, weights=weights + 1e-9))
    spread = float(np.sqrt(np.average((apart - middle) ** 2, weights=weights + 1e-9)))
    return float(solved[2]), doubt, spread


def _followed(facts: Exact, seen: Exact, weights: Exact) -> tuple[Exact, Exact, Exact]:
    """Solve facts * x = seen again and again without what does not follow; gives residuals, weights, x."""
    solved: Exact = np.zeros(facts.shape[1])
    away: Exact = np.zeros(len(seen))
    for _ in range(_ROUNDS):
        root = np.sqrt(weights)
        solved = np.linalg.lstsq(facts * root[:, None], seen * root, rcond=None)[0].astype(float)
        away = np.abs(seen - facts @ solved)
        reach = _TUKEY * (1.4826 * float(np.median(away)) + 0.2)
        weights = np.clip(1 - (away / reach) ** 2, 0, None) ** 2
    return away, weights, solved


def _cells(plane: NDArray[Any], rows: int, columns: int) -> Exact:
    height, width = plane.shape
    high, wide = height // rows, width // columns
    whole = plane[: rows * high, : columns * wide].astype(np.float64)
    means: Exact = whole.reshape(rows, high, columns, wide).mean((1, 3)).ravel()
    return means


def _chroma_shift(sent: Plane, came_back: Planes, full_range: bool) -> tuple[float, float] | None:
    """Measure where chroma lies against chroma between two luma samples, the picture's shift taken off."""
    middle = rgb_to_planes(sent, full_range=full_range, siting="centre")
    high, wide = middle[1].shape
    grid = (max(1, high // _BLOCK), max(1, wide // _BLOCK))
    pairs = [
        (mine.astype(np.float32), theirs.astype(np.float32))
        for mine, theirs in zip(middle, came_back, strict=True)
    ]
    moved, _ = common_shift(pairs[:1], grid)
    found, quality = common_shift(pairs[1:], grid)
    colourful = max(float(mine.std()) for mine, _ in pairs[1:])
    # A picture that was moved or enlarged hides a quarter of a sample.
    still = float(np.hypot(*moved)) <= _MOST_MOVED
    if not still or colourful < _LEAST_CHROMA or quality < _LEAST_PEAK:
        return None
    across, down = found - moved / 2
    return float(across), float(down)


def _siting(shift: tuple[float, float]) -> Siting | None:
    """Name the siting nearest to a measured shift; None half-way between two, or away from all."""
    places: dict[Siting, tuple[float, float]] = {
        "centre": (0.0, 0.0),
        "left": (_QUARTER, 0.0),
        "topleft": (_QUARTER, _QUARTER),
        "top": (0.0, _QUARTER),
    }
    away = {name: max(abs(shift[0] - x), abs(shift[1] - y)) for name, (x, y) in places.items()}
    best = min(away, key=lambda name: away[name])
    return best if away[best] < 0.4 * _QUARTER else None
