"""How long a film is waited for: clips of one chain wait for each other, chains do not."""

from __future__ import annotations

from longtake.plan.job import ClipJob, EndOf, Plan, StartOf
from longtake.plan.recipes import in_handoff_order


def longest_wait(plan: Plan) -> tuple[str, ...]:
    """List the most clips still to be bought that must be made one after another, in their order.

    A clip that begins and ends on pictures waits for nobody. What is owned or drawn costs no time.
    """
    wanted = {job.id for job in plan.to_buy}
    reached: dict[str, int] = {}
    above: dict[str, str | None] = {}
    for clip in in_handoff_order(plan.by_id):
        source = plan.by_id[clip]
        edges = (source.first, source.last) if isinstance(source, ClipJob) else ()
        waited = [edge.clip for edge in edges if isinstance(edge, EndOf | StartOf)]
        above[clip] = max(waited, key=reached.__getitem__, default=None)
        before = above[clip]
        reached[clip] = (reached[before] if before else 0) + (clip in wanted)
    at = max(reached, key=reached.__getitem__, default=None)
    path: list[str] = []
    while at is not None:
        before = above[at]
        if reached[at] > (reached[before] if before else 0):
            path.append(at)
        at = before
    return tuple(reversed(path))
