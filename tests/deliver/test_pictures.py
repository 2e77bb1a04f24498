"""Pictures of a film are of exactly the frames asked for."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from longtake.deliver.pictures import film_pictures, fitted, picture_side
from longtake.errors import MediaError
from longtake.media.clipwriter import write_clip
from longtake.units import FrameRate, Size
from synthetic import make_clip, read_barcode


def opened(jpeg: bytes) -> Image.Image:
    """The picture in a JPEG file."""
    return Image.open(io.BytesIO(jpeg), formats=("JPEG",))


def test_frames_at_both_sides_of_every_group(tmp_path: Path) -> None:
    """Frames at the ends and in the middle of closed groups are those of their number."""
    clip = make_clip(tmp_path / "film.mp4", 7, 130)
    asked = [0, 1, 47, 48, 49, 95, 96, 100, 129]

    pictures = film_pictures(clip.path, asked)

    read = {
        frame: read_barcode(np.asarray(opened(j).convert("L"))) for frame, j in pictures.items()
    }
    assert read == {frame: (7, frame) for frame in asked}


def test_no_frame_asked_for(tmp_path: Path) -> None:
    """Nothing asked is nothing given."""
    clip = make_clip(tmp_path / "film.mp4", 1, 3)

    assert film_pictures(clip.path, []) == {}


def test_a_frame_behind_the_end(tmp_path: Path) -> None:
    """Asking for a frame that a film has not says how many it has."""
    clip = make_clip(tmp_path / "film.mp4", 1, 12)

    with pytest.raises(MediaError, match="has no frame 12, but 12 frames"):
        film_pictures(clip.path, [3, 12])


def test_colours_stay_what_they_are(tmp_path: Path) -> None:
    """Saturated colours of a bt709 film come out within 3 levels."""
    colours = [(200, 30, 40), (20, 160, 60), (30, 60, 210)]
    size = Size(320, 192)
    frames = [np.full((192, 320, 3), colour, np.uint8) for colour in colours]
    write_clip(frames, tmp_path / "film.mp4", size=size, rate=FrameRate(Fraction(24)), crf=4)

    pictures = film_pictures(tmp_path / "film.mp4", [0, 1, 2])

    seen = [np.asarray(opened(pictures[n]), np.float64).mean((0, 1)) for n in range(3)]
    assert np.abs(np.array(seen) - colours).max() <= 3


@pytest.mark.parametrize(
    ("film", "expected"),
    [((1920, 1080), (240, 135)), ((720, 1280), (135, 240)), ((160, 96), (160, 96))],
)
def test_pictures_are_made_smaller_never_larger(
    film: tuple[int, int], expected: tuple[int, int]
) -> None:
    """The longer side becomes 240 pixels; a smaller film keeps its size."""
    assert fitted(*film, 240) == expected


def test_a_very_long_film_has_smaller_pictures() -> None:
    """The more pictures a page holds the smaller they are."""
    assert [picture_side(count) for count in (12, 3_000, 3_001, 30_000)] == [240, 240, 160, 96]
