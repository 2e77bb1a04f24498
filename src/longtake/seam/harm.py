"""Do no harm: each part of a repair is tried, measured, and kept only where it helps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from longtake.media.color import Sampling
from longtake.media.planes import SmallPlanes
from longtake.seam.apply import Mender
from longtake.seam.ends import ClipEnds, difference, small_luma
from longtake.seam.fit import SAME, colour_cells
from longtake.seam.lab import delta_e, to_lab
from longtake.seam.plan import RepairPlan
from longtake.seam.register import register

# Measures a seam from the frames before it (the handoff frame last) and those after it; None is a
# measure that cannot be taken there.
Score = Callable[[Sequence[SmallPlanes], Sequence[SmallPlanes]], Mapping[str, float | None]]

# How bad a value of a measure is, where it is not simply the larger the worse.
_BADNESS: dict[str, Callable[[float], float]] = {
    "handoff_ssim": lambda value: 1 - value,
    "likeness": lambda value: 1 - value,
    "jump": lambda value: max(0.0, value - 1),
    "leap": lambda value: max(0.0, value - 1),
    "pace": lambda value: max(0.0, -value),
    "tail_fade": lambda value: max(0.0, 1 - value),
    "tail_blur": lambda value: max(0.0, -value),
}
# What must change before a measure counts as better or worse, and up to where a seam is clean all the
# same. For sharpness the first is what resampling by a part of a pixel costs.
_COUNTS: dict[str, tuple[float, float]] = {
    "handoff_de": (0.10, 0.40),
    "handoff_step": (0.10, 0.35),
    "handoff_ssim": (0.008, 0.03),
    "handoff_shift": (0.03, 0.06),
    "likeness": (0.05, 0.1),
    "light_step": (0.10, 0.25),
    "tint_step": (0.10, 0.25),
    "sharp_ratio": (0.6, 0.6),
    "freeze_frames": (0.5, 0.5),
    "tail_fade": (0.02, 0.05),
    "tail_blur": (0.2, 0.5),
    "turn": (0.6, 2.5),
    "pace": (0.4, 1.3),
    "jump": (0.5, 1.0),
    "leap": (0.3, 0.2),
    "flash": (0.004, 0.01),
}
_OTHERS = (0.1, 0.0)
# What belongs to the clips and not to the seam between them.
_NO_MEASURES = {"motion", "first_step"}
_LEAST_MOTION = 0.35


@dataclass(frozen=True)
class Change:
    """One part of a repair: what the seam measured without and with it, and what became of it."""

    part: str
    kept: bool
    why: str
    before: Mapping[str, float | None]
    after: Mapping[str, float | None]


class Weighing:
    """A plan that grows part by part; a part that makes the seam worse is left out, and logged."""

    def __init__(self, ends: ClipEnds, plan: RepairPlan, score: Score) -> None:
        self.plan = plan
        self.log: list[Change] = []
        self._ends, self._score = ends, score
        self._now: Mapping[str, float | None] | None = None

    def add(
        self,
        part: str,
        facts: Mapping[str, Any],
        asked: tuple[str, float, float] | None = None,
    ) -> None:
        """Try some fields of the plan; what does not show at the seam cannot harm it, and is kept.

        What is `asked` of the clip's other end need not better this seam: a name and two numbers,
        logged, tell how far that end is from what was asked, without and with the part.
        """
        if not facts:
            return
        tried = replace(self.plan, **facts)
        name, *numbers = asked or ("", 0.0, 0.0)
        was, now = ({name: number} if asked else {} for number in numbers)
        if not self._ends.front or not _shows_at_seam(self._ends, self.plan, tried):
            self.log.append(Change(part, True, "nothing of it shows at the seam", was, now))
            self.plan = tried
            return
        before = self._seam(self.plan) if self._now is None else self._now
        after = self._seam(tried)
        worse, better = compared(before, after)
        kept = bool(better or asked) and not worse
        why = "nothing at the seam is worse" if asked and kept else _reason(worse, better)
        self.log.append(Change(part, kept, why, {**before, **was}, {**after, **now}))
        self._now = after if kept else before
        self.plan = tried if kept else self.plan

    def leave(self, part: str, why: str) -> None:
        """Log that a part was asked for and cannot be had."""
        self.log.append(Change(part, False, why, {}, {}))

    def _seam(self, plan: RepairPlan) -> Mapping[str, float | None]:
        mender, head = Mender(plan, self._ends.sampling), self._ends.head
        after = [mender.planes(k, head[k]) for k in range(plan.drop, len(head))]
        return self._score(self._ends.front, after)


def compared(
    before: Mapping[str, float | None], after: Mapping[str, float | None]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Name the measures that became worse, and those that became better."""
    worse, better = [], []
    for name in (before.keys() & after.keys()) - _NO_MEASURES:
        was, now = before[name], after[name]
        if was is None or now is None:
            continue
        bad = _BADNESS.get(name, abs)
        change = bad(now) - bad(was)
        counts, clean = _COUNTS.get(name, _OTHERS)
        if change > counts and bad(now) > clean:
            worse.append(name)
        # A quarter of what was wrong is a gain, even where all of it would hardly count.
        elif change < -max(min(counts, 0.25 * bad(was)), counts / 4):
            better.append(name)
    return tuple(sorted(worse)), tuple(sorted(better))


def seam_measures(
    before: Sequence[SmallPlanes], after: Sequence[SmallPlanes], sampling: Sampling
) -> dict[str, float]:
    """Measure a seam by the few numbers that repairs change; all are better small but `jump`."""
    handoff, first = before[-1], after[0]
    cells = [to_lab(_grid(planes, sampling)) for planes in (handoff, first)]
    step = (cells[1] - cells[0]).mean((0, 1))
    found = {
        "handoff_de": float(np.median(delta_e(cells[0], cells[1]))),
        "handoff_step": float(np.linalg.norm(step)),
        "light_step": float(step[0]),
        "tint_step": float(np.hypot(*step[1:])),
        "sharp_ratio": abs(float(np.log2(_sharpness(first) / _sharpness(handoff)))),
    }
    steps = np.array([difference(one, other) for one, other in pairwise(after)])
    if len(steps) >= 8:
        usual = max(float(np.median(steps[4:])), _LEAST_MOTION)
        found["jump"] = difference(handoff, after[1]) / usual
        still = max(0.25 * usual, 0.2)
        moves = float(np.median(steps[4:])) >= 0.4
        found["freeze_frames"] = float(np.argmin(steps < still)) if moves else 0.0
        light = np.array([small_luma(planes).mean() for planes in after[:12]])
        found["flash"] = float(np.abs(np.diff(np.log(np.maximum(light, 1)))).max())
    place = register(handoff[0], first[0])
    if place.sure:
        found["handoff_shift"] = place.move.reach(*handoff[0].shape) / 2
    return found


def _shows_at_seam(ends: ClipEnds, plan: RepairPlan, tried: RepairPlan) -> bool:
    """Tell whether two plans differ in any frame at the head of the clip."""
    if plan.drop != tried.drop:
        return True
    return any(_shown(plan, frame) != _shown(tried, frame) for frame in range(len(ends.head)))


def _shown(plan: RepairPlan, frame: int) -> tuple[Any, ...]:
    colours = plan.colour(frame) if plan.shown else SAME
    return colours, plan.flash(frame), plan.place(frame), plan.bars


def _reason(worse: tuple[str, ...], better: tuple[str, ...]) -> str:
    if worse:
        return f"{', '.join(worse)} would be worse"
    return f"{', '.join(better)} better" if better else "nothing would be better"


def _grid(planes: SmallPlanes, sampling: Sampling) -> Any:
    cells = colour_cells(planes, sampling)
    rows, columns = (side - side % 5 for side in cells.shape[:2])
    if min(rows, columns) < 5:
        return cells
    parts = cells[:rows, :columns].reshape(rows // 5, 5, columns // 5, 5, 3)
    return parts.mean((1, 3))


def _sharpness(planes: SmallPlanes) -> float:
    y = planes[0].astype(np.float32)
    bent = 4 * y[1:-1, 1:-1] - y[:-2, 1:-1] - y[2:, 1:-1] - y[1:-1, :-2] - y[1:-1, 2:]
    return float(bent.var()) + 0.1
