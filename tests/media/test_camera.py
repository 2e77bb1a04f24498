"""Moving a picture as camera words say."""

from itertools import combinations

import numpy as np
import pytest
from PIL import Image

from longtake.media.camera import PlanesView, camera_path, framed_path, locked, moved_frames
from longtake.media.color import rgb_to_planes
from longtake.storyboard.grammar import CAMERA_WORDS

_POINTS = np.array([[-0.4, 0, 0.4] * 3, [-0.4] * 3 + [0] * 3 + [0.4] * 3, [1.0] * 9])


def _picture(height=90, width=160):
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([x * 255 // width, y * 255 // height, (x + y) % 256], -1).astype(np.uint8)


def _field(words, frame, frames=49):
    x, y, w = camera_path(words, frames)[frame] @ _POINTS
    return np.stack([x / w, y / w]) - _POINTS[:2]


@pytest.mark.parametrize("word", CAMERA_WORDS)
def test_the_first_frame_is_the_picture_itself(word):
    """Frame 0 equals the given picture bit for bit, whatever the camera does."""
    rgb = _picture()

    assert np.array_equal(rgb, next(moved_frames(rgb, (word,), 5)))


def test_all_moves_look_different():
    """The motion fields of any two camera words differ by more than one percent of the picture."""
    fields = {word: [_field((word,), frame) for frame in (16, 31, 48)] for word in CAMERA_WORDS}

    for one, other in combinations(fields, 2):
        assert np.abs(np.array(fields[one]) - np.array(fields[other])).max() > 0.01, (one, other)


@pytest.mark.parametrize(
    ("word", "axis", "sign"),
    [
        ("Truck left", 0, 1),
        ("Pan right", 0, -1),
        ("Pedestal up", 1, 1),
        ("Tilt down", 1, -1),
    ],
)
def test_the_picture_moves_against_the_camera(word, axis, sign):
    """A camera that goes left moves the picture to the right, and so on."""
    assert (sign * _field((word,), 48)[axis] > 0.03).all()


def test_near_things_move_more_than_far_ones_beside_a_truck():
    """The lower part of the picture is near, and moves further than the upper part."""
    across = _field(("Truck left",), 48)[0]

    assert across[7] > 1.2 * across[1]


def test_a_zoom_is_flat_and_a_push_is_not():
    """A zoom enlarges all alike; a push enlarges the near part more."""
    zoom, push = (_field((word,), 48)[0] for word in ("Zoom in", "Push in"))

    assert zoom[8] == pytest.approx(zoom[2])
    assert push[8] > 1.3 * push[2]


def test_a_static_shot_is_locked():
    """Every frame of a static shot is the picture itself."""
    rgb = _picture()

    assert all(np.array_equal(rgb, frame) for frame in moved_frames(rgb, ("Static shot",), 4))


def test_no_words_and_unknown_words_are_a_slow_push():
    """A clip without camera words still lives, and a word we do not know changes nothing."""
    assert not locked(camera_path((), 10))
    assert np.array_equal(camera_path((), 10)[-1], camera_path(("Somersault",), 10)[-1])


def test_three_words_add_up_and_a_fourth_is_left_out():
    """Up to three words are combined."""
    three = ("Truck left", "Tilt up", "Zoom in")

    assert np.array_equal(camera_path(three, 9)[-1], camera_path((*three, "Shake"), 9)[-1])
    assert not np.array_equal(camera_path(three, 9)[-1], camera_path(three[:2], 9)[-1])


def test_a_move_neither_jumps_nor_stands():
    """Steps are eased: the smallest is a fair part of the largest, at the ends of the clip."""
    steps = np.diff([goes[0, 2] for goes in camera_path(("Pan left",), 120)])

    assert steps.min() > 0.3 * steps.max()
    assert steps.argmin() in (0, 118)


def test_no_black_shows_beyond_the_edges():
    """What lies beyond the picture is its mirror image, even where three words combine."""
    rgb = np.full((90, 160, 3), 200, np.uint8)

    *_, last = moved_frames(rgb, ("Truck left", "Pedestal up", "Pull out"), 12)

    assert last.min() >= 199


def test_planes_move_as_the_picture_does():
    """Moving the 4:2:0 planes gives what converting the moved picture gives."""
    rgb = _picture()
    path = camera_path(("Pan left", "Push in"), 6)
    *_, moved = moved_frames(rgb, ("Pan left", "Push in"), 6)

    luma = PlanesView(rgb_to_planes(rgb), path).frame(path[-1])[0].astype(int)

    assert np.abs(luma - rgb_to_planes(moved)[0])[8:-8, 8:-8].mean() < 1.0


@pytest.mark.parametrize("words", [("Pan left",), ("Truck right", "Tilt up"), ("Zoom in",)])
def test_fifty_hops_keep_the_light(words):
    """A chain whose every clip begins on the last frame of the one before grows no darker on the way."""
    cells = np.random.default_rng(3).integers(40, 216, (12, 20), dtype=np.uint8)
    first = np.asarray(Image.fromarray(cells).resize((160, 90), Image.Resampling.BICUBIC))
    planes = (first, np.full((45, 80), 110, np.uint8), np.full((45, 80), 140, np.uint8))
    there = camera_path(words, 9)[4]
    back = np.linalg.inv(there)
    for hop in range(50):
        planes = PlanesView(planes, [there, back]).frame((there, back)[hop % 2])

    assert abs(planes[0][20:-20, 30:-30].mean() - first[20:-20, 30:-30].mean()) < 1.0
    assert [round(plane.mean(), 1) for plane in planes[1:]] == [110, 140]


def test_a_clip_of_one_frame():
    """One frame is the picture; there is no time to move."""
    assert len(list(moved_frames(_picture(), ("Shake",), 1))) == 1


@pytest.mark.parametrize("word", [*CAMERA_WORDS])
def test_a_still_is_moved_inside_its_own_picture(word: str) -> None:
    """No frame of a framed move shows anything beyond the picture's edges."""
    for goes in framed_path((word,), 24):
        corners = np.array([[-0.5, 0.5, -0.5, 0.5], [-0.5, -0.5, 0.5, 0.5], [1.0] * 4])
        places = np.linalg.inv(goes) @ corners

        assert np.abs(places[:2] / places[2]).max() <= 0.5 + 1e-6


def test_a_push_into_a_still_begins_on_all_of_it() -> None:
    """A move that only enlarges needs no enlarging to start with."""
    assert np.allclose(framed_path(("Zoom in",), 24)[0], np.eye(3))
