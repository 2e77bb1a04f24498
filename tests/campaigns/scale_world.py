"""A night of many boards in virtual time: workers ask the real ledger, providers only let time pass."""

from __future__ import annotations

import hashlib
import heapq
import json
import random
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count

from longtake.units import Money
from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Admitted, Limits, NoRoom, Order, Purchase

PRICE = Money(Decimal("0.28"))
# What lies around a task: frames are prepared, the answer comes, the clip is brought home and checked.
_PREPARE_S, _ANSWER_S, _HOME_S = 0.5, 1.5, 5.0
# As the walker does: never longer than this, and never all at once.
_LONGEST_WAIT_S, _SCATTER = 5.0, 1.2


@dataclass(frozen=True)
class Kind:
    """A provider account: what it allows, and how long its tasks take."""

    name: str
    in_flight: int
    per_minute: int
    task_s: tuple[float, float]

    @property
    def clips_an_hour(self) -> float:
        """How many clips it can make at most, were it asked without a pause."""
        held_s = _PREPARE_S + _ANSWER_S + sum(self.task_s) / 2 + _HOME_S
        return min(self.per_minute * 60, self.in_flight * 3600 / held_s)


@dataclass
class Board:
    """A film to be: its chains of clips, and when what happened to it."""

    name: str
    arrives: float
    chains: list[int]
    account: Account
    bought: int = 0
    first: float | None = None
    over: float | None = None


@dataclass
class Account:
    """A provider's key: the clips that wait for it in order, and what the provider itself sees."""

    kind: Kind
    number: int
    queue: deque[tuple[Board, int]] = field(default_factory=deque)
    idle: int = 0
    running: int = 0
    peak: int = 0
    posts: deque[float] = field(default_factory=deque)
    busiest: int = 0

    def post(self, now: float) -> None:
        """Count a request as the provider does, when it comes in."""
        self.running += 1
        self.peak = max(self.peak, self.running)
        self.posts.append(now)
        while self.posts[0] <= now - 60:
            self.posts.popleft()
        self.busiest = max(self.busiest, len(self.posts))


@dataclass
class Clock:
    """Real seconds that calls of the ledger took, and how many there were."""

    seconds: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)

    def mean_ms(self, name: str) -> float:
        """Give how long such a call took, in the middle."""
        return 1000 * self.seconds[name] / max(1, self.calls[name])


class World:
    """Boards, accounts, workers, and the hours that pass between what happens."""

    def __init__(self, ledger: Ledger, kinds: list[Kind], workers: int, seed: int = 1) -> None:
        self.ledger = ledger
        self.accounts = [Account(kind, number) for number, kind in enumerate(kinds)]
        self.workers = workers
        self.boards: list[Board] = []
        self.now = 1_800_000_000.0
        self.began = self.now
        self.real = Clock()
        self.bought: set[str] = set()
        self.faults: list[str] = []
        self._chance = random.Random(seed)
        self._hours: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()
        for account in self.accounts:
            account.idle = workers

    def expect(self, boards: int, clips: int, chain: int, within_s: float, purse: Money) -> None:
        """Have boards come in at even distances, each of one account, their clips in chains."""
        self._purse = purse
        for number in range(boards):
            lengths = [chain] * (clips // chain) + ([clips % chain] if clips % chain else [])
            account = self.accounts[number % len(self.accounts)]
            arrives = self.began + within_s * number / boards
            board = Board(f"/films/{number:05}/board.yaml", arrives, lengths, account)
            self.boards.append(board)
            self._at(arrives, lambda board=board: self._arrive(board))

    def run(self, until_s: float) -> bool:
        """Let time pass until all is made, or so many real seconds are over; tells whether all is."""
        ends = time.monotonic() + until_s
        while self._hours and time.monotonic() < ends:
            self.now, _, happens = heapq.heappop(self._hours)
            happens()
        return not self._hours

    def _at(self, when: float, happens: Callable[[], None]) -> None:
        heapq.heappush(self._hours, (when, next(self._numbers), happens))

    def _arrive(self, board: Board) -> None:
        for chain in range(len(board.chains)):
            self._want(board, chain)

    def _want(self, board: Board, chain: int) -> None:
        board.account.queue.append((board, chain))
        if board.account.idle:
            board.account.idle -= 1
            self._take_up(board.account)

    def _take_up(self, account: Account) -> None:
        """Let a worker ask for the clip that waits longest; the others of his wait behind it."""
        if not account.queue:
            account.idle += 1
            return
        board, chain = account.queue.popleft()
        self._ask(board, chain)

    def _ask(self, board: Board, chain: int) -> None:
        account = board.account
        order = _order(board, chain, account)
        limits = Limits(
            account.kind.in_flight,
            account.kind.per_minute,
            purse="night",
            purse_budget=self._purse,
        )
        answer = self._timed("admit", lambda: self.ledger.admit(order, limits, self.now))
        if isinstance(answer, NoRoom):
            wait = min(answer.after_s, _LONGEST_WAIT_S) * self._chance.uniform(1.0, _SCATTER)
            self._at(self.now + wait, lambda: self._ask(board, chain))
            return
        if isinstance(answer, Admitted):
            row = answer.purchase
            self._at(self.now + _PREPARE_S, lambda: self._send(board, chain, row))
        else:
            self.faults.append(f"{order.key}: {answer}")
        self._take_up(account)

    def _send(self, board: Board, chain: int, row: Purchase) -> None:
        if not self._timed("sending", lambda: self.ledger.sending(row, self.now)):
            self.faults.append(f"{row.key} could not be sent")
        if row.key in self.bought:
            self.faults.append(f"{row.key} sold twice")
        self.bought.add(row.key)
        board.account.post(self.now)
        self._at(self.now + _ANSWER_S, lambda: self._answer(board, chain, row))

    def _answer(self, board: Board, chain: int, row: Purchase) -> None:
        task = f"task-{row.id}"
        self._timed("submitted", lambda: self.ledger.submitted(row.id, task, self.now))
        length = self._chance.uniform(*board.account.kind.task_s)
        self._at(self.now + length, lambda: self._ready(board, chain, row))

    def _ready(self, board: Board, chain: int, row: Purchase) -> None:
        board.account.running -= 1
        self._at(self.now + _HOME_S, lambda: self._home(board, chain, row))

    def _home(self, board: Board, chain: int, row: Purchase) -> None:
        self._timed("done", lambda: self.ledger.done(row.id, row.key, None, self.now))
        board.bought += 1
        board.first = board.first or self.now
        board.chains[chain] -= 1
        if board.chains[chain]:
            self._want(board, chain)
        elif not any(board.chains):
            board.over = self.now

    def _timed(self, name: str, act: Callable[[], object]) -> object:
        began = time.perf_counter()
        answer = act()
        name = "refused" if isinstance(answer, NoRoom) else name
        self.real.seconds[name] += time.perf_counter() - began
        self.real.calls[name] += 1
        return answer


def _order(board: Board, chain: int, account: Account) -> Order:
    clip = f"s{chain}/{board.chains[chain]}"
    key = hashlib.sha256(f"{board.name} {clip}".encode()).hexdigest()
    request = {"model": "MiniMax-H3", "prompt": f"{clip} " + "a boat sets out at dawn; " * 12}
    return Order(
        key,
        account.kind.name,
        f"key-{account.number}",
        "MiniMax-H3",
        6,
        board.name,
        clip,
        key[::-1],
        json.dumps({**request, "resolution": "768p", "first": key}),
        PRICE,
        "worker-1",
    )
