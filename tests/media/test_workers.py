"""Worker processes stand back where they are told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from longtake.media.workers import worker_pool


@pytest.mark.skipif(not hasattr(os, "nice"), reason="there is no such number here")
def test_nice_workers_stand_back() -> None:
    """A nice worker's number is higher than its parent's by just so much."""
    with worker_pool(1, nice=3) as pool:
        assert pool.submit(os.nice, 0).result() == min(19, os.nice(0) + 3)


def test_no_worker_outlives_a_parent_that_is_killed_while_it_starts() -> None:
    """The pipe of a killed process closes: no worker that was just starting holds it open."""
    script = (
        "import os, signal, time\n"
        "from longtake.media.workers import worker_pool\n"
        "if __name__ == '__main__':\n"
        "    worker_pool(2).submit(time.sleep, 600)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "killed.py"
        path.write_text(script)
        done = subprocess.run([sys.executable, str(path)], capture_output=True, timeout=120)
    assert done.returncode == -signal.SIGKILL
