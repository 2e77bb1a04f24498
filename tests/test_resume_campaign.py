"""A share of the resume campaign on every change: a killed chain hands on the very same pictures."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import longtake

CAMPAIGN = Path(__file__).parent / "campaigns" / "resume.py"


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform != "linux", reason="clients are forked and killed")
def test_killed_around_a_repair() -> None:
    """Between take and decision, decision and handoff, and while rendering: same bytes, same film."""
    environment = {**os.environ, "PYTHONPATH": str(Path(longtake.__file__).parents[1])}
    command = [sys.executable, str(CAMPAIGN), "--kills", "0", "--few"]
    done = subprocess.run(command, env=environment, text=True, capture_output=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 trials, 3 kills; 3 handoff files, 3 decisions" in done.stdout
    assert " 0 faults" in done.stdout
