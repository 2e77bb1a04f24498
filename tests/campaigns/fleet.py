"""Kill, freeze and cut the workers of a fleet while it makes films, and count what was paid.

    python tests/campaigns/fleet.py --kills 100 [--s3]

Three workers make six boards with twenty chains of clips; a simulator sells them. Again and again a
worker is killed with SIGKILL and another one started, one is frozen for a while and wakes, or the database
is ended and started. What nobody knows is answered as a person would: by the provider's list of tasks. With
`--s3` the vault lies in a bucket of an S3 server (OpenStack Swift), and every worker has a directory of its
own.

The judge is the simulator: no clip may have been sold twice, none sold may be missing from the vault, at
no moment may the account have held more tasks, or taken more submits, than it allows, nothing may have
been refused as too much, and all films must be there.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from crash import answer_as_a_person  # noqa: E402
from hurried_worker import IN_FLIGHT, SUBMITS, WINDOW_S  # noqa: E402

from longtake.holdings import own_holdings  # noqa: E402
from longtake.testing.serve import Simulator  # noqa: E402
from postgres import Server  # noqa: E402
from swift_server import swift  # noqa: E402
from yards import Worker, Yard  # noqa: E402

WORKERS = 3
# Chains of each board: twenty in all.
CHAINS = (4, 4, 3, 3, 3, 3)
DONE = 0
WORLD = {
    "task_s": 1.0,
    "scale": 0.03,
    "rate": "12",
    "accounts": {"apimart-key": {"host": "apimart", "in_flight": IN_FLIGHT}},
}
# A client that is not done after so many starts never will be.
_STARTS = 40
_PATIENCE_S = 900.0


@dataclass
class Tally:
    """What was done to the fleet, and what was wrong."""

    done: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    exits: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)

    @property
    def blows(self) -> int:
        """Count all that was done."""
        return sum(self.done.values())


class Trial:
    """A fleet that is treated badly."""

    def __init__(
        self, folder: Path, server: Server, sim: Simulator, seed: int, vault: str = ""
    ) -> None:
        self.tally = Tally()
        self._chance = random.Random(seed)
        self._server = server
        self._sim = sim
        program = str(HERE / "hurried_worker.py")
        self.yard = Yard(folder, server.database(), sim, vault, worker_program=program)
        os.environ |= self.yard.variables
        self._workers: list[Worker] = []
        self._frozen: list[tuple[float, Worker]] = []

    def run(self, kills: int, boards: list[Path]) -> None:
        """Have the films made, whatever happens."""
        self._workers = self._workers or [self.yard.worker() for _ in range(WORKERS)]
        until = time.monotonic() + _PATIENCE_S
        for _ in range(_STARTS):
            words = [*map(str, boards), "--fleet", "--quality", "draft", "--budget", "50 USD"]
            log = self.yard.folder / "client.jsonl"
            client = self.yard.start_verb("make", *words, "--json", log=log)
            while client.poll() is None and time.monotonic() < until:
                time.sleep(self._chance.uniform(0.5, 2.5))
                self._thaw()
                if self.tally.blows < kills:
                    self._strike()
            if client.poll() is None:
                self.tally.faults.append("a client was not done in time")
                return
            self.tally.exits[client.returncode] += 1
            if client.returncode == DONE:
                return
            self.tally.ends += [line for line in log.read_text().splitlines() if '"error"' in line]
            self.tally.asked += answer_as_a_person(self._sim)
        self.tally.faults.append("the films were never all done")

    def judge(self, boards: list[Path]) -> None:
        """Compare what the simulator sold with what the fleet has."""
        faults, sim = self.tally.faults, self._sim
        submits = sim.oracle("submits")
        faults += [f"sold twice: {key[:12]}" for key in submits["twice"]]
        if submits["requests"] != submits["paid"]:
            faults.append(f"{submits['requests'] - submits['paid']} submits were refused")
        holdings = own_holdings()
        rows = holdings.ledger.purchases()
        kept = {row.task for row in rows if row.state == "done" and holdings.vault.find(row.key)}
        lost = {task["id"] for task in sim.oracle("tasks")} - kept
        faults += [f"sold and not in the vault: {task}" for task in sorted(lost)]
        peak = max(sim.oracle("in_flight")["peak"].values(), default=0)
        if peak > IN_FLIGHT:
            faults.append(f"{peak} tasks at once, {IN_FLIGHT} are allowed")
        most = busiest([seen.at for seen in sim.stage.world.seen if seen.route == "submit"])
        if most > SUBMITS:
            faults.append(f"{most} submits in {WINDOW_S:g} s, {SUBMITS} are allowed")
        films = [board.parent / "films" / board.stem / "film.mp4" for board in boards]
        faults += [f"no film of {film.parent.name}" for film in films if not film.is_file()]

    def _strike(self) -> None:
        blow = self._chance.choices(("kill", "freeze", "restart"), (6, 3, 1))[0]
        self.tally.done[blow] += 1
        awake = [each for each in self._workers if each not in [w for _, w in self._frozen]]
        if blow == "restart":
            self._server.stop(signal.SIGQUIT)
            time.sleep(self._chance.uniform(0.0, 1.0))
            self._server.start()
        elif blow == "freeze" and len(awake) > 1:
            worker = self._chance.choice(awake)
            worker.freeze()
            self._frozen.append((time.monotonic() + self._chance.uniform(1.0, 6.0), worker))
        else:
            worker = self._chance.choice(self._workers)
            worker.kill()
            self._frozen = [each for each in self._frozen if each[1] is not worker]
            self._workers.remove(worker)
            self._workers.append(self.yard.worker(wait=False))

    def _thaw(self) -> None:
        for each in [each for each in self._frozen if each[0] < time.monotonic()]:
            self._frozen.remove(each)
            each[1].thaw()


def busiest(times: list[float]) -> int:
    """Count the most submits within any window of the account."""
    first = most = 0
    for last, at in enumerate(times):
        # To the millisecond: the two clocks are not one.
        while times[first] <= at - WINDOW_S + 0.001:
            first += 1
        most = max(most, last - first + 1)
    return most


def board_text(number: int, chains: int) -> str:
    """Write a board of so many chains, each of two clips."""
    scenes = [
        f'  - {{id: s{chain}, start: fresh, prompt: "board {number} chain {chain}", seconds: 12}}'
        for chain in range(chains)
    ]
    head = "longtake: 1\ntitle: Night\nmodel: apimart/MiniMax-Hailuo-2.3\nresolution: 768p\n"
    return f"{head}film: {{size: 68x38, fps: 12}}\nscenes:\n" + "\n".join(scenes) + "\n"


def _bucket(folder: Path, stack: ExitStack) -> str:
    """Serve a bucket until the stack ends; gives its address, and its keys to all processes."""
    store = stack.enter_context(swift(folder / "swift"))
    os.environ |= store.variables
    return store.url


def main() -> int:
    """Run the campaign and print its figures; exit 1 on any fault."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=20, help="blows: kills, freezes, restarts")
    parser.add_argument("--boards", type=int, default=len(CHAINS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--s3", action="store_true", help="keep the vault on an S3 server")
    options = parser.parse_args()
    # A server that is cut off keeps what it has answered for: no setting may take that from it.
    began, server = time.monotonic(), Server("synchronous_commit=on")
    chains = CHAINS[: options.boards]
    folder = tempfile.TemporaryDirectory(prefix="longtake-fleet-")
    with folder as name, ExitStack() as stack, Simulator(WORLD) as sim:
        vault = f"{_bucket(Path(name), stack)}/night" if options.s3 else ""
        trial = Trial(Path(name), server, sim, options.seed, vault)
        boards = [
            trial.yard.board(board_text(number, many), f"board-{number}")
            for number, many in enumerate(chains)
        ]
        try:
            trial.run(options.kills, boards)
            trial.judge(boards)
            while trial.tally.blows < options.kills and not trial.tally.faults:
                # The films were done before all blows had fallen: another night.
                more = [
                    trial.yard.board(board_text(number, many), f"board-{number}")
                    for number, many in enumerate(chains, start=len(boards))
                ]
                boards += more
                trial.run(options.kills, more)
                trial.judge(boards)
        finally:
            trial.yard.close()
            server.close()
        paid = sim.oracle("submits")["paid"]
    tally, nights = trial.tally, len(boards) // len(chains)
    print(
        f"{len(boards)} boards, {nights * sum(chains)} chains, {paid} clips sold, {tally.blows} blows, "
        f"{tally.asked} outcomes asked and answered, {len(tally.faults)} faults, "
        f"{time.monotonic() - began:.0f} s"
    )
    print("blows:", dict(tally.done), "client exits:", dict(tally.exits))
    for line in tally.ends[:20]:
        print("a client ended:", line[:500])
    for fault in tally.faults[:20]:
        print("FAULT", fault)
    return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
