"""Timeline arithmetic: lengths, places, handles, whatever clips and joins come together."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtake.errors import PlanError
from longtake.timeline import Cut, Join, Seam, Timeline, TimelineClip, Transition, lay_out, overlap
from longtake.units import FrameRate, Size

RATE, SIZE = FrameRate.parse(24), Size(160, 96)
DISSOLVE = Transition("dissolve", 12)


def timeline(clips: list[TimelineClip], *joins: Join) -> Timeline:
    return Timeline(RATE, SIZE, tuple(clips), joins)


def pair(join: Join, tail: int = 0, head: int = 0) -> Timeline:
    """Two clips of 100 frames with handles between them."""
    first = TimelineClip("a", "one", 0, 100, 0, tail)
    return timeline([first, TimelineClip("b", "two", 50, 150, head, 0)], join)


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    """Timelines of one to eight clips with any handles and joins."""
    count = draw(st.integers(1, 8))
    clips = []
    for number in range(count):
        head, tail = draw(st.integers(0, 30)), draw(st.integers(0, 30))
        start = head + draw(st.integers(0, 20))
        end = start + draw(st.integers(1, 120))
        clips.append(
            TimelineClip(f"c{number}", f"s{draw(st.integers(0, 3))}", start, end, head, tail)
        )
    transition = st.integers(1, 40).map(lambda frames: Transition("dissolve", frames))
    kinds = st.one_of(st.just(Seam()), st.just(Cut()), transition)
    return timeline(clips, *(draw(kinds) for _ in range(count - 1)))


def fits(case: Timeline) -> bool:
    return not case.too_short()


@given(timelines())
def test_film_is_the_sum_of_its_parts(case: Timeline) -> None:
    """What is wanted, less what seams share and transitions lack, is the film's length."""
    wanted = sum(clip.frames for clip in case.clips)
    seams = sum(isinstance(join, Seam) for join in case.joins)
    assert case.frames == wanted - seams - sum(case.shortened())


@given(timelines())
def test_no_clip_shows_more_than_it_has(case: Timeline) -> None:
    """Laid clips stay within the frames that exist: start less head, end plus tail."""
    for planned, laid in zip(case.clips, case.laid, strict=True):
        assert laid.head >= 0 and laid.tail >= 0
        assert laid.start - laid.head == planned.start - planned.head
        assert laid.end + laid.tail == planned.end + planned.tail


@given(timelines().filter(fits))
def test_clips_lie_end_to_end(case: Timeline) -> None:
    """Each frame of the film is shown by one clip, or by the two of the transition that plays there."""
    count = [0] * case.frames
    for at, clip in case.placed():
        for frame in range(at, at + clip.frames):
            count[frame] += 1
    assert set(count) <= {1, 2}
    assert count.count(2) == sum(map(overlap, case.joins))


@given(timelines().filter(fits))
def test_scenes_start_within_the_film(case: Timeline) -> None:
    """Scenes start in film order, the first at nought, none at or beyond the end."""
    starts = list(case.scene_starts().values())
    assert starts == sorted(set(starts))
    assert starts[0] == 0 and starts[-1] < case.frames


@given(timelines())
def test_too_short_clips_are_those_that_cannot_hold_their_joins(case: Timeline) -> None:
    """A clip fits when a frame of its own is left between the transitions at its two ends."""
    short = dict(case.too_short())
    for index, clip in enumerate(case.laid):
        before = overlap(case.joins[index - 1]) if index else 0
        after = overlap(case.joins[index]) if index < len(case.joins) else 0
        assert (clip.frames - before - after >= 1) == (index not in short)


@pytest.mark.parametrize(
    ("tail", "head", "lost", "laid"),
    [
        (0, 0, 12, (100, 50)),
        (5, 0, 7, (105, 50)),
        (5, 4, 3, (105, 46)),
        (20, 20, 0, (112, 50)),
        (0, 20, 0, (100, 38)),
    ],
)
def test_transition_is_paid_from_handles(
    tail: int, head: int, lost: int, laid: tuple[int, int]
) -> None:
    """The first clip's tail pays before the second's head; what both lack shortens the film."""
    case = pair(DISSOLVE, tail, head)
    assert case.shortened() == (lost,)
    assert (case.laid[0].end, case.laid[1].start) == laid
    assert case.frames == 200 - lost


def test_seam_drops_the_first_clips_last_frame() -> None:
    """The frame both clips hold is shown by the second, whose first frame is a key frame."""
    case = pair(Seam())
    assert (case.laid[0].end, case.laid[1].start, case.frames) == (99, 50, 199)


def test_cut_has_no_length() -> None:
    """A cut neither shares nor drops a frame."""
    assert pair(Cut()).frames == 200


def test_chapter_starts_in_the_middle_of_its_transition() -> None:
    """A scene that is entered through a transition starts half-way into it."""
    assert pair(DISSOLVE).scene_starts() == {"one": 0, "two": 88 + 6}


def test_scene_of_several_clips_starts_once() -> None:
    """A scene's later clips do not move its start."""
    clips = [TimelineClip(name, "one", 0, 10) for name in "abc"]
    assert timeline(clips, Cut(), Cut()).scene_starts() == {"one": 0}


def test_clip_between_two_transitions() -> None:
    """A clip whose two transitions meet lacks the frame of its own."""
    clips = [TimelineClip(name, "s", 0, 24) for name in "abc"]
    assert timeline(clips, DISSOLVE, DISSOLVE).too_short() == ((1, 1),)
    longer = [clips[0], replace(clips[1], end=25), clips[2]]
    assert timeline(longer, DISSOLVE, DISSOLVE).too_short() == ()


def test_empty_timeline() -> None:
    """No clips are no film, and no error."""
    empty = timeline([])
    assert (empty.frames, empty.laid, list(empty.placed()), empty.scene_starts()) == (0, (), [], {})


@pytest.mark.parametrize("joins", [(), (Cut(), Cut())])
def test_joins_must_stand_between_clips(joins: tuple[Join, ...]) -> None:
    """Two clips have one join between them."""
    clips = [TimelineClip(name, "s", 0, 24) for name in "ab"]
    with pytest.raises(PlanError, match="2 clips need 1 joins"):
        timeline(clips, *joins)


@pytest.mark.parametrize(
    ("join", "text"),
    [
        (DISSOLVE, "dissolve"),
        (Transition("dip", 3, colour="#ff0000"), "dip #ff0000"),
        (Transition("wipe", 3, direction="up"), "wipe up"),
        (Transition("xfade", 3, name="radial"), "xfade:radial"),
    ],
)
def test_transition_is_written_as_in_a_board(join: Transition, text: str) -> None:
    """A transition reads like the author's own words for it."""
    assert str(join) == text


def test_laying_out_leaves_the_plan_alone() -> None:
    """Clips are laid out in copies; laid clips can be laid out again where there are only cuts."""
    clips = pair(Cut()).clips
    assert lay_out(clips, (Cut(),)) == clips
