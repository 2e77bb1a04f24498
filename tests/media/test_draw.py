"""Cards, labels and the frames of an animatic."""

import numpy as np
import pytest

from longtake.media.color import Sampling, planes_to_rgb, rgb_to_planes
from longtake.media.draw import animatic_frames, card, design_card
from longtake.media.labels import Band, Labels, band_rows
from longtake.media.scenery import paint_place, scene_colour
from longtake.units import FrameRate, Size

_SIZE = Size(320, 180)
_RATE = FrameRate.parse(24)
_LABELS = Labels("dawn", "he climbs the stairs", ("Pan left",))


def _card(seed="dawn", prompt="An old keeper climbs the stairs", size=_SIZE):
    return design_card(
        size, title="Dawn", prompt=prompt, look="claymation", cast=["keeper"], colour_seed=seed
    )


def _same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def _gap(one, other):
    return float(np.abs(one.astype(int) - other).mean())


def test_a_scene_keeps_its_place_and_others_have_theirs():
    """The same seed paints the same place; other seeds paint visibly different ones."""
    places = [paint_place(_SIZE, seed) for seed in ("dawn", "lamp", "storm", "market")]

    assert np.array_equal(places[0], paint_place(_SIZE, "dawn"))
    assert all(_gap(places[0], other) > 8 for other in places[1:])


@pytest.mark.parametrize("seed", ["dawn", "lamp", "title", "storm", "summit", "market", ""])
def test_a_place_is_no_plain_colour(seed):
    """Each kind of place has light and dark in it."""
    assert paint_place(_SIZE, seed).std() > 15


def test_a_scene_colour_is_legible_on_black():
    """The colour of a scene is light."""
    assert all(max(scene_colour(str(number))) > 180 for number in range(40))


@pytest.mark.parametrize("size", [Size(16, 16), Size(90, 160), Size(320, 180), Size(400, 60)])
def test_a_card_of_any_shape(size):
    """Cards fit tall, wide and tiny films, and any length of prompt."""
    picture = card(size, title="", prompt="word " * 900, look="", cast=(), colour_seed="x")

    assert picture.shape == (size.height, size.width, 3)


def test_the_prompt_shows_on_a_card():
    """Another prompt gives another card."""
    assert _gap(_card().picture, _card(prompt="He opens the door").picture) > 0.5


def test_the_first_frame_is_exactly_the_given_picture():
    """Frame 0 is the handoff frame untouched: no label, no move."""
    first = paint_place(_SIZE, "dawn")

    frame = next(animatic_frames(first, ("Push in",), 9, _LABELS, _RATE))

    assert _same(frame, rgb_to_planes(first))


def test_the_band_covers_the_band_of_the_clip_before():
    """What stood in the band's place in the first frame shows nowhere in the second."""
    first = paint_place(_SIZE, "dawn")
    first[-band_rows(_SIZE) :] = (255, 0, 255)

    frames = list(animatic_frames(first, ("Pedestal down",), 9, _LABELS, _RATE))

    red_chroma = np.concatenate([v.ravel() for _, _, v in frames[1:]])
    assert red_chroma.max() < frames[0][2].max() - 40


def test_without_labels_there_is_no_band():
    """A clip without labels is the moved picture and nothing else."""
    first = np.full((180, 320, 3), 120, np.uint8)

    *_, last = animatic_frames(first, ("Pan left",), 5, None, _RATE)

    assert _same(last, rgb_to_planes(first))


def test_the_words_of_a_card_are_gone_at_its_end():
    """The frame handed on shows the place, not the words of this clip."""
    drawn = _card()

    frames = list(animatic_frames(drawn, ("Static shot",), 12, None, _RATE))

    assert _same(frames[-1], rgb_to_planes(drawn.place))
    assert _gap(planes_to_rgb(*frames[0], Sampling()), drawn.picture) < 2


def test_a_given_last_frame_is_reached_exactly():
    """The picture turns into the given end without a jump, and the last frame is that picture."""
    first, last = (paint_place(_SIZE, seed) for seed in ("dawn", "lamp"))

    frames = list(animatic_frames(first, ("Zoom in",), 30, None, _RATE, last))

    assert len(frames) == 30
    assert _same(frames[-1], rgb_to_planes(last))
    assert _gap(frames[-2][0], frames[-1][0]) < 3


def test_the_timecode_is_right_on_every_frame():
    """A timecode looks the same at every rate, and no two timecodes look alike."""
    clocks = {}
    for rate in map(FrameRate.parse, ("24", "23.976", "25", "29.97")):
        band = Band(Labels("a", ""), _SIZE, 120, rate)
        for frame in (*range(20, 32), *range(94, 120)):
            clock = band.rgb(frame)[4:, 240:].tobytes()
            assert clocks.setdefault(rate.timecode(frame), clock) == clock

    assert len(set(clocks.values())) == len(clocks)


def test_a_picture_too_small_for_text_has_no_band():
    """Labels on a tiny film leave the picture whole instead of an illegible line."""
    first = paint_place(Size(64, 36), "dawn")

    frames = list(animatic_frames(first, (), 3, _LABELS, _RATE))

    assert frames[-1][0].shape == (36, 64)
