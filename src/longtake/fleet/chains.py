"""The graph of a plan as chains that are walked one clip after the other, and what each waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass

from longtake.plan.job import ClipJob
from longtake.plan.recipes import in_handoff_order


@dataclass(frozen=True)
class Link:
    """A clip in its chain: the queue it is made by, and the clips whose frames it begins and ends on."""

    clip: str
    queue: str
    needs: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Give it as plain values."""
        return {**asdict(self), "needs": list(self.needs)}


def chains_of(
    jobs: Iterable[ClipJob], queue_of: Callable[[ClipJob], str]
) -> tuple[tuple[Link, ...], ...]:
    """Cut a graph into chains; a clip that hangs on several, or on the middle of one, begins its own.

    No chain waits for itself, and none for one that waits for it.
    """
    jobs = tuple(jobs)
    known = {job.id for job in jobs}
    needs = {
        job.id: tuple(dict.fromkeys(each for each in job.upstream if each in known)) for job in jobs
    }
    links = {job.id: Link(job.id, queue_of(job), needs[job.id]) for job in jobs}
    chains: list[list[Link]] = []
    ends: dict[str, list[Link]] = {}
    for clip in in_handoff_order({job.id: job for job in jobs}):
        link = links.get(clip)
        if link is None:
            continue  # What no model makes needs no waiting for.
        chain = ends.pop(link.needs[0], None) if len(link.needs) == 1 else None
        if chain is None:
            chain = []
            chains.append(chain)
        chain.append(link)
        ends[clip] = chain
    return tuple(map(tuple, chains))
