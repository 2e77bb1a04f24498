"""The planned timeline meets the takes that were really made."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from longtake.assemble.conform import conform
from longtake.assemble.material import FileMaterial, Material
from longtake.errors import AssemblyError
from longtake.seam.mending import Mending
from longtake.seam.plan import RepairPlan
from longtake.timeline import Cut, Join, Seam, Timeline, TimelineClip, Transition
from longtake.units import FrameRate, Size, film_frames_until, shown_frame
from longtake.vault.take import Take

RATE, SIZE = FrameRate.parse(24), Size(160, 96)


def take(frames: int, out_point: int, rate: str = "24") -> Take:
    path, fps = Path("x.mp4"), FrameRate.parse(rate)
    return Take("k", "r", "c", "sha", path, "p", "m", "t", frames, fps, SIZE, out_point)


def timeline(*joins: Join) -> Timeline:
    places = tuple(TimelineClip(name, "s", 0, 120) for name in "ab"[: len(joins) + 1])
    return Timeline(RATE, SIZE, places, joins)


def test_clip_ends_on_its_takes_out_point() -> None:
    """A take that ends earlier than planned ends its clip there; what was planned beyond is handle."""
    (clip,) = conform(timeline(), {"a": take(144, 99)}).clips
    assert (clip.start, clip.end, clip.tail) == (0, 100, 20)


@pytest.mark.parametrize(
    ("rate", "frames", "out_point", "end", "tail"),
    [("25", 150, 124, 120, 24), ("30", 150, 149, 120, 0), ("25", 240, 124, 120, 30)],
)
def test_take_of_another_rate(rate: str, frames: int, out_point: int, end: int, tail: int) -> None:
    """A take's frames are counted in film frames; of its handle no more than was planned is used."""
    place = replace(timeline().clips[0], tail=30)
    (clip,) = conform(
        replace(timeline(), clips=(place,)), {"a": take(frames, out_point, rate)}
    ).clips
    assert (clip.end, clip.tail) == (end, tail)


def test_footage_and_stills_stay_as_planned() -> None:
    """What is no take keeps the part that the author chose."""
    place = TimelineClip("a", "s", 24, 72, 24, 30)
    planned = replace(timeline(), clips=(place,))
    footage: dict[str, Material] = {"a": FileMaterial(Path("x"), "sha")}
    assert conform(planned, footage).clips == (place,)


def test_clips_without_takes_are_all_named() -> None:
    """Everything that lacks is said at once."""
    with pytest.raises(AssemblyError, match="no take of a, b"):
        conform(timeline(Seam()), {})


def test_take_too_short_for_its_joins() -> None:
    """A take that cannot hold its transition says by how many frames, and what to do."""
    joined = timeline(Transition("dissolve", 24))
    with pytest.raises(AssemblyError, match=r"a by 5 frames\nhint: shorten"):
        conform(joined, {"a": take(20, 19), "b": take(120, 119)})


def test_a_single_frame_before_a_seam() -> None:
    """No transition is to blame there, and none is named."""
    with pytest.raises(
        AssemblyError, match=r"a by 1 frames\nhint: let the next clip `start: fresh`"
    ):
        conform(timeline(Seam()), {"a": take(1, 0), "b": take(120, 119)})


@pytest.mark.parametrize("count", [107, 124, 141, 192, 243])
@pytest.mark.parametrize("join", [Seam(), Cut(), Transition("dissolve", 12)])
@pytest.mark.parametrize("film", ["23.976", "24", "25", "30"])
def test_a_longer_take_leaves_the_film_as_long_as_planned(
    count: int, join: Join, film: str
) -> None:
    """What a model makes besides what was asked for changes no frame count, whatever the join."""
    rate = FrameRate.parse(film)
    wanted = film_frames_until(count - 4, RATE, rate)
    places = tuple(TimelineClip(name, "s", 0, wanted) for name in "ab")
    planned = Timeline(rate, SIZE, places, (join,))
    made = take(count, shown_frame(wanted - 1, RATE, rate))
    first, second = conform(planned, {"a": made, "b": made}).laid
    # A film of 30 shows some frames twice: the one handed on no longer than any other.
    held = rate == FrameRate.parse(30) and join == Seam()
    assert first.frames in (planned.laid[0].frames, planned.laid[0].frames - held)
    assert (second, first.start) == (planned.laid[1], 0)


@pytest.mark.parametrize("clip", ["24", "25", "30"])
@pytest.mark.parametrize("film", ["24", "25", "30", "50", "60"])
def test_what_is_handed_on_is_shown_no_longer_than_another_frame(clip: str, film: str) -> None:
    """Over a seam a film of a higher rate repeats no frame more often than it does elsewhere."""
    own, rate = FrameRate.parse(clip), FrameRate.parse(film)
    most = math.ceil(rate.value / own.value)
    for out in range(60, 70):
        places = tuple(TimelineClip(name, "s", 0, 400) for name in "ab")
        planned = Timeline(rate, SIZE, places, (Seam(),))
        before, after = conform(planned, {"a": take(80, out, clip), "b": take(80, 79, clip)}).laid
        shown = [shown_frame(k, own, rate) for k in range(before.end)]
        held = shown.count(out) + [shown_frame(k, own, rate) for k in range(9)].count(0)

        assert 1 <= held <= most
        # Nothing in front of it is left out.
        assert (shown_frame(before.end, own, rate) >= out, after.start) == (True, 0)


def test_a_take_shorter_than_promised() -> None:
    """A film is shortened by what a take lacks: its clip ends on the take's last frame."""
    conformed = conform(timeline(Seam()), {"a": take(113, 112), "b": take(120, 119)})
    assert [clip.frames for clip in conformed.laid] == [112, 120]
    assert conformed.frames == timeline(Seam()).frames - 7


@pytest.mark.parametrize("rate", ["23.976", "24", "25", "30", "60"])
@pytest.mark.parametrize("film", ["23.976", "24", "25", "30", "60"])
def test_the_frame_handed_on_is_the_last_one_shown(rate: str, film: str) -> None:
    """Whatever the rates, a film leaves a take on the frame the next clip begins with."""
    clip, own = FrameRate.parse(rate), FrameRate.parse(film)
    for last in range(1, 150):
        shown = shown_frame(last, clip, own)
        assert shown_frame(film_frames_until(shown, clip, own) - 1, clip, own) == shown
        assert film_frames_until(shown, clip, own) > last


@pytest.mark.parametrize(
    ("join", "start"), [(Seam(), 5), (Cut(), 0), (Transition("dissolve", 8), 0)]
)
def test_a_held_beginning_is_left_out_behind_a_seam_only(join: Join, start: int) -> None:
    """Behind a cut or a transition nothing is repeated: the pause belongs to the clip."""
    mending = Mending(RepairPlan(119, drop=5)).as_json()
    takes = {"a": take(144, 119), "b": replace(take(144, 119), mending=mending)}

    assert conform(timeline(join), takes).clips[1].start == start


def test_a_tail_that_was_given_up_is_no_handle() -> None:
    """A blurred end must not come back in a dissolve."""
    given_up = replace(take(144, 99), usable=99)
    (clip,) = conform(timeline(), {"a": given_up}).clips

    assert (clip.end, clip.tail) == (100, 0)
