"""The colours of a chain start again from an approved picture, where the clip ends on what it shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from longtake.media.color import Plane, Sampling, rgb_to_planes
from longtake.seam.apply import Mender
from longtake.seam.ends import ClipEnds, small_picture
from longtake.seam.repair import Repair, Switches, plan_repair
from longtake.testing.drift import Drift, Shade
from seam_ends import FRAMES, clip, ends_of, off, place, shown

LAST = FRAMES - 1
# What a chain has piled up before this clip: its picture sent is as wrong as the clip itself.
DRIFTED = Drift(static=Shade(contrast=1.03, saturation=1.10, warmth=2))
TRUTH = shown(rgb_to_planes(place()), LAST)


def anchored(drift: Drift = DRIFTED, anchor: Plane | None = None) -> ClipEnds:
    """Give the ends of a clip in the middle of a drifted chain, beside the approved picture."""
    ends = ends_of(clip(drift))
    picture = place() if anchor is None else anchor
    return replace(ends, sent=ends.head[0], anchor=small_picture(picture, Sampling()))


def last_of(found: Repair, drift: Drift = DRIFTED) -> float:
    """Measure how far the clip's end, as the film shows it, is from the approved colours."""
    return off(Mender(found.plan, Sampling()).planes(LAST, clip(drift)[LAST]), TRUTH)


def test_a_clip_glides_to_the_approved_colours() -> None:
    """It begins as the clip before ended and ends as the picture looks, though it has panned since."""
    found = plan_repair(anchored())
    change = found.log[-1]

    assert found.plan.start == plan_repair(replace(anchored(), anchor=None)).plan.start
    assert last_of(found) < 0.3 * off(clip(DRIFTED)[LAST], TRUTH)
    assert (change.part, change.kept) == ("anchor", True)
    assert change.after["anchor_de"] < 0.3 * change.before["anchor_de"]


def test_a_picture_of_another_place_leads_nowhere() -> None:
    """The plan is the one without it, and the log says why."""
    found = plan_repair(anchored(anchor=place("night")[:, ::-1].copy()))

    assert found.plan == plan_repair(replace(anchored(), anchor=None)).plan
    assert (found.log[-1].part, found.log[-1].kept) == ("anchor", False)
    assert found.log[-1].why in (
        "the clip ends on something else",
        "no change of colours leads there",
    )


def test_what_has_the_colours_already_is_left_alone() -> None:
    """A faithful clip stays copyable beside its anchor."""
    found = plan_repair(anchored(Drift()))

    assert found.plan.copyable
    assert found.log[-1].why == "the clip ends in its colours already"


def test_the_way_is_limited() -> None:
    """A picture in quite other light pulls no further than a glide that nobody sees."""
    far = Drift(static=Shade(exposure=0.7, warmth=8))
    found = plan_repair(anchored(far))
    before, after = (found.log[-1].before["anchor_de"], found.log[-1].after["anchor_de"])

    assert before is not None and after is not None
    assert 4 < before - after < 8
    assert last_of(found, far) > 0.4 * off(clip(far)[LAST], TRUTH)


@pytest.mark.parametrize(
    "switches", [Switches(color="off"), Switches(lighting="changes"), Switches(repair="off")]
)
def test_switches(switches: Switches) -> None:
    """Where colours are not to be touched, or shall change, no picture leads them back."""
    plan = plan_repair(anchored(), switches).plan

    assert plan.end == plan.start


def test_an_object_that_came_in_is_no_colour() -> None:
    """A large sign over part of the picture bends the fit by little."""
    frames = clip(DRIFTED)
    y, u, v = (plane.copy() for plane in frames[LAST])
    y[60:160, 200:330], u[30:80, 100:165], v[30:80, 100:165] = 90, 90, 200
    ends = ends_of([*frames[:LAST], (y, u, v)])
    ends = replace(ends, sent=ends.head[0], anchor=small_picture(place(), Sampling()))
    colours = plan_repair(ends).plan.end.matrix - plan_repair(anchored()).plan.end.matrix

    assert np.abs(colours[:3, :3]).max() < 0.02
