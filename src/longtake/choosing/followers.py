"""What begins on the end of a clip, and whether another take of it can be asked to land there."""

from __future__ import annotations

from longtake.generate.catalogue import load_offers
from longtake.plan.job import ClipJob, EndOf, Plan, StartOf
from longtake.plan.settings import find_offer
from longtake.project import home


def followers(plan: Plan, job: ClipJob) -> tuple[ClipJob, ...]:
    """List the clips that begin on the end of a clip, in film order."""
    return tuple(
        other
        for other in plan.jobs
        if isinstance(other.first, EndOf) and other.first.clip == job.id and not other.draws
    )


def owned_followers(plan: Plan, job: ClipJob) -> tuple[ClipJob, ...]:
    """List those of them whose takes are there: what a new take may land on."""
    owned = plan.quote.owned
    return tuple(other for other in followers(plan, job) if other.id in owned)


def bound_to_start(plan: Plan, job: ClipJob) -> tuple[str, ...]:
    """Name the clips that are there and end on the start of a clip: no landing of it keeps them."""
    owned = plan.quote.owned
    return tuple(
        other.id for other in plan.jobs if other.last == StartOf(job.id) and other.id in owned
    )


def why_not(plan: Plan, job: ClipJob) -> str:
    """Say why no take of a clip can be asked to land on the next one; "" where one can."""
    if not owned_followers(plan, job):
        return "no clip that is there begins on its end"
    offer = find_offer(load_offers(home() / "offers"), job.offer)
    resolution = offer.resolution(job.resolution) if offer else None
    modes = resolution.modes if resolution and resolution.modes is not None else None
    if offer is None or "last" not in (offer.modes if modes is None else modes):
        return f"{job.offer} takes no last frame"
    if job.first is None:
        return "it begins on no frame, and a last one is taken only beside a first"
    if job.out_frame < job.frames - 1:
        return "the film leaves it before its own end"
    return ""
