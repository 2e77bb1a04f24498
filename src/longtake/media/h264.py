"""The little of H.264's byte stream that joining needs: NAL units, parameter sets, IDR pictures."""

from __future__ import annotations

import re

from longtake.errors import MediaError

IDR, SPS, PPS = 5, 7, 8
_START_CODE = re.compile(rb"\x00\x00\x01")


def annexb_units(stream: bytes) -> list[bytes]:
    """Split a byte stream with start codes into NAL units."""
    starts = [match.start() for match in _START_CODE.finditer(stream)]
    units = []
    for index, start in enumerate(starts):
        end = starts[index + 1] if index + 1 < len(starts) else len(stream)
        unit = stream[start + 3 : end]
        # The zero bytes before a start code belong to the code, not to the unit before it.
        units.append(unit.rstrip(b"\x00") if index + 1 < len(starts) else unit)
    return units


def sample_units(sample: bytes) -> list[bytes]:
    """Split an MP4 sample (four-byte lengths) into NAL units; raises MediaError when it is torn."""
    units = []
    at = 0
    while at < len(sample):
        length = int.from_bytes(sample[at : at + 4], "big")
        unit = sample[at + 4 : at + 4 + length]
        if length == 0 or len(unit) != length:
            raise MediaError("an H.264 sample is torn")
        units.append(unit)
        at += 4 + length
    return units


def to_sample(stream: bytes) -> bytes:
    """Write a byte stream as an MP4 sample: lengths in place of start codes."""
    return b"".join(len(unit).to_bytes(4, "big") + unit for unit in annexb_units(stream))


def is_idr(sample: bytes) -> bool:
    """Tell whether a sample holds an IDR picture; a key frame flag alone does not promise that."""
    return any(unit[0] & 31 == IDR for unit in sample_units(sample))


def parameter_sets(extradata: bytes) -> tuple[list[bytes], list[bytes]]:
    """Give the sequence and picture parameter sets of an encoder's or a file's extra bytes."""
    if extradata[:1] == b"\x01":
        return _avcc_sets(extradata)
    units = annexb_units(extradata)
    return (
        [unit for unit in units if unit[0] & 31 == SPS],
        [unit for unit in units if unit[0] & 31 == PPS],
    )


def build_avcc(extradata: bytes) -> bytes:
    """Write the decoder configuration of an `avc1` sample entry from parameter sets of any form."""
    sps, pps = parameter_sets(extradata)
    if not sps or not pps:
        raise MediaError("an H.264 stream without parameter sets")
    first = sps[0]
    out = bytes([1, first[1], first[2], first[3], 0xFF, 0xE0 | len(sps)])
    out += b"".join(len(unit).to_bytes(2, "big") + unit for unit in sps)
    out += bytes([len(pps)]) + b"".join(len(unit).to_bytes(2, "big") + unit for unit in pps)
    # High profiles carry chroma format and bit depth behind the sets: 4:2:0, 8 bits.
    return out + (b"\xfd\xf8\xf8\x00" if first[1] in (100, 110, 122, 144) else b"")


def _avcc_sets(extradata: bytes) -> tuple[list[bytes], list[bytes]]:
    found: list[list[bytes]] = []
    at = 5
    for mask in (31, 255):
        units = []
        count = extradata[at] & mask
        at += 1
        for _ in range(count):
            length = int.from_bytes(extradata[at : at + 2], "big")
            units.append(extradata[at + 2 : at + 2 + length])
            at += 2 + length
        found.append(units)
    return found[0], found[1]
