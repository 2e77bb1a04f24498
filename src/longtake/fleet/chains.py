"""The graph of a plan as chains that are walked one clip after the other, and what each waits for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from longtake.generate.ensure import provider_of
from longtake.plan.job import ClipJob, EndOf, StartOf


@dataclass(frozen=True)
class Link:
    """A clip in its chain: the queue it is made by, and the clips whose frames it begins and ends on."""

    clip: str
    queue: str
    needs: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Give it as plain values."""
        return {**asdict(self), "needs": list(self.needs)}


def chains_of(jobs: Iterable[ClipJob], queues: Mapping[str, str]) -> tuple[tuple[Link, ...], ...]:
    """Cut a graph into chains; a clip that hangs on several, or on the middle of one, begins its own.

    No chain waits for itself, and none for one that waits for it.
    """
    jobs = tuple(jobs)
    known = {job.id for job in jobs}
    needs = {
        job.id: tuple(dict.fromkeys(each for each in _edges(job) if each in known)) for job in jobs
    }
    links = {job.id: Link(job.id, queues[provider_of(job)], needs[job.id]) for job in jobs}
    chains: list[list[Link]] = []
    ends: dict[str, list[Link]] = {}
    for clip in _in_order(needs):
        link = links[clip]
        chain = ends.pop(link.needs[0], None) if len(link.needs) == 1 else None
        if chain is None:
            chain = []
            chains.append(chain)
        chain.append(link)
        ends[clip] = chain
    return tuple(map(tuple, chains))


def _edges(job: ClipJob) -> Iterable[str]:
    return (edge.clip for edge in (job.first, job.last) if isinstance(edge, EndOf | StartOf))


def _in_order(needs: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Sort clips so that each comes after all it hangs on, else as in the film."""
    placed: dict[str, None] = {}
    waiting = dict(needs)
    while waiting:
        ready = [clip for clip, above in waiting.items() if all(each in placed for each in above)]
        if not ready:
            raise ValueError(f"clips that hang on each other in a circle: {', '.join(waiting)}")
        for clip in ready:
            placed[clip] = None
            del waiting[clip]
    return list(placed)
