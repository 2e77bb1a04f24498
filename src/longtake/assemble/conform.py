"""The one place where the planned timeline meets the takes that were really made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from longtake.assemble.material import FileMaterial, Material
from longtake.errors import AssemblyError
from longtake.seam.mending import Mending
from longtake.timeline import Seam, Timeline, TimelineClip, overlap
from longtake.units import FrameRate, film_frame_of, film_frames_until
from longtake.vault.take import Take


def conform(timeline: Timeline, takes: Mapping[str, Take | Material]) -> Timeline:
    """Fit every clip to its take: it ends on the take's out-point, with the handles it has of those planned.

    A take may be longer than was asked for: a film is never longer than its plan promised. What stands
    still at the head of a take that continues another is left out. Where a film of a higher rate shows
    each frame of a take several times, the one that is handed on is shown by the next clip alone, and
    the film is shorter by the others.

    Raises AssemblyError naming clips without a take, and clips too short for the joins around them.
    """
    missing = [clip.id for clip in timeline.clips if clip.id not in takes]
    if missing:
        raise AssemblyError(f"no take of {', '.join(missing)}")
    seams = [isinstance(join, Seam) for join in timeline.joins]
    clips = tuple(
        _fitted(clip, takes[clip.id], timeline.rate, *around)
        for clip, *around in zip(timeline.clips, [False, *seams], [*seams, False], strict=True)
    )
    fitted = replace(timeline, clips=clips)
    _refuse_too_short(fitted)
    return fitted


def _refuse_too_short(fitted: Timeline) -> None:
    short = fitted.too_short()
    if not short:
        return
    named = ", ".join(f"{fitted.clips[index].id} by {frames} frames" for index, frames in short)
    around = [join for index, _ in short for join in fitted.joins[max(0, index - 1) : index + 1]]
    hint = "shorten these transitions"
    if not any(map(overlap, around)):
        hint = "let the next clip `start: fresh`, or ask for another take with another prompt"
    raise AssemblyError(f"takes too short for the joins around them: {named}", hint=hint)


def materials_of(takes: Mapping[str, Take | Material], film: FrameRate) -> dict[str, Material]:
    """Give what stands behind each clip, a take being its file and how that is mended."""
    return {
        clip: _file(take, film) if isinstance(take, Take) else take for clip, take in takes.items()
    }


def _file(take: Take, film: FrameRate) -> FileMaterial:
    mending = Mending.from_json(take.mending)
    if mending is None:
        return FileMaterial(take.path, take.sha256)
    if mending.matrix or mending.siting:
        touched: tuple[tuple[int, int], ...] = (
            (0, film_frames_until(take.frames - 1, take.rate, film)),
        )
    else:
        touched = tuple(
            (film_frame_of(low, take.rate, film), film_frame_of(high, take.rate, film))
            # What is done up to the out-point is done to the handle behind it as well.
            for low, high in (
                (low, take.frames if high > mending.plan.last else high)
                for low, high in mending.plan.touched()
            )
        )
    return FileMaterial(take.path, take.sha256, mending, touched, (take.rate, film))


def _fitted(
    clip: TimelineClip, take: Take | Material, film: FrameRate, after_seam: bool, before_seam: bool
) -> TimelineClip:
    if not isinstance(take, Take):
        return clip
    # A tail that was given up is no handle: a transition would show it after all.
    last = take.frames - 1 if take.usable is None else take.usable
    available = film_frames_until(last, take.rate, film)
    end = min(clip.end, film_frames_until(take.out_point, take.rate, film))
    if before_seam:
        # Its last frame gives way to the first of the next clip, which shows the same for as long.
        end = min(clip.end, film_frame_of(take.out_point, take.rate, film) + 1)
    mending = Mending.from_json(take.mending)
    drop = mending.plan.drop if mending and after_seam else 0
    start = film_frame_of(drop, take.rate, film)
    # More handle than planned would make the film longer, and its cuts other than the animatic's.
    tail = min(available, clip.end + clip.tail) - end
    return replace(clip, start=max(clip.start, start), end=end, tail=tail)
