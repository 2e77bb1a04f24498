"""A clip's coded pictures as they lie in its file: which runs of them can be taken out whole.

decode order   I0 P3 B1 B2 P6 B4 B5 I7 ...      a run may begin on I7, an IDR picture behind
display order  0  1  2  3  4  5  6  7  ...      which nothing reaches back past it, and may end
               |        |        |  |           where all that was decoded is all that is shown
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

from longtake.errors import MediaError
from longtake.media.encode import EncodedRun, Packet
from longtake.media.h264 import IDR, PPS, SPS, parameter_sets, sample_units
from longtake.media.headers import Head, film_head, without_sets, x264_options
from longtake.media.probe import ClipFacts, demuxer_of, open_clip, probe
from longtake.units import FrameRate, Size

# Part of what is kept: raised when the same file shall be judged otherwise.
CODED_VERSION = 2
# Fewer pictures than these are not worth a joint.
SHORTEST_RUN = 12


@dataclass(frozen=True)
class CodedPicture:
    """One coded picture: its place in display order, whether it is an IDR one, its bytes in the file."""

    index: int
    idr: bool
    at: int
    length: int


@dataclass(frozen=True)
class CodedClip:
    """The pictures of a clip in decode order, or the `flaw` for which none of them may be copied.

    `options` is what x264 noted in them. `bytes` is the size of the file; `sets_inside` says that the
    parameter sets stand among the pictures too.
    """

    flaw: str = ""
    size: Size = field(default_factory=lambda: Size(0, 0))
    rate: Fraction = Fraction(0)
    head: Head = field(default_factory=lambda: Head(b"", b""))
    options: Mapping[str, str] = field(default_factory=dict)
    pictures: tuple[CodedPicture, ...] = ()
    bytes: int = 0
    sets_inside: bool = False

    def run_within(self, start: int, end: int) -> tuple[int, int] | None:
        """Give the longest run inside frames [start, end) that can be copied; None where none can."""
        first = bisect_left(self._starts, start)
        last = bisect_right(self._ends, end) - 1
        if first == len(self._starts) or last < 0:
            return None
        begin, finish = self._starts[first], self._ends[last]
        # A rest of one frame would be an IDR picture right before another one.
        while last and end - finish == 1:
            last -= 1
            finish = self._ends[last]
        return (begin, finish) if finish - begin >= SHORTEST_RUN else None

    def delay(self, start: int, end: int) -> int:
        """Give how many pictures the decode order of a run is ahead of its display order."""
        return max(place - self.pictures[place].index for place in range(start, end))

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        """Frames on which a run may begin."""
        places = (0, *self._ends[:-1]) if self.pictures else ()
        return tuple(at for at in places if self.pictures[at].idr and self.pictures[at].index == at)

    @cached_property
    def _ends(self) -> tuple[int, ...]:
        """Frames before which a run may end: up to there all that is decoded is all that is shown."""
        latest = accumulate((picture.index for picture in self.pictures), max)
        return tuple(place + 1 for place, index in enumerate(latest) if index == place)

    def as_json(self) -> dict[str, Any]:
        """Write it in plain values."""
        return {
            "version": CODED_VERSION,
            "flaw": self.flaw,
            "size": [self.size.width, self.size.height],
            "rate": str(self.rate),
            "head": [self.head.sps.hex(), self.head.pps.hex()],
            "options": dict(self.options),
            "pictures": [[p.index, int(p.idr), p.at, p.length] for p in self.pictures],
            "bytes": self.bytes,
            "sets_inside": self.sets_inside,
        }

    @classmethod
    def from_json(cls, written: Any) -> CodedClip | None:
        """Read what `as_json` wrote; None for anything else."""
        try:
            if written["version"] != CODED_VERSION:
                return None
            sps, pps = map(bytes.fromhex, written["head"])
            return cls(
                str(written["flaw"]),
                Size(*written["size"]),
                Fraction(written["rate"]),
                Head(sps, pps),
                {str(name): str(value) for name, value in written["options"].items()},
                tuple(CodedPicture(i, bool(k), at, n) for i, k, at, n in written["pictures"]),
                int(written["bytes"]),
                bool(written["sets_inside"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            return None


def look_at_coded(path: Path) -> CodedClip:
    """Find out whether a clip's pictures may stand in a film as they are.

    Raises MediaError where the file cannot be read at all.
    """
    facts = probe(path)
    flaw = _flaw_of(facts)
    if not flaw and demuxer_of(path) != "mov":
        flaw = "it is no MP4"
    if flaw:
        return CodedClip(flaw)
    try:
        return _looked_through(path, facts)
    except _Flaw as found:
        return CodedClip(found.message)


def copied_run(path: Path, clip: CodedClip, start: int, end: int, avcc: bytes) -> EncodedRun:
    """Read frames [start, end) of a clip out of its file, as they are.

    Raises MediaError where the file is not the one that was looked at.
    """
    pictures = clip.pictures[start:end]
    with path.open("rb") as file:
        if file.seek(0, 2) != clip.bytes:
            raise MediaError(f"{path}: changed while the film was made")
        packets = []
        for picture in pictures:
            file.seek(picture.at)
            sample = file.read(picture.length)
            if clip.sets_inside:
                sample = without_sets(sample)
            packets.append(Packet(picture.index - start, picture.idr, sample))
    if not any(unit[0] & 31 == IDR for unit in sample_units(packets[0].sample)):
        raise MediaError(f"{path}: holds no key picture at frame {start} any more")
    return EncodedRun(end - start, tuple(packets), avcc)


class _Flaw(MediaError):
    """Something for which a clip is rendered."""


def _flaw_of(facts: ClipFacts) -> str:
    """Name the first thing for which a clip's frames are not shown as they are; empty for none."""
    named = (
        (facts.codec == "h264", f"its codec is {facts.codec}"),
        (facts.rotation == 0, "it lies on its side"),
        (facts.sar == 1, "its pixels are not square"),
        (not facts.vfr, "its frames come unevenly"),
        (not facts.interlaced, "its pictures are interlaced"),
        (not facts.full_range, "its colours use the full range"),
        (facts.pix_fmt == "yuv420p", f"its pixels are {facts.pix_fmt}"),
        (facts.matrix == "bt709", f"its colours are {facts.matrix}"),
        (facts.siting == "left", f"its colours are sited {facts.siting}"),
    )
    return next((words for holds, words in named if not holds), "")


def _looked_through(path: Path, facts: ClipFacts) -> CodedClip:
    rows: list[tuple[int, bool, int, int]] = []
    options: dict[str, str] = {}
    sets_inside = False
    with open_clip(path, opening="packets") as (container, stream):
        extra = bytes(stream.codec_context.extradata or b"")
        if extra[:1] != b"\x01" or extra[4] & 3 != 3:
            raise _Flaw("its pictures are not stored as films store them")
        head = _head_of(extra, FrameRate(facts.rate))
        known = [unit for sets in parameter_sets(extra) for unit in sets]
        for packet in container.demux(stream):
            if not packet.size:
                continue
            if packet.pts is None or packet.is_discard or packet.pos is None:
                raise _Flaw("its edit list hides pictures")
            sample = bytes(packet)
            units = sample_units(sample)
            if not rows:
                options = x264_options(sample)
            inside = [unit for unit in units if unit[0] & 31 in (SPS, PPS)]
            if any(unit not in known for unit in inside):
                raise _Flaw("its headers change on the way")
            sets_inside = sets_inside or bool(inside)
            idr = any(unit[0] & 31 == IDR for unit in units)
            if packet.is_keyframe and not idr:
                raise _Flaw("its groups of pictures are open")
            rows.append((packet.pts, idr, packet.pos, packet.size))
    order = {pts: index for index, pts in enumerate(sorted({row[0] for row in rows}))}
    if len(order) != len(rows) or len(rows) != facts.frames:
        raise _Flaw("its pictures have no times of their own")
    pictures = tuple(CodedPicture(order[pts], idr, at, n) for pts, idr, at, n in rows)
    size = path.stat().st_size
    return CodedClip("", facts.size, facts.rate, head, options, pictures, size, sets_inside)


def _head_of(extra: bytes, rate: FrameRate) -> Head:
    try:
        return film_head(extra, rate)
    except MediaError as error:
        raise _Flaw(f"its headers have {error.message}") from error
