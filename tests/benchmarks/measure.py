"""CPU seconds and memory of a process with all its descendants (Linux)."""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

LOOK_S = 0.2
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """What a process tree took: CPU and wall seconds, the peak of its memory, the size it wrote."""

    cpu_s: float
    wall_s: float
    peak_mb: float
    bytes: int = 0


def measure(command: list[str], made: Path) -> Cost:
    """Run a command to its end; an exit code other than 0 ends the benchmark."""
    before = _waited_for()
    begun = time.monotonic()
    peak = cpu = 0.0
    with (
        tempfile.TemporaryFile("w+") as log,
        subprocess.Popen(command, stdout=log, stderr=log) as process,
    ):
        while True:
            tree = _descendants(process.pid)
            peak = max(peak, sum(map(_anonymous_mb, tree)))
            cpu = max(cpu, sum(map(_cpu_s, tree)))
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(LOOK_S)
                break
        if process.returncode:
            log.seek(0)
            raise SystemExit(f"{' '.join(command)} failed\n{log.read()[-2000:]}")
    # The kernel's sum misses children that nobody waited for, the looks miss the last moments.
    cpu = max(cpu, _waited_for() - before)
    return Cost(cpu, time.monotonic() - begun, peak, made.stat().st_size)


def tree_cpu_s() -> float:
    """Give the CPU seconds of this process and all that it started so far."""
    return sum(map(_cpu_s, _descendants(os.getpid())))


def _waited_for() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _descendants(pid: int) -> list[int]:
    found = [pid]
    for process in found:
        with contextlib.suppress(OSError):
            for thread in Path(f"/proc/{process}/task").iterdir():
                found += map(int, (thread / "children").read_text().split())
    return found


def _anonymous_mb(pid: int) -> float:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss_Anon:"):
                return int(line.split()[1]) / 1024
    return 0.0


def _cpu_s(pid: int) -> float:
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return sum(map(int, fields[11:15])) / _TICKS
    return 0.0
