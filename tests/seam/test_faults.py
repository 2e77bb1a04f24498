"""Still lead-ins, flashes and bars are found where they are, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from longtake.seam.faults import find_bars, find_flashes, still_lead_in
from longtake.testing.drift import Drift, Shade
from seam_ends import FRAMES, clip, ends_of, place


@pytest.mark.parametrize("frozen", [0, 1, 5])
def test_still_lead_in_is_counted(frozen: int) -> None:
    """As many frames as only repeat the first one may go."""
    assert still_lead_in(ends_of(clip(Drift(frozen=frozen)))) == frozen


def test_motion_on_twos_is_no_lead_in() -> None:
    """Where every other pair is still, the first one is nothing special."""
    frames = clip()
    twos = [frames[index // 2 * 2] for index in range(FRAMES)]

    assert still_lead_in(ends_of(twos)) == 0


def test_a_static_shot_has_no_lead_in() -> None:
    """Where nothing moves at all, nothing is left out."""
    assert still_lead_in(ends_of(clip(pace=0))) == 0


@pytest.mark.parametrize("frame", [0, 1, 7, 30, 46])
def test_one_frame_that_flashes(frame: int) -> None:
    """It is found at both ends, and its gain taken back."""
    (flash,) = find_flashes(ends_of(clip(Drift(flash_frame=frame, flash_gain=1.1))))

    assert flash.frame == frame
    assert flash.map.red[0] == pytest.approx(1 / 1.1, abs=0.02)


def test_a_head_that_settles() -> None:
    """A flash that dies away over four frames is taken back frame by frame."""
    frames = clip()
    for index in range(4):
        gain = 1 + 0.06 * (1 - index / 4)
        frames[index] = Drift(static=Shade(exposure=gain)).apply(frames[index], 0, 1)
    found = find_flashes(ends_of(frames))

    assert [flash.frame for flash in found] == [0, 1, 2, 3]
    assert found[0].map.green[1] == pytest.approx(1 / 1.06, abs=0.01)


@pytest.mark.parametrize(
    "drift",
    [Drift(), Drift(ramp=Shade(exposure=0.7)), Drift(static=Shade(exposure=1.1)), Drift(frozen=6)],
)
def test_light_that_changes_slowly_is_no_flash(drift: Drift) -> None:
    """Dusk, another exposure and a still start are not evened out."""
    assert find_flashes(ends_of(clip(drift))) == ()


def test_bars() -> None:
    """Bars that were not in the picture sent are measured as parts of a side."""
    found = find_bars(ends_of(clip(Drift(bars=0.12)), place()))

    assert (found.top, found.bottom) == pytest.approx((0.06, 0.06), abs=0.005)
    assert (found.left, found.right) == (0, 0)


def test_a_picture_that_has_bars_itself() -> None:
    """What the author drew is no fault."""
    barred = place().copy()
    barred[:16] = barred[-16:] = 0

    assert find_bars(ends_of(clip(Drift(bars=0.12)), barred)).widest == 0


def test_a_dark_edge_that_passes() -> None:
    """A shadow at one end of the clip only is no bar."""
    frames = clip()
    for planes in frames[:5]:
        planes[0][:20] = 16

    assert find_bars(ends_of(frames, place())).widest == 0
    assert np.all(frames[0][0][:20] == 16)
