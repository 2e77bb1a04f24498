"""The benchmark's clips: textured moving pictures that say which frame they are, chained in scenes.

Twelve clips are drawn (four scenes of three chained clips). A longer film plays them again, each time
as a file of its own (other bytes, same pictures), so that nobody gains by having seen one before.
"""

from __future__ import annotations

import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

FRAMES, RATE, SCENE, DRAWN = 144, 24, 3, 12
DISSOLVE = 12
BITS = 16


@dataclass(frozen=True)
class Material:
    """The clips of one benchmark film, in order; clip k of it shows drawing k modulo twelve.

    At most `keyint` frames lie between two key pictures of a clip.
    """

    width: int
    height: int
    clips: tuple[Path, ...]
    keyint: int = 250

    @property
    def fades_after(self) -> tuple[bool, ...]:
        """For each join: whether a dissolve stands there (between scenes), else a seam."""
        return tuple(index % SCENE == SCENE - 1 for index in range(len(self.clips) - 1))

    @property
    def sources(self) -> list[tuple[int, int] | None]:
        """For each film frame the (clip, frame) it shows, or None inside a dissolve."""
        shown: list[tuple[int, int] | None] = []
        begin = 0
        for index in range(len(self.clips)):
            fade = index < len(self.clips) - 1 and self.fades_after[index]
            last = index == len(self.clips) - 1
            end = FRAMES if last else FRAMES - (DISSOLVE if fade else 1)
            shown += [(index, frame) for frame in range(begin, end)]
            shown += [None] * (DISSOLVE if fade else 0)
            begin = DISSOLVE if fade else 0
        return shown


def make_material(width: int, height: int, count: int, keyint: int = 250) -> Material:
    """Draw what is not in the cache folder yet, and give the clips of a film of `count`."""
    cache = Path(os.environ.get("LONGTAKE_BENCH", tempfile.gettempdir() + "/longtake-bench"))
    folder = cache / (f"{width}x{height}" + (f"-{keyint}" if keyint != 250 else ""))
    folder.mkdir(parents=True, exist_ok=True)
    scenes = range(DRAWN // SCENE)
    missing = [
        s for s in scenes if not all(_path(folder, s * SCENE + k).exists() for k in range(SCENE))
    ]
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(_draw_scene, [(folder, scene, width, height, keyint) for scene in missing]))
    for number in range(DRAWN, count):
        if not _path(folder, number).exists():
            _copy(_path(folder, number % DRAWN), _path(folder, number), f"copy {number}")
    return Material(width, height, tuple(_path(folder, n) for n in range(count)), keyint)


def read_number(luma: Any) -> tuple[int, int]:
    """Read (drawing, frame) off a frame's luma."""
    height, width = luma.shape
    value = 0
    for bit in range(BITS):
        x, y = (2 * bit + 1) * width // (4 * BITS), height // 48
        near = max(2, width // 160)
        value = value * 2 + int(luma[y : y + near, x - near // 2 : x + near // 2].mean() > 125)
    return value >> 8, value & 255


def _path(folder: Path, number: int) -> Path:
    return folder / f"c{number:02d}.mp4"


def _draw_scene(order: tuple[Path, int, int, int, int]) -> None:
    folder, scene, width, height, keyint = order
    view = _Scene(scene, width, height)
    for place in range(SCENE):
        number = scene * SCENE + place
        path = _path(folder, number)
        part = path.with_suffix(".part.mp4")
        _write(part, number, view, place, keyint)
        part.replace(path)


def _write(path: Path, number: int, view: _Scene, place: int, keyint: int) -> None:
    options = {"preset": "fast", "crf": "19", "threads": "1", "g": str(keyint)}
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as out:
        video: Any = out.add_stream("libx264", rate=RATE, options=options)
        video.width, video.height, video.pix_fmt = view.width, view.height, "yuv420p"
        codec = video.codec_context
        codec.colorspace = codec.color_primaries = codec.color_trc = codec.color_range = 1
        sound: Any = None
        if number % 5 != 4:
            rate = 48_000 if number % 2 == 0 else 44_100
            sound = out.add_stream("aac", rate=rate, layout="stereo")
        for index in range(FRAMES):
            y, u, v = view.planes(place * (FRAMES - 1) + index)
            _stamp(y, number << 8 | index)
            frame = av.VideoFrame.from_ndarray(
                np.concatenate([y.reshape(-1), u.reshape(-1), v.reshape(-1)]).reshape(
                    -1, view.width
                ),
                "yuv420p",
            )
            frame.pts, frame.time_base = index, Fraction(1, RATE)
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        if sound:
            _write_sound(out, sound, number)


def _write_sound(out: Any, sound: Any, number: int) -> None:
    rate = sound.rate
    time = np.arange(rate * FRAMES // RATE) / rate
    wave = 0.08 * np.sin(2 * np.pi * (180 + 13 * number) * time)
    wave += 0.02 * np.random.default_rng(number).standard_normal(len(time))
    both = np.stack([wave, wave]).astype(np.float32)
    for start in range(0, both.shape[1], 1024):
        block = np.ascontiguousarray(both[:, start : start + 1024])
        frame = av.AudioFrame.from_ndarray(block, "fltp", "stereo")
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        out.mux(sound.encode(frame))
    out.mux(sound.encode(None))


def _copy(source: Path, target: Path, title: str) -> None:
    """Write the same packets into another file whose bytes differ."""
    part = target.with_suffix(".part.mp4")
    with (
        av.open(str(source)) as old,
        av.open(str(part), "w", options={"movflags": "+faststart"}) as new,
    ):
        new.metadata["title"] = title
        streams = {s.index: new.add_stream_from_template(s) for s in old.streams}
        for packet in old.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                new.mux(packet)
    part.replace(target)


def _stamp(y: Any, value: int) -> None:
    height, width = y.shape
    for bit in range(BITS):
        left, right = bit * width // (2 * BITS), (bit + 1) * width // (2 * BITS)
        y[: height // 20, left:right] = 235 if value >> (BITS - 1 - bit) & 1 else 16


class _Scene:
    """Two layers of cloud-like texture that slide over each other, with a little grain."""

    def __init__(self, seed: int, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._chance = np.random.default_rng(seed)
        self._far = self._cloud(1.5) * 34 + 112
        self._near = self._cloud(1.25) * 30 + 134
        self._veil = 1 / (1 + np.exp(-6 * self._cloud(2.4)))
        self._u, self._v = (self._cloud(2.0, 2) * 15 + c for c in self._chance.uniform(112, 144, 2))
        self._grain = self._chance.normal(0, 1.5, (5, height, width)).astype(np.float32)
        self._speed = self._chance.uniform(-1, 1, 6)

    def planes(self, moment: int) -> tuple[Any, Any, Any]:
        """Draw the scene's picture at a moment."""
        far, near, veil = (
            self._part(layer, moment, which, 1)
            for which, layer in enumerate((self._far, self._near, self._veil))
        )
        y = far + (near - far) * veil + self._grain[moment % 5]
        u, v = (self._part(layer, moment, 0, 2) for layer in (self._u, self._v))
        light, blue, red = (np.clip(plane, 16, 235).astype(np.uint8) for plane in (y, u, v))
        return light, blue, red

    def _cloud(self, slope: float, shrink: int = 1) -> Any:
        height, width = self.height * 3 // 2 // shrink, self.width * 3 // 2 // shrink
        waves = np.fft.rfft2(self._chance.standard_normal((height, width)))
        high = np.fft.fftfreq(height)[:, None] * height
        wide = np.fft.rfftfreq(width)[None] * width
        length = np.hypot(high, wide)
        length[0, 0] = 1
        cloud = np.fft.irfft2(waves / length**slope, s=(height, width)).astype(np.float32)
        return (cloud - cloud.mean()) / cloud.std()

    def _part(self, layer: Any, moment: int, which: int, shrink: int) -> Any:
        height, width = self.height // shrink, self.width // shrink
        turn = moment / (150 + 60 * which)
        across = 0.25 * width * (1 + 0.9 * np.sin(turn + self._speed[which] * 3))
        down = 0.25 * height * (1 + 0.9 * np.cos(1.3 * turn + self._speed[which + 3] * 3))
        x, y = int(across), int(down)
        share = np.float32(across - x)
        here = layer[y : y + height, x : x + width]
        return here + (layer[y : y + height, x + 1 : x + 1 + width] - here) * share
