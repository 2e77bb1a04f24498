"""Worker processes stand back where they are told to."""

from __future__ import annotations

import os

import pytest

from longtake.media.workers import worker_pool


@pytest.mark.skipif(not hasattr(os, "nice"), reason="there is no such number here")
def test_nice_workers_stand_back() -> None:
    """A nice worker's number is higher than its parent's by just so much."""
    with worker_pool(1, nice=3) as pool:
        assert pool.submit(os.nice, 0).result() == min(19, os.nice(0) + 3)
