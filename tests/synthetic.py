"""Small clips whose every frame says which one it is, and films read back frame by frame.

    +---------------------------+   two rows of ten cells: scene (8 bits), moment (12 bits)
    | # # . # . . # . # # ...   |
    +--------+--------+---------+   level: even, one grey a scene
    | level  | ramp   | texture |   ramp: even, seven codes brighter each moment
    +--------+--------+---------+   texture: moves with the moment

A moment counts on through a chain of clips: the first frame of a clip chained to another equals the
other's last frame.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

from longtake.assemble.material import FileMaterial, StillMaterial
from longtake.files import sha256_of
from longtake.media.color import Sampling, frame_planes, planes_to_rgb
from longtake.media.ffmpeg import run_ffmpeg
from longtake.timeline import Timeline

DARK, LIGHT = 40, 200
BEEP_HZ, BEEP_S = 3000, 0.01
SURPLUS_HZ = 6000
ROWS, CELLS = 2, 10
_CODES = {"bt709": 1, "bt601": 6}


@dataclass(frozen=True)
class Sound:
    """A clip's sound: beeps at these times, over a hum; `late_s` starts the track later.

    It outlasts the picture by `over_s`, with a noise of its own there that must never be heard.
    """

    rate: int = 48_000
    channels: int = 2
    beeps_s: tuple[float, ...] = (0.5,)
    hum: float = 0.0
    hum_hz: float = 220
    over_s: float = 0.0
    late_s: Fraction = Fraction(0)


@dataclass(frozen=True)
class Making:
    """How a clip's file is made; `times` are display times in frames of `rate`.

    A `turned` clip is stored lying on its side and says so.
    """

    size: tuple[int, int] = (160, 96)
    rate: str = "24"
    codec: str = "libx264"
    matrix: str = "bt709"
    full: bool = False
    sar: str = "1"
    times: tuple[int, ...] = ()
    turned: bool = False
    options: dict[str, str] = field(default_factory=lambda: {"crf": "10", "preset": "veryfast"})


@dataclass(frozen=True)
class Clip:
    """A made clip: frame k of it shows the moment `first` + k of its scene."""

    path: Path
    scene: int
    first: int
    frames: int

    @property
    def material(self) -> FileMaterial:
        return FileMaterial(self.path, sha256_of(self.path))

    def code(self, frame: int) -> tuple[int, int]:
        """What the barcode of a frame reads."""
        return self.scene, self.first + frame


@dataclass(frozen=True)
class Still:
    """A picture of one moment of a scene, held."""

    path: Path
    scene: int

    @property
    def material(self) -> StillMaterial:
        return StillMaterial(self.path, sha256_of(self.path), ("Static shot",), 48)

    def code(self, frame: int) -> tuple[int, int]:
        """What the barcode of any frame reads."""
        return self.scene, 0


@dataclass(frozen=True)
class Seen:
    """What was read off one film frame; `level` and `ramp` are means of luma."""

    at: Fraction
    code: tuple[int, int]
    level: float
    ramp: float
    key: bool


def make_clip(
    path: Path,
    scene: int,
    frames: int = 48,
    *,
    first: int = 0,
    sound: Sound | None = None,
    making: Making | None = None,
) -> Clip:
    """Write a clip; `first` is its first moment, so a chained clip has the last one of the other."""
    making = making or Making()
    stored = path.with_stem(f"{path.stem}-lying") if making.turned else path
    # The MP4 writer else rounds the start of a late track to milliseconds.
    container = {"movie_timescale": "7056000"} if path.suffix == ".mp4" else {}
    with av.open(str(stored), "w", container_options=container) as out:
        video: Any = out.add_stream(
            making.codec, rate=Fraction(making.rate), options=making.options
        )
        _set_up(video.codec_context, making)
        voice = _add_voice(out, sound, making.codec) if sound else None
        for number in range(frames):
            frame = picture(scene, first + number, making)
            frame.pts = making.times[number] if making.times else number
            frame.time_base = 1 / Fraction(making.rate)
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        if sound and voice:
            last = (making.times[-1] if making.times else frames - 1) + 1
            _write_sound(out, voice, sound, float(last / Fraction(making.rate)))
    if making.turned:
        upright = ["-display_rotation", "-90", "-i", str(stored), "-c", "copy", str(path)]
        run_ffmpeg(upright, timeout_s=60)
    return Clip(path, scene, first, frames)


def make_chain(folder: Path, scene: int, clips: int, frames: int = 48, **how: Any) -> list[Clip]:
    """Write clips of one scene, each beginning on the frame the one before ended on."""
    firsts = [number * (frames - 1) for number in range(clips)]
    return [
        make_clip(folder / f"s{scene}-{number}.mp4", scene, frames, first=first, **how)
        for number, first in enumerate(firsts)
    ]


def make_still(path: Path, scene: int) -> Still:
    """Save a picture of moment 0 of a scene."""
    frame = picture(scene, 0, Making())
    Image.fromarray(planes_to_rgb(*frame_planes(frame), Sampling())).save(path)
    return Still(path, scene)


def picture(scene: int, moment: int, making: Making) -> av.VideoFrame:
    """Draw one frame of a scene."""
    width, height = making.size
    y = np.empty((height, width), np.uint8)
    bits = f"{scene:08b}{moment:012b}"
    rows = [height * row // 8 for row in range(ROWS + 1)]
    for place, bit in enumerate(bits):
        row, cell = divmod(place, CELLS)
        left, right = width * cell // CELLS, width * (cell + 1) // CELLS
        y[rows[row] : rows[row + 1], left:right] = LIGHT if bit == "1" else DARK
    y[rows[2] :, : width // 3] = level_of(scene)
    y[rows[2] :, width // 3 : 2 * width // 3] = ramp_of(moment)
    x = np.arange(2 * width // 3, width) + moment
    y[rows[2] :, 2 * width // 3 :] = 128 + 40 * np.sin(x / 5)
    tint = 128 + scene * 37 % 40 - 20
    chroma = np.full((height // 2, width // 2), tint, np.uint8)
    if making.turned:
        y, chroma = np.rot90(y), np.rot90(chroma)
    if making.full:
        y = np.clip(np.round((y.astype(float) - 16) * 255 / 219), 0, 255).astype(np.uint8)
    frame = _frame_of(y, chroma, chroma)
    frame.colorspace = frame.color_primaries = frame.color_trc = _CODES[making.matrix]
    frame.color_range = 2 if making.full else 1
    return frame


def level_of(scene: int) -> int:
    """The grey of a scene's left field."""
    return 50 + scene * 47 % 150


def ramp_of(moment: int) -> int:
    """The grey of the middle field at a moment."""
    return 40 + moment * 7 % 170


def read_barcode(luma: np.ndarray) -> tuple[int, int]:
    """Read scene and moment off a frame's luma."""
    height, width = luma.shape
    value = 0
    for place in range(ROWS * CELLS):
        row, cell = divmod(place, CELLS)
        y, x = height * (2 * row + 1) // 16, width * (2 * cell + 1) // (2 * CELLS)
        near_y, near_x = max(1, height // 40), max(1, width // 60)
        field_ = luma[y - near_y : y + near_y, x - near_x : x + near_x]
        value = value * 2 + int(field_.mean() > (DARK + LIGHT) / 2)
    return value >> 12, value & 4095


def luma_of(frame: av.VideoFrame) -> np.ndarray:
    """The luma of a frame."""
    plane = frame.planes[0]
    return np.frombuffer(bytes(plane), np.uint8).reshape(plane.height, -1)[:, : plane.width]


def watch(path: Path) -> list[Seen]:
    """Decode a whole film and read every frame of it."""
    return [_seen(frame) for frame in decoded(path)]


def decoded(path: Path) -> Iterator[av.VideoFrame]:
    """Decode a film's frames in display order."""
    with av.open(str(path)) as film:
        yield from film.decode(film.streams.video[0])


def listen(path: Path) -> np.ndarray:
    """Decode a film's sound from its time zero, shape (2, n) at 48 kHz."""
    blocks: list[np.ndarray] = []
    with av.open(str(path)) as film:
        for frame in film.decode(film.streams.audio[0]):
            if not blocks and frame.pts:
                blocks.append(
                    np.zeros((2, round(frame.pts * frame.time_base * 48_000)), np.float32)
                )
            blocks.append(frame.to_ndarray())
    return np.concatenate(blocks, axis=1)


def beep_times(sound: np.ndarray, near_s: Sequence[float], within_s: float = 0.15) -> list[float]:
    """Find for each expected time when a beep really begins, in seconds; nan where there is none."""
    count = int(BEEP_S * 48_000)
    mono = sound.mean(axis=0)
    turned = mono * np.exp(-2j * np.pi * BEEP_HZ * np.arange(len(mono)) / 48_000)
    sums = np.concatenate([[0], np.cumsum(turned)])
    strength = np.abs(sums[count:] - sums[:-count]) / count
    found = []
    for time in near_s:
        low, high = max(0, int((time - within_s) * 48_000)), int((time + within_s) * 48_000)
        window = strength[low:high]
        loud = len(window) and window.max() > 0.08
        found.append((low + int(window.argmax())) / 48_000 if loud else float("nan"))
    return found


def planned(timeline: Timeline) -> list[list[tuple[str, int]]]:
    """For each film frame: which clips it shows, and which of their frames; two in a transition."""
    shown: list[list[tuple[str, int]]] = [[] for _ in range(timeline.frames)]
    for at, clip in timeline.placed():
        for frame in range(clip.frames):
            shown[at + frame].append((clip.id, clip.start + frame))
    return shown


def _seen(frame: av.VideoFrame) -> Seen:
    luma = luma_of(frame)
    height, width = luma.shape
    low = luma[height * 3 // 8 : height * 7 // 8].astype(float)
    level, ramp = low[:, width // 24 : width * 7 // 24], low[:, width * 9 // 24 : width * 15 // 24]
    at = Fraction(frame.pts or 0) * Fraction(frame.time_base or 0)
    return Seen(at, read_barcode(luma), level.mean(), ramp.mean(), bool(frame.key_frame))


def _frame_of(*planes: np.ndarray) -> av.VideoFrame:
    height, width = planes[0].shape
    frame = av.VideoFrame(width, height, "yuv420p")
    for target, samples in zip(frame.planes, planes, strict=True):
        rows = np.zeros((target.height, target.line_size), np.uint8)
        rows[:, : target.width] = samples
        target.update(rows.tobytes())
    return frame


def _set_up(codec: Any, making: Making) -> None:
    codec.width, codec.height = making.size[::-1] if making.turned else making.size
    codec.pix_fmt = "yuv420p"
    codec.time_base = 1 / Fraction(making.rate)
    codec.sample_aspect_ratio = Fraction(making.sar)
    codec.colorspace = codec.color_primaries = codec.color_trc = _CODES[making.matrix]
    codec.color_range = 2 if making.full else 1
    codec.thread_count = 1


def _add_voice(out: Any, sound: Sound, video: str) -> Any:
    codec = "libopus" if video.startswith("libvpx") else "aac"
    layout = "mono" if sound.channels == 1 else "stereo"
    voice = out.add_stream(codec, rate=sound.rate, layout=layout)
    voice.bit_rate = 96_000
    return voice


def _write_sound(out: Any, voice: Any, sound: Sound, length_s: float) -> None:
    time = np.arange(int((length_s + sound.over_s) * sound.rate)) / sound.rate + float(sound.late_s)
    wave = sound.hum * np.sin(2 * np.pi * sound.hum_hz * time)
    for beep in sound.beeps_s:
        on = (time >= beep) & (time < beep + BEEP_S)
        wave[on] += 0.6 * np.sin(2 * np.pi * BEEP_HZ * (time[on] - beep))
    beyond = time >= length_s
    wave[beyond] = 0.8 * np.sin(2 * np.pi * SURPLUS_HZ * time[beyond])
    samples = np.repeat(wave[None].astype(np.float32), sound.channels, axis=0)
    kind = "mono" if sound.channels == 1 else "stereo"
    resampler = av.AudioResampler(voice.codec_context.format.name, kind, sound.rate)
    late = round(sound.late_s * sound.rate)
    for start in range(0, samples.shape[1], 960):
        block = np.ascontiguousarray(samples[:, start : start + 960])
        frame = av.AudioFrame.from_ndarray(block, "fltp", kind)
        frame.sample_rate, frame.pts = sound.rate, late + start
        frame.time_base = Fraction(1, sound.rate)
        for ready in resampler.resample(frame):
            out.mux(voice.encode(ready))
    out.mux(voice.encode(None))


def boxes_of(content: bytes) -> list[tuple[bytes, bytes]]:
    """The outermost boxes of an MP4."""
    found, at = [], 0
    while at < len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        found.append((content[at + 4 : at + 8], content[at + 8 : at + size]))
        at += size
    return found
