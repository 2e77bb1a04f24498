"""Takes of a clip are ranked by what an author would see first, and each reason is said."""

from __future__ import annotations

import pytest

from longtake.seam.rank import TakeMarks, mark_take, rank_takes
from longtake.testing.drift import FAITHFUL, Drift, Shade
from seam.takes import FRAMES, MEET, moment, scanned, take

GOOD = ("begins on the handoff frame", "sharp")


def marks(drift: Drift = FAITHFUL, seed: int = 0) -> TakeMarks:
    """Measure a take that was asked to begin where takes meet and to end on its own last moment."""
    drawn = take(MEET, drift=drift, drawn=lambda at: moment(at, seed))
    first = take(MEET).look(0)
    return mark_take(drawn, FRAMES - 1, first=first)


@pytest.mark.parametrize(
    ("drift", "said"),
    [
        (Drift(static=Shade(exposure=1.06)), "begins lighter (dE"),
        (Drift(static=Shade(warmth=8)), "begins in other colours (dE"),
        (Drift(flash_frame=12), "flashes at frame 12"),
        (Drift(frozen=6), "stands still for 6 frames"),
        (Drift(blur=2.0), "softer ("),
        (Drift(soft_frames=3), "its end is blurred"),
        (Drift(ramp=Shade(exposure=0.9)), "9 % darker at the end"),
        (Drift(ramp=Shade(saturation=1.4)), " % more colourful at the end"),
    ],
)
def test_a_spoiled_take_is_behind_a_good_one_and_says_why(drift: Drift, said: str) -> None:
    """Whichever was made first."""
    spoiled, good = rank_takes([marks(drift), marks()])

    assert (spoiled.place, good.place, good.reasons) == (2, 1, GOOD)
    assert any(said in reason for reason in spoiled.reasons), spoiled.reasons


def test_a_take_that_begins_elsewhere_is_behind_all_others() -> None:
    """Nothing weighs more: it does not belong to the chain."""
    faults = Drift(flash_frame=12, frozen=6, blur=2.0, ramp=Shade(exposure=0.7))
    elsewhere, bad = rank_takes([marks(seed=7), marks(faults)])

    assert (elsewhere.place, bad.place) == (2, 1)
    assert elsewhere.reasons[0] == "begins on another picture than the frame it was given"


def test_of_two_alike_the_earlier_is_the_better() -> None:
    """A rank without a difference keeps the order of making."""
    assert [each.place for each in rank_takes([marks(), marks(), marks()])] == [1, 2, 3]
    assert rank_takes([]) == ()


def test_a_wanted_change_of_light_counts_for_nothing() -> None:
    """`lighting: changes` says that it belongs to the shot."""
    faded = [marks(Drift(ramp=Shade(exposure=0.9))), marks()]
    first, second = rank_takes(faded, steady=False)

    assert (first.place, second.place, first.reasons) == (1, 2, GOOD)


def test_what_every_take_does_is_the_shot_s_own() -> None:
    """A camera that goes into the dark darkens all of them."""
    darker = Drift(ramp=Shade(exposure=0.8))

    assert [each.reasons for each in rank_takes([marks(darker), marks(darker)])] == [GOOD, GOOD]


def test_a_take_is_held_against_the_frame_it_was_to_end_on() -> None:
    """Where it was given one."""
    scan = take(MEET)
    there, beside = (
        mark_take(scan, FRAMES - 1, last=scanned([moment(at)]).look(0))
        for at in (MEET + FRAMES - 1, MEET + FRAMES + 1)
    )
    good, bad = rank_takes([there, beside])

    assert good.reasons[0] == "ends on the frame it was asked to end on"
    assert bad.place == 2
    assert bad.reasons[0].startswith("ends ")
    assert bad.reasons[0] != good.reasons[0]
