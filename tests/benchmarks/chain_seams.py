"""Single seams and single clips: a zoom at the join, a perfect clip through all repairs, the cost."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from chain_ways import Ours, Provider, bare, decoded, mkl, moved, state
from chain_worlds import draw_world

from longtake.media.camera import PlanesView
from longtake.media.clipwriter import write_clip
from longtake.media.color import Plane, Sampling, planes_to_frame, planes_to_rgb, rgb_to_planes
from longtake.media.encode import EncoderSettings, FrameEncoder
from longtake.media.frames import decode_frames
from longtake.media.planes import Planes, planes_of, shrink_planes
from longtake.seam.apply import Mender
from longtake.seam.ends import EndsReader, read_ends
from longtake.seam.plan import RepairPlan
from longtake.seam.repair import plan_repair
from longtake.testing.drift import Drift, Shade
from longtake.units import FrameRate, Size

RATE = FrameRate.parse("24")
_BEFORE, _AFTER = 14, 40
_ZOOM = 1.01
# Of the width, a frame: a slow pan.
_PACE = 0.0006


def zoomed_seam(size: Size, folder: Path, worlds: Sequence[str]) -> Iterator[str]:
    """Tell how a zoom of 1 % at the seam shows: the step in it against the usual one, the sharpness."""
    shown: dict[str, list[tuple[float, float]]] = {}
    for world in worlds:
        before, after = _clips(draw_world(world, size), size, folder)
        sent = planes_to_rgb(*before[-1], Sampling())
        ends = EndsReader(len(after) - 1)
        for index, planes in enumerate(after):
            ends.put(index, planes)
        mender = Mender(plan_repair(ends.ends(len(after) - 1, Sampling(), sent)).plan, Sampling())
        mended = [mender.planes(index, planes) for index, planes in enumerate(after)]
        mixed = [_mixed(before[k - 4], after[k], (k + 1) / 5) for k in range(4)]
        tries = {
            "ours": (before, mended[1:]),
            "plain": (before, after[1:]),
            "4-frame dissolve": (before[:-4], [*mixed, *after[4:]]),
        }
        for name, (left, right) in tries.items():
            shown.setdefault(name, []).append(_seen(left, right))
    told = ", ".join(
        f"{name} {np.mean([s for s, _ in all_]):.2f}x motion, sharpness {np.mean([s for _, s in all_]):.2f}"
        for name, all_ in shown.items()
    )
    yield f"A zoom of 1 % at the seam: {told}."


def perfect_clip(size: Size, folder: Path, worlds: Sequence[str]) -> Iterator[str]:
    """Tell what repairs make of a clip that needs none, its first frame disturbed or not."""
    for name, disturb in (
        ("A perfect clip", None),
        ("... with an object that moved", _with_object),
    ):
        changes: dict[str, list[float]] = {"ours": [], "MKL": []}
        for world in worlds:
            first = draw_world(world, size)
            path = folder / "perfect.mp4"
            Provider().clip(first, path)
            sent = disturb(first) if disturb else first
            goal = planes_to_rgb(*moved(rgb_to_planes(first), 14, 6), Sampling())
            was = state(bare(path, sent), goal).delta_e
            changes["ours"].append(state(Ours()(path, sent), goal).delta_e - was)
            changes["MKL"].append(state(mkl(path, sent), goal).delta_e - was)
        told = ", ".join(f"{way} {max(found, key=abs):+.3f}" for way, found in changes.items())
        yield f"{name} through all repairs, worst change of dE: {told}."


def cost(size: Size, frames: int) -> str:
    """Tell the CPU time of measuring and repairing one clip against decoding and encoding it once."""
    settings = EncoderSettings.for_quality("normal", RATE)
    first = draw_world("coast", size)
    drift = Drift(static=Shade(contrast=1.03, saturation=1.05), ramp=Shade(saturation=1.05))
    with tempfile.TemporaryDirectory(prefix="longtake-bench-") as name:
        path = Path(name) / "clip.mp4"
        Provider(drift=drift, frames=frames).clip(first, path)
        plain = _cpu(lambda: _rendered(path, frames, size, settings, None))
        plans: list[RepairPlan] = []
        measured = _cpu(
            lambda: plans.append(plan_repair(read_ends(path, frames - 1, Sampling(), first)).plan)
        )
        mended = _cpu(lambda: _rendered(path, frames, size, settings, Mender(plans[0], Sampling())))
    assert not plans[0].copyable
    return (
        f"Cost of {frames} frames of {size}, CPU s: decode and encode {plain:.2f}; measure (a decode of "
        f"its own and the plan) {measured:.2f}, repaired decode and encode {mended:.2f}: "
        f"{(measured + mended) / plain:.2f}x."
    )


def _rendered(
    path: Path, frames: int, size: Size, settings: EncoderSettings, mender: Mender | None
) -> None:
    encoder = FrameEncoder(size, RATE, settings)
    for index, frame in decode_frames(path, 0, frames):
        if mender:
            frame = planes_to_frame(*mender.planes(index, planes_of(frame)))
        encoder.put(frame)
    encoder.close()


def _cpu(work: Callable[[], Any]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _clips(rgb: Plane, size: Size, folder: Path) -> tuple[list[Planes], list[Planes]]:
    """Code the two sides of a seam: a slow pan, behind the seam enlarged."""
    planes = rgb_to_planes(rgb)
    sides = []
    for start, count, zoom in ((0, _BEFORE, 1.0), (_BEFORE - 1, _AFTER, _ZOOM)):
        frames = []
        for k in range(count):
            goes = np.diag([zoom, zoom, 1.0])
            goes[0, 2] = _PACE * (start + k) + 0.0004
            frames.append(PlanesView(planes, [goes]).frame(goes))
        path = folder / "side.mp4"
        write_clip(frames, path, size=size, rate=RATE, crf=18, preset="veryfast", threads=1)
        sides.append(decoded(path))
    return sides[0], sides[1]


def _seen(before: list[Planes], after: list[Planes]) -> tuple[float, float]:
    """Give the largest of the first steps behind the seam, and the least sharpness, against usual ones.

    Steps are taken at the size at which seams are measured: there, noise is no motion.
    """
    small = [shrink_planes(planes, 320)[0] for planes in (*before[-12:], *after[:20])]
    steps = [float(np.abs(other.astype(np.float32) - one).mean()) for one, other in pairwise(small)]
    at = min(len(before), 12) - 1
    usual = max(float(np.median(steps[: at - 1] + steps[at + 15 :])), 0.35)
    sharp = [_sharpness(planes) for planes in after[:6]]
    return max(steps[at : at + 4]) / usual, min(sharp) / np.median(
        [_sharpness(p) for p in before[-6:]]
    )


def _sharpness(planes: Planes) -> float:
    y = planes[0].astype(np.float32)
    bent = 4 * y[1:-1, 1:-1] - y[:-2, 1:-1] - y[2:, 1:-1] - y[1:-1, :-2] - y[1:-1, 2:]
    return float(bent.var())


def _mixed(one: Planes, other: Planes, share: float) -> Planes:
    y, u, v = (
        np.rint(a * (1 - share) + b * share).astype(np.uint8)
        for a, b in zip(one, other, strict=True)
    )
    return y, u, v


def _with_object(rgb: Plane) -> Plane:
    """Put a green ball into the picture that was sent: in the clip it has rolled away."""
    height, width = rgb.shape[:2]
    down, across = np.mgrid[0:height, 0:width]
    ball = np.hypot(down - height * 0.4, across - width * 0.32) < height * 0.18
    with_ball = rgb.copy()
    with_ball[ball] = (30, 200, 60)
    return with_ball
