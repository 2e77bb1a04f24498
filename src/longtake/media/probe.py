"""What a clip is, decided once: size, shape, rate, colour, length.

Outside files are opened here and nowhere else. The demuxer follows from the file's first bytes
and is forced: libav, left to guess, reads a playlist named clip.mp4 and opens what it lists.
"""

from __future__ import annotations

import os
import stat
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, Generic, Literal, TypeVar

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from longtake.errors import MediaError
from longtake.media.color import Matrix, Siting
from longtake.media.colortags import matrix_of, siting_of
from longtake.media.headers import tells_order
from longtake.units import Size, half_up

Told = TypeVar("Told")
_Version = tuple[int, ...]
# So many files are remembered: more than a long film shows at once.
_FILES = 512

# Strict: the decoder reports what it would otherwise paint over.
_STRICT = {"err_detect": "explode"}
# What a file is looked at for when it is opened: libav decodes its first pictures, a thirtieth of all it
# takes to decode a clip, or reads its first packets, or takes the container's word.
Opening = Literal["pictures", "packets", "container"]
_UNSEEN = {"skip_frame": "all"}
_OPENING: dict[Opening, dict[str, str]] = {
    "pictures": {},
    "packets": _UNSEEN,
    "container": _UNSEEN | {"probesize": "32"},
}
# A picture larger than 8192 x 8192 is an attack on memory.
_LIMITS = {"max_pixels": str(8192 * 8192)}
_HEAD = 400
_SHOWN = 80
_FULL = 2
_H264_HELD = {5: "start", 7: "sets"}


@dataclass(frozen=True)
class ClipFacts:
    """What a clip is, from its own tags; what the tags leave open is decided here.

    `size` is the coded size; shown, the picture is stretched by `sar` (pixel width to height) and
    turned clockwise by `rotation`. `rate` is the average; `vfr` says that frames do not lie on one
    grid. `frames` and `duration_s` count what is shown, edit lists applied, without decoding.
    """

    codec: str
    size: Size
    sar: Fraction
    rotation: int
    rate: Fraction
    vfr: bool
    pix_fmt: str
    matrix: Matrix
    full_range: bool
    primaries: int
    transfer: int
    has_sound: bool
    sound_rate: int
    duration_s: Fraction
    frames: int
    start_s: Fraction = Fraction(0)
    siting: Siting = "left"
    interlaced: bool = False

    @property
    def display_size(self) -> Size:
        """The size as shown, after `sar` (which only ever enlarges) and rotation."""
        width = half_up(self.size.width * max(self.sar, Fraction(1)))
        height = half_up(self.size.height / min(self.sar, Fraction(1)))
        return Size(height, width) if self.rotation in (90, 270) else Size(width, height)


@dataclass(frozen=True)
class Grid:
    """When the frames of a clip are shown, read from its packets without decoding.

    `pts` are in display order; `keys` are those of pictures at which decoding may begin and
    everything shown from there on is right. `opening` is what a decoder needs to have been seen of the
    file to give the pictures in their order.
    """

    pts: tuple[int, ...]
    keys: tuple[int, ...]
    time_base: Fraction
    duration_s: Fraction
    rate: Fraction
    vfr: bool
    opening: Opening = "pictures"

    def key_before(self, pts: int) -> int | None:
        """Give the last safe key picture shown at or before a time, if there is one."""
        place = bisect_right(self.keys, pts)
        return self.keys[place - 1] if place else None


@contextmanager
def open_clip(
    path: Path, *, threads: int = 1, opening: Opening = "pictures"
) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open an MP4, MOV, WebM or Matroska file by its own demuxer; give it and its video stream.

    Decoding is strict, and what libav raises inside the block becomes a MediaError. Nothing but the
    file itself is ever opened; pipes, devices and folders are refused without reading. What only
    pictures tell of the stream (their pixels, how far they are out of order) is unknown by another
    `opening`; `Grid.opening` is enough to decode it.
    """
    name = demuxer_of(path)
    options = {"protocol_whitelist": "file"} | _STRICT | _OPENING[opening]
    try:
        with av.open(f"file:{path}", "r", format=name, options=options) as container:
            if not container.streams.video:
                raise MediaError(f"{path}: holds no video")
            stream = container.streams.video[0]
            stream.codec_context.options = _STRICT | _LIMITS
            stream.thread_type = "AUTO" if threads > 1 else "NONE"
            stream.codec_context.thread_count = threads
            yield container, stream
    except av.FFmpegError as exc:
        raise MediaError(f"{path}: is damaged, or no video ({exc.strerror})") from exc


def demuxer_of(path: Path) -> str:
    """Name the demuxer that a file's first bytes ask for; refuse files that ask for another."""
    with open_regular(path) as file:
        head = file.read(_HEAD)
    if head[4:8] == b"ftyp":
        return "mov"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "matroska"
    if not head:
        raise MediaError(f"{path}: is empty")
    raise MediaError(
        f"{path}: is no MP4, MOV, WebM or Matroska video{begins_with(head)}",
        hint="export the clip as MP4 (H.264) and name that file",
    )


@contextmanager
def open_regular(path: Path) -> Iterator[BinaryIO]:
    """Open a regular file for reading; refuse pipes, devices and folders without waiting."""
    # Without O_NONBLOCK the mere opening of a pipe waits for somebody to write.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags)
    except OSError as exc:
        raise MediaError(f"{path}: cannot be opened ({exc.strerror})") from exc
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise MediaError(f"{path}: is no file but a folder, pipe or device")
    with os.fdopen(handle, "rb") as file:
        yield file


def begins_with(head: bytes) -> str:
    """Quote what a file begins with, for a message; empty where that is no text."""
    text = " ".join(head.decode("utf-8", "replace").split())
    if "\ufffd" in text.rstrip("\ufffd") or "\0" in text:
        return ""
    clean = "".join(letter for letter in text if letter.isprintable())[:_SHOWN]
    return f"; it begins with: {clean}" if clean else ""


def probe(path: Path) -> ClipFacts:
    """Look at a clip: its first picture is decoded, its packets are counted.

    What was seen of a file is remembered for as long as the file is not written to.
    """
    return _probed(path, _version(path))


def read_grid(path: Path) -> Grid:
    """Read from the packets of a clip when each of its frames is shown; remembered as by `probe`."""
    return _grid(path, _version(path))


def _version(path: Path) -> _Version:
    """Tell the states of a file apart, by all that changes when it is written to or replaced."""
    try:
        now = path.stat()
    except OSError as exc:
        raise MediaError(f"{path}: cannot be opened ({exc.strerror})") from exc
    return now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns


@dataclass(frozen=True)
class Seen:
    """What one process has seen of a file, to be told to another one."""

    path: Path
    version: _Version
    grid: Grid
    facts: ClipFacts


def seen_of(path: Path) -> Seen:
    """Give all that is to be seen of a file at its opening, for `recall` in another process."""
    return Seen(path, _version(path), read_grid(path), probe(path))


def recall(seen: Iterable[Seen]) -> None:
    """Take another process's word for what is in files, as long as these are not written to."""
    for each in seen:
        _grid.put((each.path, each.version), each.grid)
        _probed.put((each.path, each.version), each.facts)


class _Remembered(Generic[Told]):
    """A look at a file that is taken once, and remembered until enough others were looked at since."""

    def __init__(self, look: Callable[[Path, _Version], Told]) -> None:
        self._look = look
        self._known: dict[tuple[Path, _Version], Told] = {}

    def __call__(self, path: Path, version: _Version) -> Told:
        found = self._known.get((path, version))
        return self.put((path, version), self._look(path, version)) if found is None else found

    def put(self, key: tuple[Path, _Version], found: Told) -> Told:
        while len(self._known) >= _FILES:
            self._known.pop(next(iter(self._known), key), None)
        self._known[key] = found
        return found


# Opening a clip costs as much as decoding ten frames, and each step of the house asks again.
@_Remembered
def _probed(path: Path, version: _Version) -> ClipFacts:
    grid = _grid(path, version)
    with open_clip(path) as (container, stream):
        frame = _first_picture(container, stream)
        if frame is None:
            raise MediaError(f"{path}: holds no picture")
        sound = container.streams.audio[0] if container.streams.audio else None
        size = Size(frame.width, frame.height)
        return ClipFacts(
            codec=stream.codec_context.codec.canonical_name,
            size=size,
            sar=Fraction(stream.sample_aspect_ratio or 1),
            # libav counts against the clock.
            rotation=-90 * round(frame.rotation / 90) % 360,
            rate=grid.rate,
            vfr=grid.vfr,
            pix_fmt=frame.format.name,
            matrix=matrix_of(path, frame, size),
            full_range=frame.color_range == _FULL or frame.format.name.startswith("yuvj"),
            primaries=frame.color_primaries,
            transfer=frame.color_trc,
            has_sound=sound is not None,
            sound_rate=sound.codec_context.sample_rate if sound else 0,
            duration_s=grid.duration_s,
            frames=len(grid.pts),
            start_s=grid.pts[0] * grid.time_base,
            siting=siting_of(stream),
            interlaced=frame.interlaced_frame,
        )


def _first_picture(container: InputContainer, stream: VideoStream) -> av.VideoFrame | None:
    """Decode no more than it takes to see a clip's first picture.

    Asked for its last pictures at once, the decoder gives the first one before it has seen how the next
    ones lie around it. A packet may be a field, half a picture; where three hold none, all are decoded.
    """
    codec = stream.codec_context
    # libav ends with an empty packet, after which a decoder takes no other.
    coming = (packet for packet in container.demux(stream) if packet.size)
    packets = []
    for packet in islice(coming, 3):
        packets.append(packet)
        found = [frame for each in (*packets, None) for frame in codec.decode(each)]
        codec.flush_buffers()
        if found:
            return found[0]
    rest = chain(packets, coming, (None,))
    return next((frame for packet in rest for frame in codec.decode(packet)), None)


@_Remembered
def _grid(path: Path, _: _Version) -> Grid:
    with open_clip(path, opening="packets") as (container, stream):
        tick = Fraction(stream.time_base or Fraction(1, 90_000))
        shown: list[tuple[int, int]] = []
        keys: list[int] = []
        opening = _opening_of(container, stream)
        for packet in container.demux(stream):
            pts = packet.dts if packet.pts is None else packet.pts
            if pts is None or not packet.size:
                continue
            if packet.is_corrupt:
                raise MediaError(f"{path}: ends in the middle of a picture")
            held = _held(path, stream, bytes(packet))
            if "start" in held and packet.is_keyframe:
                keys.append(pts)
            if "sets" in held:
                # Decoders obey these, whatever the file says at its beginning.
                opening = "pictures"
            # What an edit list trims is decoded, as later pictures need it, but never shown.
            if not packet.is_discard:
                shown.append((pts, packet.duration or 0))
        declared = [stream.average_rate, stream.base_rate, stream.guessed_rate]
    if not shown:
        raise MediaError(f"{path}: holds no picture")
    shown.sort()
    pts_list = tuple(pts for pts, _ in shown)
    rate = _constant_rate(pts_list, tick, [Fraction(r) for r in declared if r])
    length = len(shown) / rate if rate else (shown[-1][0] + (_last(shown)) - shown[0][0]) * tick
    average = rate or len(shown) / length
    return Grid(pts_list, tuple(sorted(keys)), tick, length, average, rate is None, opening)


def _opening_of(container: InputContainer, stream: VideoStream) -> Opening:
    """Tell what must be seen of a file before it is decoded: not all H.264 says how pictures are ordered."""
    codec, extra = stream.codec_context.codec.canonical_name, stream.codec_context.extradata or b""
    told = codec == "h264" and "mov" in container.format.name and tells_order(extra)
    return "container" if told else "pictures"


def _last(shown: list[tuple[int, int]]) -> int:
    """Give the ticks the last frame is shown for: its own, else as many as the one before."""
    return shown[-1][1] or (shown[-1][0] - shown[-2][0] if len(shown) > 1 else 1)


def _constant_rate(
    pts: tuple[int, ...], tick: Fraction, declared: list[Fraction]
) -> Fraction | None:
    """Give the rate on whose grid all frames lie, declared rates first; None where there is none.

    Containers round times to their ticks (Matroska's are milliseconds), so each frame may be one
    tick off, but never by a quarter of a frame.
    """
    candidates = list(declared)
    if len(pts) > 1 and pts[-1] > pts[0]:
        candidates.append((len(pts) - 1) / ((pts[-1] - pts[0]) * tick))
    for rate in candidates:
        period = 1 / (rate * tick)
        ticks, parts = period.numerator, period.denominator
        slack = min(4 * parts, ticks)
        if all(
            4 * abs((at - pts[0]) * parts - index * ticks) <= slack for index, at in enumerate(pts)
        ):
            return rate
    return None


def _held(path: Path, stream: VideoStream, packet: bytes) -> frozenset[str]:
    """Tell what is in a packet: a "start" where decoding may begin, "sets"; raise MediaError if it is torn.

    A key packet of H.264 or HEVC must hold an IDR picture. Their units never hold three zero bytes
    in a row, so that a block of zeros, which most decoders take for pictures, betrays itself.
    """
    codec, extra = stream.codec_context.codec.canonical_name, stream.codec_context.extradata or b""
    if codec == "h264" and len(extra) > 6 and extra[0] == 1:
        units = _units(packet, (extra[4] & 3) + 1)
        held = {_H264_HELD.get(unit[0] & 0x1F, "") for unit in units}
    elif codec == "hevc" and len(extra) > 22:
        units = _units(packet, (extra[21] & 3) + 1)
        held = {"start" for unit in units if unit[0] >> 1 & 0x3F in (19, 20)}
    else:
        return frozenset({"start"} if codec in ("vp9", "av1") else ())
    if not units or any(b"\0\0\0" in unit.rstrip(b"\0") for unit in units):
        raise MediaError(f"{path}: is damaged: a picture in it is torn")
    return frozenset(held)


def _units(packet: bytes, length_size: int) -> list[bytes]:
    """Split an H.264 or HEVC packet into its units; give none where their lengths do not add up."""
    units, at = [], 0
    while at < len(packet):
        start = at + length_size
        at = start + int.from_bytes(packet[at:start])
        if start == at or at > len(packet):
            return []
        units.append(packet[start:at])
    return units
