"""Sound as 48 kHz stereo float arrays: decoding, loudness, and one AAC encode for a whole film."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from numpy.typing import NDArray

from longtake.errors import MediaError
from longtake.units import half_up

RATE = 48_000
Samples = NDArray[np.float32]


def samples_at(seconds: Fraction) -> int:
    """Give the sample nearest to a time."""
    return half_up(seconds * RATE)


def silence(count: int) -> Samples:
    """Make stereo silence: shape (2, count)."""
    return np.zeros((2, max(0, count)), np.float32)


# The demuxer follows from the first bytes and is forced: libav, left to guess, would read a playlist
# named theme.mp3 and open the files it lists.
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (4, b"ftyp", "mov"),
    (0, b"RIFF", "wav"),
    (0, b"ID3", "mp3"),
    (0, b"OggS", "ogg"),
    (0, b"fLaC", "flac"),
    (0, b"\x1aE\xdf\xa3", "matroska"),
)

_FILMS = ("mov", "matroska")
# Whatever libav opens it looks into, and decodes pictures to find out what they are: of a clip in 1080p
# that takes ten times as long as all its sound.
_SOUND_ONLY = {
    "protocol_whitelist": "file",
    "codec_whitelist": "aac,alac,flac,mp3,mp3float,opus,libopus,vorbis,libvorbis",
}
# 50 ms: what a track's times must jump by to be a hole.
_HOLE = 2400
# 50 ms: shorter than any rest that is heard as one, longer than a period of the lowest tone.
_WINDOW = 2400
# What lies so far below a voice's own loudness is a rest, in the quietest of rooms or not.
_VOICE_REST_DB = 24.0
# 0.5 s: what the loudness meter needs to say anything, and a tenth more.
_METERED = 24_000
_METER_STEP = 4800
_AAC_FRAME = 1024


def sound_demuxer(path: Path) -> str:
    """Name the demuxer for a sound file by its first bytes; raises MediaError for any other file."""
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise MediaError(f"{path.name}: {error.strerror}") from error
    for place, mark, demuxer in _SIGNATURES:
        if head[place : place + len(mark)] == mark:
            return demuxer
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return "aac" if head[1] & 0xF6 == 0xF0 else "mp3"
    raise MediaError(
        f"{path.name} is no sound file",
        hint="WAV, FLAC, MP3, Ogg, M4A and the sound of films are read",
    )


def decode_blocks(path: Path) -> Iterator[tuple[int, Samples]]:
    """Decode a sound track as 48 kHz stereo; yields (first sample's place, block of shape (2, n)).

    Places in a film count from its first picture, so a track that starts late or has a hole lies
    where a player would play it; in a sound file they count from its first sample. Yields nothing
    where there is no sound track. Mono goes to both sides at full level. Raises MediaError for a
    broken track.
    """
    demuxer = sound_demuxer(path)
    try:
        with av.open(str(path), format=demuxer, options=_SOUND_ONLY) as source:
            if source.streams.audio:
                timed = demuxer in _FILMS
                yield from _resampled(source, _picture_start(source) if timed else None)
    except (av.FFmpegError, OSError) as error:
        raise MediaError(f"{path.name}: the sound cannot be read ({error.strerror})") from error


def _resampled(source: InputContainer, origin: Fraction | None) -> Iterator[tuple[int, Samples]]:
    """Decode the first track, placed by its own times less `origin`; None: one sample after another."""
    stream = source.streams.audio[0]
    # Swresample's mono to stereo takes 3 dB off; a mono track is widened here instead.
    mono = stream.codec_context.channels == 1
    resampler = av.AudioResampler("fltp", "mono" if mono else "stereo", RATE)
    place, first = 0, True
    for frame in source.decode(stream):
        if origin is not None and frame.pts is not None:
            at = samples_at(frame.pts * Fraction(frame.time_base or 0) - origin)
            # Times between frames are rounded; only a real hole or a late start moves the place.
            place = at if first or abs(at - place) > _HOLE else place
        first = False
        for block in _blocks(resampler.resample(frame)):
            yield place, block
            place += block.shape[1]
    for block in _blocks(resampler.resample(None)):
        yield place, block
        place += block.shape[1]


def _picture_start(source: InputContainer) -> Fraction:
    """Give the time of a film's first picture; files need not begin with it at nought."""
    if not source.streams.video:
        return Fraction(0)
    stream = source.streams.video[0]
    return (stream.start_time or 0) * Fraction(stream.time_base or 0)


def _blocks(frames: Iterable[av.AudioFrame]) -> Iterator[Samples]:
    for frame in frames:
        block = frame.to_ndarray().astype(np.float32, copy=False)
        yield np.repeat(block, 2, axis=0) if block.shape[0] == 1 else block


def sound_from(path: Path, start: int = 0) -> Iterator[Samples]:
    """Yield a file's sound from a sample on in blocks of a second or so, its holes filled with silence.

    Nothing where there is no sound track, or it ends before `start`.
    """
    waiting: list[Samples] = []
    at, count = start, 0
    for place, block in decode_blocks(path):
        if place + block.shape[1] <= at:
            continue
        fresh = block[:, max(0, at - place) :]
        waiting += [silence(place - at), fresh] if place > at else [fresh]
        count += max(0, place - at) + fresh.shape[1]
        at = place + block.shape[1]
        if count >= RATE:
            yield np.concatenate(waiting, axis=1)
            waiting, count = [], 0
    if waiting:
        yield np.concatenate(waiting, axis=1)


def sound_seconds(path: Path) -> Fraction:
    """Measure a sound file's length by decoding it; raises MediaError when it has no sound."""
    end = 0
    for place, block in decode_blocks(path):
        end = max(end, place + block.shape[1])
    if end == 0:
        raise MediaError(f"{path.name}: there is no sound in it")
    return Fraction(end, RATE)


@dataclass(frozen=True)
class Heard:
    """Where in a sound file something is heard: half-open runs of its samples, of `samples` in all."""

    parts: tuple[tuple[int, int], ...]
    samples: int


def heard_parts(path: Path, floor_db: float) -> Heard:
    """Find where a file lies above a level (dB of full scale, power over 50 ms), to 50 ms."""
    powers: list[float] = []
    rest, samples = silence(0), 0
    for block in sound_from(path):
        samples += block.shape[1]
        rest = np.concatenate([rest, block], axis=1)
        whole = rest.shape[1] // _WINDOW * _WINDOW
        powers += _powers(rest[:, :whole].reshape(2, -1, _WINDOW))
        rest = rest[:, whole:]
    if rest.shape[1]:
        powers += _powers(rest[:, None, :])
    loud = np.array([0, *(power > 10 ** (floor_db / 10) for power in powers), 0], np.int8)
    edges = np.flatnonzero(np.diff(loud)) * _WINDOW
    parts = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return Heard(tuple((start, min(end, samples)) for start, end in parts), samples)


def loudness_and_parts(path: Path, rest_db: float) -> tuple[float, Heard]:
    """Measure a file's loudness, and find where it lies less than so many dB below it: nowhere in silence."""
    lufs = integrated_loudness(path)
    return lufs, heard_parts(path, lufs - rest_db if math.isfinite(lufs) else math.inf)


def voice_parts(path: Path) -> Heard:
    """Find where a voice is heard between its rests, a quiet one and one over a hiss too."""
    return loudness_and_parts(path, _VOICE_REST_DB)[1]


def _powers(windows: Samples) -> list[float]:
    """Give the power of each window of an array (2, windows, samples)."""
    found: list[float] = np.mean(np.square(windows), axis=(0, 2)).tolist()
    return found


@dataclass(frozen=True)
class Loudness:
    """How loud sound is: integrated loudness in LUFS and loudness range in LU (EBU R 128), and its true
    peak in dB of full scale.

    The first and the last are -inf for silence.
    """

    lufs: float
    range_lu: float
    peak_db: float


def measure(blocks: Iterable[Samples]) -> Loudness:
    """Measure how loud blocks of stereo samples are; they are looked at one at a time."""
    graph = av.filter.Graph()
    source = graph.add(
        "abuffer", f"sample_rate={RATE}:sample_fmt=fltp:channel_layout=stereo:time_base=1/{RATE}"
    )
    meter = graph.add("ebur128", "metadata=1:peak=true")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    place, said = 0, dict[str, str]()
    for block in blocks:
        source.push(_audio_frame(block, place))
        place += block.shape[1]
        said = _latest(sink, said)
    # The meter tells of whole tenths of a second: the rest is filled up, or its peaks were not heard.
    if rest := -place % _METER_STEP:
        source.push(_audio_frame(silence(rest), place))
    source.push(None)
    return _read_meter(_latest(sink, said))


def _latest(sink: av.filter.FilterContext, said: dict[str, str]) -> dict[str, str]:
    while True:
        try:
            frame = sink.pull()
        except (av.BlockingIOError, av.EOFError):
            return said
        said = dict(frame.metadata) or said


def _read_meter(said: dict[str, str]) -> Loudness:
    lufs, lu, peak = (float(said.get(f"lavfi.r128.{n}", 0)) for n in ("I", "LRA", "true_peak"))
    # The meter's gate reports -70 for a track in which nothing is heard.
    lufs = lufs if said and lufs > -70 else -math.inf
    return Loudness(lufs, lu, 20 * math.log10(peak) if peak > 0 else -math.inf)


def integrated_loudness(path: Path) -> float:
    """Measure a file's integrated loudness in LUFS (EBU R 128); -inf for silence.

    A sound shorter than the meter's window of 0.4 s is measured as if it went on.
    """
    blocks = sound_from(path)
    first = next(blocks, silence(0))
    if not first.shape[1]:
        return -math.inf
    if first.shape[1] < _METERED:
        first = np.tile(first, -(-_METERED // first.shape[1]))
    return measure(chain([first], blocks)).lufs


def encode_aac(path: Path, blocks: Iterable[Samples], *, bit_rate: int = 160_000) -> int:
    """Encode blocks of stereo samples as one AAC-LC track in an .m4a; returns the count of samples."""
    place = 0
    with av.open(str(path), "w", format="mp4") as out:
        # Not by the coder "fast": of a pure tone above half of full scale it loses a third.
        stream = out.add_stream("aac", rate=RATE, layout="stereo")
        stream.bit_rate = bit_rate
        # Libav's encoder hurts the first frame it is given, by a click of several dB: that is a frame of
        # silence in front of the sound, and its packet is left out.
        untouched = stream.encode(_audio_frame(silence(_AAC_FRAME), -_AAC_FRAME)) == []
        for block in chain(blocks, [None]):
            frame = None if block is None else _audio_frame(np.clip(block, -1.0, 1.0), place)
            packets = stream.encode(frame)
            out.mux(packets[1:] if untouched else packets)
            untouched = untouched and not packets
            place += frame.samples if frame else 0
    return place


def _audio_frame(block: Samples, place: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block, np.float32), "fltp", "stereo")
    frame.sample_rate = RATE
    frame.pts = place
    frame.time_base = Fraction(1, RATE)
    return frame
