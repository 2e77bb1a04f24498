"""A plan carried out on planes: exactly what it says, and nothing where it says nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from longtake.errors import MediaError
from longtake.media.clipwriter import write_clip
from longtake.media.color import Sampling, planes_to_rgb, rgb_to_planes
from longtake.media.ffmpeg import run_ffmpeg
from longtake.media.frames import decode_frames
from longtake.media.planes import planes_of
from longtake.media.probe import probe
from longtake.seam.apply import Mender, handoff_picture
from longtake.seam.ends import LATITUDE, EndsReader, mendable, read_ends
from longtake.seam.fit import SAME, ColourMap
from longtake.seam.plan import Flash, RepairPlan
from longtake.seam.register import Move
from longtake.units import FrameRate
from seam_ends import SIZE, place, shown

WARMER = ColourMap.of(
    np.array([[1.03, 0.01, -0.01, 2], [-0.01, 0.98, 0, -1], [0, -0.01, 0.96, 3.0]])
)
NOTHING = RepairPlan(47)


def test_untouched_frames_come_back_themselves() -> None:
    """No sample of a frame that the plan leaves alone is even copied."""
    planes = rgb_to_planes(place())
    mender = Mender(replace(NOTHING, flashes=(Flash(3, WARMER),)), Sampling())

    assert mender.planes(4, planes) is planes
    assert mender.planes(3, planes) is not planes


@pytest.mark.parametrize("sampling", [Sampling(), Sampling("bt601", True, "centre")])
def test_colours_are_those_of_the_map(sampling: Sampling) -> None:
    """Mapping planes and turning them into RGB is as good as mapping the RGB."""
    planes = rgb_to_planes(place(), sampling.matrix, sampling.full_range, sampling.siting)
    wanted = np.clip(WARMER.on(planes_to_rgb(*planes, sampling).astype(np.float32)), 0, 255)
    mender = Mender(replace(NOTHING, start=WARMER, end=WARMER), sampling)

    mended = planes_to_rgb(*mender.planes(10, planes), sampling) - wanted
    handed = mender.handoff(10, planes) - wanted
    assert np.abs(mended).mean() < 1.2
    assert np.abs(mended.mean((0, 1))).max() < 0.15
    assert np.abs(handed.mean((0, 1))).max() < 0.15


def test_odd_sides() -> None:
    """A picture of odd sides keeps its size."""
    planes = rgb_to_planes(place()[:131, :77])
    y, u, v = Mender(replace(NOTHING, start=WARMER, end=WARMER), Sampling()).planes(0, planes)

    assert (y.shape, u.shape, v.shape) == ((131, 77), (66, 39), (66, 39))


def test_unseen_colours_reach_the_handoff_only() -> None:
    """The film shows the frame as it came, the next clip is given it corrected."""
    planes = rgb_to_planes(place())
    mender = Mender(replace(NOTHING, end=WARMER, shown=False), Sampling())

    assert mender.planes(47, planes) is planes
    assert (
        np.abs(mender.handoff(47, planes) - planes_to_rgb(*planes, Sampling()).astype(int)).mean()
        > 1
    )


def test_frames_are_placed() -> None:
    """The first frame is moved by the whole way, a later one rests."""
    planes = rgb_to_planes(place())
    mender = Mender(replace(NOTHING, move=Move(dx=8 / SIZE.width)), Sampling())
    moved = mender.planes(0, planes)[0].astype(float)

    assert np.abs(moved[:, 12:-4] - planes[0][:, 4:-12]).mean() < 1
    assert mender.planes(16, planes) is planes


def test_a_map_that_does_nothing() -> None:
    """The handoff of an identity plan is the frame's own RGB, bit for bit."""
    planes = rgb_to_planes(place())
    plan = replace(NOTHING, start=SAME, end=SAME)

    handed = Mender(plan, Sampling()).handoff(47, planes)
    assert np.array_equal(handed, planes_to_rgb(*planes, Sampling()))


def test_the_handoff_of_a_file(tmp_path: Path) -> None:
    """The out-point is decoded, corrected, and the same as the frame mended by itself."""
    path = tmp_path / "a.mp4"
    frames = [shown(rgb_to_planes(place()), index) for index in range(6)]
    write_clip(frames, path, size=SIZE, rate=FrameRate.parse("24"))
    plan = RepairPlan(4, end=WARMER)
    (decoded,) = [frame for _, frame in decode_frames(path, 4, 5)]
    mender = Mender(plan, Sampling())

    handed = handoff_picture(path, plan, Sampling())
    assert np.array_equal(handed, mender.handoff(4, planes_of(decoded)))
    film = planes_to_rgb(*planes_of(mender.frame(4, decoded)), Sampling())
    assert np.abs(handed.astype(int) - film).mean() < 0.8
    assert mender.frame(0, decoded) is decoded


def test_ends_of_a_file(tmp_path: Path) -> None:
    """A decoded clip gives the ends that the frames in memory give; other pictures are refused."""
    path = tmp_path / "a.mp4"
    write_clip([rgb_to_planes(place())] * 6, path, size=SIZE, rate=FrameRate.parse("24"), crf=0)
    ends = read_ends(path, 4, Sampling(), place())

    assert mendable(probe(path))
    assert (len(ends.head), len(ends.tail), ends.tail_start) == (5, 5, 0)
    assert np.array_equal(ends.head[0][0], rgb_to_planes(place())[0])
    run_ffmpeg(["-i", str(path), "-pix_fmt", "yuv444p", str(tmp_path / "b.mp4")], timeout_s=60)
    assert not mendable(probe(tmp_path / "b.mp4"))
    with pytest.raises(MediaError, match="not repaired"):
        read_ends(tmp_path / "b.mp4", 4, Sampling(), place())


@pytest.mark.parametrize("wanted", [30, 59, 71])
def test_ends_found_out_later(wanted: int) -> None:
    """Whoever reads a clip before its out-point is known has the ends of every one it may get."""
    frames = [shown(rgb_to_planes(place()), index) for index in range(60)]
    reader = EndsReader(wanted)
    for index, planes in enumerate(frames):
        reader.put(index, planes)

    latest = min(wanted, 59)
    for last in range(latest - LATITUDE, latest + 1):
        known = EndsReader(last)
        for index, planes in enumerate(frames[: last + 1]):
            known.put(index, planes)
        assert reader.kept(last) == (wanted < 60 or last > wanted - LATITUDE - 1)
        if reader.kept(last):
            one, other = (each.ends(last, Sampling()) for each in (reader, known))
            assert one.tail_start == other.tail_start
            assert all(
                np.array_equal(a[0], b[0])
                for side in ("head", "tail")
                for a, b in zip(getattr(one, side), getattr(other, side), strict=True)
            )
    assert not reader.kept(latest + 1)
