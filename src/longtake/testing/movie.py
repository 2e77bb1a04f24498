"""The clips the simulator sells: real MP4s that begin on the picture that was sent."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageOps

from longtake.media.camera import PlanesView, camera_path
from longtake.media.clipwriter import write_clip
from longtake.media.color import Plane, rgb_to_planes
from longtake.media.planes import Planes
from longtake.media.scenery import paint_place
from longtake.testing.drift import FAITHFUL, Drift
from longtake.units import FrameRate, Size

SOUND_RATE = 32_000
_BLOCK = 1024
# From where on a clip that must end on a picture turns into it.
_TURNING = 0.4
_BRACKET = re.compile(r"\[([^\[\]]{1,200})\]")


@dataclass(frozen=True)
class ClipOrder:
    """All that decides a clip's bytes; pictures are named by the SHA-256 of their files.

    `seed` draws what is seen where no first picture was sent.
    """

    size: Size
    frames: int
    rate: str
    seed: str
    first: str = ""
    last: str = ""
    words: tuple[str, ...] = ()
    sound: bool = False
    drift: Drift = FAITHFUL

    @property
    def key(self) -> str:
        """Name the clip by its content: equal orders share one file."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def camera_words(prompt: str) -> tuple[str, ...]:
    """List the words in the brackets of a prompt, as the models read them."""
    words = (word.strip() for found in _BRACKET.findall(prompt) for word in found.split(","))
    return tuple(word.capitalize() for word in words if word)


def render_clip(order: ClipOrder, first: bytes | None, last: bytes | None, path: Path) -> None:
    """Write the clip of an order; `first` and `last` are the picture files it names."""
    rate = FrameRate.parse(order.rate)
    # One thread: the bytes of x264 depend on the number of threads.
    if not order.sound:
        write_clip(_frames(order, first, last), path, size=order.size, rate=rate, threads=1)
        return
    silent = path.with_suffix(".silent.mp4")
    try:
        write_clip(_frames(order, first, last), silent, size=order.size, rate=rate, threads=1)
        _with_sound(silent, path, rate.seconds(order.frames), order.seed)
    finally:
        silent.unlink(missing_ok=True)


def _frames(order: ClipOrder, first: bytes | None, last: bytes | None) -> Iterator[Planes]:
    size, drift = order.size, order.drift
    ignored = drift.first == "ignored"
    seed = f"{order.seed} ignored" if ignored else order.seed
    picture = paint_place(size, seed) if first is None or ignored else _stretched(first, size)
    path = camera_path(
        order.words,
        order.frames,
        aspect=size.width / size.height,
        fps=float(FrameRate.parse(order.rate).value),
    )
    misfit = drift.misfit(size)
    path = [goes @ misfit for goes in path]
    planes = rgb_to_planes(picture)
    view = PlanesView(planes, path)
    end = rgb_to_planes(_cropped(last, size)) if last is not None else None
    for index in range(order.frames):
        goes = path[drift.source_frame(index)]
        # At rest the planes themselves are the picture; no resampling may touch frame 0.
        shown = planes if np.array_equal(goes, np.eye(3)) else view.frame(goes)
        if end is not None:
            shown = _towards(shown, end, index / max(1, order.frames - 1))
        yield drift.apply(shown, index, order.frames)


def _stretched(content: bytes, size: Size) -> Plane:
    """Fit a first picture as the reference model does: without regard to its aspect."""
    with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as image:
        upright = image.convert("RGB")
        if upright.size != (size.width, size.height):
            upright = upright.resize((size.width, size.height), Image.Resampling.LANCZOS)
        return np.asarray(upright)


def _cropped(content: bytes, size: Size) -> Plane:
    """Fit a last picture as the models do: filling the canvas, the rest cut off."""
    with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as image:
        upright = image.convert("RGB")
        if upright.size != (size.width, size.height):
            wanted = (size.width, size.height)
            upright = ImageOps.fit(upright, wanted, Image.Resampling.LANCZOS)
        return np.asarray(upright)


def _towards(shown: Planes, end: Planes, progress: float) -> Planes:
    share = max(0.0, (progress - _TURNING) / (1 - _TURNING))
    weight = share * share * (3 - 2 * share)
    if weight == 0:
        return shown
    mixed = [
        np.rint(now * (1 - weight) + then * weight).astype(np.uint8)
        for now, then in zip(shown, end, strict=True)
    ]
    return mixed[0], mixed[1], mixed[2]


def _with_sound(silent: Path, path: Path, seconds: Fraction, seed: str) -> None:
    """Copy a silent clip and give it a soft stereo tone whose pitch is its own, as AAC."""
    pitch = 180 + int(hashlib.sha256(seed.encode()).hexdigest()[:4], 16) % 200
    count = int(seconds * SOUND_RATE)
    times = np.arange(count) / SOUND_RATE
    left = 0.1 * np.sin(2 * np.pi * pitch * times)
    tone = np.stack([left, 0.8 * left]).astype(np.float32)
    options = {"movflags": "+faststart"}
    with (
        av.open(str(silent), format="mp4") as source,
        av.open(str(path), "w", format="mp4", options=options) as out,
    ):
        pictures = out.add_stream_from_template(source.streams.video[0])
        voice = out.add_stream("aac", rate=SOUND_RATE, layout="stereo")
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = pictures
                out.mux(packet)
        for place in range(0, count, _BLOCK):
            block = np.ascontiguousarray(tone[:, place : place + _BLOCK])
            frame = av.AudioFrame.from_ndarray(block, "fltp", "stereo")
            frame.sample_rate, frame.pts = SOUND_RATE, place
            frame.time_base = Fraction(1, SOUND_RATE)
            out.mux(voice.encode(frame))
        out.mux(voice.encode(None))
