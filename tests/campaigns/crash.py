"""Kill the client at every moment and count what was paid.

    python tests/campaigns/crash.py --kills 3000

A real simulator sells clips over HTTP; the client is killed with SIGKILL, at each write of the
ledger in turn (failpoints) or at a random instant, and started again until its board is made. Every
second trial edits the board between runs. What nobody knows is answered as a person would answer it:
by a look at the provider's own list of tasks.

The judge is the simulator: no request may have been sold twice, no sold clip may be missing from the
vault, and the ledger's sums must be the simulator's.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from killing import Blow, arm, exit_code, set_timer

from longtake.buying import bought_takes, the_ledger
from longtake.errors import LongtakeError, OutcomeUnknown
from longtake.events import silent
from longtake.film import make_takes
from longtake.generate.remote import RemoteProvider
from longtake.generate.speech.remote import RemoteSpeaker
from longtake.planning import plan_film
from longtake.project import Project
from longtake.testing.serve import Simulator
from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Purchase
from longtake.vault.voices import VoiceShelf
from longtake.voicing import make_voices
from longtake.wishes import Wishes

SCENARIO = {"task_s": 0.15, "scale": 0.05, "rate": "12", "submit_shape": "list"}
WRITES = ("admit", "sending", "submitted", "done", "not_sent", "failed", "unknown")
BOARD = """longtake: 1
title: Crash
model: {model}
resolution: 768p
film: {{size: 68x38, fps: 12}}
scenes:
  - {{id: a, prompt: "{seed} a lamp is lit", seconds: {seconds}}}
  - {{id: b, prompt: "{seed} {edit} it burns"}}
  - {{id: c, start: fresh, prompt: "{seed} a ship answers"}}
  - {{id: d, prompt: "{seed} it turns away"}}
"""
# Every provider in one board, each clip but the third begun on the one before it.
MIXED = """longtake: 1
title: Crash
film: {{size: 68x38, fps: 12}}
scenes:
  - {{id: a, model: pixazo/hailuo-2-3, prompt: "{seed} a lamp is lit", seconds: {seconds}}}
  - {{id: b, model: apiinone/hailuo-2-3, prompt: "{seed} {edit} it burns"}}
  - {{id: c, model: minimax-v2/MiniMax-H3, start: fresh, prompt: "{seed} a ship answers"}}
  - {{id: d, model: minimax/MiniMax-Hailuo-02, prompt: "{seed} it turns away"}}
  - {{id: e, model: apimart/MiniMax-Hailuo-2.3, prompt: "{seed} it is gone"}}
"""
# With --voices each scene is spoken over, by a voice that is bought before any clip.
SPOKEN = ", voice: openai/alloy, narration: {seed} scene {number}."
DONE, ASKS, FAILED = 0, 6, 1


@dataclass
class Tally:
    """What came of a campaign."""

    trials: int = 0
    kills: int = 0
    edits: int = 0
    asked: int = 0
    exits: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def client(board: Path, blow: Blow | None, forgets: bool) -> None:
    """Buy what the board lacks, in this process; ends it with an exit code, or is killed."""
    hurry()
    if forgets:
        forget_intents()
    if blow and blow.step:
        arm(Ledger, blow.step, blow)
    set_timer(blow)
    try:
        plan, wishes = plan_film(board, Wishes()), Wishes(retakes=2, agreed=True)
        project = Project(board)
        with project.hold():
            if make_voices(plan, project, wishes.purse, wishes.holdings, silent, drawn=False):
                plan = plan_film(board, Wishes())
            make_takes(plan, project, wishes, silent)
    except OutcomeUnknown:
        os._exit(ASKS)
    except LongtakeError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        os._exit(error.exit_code)
    os._exit(DONE)


def hurry() -> None:
    """Look at tasks often and submit without pauses: a simulated task takes a moment, not minutes."""
    for kind in (RemoteProvider, RemoteSpeaker):
        opened: Callable[..., None] = kind.__init__

        def quick(self: Any, *args: Any, opened: Any = opened, **named: Any) -> None:
            opened(self, *args, **named)
            self.per_minute = 100_000

        kind.__init__ = quick  # type: ignore[method-assign]
    RemoteProvider.pause_s = lambda self, elapsed_s, usual_s=None: 0.05  # type: ignore[method-assign]


def forget_intents() -> None:
    """Break the ledger on purpose: of a dead run it knows no more than if it wrote no intents."""
    ledger = the_ledger()
    ledger.open()
    with sqlite3.connect(ledger.path) as db:
        db.execute("DELETE FROM happenings")
        db.execute("DELETE FROM purchases WHERE state IN ('intent', 'sending', 'unknown')")


def answer_as_a_person(simulator: Oracle) -> int:
    """Say of every unknown purchase what the provider's own list of tasks says."""
    ledger, count = the_ledger(), 0
    tasks = simulator.oracle("tasks")
    known = {row.task for row in ledger.purchases()}
    for row in ledger.unfinished():
        if row.state != "unknown":
            continue
        count += 1
        # By what was asked: not every provider is told, or keeps, a key of ours.
        prompt = json.loads(row.request)["prompt"]
        if row.is_speech:
            # What came of a lost answer can be told from how often the text was sold.
            texts = [each for each in ledger.purchases() if each.asked.get("prompt") == prompt]
            had = sum(each.state in ("done", "lost") for each in texts)
            if sum(task["prompt"] == prompt for task in tasks) > had:
                ledger.lost(row.id, "charged, and its answer was lost", time.time())
            else:
                ledger.failed(row.id, "it was not made", time.time())
            continue
        made = [t["id"] for t in tasks if t["prompt"] == prompt and t["id"] not in known]
        if made:
            known.add(made[0])
            ledger.submitted(row.id, made[0], time.time())
        else:
            ledger.failed(row.id, "it was not made", time.time())
    return count


class Oracle:
    """The simulator in a process of its own, so that this one can fork without threads."""

    def __init__(self, scenario: dict[str, Any]) -> None:
        context = multiprocessing.get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_simulate, args=(theirs, scenario), daemon=True)
        self._process.start()
        self.url: str = self._ours.recv()

    def oracle(self, part: str) -> Any:
        """Ask what really happened."""
        self._ours.send(part)
        return self._ours.recv()

    def stop(self) -> None:
        """End the simulator."""
        self._process.terminate()
        self._process.join(10)


def _simulate(pipe: Any, scenario: dict[str, Any]) -> None:
    with Simulator(scenario) as simulator:
        pipe.send(simulator.url)
        while True:
            pipe.send(simulator.oracle(pipe.recv()))


def blows(random_kills: int, writes: tuple[str, ...], chance: random.Random) -> list[Blow]:
    """Give every failpoint of these writes once, then so many random instants."""
    exact = [
        Blow(write, count, after)
        for write, _, only in (each.partition(":") for each in writes)
        for count in ((int(only),) if only else (1, 2, 3, 4, 5))
        for after in (False, True)
    ]
    return exact + [Blow(seconds=chance.uniform(0.05, 1.6)) for _ in range(random_kills)]


def trial(
    number: int,
    blow: Blow,
    folder: Path,
    sim: Oracle,
    options: argparse.Namespace,
    tally: Tally,
) -> None:
    """Make one board under blows until it is done."""
    board = folder / f"t{number}" / "board.yaml"
    board.parent.mkdir()
    words = {"seed": f"t{number}", "edit": "", "seconds": 12, "model": options.model}
    form = MIXED if options.model == "mixed" else BOARD
    if options.voices:
        form = spoken(form)
    board.write_text(form.format(**words))
    code: int | None = None
    for attempt in range(12):
        met = blow if attempt < options.blows else None
        code = exit_code(client, board, met, options.forget_intents)
        tally.exits[code if code is not None else -9] += 1
        tally.kills += code is None
        if code == ASKS:
            tally.asked += answer_as_a_person(sim)
        elif code == DONE and attempt >= 1:
            break
        if attempt == 0 and number % 2:
            tally.edits += 1
            board.write_text(form.format(**{**words, "edit": "edited"}))
    if code != DONE:
        tally.faults.append(f"trial {number} {blow}: ended with {code}")
    tally.trials += 1


def spoken(form: str) -> str:
    """Give a board's form with a narration in each of its scenes."""
    lines = form.splitlines(keepends=True)
    return "".join(
        line[: line.rindex("}}")] + SPOKEN.replace("{number}", str(number)) + "}}\n"
        if line.startswith("  - {{id:")
        else line
        for number, line in enumerate(lines)
    )


def finish(sim: Oracle, tally: Tally) -> None:
    """Answer what is still asked of finished boards' earlier forms, and bring that home as well."""
    tally.asked += answer_as_a_person(sim)
    for board in sorted({row.board for row in the_ledger().unfinished()}):
        code = exit_code(client, Path(board), None, False)
        tally.exits[code if code is not None else -9] += 1


def judge(sim: Oracle, tally: Tally) -> None:
    """Compare the ledger and the vault with what the provider says it sold."""
    submits, sold = sim.oracle("submits"), sim.oracle("tasks")
    rows = the_ledger().purchases()
    voices = {task["identity"] for task in sold if task["mode"] == "speech"}
    twice = [identity for identity in submits["twice"] if identity not in voices]
    if twice:
        tally.faults.append(f"sold twice: {len(twice)}")
    tally.faults += voice_faults(rows, [task for task in sold if task["identity"] in voices])
    tasks = [task for task in sold if task["identity"] not in voices]
    rows = tuple(row for row in rows if not row.is_speech)
    owned = {row.task for row in rows if row.state == "done"}
    lost = [task["id"] for task in tasks if task["id"] not in owned]
    if lost:
        tally.faults.append(f"paid and not in the ledger as done: {len(lost)}")
    vault = bought_takes()
    missing = [row.key for row in rows if row.state == "done" and vault.find(row.key) is None]
    if missing:
        tally.faults.append(f"done and not in the vault: {len(missing)}")
    still_open = Counter(row.state for row in rows if row.is_open)
    if still_open:
        tally.faults.append(f"left open: {dict(still_open)}")


def voice_faults(rows: Sequence[Purchase], sold: list[dict[str, Any]]) -> list[str]:
    """Compare voices: each sale is one that was had, or one whose loss a person has confirmed."""
    faults, shelf = [], VoiceShelf(bought_takes().root)
    paid = Counter(task["prompt"] for task in sold)
    counted = Counter(
        row.asked["prompt"] for row in rows if row.is_speech and row.state in ("done", "lost")
    )
    if paid != counted:
        faults.append(
            f"voices sold {paid - counted} more, {counted - paid} less than the ledger says"
        )
    had = Counter(row.key for row in rows if row.is_speech and row.state == "done")
    if any(number > 1 for number in had.values()):
        faults.append("a voice was had twice")
    missing = [key for key in had if shelf.find(key) is None]
    if missing:
        faults.append(f"voices done and not on the shelf: {len(missing)}")
    return faults


def main() -> int:
    """Run the campaign and print its figures; exit 1 on any fault."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200, help="random kills after the failpoints")
    parser.add_argument("--only-random", action="store_true", help="leave the failpoints out")
    parser.add_argument(
        "--failpoints",
        default=",".join(WRITES),
        help="kill only at these writes, WRITE or WRITE:NTH",
    )
    parser.add_argument(
        "--forget-intents", action="store_true", help="break the ledger: the campaign must find it"
    )
    parser.add_argument("--blows", type=int, default=2, help="runs of a trial that are killed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--model",
        default="apimart/MiniMax-Hailuo-2.3",
        help="or mixed: every provider in one board",
    )
    parser.add_argument("--voices", action="store_true", help="have every scene spoken over")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    writes = () if options.only_random else tuple(options.failpoints.split(","))
    planned = blows(options.kills, writes, chance)
    tally, began = Tally(), time.monotonic()
    sim = Oracle(SCENARIO)
    try:
        with tempfile.TemporaryDirectory(prefix="longtake-crash-") as name:
            set_up(Path(name), sim)
            for number, blow in enumerate(planned):
                trial(number, blow, Path(name), sim, options, tally)
            finish(sim, tally)
            judge(sim, tally)
            paid = sim.oracle("submits")["paid"]
    finally:
        sim.stop()
    print(
        f"{tally.trials} trials, {tally.kills} kills, {tally.edits} edited boards, "
        f"{paid} clips sold, {tally.asked} outcomes asked and answered, "
        f"{len(tally.faults)} faults, {time.monotonic() - began:.0f} s"
    )
    print("client exits:", dict(tally.exits))
    for fault in tally.faults[:20]:
        print("FAULT", fault)
    return 1 if tally.faults else 0


def set_up(folder: Path, sim: Oracle) -> None:
    """Point every client at the simulator and at a home of its own."""
    os.environ |= {
        "LONGTAKE_HOME": str(folder / "home"),
        "APIMART_API_HOST": f"{sim.url}/apimart",
        "APIMART_API_KEY": "apimart-key",
        "MINIMAX_API_HOST": f"{sim.url}/minimax",
        "MINIMAX_API_KEY": "minimax-key",
        "PIXAZO_API_HOST": f"{sim.url}/pixazo",
        "PIXAZO_API_KEY": "pixazo-key",
        "APIINONE_API_HOST": f"{sim.url}/apiinone",
        "APIINONE_API_KEY": "apiinone-key",
        "LONGTAKE_SPEECH_URL": f"{sim.url}/openai/v1",
        "LONGTAKE_SPEECH_KEY": "openai-key",
        "LONGTAKE_SPEECH_PRICE": "15.00 USD",
        "LONGTAKE_UPLOAD_PUT": f"{sim.url}/host/{{name}}",
    }


if __name__ == "__main__":
    sys.exit(main())
