"""The byte stream of H.264, split and put together by hand-made units."""

from __future__ import annotations

import pytest

from longtake.errors import MediaError
from longtake.media.h264 import (
    annexb_units,
    build_avcc,
    is_idr,
    parameter_sets,
    sample_units,
    to_sample,
)

SPS, PPS = bytes([0x67, 100, 0, 30, 1, 2]), bytes([0x68, 0xEE])
IDR, SLICE, SEI = b"\x65\x88\x84", b"\x41\x9a\x01", b"\x06\x05\x01"
LONG, SHORT = b"\0\0\0\1", b"\0\0\1"


@pytest.mark.parametrize(
    "stream", [LONG + SPS + SHORT + PPS + LONG + IDR, SHORT + SPS + LONG + PPS + SHORT + IDR]
)
def test_start_codes_of_either_length(stream: bytes) -> None:
    """Units are found behind long and short start codes; no zero of a code sticks to a unit."""
    assert annexb_units(stream) == [SPS, PPS, IDR]


def test_sample_has_lengths_for_start_codes() -> None:
    """A byte stream becomes an MP4 sample and splits into the same units again."""
    sample = to_sample(LONG + SEI + SHORT + IDR)
    assert sample == b"\0\0\0\3" + SEI + b"\0\0\0\3" + IDR
    assert sample_units(sample) == [SEI, IDR]


def test_idr_behind_other_units() -> None:
    """An IDR picture is found behind an SEI; other pictures are none."""
    assert is_idr(to_sample(LONG + SEI + LONG + IDR))
    assert not is_idr(to_sample(LONG + SEI + LONG + SLICE))


@pytest.mark.parametrize(
    "sample", [b"\0\0\0\4" + IDR, b"\0\0", b"\0\0\0\0", to_sample(LONG + IDR)[:-1]]
)
def test_torn_sample(sample: bytes) -> None:
    """A sample whose lengths do not fit it is refused."""
    with pytest.raises(MediaError, match="torn"):
        sample_units(sample)


def test_avcc_of_a_byte_stream_reads_back() -> None:
    """The configuration holds profile, level and the very parameter sets, whatever their form."""
    avcc = build_avcc(LONG + SPS + LONG + PPS)
    assert avcc[:6] == bytes([1, 100, 0, 30, 0xFF, 0xE1])
    assert parameter_sets(avcc) == ([SPS], [PPS])
    assert build_avcc(avcc) == avcc


def test_avcc_of_a_plain_profile_has_no_tail() -> None:
    """Only high profiles carry chroma format and depth behind the sets."""
    main = bytes([0x67, 77, 0, 30])
    assert build_avcc(LONG + main + LONG + PPS).endswith(PPS)
    assert build_avcc(LONG + SPS + LONG + PPS).endswith(b"\xfd\xf8\xf8\0")


def test_stream_without_parameter_sets() -> None:
    """What has no parameter sets cannot be described."""
    with pytest.raises(MediaError, match="without parameter sets"):
        build_avcc(LONG + IDR)
