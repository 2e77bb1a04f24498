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
from longtake.seam.ends import (
    REACH,
    WORKING,
    EndsReader,
    gather_ends,
    mendable,
    small_picture,
)
from longtake.seam.mending import Mending, written_change
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


def mended(
    take: Take, job: ClipJob, vault: Vault, around: Neighbours, seen: EndsReader | None = None
) -> Take:
    """Give a take with its repairs, decided now if they never were.

    `seen` are its ends where somebody has just decoded it. A clip whose planes cannot be repaired
    (turned, interlaced, not 4:2:0) is shown as it is.
    """
    known = known_mending(take, job, vault)
    if known.mending is not None:
        return known
    facts = probe(take.path)
    if not mendable(facts) or facts.vfr:
        return take
    mending = _decided(take, job, facts, vault, around, seen)
    write_json(_place(take, job, vault), mending.as_json())
    return known_mending(take, job, vault)


def accept(take: Take, vault: Vault) -> None:
    """Remember that the author takes this very file as it is."""
    write_json(_accepted_place(take, vault), {"clip": take.clip})


def was_accepted(take: Take, vault: Vault) -> bool:
    """Tell whether the author took this very file as it is."""
    return _accepted_place(take, vault).is_file()


def calibration_of(vault: Vault, provider: str, model: str) -> Calibration:
    """Give what the clips of a model have agreed on about its colours."""
    return vote(_observations(_rows(vault, provider, model)))


def _decided(
    take: Take,
    job: ClipJob,
    facts: ClipFacts,
    vault: Vault,
    around: Neighbours,
    seen: EndsReader | None,
) -> Mending:
    sent, anchor = (_on_canvas(each, facts.size) for each in (around.sent, around.anchor))
    if seen is None or not seen.kept(take.out_point):
        seen = gather_ends(take.path, take.out_point)
    calibration = _calibrated(take, facts, sent, seen.first, vault)
    sampling = calibration.sampling(facts)
    switches = Switches(job.repairs.color, job.repairs.lighting, job.repairs.repair)
    ends = replace(
        seen.ends(take.out_point, sampling, sent),
        anchor=None if anchor is None else small_picture(anchor, sampling),
        before=_shown_before(around.before, facts.size),
    )
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
    """Give the last frames of the clip before as the film shows them, made small.

    Nothing where its end is shown just as it is handed on: the picture sent stands for it then.
    """
    mending = Mending.from_json(before.mending) if before else None
    if before is None or mending is None or mending.plan.shown:
        return ()
    facts = probe(before.path)
    if facts.size != size:
        return ()
    mender = Mender(mending.plan, mending.sampling(facts))
    start = max(mending.plan.drop, before.out_point + 1 - REACH)
    return tuple(
        mender.planes(index, shrink_planes(planes_of(frame), WORKING))
        for index, frame in decode_frames(before.path, start, before.out_point + 1)
    )


def _calibrated(
    take: Take, facts: ClipFacts, sent: Plane | None, first: Planes | None, vault: Vault
) -> Calibration:
    """Let this clip tell what it can of its model's colours, and hear what all of them say."""
    rows = _rows(vault, take.provider, take.model)
    # A run that was killed right here has heard this clip already.
    heard = any(row.get("take") == take.sha256 for row in rows)
    if sent is not None and first is not None and not heard:
        seen = observe(sent, first, full_range=facts.full_range)
        rows = [*rows, {**asdict(seen), "take": take.sha256}][-_VOTERS:]
        path = _calibration_place(vault, take.provider, take.model)
        write_json(path, {"observations": rows})
    return vote(_observations(rows))


def _rows(vault: Vault, provider: str, model: str) -> list[dict[str, Any]]:
    written = read_json(_calibration_place(vault, provider, model))
    rows: Sequence[Any] = written.get("observations", []) if isinstance(written, dict) else []
    return [row for row in rows if isinstance(row, dict)]


def _observations(rows: list[dict[str, Any]]) -> list[Observation]:
    found = []
    for row in rows:
        told = {name: value for name, value in row.items() if name != "take"}
        try:
            found.append(Observation(**{**told, "shift": tuple(told["shift"])}))
        except (KeyError, TypeError):
            continue
    return found


def _accepted_place(take: Take, vault: Vault) -> Path:
    return vault.root / "accepted" / f"{take.sha256}.json"


def _calibration_place(vault: Vault, provider: str, model: str) -> Path:
    return vault.root / "calibrations" / f"{provider}-{model}.json"


def _place(take: Take, job: ClipJob, vault: Vault) -> Path:
    """Name the decision by what was asked, the very file that came, its end, and what is allowed."""
    words = json.dumps(job.repairs.as_parts(), sort_keys=True)
    allowed = hashlib.sha256(words.encode()).hexdigest()[:12]
    return (
        vault.root
        / "mendings"
        / f"{take.key[:40]}-{take.sha256[:16]}-{take.out_point}-{allowed}.json"
    )
