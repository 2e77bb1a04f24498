"""Colour difference, against the pairs that its authors published."""

from __future__ import annotations

import numpy as np
import pytest

from longtake.seam.lab import delta_e, to_lab

# Sharma, Wu, Dalal 2005: two colours in L*a*b* and their CIEDE2000.
PAIRS = [
    ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
    ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
    ((50, 2.5, 0), (73, 25, -18), 27.1492),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((90.8027, -2.0831, 1.4410), (91.1528, -1.6435, 0.0447), 1.4441),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


@pytest.mark.parametrize(("one", "other", "expected"), PAIRS)
def test_published_pairs(one: tuple[float, ...], other: tuple[float, ...], expected: float) -> None:
    """The difference is the published one, in either order."""
    first, second = (np.array([colour], np.float32) for colour in (one, other))

    assert delta_e(first, second)[0] == pytest.approx(expected, abs=2e-3)
    assert delta_e(second, first)[0] == pytest.approx(expected, abs=2e-3)


def test_white_and_red() -> None:
    """sRGB white is 100, 0, 0 and red has its known place."""
    lab = to_lab(np.array([[255, 255, 255], [255, 0, 0]], np.float32))

    assert lab[0] == pytest.approx([100, 0, 0], abs=0.05)
    assert lab[1] == pytest.approx([53.24, 80.09, 67.20], abs=0.1)
