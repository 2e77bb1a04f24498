"""How long four chains of five clips take beside each other, and what lies between two clips.

    python tests/benchmarks/makespan.py

The simulator's tasks take ten seconds, looks come every quarter of one. The critical path is five
tasks; the gap is from "ready at the provider" to "next one submitted" within a chain: look, download,
verify, extract, upload, submit.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from longtake.generate.catalogue import load_offers
from longtake.generate.providers.apimart import PROFILE, open_provider
from longtake.generate.purchase import Till
from longtake.generate.run import Shop, generate_takes
from longtake.plan.compile import compile_plan
from longtake.storyboard.load import load_storyboard
from longtake.testing.serve import Simulator
from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Limits
from longtake.vault.store import Vault

CHAINS, CLIPS = 4, 5


def board(folder: Path) -> Path:
    """Write four chains of five clips."""
    scenes = []
    for chain in range(CHAINS):
        for clip in range(CLIPS):
            start = "" if clip else ", start: fresh"
            start = "" if chain == clip == 0 else start
            scenes.append(
                f'  - {{id: c{chain}-{clip}, prompt: "chain {chain} clip {clip}"{start}}}'
            )
    path = folder / "board.yaml"
    head = "longtake: 1\ntitle: M\nmodel: apimart/MiniMax-Hailuo-2.3\nresolution: 768p\nscenes:\n"
    path.write_text(head + "\n".join(scenes) + "\n")
    return path


def gaps(tasks: list[dict[str, Any]]) -> list[float]:
    """Give the seconds between the end of each clip and the submit of the one that continues it."""
    by_prompt = {task["prompt"].partition(" [")[0]: task for task in tasks}
    return [
        by_prompt[f"chain {c} clip {n + 1}"]["created"] - by_prompt[f"chain {c} clip {n}"]["ends"]
        for c in range(CHAINS)
        for n in range(CLIPS - 1)
    ]


def main() -> int:
    """Run it once and print the ratio and the gaps."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--task", type=float, default=10.0, help="seconds a task takes")
    parser.add_argument("--scale", type=float, default=0.25, help="of the model's canvas")
    options = parser.parse_args()
    scenario = {"task_s": options.task, "scale": options.scale, "render": "early"}
    with Simulator(scenario) as sim, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plan = compile_plan(load_storyboard(board(folder)), load_offers())
        profile = replace(PROFILE, poll_first_s=0.25, poll_most_s=0.25)
        environment = {"APIMART_API_HOST": f"{sim.url}/apimart", "APIMART_API_KEY": "apimart-key"}
        provider = open_provider(environment, profile)
        vault, ledger = Vault(folder / "vault"), Ledger(folder / "ledger.db")
        vault.open()
        ledger.open()
        till = Till(ledger, Limits(8, 1000), "board", time.time)
        began = time.monotonic()
        takes = generate_takes(plan, {"apimart": Shop(provider, vault, till)})
        wall = time.monotonic() - began
        provider.close()
        between = gaps(sim.oracle("tasks"))
    path = CLIPS * options.task
    print(
        f"{len(takes.by_clip)} clips, {len(takes.errors)} errors; {wall:.1f} s against a critical path "
        f"of {path:.0f} s: {wall / path:.3f}x (wanted <= 1.2)"
    )
    print(
        f"ready to next submitted: median {statistics.median(between):.2f} s (wanted <= 1.5), "
        f"most {max(between):.2f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
