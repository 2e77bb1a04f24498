"""Encoded runs stand beside each other: one set of headers, closed groups, every frame once."""

from __future__ import annotations

from concurrent.futures import Future
from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest

from longtake.media.color import planes_to_frame
from longtake.media.encode import EncodedRun, EncoderSettings, black_frame, encode_run
from longtake.media.h264 import is_idr, parameter_sets
from longtake.media.workers import cores, stop_workers, worker_pool
from longtake.units import FrameRate, Size

RATE, SIZE = FrameRate.parse(24), Size(64, 48)
NORMAL = EncoderSettings.for_quality("normal", RATE)


def grey(level: int) -> av.VideoFrame:
    chroma = np.full((24, 32), 128, np.uint8)
    noise = np.random.default_rng(level).integers(0, 20, (48, 64))
    return planes_to_frame((noise + level).astype(np.uint8), chroma, chroma)


def run_of(count: int, size: Size = SIZE, settings: EncoderSettings = NORMAL) -> EncodedRun:
    """Encode frames, each a little brighter."""
    return encode_run((grey(30 + 2 * n) for n in range(count)), size, RATE, settings)


def avcc_of(count: int) -> bytes:
    return run_of(count).avcc


def decoded(run: EncodedRun) -> list[av.VideoFrame]:
    """Decode a run by nothing but its own bytes."""
    codec: Any = av.CodecContext.create("h264", "r")
    codec.extradata = run.avcc
    frames = []
    for packet in (*(av.Packet(p.sample) for p in run.packets), None):
        frames += codec.decode(packet)
    return frames


@pytest.mark.parametrize("count", [1, 2, 47, 48, 49, 100])
def test_every_frame_comes_out_once(count: int) -> None:
    """A run of any length holds each display place once and begins with an IDR picture."""
    run = run_of(count)
    assert sorted(packet.index for packet in run.packets) == list(range(count))
    assert run.frames == count and run.packets[0].key and is_idr(run.packets[0].sample)
    means = [frame.to_ndarray()[:48].mean() for frame in decoded(run)]
    assert np.allclose(
        means, [grey(30 + 2 * n).to_ndarray()[:48].mean() for n in range(count)], atol=2
    )


def test_groups_are_two_seconds_at_most() -> None:
    """A long run has a key picture at least every 48 frames, each an IDR picture."""
    keys = sorted(p.index for p in run_of(110).packets if p.key)
    assert all(b - a <= 48 for a, b in zip(keys, [*keys[1:], 110], strict=True))
    assert all(is_idr(p.sample) for p in run_of(110).packets if p.key)


def test_headers_do_not_depend_on_the_pictures() -> None:
    """Runs of other lengths and pictures have the same parameter sets, in another process too."""
    pool = worker_pool(1)
    try:
        other: Future[bytes] = pool.submit(avcc_of, 5)
        assert run_of(1).avcc == run_of(60).avcc == other.result(60)
    finally:
        stop_workers(pool)


def test_pictures_carry_their_colour() -> None:
    """The stream itself says bt709, limited range, 4:2:0: no container is needed for it."""
    frame = decoded(run_of(2))[0]
    tags = (frame.colorspace, frame.color_primaries, frame.color_trc, frame.color_range)
    assert ([int(tag) for tag in tags], frame.format.name) == ([1, 1, 1, 1], "yuv420p")


def test_one_parameter_set_of_each_kind() -> None:
    """There is one sequence and one picture parameter set."""
    sps, pps = parameter_sets(run_of(3).avcc)
    assert (len(sps), len(pps)) == (1, 1)


@pytest.mark.parametrize(
    ("rate", "gop"), [("24", 48), ("24000/1001", 48), ("30", 60), ("12.5", 25)]
)
def test_group_length_follows_the_rate(rate: str, gop: int) -> None:
    """Two seconds of frames at any rate."""
    assert EncoderSettings.for_quality("final", FrameRate.parse(rate)).gop == gop


def test_better_quality_takes_more_bytes() -> None:
    """Draft, normal and final differ in what they keep."""
    sizes = [
        sum(
            len(p.sample) for p in run_of(24, settings=EncoderSettings.for_quality(q, RATE)).packets
        )
        for q in ("draft", "normal", "final")
    ]
    assert sizes == sorted(sizes) and sizes[0] < sizes[2]


def test_black_frame_is_black() -> None:
    """Black is 16 in luma and 128 in chroma."""
    planes = black_frame(SIZE).to_ndarray()
    assert (planes[:48] == 16).all() and (planes[48:] == 128).all()


def test_frames_keep_no_time_of_their_own() -> None:
    """Frames with wild time stamps are taken in the order given."""
    frames = [grey(40), grey(80), grey(120)]
    for frame, pts in zip(frames, (900, 3, 40), strict=True):
        frame.pts, frame.time_base = pts, Fraction(1, 7)
    means = [f.to_ndarray()[:48].mean() for f in decoded(encode_run(frames, SIZE, RATE, NORMAL))]
    assert means == sorted(means)


def test_cores_are_counted() -> None:
    """At least one processor is there to be used."""
    assert cores() >= 1
