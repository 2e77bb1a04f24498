"""A share of the crash campaign on every change: killed clients pay for nothing twice."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import longtake

CAMPAIGN = Path(__file__).parent / "campaigns" / "crash.py"


def campaign(*options: str) -> subprocess.CompletedProcess[str]:
    """Run the campaign as one would by hand."""
    environment = {**os.environ, "PYTHONPATH": str(Path(longtake.__file__).parents[1])}
    command = [sys.executable, str(CAMPAIGN), *options]
    return subprocess.run(command, env=environment, text=True, capture_output=True, check=False)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform != "linux", reason="clients are forked and killed")
def test_killed_at_random_instants() -> None:
    """Six kills over real HTTP: no clip sold twice, none lost, every doubt asked."""
    done = campaign("--only-random", "--kills", "3")

    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 faults" in done.stdout


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform != "linux", reason="clients are forked and killed")
def test_the_campaign_finds_a_ledger_without_intents() -> None:
    """With the intent rows taken out, a kill between answer and task id sells a clip twice, and shows."""
    done = campaign("--failpoints", "submitted:1", "--kills", "0", "--forget-intents")

    assert done.returncode == 1
    assert "FAULT sold twice" in done.stdout
