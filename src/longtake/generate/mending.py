"""Decide once, when a bought clip lands, how it is repaired; remember it beside the take.

What is decided is never decided again: the next clip was bought on the corrected frame.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from longtake.errors import MediaError
from longtake.files import read_json, write_json
from longtake.media.color import Plane
from longtake.media.frames import decode_frames
from longtake.media.normalise import rgb_still_to_film
from longtake.media.planes import Planes, planes_of, shrink_planes
from longtake.media.probe import ClipFacts, probe
from longtake.media.stills import open_still
from longtake.plan.job import ClipJob
from longtake.seam.apply import Mender
from longtake.seam.calibrate import Calibration, Observation, observe, vote
from longtake.seam.ends import REACH, WORKING, mendable, read_ends, small_picture
from longtake.seam.mending import Mending, written_change
from longtake.seam.plan import RepairPlan
from longtake.seam.repair import Switches, plan_repair
from longtake.units import Size
from longtake.vault.store import Vault
from longtake.vault.take import Take

# How many clips of a model are heard when its colours are voted on.
_VOTERS = 40


@dataclass(frozen=True)
class Neighbours:
    """What a clip's colours are held against: the picture it was sent, the take in front of it, and
    the approved picture that its end is led back to.
    """

    sent: Path | None = None
    before: Take | None = None
    anchor: Path | None = None


def known_mending(take: Take, job: ClipJob, vault: Vault) -> Take:
    """Give a take with the repairs that were decided for it, as it is where none were."""
    written = read_json(_place(take, job, vault))
    return take if Mending.from_json(written) is None else replace(take, mending=written)


def mended(take: Take, job: ClipJob, vault: Vault, around: Neighbours) -> Take:
    """Give a take with its repairs, decided now if they never were.

    A clip whose planes cannot be repaired (turned, interlaced, not 4:2:0) is shown as it is.
    """
    known = known_mending(take, job, vault)
    if known.mending is not None:
        return known
    facts = probe(take.path)
    if not mendable(facts) or facts.vfr:
        return take
    mending = _decided(take, job, facts, vault, around)
    place = _place(take, job, vault)
    place.parent.mkdir(parents=True, exist_ok=True)
    write_json(place, mending.as_json())
    return known_mending(take, job, vault)


def calibration_of(vault: Vault, provider: str, model: str) -> Calibration:
    """Give what the clips of a model have agreed on about its colours."""
    return vote(_observations(vault, provider, model))


def _decided(
    take: Take, job: ClipJob, facts: ClipFacts, vault: Vault, around: Neighbours
) -> Mending:
    sent = _on_canvas(around.sent, facts.size)
    calibration = _calibrated(take, facts, sent, vault)
    sampling = calibration.sampling(facts)
    switches = Switches(job.repairs.color, job.repairs.lighting, job.repairs.repair)
    ends = read_ends(
        take.path, take.out_point, sampling, sent, _shown_before(around.before, facts.size)
    )
    anchor = _on_canvas(around.anchor, facts.size)
    if anchor is not None:
        ends = replace(ends, anchor=small_picture(anchor, sampling))
    repair = plan_repair(ends, switches)
    return Mending(
        repair.plan,
        sampling.matrix if sampling.matrix != facts.matrix else None,
        sampling.siting if sampling.siting != facts.siting else None,
        tuple(written_change(change) for change in repair.log),
    )


def _on_canvas(picture: Path | None, size: Size) -> Plane | None:
    """Read a picture as a model saw it: one that makes another size has scaled it as a whole."""
    return rgb_still_to_film(open_still(picture), size, "cover") if picture else None


def _shown_before(before: Take | None, size: Size) -> tuple[Planes, ...]:
    """Give the last frames of the clip before as the film shows them, made small."""
    if before is None:
        return ()
    facts = probe(before.path)
    if not mendable(facts) or facts.size != size:
        return ()
    mending = Mending.from_json(before.mending) or Mending(RepairPlan(before.out_point))
    mender = Mender(mending.plan, mending.sampling(facts))
    start = max(mending.plan.drop, before.out_point + 1 - REACH)
    return tuple(
        shrink_planes(mender.planes(index, planes_of(frame)), WORKING)
        for index, frame in decode_frames(before.path, start, before.out_point + 1)
    )


def _calibrated(take: Take, facts: ClipFacts, sent: Plane | None, vault: Vault) -> Calibration:
    """Let this clip tell what it can of its model's colours, and hear what all of them say."""
    seen = _observations(vault, take.provider, take.model)
    if sent is not None:
        seen = [*seen, observe(sent, _first(take.path), full_range=facts.full_range)][-_VOTERS:]
        path = _calibration_place(vault, take.provider, take.model)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, {"observations": [asdict(each) for each in seen]})
    return vote(seen)


def _first(path: Path) -> Planes:
    for _, frame in decode_frames(path, 0, 1):
        y, u, v = planes_of(frame)
        return y.copy(), u.copy(), v.copy()
    raise MediaError(f"{path}: has no frame")


def _observations(vault: Vault, provider: str, model: str) -> list[Observation]:
    written = read_json(_calibration_place(vault, provider, model))
    rows: Sequence[Any] = written.get("observations", []) if isinstance(written, dict) else []
    found = []
    for row in rows:
        try:
            found.append(Observation(**{**row, "shift": tuple(row["shift"])}))
        except (KeyError, TypeError):
            continue
    return found


def _calibration_place(vault: Vault, provider: str, model: str) -> Path:
    return vault.root / "calibrations" / f"{provider}-{model}.json"


def _place(take: Take, job: ClipJob, vault: Vault) -> Path:
    """Name the decision by the take, where it ends, and what the author allows."""
    words = json.dumps(job.repairs.as_parts(), sort_keys=True)
    allowed = hashlib.sha256(words.encode()).hexdigest()[:12]
    return vault.root / "mendings" / f"{take.key}-{take.out_point}-{allowed}.json"
