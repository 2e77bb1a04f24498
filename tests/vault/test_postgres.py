"""PostgreSQL under several processes, with connections that break at any moment."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from ledgers import order
from longtake.errors import VaultError
from longtake.units import Money
from longtake.vault import postgres as postgres_book
from longtake.vault.ledger import Ledger, open_ledger
from longtake.vault.postgres import PostgresBook
from longtake.vault.purchase import Admitted, Limits, NoRoom, OverBudget, Purchase
from postgres import Server, running

ROOMY = Limits(100, 1000)
LIMIT = 3
BUDGET = Money(Decimal("6.00"))
CLIPS = 30


@pytest.fixture
def ledger(database: str) -> Iterator[Ledger]:
    """A ledger on PostgreSQL."""
    with contextlib.closing(open_ledger(database)) as made:
        yield made


def admitted(ledger: Ledger, key: str = "k", limits: Limits = ROOMY) -> Purchase:
    """Have a purchase admitted."""
    admission = ledger.admit(order(key), limits, 0.0)
    assert isinstance(admission, Admitted), admission
    return admission.purchase


def race(url: str, name: int) -> None:
    """Buy clips that others want too, each under one of two boards and a common budget."""
    ledger = open_ledger(url)
    limits = Limits(LIMIT, 100_000, purse="night", purse_budget=BUDGET)
    wanted = [f"k{(number * (name + 2)) % CLIPS}" for number in range(CLIPS)]
    while wanted:
        admission = ledger.admit(order(wanted[0], board=f"b{name % 2}"), limits, 0.0)
        if isinstance(admission, NoRoom):
            time.sleep(0.002)
            continue
        if isinstance(admission, Admitted):
            row = admission.purchase
            assert ledger.sending(row, 0.0)
            ledger.submitted(row.id, f"task {row.key}", 0.0)
            ledger.done(row.id, "sha", None, 0.0)
        wanted.pop(0)
    ledger.close()


def busiest(url: str) -> int:
    """Count how many purchases were under way at once, at most, from intent to done."""
    query = (
        "SELECT max(n) FROM (SELECT sum(step) OVER (ORDER BY at, step) AS n FROM"
        " (SELECT at, CASE state WHEN 'intent' THEN 1 ELSE -1 END AS step FROM longtake.happenings"
        "  WHERE state IN ('intent', 'done')) AS steps) AS counts"
    )
    with psycopg.connect(url) as db:
        (most,) = db.execute(query).fetchone() or (0,)
    return int(most)


def test_five_processes_share_one_account_and_one_purse(database: str) -> None:
    """Never more in flight than allowed, each key once, and the budget holds to the cent."""
    open_ledger(database).close()
    spawn = multiprocessing.get_context("spawn")
    runs = [spawn.Process(target=race, args=(database, name)) for name in range(5)]
    for run in runs:
        run.start()
    for run in runs:
        run.join(60)
    rows = open_ledger(database).purchases()

    assert [run.exitcode for run in runs] == [0] * 5
    assert len({row.key for row in rows}) == len(rows) == 20
    assert sum(row.reserved.amount for row in rows) == BUDGET.amount
    assert 0 < busiest(database) <= LIMIT


def test_the_database_s_clock_rules(ledger: Ledger) -> None:
    """A worker whose own clock is years behind writes no times of its own."""
    row = admitted(ledger)

    assert row.began == pytest.approx(ledger.clock(), abs=60)


def test_a_purchase_survives_a_new_connection(ledger: Ledger, database: str) -> None:
    """What was written is there for others as soon as the call returns."""
    row = admitted(ledger)

    with contextlib.closing(open_ledger(database)) as other:
        assert other.get(row.id) == row


class Fragile(PostgresBook):
    """A book whose connection breaks right before or right after a commit, once for each call."""

    def __init__(self, url: str, cut: Callable[[], None]) -> None:
        super().__init__(url)
        self.moment = ""
        self.cut = cut

    def within(self, act: Callable[[Any], Any]) -> Any:
        """Carry an act out; its first try is cut."""
        tries = 0

        def cut_act(db: Any) -> Any:
            nonlocal tries
            tries += 1
            answer = act(db)
            if tries == 1 and self.moment == "before":
                self.cut()
            return answer

        if self.moment != "after":
            return super().within(cut_act)
        # Written, and the answer lost: what a client repeats who never heard of its commit.
        super().within(act)
        return super().within(lambda db: act(_again(db)))


def _again(db: Any) -> Any:
    db.again = True
    return db


@pytest.fixture(params=["before", "after"])
def fragile(request: pytest.FixtureRequest, database: str, postgres: Server) -> Ledger:
    """A ledger whose every call is cut at a moment around its commit, and answered all the same."""
    open_ledger(database).close()
    book = Fragile(database, lambda: _cut(postgres, database))
    book.moment = request.param
    return Ledger(book)


def _cut(postgres: Server, url: str) -> None:
    assert postgres.cut(url)


def test_every_call_outlives_a_cut_around_its_commit(fragile: Ledger) -> None:
    """From the intent to the file: each is written once, and answers as if nothing had happened."""
    row = admitted(fragile)
    assert row.state == "intent"
    assert fragile.sending(row, 0.0)
    assert fragile.not_sent(row.id, "no route", 0.0).state == "intent"
    assert fragile.sending(row, 0.0)
    assert fragile.unknown(row.id, "no answer", 0.0).state == "unknown"
    assert fragile.proved(row.id, "task-1", 0.0).task == "task-1"
    fragile.ended(row.id, 0.0)
    assert fragile.done(row.id, "sha", Money(Decimal("0.10")), 0.0).sha256 == "sha"

    assert [found.state for found in fragile.purchases()] == ["done"]
    over = fragile.admit(order("x"), Limits(9, 9, board_budget=Money(Decimal(0))), 0.0)
    assert isinstance(over, OverBudget)
    assert over.bound == Money(Decimal("0.10"))


def test_every_happening_is_written_once(fragile: Ledger, database: str) -> None:
    """The story of a purchase has no line twice, however often its lines were sent."""
    row = admitted(fragile)
    fragile.sending(row, 0.0)
    fragile.submitted(row.id, "task-1", 0.0)
    fragile.ended(row.id, 0.0)
    fragile.refunded(row.id, "it broke", 0.0)
    with psycopg.connect(database) as db:
        told = db.execute("SELECT state FROM longtake.happenings ORDER BY rowid").fetchall()

    assert [state for (state,) in told] == ["intent", "sending", "submitted", "ended", "refunded"]


def test_an_old_answer_does_not_undo_a_newer_one(ledger: Ledger) -> None:
    """A doubt that is repeated after its proof came finds itself written, and leaves the proof."""
    row = admitted(ledger)
    ledger.sending(row, 0.0)
    book, real = ledger._book, ledger._book.within

    def within(act: Callable[[Any], Any]) -> Any:
        real(act)
        book.within = real  # type: ignore[method-assign]
        ledger.proved(row.id, "task-1", 0.0)
        return real(lambda db: act(_again(db)))

    book.within = within  # type: ignore[method-assign]

    assert ledger.unknown(row.id, "no answer", 0.0).state == "submitted"


def test_restarts_of_the_database_are_waited_for() -> None:
    """Stopped in order or killed: what was told as written is there, and the run goes on."""
    with running() as server, contextlib.closing(open_ledger(server.database())) as ledger:
        row = admitted(ledger)
        for how, step in (
            (signal.SIGINT, lambda: ledger.sending(row, 0.0)),
            (signal.SIGQUIT, lambda: ledger.submitted(row.id, "task-1", 0.0)),
        ):
            server.stop(how)
            waiting = threading.Thread(target=step)
            waiting.start()
            server.start()
            waiting.join()
        moved = ledger.get(row.id)

    assert (moved.state, moved.task) == ("submitted", "task-1")


def test_a_first_call_waits_for_a_restart() -> None:
    """Who comes while the database is away for a moment is let in when it is back."""
    with running() as server:
        url = server.database()
        server.stop(signal.SIGQUIT)
        found: list[bool] = []

        def come() -> None:
            with contextlib.closing(open_ledger(url)) as ledger:
                found.append(ledger.exists())

        coming = threading.Thread(target=come)
        coming.start()
        server.start()
        coming.join()

    assert found == [True]


def test_a_database_that_was_met_is_waited_for_by_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one part of a process knows of an address the others know, too."""
    monkeypatch.setattr(postgres_book, "FIRST_PATIENCE_S", 0.0)
    with running() as server:
        url = server.database()
        open_ledger(url).close()
        server.stop()
        other = PostgresBook(url)
        coming = threading.Thread(target=other.prepare)
        coming.start()
        server.start()
        coming.join()
        made = server.ask("SELECT 1")
        there = other.exists()
        other.close()

    assert (made, there) == ([(1,)], True)


def test_a_wrong_address_is_told_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits a minute for a database that was never there."""
    monkeypatch.setattr(postgres_book, "FIRST_PATIENCE_S", 0.0)
    with pytest.raises(VaultError, match=r"nowhere at 127\.0\.0\.1:1 cannot be used"):
        open_ledger("postgresql://me:secret@127.0.0.1:1/nowhere")


@pytest.mark.parametrize("sign", ["", "%", "/", "@", " "])
def test_no_password_is_told(sign: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong, the place is named without it: also one that breaks the address apart."""
    monkeypatch.setattr(postgres_book, "FIRST_PATIENCE_S", 0.0)
    with pytest.raises(VaultError) as told:
        open_ledger(f"postgresql://me:hush{sign}sec@127.0.0.1:1/nowhere")

    said = f"{told.value} {told.value.__cause__}"
    assert "hush" not in said
    assert "sec@" not in said


def test_what_is_no_address_says_how_one_looks() -> None:
    """A typing mistake is met with an example."""
    with pytest.raises(VaultError, match="postgresql://user:password@host"):
        open_ledger("postgresql://127.0.0.1:port/x?nonsense")


def test_a_frozen_client_holds_no_locks(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sleeps in the midst of an admission is put out by the server, and others go on."""
    quick = postgres_book._SESSION.replace("'10s'", "'100ms'")
    assert quick != postgres_book._SESSION
    monkeypatch.setattr(postgres_book, "_SESSION", quick)
    found = []

    def sleeps(db: Any) -> bool:
        db.hold("account sim acc")
        if not db.again:
            # It sleeps for as long as the other one waits for its lock.
            found.append(other.admit(order("k"), ROOMY, 0.0))
        return db.one("SELECT true AS woken")["woken"]

    opened = contextlib.closing(open_ledger(database)), contextlib.closing(open_ledger(database))
    with opened[0] as frozen, opened[1] as other:
        assert frozen._book.within(sleeps)
    assert isinstance(found[0], Admitted)


def test_cuts_at_any_moment(database: str, postgres: Server) -> None:
    """Sessions end a dozen times a second: no clip is bought twice, no task id is lost."""
    over, keys = threading.Event(), [f"k{number}" for number in range(6)]

    def cutter() -> None:
        while not over.wait(0.08):
            postgres.cut(database)

    with contextlib.closing(open_ledger(database)) as ledger:
        cutting = threading.Thread(target=cutter)
        cutting.start()
        try:
            for key in keys:
                row = admitted(ledger, key)
                assert ledger.sending(row, 0.0)
                ledger.submitted(row.id, f"task {key}", 0.0)
                ledger.done(row.id, key, None, 0.0)
        finally:
            over.set()
            cutting.join()
        rows = ledger.purchases()

    assert [(row.key, row.task, row.sha256, row.state) for row in rows] == [
        (key, f"task {key}", key, "done") for key in keys
    ]


def test_two_accounts_do_not_wait_for_each_other(ledger: Ledger, database: str) -> None:
    """While one account's admission is under way, another one's goes through."""
    with contextlib.closing(open_ledger(database)) as other:
        ledger._book.within(lambda db: _admit_beside(db, other))

    assert [row.account for row in ledger.unfinished()] == ["another"]


def _admit_beside(db: Any, other: Ledger) -> None:
    db.hold("account sim acc")
    beside = replace(order("k", board="c"), account="another")
    assert isinstance(other.admit(beside, ROOMY, 0.0), Admitted)
