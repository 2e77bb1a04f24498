"""A clip is repaired where that helps, refused where nothing would, and otherwise left alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from longtake.media.camera import PlanesView
from longtake.media.color import Sampling, rgb_to_planes
from longtake.media.planes import Planes
from longtake.seam.apply import Mender
from longtake.seam.fit import SAME
from longtake.seam.harm import compared
from longtake.seam.plan import RepairPlan
from longtake.seam.register import STILL
from longtake.seam.repair import Switches, plan_repair
from longtake.testing.drift import Drift, Shade
from seam_ends import FRAMES, SIZE, clip, ends_of, off, place, shown

STEP = Shade(exposure=1.01, contrast=1.03, saturation=1.05, warmth=1)
RAMP = Shade(contrast=1.01, saturation=1.04, warmth=1)
LAST = FRAMES - 1


def truth(frame: int) -> Planes:
    """The frame as a faithful model would show it."""
    return shown(rgb_to_planes(place()), frame)


def mended(plan: RepairPlan, frames: list[Planes], frame: int) -> Planes:
    """The frame as the film shows it."""
    return Mender(plan, Sampling()).planes(frame, frames[frame])


@pytest.mark.parametrize("seed", ["dawn", "lamp", "night"])
def test_a_faithful_clip_stays_untouched(seed: str) -> None:
    """No frame of it needs rendering: it can be copied."""
    found = plan_repair(ends_of(clip(seed=seed), place(seed)))

    assert found.plan.copyable
    assert (found.plan.drop, found.plan.refused) == (0, "")


@pytest.mark.parametrize("seed", ["dawn", "lamp", "night"])
def test_a_step_and_a_drift_are_taken_back(seed: str) -> None:
    """Both ends of the clip have the colours of the picture sent."""
    frames = clip(Drift(static=STEP, ramp=RAMP), seed=seed)
    plan = plan_repair(ends_of(frames, place(seed))).plan
    planes = rgb_to_planes(place(seed))

    for frame in (0, LAST):
        goal = shown(planes, frame)
        assert off(frames[frame], goal) > 1
        assert off(mended(plan, frames, frame), goal) < 0.45 * off(frames[frame], goal)


def test_a_wanted_change_of_light_is_kept() -> None:
    """With `lighting: changes` the first frame is matched, and dusk falls as it did."""
    frames = clip(Drift(ramp=Shade(exposure=0.75)))
    plan = plan_repair(ends_of(frames, place()), Switches(lighting="changes")).plan
    fell = frames[0][0].mean() - frames[LAST][0].mean()
    falls = mended(plan, frames, 0)[0].mean() - mended(plan, frames, LAST)[0].mean()

    assert falls > 0.95 * fell


@pytest.mark.parametrize(
    "switches", [Switches(repair="off"), Switches(color="off"), Switches(color="match")]
)
def test_switches(switches: Switches) -> None:
    """What is switched off is not done: nothing at all, no colour, no tracking."""
    frames = clip(Drift(ramp=RAMP))
    plan = plan_repair(ends_of(frames, place()), switches).plan

    assert plan.copyable
    assert plan.start == plan.end


def test_a_move_that_costs_colour_is_weighed_with_the_match() -> None:
    """Enlarged alone the colours would be worse, matched as well the seam is better: both are kept."""
    frames = clip(Drift(zoom=1.02, static=STEP))
    steps = iter([1.0, 2.0, 0.2])
    found = plan_repair(
        ends_of(frames, place()), score=lambda before, after: {"handoff_step": next(steps)}
    )

    assert [(change.part, change.kept) for change in found.log] == [
        ("place", False),
        ("place and colour", True),
    ]
    assert found.plan.move != STILL
    assert found.plan.start != SAME


def test_a_zoomed_first_frame_comes_to_rest() -> None:
    """Frame 0 lies where the picture sent lies; sixteen frames on the clip has its own place."""
    frames = clip(Drift(zoom=1.015, shift=(3.0, 0.0)), pace=0)
    plan = plan_repair(ends_of(frames, place()), Switches(color="off")).plan
    inner = slice(30, 240)
    apart = [
        np.abs(planes[0][inner, 40:440].astype(float) - truth(0)[0][inner, 40:440]).mean()
        for planes in (frames[0], mended(plan, frames, 0))
    ]

    assert apart[1] < 0.5 * apart[0]
    assert plan.touched() == ((0, 16),)


def test_a_first_frame_too_far_away_is_refused() -> None:
    """A zoom of a tenth cannot be hidden: another take is needed, and nothing is done to this one."""
    plan = plan_repair(ends_of(clip(Drift(zoom=1.1)), place())).plan

    assert "begins on another frame" in plan.refused
    assert plan.copyable


def test_wide_bars_are_refused() -> None:
    """Bars over the picture cannot be taken off."""
    assert "black bars" in plan_repair(ends_of(clip(Drift(bars=0.2)), place())).plan.refused


def test_a_picture_squeezed_between_bars_is_enlarged() -> None:
    """Where all of the picture is there, it fills the frame again, to the end of the clip."""
    squeezed = np.diag([1.0, 0.9, 1.0])
    frames = []
    for planes in clip(pace=2):
        small = PlanesView(planes, [squeezed]).frame(squeezed)
        frames.append(Drift(bars=0.1).apply(small, 0, 1))
    plan = plan_repair(ends_of(frames, place()), Switches(color="off")).plan

    assert plan.rest != STILL
    assert mended(plan, frames, LAST)[0][3:-3].min(axis=1).max() > 30
    assert off(mended(plan, frames, LAST), truth(LAST)) < 2.5


def test_thin_bars_are_filled() -> None:
    """A few black lines show the picture beside them in every frame, and nothing is enlarged."""
    frames = clip(Drift(bars=0.03))
    plan = plan_repair(ends_of(frames, place()), Switches(color="off")).plan

    assert frames[LAST][0][0].max() <= 17
    assert plan.rest == STILL
    assert plan.touched() == ((0, FRAMES),)
    assert off(mended(plan, frames, LAST), truth(LAST)) < 0.7


def test_flash_and_still_frames_go_together() -> None:
    """A frozen lead-in is left out, and a frame that flashes behind it evened."""
    frames = clip(Drift(frozen=3, flash_frame=10, flash_gain=1.12))
    plan = plan_repair(ends_of(frames, place())).plan

    assert plan.drop == 3
    assert plan.touched() == ((10, 11),)
    assert off(mended(plan, frames, 10), frames[9]) < off(frames[10], frames[9]) / 2


def test_a_part_that_harms_is_left_out() -> None:
    """When the measures of the seam get worse by it, the part is not in the plan, and it is logged."""

    def score(before: Sequence[Planes], after: Sequence[Planes]) -> Mapping[str, float]:
        return {"turn": 10 * abs(float(after[0][0].mean()) - float(frames[0][0].mean()))}

    frames = clip(Drift(static=STEP))
    found = plan_repair(ends_of(frames, place()), score=score)

    assert found.plan.copyable
    (change,) = found.log
    assert (change.part, change.kept, change.why) == ("colour", False, "turn would be worse")
    assert change.after["turn"] > change.before["turn"]


def test_better_and_worse() -> None:
    """Each measure has its own direction; one that cannot be taken says nothing."""
    before = {"handoff_de": 1.0, "handoff_ssim": 0.95, "jump": 0.2, "pace": 0.5, "turn": None}
    after = {"handoff_de": 0.5, "handoff_ssim": 0.90, "jump": 1.0, "pace": 0.1, "turn": 9.0}

    assert compared(before, after) == (("handoff_ssim",), ("handoff_de",))


def test_a_clip_that_begins_afresh() -> None:
    """Without a picture sent its own first frame is the reference for its end."""
    frames = clip(Drift(ramp=Shade(saturation=1.06)))
    plan = plan_repair(ends_of(frames)).plan

    assert plan.colour(0) == RepairPlan(LAST).start
    assert off(mended(plan, frames, LAST), truth(LAST)) < 0.6 * off(frames[LAST], truth(LAST))


def test_the_same_ends_give_the_same_plan() -> None:
    """A run that is taken up again decides as it did."""
    ends = ends_of(clip(Drift(static=STEP, ramp=RAMP)), place())

    assert SIZE.width == ends.head[0][0].shape[1]
    assert plan_repair(ends).plan.sha256 == plan_repair(ends).plan.sha256


def test_an_ignored_first_frame_is_not_painted_over() -> None:
    """A clip of another place is no drift of colours: nothing is fitted to the picture sent."""
    frames = clip(seed="lamp")
    plan = plan_repair(ends_of(frames, np.ascontiguousarray(place()[::-1]))).plan

    assert plan.copyable
    assert plan.start == RepairPlan(LAST).start


def test_a_clip_that_begins_afresh_may_pause_and_flash() -> None:
    """With nothing in front of it there is no seam to mend: a held beginning and lightning stay."""
    frames = clip(Drift(frozen=6))

    assert plan_repair(ends_of(frames)).plan.copyable
    assert plan_repair(ends_of(frames)).plan.drop == 0


def test_a_drift_is_taken_back_though_the_first_frame_needs_no_match() -> None:
    """Begun just as it was sent, and yet ending otherwise: it would add up along the chain."""
    frames = clip(Drift(ramp=Shade(saturation=1.08)))
    plan = plan_repair(ends_of(frames, place())).plan

    assert plan.end != plan.start
