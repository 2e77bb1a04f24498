"""A share of the fleet campaign on every change: whoever dies, nothing is bought twice or lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import longtake

CAMPAIGN = Path(__file__).parent / "campaigns" / "fleet.py"


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform != "linux", reason="workers are killed and frozen")
def test_workers_are_killed_frozen_and_cut_off() -> None:
    """Five blows at three workers: a film of four chains, no clip sold twice or lost, no limit passed."""
    environment = {**os.environ, "PYTHONPATH": str(Path(longtake.__file__).parents[1])}
    command = [sys.executable, str(CAMPAIGN), "--kills", "5", "--boards", "1"]
    done = subprocess.run(command, env=environment, text=True, capture_output=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 blows" in done.stdout
    assert " 0 faults" in done.stdout
