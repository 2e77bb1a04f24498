"""Drawn pictures written as a clip."""

from itertools import repeat

import numpy as np
import pytest

from longtake.errors import MediaError
from longtake.media.clipwriter import write_clip
from longtake.media.frames import last_frame, measure_clip
from longtake.media.probe import probe
from longtake.media.scenery import paint_place
from longtake.units import FrameRate, Size

_SIZE = Size(160, 90)


@pytest.mark.parametrize("rate", ["24", "23.976", "60"])
def test_a_clip_has_its_frames_rate_and_tags(tmp_path, rate):
    """Frame count, rate, size and colour tags are exactly what was asked."""
    rate, path = FrameRate.parse(rate), tmp_path / "clip.mp4"

    write_clip(repeat(paint_place(_SIZE, "a"), 31), path, size=_SIZE, rate=rate)

    facts = probe(path)
    assert (facts.rate, facts.size, facts.vfr) == (rate.value, _SIZE, False)
    assert (facts.matrix, facts.primaries, facts.transfer, facts.full_range) == (
        "bt709",
        1,
        1,
        False,
    )
    assert not facts.has_sound
    assert measure_clip(path).frames == 31


def test_the_first_frame_comes_back_as_it_was(tmp_path):
    """The decoded first frame equals the picture within codec noise, and is not darker."""
    picture, path = paint_place(Size(320, 180), "lamp"), tmp_path / "clip.mp4"

    write_clip([picture], path, size=Size(320, 180), rate=FrameRate.parse(24))

    error = last_frame(path, 0).rgb.astype(int) - picture
    assert np.abs(error).mean() < 1.0
    assert np.abs(error.mean(axis=(0, 1))).max() < 0.15


def test_the_index_stands_before_the_pictures(tmp_path):
    """Players can start before they have the whole file."""
    path = tmp_path / "clip.mp4"

    write_clip(repeat(paint_place(_SIZE, "a"), 3), path, size=_SIZE, rate=FrameRate.parse(24))

    written = path.read_bytes()
    assert written.index(b"moov") < written.index(b"mdat")


def test_a_drawing_that_fails_half_way_leaves_nothing(tmp_path):
    """A clip appears whole or not at all."""

    def frames():
        yield paint_place(_SIZE, "a")
        yield paint_place(Size(80, 46), "a")

    with pytest.raises(MediaError, match="80x46 in a clip of 160x90"):
        write_clip(frames(), tmp_path / "clip.mp4", size=_SIZE, rate=FrameRate.parse(24))

    assert not list(tmp_path.iterdir())


def test_no_frames_are_no_clip(tmp_path):
    """A clip without pictures is refused in plain words."""
    with pytest.raises(MediaError, match="at least one frame"):
        write_clip([], tmp_path / "clip.mp4", size=_SIZE, rate=FrameRate.parse(24))
