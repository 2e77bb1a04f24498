"""Ten thousand boards in one ledger: how fast, how fair, and what gives way first.

    python tests/campaigns/scale.py                 # a small night, in seconds
    python tests/campaigns/scale.py --full          # all trials, about ten minutes; writes scale.md

Virtual time over the real admission on a real PostgreSQL: boards come in, each chain asks
for its clips in order, workers ask the ledger as the walker does, tasks only let time pass. The provider's
side counts on its own what it sees. Then, in real time
and synced to disk, what a purchase costs while the table grows, and
how many purchases a second several processes bring through.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1] / "src")]

from scale_world import PRICE, Kind, World  # noqa: E402

from ledgers import add_old_rows  # noqa: E402
from longtake.units import Money  # noqa: E402
from longtake.vault.ledger import Ledger  # noqa: E402
from longtake.vault.postgres import PostgresBook  # noqa: E402
from longtake.vault.purchase import Admitted, Limits, Order  # noqa: E402
from postgres import running  # noqa: E402

# Two that are bound by what may be in flight, one by what may be submitted a minute.
KINDS = [
    Kind("minimax_v2", 30, 300, (60.0, 120.0)),
    Kind("apimart", 8, 20, (60.0, 120.0)),
    Kind("quick", 30, 20, (15.0, 25.0)),
]
# Processes at once, whether they share an account, and the purse they share.
CROWDS = ((1, True, ""), (4, False, ""), (4, True, ""), (4, False, "night"))
SYNCED = ("fsync=on", "synchronous_commit=on", "shared_buffers=512MB", "max_wal_size=4GB")


@dataclass(frozen=True)
class Night:
    """One trial in virtual time: how many boards of how many clips, and how long it may really take."""

    boards: int
    clips: int
    chain: int
    within_s: float
    accounts: int
    workers: int
    seconds: float


def night_of(night: Night, url: str) -> tuple[str, list[str]]:
    """Run a trial in virtual time; gives its line of the table, and what was wrong."""
    ledger = Ledger(PostgresBook(url, told_time=True))
    ledger.open()
    kinds = [KINDS[number % len(KINDS)] for number in range(night.accounts)]
    world = World(ledger, kinds, night.workers)
    all_clips = night.boards * night.clips
    world.expect(night.boards, night.clips, night.chain, night.within_s, PRICE * all_clips)
    began = time.monotonic()
    over = world.run(night.seconds)
    real_s, hours = time.monotonic() - began, (world.now - world.began) / 3600
    faults = world.faults + faults_of(world, ledger, over, all_clips)
    ledger.close()
    return _line(night, world, over, real_s, hours), faults


def faults_of(world: World, ledger: Ledger, over: bool, all_clips: int) -> list[str]:
    """Say which promises were broken, by the provider's own count and by the ledger's rows."""
    found = [
        f"account {account.number}: {account.peak} in flight, {account.busiest} a minute"
        for account in world.accounts
        if account.peak > account.kind.in_flight or account.busiest > account.kind.per_minute
    ]
    if over:
        rows = ledger.purchases()
        if len(rows) != all_clips or {row.state for row in rows} != {"done"}:
            found.append(f"{len(rows)} rows for {all_clips} clips")
    return found


def _line(night: Night, world: World, over: bool, real_s: float, hours: float) -> str:
    made = sum(board.bought for board in world.boards)
    used = " ".join(_share(world, kind, hours) for kind in KINDS if _of(world, kind))
    firsts = [board.first - board.arrives for board in world.boards if board.first]
    firsts.sort()
    real, asked = world.real, len(world.bought)
    return (
        f"| {night.boards:,} x {night.clips} | {night.accounts} | {night.workers} |"
        f" {made:,}{'' if over else ' (stopped)'} | {hours:.1f} | {used} | {_fairness(world)} |"
        f" {_minutes(firsts, 0.5)} / {_minutes(firsts, 0.95)} |"
        f" {real.calls['refused'] / max(1, asked):.1f} | {asked / real_s:.0f} |"
        f" {real.mean_ms('admit'):.2f} / {real.mean_ms('refused'):.2f} |"
    )


def _of(world: World, kind: Kind) -> list[int]:
    return [account.number for account in world.accounts if account.kind is kind]


def _share(world: World, kind: Kind, hours: float) -> str:
    """Say how much of what an account kind allows was used, while any of its boards waited."""
    shares = []
    for number in _of(world, kind):
        boards = [board for board in world.boards if board.account.number == number]
        busy = max((board.over or world.now for board in boards), default=world.now)
        spent = max(1e-9, (busy - world.began) / 3600)
        shares.append(sum(board.bought for board in boards) / spent / kind.clips_an_hour)
    return f"{statistics.fmean(shares):.0%}"


def _fairness(world: World) -> str:
    """Give Jain's index of how fast boards got on that share an account: 1 is the same for all."""
    indexes = []
    for account in world.accounts:
        boards = [board for board in world.boards if board.account is account]
        ends = [(board, board.over or world.now) for board in boards if board.arrives < world.now]
        rates = [board.bought / max(1.0, end - board.arrives) for board, end in ends]
        squares = sum(rate * rate for rate in rates)
        if squares:
            indexes.append(sum(rates) ** 2 / len(rates) / squares)
    return f"{statistics.fmean(indexes):.2f}" if indexes else ""


def _minutes(sorted_s: list[float], part: float) -> str:
    return f"{sorted_s[int(part * (len(sorted_s) - 1))] / 60:.0f}" if sorted_s else ""


def growth_of(url: str, sizes: list[int], sample: int) -> list[str]:
    """Measure a whole purchase, and an admission that finds no place, while the table grows."""
    ledger = Ledger(PostgresBook(url))
    ledger.open()
    roomy, full = Limits(100, 1_000_000, purse="night"), Limits(0, 1)
    lines, before = [], 0
    for size in sizes:
        add_old_rows(url, before + 1, size)
        before = size
        keys = [f"{size}-{number}" for number in range(sample)]
        whole = _mean_ms(keys, lambda key: buy(ledger, key, roomy))
        refused = _mean_ms(keys, lambda key: ledger.admit(order(f"no {key}"), full, 0.0))
        lines.append(f"| {size:,} | {whole:.2f} | {refused:.2f} | {1000 / whole:.0f} |")
    ledger.close()
    return lines


def order(key: str, account: str = "key-0") -> Order:
    """Order a clip of a board of a hundred clips."""
    board = f"/films/new-{hash(key) % 100}"
    return Order(key, "minimax_v2", account, "MiniMax-H3", 6, board, "a", key, "{}", PRICE, "w")


def buy(ledger: Ledger, key: str, limits: Limits, account: str = "key-0") -> None:
    """Take a purchase from the intent to the file: four transactions."""
    admission = ledger.admit(order(key, account), limits, 0.0)
    assert isinstance(admission, Admitted), admission
    row = admission.purchase
    assert ledger.sending(row, 0.0)
    ledger.submitted(row.id, f"task-{key}", 0.0)
    ledger.done(row.id, key, Money(Decimal("0.27")), 0.0)


def _mean_ms(keys: list[str], act: Callable[[str], object]) -> float:
    began = time.perf_counter()
    for key in keys:
        act(key)
    return 1000 * (time.perf_counter() - began) / len(keys)


def ceiling_of(url: str, processes: int, seconds: float, *, shared: bool, purse: str) -> str:
    """Measure how many purchases a second several processes bring through, of one account or of many."""
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(processes) as pool:
        accounts = ["one" if shared else f"own-{number}" for number in range(processes)]
        tasks = [(url, account, seconds, purse, number) for number, account in enumerate(accounts)]
        counts = pool.starmap(hammer, tasks)
    return (
        f"| {processes} | {'one' if shared else 'each its own'} | {'one' if purse else 'none'} |"
        f" {sum(counts) / seconds:.0f} |"
    )


def hammer(url: str, account: str, seconds: float, purse: str, number: int) -> int:
    """Buy for so many seconds without a pause; gives how many were bought."""
    ledger = Ledger(PostgresBook(url))
    limits = Limits(1000, 10_000_000, purse=purse)
    ends, bought = time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        buy(ledger, f"hammer-{os.getpid()}-{seconds}-{purse}-{number}-{bought}", limits, account)
        bought += 1
    ledger.close()
    return bought


def full_report(nights: list[Night], sizes: list[int], seconds: float) -> tuple[str, list[str]]:
    """Run all trials; gives the page, and what was wrong."""
    lines, faults = [], []
    for night in nights:
        with running() as server:
            line, wrong = night_of(night, server.database())
        print(line, flush=True)
        lines.append(line)
        faults += wrong
    with running(*SYNCED) as server:
        url = server.database()
        growth = growth_of(url, sizes, 300)
        print("\n".join(growth), flush=True)
        ceilings = [
            ceiling_of(url, processes, seconds, shared=shared, purse=purse)
            for processes, shared, purse in CROWDS
        ]
        print("\n".join(ceilings), flush=True)
        (version,) = server.ask("SHOW server_version")[0]
    return page(str(version), lines, growth, ceilings), faults


def page(version: str, nights: list[str], growth: list[str], ceilings: list[str]) -> str:
    """Write the figures as they are kept."""
    kinds = [
        f"- `{kind.name}`: {kind.in_flight} in flight, {kind.per_minute} a minute,"
        f" tasks of {kind.task_s[0]:.0f} to {kind.task_s[1]:.0f} s"
        for kind in KINDS
    ]
    return "\n".join(
        [
            "# A ledger for ten thousand boards, measured",
            "",
            f"Written by `python tests/campaigns/scale.py --full`, {time.strftime('%Y-%m-%d')}.",
            f"{os.cpu_count()} cores for all, PostgreSQL {version}, Python {platform.python_version()}.",
            f"Whatever else the machine did then: its load was {os.getloadavg()[2]:.0f} in the last quarter of an hour.",
            "",
            "Nights in virtual time over the real admission; their database is not synced, they measure time",
            "that does not pass. Boards come in within the first half hour, all draw on one purse. Each worker",
            "asks for one clip of an account at a time. Accounts are of three kinds in turn:",
            "",
            *kinds,
            "",
            "`used`: of what the accounts of each kind could make at most. `fair`: Jain's index of how fast",
            "boards of one account got on, 1 where all alike. `first clip`: minutes from a board's coming to",
            "its first clip, of half and of 95 % of those that have one. `refused`: admissions that found no",
            "place for each one that did. `admit ms`: real time of an admission with and without a place.",
            "",
            "| boards x clips | accounts | workers | clips made | hours | used | fair | first clip |"
            " refused | purchases a real second | admit ms |",
            "|---|---|---|---|---|---|---|---|---|---|---|",
            *nights,
            "",
            "What a purchase costs (four transactions, one process, one common purse) while the table grows:",
            "",
            "| rows | purchase ms | refused ms | purchases a second |",
            "|---|---|---|---|",
            *growth,
            "",
            f"How many go through at once, over {growth[-1].split('|')[1].strip()} rows:",
            "",
            "| processes | account | purse | purchases a second |",
            "|---|---|---|---|",
            *ceilings,
            "",
        ]
    )


def main() -> int:
    """Run the campaign and print its figures; exit 1 on any fault."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--at", default="", help="an empty database, instead of one of its own")
    parser.add_argument("--boards", type=int, default=12)
    parser.add_argument("--clips", type=int, default=10)
    parser.add_argument("--chain", type=int, default=5)
    parser.add_argument("--accounts", type=int, default=3)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    one = Night(
        options.boards,
        options.clips,
        options.chain,
        600.0,
        options.accounts,
        options.workers,
        options.seconds,
    )
    if options.full:
        night = replace(one, within_s=1800.0, clips=100, accounts=15)
        nights = [
            replace(night, boards=100, accounts=10, seconds=300.0),
            replace(night, boards=10_000, seconds=150.0),
        ]
        text, faults = full_report(nights, [0, 10_000, 100_000, 1_000_000], 10.0)
        (HERE / "scale.md").write_text(text)
    else:
        with running() if not options.at else contextlib.nullcontext() as server:
            line, faults = night_of(one, options.at or server.database())
        print(line)
    for fault in faults[:20]:
        print("FAULT", fault)
    print(f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
