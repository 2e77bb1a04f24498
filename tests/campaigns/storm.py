"""A thousand jobs in a storm: faults on every endpoint, every provider, one ledger, one budget.

    python tests/campaigns/storm.py --jobs 1000 --faults 0.3 [--providers apimart,pixazo]

Jobs are bought through the real provider code and the real ledger, several processes' worth of
coroutines at once; the simulator, which plays the faults, is the judge: nothing sold twice, never more
in flight or a minute than allowed, never more charged than the budget.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from PIL import Image

from longtake.errors import LongtakeError
from longtake.files import sha256_of
from longtake.generate.clip import Desk
from longtake.generate.collect import Till
from longtake.generate.provider import Request
from longtake.generate.purchase import ensure_bought
from longtake.generate.registry import open_provider
from longtake.plan.job import ClipJob
from longtake.testing.scenario import Scenario, storm
from longtake.testing.serve import Simulator
from longtake.units import FrameRate, Money, Size
from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Limits
from longtake.vault.store import Vault

IN_FLIGHT = 20
PRICE = Money(Decimal("0.01"))


PROVIDERS = "apimart,minimax,minimax-v2,pixazo,apiinone"


def job(number: int, provider: str, first: Path) -> tuple[ClipJob, Request]:
    """Give one job of the simulator's tiny model, unlike all others."""
    prompt = f"clip {number}"
    request = Request("sim-tiny", "36p", 1, 24, Size(64, 36), FrameRate.parse(24), prompt)
    if provider == "apiinone":
        # It makes clips from a picture only.
        request = replace(request, first=first, first_sha256=sha256_of(first))
    made = ClipJob(
        id=f"c{number}",
        scene="s",
        shot=f"c{number}",
        offer=f"{provider}/sim-tiny",
        draws=False,
        resolution="36p",
        canvas=Size(64, 36),
        seconds=1,
        frames=24,
        out_frame=23,
        prompt=prompt,
        camera=(),
        card={},
        first=None,
        last=None,
        price=PRICE,
        parts={},
        recipe=prompt,
    )
    return made, request


async def storm_over(jobs: int, shops: list[tuple[Desk, Till]], first: Path) -> Counter[str]:
    """Buy all jobs at once, in turn from each shop; gives how many ended how."""
    gate = asyncio.Semaphore(60)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(64))

    async def one(number: int) -> str:
        desk, till = shops[number % len(shops)]
        async with gate:
            try:
                await ensure_bought(*job(number, desk.provider.name, first), desk, till)
            except LongtakeError as error:
                return type(error).__name__
        return "done"

    return Counter(await asyncio.gather(*(one(number) for number in range(jobs))))


def main() -> int:
    """Run the storm and print its figures; exit 1 on any fault."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--faults", type=float, default=0.3)
    parser.add_argument("--budget", type=Decimal, default=Decimal("8.00"))
    parser.add_argument("--providers", default=PROVIDERS)
    options = parser.parse_args()
    faults, began = [], time.monotonic()
    scenario = Scenario(task_s=0.05, faults=storm(options.faults))
    with Simulator(scenario) as sim, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {"LONGTAKE_UPLOAD_PUT": f"{sim.url}/host/{{name}}"}
        for host in ("apimart", "minimax", "pixazo", "apiinone"):
            environment |= {
                f"{host.upper()}_API_HOST": f"{sim.url}/{host}",
                f"{host.upper()}_API_KEY": f"{host}-key",
            }
        first = folder / "first.png"
        Image.new("RGB", (64, 36), "teal").save(first)
        vault, ledger = Vault(folder / "vault"), Ledger(folder / "ledger.db")
        vault.open()
        ledger.open()
        limits = Limits(IN_FLIGHT, 100_000, board_budget=Money(options.budget), unknown_s=3.0)

        async def pause(seconds: float) -> None:
            await asyncio.sleep(min(seconds, 0.05))

        till = Till(ledger, limits, "storm", time.time)
        with contextlib.ExitStack() as open_ones:
            shops = []
            for name_ in options.providers.split(","):
                provider = open_provider(name_, environment)
                provider._rest = lambda seconds: None
                open_ones.callback(provider.close)
                shops.append((Desk(provider, vault, pause), till))
            ends = asyncio.run(storm_over(options.jobs, shops, first))
        submits, money = sim.oracle("submits"), sim.oracle("money")
        flight, errors = sim.oracle("in_flight"), sim.oracle("errors")
        states = Counter(row.state for row in ledger.purchases())
    if submits["twice"]:
        faults.append(f"sold twice: {len(submits['twice'])}")
    if Decimal(money["committed"]) > options.budget:
        faults.append(f"{money['committed']} charged, {options.budget} allowed")
    if max(flight["peak"].values(), default=0) > IN_FLIGHT:
        faults.append(f"{flight['peak']} in flight, {IN_FLIGHT} allowed")
    if errors:
        faults.append(f"the simulator failed itself: {errors[:2]}")
    print(
        f"{options.jobs} jobs at {options.faults:.0%} faults: {dict(ends)}; "
        f"{submits['paid']} sold, {len(submits['twice'])} twice; ledger {dict(states)}; "
        f"charged {money['charged']} of {options.budget}; in flight {flight['peak']}; {time.monotonic() - began:.0f} s"
    )
    for fault in faults:
        print("FAULT", fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
