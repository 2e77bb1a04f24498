"""Runs joined into an MP4: own times, whole headers, sound beside the pictures."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from longtake.errors import MediaError
from longtake.media.audio import encode_aac
from longtake.media.color import planes_to_frame
from longtake.media.encode import EncodedRun, EncoderSettings, encode_run
from longtake.media.mux import CaptionTrack, Chapter, write_film
from longtake.units import FrameRate, Size
from synthetic import boxes_of

SIZE = Size(64, 48)


def grey(level: int) -> av.VideoFrame:
    chroma = np.full((24, 32), 128, np.uint8)
    return planes_to_frame(np.full((48, 64), level, np.uint8), chroma, chroma)


def runs_of(rate: FrameRate, *lengths: int) -> list[EncodedRun]:
    settings = EncoderSettings.for_quality("normal", rate)
    at = np.cumsum([0, *lengths])
    return [
        encode_run((grey(20 + 2 * (start + k)) for k in range(n)), SIZE, rate, settings)
        for start, n in zip(at[:-1].tolist(), lengths, strict=True)
    ]


def write(path: Path, runs: list[EncodedRun], rate: FrameRate, **more: object) -> int:
    delay = max(n - p.index for run in runs for n, p in enumerate(run.packets))
    settings = EncoderSettings.for_quality("normal", rate)
    count = sum(run.frames for run in runs)
    return write_film(
        path, runs, frames=count, size=SIZE, rate=rate, settings=settings, delay=delay, **more
    )


@pytest.mark.parametrize("rate", ["24", "24000/1001", "25", "30000/1001", "50", "12.5", "240"])
def test_times_are_exact_at_every_rate(tmp_path: Path, rate: str) -> None:
    """The first frame stands at nought, each next exactly one frame later, over joints too."""
    fps = FrameRate.parse(rate)
    assert write(tmp_path / "a.mp4", runs_of(fps, 20, 1, 17), fps) == 38
    with av.open(str(tmp_path / "a.mp4")) as film:
        stream = film.streams.video[0]
        times = [frame.pts * frame.time_base for frame in film.decode(stream)]
        assert stream.average_rate == fps.value
        assert stream.duration * stream.time_base == fps.seconds(38)
    assert times == [fps.seconds(n) for n in range(38)]


def test_pictures_come_out_in_order(tmp_path: Path) -> None:
    """Read back, the pictures of all runs follow each other as they were given."""
    rate = FrameRate.parse(24)
    write(tmp_path / "a.mp4", runs_of(rate, 12, 30, 3), rate)
    with av.open(str(tmp_path / "a.mp4")) as film:
        means = [frame.to_ndarray()[:48].mean() for frame in film.decode(video=0)]
    assert np.allclose(means, 20 + 2 * np.arange(45), atol=2)


def test_decode_times_only_rise(tmp_path: Path) -> None:
    """No packet is decoded before the one in front of it, or after it is shown."""
    rate = FrameRate.parse(24)
    write(tmp_path / "a.mp4", runs_of(rate, 25, 2, 25), rate)
    with av.open(str(tmp_path / "a.mp4")) as film:
        packets = [p for p in film.demux(video=0) if p.dts is not None]
    times = [packet.dts for packet in packets]
    assert times == sorted(set(times))
    assert all(packet.dts <= packet.pts for packet in packets)


def test_runs_of_other_headers_are_refused(tmp_path: Path) -> None:
    """Two kinds of parameter sets never get into one film."""
    rate = FrameRate.parse(24)
    first, second = runs_of(rate, 3, 3)
    with pytest.raises(MediaError, match=r"different H\.264 parameter sets"):
        write(tmp_path / "a.mp4", [first, replace(second, avcc=second.avcc + b"x")], rate)


def test_sound_is_copied_beside_the_pictures(tmp_path: Path) -> None:
    """The AAC track goes in as it is, starts at nought, and lies close to the pictures it belongs to."""
    rate, path = FrameRate.parse(24), tmp_path / "a.mp4"
    encode_aac(tmp_path / "s.m4a", [np.zeros((2, 96_000), np.float32)])
    write(path, runs_of(rate, 24, 24), rate, sound=tmp_path / "s.m4a")
    with av.open(str(path)) as film:
        assert film.streams.audio[0].duration * film.streams.audio[0].time_base == 2
        packets = [p for p in film.demux() if p.dts is not None and p.pts >= 0]
    order = [(p.pos, float(p.dts * p.time_base)) for p in packets]
    times = [time for _, time in sorted(order)]
    assert max(abs(b - a) for a, b in itertools.pairwise(times)) < 0.2


def test_chapters_and_title(tmp_path: Path) -> None:
    """Chapters keep titles of any script; the film has its own title."""
    rate, path = FrameRate.parse(24), tmp_path / "a.mp4"
    chapters = (Chapter("Täg <1>", 0, 12), Chapter("二 🎬", 12, 24))
    write(path, runs_of(rate, 24), rate, chapters=chapters, title="My film")
    with av.open(str(path)) as film:
        found = film.chapters()
        assert film.metadata["title"] == "My film"
    assert [c["metadata"]["title"] for c in found] == ["Täg <1>", "二 🎬"]
    assert [Fraction(c["start"]) * c["time_base"] for c in found] == [0, Fraction(1, 2)]


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    """What libav or the system refuses is an error of ours that names the file."""
    rate = FrameRate.parse(24)
    with pytest.raises(MediaError, match=r"a\.mp4 cannot be written"):
        write(tmp_path / "no" / "a.mp4", runs_of(rate, 2), rate)


def test_sound_that_is_none(tmp_path: Path) -> None:
    """A sound file that cannot be read is an error of ours."""
    rate = FrameRate.parse(24)
    (tmp_path / "s.m4a").write_bytes(b"nothing")
    with pytest.raises(MediaError, match="cannot be written"):
        write(tmp_path / "a.mp4", runs_of(rate, 2), rate, sound=tmp_path / "s.m4a")


def captions_in(path: Path) -> list[tuple[Fraction, Fraction, str]]:
    """Every sample of the caption track: its time, its length, its words."""
    with av.open(str(path)) as film:
        stream = film.streams.subtitles[0]
        # libav closes the track with an empty sample of no length.
        packets = [p for p in film.demux(stream) if p.dts is not None and p.duration]
        samples = []
        for packet in packets:
            held = bytes(packet)
            assert packet.pts is not None and packet.time_base is not None
            size = int.from_bytes(held[:2], "big")
            text = held[2 : 2 + size].decode()
            samples.append(
                (packet.pts * packet.time_base, packet.duration * packet.time_base, text)
            )
    return samples


@pytest.mark.parametrize("rate", ["24", "24000/1001", "12.5"])
def test_captions_are_a_track_of_their_own(tmp_path: Path, rate: str) -> None:
    """They come back word for word, on their frames exactly, with empty samples between them."""
    fps, path = FrameRate.parse(rate), tmp_path / "a.mp4"
    said = ((5, 17, "<b>a</b> {\\an8} \\N &lt;"), (19, 30, "二\nLine"), (30, 36, "مرحبا"))
    write(path, runs_of(fps, 24, 16), fps, captions=CaptionTrack(said, "deu"))
    whole = [(0, 5, ""), said[0], (17, 19, ""), said[1], said[2], (36, 40, "")]
    assert captions_in(path) == [
        (fps.seconds(start), fps.seconds(end - start), text) for start, end, text in whole
    ]
    with av.open(str(path)) as film:
        assert film.streams.subtitles[0].metadata["language"] == "deu"
        assert [stream.type for stream in film.streams] == ["video", "subtitle"]


def test_captions_lie_beside_their_pictures(tmp_path: Path) -> None:
    """A caption's sample is stored near the frames it belongs to, sound and captions side by side."""
    rate, path = FrameRate.parse(24), tmp_path / "a.mp4"
    encode_aac(tmp_path / "s.m4a", [np.zeros((2, 96_000), np.float32)])
    said = CaptionTrack(((30, 40, "x"),))
    write(path, runs_of(rate, 24, 24), rate, sound=tmp_path / "s.m4a", captions=said)
    with av.open(str(path)) as film:
        packets = [p for p in film.demux() if p.dts is not None and p.pts >= 0]
        order = sorted((p.pos, p.stream.type, float(p.dts * p.time_base)) for p in packets)
    at = next(n for n, (_, kind, time) in enumerate(order) if kind == "subtitle" and time == 1.25)
    beside = order[at - 3 : at + 4]
    assert {kind for _, kind, _ in beside} == {"video", "audio", "subtitle"}
    assert max(abs(time - 1.25) for _, _, time in beside) < 0.2


def test_the_pictures_are_the_same_with_captions(tmp_path: Path) -> None:
    """A caption track changes no packet of the film's pictures."""
    rate = FrameRate.parse(24)
    runs = runs_of(rate, 24)
    write(tmp_path / "a.mp4", runs, rate)
    write(tmp_path / "b.mp4", runs, rate, captions=CaptionTrack(((2, 9, "words"),)))
    both = []
    for name in ("a.mp4", "b.mp4"):
        with av.open(str(tmp_path / name)) as film:
            both.append([(p.pts, bytes(p)) for p in film.demux(video=0) if p.dts is not None])
    assert both[0] == both[1]


def test_a_caption_too_long_for_its_form(tmp_path: Path) -> None:
    """What passes 65,535 bytes is cut between two signs."""
    rate, path = FrameRate.parse(24), tmp_path / "a.mp4"
    write(path, runs_of(rate, 10), rate, captions=CaptionTrack(((0, 10, "二" * 30_000),)))
    assert captions_in(path)[0][2] == "二" * 21_845


@pytest.mark.parametrize("rate", ["5", "24", "120"])
@pytest.mark.parametrize("runs", [(1,), (1, 2, 1), (1,) * 900, (7, 1) * 200])
def test_the_index_stands_in_front_whatever_is_in_the_film(
    tmp_path: Path, rate: str, runs: tuple[int, ...]
) -> None:
    """Room is left for it before it is known: enough for many joints, captions, chapters and packets of sound."""
    fps, path, frames = FrameRate.parse(rate), tmp_path / "a.mp4", sum(runs)
    made = {run.frames: run for run in runs_of(fps, *set(runs))}
    samples = round(fps.seconds(frames) * 48_000)
    encode_aac(tmp_path / "s.m4a", [np.zeros((2, samples), np.float32)])
    each = range(0, frames, 2)
    more = {
        "sound": tmp_path / "s.m4a",
        "captions": CaptionTrack(tuple((at, at + 1, "二 words " * 9) for at in each)),
        "chapters": tuple(Chapter("章 🎬" * 30, at, at + 1) for at in each),
        "title": "題" * 300,
    }
    for dress in ({}, more):
        write(path, [made[count] for count in runs], fps, **dress)
        names = [name for name, _ in boxes_of(path.read_bytes())]
        assert names.index(b"moov") < names.index(b"mdat")
