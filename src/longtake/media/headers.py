"""What H.264 parameter sets say, and the one form in which a film writes them.

A sequence parameter set has two parts. Its first part says how pictures are decoded: not a bit of it
may change. Behind it stands what players are told besides (colour, shape of pixels, rate): the film
says that of all its pictures in the same words, and so clips that were written by many hands can
share one set.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from longtake.errors import MediaError
from longtake.media.h264 import PPS, SPS, parameter_sets, sample_units
from longtake.units import FrameRate

# Profiles whose pictures are all 4:2:0 of 8 bits unless they say otherwise.
_BASELINE, _MAIN, _HIGH = 66, 77, 100
_SEI = 6
_X264_OPTIONS = re.compile(rb"x264 - core \d+.*? - options: ([ -~]*)")
_EMULATED = re.compile(rb"\x00\x00\x03")
_TO_EMULATE = re.compile(rb"\x00\x00(?=[\x00-\x03])")


@dataclass(frozen=True)
class Head:
    """What a run of pictures is decoded by: one sequence and one picture parameter set."""

    sps: bytes
    pps: bytes

    @property
    def ids(self) -> frozenset[int]:
        """The numbers of its two sets."""
        return frozenset({_numbers(self.sps[4:])[0], _numbers(self.pps[1:])[0]})

    @property
    def first_quantiser(self) -> int:
        """The quantiser that slices count theirs from."""
        return self._picture[0]

    @property
    def chroma_offset(self) -> int:
        """By how much chroma is quantised otherwise than luma."""
        return self._picture[1]

    @property
    def level(self) -> int:
        """Ten times the level that a decoder must master."""
        return self.sps[3]

    @property
    def _picture(self) -> tuple[int, int]:
        bits = _Bits(self.pps[1:])
        bits.whole(), bits.whole(), bits.take(2)
        if bits.whole():
            raise MediaError("slice groups")
        bits.whole(), bits.whole(), bits.take(3)
        first = 26 + bits.signed()
        bits.signed()
        return first, bits.signed()


def film_head(extradata: bytes, rate: FrameRate) -> Head:
    """Read the sets of a clip or an encoder and give them in the film's form.

    Raises MediaError, its message made to follow "its headers have", where they say something that
    is not certainly understood.
    """
    sps, pps = parameter_sets(extradata)
    if len(sps) != 1 or len(pps) != 1:
        raise MediaError(f"{len(sps)} + {len(pps)} parameter sets")
    try:
        head = Head(_rewritten(sps[0], rate), pps[0])
        if _numbers(head.pps[1:])[1] != _numbers(head.sps[4:])[0]:
            raise MediaError("a picture set that belongs to none of them")
        # Read once, so that what cannot be read shows here.
        assert head.first_quantiser is not None
    except IndexError as error:
        raise MediaError("an end too soon") from error
    return head


def joint_avcc(heads: tuple[Head, ...]) -> bytes:
    """Write the decoder configuration of one `avc1` sample entry that holds several heads."""
    sps = list(dict.fromkeys(head.sps for head in heads))
    pps = list(dict.fromkeys(head.pps for head in heads))
    # The entry promises the most that any of its sets asks for.
    profile = max(unit[1] for unit in sps)
    kept = min(unit[2] for unit in sps if unit[1] == profile)
    out = bytes([1, profile, kept, max(unit[3] for unit in sps), 0xFF, 0xE0 | len(sps)])
    out += b"".join(len(unit).to_bytes(2, "big") + unit for unit in sps)
    out += bytes([len(pps)]) + b"".join(len(unit).to_bytes(2, "big") + unit for unit in pps)
    return out + (b"\xfd\xf8\xf8\x00" if profile == _HIGH else b"")


def tells_order(extradata: bytes) -> bool:
    """Tell whether a clip's sets say how far its pictures are out of order, as far as they are understood."""
    try:
        sets, _ = parameter_sets(extradata)
        for unit in sets:
            _read_order(_Bits(unit))
    except (MediaError, IndexError):
        return False
    return bool(sets)


def x264_options(sample: bytes) -> dict[str, str]:
    """Read the options that x264 writes into its first picture; empty where another encoder did it."""
    for unit in sample_units(sample):
        found = _X264_OPTIONS.search(_EMULATED.sub(b"\0\0", unit)) if unit[0] & 31 == _SEI else None
        if found:
            words = found[1].decode("ascii").split()
            return dict(word.split("=", 1) for word in words if "=" in word)
    return {}


def without_sets(sample: bytes) -> bytes:
    """Give a sample without the parameter sets that stand among its units."""
    units = [unit for unit in sample_units(sample) if unit[0] & 31 not in (SPS, PPS)]
    return b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)


class _Bits:
    """Reads the bits of a unit, the bytes against emulated start codes left out."""

    def __init__(self, unit: bytes) -> None:
        self.text = "".join(f"{byte:08b}" for byte in _EMULATED.sub(b"\0\0", unit))
        self.at = 0

    def take(self, count: int) -> int:
        if self.at + count > len(self.text):
            raise IndexError(count)
        self.at += count
        return int(self.text[self.at - count : self.at] or "0", 2)

    def whole(self) -> int:
        zeros = 0
        while not self.take(1):
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)

    def signed(self) -> int:
        code = self.whole()
        return (code + 1) // 2 if code % 2 else -(code // 2)


def _numbers(rest: bytes) -> tuple[int, int]:
    bits = _Bits(rest)
    return bits.whole(), bits.whole()


def _rewritten(unit: bytes, rate: FrameRate) -> bytes:
    first_part, reorder, held = _read_order(_Bits(unit))
    text = f"{first_part}1{_usability(rate, reorder, held)}1"
    text += "0" * (-len(text) % 8)
    plain = bytes(int(text[at : at + 8], 2) for at in range(0, len(text), 8))
    return _TO_EMULATE.sub(b"\0\0\3", plain)


def _read_order(bits: _Bits) -> tuple[str, int, int]:
    """Read a sequence set: its first part, how far pictures are out of order, how many are held."""
    references, ordered = _read_first_part(bits)
    first_part = bits.text[: bits.at]
    reorder, held = _read_usability(bits) if bits.take(1) else (None, None)
    if reorder is None:
        if not ordered:
            raise MediaError("no word of how far pictures are out of order")
        reorder, held = 0, max(1, references)
    return first_part, reorder, held or 0


def _read_first_part(bits: _Bits) -> tuple[int, bool]:
    """Read up to what players are told; gives the count of references, and whether order is as shown."""
    bits.take(8)
    profile = bits.take(8)
    if profile not in (_BASELINE, _MAIN, _HIGH):
        raise MediaError(f"profile {profile}")
    bits.take(16), bits.whole()
    # High pictures: 4:2:0, 8 bits of luma, 8 of chroma, nothing lossless, no scaling of their own.
    if profile == _HIGH and (bits.whole(), bits.whole(), bits.whole(), bits.take(2)) != (
        1,
        0,
        0,
        0,
    ):
        raise MediaError("pictures of another depth or with scaling of their own")
    bits.whole()
    order = bits.whole()
    if order == 1:
        raise MediaError("an order of pictures by cycles")
    if order == 0:
        bits.whole()
    references = bits.whole()
    bits.take(1), bits.whole(), bits.whole()
    if not bits.take(1):
        raise MediaError("fields instead of whole pictures")
    bits.take(1)
    if bits.take(1):
        for _ in range(4):
            bits.whole()
    return references, order == 2


def _read_usability(bits: _Bits) -> tuple[int | None, int | None]:
    """Read what players are told; gives how far pictures are out of order and how many are held."""
    if bits.take(1) and bits.take(8) == 255:
        bits.take(32)
    if bits.take(1):
        bits.take(1)
    if bits.take(1):
        bits.take(4)
        if bits.take(1):
            bits.take(24)
    if bits.take(1):
        bits.whole(), bits.whole()
    if bits.take(1):
        bits.take(65)
    # Messages between the pictures are read by these: without them they would be misread.
    if bits.take(3):
        raise MediaError("times for every picture")
    if not bits.take(1):
        return None, None
    bits.take(1)
    for _ in range(4):
        bits.whole()
    return bits.whole(), bits.whole()


def _usability(rate: FrameRate, reorder: int, held: int) -> str:
    """Write what a film tells: BT.709 in limited range, its rate, how pictures are ordered."""
    colour = "1" + f"{5:03b}" + "0" + "1" + f"{1:08b}" * 3
    ticks, second = rate.value.denominator, 2 * rate.value.numerator
    time = f"1{ticks:032b}{second:032b}1"
    # Motion may be as large as the standard has it, pictures as heavy.
    limits = "1" + "".join(map(_written, (0, 0, 15, 15, reorder, held)))
    return f"00{colour}0{time}0001{limits}"


def _written(value: int) -> str:
    digits = f"{value + 1:b}"
    return "0" * (len(digits) - 1) + digits
