"""A share of the thousand joins: bad ones are found, good ones left in peace."""

from __future__ import annotations

import pytest

from benchmarks.joins import run
from longtake.units import Size


@pytest.mark.slow
def test_two_dozen_joins_reach_the_bars() -> None:
    """Drawn, encoded and measured as the benchmark does, smaller and fewer."""
    table = run(24, seed=3, workers=1, size=Size(640, 360))

    assert table.reached, "\n".join(table.lines())
