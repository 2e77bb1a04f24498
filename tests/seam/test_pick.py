"""A take ends on its last good frame, and never later than wanted."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtake.seam.normal import ENDING
from longtake.seam.pick import pick_out_point
from longtake.seam.scan import Profile
from longtake.testing.drift import Drift
from seam.takes import before, named, profile, take


def test_a_clean_end_keeps_its_last_frame() -> None:
    """The exact last frame is the rule."""
    point = pick_out_point(before().profile)

    assert (point.frame, point.trimmed, point.why) == (25, 0, ())
    assert str(point) == "frame 25, the last one wanted"


@pytest.mark.parametrize(
    ("drift", "trimmed", "why"),
    [
        (Drift(soft_frames=3, soft_radius=3.0), 3, "blurred"),
        (Drift(fade_frames=8, fade_to=0.5), 8, "fades"),
    ],
    ids=named,
)
def test_a_bad_tail_is_trimmed(drift: Drift, trimmed: int, why: str) -> None:
    """The latest frame before the fault is the out-point, give or take a frame."""
    point = pick_out_point(take(0, 48, drift).profile)

    assert abs(point.trimmed - trimmed) <= 1
    assert point.frame == 47 - point.trimmed
    assert why in point.why
    assert f"{point.trimmed} before the last one wanted" in str(point)


def test_a_flash_near_the_end_is_passed_over() -> None:
    """A wanted out-point on a flash moves before it."""
    spoiled = take(0, 48, Drift(flash_frame=40, flash_gain=1.2)).profile

    assert pick_out_point(spoiled, 40).frame == 39
    assert pick_out_point(spoiled, 41).frame == 41


def test_bars_that_close_are_passed_over() -> None:
    """Bars that come only at the end are cut off; those of the whole clip stay."""
    closing = np.where(np.arange(48) >= 44, 0.1, 0).astype(np.float32)

    assert pick_out_point(profile(top=closing, bottom=closing)).frame == 43
    assert pick_out_point(profile(top=closing * 0 + 0.1)).frame == 47


def test_a_lamp_switched_off_is_no_fade() -> None:
    """A step of light that has settled is what the author wanted."""
    gain = np.zeros(48, np.float32)
    gain[41] = -0.3

    assert pick_out_point(profile(gain=gain)).frame == 47


def test_where_no_frame_is_better_the_wanted_one_stays() -> None:
    """A blur longer than the ending is told, not cut."""
    sharpness = np.where(np.arange(48) >= 36, 5, 50).astype(np.float32)
    point = pick_out_point(profile(sharpness=sharpness))

    assert (point.frame, point.trimmed, point.sound) == (47, 0, False)
    assert "none of the last frames is better" in str(point)


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    """Draw the numbers of any clip, however wild."""
    frames = draw(st.integers(1, 60))
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    wild = draw(st.sampled_from([0.0, 0.02, 0.5]))

    def column(values: np.ndarray) -> np.ndarray:
        return values.astype(np.float32)

    return profile(
        frames,
        sharpness=column(50 * np.exp(wild * chance.normal(0, 3, frames))),
        gain=column(wild * chance.normal(0, 1, frames)),
        top=column(0.1 * (chance.random(frames) < wild)),
    )


@given(profiles(), st.integers(0, 70))
def test_nothing_after_the_wanted_frame_is_ever_shown(seen: Profile, wanted: int) -> None:
    """Over any numbers the out-point lies within twelve frames before the wanted one."""
    last = min(wanted, len(seen.luma) - 1)
    point = pick_out_point(seen, wanted)

    assert 0 <= point.frame <= last
    assert point.trimmed == last - point.frame < ENDING
    assert bool(point.trimmed) <= bool(point.why)


@given(st.lists(profiles(), min_size=2, max_size=4))
def test_time_never_runs_backwards_in_a_chain(chain: list[Profile]) -> None:
    """Moments shown strictly increase where each take goes on from the other's out-point."""
    shown: list[int] = []
    begins = 0
    for place, seen in enumerate(chain):
        point = pick_out_point(seen)
        # Frame 0 of all but the first take repeats the handoff frame and is not shown.
        shown += range(begins + (place > 0), begins + point.frame + 1)
        begins += point.frame

    assert all(one < other for one, other in pairwise(shown))
    assert shown[-1] == begins or len(shown) == 0
