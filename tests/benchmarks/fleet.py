"""How much sooner a film is there with more workers, and what a clip costs more than here.

    python tests/benchmarks/fleet.py

Two loads: one bound by encoding (large pictures, a provider that answers at once, each worker with one
processor of its own), one bound by the provider (small pictures, slow tasks, few places). Ratios are to one
worker in the same run. Last the same small film here and by one worker: seconds of processor for each clip.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "src")]

from longtake.testing.serve import Simulator  # noqa: E402
from postgres import Server  # noqa: E402
from yards import Yard  # noqa: E402

PROGRAM = str(HERE.parent / "campaigns" / "hurried_worker.py")
ENCODE: Mapping[str, Any] = {"task_s": 0.05, "scale": 0.5}
PROVIDER: Mapping[str, Any] = {"task_s": 6.0, "scale": 0.05}


def board_text(name: str, scenes: int, size: str) -> str:
    """Write a board of chains of one clip."""
    rows = [
        f'  - {{id: s{n}, start: fresh, prompt: "{name} {n}", seconds: 6}}' for n in range(scenes)
    ]
    head = "longtake: 1\ntitle: Speed\nmodel: apimart/MiniMax-Hailuo-2.3\nresolution: 768p\n"
    return f"{head}film: {{size: {size}}}\nscenes:\n" + "\n".join(rows) + "\n"


def makespan(server: Server, scenario: Mapping[str, Any], text: str, workers: int) -> float:
    """Give the seconds from sending a board to its film, with so many workers that wait for it."""
    with (
        tempfile.TemporaryDirectory(prefix="longtake-speed-") as name,
        Simulator({**scenario, "render": "early"}) as sim,
    ):
        yard = Yard(Path(name), server.database(), sim, worker_program=PROGRAM)
        try:
            for _ in range(workers):
                yard.worker("--cores", "1")
            board = yard.board(text)
            began = time.monotonic()
            done = yard.make(board, "--yes")
            if done.returncode:
                raise RuntimeError(done.stderr)
            return time.monotonic() - began
        finally:
            yard.close()


def processor_s() -> float:
    """Give the seconds of processor of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def overhead(server: Server, clips: int) -> tuple[float, float]:
    """Give the seconds of processor for each clip of a film: made here, and by one worker."""
    with (
        tempfile.TemporaryDirectory(prefix="longtake-speed-") as name,
        Simulator({"task_s": 0.05, "scale": 0.05, "render": "early"}) as sim,
    ):
        yard = Yard(Path(name), server.database(), sim, worker_program=PROGRAM)
        text = board_text("same", clips, "68x38")
        before = processor_s()
        here = yard.here(yard.board(text, "here"), Path(name) / "own")
        own = processor_s() - before
        try:
            # As it is by default: how often it looks and says that it lives is what an idle worker costs.
            worker = yard.worker("--beat", "2", "--dead-after", "15", "--poll", "0.5")
            before = processor_s()
            there = yard.make(yard.board(text, "there"), "--yes")
            worker.end()
            fleet = processor_s() - before
        finally:
            yard.close()
        if here.returncode or there.returncode:
            raise RuntimeError(here.stderr + there.stderr)
        return own / clips, fleet / clips


def main() -> None:
    """Print every ratio."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--clips", type=int, default=12)
    options = parser.parse_args()
    server = Server("fsync=off")
    loads = (
        ("bound by encoding", ENCODE, board_text("encode", options.clips, "1280x720")),
        ("bound by the provider", PROVIDER, board_text("provider", options.clips, "68x38")),
    )
    try:
        for name, scenario, text in loads:
            alone = 0.0
            for workers in range(1, options.workers + 1):
                taken = makespan(server, scenario, text, workers)
                alone = alone or taken
                print(
                    f"{name}: {workers} workers {taken:6.1f} s, {alone / taken:4.2f}x", flush=True
                )
        own, fleet = overhead(server, options.clips)
        print(f"processor a clip: here {own:.2f} s, by a worker {fleet:.2f} s, {fleet / own:.2f}x")
    finally:
        server.close()


if __name__ == "__main__":
    main()
