"""What a simulated clip shows: the picture that was sent, moving, with the drift asked for."""

from __future__ import annotations

import hashlib
from itertools import pairwise

import av
import numpy as np
import pytest

from longtake.errors import LongtakeError
from longtake.media.color import frame_planes
from longtake.media.frames import last_frame, measure_clip
from longtake.testing.cards import APIMART
from longtake.testing.drift import Drift
from longtake.testing.movie import ClipOrder, camera_words, render_clip
from longtake.testing.scenario import Scenario
from longtake.units import Size
from testing.pictures import open_picture, picture

SIZE = Size(96, 64)


def clip(tmp_path, drift=None, *, last=None, frames=24, **values):
    """Render a clip that begins on the test's picture and give its file."""
    first = picture(SIZE.width, SIZE.height)
    order = ClipOrder(SIZE, frames, "24", "seed", drift=Drift.read(drift or {}), **values)
    path = tmp_path / f"{order.key}.mp4"
    render_clip(order, first, last, path)
    return path


def luma(path):
    """Decode the luma of every frame."""
    with av.open(str(path)) as container:
        return [frame_planes(f)[0].astype(float) for f in container.decode(video=0)]


def chroma(path, index):
    """Measure how far the colours of a frame lie from grey."""
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    _, u, v = frame_planes(frames[index])
    return float(np.hypot(u.astype(float) - 128, v.astype(float) - 128).mean())


def test_frame_0_is_the_picture_that_was_sent(apimart, saved):
    """Uploaded, bought, downloaded, decoded: less than two levels away."""
    shop = apimart()
    sent = picture()
    path = saved(shop.open.get(shop.make(first_frame_image=shop.upload(sent))).content)
    shown = last_frame(path, 0).rgb.astype(float)

    assert np.abs(shown - open_picture(sent)).mean() < 2
    assert np.abs(last_frame(path).rgb - shown).mean() > 1


def test_real_size(apimart, saved):
    """A real model's clip has its real canvas and length, and begins on the picture sent."""
    shop = apimart()
    sent = picture(910, 512)
    url = shop.upload(sent)
    fields = {"model": "MiniMax-Hailuo-02", "resolution": "512p", "duration": 5}
    path = saved(shop.open.get(shop.make(**fields, first_frame_image=url)).content)

    assert measure_clip(path).size == Size(910, 512)
    assert measure_clip(path).frames == 120
    assert np.abs(last_frame(path, 0).rgb.astype(float) - open_picture(sent)).mean() < 2


def test_h3_brings_sound_and_a_count_of_its_own(apimart, saved):
    """17n + 5 frames, and stereo AAC at 32 kHz as long as they."""
    shop = apimart(scale=0.05)
    path = saved(
        shop.open.get(shop.make(model="MiniMax-H3", resolution="768P", duration=5)).content
    )

    assert measure_clip(path).frames == 124
    with av.open(str(path)) as container:
        voice = container.streams.audio[0]
        assert (voice.codec.name, voice.rate, voice.channels) == ("aac", 32000, 2)
        assert float(voice.duration * voice.time_base) == pytest.approx(124 / 24, abs=0.05)


def test_h3_frame_counts():
    """The counts that were measured for H3."""
    counts = {4: 107, 5: 124, 6: 141, 8: 192, 10: 243, 12: 294, 15: 362}

    assert {seconds: APIMART["MiniMax-H3"].frames(seconds) for seconds in counts} == counts


@pytest.mark.parametrize(
    ("told", "frames", "size", "rate"),
    [
        ({"frames": 7}, 7, Size(64, 36), 24),
        ({"extra_frames": 5}, 29, Size(64, 36), 24),
        ({"size": "80x60"}, 24, Size(80, 60), 24),
        ({"rate": 25}, 25, Size(64, 36), 25),
        ({"rate": 30}, 30, Size(64, 36), 30),
    ],
)
def test_a_clip_other_than_asked(apimart, saved, told, frames, size, rate):
    """Wrong length, wrong size, another rate."""
    shop = apimart(faults=[{"do": "clip", **told}])
    found = measure_clip(saved(shop.open.get(shop.make()).content))

    assert (found.frames, found.size, found.rate) == (frames, size, rate)


def test_a_first_frame_that_is_ignored(apimart, saved):
    """The clip begins on something else altogether."""
    shop = apimart(faults=[{"do": "clip", "drift": {"first": "ignored"}}])
    sent = picture()
    path = saved(shop.open.get(shop.make(first_frame_image=shop.upload(sent))).content)

    assert np.abs(last_frame(path, 0).rgb - open_picture(sent)).mean() > 15


def test_a_last_frame_is_reached(tmp_path):
    """The clip ends on the picture that was sent for its end."""
    end = picture(SIZE.width, SIZE.height, level=10)
    path = clip(tmp_path, last=end)

    assert np.abs(last_frame(path).rgb.astype(float) - open_picture(end)).mean() < 3


def test_static_and_ramped_colour(tmp_path):
    """A static gain is there from the first frame, a ramp only at the end."""
    plain, step = luma(clip(tmp_path)), luma(clip(tmp_path, {"static": {"exposure": 0.8}}))
    ramp = luma(clip(tmp_path, {"ramp": {"exposure": 0.8}}))

    assert (step[0].mean() - 16) / (plain[0].mean() - 16) == pytest.approx(0.8, abs=0.01)
    assert ramp[0].mean() == pytest.approx(plain[0].mean(), abs=0.3)
    assert (ramp[-1].mean() - 16) / (plain[-1].mean() - 16) == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize("words", [{"saturation": 0.5}, {"warmth": 12}])
def test_other_changes_of_colour(tmp_path, words):
    """Saturation and warmth change the colours and leave the light."""
    path, plain = clip(tmp_path, {"static": words}), clip(tmp_path)

    assert abs(chroma(path, 0) - chroma(plain, 0)) > 2
    assert luma(path)[0].mean() == pytest.approx(luma(plain)[0].mean(), abs=0.3)


def test_contrast(tmp_path):
    """Contrast spreads the light around its middle."""
    flat = luma(clip(tmp_path, {"static": {"contrast": 0.7}}))[0]

    assert flat.std() / luma(clip(tmp_path))[0].std() == pytest.approx(0.7, abs=0.03)


def test_a_frozen_lead_in(tmp_path):
    """So many frames repeat the first before anything moves."""
    frames = luma(clip(tmp_path, {"frozen": 4}, words=("Zoom in",)))
    moves = [np.abs(b - a).mean() for a, b in pairwise(frames)]

    assert max(moves[:4]) < 0.15 < moves[5]


def test_a_flash(tmp_path):
    """One frame is brighter than its neighbours."""
    means = [frame.mean() for frame in luma(clip(tmp_path, {"flash_frame": 3}))]

    assert means[3] > 1.1 * means[2]
    assert means[4] < 1.05 * means[2]


def test_bars(tmp_path):
    """A quarter of the height is black, half of it above and half below."""
    frame = luma(clip(tmp_path, {"bars": 0.25}))[5]

    assert frame[:7].max() < 20 < frame[10:50].min()
    assert frame[-7:].max() < 20


def test_a_faded_and_blurred_tail(tmp_path):
    """The last frames darken, and lose their detail."""
    fade = [frame.mean() for frame in luma(clip(tmp_path, {"fade_frames": 5}))]
    assert fade[-1] < 0.75 * fade[-7]

    noise = np.random.default_rng(1).integers(0, 255, (64, 96)).astype(np.uint8)
    planes = (noise, noise[::2, ::2], noise[::2, ::2])
    soft = Drift(soft_frames=3)
    assert soft.apply(planes, 20, 24)[0].std() == noise.std()
    assert soft.apply(planes, 23, 24)[0].std() < 0.5 * noise.std()
    assert Drift(blur=1).apply(planes, 0, 24)[0].std() < 0.8 * noise.std()


@pytest.mark.parametrize("drift", [{"shift": [4, 0]}, {"zoom": 1.1}])
def test_a_first_frame_that_has_moved(tmp_path, drift):
    """The picture is shown, but not where it was."""
    shown = luma(clip(tmp_path, drift))[0]

    assert np.abs(shown - luma(clip(tmp_path))[0]).mean() > 1


def test_equal_orders_make_equal_bytes(tmp_path):
    """A clip is decided by its order alone."""
    hashes = set()
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        hashes.add(hashlib.sha256(clip(tmp_path / folder).read_bytes()).hexdigest())

    assert len(hashes) == 1


def test_identical_orders_are_rendered_once(apimart):
    """Clips are rendered when first downloaded, and equal ones share one file."""
    shop = apimart()
    links = [shop.make() for _ in range(4)]
    assert shop.sim.oracle("rendered") == 0

    bodies = {shop.open.get(link).content for link in links}
    assert (len(bodies), shop.sim.oracle("rendered")) == (1, 1)


def test_camera_words_of_a_prompt():
    """Words in brackets are read as the models read them."""
    assert camera_words("he runs [pan left, Zoom in] on [shake]") == (
        "Pan left",
        "Zoom in",
        "Shake",
    )


def test_slips_in_a_drift():
    """Unknown words and senseless values are errors."""
    for written in ({"blurr": 1}, {"first": "maybe"}, {"static": {"gain": 2}}):
        with pytest.raises(LongtakeError):
            Scenario.read({"drift": written})
