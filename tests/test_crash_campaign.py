"""A share of the crash campaign on every change: killed clients pay for nothing twice."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import longtake

CAMPAIGN = Path(__file__).parent / "campaigns" / "crash.py"


@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform != "linux", reason="clients are forked and killed")
def test_killed_at_random_instants() -> None:
    """Some sixty kills over real HTTP: no clip sold twice, none lost, every doubt asked."""
    environment = {**os.environ, "PYTHONPATH": str(Path(longtake.__file__).parents[1])}
    command = [sys.executable, CAMPAIGN, "--only-random", "--kills", "30"]
    done = subprocess.run(command, env=environment, text=True, capture_output=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 faults" in done.stdout
