"""Encoding of film frames into packets whose parameter sets are the same in every process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.codec.context import Flags

from longtake.errors import MediaError
from longtake.media.h264 import build_avcc, to_sample
from longtake.units import FrameRate, Size

# ISO/IEC 23091-2 code points: BT.709 matrix, primaries and transfer, limited range in libav's words.
BT709 = 1
LIMITED = 1


@dataclass(frozen=True)
class EncoderSettings:
    """How film frames are encoded: x264 preset, constant rate factor, group length in frames.

    All that shows in the headers follows from these and the size and rate, so that pieces made
    anywhere can stand beside each other. `headers` are x264 options that win over the others: those
    under which the pieces can stand beside pictures of another encoder (`media.matching`).
    """

    preset: str
    crf: int
    gop: int
    headers: str = ""

    @classmethod
    def for_quality(cls, quality: str, rate: FrameRate) -> EncoderSettings:
        """Give the settings of draft, normal or final; groups are two seconds long."""
        preset, crf = {
            "draft": ("veryfast", 24),
            "normal": ("faster", 19),
            "final": ("medium", 17),
        }[quality]
        return cls(preset, crf, rate.frames(2))

    @property
    def x264_params(self) -> str:
        plain = f"open-gop=0:keyint={self.gop}:min-keyint=1:stitchable=1"
        return f"{plain}:{self.headers}" if self.headers else plain


@dataclass(frozen=True)
class Packet:
    """One encoded picture: its place in display order, whether it is a key frame, its MP4 sample."""

    index: int
    key: bool
    sample: bytes


@dataclass(frozen=True)
class EncodedRun:
    """A closed run of encoded pictures in decode order, and the avcC bytes that describe them."""

    frames: int
    packets: tuple[Packet, ...]
    avcc: bytes


def set_up(
    codec: av.VideoCodecContext, size: Size, rate: FrameRate, settings: EncoderSettings
) -> None:
    """Prepare a libx264 context for film frames: 4:2:0, BT.709 limited, one thread, fully tagged."""
    codec.width, codec.height, codec.pix_fmt = size.width, size.height, "yuv420p"
    codec.time_base = 1 / rate.value
    codec.framerate = rate.value
    # Bytes and parameter sets vary with the thread count, and N pieces run beside each other anyway.
    codec.thread_count = 1
    tag(codec)
    codec.gop_size = settings.gop
    codec.options = {
        "preset": settings.preset,
        "crf": str(settings.crf),
        "x264-params": settings.x264_params,
    }
    codec.flags |= Flags.global_header


def tag(codec: av.VideoCodecContext) -> None:
    """Write all four colour tags: players guess where one is missing."""
    codec.color_range = LIMITED
    codec.colorspace = codec.color_primaries = codec.color_trc = BT709


class FrameEncoder:
    """Encodes film frames one by one; `close` gives the finished run."""

    def __init__(self, size: Size, rate: FrameRate, settings: EncoderSettings) -> None:
        codec = av.CodecContext.create("libx264", "w")
        if not isinstance(codec, av.VideoCodecContext):
            raise MediaError("this build of libav has no H.264 encoder")
        set_up(codec, size, rate, settings)
        self._codec = codec
        self._time_base: Fraction = 1 / rate.value
        self._frames = 0
        self._packets: list[Packet] = []

    def put(self, frame: av.VideoFrame) -> None:
        """Encode the next frame (yuv420p, film size); its own time stamp does not matter."""
        frame.pts = self._frames
        frame.time_base = self._time_base
        frame.pict_type = av.video.frame.PictureType.NONE
        self._frames += 1
        self._keep(self._codec.encode(frame))

    def close(self) -> EncodedRun:
        """Flush the encoder and give all packets in decode order."""
        self._keep(self._codec.encode(None))
        extradata = self._codec.extradata
        if extradata is None or len(self._packets) != self._frames:
            raise MediaError(f"the encoder gave {len(self._packets)} of {self._frames} frames")
        return EncodedRun(self._frames, tuple(self._packets), build_avcc(bytes(extradata)))

    def _keep(self, packets: Iterable[av.Packet[Any]]) -> None:
        for packet in packets:
            if packet.pts is None:
                raise MediaError("the encoder gave a packet without a time stamp")
            sample = to_sample(bytes(packet))
            self._packets.append(Packet(packet.pts, bool(packet.is_keyframe), sample))


def encode_run(
    frames: Iterable[av.VideoFrame], size: Size, rate: FrameRate, settings: EncoderSettings
) -> EncodedRun:
    """Encode frames that are at hand as one closed run."""
    encoder = FrameEncoder(size, rate, settings)
    for frame in frames:
        encoder.put(frame)
    return encoder.close()


def black_frame(size: Size) -> av.VideoFrame:
    """Make one black film frame."""
    planes = np.full((size.height * 3 // 2, size.width), 128, np.uint8)
    planes[: size.height] = 16
    return av.VideoFrame.from_ndarray(planes, "yuv420p")


def encoder_build() -> str:
    """Name the encoder's build: another one may write other parameter sets."""
    return f"av {av.__version__} avcodec {'.'.join(map(str, av.library_versions['libavcodec']))}"
