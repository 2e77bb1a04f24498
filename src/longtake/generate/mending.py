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

from longtake.errors import VaultError
from longtake.media.color import Plane, Sampling
from longtake.media.frames import decode_frames
from longtake.media.normalise import rgb_still_to_film
from longtake.media.planes import Planes, SmallPlanes, planes_of, shrink_planes
from longtake.media.probe import ClipFacts, probe
from longtake.media.stills import open_still
from longtake.plan.job import ClipJob
from longtake.seam.apply import Mender
from longtake.seam.calibrate import Calibration, Observation, observe, vote
from longtake.seam.ends import (
    REACH,
    WORKING,
    EndsReader,
    cut_off,
    gather_ends,
    mendable,
    small_picture,
)
from longtake.seam.mending import Mending, made_later, written_change
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
    """Give a take with the repairs that were decided for it, as it is where none were.

    Raises VaultError for those of a later longtake: deciding anew would hand on another frame.
    """
    written = vault.noted(_place(take, job))
    if made_later(written):
        raise VaultError(
            f'the repairs of "{job.id}" were decided by a later version of longtake',
            hint="use that version for this board: the clips behind it were bought on what it decided",
        )
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
    if not _can_be_mended(facts):
        return take
    mending = _decided(take, job, facts, vault, around, seen)
    place = _place(take, job)
    # What is written there and not understood was decided by rules that are no more.
    vault.note(place, mending.as_json(), anew=vault.noted(place) is not None)
    return known_mending(take, job, vault)


def is_undecided(take: Take, job: ClipJob) -> bool:
    """Tell whether it is still open how a take, given with its repairs if it has any, is repaired.

    The switches of its board may be others than any it was decided for.
    """
    if job.draws or take.mending is not None:
        return False
    return _can_be_mended(probe(take.path))


def accept(take: Take, vault: Vault) -> None:
    """Remember that the author takes this very file as it is."""
    vault.note(_accepted_place(take), {"clip": take.clip})


def was_accepted(take: Take, vault: Vault) -> bool:
    """Tell whether the author took this very file as it is."""
    return vault.noted(_accepted_place(take)) is not None


def note_refusal(take: Take, why: str, vault: Vault) -> None:
    """Remember that the chain stopped at this very file."""
    vault.note(_refused_place(take), {"clip": take.clip, "why": why}, anew=True)


def refusal(take: Take, vault: Vault) -> str:
    """Say why the chain stopped at a take; "" where it did not, or where the author took it as it is."""
    if was_accepted(take, vault):
        return ""
    written = vault.noted(_refused_place(take))
    return str(written.get("why", "")) if isinstance(written, dict) else ""


def calibration_of(vault: Vault, provider: str, model: str) -> Calibration:
    """Give what the clips of a model have agreed on about its colours."""
    return vote(_observations(_rows(vault, provider, model)))


def _can_be_mended(facts: ClipFacts) -> bool:
    return mendable(facts) and not facts.vfr


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
        before=_shown_before(around.before, facts.size, sent),
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


def _shown_before(before: Take | None, size: Size, sent: Plane | None) -> tuple[SmallPlanes, ...]:
    """Give the last frames of the clip before as the film shows them, made small.

    Nothing where its end is shown just as it is handed on: the picture sent stands for it then.
    """
    if before is None:
        return ()
    mending = Mending.from_json(before.mending)
    alike = mending is None or mending.plan.shown
    if alike and (sent is None or not cut_off(sent)):
        return ()
    facts = probe(before.path)
    if facts.size != size or not _can_be_mended(facts):
        return ()
    plan = mending.plan if mending else RepairPlan(before.out_point)
    mender = Mender(plan, mending.sampling(facts) if mending else Sampling())
    start = max(plan.drop, before.out_point + 1 - REACH)
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
        # A file for each voice: of two runs that write at once neither loses the other's.
        place = f"{_voices_place(take.provider, take.model)}/{take.sha256[:40]}.json"
        vault.note(place, {**asdict(seen), "take": take.sha256})
        rows = _rows(vault, take.provider, take.model)
    return vote(_observations(rows))


def _rows(vault: Vault, provider: str, model: str) -> list[dict[str, Any]]:
    """Read the voices of a model's last clips, oldest first; once they were all in one file."""
    place = _voices_place(provider, model)
    written = vault.noted(f"{place}.json")
    early: Sequence[Any] = written.get("observations", []) if isinstance(written, dict) else []
    rows = [*early, *vault.notes(place, _VOTERS)]
    return [row for row in rows if isinstance(row, dict)][-_VOTERS:]


def _observations(rows: list[dict[str, Any]]) -> list[Observation]:
    found = []
    for row in rows:
        told = {name: value for name, value in row.items() if name != "take"}
        try:
            found.append(Observation(**{**told, "shift": tuple(told["shift"])}))
        except (KeyError, TypeError):
            continue
    return found


def _accepted_place(take: Take) -> str:
    return f"accepted/{take.sha256}.json"


def _refused_place(take: Take) -> str:
    return f"refused/{take.sha256}.json"


def _voices_place(provider: str, model: str) -> str:
    return f"calibrations/{provider}-{model}"


def _place(take: Take, job: ClipJob) -> str:
    """Name the decision by what was asked, the very file that came, its end, and what is allowed."""
    words = json.dumps(job.repairs.as_parts(), sort_keys=True)
    allowed = hashlib.sha256(words.encode()).hexdigest()[:12]
    return f"mendings/{take.key[:40]}-{take.sha256[:16]}-{take.out_point}-{allowed}.json"
