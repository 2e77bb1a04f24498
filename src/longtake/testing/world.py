"""What is true in the simulated world, whatever is answered: tasks, money, pictures, requests.

Faults change answers; they never change this book. It is what the oracles report from.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal

from longtake.testing.clock import Clock
from longtake.testing.faults import Dice
from longtake.testing.movie import ClipOrder
from longtake.testing.scenario import Scenario

Ending = Literal["done", "failed", "moderation", "cancelled", "stuck"]
State = Literal["queued", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True)
class Asked:
    """A request that passed every check: what is to be made, for how much, and by what name.

    `params` with the hashes of its pictures make the request's identity; `mode` is how it begins.
    """

    model: str
    mode: str
    params: Mapping[str, Any]
    order: ClipOrder
    price: Decimal
    seconds: int
    resolution: str
    prompt: str
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fate:
    """What becomes of a task where a fault has decided it.

    `billed` says whether one that fails is paid all the same; None leaves that to its provider.
    """

    ending: Ending = "done"
    message: str = ""
    code: str = ""
    task_s: float | None = None
    charge: Decimal | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    billed: bool | None = None


@dataclass
class Task:
    """One accepted, paid job and all that will come of it."""

    id: str
    file_id: str
    wire: str
    host: str
    key: str
    asked: Asked
    identity: str
    idempotency_key: str
    fate: Fate
    charge: Decimal
    created: float
    starts: float
    ends: float
    order: ClipOrder
    links: int = 0
    revoked: set[str] = field(default_factory=set)
    link: str = ""
    deleted: bool = False

    def state(self, now: float) -> State:
        """Tell where the task stands at a time."""
        if now < self.starts:
            return "queued"
        if now < self.ends or self.fate.ending == "stuck":
            return "running"
        return "failed" if self.fate.ending == "moderation" else self.fate.ending

    def progress(self, now: float) -> int:
        """Give percent done at a time."""
        if self.state(now) in ("done", "failed", "cancelled"):
            return 100
        length = max(self.ends - self.starts, 1e-9)
        return max(0, min(99, int(100 * (now - self.starts) / length)))

    def open(self, now: float) -> bool:
        """Tell whether the task still takes up one of its account's places."""
        return self.state(now) in ("queued", "running")

    def charged(self, now: float) -> Decimal:
        """Give the money gone at a time: what fails or is cancelled is refunded, as a rule."""
        state = self.state(now)
        gone = state == "done" or (state == "failed" and bool(self.fate.billed))
        return self.charge if gone else Decimal(0)

    def cancel(self, now: float) -> None:
        """End the task before it began; nothing is charged for it."""
        self.fate = Fate("cancelled")
        self.starts = self.ends = now

    def held(self, now: float) -> Decimal:
        """Give the money set aside at a time, until the task ends."""
        return self.charge if self.open(now) else Decimal(0)


@dataclass(frozen=True)
class Upload:
    """A picture that was uploaded: where it is to be had, and its bytes' hash."""

    url: str
    sha256: str
    size: int
    key: str
    at: float
    name: str


@dataclass(frozen=True)
class Seen:
    """One request as it arrived, before any fault had its way."""

    at: float
    route: str
    wire: str
    host: str
    key: str
    method: str
    path: str
    authorized: bool
    ignored: tuple[str, ...] = ()


class World:
    """The book of everything that happened since the last reset."""

    def __init__(self, scenario: Scenario, clock: Clock) -> None:
        self.scenario = scenario
        self.clock = clock
        self.dice = Dice(scenario.seed, scenario.faults)
        self.tasks: dict[str, Task] = {}
        self.uploads: dict[str, Upload] = {}
        self.pictures: dict[str, bytes] = {}
        self.checked: dict[str, tuple[int, int]] = {}
        self.seen: list[Seen] = []
        self.played: list[dict[str, Any]] = []
        self.media: list[dict[str, Any]] = []
        self.bucket: list[dict[str, Any]] = []
        self.errors: list[str] = []
        self.rung: list[dict[str, Any]] = []
        self.ignored: Counter[str] = Counter()
        self.peaks: Counter[str] = Counter()
        self.paid_keys: Counter[str] = Counter()
        self.topups: dict[str, Decimal] = {}
        self.replays: dict[tuple[str, str, str], tuple[str, Any]] = {}
        self._by_file: dict[str, Task] = {}
        self._by_link: dict[str, Task] = {}

    def change(self, scenario: Scenario) -> None:
        """Go on under another scenario; the book stays, the faults count from the start."""
        self.scenario = scenario
        self.dice = Dice(scenario.seed, scenario.faults)

    def find(self, name: str) -> Task | None:
        """Find a task by its id, its file's id or the name of one of its links."""
        return self.tasks.get(name) or self._by_file.get(name) or self._by_link.get(name)

    def identity(self, wire: str, asked: Asked) -> str:
        """Hash what was asked for: the same request has the same identity on each submit."""
        said = [wire, asked.model, dict(asked.params), asked.prompt, asked.pictures]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

    def balance(self, key: str) -> Decimal:
        """Give what a key may still spend: its money less what is gone and what is held."""
        now = self.clock.now()
        own = self.scenario.accounts[key].balance + self.topups.get(key, Decimal(0))
        tasks = [task for task in self.tasks.values() if task.key == key]
        return own - sum((t.charged(now) + t.held(now) for t in tasks), Decimal(0))

    def in_flight(self, key: str) -> int:
        """Count the open tasks of a key."""
        now = self.clock.now()
        return sum(task.key == key and task.open(now) for task in self.tasks.values())

    def submits_within(self, key: str, seconds: float = 60.0) -> int:
        """Count the submits of a key in the last seconds, refused ones too."""
        since = self.clock.now() - seconds
        count = 0
        for seen in reversed(self.seen):
            if seen.at <= since:
                break
            count += seen.key == key and seen.route == "submit"
        return count

    def accept(
        self,
        wire: str,
        host: str,
        key: str,
        asked: Asked,
        idempotency_key: str,
        fate: Fate,
        called: Callable[[str], str],
    ) -> Task:
        """Take a job on: from here on it is paid, whatever the client is told.

        `called` makes the task's id of 64 hexadecimal digits that are its own in every run.
        """
        now, scenario = self.clock.now(), self.scenario
        identity = self.identity(wire, asked)
        ordinal = sum(task.identity == identity for task in self.tasks.values())
        number = hashlib.sha256(f"{scenario.seed}/{identity}/{ordinal}".encode()).hexdigest()
        length = fate.task_s
        if length is None:
            length = scenario.task_s_of.get(asked.model, scenario.task_s)
        task = Task(
            id=called(number),
            file_id=f"2{digits_of(number)}",
            wire=wire,
            host=host,
            key=key,
            asked=asked,
            identity=identity,
            idempotency_key=idempotency_key,
            fate=fate,
            charge=asked.price if fate.charge is None else fate.charge,
            created=now,
            starts=now + scenario.queue_s,
            ends=now + scenario.queue_s + length,
            order=self._order(asked, ordinal),
        )
        self.tasks[task.id] = self._by_file[task.file_id] = task
        self.peaks[key] = max(self.peaks[key], self.in_flight(key))
        if idempotency_key:
            self.paid_keys[idempotency_key] += 1
        return task

    def _order(self, asked: Asked, ordinal: int) -> ClipOrder:
        """Say what is rendered for the first, second ... time that the very same is asked for."""
        drifts = self.scenario.drift_of_take
        if not drifts:
            return asked.order
        seed = f"{asked.order.seed} {ordinal}" if ordinal else asked.order.seed
        return replace(asked.order, seed=seed, drift=drifts[ordinal % len(drifts)])

    def fresh_link(self, task: Task) -> tuple[str, float]:
        """Name the link under which a task's clip is to be had, and when it ends.

        The link stays the same while it is good; a new one is made where the scenario renews them.
        """
        now, life = self.clock.now(), self.scenario.url_life_s
        ended = bool(task.link) and (task.link in task.revoked or now >= self._end(task.link))
        if not task.link or (ended and self.scenario.renews):
            task.links += 1
            token = hashlib.sha256(f"{task.id}/{task.links}".encode()).hexdigest()[:32]
            born = now if task.links > 1 else min(now, task.ends)
            task.link = f"{token}-{int((born + life) * 1000)}"
            self._by_link[task.link] = task
        return task.link, self._end(task.link)

    def link_good(self, task: Task, link: str) -> bool:
        """Tell whether a link still leads to its clip."""
        return link not in task.revoked and self.clock.now() < self._end(link)

    @staticmethod
    def _end(link: str) -> float:
        return int(link.rpartition("-")[2]) / 1000


def digits_of(number: str) -> str:
    """Turn hexadecimal digits into the 15 decimal ones of an id."""
    return str(int(number[:12], 16) % 10**15).zfill(15)
