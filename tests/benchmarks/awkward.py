"""Files whose last frame is hard to find: rates, reordering, edit lists, sound, containers.

Each frame carries its number in black and white fields, so that any way of reading it can be checked.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from chain_ways import ffmpeg_grab, moviepy_grab
from moviepy import VideoFileClip
from PIL import Image

from longtake.errors import MediaError
from longtake.media.color import planes_to_frame
from longtake.media.ffmpeg import run_ffmpeg
from longtake.media.frames import last_frame

WIDTH, HEIGHT, BITS = 320, 180, 9


@dataclass(frozen=True)
class Awkward:
    """One file and the number of the frame that is shown last."""

    name: str
    path: Path
    last: int


def awkward_files(folder: Path) -> Iterator[Awkward]:
    """Make all 39 files."""
    for name, facts in _CLIPS.items():
        path = folder / f"{name}.mp4"
        _write(path, **facts)
        yield Awkward(name, path, facts.get("frames", 120) - 1)
    source, groups = folder / "rate24.mp4", folder / "groups.mp4"
    for name, (before, after, suffix, last) in _COPIES.items():
        path = folder / f"{name}.{suffix}"
        origin = groups if name.startswith("cut") else source
        run_ffmpeg(["-y", *before, "-i", str(origin), *after, str(path)], timeout_s=120)
        yield Awkward(name, path, last)
    path = folder / "list-ends.mp4"
    path.write_bytes(_shorter_list(source.read_bytes(), Fraction(1, 2)))
    yield Awkward("list-ends", path, 107)


def ways() -> dict[str, Callable[[Path], Any]]:
    """Give the ways to read a last frame that are compared."""
    return {
        "ours": lambda path: last_frame(path).rgb,
        "MoviePy, one frame before the end": lambda path: moviepy_grab(path, _NOTHING),
        "MoviePy, at the end": _moviepy_end,
        "ffmpeg -sseof -1": lambda path: ffmpeg_grab(path, _NOTHING),
        "ffmpeg -sseof -0.1": _ffmpeg_near,
    }


def hits(files: list[Awkward], way: Callable[[Path], Any]) -> int:
    """Count the files of which a way gives the right frame."""
    return sum(_tried(way, file.path) == file.last for file in files)


def _tried(way: Callable[[Path], Any], path: Path) -> int | None:
    try:
        return number_in(way(path))
    except (MediaError, OSError, ValueError, IndexError, EOFError):
        return None


def _moviepy_end(path: Path) -> Any:
    with VideoFileClip(str(path)) as clip:
        return np.asarray(clip.get_frame(clip.duration)).copy()


def _ffmpeg_near(path: Path) -> Any:
    out = path.with_suffix(".near.png")
    out.unlink(missing_ok=True)
    run_ffmpeg(["-y", "-sseof", "-0.1", "-i", str(path), "-update", "1", str(out)], timeout_s=60)
    return np.asarray(Image.open(out).convert("RGB"))


_NOTHING = np.zeros((2, 2, 3), np.uint8)
_CODES = {"bt709": 1, "bt601": 6}


def numbered(number: int) -> av.VideoFrame:
    """Draw a frame: its number in bits above, their opposites below, something that moves beside."""
    y = np.full((HEIGHT, WIDTH), 100, np.uint8)
    wide = WIDTH // BITS
    for bit in range(BITS):
        on = number >> bit & 1
        y[20:50, bit * wide : (bit + 1) * wide] = 220 if on else 30
        y[50:80, bit * wide : (bit + 1) * wide] = 30 if on else 220
    y[100:160, number * 3 % (WIDTH - 40) :][:, :40] = 180
    grey = np.full((HEIGHT // 2, WIDTH // 2), 128, np.uint8)
    return planes_to_frame(y, grey, grey)


def number_in(picture: Any) -> int | None:
    """Read the number off a picture of any size, upright or turned by a quarter; None if unreadable."""
    if picture.shape[0] > picture.shape[1]:
        read = [_read(np.rot90(picture, turn)) for turn in (1, 3)]
        return next((number for number in read if number is not None), None)
    return _read(picture)


def _read(picture: Any) -> int | None:
    grey = np.asarray(picture, np.float64).mean(-1)
    scale = grey.shape[0] / HEIGHT
    wide = grey.shape[1] / BITS
    number = 0
    for bit in range(BITS):
        across = slice(round((bit + 0.25) * wide), round((bit + 0.75) * wide))
        above = grey[round(26 * scale) : round(44 * scale), across].mean()
        below = grey[round(56 * scale) : round(74 * scale), across].mean()
        if abs(above - below) < 60:
            return None
        number |= int(above > below) << bit
    return number


def _write(
    path: Path,
    *,
    frames: int = 120,
    rate: str = "24",
    sound_s: float = 0,
    matrix: str = "bt709",
    full: bool = False,
    tags: bool = True,
    times: list[int] | None = None,
    **options: str,
) -> None:
    with av.open(str(path), "w") as out:
        video: Any = out.add_stream(
            "libx264", rate=Fraction(rate), options={"crf": "18", "preset": "veryfast"} | options
        )
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        codec = video.codec_context
        codec.time_base = 1 / Fraction(rate)
        if tags:
            codec.colorspace = codec.color_primaries = codec.color_trc = _CODES[matrix]
            codec.color_range = 2 if full else 1
        sound: Any = out.add_stream("aac", rate=48_000, layout="mono") if sound_s else None
        for number, at in enumerate(times or range(frames)):
            frame = numbered(number)
            frame.pts, frame.time_base = at, codec.time_base
            out.mux(video.encode(frame))
        out.mux(video.encode())
        for at in range(0, int(sound_s * 48_000) - 1023, 1024):
            block = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
            block.sample_rate, block.pts = 48_000, at
            out.mux(sound.encode(block))
        if sound:
            out.mux(sound.encode())


def _shorter_list(content: bytes, by_s: Fraction) -> bytes:
    """Let a file's edit list end so much before its pictures do."""
    patched = bytearray(content)
    scale = struct.unpack_from(">I", patched, patched.find(b"mvhd") + 16)[0]
    place = patched.find(b"elst") + 12
    length = struct.unpack_from(">I", patched, place)[0]
    struct.pack_into(">I", patched, place, length - int(by_s * scale))
    return bytes(patched)


_UNEVEN = [n for n in range(120) if n < 40 or n % 3 or n == 119]
_CLIPS: dict[str, dict[str, Any]] = {
    "rate24": {},
    "groups": {"g": "48", "bf": "3", "sc_threshold": "0"},
    "odd-count": {"frames": 141},
    "rate25": {"rate": "25", "frames": 125},
    "rate25-odd": {"rate": "25", "frames": 141},
    "rate30": {"rate": "30", "frames": 150},
    "rate2397": {"rate": "24000/1001", "frames": 144},
    "rate2997": {"rate": "30000/1001", "frames": 150},
    "rate60": {"rate": "60", "frames": 150},
    "rate16": {"rate": "16", "frames": 81},
    "one-frame": {"frames": 1},
    "two-frames": {"frames": 2},
    "no-reordering": {"bf": "0"},
    "much-reordering": {"bf": "8", "x264-params": "open-gop=1:keyint=48:b-adapt=2"},
    "one-group": {"g": "1000"},
    "all-keys": {"g": "1"},
    "bt601": {"matrix": "bt601"},
    "untagged": {"tags": False},
    "full-range": {"full": True},
    "sound-even": {"sound_s": 5.0},
    "sound-8ms-more": {"sound_s": 5.03},
    "sound-45ms-more": {"sound_s": 5.07},
    "sound-more": {"sound_s": 5.6},
    "sound-much-more": {"sound_s": 8.0},
    "sound-less": {"sound_s": 4.2},
    "sound-odd-count": {"frames": 141, "sound_s": 5.9},
    "uneven": {"frames": len(_UNEVEN), "times": _UNEVEN},
    "long-last-frame": {"frames": 120, "times": [*range(119), 142]},
}
# Before and after the input, suffix, last number.
_COPIES: dict[str, tuple[list[str], list[str], str, int]] = {
    "cut-start": (["-ss", "1.3"], ["-c", "copy"], "mp4", 119),
    "fragments": ([], ["-c", "copy", "-movflags", "frag_keyframe+empty_moov"], "mp4", 119),
    "no-edit-list": ([], ["-c", "copy", "-use_editlist", "0"], "mp4", 119),
    "negative-offsets": ([], ["-c", "copy", "-movflags", "+negative_cts_offsets"], "mp4", 119),
    "matroska": ([], ["-c", "copy"], "mkv", 119),
    "quicktime": ([], ["-c", "copy"], "mov", 119),
    "faststart": ([], ["-c", "copy", "-movflags", "+faststart"], "mp4", 119),
    "turned": (["-display_rotation", "90"], ["-c", "copy"], "mp4", 119),
    "hevc": ([], ["-c:v", "libx265", "-crf", "20", "-preset", "ultrafast", "-x265-params", "log-level=error:pools=1"], "mp4", 119),
    "vp9": ([], ["-c:v", "libvpx-vp9", "-crf", "30", "-b:v", "0", "-deadline", "realtime", "-cpu-used", "8"], "webm", 119),
}  # fmt: skip
