"""The provider of the chain benchmark, and the ways to hand a frame on that are compared.

A hop: the picture goes to the provider, comes back as a clip that moves it by a known way, and one
way of handing on makes the next picture of that clip. Moved back, it should be the picture.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np
from moviepy import VideoFileClip
from PIL import Image

from longtake.media.clipwriter import write_clip
from longtake.media.color import Plane, Sampling, planes_to_frame, rgb_to_planes
from longtake.media.ffmpeg import run_ffmpeg
from longtake.media.frames import decode_frames, last_frame
from longtake.media.planes import Planes, planes_of
from longtake.media.probe import probe
from longtake.seam.apply import Mender
from longtake.seam.calibrate import Observation, observe, vote
from longtake.seam.ends import EndsReader
from longtake.seam.lab import delta_e, to_lab
from longtake.seam.plan import RepairPlan
from longtake.seam.repair import Switches, plan_repair
from longtake.testing.drift import FAITHFUL, Drift, Shade
from longtake.units import FrameRate, Size

# Even, so that whole samples of chroma move too.
STEP = (14, 6)
AS_USUAL = Switches()
RATE = FrameRate.parse("24")
# Each change is one a viewer would not name; thirty of them are another film.
DRIFTING = Drift(
    static=Shade(exposure=0.996, contrast=1.01, saturation=1.008),
    ramp=Shade(contrast=1.005, saturation=1.01, warmth=0.4),
)


@dataclass(frozen=True)
class Provider:
    """A model that shows the picture it was sent, moving; what else it does to it is `drift`."""

    crf: int = 18
    drift: Drift = FAITHFUL
    frames: int = 24
    tags: bool = True

    def clip(self, rgb: Plane, path: Path) -> None:
        """Write the clip that begins on a picture."""
        planes = rgb_to_planes(rgb)
        pictures = (
            self.drift.apply(moved(planes, *self._way(k)), k, self.frames)
            for k in range(self.frames)
        )
        size = Size(rgb.shape[1], rgb.shape[0])
        if self.tags:
            write_clip(
                pictures, path, size=size, rate=RATE, crf=self.crf, preset="veryfast", threads=1
            )
        else:
            _write_untagged(pictures, path, size, self.crf)

    def _way(self, frame: int) -> tuple[int, int]:
        share = frame / (self.frames - 1)
        return 2 * round(STEP[0] / 2 * share), 2 * round(STEP[1] / 2 * share)


def _write_untagged(pictures: Iterable[Planes], path: Path, size: Size, crf: int) -> None:
    """Code pictures as careless encoders do: nothing says which matrix they were made by."""
    options = {
        "crf": str(crf),
        "preset": "veryfast",
        "threads": "1",
        "x264-params": "keyint=48:scenecut=0",
    }
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as out:
        stream: Any = out.add_stream("libx264", rate=RATE.value, options=options)
        stream.width, stream.height, stream.pix_fmt = size.width, size.height, "yuv420p"
        for index, planes in enumerate(pictures):
            frame = planes_to_frame(*planes)
            frame.colorspace = frame.color_primaries = frame.color_trc = 2
            frame.pts, frame.time_base = index, 1 / RATE.value
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def moved(planes: Planes, across: int, down: int) -> Planes:
    """Move planes by whole samples of chroma; what leaves on one side comes in on the other."""
    y, u, v = planes
    half = (down // 2, across // 2)
    return np.roll(y, (down, across), (0, 1)), np.roll(u, half, (0, 1)), np.roll(v, half, (0, 1))


# Makes the next picture of a clip and the picture it was made from.
Way = Callable[[Path, Plane], Plane]


def bare(path: Path, sent: Plane) -> Plane:
    """Hand on the exact last frame in our conversion, without any repair."""
    return last_frame(path).rgb


class Ours:
    """Hands on the last frame as the film shows it: calibrated, fitted to the picture sent, tracked."""

    def __init__(self, switches: Switches = AS_USUAL) -> None:
        self._switches = switches
        self._seen: list[Observation] = []
        self.plan: RepairPlan | None = None

    def __call__(self, path: Path, sent: Plane) -> Plane:
        """Give the next picture of the chain; the clips so far vote on how to read this one."""
        facts = probe(path)
        last = facts.frames - 1
        reader: EndsReader | None = None
        for index, frame in decode_frames(path, 0, facts.frames):
            planes = planes_of(frame)
            if reader is None:
                self._seen.append(observe(sent, planes, full_range=facts.full_range))
                sampling = vote(self._seen).sampling(facts)
                reader = EndsReader(last)
            reader.put(index, planes)
        assert reader is not None
        self.plan = plan_repair(reader.ends(last, sampling, sent), self._switches).plan
        return Mender(self.plan, sampling).handoff(last, planes)


def moviepy_grab(path: Path, sent: Plane) -> Plane:
    """Hand on what MoviePy shows one frame before the end."""
    with VideoFileClip(str(path)) as clip:
        return np.asarray(clip.get_frame(clip.duration - 1 / clip.fps)).copy()


def ffmpeg_grab(path: Path, sent: Plane) -> Plane:
    """Hand on what `ffmpeg -sseof` writes into a PNG."""
    out = path.with_suffix(".png")
    out.unlink(missing_ok=True)
    run_ffmpeg(["-y", "-sseof", "-1", "-i", str(path), "-update", "1", str(out)], timeout_s=60)
    return np.asarray(Image.open(out).convert("RGB"))


def jpeg(path: Path, sent: Plane) -> Plane:
    """Hand on the exact last frame as JPEG of quality 90."""
    file = io.BytesIO()
    Image.fromarray(bare(path, sent)).save(file, "JPEG", quality=90)
    return np.asarray(Image.open(file).convert("RGB"))


def mkl(path: Path, sent: Plane) -> Plane:
    """Hand on the last frame after the linear map that makes the colours' distribution the sent one's."""
    first = last_frame(path, 0).rgb.reshape(-1, 3).astype(np.float64)
    goal = sent.reshape(-1, 3).astype(np.float64)
    have, want = np.cov(first.T), np.cov(goal.T)
    root, back = _power(have, 0.5), _power(have, -0.5)
    matrix = back @ _power(root @ want @ root, 0.5) @ back
    shown = (bare(path, sent) - first.mean(0)) @ matrix + goal.mean(0)
    return np.clip(np.rint(shown), 0, 255).astype(np.uint8)


def _power(matrix: Any, exponent: float) -> Any:
    values, vectors = np.linalg.eigh(matrix)
    return vectors @ np.diag(np.maximum(values, 1e-9) ** exponent) @ vectors.T


# One maker a way: ours learns along its chain.
WAYS: dict[str, Callable[[], Way]] = {
    "ours": Ours,
    "ours, unrepaired": lambda: bare,
    "MoviePy": lambda: moviepy_grab,
    "ffmpeg": lambda: ffmpeg_grab,
    "JPEG": lambda: jpeg,
    "MKL": lambda: mkl,
}


@dataclass(frozen=True)
class State:
    """How a handed on picture, moved back, differs from the first one of its chain."""

    delta_e: float
    mean_delta_e: float
    bias: tuple[float, float, float]
    saturation: float
    contrast: float
    sharpness: float


@dataclass
class Chain:
    """One chain: what every hop left, and the last picture, moved back."""

    states: list[State] = field(default_factory=list)
    picture: Plane | None = None


def run_chain(first: Plane, provider: Provider, name: str, hops: int, folder: Path) -> Chain:
    """Hand a picture on so many times in the way of this name."""
    chain, way = Chain(), WAYS[name]()
    now = first
    path = folder / "hop.mp4"
    for hop in range(1, hops + 1):
        provider.clip(now, path)
        now = np.ascontiguousarray(way(path, now))
        back = np.roll(now, (-hop * STEP[1], -hop * STEP[0]), (0, 1))
        chain.states.append(state(back, first))
        chain.picture = back
    return chain


def state(now: Plane, first: Plane) -> State:
    """Compare two pictures: colours on means of 4x4, the rest on all samples."""
    labs = [to_lab(_quarter(rgb)) for rgb in (now, first)]
    chroma = [float(np.hypot(lab[..., 1], lab[..., 2]).mean()) for lab in labs]
    lumas = [rgb.astype(np.float32) @ Sampling().weights for rgb in (now, first)]
    edges = [float(_bent(luma).var()) for luma in lumas]
    red, green, blue = (now.astype(np.float64) - first).mean((0, 1))
    return State(
        float(delta_e(labs[1], labs[0]).mean()),
        float(delta_e(*(lab.mean((0, 1), keepdims=True) for lab in labs)).mean()),
        (float(red), float(green), float(blue)),
        chroma[0] / chroma[1],
        float(lumas[0].std() / lumas[1].std()),
        edges[0] / edges[1],
    )


def _bent(luma: Any) -> Any:
    return (
        4 * luma[1:-1, 1:-1] - luma[:-2, 1:-1] - luma[2:, 1:-1] - luma[1:-1, :-2] - luma[1:-1, 2:]
    )


def _quarter(rgb: Plane) -> Any:
    height, width = (side - side % 4 for side in rgb.shape[:2])
    parts = rgb[:height, :width].reshape(height // 4, 4, width // 4, 4, 3)
    return parts.mean((1, 3), dtype=np.float32)


def decoded(path: Path) -> list[Planes]:
    """Decode all frames of a clip."""
    with av.open(str(path)) as clip:
        return [tuple(p.copy() for p in planes_of(f)) for f in clip.decode(video=0)]  # type: ignore[misc]
