"""Writing an MP4 out of packets that exist already: no picture is decoded or encoded again."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import OutputContainer

from longtake.errors import MediaError
from longtake.media.encode import EncodedRun, EncoderSettings, black_frame, set_up
from longtake.units import FrameRate, Size


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
    size: Size,
    rate: FrameRate,
    settings: EncoderSettings,
    delay: int,
    sound: Path | None = None,
    chapters: tuple[Chapter, ...] = (),
    title: str = "",
) -> int:
    """Join runs of packets, and a finished AAC track, into one MP4; returns the count of frames.

    Every run must have the parameter sets of the first (else MediaError). Time stamps are our own:
    display order counts frames, decode order runs `delay` frames ahead of it over the whole film,
    so no joint makes a jump. The caller gives a path that may be thrown away on failure.
    """
    # A time base of whole ticks a frame; players round a coarse one differently.
    ticks = rate.value.numerator * (1000 if rate.value.numerator < 1000 else 1)
    options = {"movflags": "+faststart+write_colr", "video_track_timescale": str(ticks)}
    try:
        with av.open(str(path), "w", format="mp4", options=options) as out:
            if title:
                out.metadata["title"] = title
            stream = out.add_stream_from_template(_template(size, rate, settings))
            voice = _SoundPackets(out, sound) if sound else None
            if chapters:
                out.set_chapters([_chapter(n, c, rate) for n, c in enumerate(chapters)])
            count = _write_runs(out, stream, runs, rate, delay, voice)
            if voice:
                voice.up_to(None)
    except (av.FFmpegError, OSError) as error:
        raise MediaError(f"{path.name} cannot be written ({error.strerror})") from error
    return count


def _write_runs(
    out: OutputContainer,
    stream: av.VideoStream,
    runs: Iterable[EncodedRun],
    rate: FrameRate,
    delay: int,
    voice: _SoundPackets | None,
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
            if voice:
                voice.up_to(rate.seconds(made.dts))
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

    def up_to(self, seconds: Fraction | None) -> None:
        """Write all packets that decode no later than a time; None writes the rest and closes."""
        while self._next is not None and (
            seconds is None or (self._next.dts or 0) * (self._next.time_base or 0) <= seconds
        ):
            self._next.stream = self._stream
            self._out.mux_one(self._next)
            self._next = next(self._packets, None)
        if seconds is None:
            self._source.close()


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
