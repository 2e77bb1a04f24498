"""Sound decoded to the sample, measured, and encoded once."""

from __future__ import annotations

import itertools
import math
import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from longtake.errors import MediaError
from longtake.media.audio import (
    RATE,
    decode_blocks,
    encode_aac,
    heard_parts,
    integrated_loudness,
    measure,
    samples_at,
    silence,
    sound_demuxer,
    sound_from,
    sound_seconds,
)

CODECS = {
    "wav": "pcm_s16le",
    "flac": "flac",
    "mp3": "libmp3lame",
    "ogg": "libopus",
    "m4a": "aac",
    "webm": "libopus",
}


def ticks(seconds: float, rate: int = RATE) -> np.ndarray:
    """Silence with a short 3 kHz burst at each half second."""
    time = np.arange(int(seconds * rate)) / rate
    near = (time - 0.5) % 1.0
    return (0.5 * np.sin(2 * np.pi * 3000 * near) * (near < 0.01)).astype(np.float32)


def make_sound(path: Path, samples: np.ndarray, rate: int = RATE, channels: int = 2) -> Path:
    """Encode mono samples to all channels, by the file's ending."""
    layout = "mono" if channels == 1 else "stereo"
    with av.open(str(path), "w") as out:
        stream = out.add_stream(CODECS[path.suffix[1:]], rate=rate, layout=layout)
        kind = stream.codec_context.format.name
        resampler = av.AudioResampler(kind, layout, rate)
        for start in range(0, len(samples), 4096):
            block = np.repeat(samples[None, start : start + 4096], channels, axis=0)
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), "fltp", layout)
            frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
            for ready in resampler.resample(frame):
                out.mux(stream.encode(ready))
        out.mux(stream.encode(None))
    return path


def part_of(path: Path, start: int, count: int) -> np.ndarray | None:
    """Samples [start, start + count) of a file, silence where it has none; None without a track."""
    blocks = list(sound_from(path, start))
    return np.concatenate([*blocks, silence(count)], axis=1)[:, :count] if blocks else None


def onset(samples: np.ndarray) -> int:
    """The first loud sample."""
    return int(np.argmax(np.abs(samples) > 0.1))


@pytest.mark.parametrize("ending", CODECS)
def test_place_of_a_sound_in_every_format(tmp_path: Path, ending: str) -> None:
    """Encoder padding moves nothing: a burst at half a second is found there, to a millisecond."""
    path = make_sound(tmp_path / f"a.{ending}", ticks(1.2))
    found = part_of(path, 0, RATE)
    assert found is not None and found.shape == (2, RATE)
    assert abs(onset(found[0]) - RATE // 2) < 48


def test_rests_are_no_part_of_what_is_heard(tmp_path: Path) -> None:
    """Where a file lies below the floor nothing is heard; the runs between are found to 50 ms."""
    loud = np.sin(np.arange(RATE * 4) / 20).astype(np.float32)
    loud[RATE : RATE * 2] *= 0.001
    loud[RATE * 3 + 100 :] = 0
    found = heard_parts(make_sound(tmp_path / "a.wav", loud), -40.0)
    assert found.parts == ((0, RATE), (RATE * 2, RATE * 3 + 2400))
    assert found.samples == RATE * 4
    assert heard_parts(make_sound(tmp_path / "b.wav", loud), 0.0).parts == ()


@pytest.mark.parametrize(("rate", "channels"), [(44_100, 1), (44_100, 2), (22_050, 2), (48_000, 1)])
def test_other_rates_and_channels(tmp_path: Path, rate: int, channels: int) -> None:
    """Any rate becomes 48 kHz stereo; mono is heard on both sides at its full level."""
    path = make_sound(tmp_path / "a.wav", ticks(2.0, rate), rate, channels)
    found = part_of(path, 0, 2 * RATE)
    assert found is not None
    assert abs(onset(found[0]) - RATE // 2) < 24
    assert np.abs(found).max(axis=1) == pytest.approx([0.5, 0.5], abs=0.05)


@pytest.mark.parametrize("start", [0, 1, 1023, 20_000, -500])
def test_part_of_a_sound_is_exact(tmp_path: Path, start: int) -> None:
    """Any stretch is cut to the sample; before the first sample and after the last is silence."""
    samples = np.random.default_rng(1).uniform(-0.5, 0.5, 30_000).astype(np.float32)
    path = make_sound(tmp_path / "a.flac", samples)
    found = part_of(path, start, 15_000)
    assert found is not None
    padded = np.concatenate([np.zeros(500), samples, np.zeros(6_000)])
    assert np.allclose(found[1], padded[start + 500 :][:15_000], atol=1e-4)


def test_sound_that_starts_late_in_a_film(tmp_path: Path) -> None:
    """A track that begins a quarter of a second into its file is silent until then."""
    path = tmp_path / "a.mov"
    with av.open(str(path), "w", container_options={"movie_timescale": "48000"}) as out:
        stream = out.add_stream("pcm_s16le", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.full((1, 4800), 9000, np.int16), "s16", "mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, RATE // 4, Fraction(1, RATE)
        out.mux((*stream.encode(frame), *stream.encode(None)))
    found = part_of(path, 0, RATE)
    assert found is not None and onset(found[0]) == RATE // 4


def test_hole_in_a_track_stays_a_hole(tmp_path: Path) -> None:
    """What stands behind a hole in the track is not moved into it."""
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=RATE, layout="mono")
        for start in (0, RATE // 2):
            frame = av.AudioFrame.from_ndarray(np.full((1, 4800), 9000, np.int16), "s16", "mono")
            frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
            out.mux(stream.encode(frame))
    found = part_of(path, 0, RATE)
    assert found is not None
    assert abs(onset(found[0, 12_000:]) + 12_000 - RATE // 2) < 48
    assert np.array_equal(next(sound_from(path)), found[:, : RATE // 2 + 4800])


def test_film_without_a_sound_track(tmp_path: Path) -> None:
    """No track is not silence: there is nothing to decode."""
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        out.mux((*stream.encode(av.VideoFrame(64, 48, "yuv420p")), *stream.encode(None)))
    assert list(decode_blocks(path)) == []
    assert part_of(path, 0, 10) is None
    with pytest.raises(MediaError, match="no sound in it"):
        sound_seconds(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"#EXTM3U\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile x\n",
        b"\x89PNG\r\n\x1a\n",
    ],
)
def test_file_that_is_no_sound(tmp_path: Path, content: bytes) -> None:
    """What does not begin like a sound file is refused by its first bytes, whatever its name."""
    path = tmp_path / "theme.mp3"
    path.write_bytes(content)
    with pytest.raises(MediaError, match=r"theme\.mp3 is no sound file"):
        sound_demuxer(path)


def test_missing_and_broken_sound(tmp_path: Path) -> None:
    """A file that is not there, or is cut off before its sound, is an error that names it."""
    with pytest.raises(MediaError, match=r"gone\.wav"):
        list(decode_blocks(tmp_path / "gone.wav"))
    whole = make_sound(tmp_path / "a.m4a", ticks(1))
    (tmp_path / "cut.m4a").write_bytes(whole.read_bytes()[:600])
    with pytest.raises(MediaError, match=r"cut\.m4a"):
        list(decode_blocks(tmp_path / "cut.m4a"))


def test_length_is_what_can_be_heard(tmp_path: Path) -> None:
    """A file's length is counted by decoding it."""
    assert sound_seconds(make_sound(tmp_path / "a.wav", ticks(1.25))) == Fraction(5, 4)


def test_tone_tells_its_loudness(tmp_path: Path) -> None:
    """A 997 Hz tone at full scale on both sides is 0 LUFS by definition of the meter."""
    time = np.arange(4 * RATE) / RATE
    path = make_sound(tmp_path / "a.wav", (0.1 * np.sin(2 * np.pi * 997 * time)).astype(np.float32))
    assert integrated_loudness(path) == pytest.approx(-20, abs=0.2)


def test_silence_has_no_loudness(tmp_path: Path) -> None:
    """Silence is minus infinity, not the meter's lowest figure."""
    assert (
        integrated_loudness(make_sound(tmp_path / "a.wav", np.zeros(RATE, np.float32))) == -math.inf
    )


@pytest.mark.parametrize("seconds", [0.02, 0.3, 0.5])
def test_short_sound_has_its_loudness(tmp_path: Path, seconds: float) -> None:
    """A word shorter than the meter's window is as loud as if it went on."""
    time = np.arange(int(seconds * RATE)) / RATE
    wave = (0.1 * np.sin(2 * np.pi * 1000 * time)).astype(np.float32)
    path = make_sound(tmp_path / "a.wav", wave)
    assert integrated_loudness(path) == pytest.approx(-20, abs=0.2)


def test_range_and_true_peak() -> None:
    """Half a minute each at two levels 12 dB apart is 12 LU of range; a peak between samples counts."""
    time = np.arange(30 * RATE) / RATE
    wave = np.sin(2 * np.pi * RATE / 4 * time + np.pi / 4) / 2
    soft, loud = (np.stack([gain * wave] * 2).astype(np.float32) for gain in (0.25, 1.0))
    found = measure([soft, loud])
    assert found.range_lu == pytest.approx(12, abs=0.3)
    assert found.peak_db == pytest.approx(-6.02, abs=0.1)
    assert measure([soft]).range_lu == pytest.approx(0, abs=0.1)


def test_silence_has_neither_loudness_nor_peak() -> None:
    """What holds no sound says so, and no sound at all says the same."""
    for blocks in ([], [silence(100)], [silence(RATE)] * 3):
        found = measure(blocks)
        assert (found.lufs, found.peak_db, found.range_lu) == (-math.inf, -math.inf, 0)


@pytest.mark.parametrize("start", [0, 5_000, RATE * 2, RATE * 2 + 1001])
def test_sound_from_a_sample_on(tmp_path: Path, start: int) -> None:
    """Blocks follow each other without a gap, from the sample that was asked for to the last."""
    samples = np.random.default_rng(1).uniform(-0.5, 0.5, RATE * 3 - 7).astype(np.float32)
    path = make_sound(tmp_path / "a.flac", samples)
    found = np.concatenate(list(sound_from(path, start)), axis=1)
    assert np.allclose(found[0], samples[start:], atol=1e-4)
    assert list(sound_from(path, RATE * 3)) == []


@pytest.mark.parametrize("lengths", [[48_000], [1, 1023, 5000, 41_976], [7] * 500])
def test_aac_begins_and_ends_with_its_samples(tmp_path: Path, lengths: list[int]) -> None:
    """However the blocks are cut, the track is as long as they are and nothing in it moves."""
    samples = np.repeat(ticks(1.0)[None], 2, axis=0)[:, : sum(lengths)]
    places = np.cumsum([0, *lengths])
    blocks = [samples[:, a:b] for a, b in itertools.pairwise(places)]
    assert encode_aac(tmp_path / "a.m4a", blocks) == sum(lengths)
    with av.open(str(tmp_path / "a.m4a")) as file:
        stream = file.streams.audio[0]
        assert abs(stream.duration * stream.time_base * RATE - sum(lengths)) < 1024
    if sum(lengths) == RATE:
        found = part_of(tmp_path / "a.m4a", 0, RATE)
        assert found is not None and abs(onset(found[0]) - RATE // 2) < 24


@pytest.mark.parametrize("hz", [55, 220, 1130])
def test_aac_begins_without_a_click(tmp_path: Path, hz: int) -> None:
    """Sound that is there with the first sample is encoded there as well as anywhere else."""
    chord = sum(np.sin(2 * np.pi * hz * k * np.arange(RATE) / RATE + k) / k for k in range(1, 6))
    samples = np.stack([0.4 * chord] * 2).astype(np.float32)
    encode_aac(tmp_path / "a.m4a", [samples])
    found = part_of(tmp_path / "a.m4a", 0, RATE)
    assert found is not None
    off = np.abs(found - samples).max(axis=0)
    assert off[:2048].max() < 0.06
    assert np.abs(found).max() < np.abs(samples).max() + 0.01


def test_too_loud_sound_is_cut_off(tmp_path: Path) -> None:
    """What would go beyond full scale stays at it instead of wrapping round."""
    encode_aac(tmp_path / "a.m4a", [np.full((2, RATE), 3.0, np.float32)])
    found = part_of(tmp_path / "a.m4a", RATE // 2, 1000)
    assert found is not None and 0.7 < found.mean() < 1.2


def test_samples_of_a_time() -> None:
    """A time falls on the nearest sample; half a sample goes up."""
    assert samples_at(Fraction(1001, 24_000)) == 2002
    assert samples_at(Fraction(1, 96_000)) == 1
    assert silence(-3).shape == (2, 0)


def test_wave_file_of_eight_bits(tmp_path: Path) -> None:
    """Old WAV files decode too."""
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 1, 8000, 0, "NONE", ""))
        file.writeframes(bytes([128] * 4000 + [228] * 4000))
    found = part_of(tmp_path / "a.wav", 30_000, 1000)
    assert found is not None and found.mean() == pytest.approx(100 / 128, abs=0.02)
