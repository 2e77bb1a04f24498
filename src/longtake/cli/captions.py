"""How many captions a film will have, and where they come from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from longtake.assemble.captions import film_captions
from longtake.plan.job import Plan


@dataclass(frozen=True, kw_only=True)
class CaptionsObject:
    """Captions of one kind: how many come from `source`, a file or "narration", and how they are shown."""

    source: str
    count: int
    burned: bool


def caption_counts(plan: Plan) -> tuple[CaptionsObject, ...]:
    """Count the captions of a planned film; takes that come out shorter may change a few."""
    found = Counter(
        (caption.source, caption.style is not None)
        for caption in film_captions(plan.timeline, plan.cues)
    )
    return tuple(
        CaptionsObject(source=source, count=count, burned=burned)
        for (source, burned), count in found.items()
    )
