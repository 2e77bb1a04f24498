"""The takes of a clip side by side: measured, ranked, and each with the reasons in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from longtake.buying import bought_takes
from longtake.errors import LongtakeError
from longtake.files import write_bytes
from longtake.generate.handoff import Handoffs, KeptFrame
from longtake.media.normalise import rgb_still_to_film
from longtake.media.stills import open_still
from longtake.plan.job import ClipJob, Edge, Plan
from longtake.seam.look import Look, look_at
from longtake.seam.rank import mark_take, rank_takes
from longtake.seam.scan import Scan, read_scan, scan_clip
from longtake.vault.take import Take


@dataclass(frozen=True)
class Candidate:
    """One take of a clip: `kept` in the film now, `proposed` by its rank, and why in words.

    `place` is 1 for the best. A rank proposes and never decides.
    """

    number: int
    take: Take
    kept: bool
    proposed: bool
    place: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Given:
    """The pictures that a clip was asked to begin and to end on, None where it was not."""

    first: Path | None = None
    last: Path | None = None


def ranked(job: ClipJob, takes: Iterable[Take], given: Given, scans: Path) -> tuple[Candidate, ...]:
    """Rank the takes of a clip, by their numbers; what is measured of each is kept in `scans`.

    Raises MediaError where a take cannot be decoded.
    """
    ordered = sorted(takes, key=lambda take: take.number)
    marks = [
        mark_take(
            _scan(take, scans),
            take.out_point,
            first=_look(given.first, take),
            last=_look(_end(take, given), take),
        )
        for take in ordered
    ]
    places = rank_takes(marks, steady=job.repairs.lighting == "constant")
    return tuple(
        Candidate(
            take.number,
            take,
            not job.is_open and take.number == job.take,
            place.place == 1 and len(ordered) > 1,
            place.place,
            place.reasons,
        )
        for take, place in zip(ordered, places, strict=True)
    )


def given_frames(plan: Plan, job: ClipJob, takes: Mapping[str, Take]) -> Given:
    """Find the pictures that the takes of a clip were given, as far as they are there.

    `takes` are those that the film keeps.
    """
    handoffs = Handoffs.of(plan, bought_takes())
    begins = KeptFrame(job.begins) if job.begins else job.first

    def picture(edge: Edge | KeptFrame | None) -> Path | None:
        try:
            return handoffs.frame(edge, job.canvas, takes).path if edge else None
        except LongtakeError:
            return None

    return Given(picture(begins), picture(job.last))


def _end(take: Take, given: Given) -> Path | None:
    """Give the picture a take was asked to end on; None where a plan leaves it before its end."""
    if take.out_point < take.frames - 2:
        return None
    return bought_takes().sent(take.lands) if take.lands else given.last


def _look(path: Path | None, take: Take) -> Look | None:
    """See a picture as the model saw it: one that makes another size has scaled it as a whole."""
    return look_at(rgb_still_to_film(open_still(path), take.size, "cover")) if path else None


def _scan(take: Take, folder: Path) -> Scan:
    kept = folder / f"{take.sha256[:32]}-whole.npz"
    found = read_scan(kept)
    if found is None:
        found = scan_clip(take.path)
        write_bytes(kept, found.to_bytes())
    return found
