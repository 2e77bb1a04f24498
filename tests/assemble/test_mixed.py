"""Footage of any make becomes film frames: other codecs, sizes, rates, shapes, colours, sound or none."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from longtake.assemble.film import Film, Workshop, assemble_film
from longtake.assemble.material import Material
from longtake.media.normalise import film_frames
from longtake.timeline import Cut, TimelineClip, Transition
from synthetic import Clip, Making, Seen, Sound, level_of, make_clip, planned, ramp_of, watch

from .conftest import RATE, timeline_of

X265 = {"crf": "12", "preset": "ultrafast", "x265-params": "log-level=error"}
VP9 = {"crf": "10", "deadline": "realtime", "cpu-used": "8"}
AV1 = {"crf": "10", "preset": "12"}
UNEVEN = tuple(2 * n + n % 3 // 2 for n in range(30))

# name -> ending, how it is made, its sound
MAKES: dict[str, tuple[str, Making, Sound | None]] = {
    "h264-25": ("mp4", Making((320, 192), "25"), Sound(44_100)),
    "hevc-30": ("mov", Making((240, 144), "30", "libx265", options=X265), Sound(48_000, 1)),
    "vp9-23.976": ("webm", Making((160, 96), "24000/1001", "libvpx-vp9", options=VP9), Sound()),
    "av1-24": ("mp4", Making((160, 96), "24", "libsvtav1", options=AV1), None),
    "60 frames": ("mkv", Making((160, 96), "60"), None),
    "uneven": ("mp4", Making(rate="30", times=UNEVEN), Sound(22_050)),
    "narrow pixels": ("mp4", Making((120, 96), sar="4/3"), None),
    "turned": ("mp4", Making(turned=True), None),
    "bt601 full": ("mp4", Making(matrix="bt601", full=True), None),
}


@pytest.fixture(scope="module")
def makes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Clip]:
    folder = tmp_path_factory.mktemp("makes")
    return {
        name: make_clip(folder / f"{n}.{ending}", n + 1, 30, sound=sound, making=making)
        for n, (name, (ending, making, sound)) in enumerate(MAKES.items())
    }


@pytest.fixture(scope="module")
def film(makes: dict[str, Clip], tmp_path_factory: pytest.TempPathFactory) -> Film:
    folder = tmp_path_factory.mktemp("mixed")
    places = [TimelineClip(n, n, 0, film_frames(c.path, RATE)) for n, c in makes.items()]
    timeline = timeline_of(places, [Cut()] * (len(places) - 1))
    takes: dict[str, Material] = {name: clip.material for name, clip in makes.items()}
    return assemble_film(
        timeline, takes, folder / "film.mp4", workshop=Workshop(folder / "work", workers=2)
    )


@pytest.fixture(scope="module")
def seen(film: Film) -> dict[str, list[Seen]]:
    """What the film shows of each clip."""
    frames = watch(film.path)
    assert [frame.at for frame in frames] == [Fraction(n, 24) for n in range(film.timeline.frames)]
    found: dict[str, list[Seen]] = {}
    for shown, frame in zip(planned(film.timeline), frames, strict=True):
        found.setdefault(shown[0][0], []).append(frame)
    return found


@pytest.mark.parametrize("name", MAKES)
def test_frames_of_every_make(
    makes: dict[str, Clip], seen: dict[str, list[Seen]], name: str
) -> None:
    """Each film frame shows what the clip shows at that time; even fields keep their brightness."""
    making = MAKES[name][1]
    rate = Fraction(making.rate)
    times = [Fraction(time) / rate for time in making.times or range(30)]
    for index, frame in enumerate(seen[name]):
        # An eighth of a frame: a rate that is all but the same shall not show frames twice.
        at = (index + Fraction(1, 8)) / 24
        moment = max(n for n in range(30) if times[n] <= at)
        assert frame.code == (makes[name].scene, moment), index
        drawn = [level_of(makes[name].scene), ramp_of(moment)]
        assert np.allclose([frame.level, frame.ramp], drawn, atol=3.5), index


def test_length_in_film_frames(film: Film) -> None:
    """A clip of 30 frames lasts as long in the film as it does by itself."""
    lengths = {clip.id: clip.frames for clip in film.timeline.laid}
    wanted = {"h264-25": 29, "hevc-30": 24, "vp9-23.976": 30, "60 frames": 12, "turned": 30}
    assert {name: lengths[name] for name in wanted} == wanted


def test_mixed_film_has_one_format(film: Film) -> None:
    """Whatever went in, one kind of picture comes out: size, pixels, tags, square, upright."""
    with av.open(str(film.path)) as opened:
        stream = opened.streams.video[0]
        kinds = {
            (f.width, f.height, f.format.name, int(f.colorspace), int(f.color_range), f.rotation)
            for f in opened.decode(stream)
        }
        assert stream.sample_aspect_ratio in (None, 1)
    assert kinds == {(160, 96, "yuv420p", 1, 1, 0)}


def test_wide_footage_in_a_film_is_surrounded(makes: dict[str, Clip], tmp_path: Path) -> None:
    """A clip of another shape keeps it; the film's background fills the rest, in transitions too."""
    wide = make_clip(tmp_path / "wide.mp4", 5, 24, making=Making((160, 48)))
    places = [TimelineClip("wide", "s", 0, 24), TimelineClip("av1-24", "s", 0, 24)]
    timeline = timeline_of(places, [Transition("dissolve", 6)], background="#ffffff")
    takes: dict[str, Material] = {"wide": wide.material, "av1-24": makes["av1-24"].material}
    workshop = Workshop(tmp_path / "work", workers=1)
    made = assemble_film(timeline, takes, tmp_path / "film.mp4", workshop=workshop)
    with av.open(str(made.path)) as opened:
        luma = next(opened.decode(video=0)).to_ndarray()[:96]
    assert luma[:22].mean() > 230 and luma[-22:].mean() > 230
    assert luma[46:64, 8:44].mean() == pytest.approx(level_of(5), abs=3)
    cover = replace(workshop, fit="cover")
    assert assemble_film(timeline, takes, made.path, workshop=cover).rendered == 42
