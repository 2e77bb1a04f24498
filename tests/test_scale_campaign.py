"""A share of the scale campaign on every change: a night of boards in virtual time breaks no promise."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import longtake
from postgres import Server

CAMPAIGN = Path(__file__).parent / "campaigns" / "scale.py"


def test_a_small_night(postgres: Server) -> None:
    """No account is overrun by its provider's own count, no clip is sold twice, all are made."""
    environment = {**os.environ, "PYTHONPATH": str(Path(longtake.__file__).parents[1])}
    command = [sys.executable, str(CAMPAIGN), "--at", postgres.database()]
    done = subprocess.run(command, env=environment, text=True, capture_output=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "| 120 |" in done.stdout
    assert "0 faults" in done.stdout
