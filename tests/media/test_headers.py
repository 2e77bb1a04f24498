"""Parameter sets are read bit by bit, and written in one form that changes nothing of the decoding."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import av
import pytest

from longtake.errors import MediaError
from longtake.media.frames import decode_frames
from longtake.media.h264 import parameter_sets, to_sample
from longtake.media.headers import (
    Head,
    film_head,
    joint_avcc,
    tells_order,
    without_sets,
    x264_options,
)
from longtake.media.probe import read_grid
from longtake.units import FrameRate
from synthetic import Making, make_clip

RATE = FrameRate.parse(24)
LONG = b"\0\0\0\1"


def clip_of(path: Path, making: Making | None = None) -> tuple[bytes, bytes]:
    """Make a clip; gives its extra bytes and its first sample."""
    make_clip(path, 1, 24, making=making)
    with av.open(str(path)) as clip:
        extra = bytes(clip.streams.video[0].codec_context.extradata or b"")
        return extra, bytes(next(clip.demux(video=0)))


def making(**options: str) -> Making:
    return Making(options={"crf": "18", **options})


def test_what_players_are_told_makes_no_other_head(tmp_path: Path) -> None:
    """Clips that differ in tags alone have one head in the film's form, though not in their own."""
    plain, _ = clip_of(tmp_path / "a.mp4", making())
    said, _ = clip_of(
        tmp_path / "b.mp4",
        making(**{"x264-params": "overscan=show:videoformat=pal:colorprim=undef:transfer=undef"}),
    )
    assert parameter_sets(plain) != parameter_sets(said)
    assert film_head(plain, RATE) == film_head(said, RATE)


@pytest.mark.parametrize("other", ["ref=5", "bframes=0", "cabac=0", "b-pyramid=none"])
def test_what_decoding_needs_makes_another_head(tmp_path: Path, other: str) -> None:
    """Whatever a decoder must know is not smoothed over."""
    plain, _ = clip_of(tmp_path / "a.mp4", making())
    changed, _ = clip_of(tmp_path / "b.mp4", making(**{"x264-params": other}))
    assert film_head(plain, RATE) != film_head(changed, RATE)


def test_form_is_reached_once(tmp_path: Path) -> None:
    """A head written in the film's form reads back as itself."""
    extra, _ = clip_of(tmp_path / "a.mp4", making())
    head = film_head(extra, RATE)
    assert film_head(joint_avcc((head,)), RATE) == head


@pytest.mark.parametrize("preset", ["ultrafast", "medium", "veryslow"])
def test_pictures_decode_by_the_written_sets(tmp_path: Path, preset: str) -> None:
    """By the sets in the film's form a clip decodes to the same samples, tagged as the film is."""
    path = tmp_path / "a.mp4"
    extra, _ = clip_of(path, making(preset=preset))
    codec = av.CodecContext.create("h264", "r")
    codec.extradata = joint_avcc((film_head(extra, RATE),))
    with av.open(str(path)) as clip:
        samples = [bytes(packet) for packet in clip.demux(video=0) if packet.size]
        clip.seek(0)
        wanted = [frame.to_ndarray().tobytes() for frame in clip.decode(video=0)]
    frames = [f for each in samples for f in codec.decode(av.Packet(each))] + codec.decode(None)
    assert [frame.to_ndarray().tobytes() for frame in frames] == wanted
    tags = (frames[0].colorspace, frames[0].color_primaries, frames[0].color_range)
    assert [int(tag) for tag in tags] == [1, 1, 1]


def test_quantisers_are_read(tmp_path: Path) -> None:
    """The quantiser counted from follows the quality asked for, chroma's the option."""
    params = {"x264-params": "psy=0:chroma-qp-offset=-5"}
    extra, _ = clip_of(tmp_path / "a.mp4", making(crf="31", **params))
    head = film_head(extra, RATE)
    assert (head.first_quantiser, head.chroma_offset, head.ids) == (31, -5, {0})


def test_numbers_of_sets_are_read(tmp_path: Path) -> None:
    """An encoder told to use another number does."""
    extra, _ = clip_of(tmp_path / "a.mp4", making(**{"x264-params": "sps-id=3"}))
    assert film_head(extra, RATE).ids == {3}


def test_options_are_read_from_the_first_picture(tmp_path: Path) -> None:
    """x264 writes down what it was told; other bytes say nothing."""
    _, sample = clip_of(tmp_path / "a.mp4", making(crf="23", preset="slow"))
    options = x264_options(sample)
    assert (options["ref"], options["crf"], options["bframes"]) == ("5", "23.0", "3")
    assert x264_options(to_sample(LONG + b"\x06\x05\x01x264 - core")) == {}


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ("nal-hrd=vbr:vbv-maxrate=500:vbv-bufsize=500", "times for every picture"),
        ("interlaced=1", "fields instead of whole pictures"),
        ("qp=0", "profile 244"),
    ],
)
def test_what_is_not_understood_is_said(tmp_path: Path, params: str, words: str) -> None:
    """Sets that say more than is read here are refused."""
    extra, _ = clip_of(tmp_path / "a.mp4", making(**{"x264-params": params}))
    with pytest.raises(MediaError, match=words):
        film_head(extra, RATE)


def test_more_than_one_set_is_refused(tmp_path: Path) -> None:
    """A clip with two heads is not copied, nor is one whose sets end in the middle."""
    first, _ = clip_of(tmp_path / "a.mp4", making())
    second, _ = clip_of(tmp_path / "b.mp4", making(**{"x264-params": "sps-id=1"}))
    heads = film_head(first, RATE), film_head(second, RATE)
    with pytest.raises(MediaError, match=r"2 \+ 2 parameter sets"):
        film_head(joint_avcc(heads), RATE)
    torn = Head(heads[0].sps[:6], heads[0].pps)
    with pytest.raises(MediaError, match="an end too soon"):
        film_head(LONG + torn.sps + LONG + torn.pps, RATE)


def test_sets_among_the_pictures_are_left_out() -> None:
    """Of a sample only the parameter sets go."""
    sample = to_sample(LONG + b"\x67\x64" + LONG + b"\x68\xee" + LONG + b"\x65\x88\x84")
    assert without_sets(sample) == to_sample(LONG + b"\x65\x88\x84")


def without_order(extra: bytes) -> bytes:
    """The same sets, but for the word on how far pictures are out of order: up to 2, 4 held."""
    head = film_head(extra, RATE)
    bits = "".join(f"{byte:08b}" for byte in head.sps)
    told = "1111" + "000010000" * 2 + "011" + "00101"
    assert told in bits
    text = bits[: bits.rindex(told)] + "01"
    text += "0" * (-len(text) % 8)
    sps = bytes(int(text[at : at + 8], 2) for at in range(0, len(text), 8))
    return joint_avcc((Head(sps, head.pps),))


@pytest.mark.parametrize("params", ["bframes=3", "bframes=0", "keyint=1"])
def test_order_is_told(tmp_path: Path, params: str) -> None:
    """Most encoders say how pictures are ordered; what says nothing, or is torn, is found out."""
    extra, _ = clip_of(tmp_path / "a.mp4", making(**{"x264-params": params}))
    assert tells_order(extra)
    assert not tells_order(extra[:12])
    assert not tells_order(b"")


def test_pictures_whose_order_is_not_told_come_in_order(tmp_path: Path) -> None:
    """The first pictures of such a clip are looked at when it is opened, and all come when they should."""
    told, untold = tmp_path / "a.mp4", tmp_path / "b.mp4"
    extra, _ = clip_of(told, making())
    with av.open(str(told)) as clip, av.open(str(untold), "w") as out:
        stream = out.add_stream_from_template(clip.streams.video[0])
        stream.codec_context.extradata = without_order(extra)
        for packet in clip.demux(video=0):
            if packet.size:
                packet.stream = stream
                out.mux(packet)
    assert [read_grid(path).opening for path in (told, untold)] == ["container", "pictures"]
    first, second = (
        [frame.to_ndarray().tobytes() for _, frame in decode_frames(path, 0, 24)]
        for path in (told, untold)
    )
    assert first == second


def test_sets_among_the_pictures_are_obeyed(tmp_path: Path) -> None:
    """What such a file says at its beginning is not all: its first pictures are looked at too."""
    path = tmp_path / "a.mp4"
    extra, _ = clip_of(path, making())
    repeated = tmp_path / "b.mp4"
    sets = b"".join(len(unit).to_bytes(4, "big") + unit for unit in chain(*parameter_sets(extra)))
    with av.open(str(path)) as clip, av.open(str(repeated), "w") as out:
        stream = out.add_stream_from_template(clip.streams.video[0])
        for packet in clip.demux(video=0):
            if packet.size:
                told = av.Packet(sets + bytes(packet) if packet.is_keyframe else bytes(packet))
                told.pts, told.dts, told.time_base = packet.pts, packet.dts, packet.time_base
                told.is_keyframe, told.stream = packet.is_keyframe, stream
                out.mux(told)
    assert [read_grid(each).opening for each in (path, repeated)] == ["container", "pictures"]
    assert len(list(decode_frames(repeated, 0, 24))) == 24
