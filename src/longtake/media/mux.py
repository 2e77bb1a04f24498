"""Writing an MP4 out of packets that exist already: no picture is decoded or encoded again."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

import av
from av.container import OutputContainer

from longtake.errors import MediaError
from longtake.media.audio import RATE
from longtake.media.encode import EncodedRun, EncoderSettings, black_frame, set_up
from longtake.units import FrameRate, Size

# What a film's index takes at most, in bytes: of a picture its length, order, key, place and chunk; of a
# packet of sound its length, of what is heard between two pictures its place and chunk; of a text all that.
_PICTURE, _PACKET, _CHUNK, _TEXT = 37, 4, 20, 48
# Everything that is said once: sizes, colours, parameter sets, languages.
_ONCE = 8192


@dataclass(frozen=True)
class CaptionTrack:
    """A track of captions that players show or hide: film frames [start, end) and the lines there.

    They stand in order, none over another. `language` is of three letters, "und" where unknown.
    """

    captions: tuple[tuple[int, int, str], ...]
    language: str = "und"


@dataclass(frozen=True)
class Chapter:
    """A chapter of a film: its title and the film frames [start, end) it covers."""

    title: str
    start: int
    end: int


def write_film(
    path: Path,
    runs: Iterable[EncodedRun],
    *,
    frames: int,
    size: Size,
    rate: FrameRate,
    settings: EncoderSettings,
    delay: int,
    sound: Path | None = None,
    chapters: tuple[Chapter, ...] = (),
    title: str = "",
    captions: CaptionTrack | None = None,
) -> int:
    """Join runs of packets, `frames` in all, an AAC track and captions into one MP4; counts its frames.

    Every run must have the parameter sets of the first (else MediaError). Time stamps are our own:
    display order counts frames, decode order runs `delay` frames ahead of it over the whole film,
    so no joint makes a jump. The caller gives a path that may be thrown away on failure.
    """
    # A time base of whole ticks a frame; players round a coarse one differently.
    ticks = rate.value.numerator * (1000 if rate.value.numerator < 1000 else 1)
    options = {"movflags": "+write_colr", "video_track_timescale": str(ticks)}
    try:
        # Players want the index in front. Left to itself libav writes it last and the film twice.
        options["moov_size"] = str(_index_bytes(frames, sound, captions, chapters, title))
        with av.open(str(path), "w", format="mp4", options=options) as out:
            if title:
                out.metadata["title"] = title
            stream = out.add_stream_from_template(_template(size, rate, settings))
            beside: list[_SoundPackets | _CaptionPackets] = []
            if sound:
                beside.append(_SoundPackets(out, sound))
            if captions and captions.captions:
                beside.append(_CaptionPackets(out, captions, rate, ticks))
            if chapters:
                out.set_chapters([_chapter(n, c, rate) for n, c in enumerate(chapters)])
            count = _write_runs(out, stream, runs, rate, delay, beside)
            for track in beside:
                track.finish(count)
    except (av.FFmpegError, OSError) as error:
        raise MediaError(f"{path.name} cannot be written ({error.strerror})") from error
    return count


def _index_bytes(
    frames: int,
    sound: Path | None,
    captions: CaptionTrack | None,
    chapters: tuple[Chapter, ...],
    title: str,
) -> int:
    """Count the most bytes that the index of such a film can have."""
    heard = 0
    if sound:
        with av.open(str(sound), format="mp4") as source:
            heard = source.streams.audio[0].frames
    # Silence between captions is a text too.
    texts = 2 * len(captions.captions) + 1 if captions else 0
    named = [title, *(chapter.title for chapter in chapters)]
    words = sum(len(name.encode()) + _TEXT for name in named)
    chunks = min(heard, frames + texts + 1)
    return _ONCE + _PICTURE * frames + _PACKET * heard + _CHUNK * chunks + _TEXT * texts + 2 * words


def _write_runs(
    out: OutputContainer,
    stream: av.VideoStream,
    runs: Iterable[EncodedRun],
    rate: FrameRate,
    delay: int,
    beside: list[_SoundPackets | _CaptionPackets],
) -> int:
    frames = decoded = 0
    avcc = b""
    for run in runs:
        if not avcc:
            avcc = stream.codec_context.extradata = run.avcc
        if run.avcc != avcc:
            raise MediaError("two pieces of the film have different H.264 parameter sets")
        for packet in run.packets:
            made = av.Packet(packet.sample)
            made.stream, made.time_base = stream, 1 / rate.value
            made.pts, made.dts, made.duration = frames + packet.index, decoded - delay, 1
            made.is_keyframe = packet.key
            for track in beside:
                track.up_to(rate.seconds(made.dts))
            out.mux_one(made)
            decoded += 1
        frames += run.frames
    return frames


class _SoundPackets:
    """Copies AAC packets into the film, each beside the pictures it is heard with."""

    def __init__(self, out: OutputContainer, path: Path) -> None:
        self._source = av.open(str(path), format="mp4")
        self._stream = out.add_stream_from_template(self._source.streams.audio[0])
        self._out = out
        self._packets: Iterator[av.Packet[Any]] = (
            packet for packet in self._source.demux(audio=0) if packet.dts is not None
        )
        self._next = next(self._packets, None)

    def up_to(self, seconds: Fraction) -> None:
        """Write all packets that decode no later than a time."""
        while self._next and (self._next.dts or 0) * (self._next.time_base or 0) <= seconds:
            self._write(self._next)

    def finish(self, frames: int) -> None:
        """Write the rest."""
        while self._next:
            self._write(self._next)
        self._source.close()

    def _write(self, packet: av.Packet[Any]) -> None:
        packet.stream = self._stream
        self._out.mux_one(packet)
        self._next = next(self._packets, None)


# The muxer asks for the look of a text track in the form of an SSA head; players have their own.
_LOOK = b"""[Script Info]
ScriptType: v4.00+
[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, Alignment
Style: Default,Sans-Serif,18,&H00FFFFFF,2
[Events]
Format: Layer, Start, End, Text
"""


class _CaptionPackets:
    """Writes captions into the film beside their pictures, an empty one wherever nothing is said."""

    def __init__(
        self, out: OutputContainer, track: CaptionTrack, rate: FrameRate, ticks: int
    ) -> None:
        self._stream = out.add_stream("mov_text")
        self._stream.codec_context.subtitle_header = _LOOK
        # libav compares times of tracks by their bare ticks: with fewer a second than the sound has it
        # would put empty captions before their time.
        self._stream.time_base = Fraction(1, ticks * ceil(RATE / ticks))
        self._stream.metadata["language"] = track.language
        self._out = out
        self._rate = rate
        self._at = 0
        self._rest = list(reversed(_with_silence(track.captions)))

    def up_to(self, seconds: Fraction) -> None:
        """Write what begins no later than a time."""
        while self._rest and self._rate.seconds(self._rest[-1][0]) <= seconds:
            self._write(*self._rest.pop())

    def finish(self, frames: int) -> None:
        """Write the rest, and silence to the end of a film of so many frames."""
        while self._rest:
            self._write(*self._rest.pop())
        if self._at < frames:
            self._write(self._at, frames, "")

    def _write(self, start: int, end: int, text: str) -> None:
        said = _cut_to(text.encode("utf-8", "ignore"), 0xFFFF)
        packet = av.Packet(len(said).to_bytes(2, "big") + said)
        packet.stream, packet.time_base = self._stream, 1 / self._rate.value
        packet.pts = packet.dts = start
        packet.duration = end - start
        packet.is_keyframe = True
        self._out.mux_one(packet)
        self._at = end


def _with_silence(captions: tuple[tuple[int, int, str], ...]) -> list[tuple[int, int, str]]:
    """Put an empty caption wherever none stands, from the first frame to the last caption."""
    whole: list[tuple[int, int, str]] = []
    for start, end, text in captions:
        at = whole[-1][1] if whole else 0
        if at < start:
            whole.append((at, start, ""))
        whole.append((start, end, text))
    return whole


def _cut_to(said: bytes, limit: int) -> bytes:
    """Keep whole signs of UTF-8 within so many bytes."""
    return said[:limit].decode("utf-8", "ignore").encode()


def _chapter(number: int, chapter: Chapter, rate: FrameRate) -> av.container.core.Chapter:
    return {
        "id": number,
        "start": chapter.start,
        "end": chapter.end,
        "time_base": 1 / rate.value,
        "metadata": {"title": chapter.title},
    }


def _template(size: Size, rate: FrameRate, settings: EncoderSettings) -> av.VideoStream:
    """Make a stream to copy: the muxer takes size, rate and colour tags of ready packets from one."""
    memory = io.BytesIO()
    with av.open(memory, "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=rate.value)
        set_up(stream.codec_context, size, rate, settings)
        for packet in (*stream.encode(black_frame(size)), *stream.encode(None)):
            out.mux(packet)
    memory.seek(0)
    return av.open(memory, format="mp4").streams.video[0]
