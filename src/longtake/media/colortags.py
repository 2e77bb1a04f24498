"""What a clip's colour tags mean, and what is taken where they say nothing."""

from __future__ import annotations

import io
import re
from pathlib import Path

import av
from av.video.stream import VideoStream

from longtake.errors import MediaError
from longtake.media.color import Matrix, Siting
from longtake.units import Size

_MATRICES: dict[int, Matrix] = {
    1: "bt709",
    4: "bt601",
    5: "bt601",
    6: "bt601",
    9: "bt2020",
    10: "bt2020",
}
_UNTAGGED = 2
_RGB = 0
# Primaries and transfers that say which matrix an encoder meant where the matrix is not tagged.
_HINTS: dict[int, Matrix] = {1: "bt709", 5: "bt601", 6: "bt601", 9: "bt2020"}
_SITING = re.compile(rb"\x55\xb7\x81([\x00-\x02])\x55\xb8\x81([\x00-\x02])")
# (across, down) of Matroska's chroma siting: 1 is on the luma sample, 2 is half-way.
_SITINGS: dict[tuple[int, int], Siting] = {
    (1, 2): "left",
    (2, 2): "centre",
    (1, 1): "topleft",
    (2, 1): "top",
}


def matrix_of(path: Path, frame: av.VideoFrame, size: Size) -> Matrix:
    """Decide the matrix: the stream's own tag, else its other colour tags, else its size."""
    if frame.colorspace in _MATRICES:
        return _MATRICES[frame.colorspace]
    if frame.colorspace not in (_RGB, _UNTAGGED):
        raise MediaError(
            f"{path}: has a colour matrix (number {frame.colorspace}) that is not supported",
            hint="convert the clip to BT.709",
        )
    for hint in (frame.color_primaries, frame.color_trc):
        if hint in _HINTS:
            return _HINTS[hint]
    return "bt709" if size.height >= 720 or size.width >= 1280 else "bt601"


def siting_of(stream: VideoStream) -> Siting:
    """Find where chroma lies: PyAV does not say, but a Matroska header made of the stream does."""
    header = io.BytesIO()
    try:
        with av.open(header, "w", format="matroska") as writer:
            writer.add_stream_from_template(stream)
            writer.start_encoding()
    except (av.FFmpegError, ValueError):
        return "left"
    found = _SITING.search(header.getvalue())
    return _SITINGS.get((found[1][0], found[2][0]), "left") if found else "left"
