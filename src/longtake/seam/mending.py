"""How a take is shown: its repair plan, and how its colours are read where its tags are wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from longtake.media.color import Coloured, Matrix, Sampling, Siting
from longtake.media.probe import ClipFacts
from longtake.seam.fit import SAME
from longtake.seam.harm import Change
from longtake.seam.plan import NO_BARS, REPAIR_VERSION, RepairPlan
from longtake.seam.register import STILL


@dataclass(frozen=True)
class Mending:
    """What is done to one take before the film shows it or hands its last frame on.

    `matrix` and `siting` are set where a calibration found the clip's own tags wrong. `log` tells of
    each part of the plan what the seam measured without and with it.
    """

    plan: RepairPlan
    matrix: Matrix | None = None
    siting: Siting | None = None
    log: tuple[Mapping[str, Any], ...] = ()

    def facts(self, facts: ClipFacts) -> ClipFacts:
        """Give what is known of the clip, its colours as they really are."""
        return replace(
            facts, matrix=self.matrix or facts.matrix, siting=self.siting or facts.siting
        )

    def sampling(self, facts: Coloured) -> Sampling:
        """Say how the clip's planes are to be read."""
        return Sampling(self.matrix or facts.matrix, facts.full_range, self.siting or facts.siting)

    @property
    def sha256(self) -> str:
        """Name all that shows in the pictures."""
        words = f"{self.plan.sha256} {self.matrix} {self.siting}"
        return hashlib.sha256(words.encode()).hexdigest()

    def part(self, low: int, high: int) -> str:
        """Name all that shows in frames [low, high) of the clip."""
        words = f"{self.plan.part(low, high)} {self.matrix} {self.siting}"
        return hashlib.sha256(words.encode()).hexdigest()

    def shows_otherwise(self, frame: int) -> bool:
        """Tell whether a frame that is handed on is another one than the clip's own, read by its tags."""
        plan = self.plan
        plain = plan.flash(frame) == SAME == plan.colour(frame) and plan.bars == NO_BARS
        return not plain or plan.place(frame) != STILL or bool(self.matrix or self.siting)

    def as_json(self) -> dict[str, Any]:
        """Write it in plain values."""
        return {
            "plan": self.plan.as_json(),
            "matrix": self.matrix,
            "siting": self.siting,
            "log": [dict(each) for each in self.log],
        }

    @classmethod
    def from_json(cls, written: Any) -> Mending | None:
        """Read what `as_json` wrote; None for what a later version wrote, or nobody did."""
        try:
            plan = RepairPlan.from_json(written["plan"])
            return cls(plan, written["matrix"], written["siting"], tuple(written["log"]))
        except (KeyError, TypeError, ValueError, AttributeError):
            return None


def made_later(written: Any) -> bool:
    """Tell whether a later version than this one wrote a mending."""
    plan = written.get("plan") if isinstance(written, dict) else None
    version = plan.get("version") if isinstance(plan, dict) else None
    return isinstance(version, int) and version > REPAIR_VERSION


def written_change(change: Change) -> dict[str, Any]:
    """Write what was tried, and what became of it."""
    return {
        "part": change.part,
        "kept": change.kept,
        "why": change.why,
        "before": dict(change.before),
        "after": dict(change.after),
    }
