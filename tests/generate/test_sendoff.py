"""A machine that slept between writing and sending does not send: others have asked about it since."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

import longtake
from longtake.generate.collect import Till
from longtake.generate.sendoff import SEND_WITHIN_S, awake_s
from longtake.testing.serve import Simulator
from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Purchase
from sellers import Shop


class Watch:
    """A clock that stands where it is set."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Dozing(Ledger):
    """A ledger whose machine falls asleep right after it wrote that a request goes out."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.watch, self.is_tired = Watch(), True

    def sending(self, purchase: Purchase, now: float) -> bool:
        own = super().sending(purchase, now)
        if self.is_tired:
            self.is_tired = False
            self.watch.now += SEND_WITHIN_S + 1
            self.meanwhile(purchase)
        return own

    def meanwhile(self, purchase: Purchase) -> None:
        """Nobody looks while it sleeps."""


class Doubted(Dozing):
    """Another worker takes it for dead meanwhile."""

    def meanwhile(self, purchase: Purchase) -> None:
        assert self.abandoned(self.get(purchase.id), 1000.0).state == "unknown"


class SleepyShop(Shop):
    """A shop on a machine that falls asleep once."""

    kind: type[Dozing] = Dozing

    def open_till(self, board: str = "board") -> Till:
        till = super().open_till(board)
        ledger = self.kind(self.folder / "ledger.db")
        return replace(till, ledger=ledger, awake=ledger.watch)


@pytest.mark.parametrize(("kind", "states"), [(Dozing, ["done"]), (Doubted, ["failed", "done"])])
def test_who_slept_sends_once_and_later(
    tmp_path: Path, kind: type[Dozing], states: list[str]
) -> None:
    """The first moment is gone and says so; the clip is bought in the next, by whoever is first."""
    shop = SleepyShop(tmp_path)
    shop.kind = kind
    shop.buy()

    assert shop.states == states
    assert len(shop.seller.sold) == 1


SLEEPER = """
import os, signal, sys
from pathlib import Path
from longtake.errors import Unreachable
from longtake.generate import http, sendoff
from longtake.generate.provider import Request
from longtake.generate.registry import open_provider
from longtake.units import FrameRate, Money, Size
from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Limits, Order

def sleeps_after(owner, name, event):
    real = getattr(owner, name)
    def dozing(*args):
        answer = real(*args)
        if event in (None, args[1]):
            os.kill(os.getpid(), signal.SIGSTOP)
        return answer
    setattr(owner, name, dozing)

ledger = Ledger(Path(sys.argv[1]) / "ledger.db")
ledger.open()
provider = open_provider("apimart", os.environ)
asked = Request("MiniMax-Hailuo-2.3", "768p", 6, 144, Size(1366, 768), FrameRate.parse(24), "a lamp")
price = Money.parse("0.30 USD")
order = Order("k", "apimart", provider.account, asked.model, 6, "b", "a", "r", "{}", price)
row = ledger.admit(order, Limits(5, 100), 0.0).purchase
provider.prepare(asked)
if sys.argv[2] == "written":
    sleeps_after(Ledger, "sending", None)
else:
    sleeps_after(http._Watch, "trace", "connection.connect_tcp.complete")
try:
    with sendoff.leaving(ledger, row, 0.0, within_s=float(sys.argv[3])):
        ledger.submitted(row.id, provider.submit(asked, row.nonce), 0.0)
except Unreachable as error:
    ledger.not_sent(row.id, error.message, 0.0)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a child is stopped and watched")
@pytest.mark.parametrize("moment", ["written", "connected"])
@pytest.mark.parametrize(("within_s", "sold", "state"), [(0.1, 0, "failed"), (600, 1, "submitted")])
def test_a_process_that_is_stopped_before_it_sends(
    tmp_path: Path, moment: str, within_s: float, sold: int, state: str
) -> None:
    """Frozen for too long between writing and its first byte, it sends nothing; for a moment only, it does."""
    with Simulator({"task_s": 0.02}) as sim:
        environment = {
            **os.environ,
            "PYTHONPATH": str(Path(longtake.__file__).parents[1]),
            "APIMART_API_HOST": f"{sim.url}/apimart",
            "APIMART_API_KEY": "apimart-key",
        }
        command = [sys.executable, "-c", SLEEPER, str(tmp_path), moment, str(within_s)]
        child = subprocess.Popen(command, env=environment)
        os.waitpid(child.pid, os.WUNTRACED)
        until = awake_s() + 0.1
        ledger = Ledger(tmp_path / "ledger.db")
        assert ledger.abandoned(ledger.get(1), 1.0).state == "unknown"
        while awake_s() <= until:
            # Real time must pass: it is the clock of the machine that is asked.
            time.sleep(0.01)
        child.send_signal(signal.SIGCONT)
        child.wait(60)
        tasks = sim.oracle("tasks")

    assert (len(tasks), ledger.get(1).state) == (sold, state)
