"""How long four chains of five clips take beside each other, and what lies between two clips.

    python tests/benchmarks/makespan.py
    python tests/benchmarks/makespan.py --poll 15 --webhook --wanted 1.0

The simulator's tasks take ten seconds, looks come every quarter of one, or seldom where the provider
calls. The critical path is five tasks; the gap is from "ready at the provider" to "next one submitted"
within a chain: look, download, verify, extract, upload, submit.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from longtake.generate.catalogue import load_offers
from longtake.generate.collect import Till
from longtake.generate.doorbell import Doorbell
from longtake.generate.ensure import Shop
from longtake.generate.places import Webhook
from longtake.generate.providers.apimart import PROFILE, open_provider
from longtake.generate.run import Takes, generate_takes
from longtake.generate.webhook import Receiver
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


def measured(options: argparse.Namespace) -> tuple[Takes, float, list[float]]:
    """Make the film once; gives its takes, the seconds it took, and the gaps."""
    scenario = {"task_s": options.task, "scale": options.scale, "render": "early"}
    with contextlib.ExitStack() as stack:
        sim = stack.enter_context(Simulator(scenario))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        plan = compile_plan(load_storyboard(board(folder)), load_offers())
        profile = replace(PROFILE, poll_first_s=options.poll, poll_most_s=options.poll)
        environment = {"APIMART_API_HOST": f"{sim.url}/apimart", "APIMART_API_KEY": "apimart-key"}
        provider = open_provider(environment, profile)
        stack.callback(provider.close)
        bell = None
        if options.webhook:
            webhook = Webhook(f"http://127.0.0.1:{options.port}", port=options.port)
            receiver = stack.enter_context(Receiver(webhook, Doorbell()))
            receiver.invite(provider)
            bell = receiver.bell
        vault, ledger = Vault(folder / "vault"), Ledger(folder / "ledger.db")
        vault.open()
        ledger.open()
        till = Till(ledger, Limits(8, 1000), "board", time.time)
        began = time.monotonic()
        takes = generate_takes(plan, {"apimart": Shop(provider, vault, till)}, bell=bell)
        return takes, time.monotonic() - began, gaps(sim.oracle("tasks"))


def main() -> int:
    """Run it once and print the ratio and the gaps; exit 1 where the median gap is too long."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--task", type=float, default=10.0, help="seconds a task takes")
    parser.add_argument("--scale", type=float, default=0.25, help="of the model's canvas")
    parser.add_argument("--poll", type=float, default=0.25, help="seconds between two looks")
    parser.add_argument("--webhook", action="store_true", help="have the provider call")
    parser.add_argument("--port", type=int, default=8443, help="where it calls")
    parser.add_argument("--wanted", type=float, default=1.5, help="seconds of the median gap")
    options = parser.parse_args()
    takes, wall, between = measured(options)
    path, median = CLIPS * options.task, statistics.median(between)
    print(
        f"{len(takes.by_clip)} clips, {len(takes.errors)} errors; {wall:.1f} s against a critical path "
        f"of {path:.0f} s: {wall / path:.3f}x (wanted <= 1.2)"
    )
    print(
        f"ready to next submitted: median {median:.2f} s (wanted <= {options.wanted}), "
        f"most {max(between):.2f} s"
    )
    return 1 if takes.errors or median > options.wanted else 0


if __name__ == "__main__":
    sys.exit(main())
