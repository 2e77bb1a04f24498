"""A repair plan says which frames it touches, and is written, read and hashed alike."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from longtake.seam.fit import SAME, ColourMap
from longtake.seam.plan import Bars, Flash, RepairPlan
from longtake.seam.register import STILL, Move

LIGHTER = ColourMap.of(np.diag([1.02, 1.01, 0.99, 0])[:3])
NOTHING = RepairPlan(47)
FULL = RepairPlan(
    47, 3, LIGHTER, SAME, True, (Flash(9, LIGHTER),), Move(dx=0.01), Move(yy=1.1), 12, refused="no"
)


def test_written_and_read() -> None:
    """A plan survives JSON, whatever order its keys come in; one of a later version is refused."""
    written = json.loads(json.dumps(FULL.as_json(), sort_keys=True))

    assert RepairPlan.from_json(written) == FULL
    assert RepairPlan.from_json(written).sha256 == FULL.sha256
    with pytest.raises(ValueError, match="a later version"):
        RepairPlan.from_json(written | {"version": 0})


def test_hash_names_what_is_done() -> None:
    """Any other picture is another hash; the words of a refusal are not."""
    others = [
        replace(FULL, drop=2),
        replace(FULL, end=LIGHTER),
        replace(FULL, move=STILL),
        replace(FULL, flashes=()),
        replace(FULL, shown=False),
        replace(FULL, bars=Bars(top=0.01)),
    ]

    assert len({plan.sha256 for plan in [FULL, *others]}) == 7
    assert replace(FULL, refused="bars").sha256 == FULL.sha256


def test_only_touched_frames_are_rendered() -> None:
    """Flashes touch single frames, a misplaced start its way to rest, colours all."""
    flashes = (Flash(0, LIGHTER), Flash(1, LIGHTER), Flash(30, LIGHTER))

    assert NOTHING.copyable
    assert replace(NOTHING, flashes=flashes).touched() == ((0, 2), (30, 31))
    assert replace(NOTHING, move=Move(dx=0.01), drop=2).touched() == ((2, 18),)
    assert replace(NOTHING, start=LIGHTER).touched() == ((0, 48),)
    assert replace(NOTHING, drop=5).copyable


def test_colours_too_small_to_be_seen_touch_nothing() -> None:
    """They go into the handoff frame only."""
    plan = replace(NOTHING, start=LIGHTER, end=LIGHTER, shown=False)

    assert plan.copyable
    assert plan.colour(47) == LIGHTER


def test_from_start_to_end() -> None:
    """Colours run from the first frame to the out-point, the place to rest in a few frames."""
    plan = replace(NOTHING, end=LIGHTER, move=Move(dx=0.01), drop=4)

    assert plan.colour(0) == SAME
    assert plan.colour(47) == LIGHTER
    assert plan.place(4) == Move(dx=0.01)
    assert 0.004 < plan.place(12).dx < 0.006
    assert plan.place(20) == plan.place(47) == STILL
