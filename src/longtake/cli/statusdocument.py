"""What `longtake status --json` writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from longtake import __version__
from longtake.cli.faultobjects import FORM
from longtake.plan.promotion import promoted_shots
from longtake.standing import Standing
from longtake.vault.purchase import Purchase


@dataclass(frozen=True, kw_only=True)
class OtherShapeObject:
    """The film in another shape, such as 9:16; `lacking` frames of it would be rendered."""

    aspect: str
    film: str
    up_to_date: bool
    lacking: int


@dataclass(frozen=True, kw_only=True)
class StatusDocument:
    """`longtake status --json`: `lacking` frames of `frames` would be rendered.

    `approved` names shots the author approved in the draft, `promoted` those of them whose final clips
    are there. `undecided` names clips whose repairs the next run decides, such as where others are
    allowed now, `refused` those at whose take the chain stops, with the reason, and `accepted` those
    whose take the author took as it is; `to_choose` names clips of whose takes one is to be chosen,
    `silent` voices that are still to be made, `buying` clips whose purchase is under way; `unknown`
    numbers purchases of unknown outcome. `other_shapes` are the films of other shapes that were made.
    """

    longtake: Literal[1] = FORM
    version: str = __version__
    event: Literal["status"] = "status"
    board: str
    film: str
    exists: bool
    up_to_date: bool
    frames: int
    lacking: int
    owned: tuple[str, ...]
    missing: tuple[str, ...]
    approved: tuple[str, ...]
    promoted: tuple[str, ...]
    undecided: tuple[str, ...]
    refused: Mapping[str, str]
    accepted: tuple[str, ...]
    to_choose: tuple[str, ...]
    silent: tuple[str, ...]
    buying: tuple[str, ...]
    unknown: tuple[int, ...]
    held_by: str | None
    other_shapes: tuple[OtherShapeObject, ...]


def status_document(
    standing: Standing, board: Path, purchases: tuple[Purchase, ...]
) -> StatusDocument:
    """Write how a film stands, beside the open purchases of its board."""
    return StatusDocument(
        board=str(board),
        film=str(standing.film),
        exists=standing.film.exists(),
        up_to_date=standing.up_to_date,
        frames=standing.frames,
        lacking=standing.lacking,
        owned=tuple(job.id for job in standing.plan.jobs if job.id not in standing.missing),
        missing=standing.missing,
        approved=standing.plan.approved,
        promoted=promoted_shots(standing.plan),
        undecided=standing.undecided,
        refused=standing.refused,
        accepted=standing.accepted,
        to_choose=standing.to_choose,
        silent=tuple(job.id for job in standing.plan.speech if not job.owned),
        buying=tuple(row.clip for row in purchases if row.state != "unknown"),
        unknown=tuple(row.id for row in purchases if row.state == "unknown"),
        held_by=standing.holder or None,
        other_shapes=tuple(
            OtherShapeObject(
                aspect=str(other.aspect),
                film=str(other.film),
                up_to_date=other.up_to_date,
                lacking=other.lacking,
            )
            for other in standing.others
        ),
    )
