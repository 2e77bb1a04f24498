"""A seam played over and over: as many frames as both clips have there, at whatever rates."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from longtake.assemble.endscans import TakeEnds
from longtake.assemble.seams import SeamPlace
from longtake.deliver.replay import write_replay
from longtake.media.probe import probe
from longtake.seam.mending import Mending
from longtake.seam.plan import RepairPlan
from longtake.timeline import Seam, Timeline, TimelineClip
from longtake.units import FrameRate, Size, film_frame_of, film_frames_until
from synthetic import Making, make_clip


@pytest.mark.parametrize(
    ("rate", "frames", "dropped"),
    [("24", 20, 2), ("25", 15, 0), ("25", 15, 2), ("30000/1001", 19, 1), ("24000/1001", 11, 3)],
)
def test_clips_of_other_rates_than_the_film(
    tmp_path: Path, rate: str, frames: int, dropped: int
) -> None:
    """Clips shorter than a second are played to their last frame, with and without their repairs."""
    making, film = Making(rate=rate), FrameRate.parse("24")
    before, after = (
        make_clip(tmp_path / f"{name}.mp4", 1, frames, making=making) for name in ("a", "b")
    )
    mending = Mending(RepairPlan(frames - 1, drop=dropped))
    ends = (
        TakeEnds("a", before.path, "1", frames - 1),
        replace(TakeEnds("b", after.path, "2", frames - 1), mending=mending),
    )
    laid = tuple(TimelineClip(name, "s", 0, 12) for name in ("a", "b"))
    timeline = Timeline(film, Size(160, 96), laid, (Seam(),))
    write_replay(SeamPlace(1, *ends, 12, 0, dropped), timeline, "auto", tmp_path / "replay.mp4")

    clip = FrameRate(probe(after.path).rate)
    whole = film_frames_until(frames - 1, clip, film)
    once = whole - 1 + whole - film_frame_of(dropped, clip, film)
    assert probe(tmp_path / "replay.mp4").frames == 4 * once
