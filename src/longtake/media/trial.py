"""Whether this installation can make and read a clip at all: a few frames there and back."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

from longtake.errors import MediaError
from longtake.media.clipwriter import write_clip
from longtake.media.frames import measure_clip
from longtake.units import FrameRate, Size

_SIZE = Size(64, 36)
_FRAMES = 8


def try_encoder(folder: Path) -> str:
    """Encode a few grey frames, read them back, and name what did it; raises MediaError."""
    greys = (
        np.full((_SIZE.height, _SIZE.width, 3), 20 * number, np.uint8) for number in range(_FRAMES)
    )
    path = folder / "trial.mp4"
    try:
        write_clip(greys, path, size=_SIZE, rate=FrameRate.parse(24))
    except ValueError as exc:
        # PyAV's word for a build without the encoder.
        raise MediaError(f"PyAV {av.__version__} has no x264: {exc}") from exc
    frames = measure_clip(path).frames
    if frames != _FRAMES:
        raise MediaError(f"of {_FRAMES} encoded frames {frames} came back")
    return f"x264 in PyAV {av.__version__}"
