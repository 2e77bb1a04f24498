"""One clip is bought once, whatever the network, the provider or a crash does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from boards import plan_of
from longtake.errors import (
    BudgetExceeded,
    ConfirmationNeeded,
    KeyRefused,
    LongtakeError,
    OutcomeUnknown,
    OutOfFunds,
    RateLimited,
    Refused,
    TaskFailed,
    TaskLost,
    Unreachable,
)
from longtake.generate.clip import Desk, Made
from longtake.generate.provider import Request, TaskReport, TaskState
from longtake.generate.purchase import Till, ensure_bought
from longtake.generate.settle import bring_in, close_dead_rows
from longtake.media.clipwriter import write_clip
from longtake.plan.job import ClipJob
from longtake.units import FrameRate, Money, Size
from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Limits
from longtake.vault.store import Vault

BOARD = "longtake: 1\ntitle: T\nmodel: minimax/MiniMax-Hailuo-02\nscenes: [{id: a, prompt: a lamp}]"


MADE = TaskReport(TaskState.DONE, charge=Money(Decimal("0.10")))
ROOMY = Limits(5, 100)


class Killed(BaseException):
    """The process dies here."""


@dataclass
class Seller:
    """A provider that sells grey clips, counts its sales, and misbehaves as told."""

    name: str = "minimax"
    account: str = "acc"
    in_flight: int = 5
    per_minute: int = 100
    deadline_s: float = 600.0
    before: list[BaseException] = field(default_factory=list)
    after: list[BaseException] = field(default_factory=list)
    ends: TaskReport = MADE
    gone: bool = False
    dies: bool = False
    sold: list[str] = field(default_factory=list)
    fetched: int = 0

    def prepare(self, request: Request) -> None:
        """Nothing goes ahead."""

    def submit(self, request: Request, nonce: str) -> str:
        if self.before:
            raise self.before.pop(0)
        self.sold.append(nonce)
        if self.after:
            raise self.after.pop(0)
        return f"task-{len(self.sold)}"

    def look(self, task: str) -> TaskReport:
        if self.gone:
            raise TaskLost("no such task", charged=None)
        if self.dies:
            raise Killed
        return self.ends

    def fetch(self, task: str, path: Path) -> None:
        self.fetched += 1
        picture = np.full((36, 64, 3), 90, np.uint8)
        write_clip([picture] * 12, path, size=Size(64, 36), rate=FrameRate.parse(24))

    def tasks_since(self, model: str, since_s: float) -> None:
        return None

    def pause_s(self, elapsed_s: float, usual_s: float | None = None) -> float:
        return 1.0

    def interrupt(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is held."""


@dataclass
class Shop:
    """A vault and a ledger on disk, one clip to buy, and a clock that pauses move on."""

    folder: Path
    seller: Seller = field(default_factory=Seller)
    now: float = 1000.0
    limits: Limits = ROOMY
    agreed: frozenset[str] | None = None

    def buy(self) -> Made:
        """Run the purchase as one process would; its board's lock is held."""
        vault, ledger = Vault(self.folder / "vault"), Ledger(self.folder / "ledger.db")
        vault.open()
        ledger.open()
        till = Till(ledger, self.limits, "board", lambda: self.now, agreed=self.agreed)
        close_dead_rows(ledger, "board", self.now)
        job, request = wanted()
        desk = Desk(self.seller, vault, self.pause)
        return asyncio.run(ensure_bought(job, request, desk, till))

    async def pause(self, seconds: float) -> None:
        self.now += seconds

    @property
    def states(self) -> list[str]:
        """List the states of all purchases."""
        return [row.state for row in Ledger(self.folder / "ledger.db").purchases()]


def wanted() -> tuple[ClipJob, Request]:
    """Give one paid job and what is asked for it."""
    job = plan_of(BOARD).jobs[0]
    size, rate = Size(64, 36), FrameRate.parse(24)
    return job, Request("MiniMax-Hailuo-02", "512P", 6, 144, size, rate, job.prompt)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A fresh shop."""
    return Shop(tmp_path)


def test_a_clip_is_bought_and_then_kept(shop: Shop) -> None:
    """The second run finds the take and buys nothing."""
    assert not shop.buy().kept
    assert shop.buy().kept
    assert len(shop.seller.sold) == 1
    assert shop.states == ["done"]


def test_a_request_that_never_arrived_is_sent_again(shop: Shop) -> None:
    """Refused connections and rate limits cost nothing but time."""
    shop.seller.before = [Unreachable("no route"), RateLimited("slow down", retry_after_s=7.0)]
    shop.buy()

    assert len(shop.seller.sold) == 1
    assert shop.now > 1008


def test_an_ambiguous_answer_stops_and_asks(shop: Shop) -> None:
    """The request may have been accepted: nothing is sent again, now or by any later run."""
    shop.seller.after = [OutcomeUnknown("the connection broke", charged=None)]
    for _ in range(3):
        with pytest.raises(OutcomeUnknown, match="nobody knows whether"):
            shop.buy()

    assert len(shop.seller.sold) == 1
    assert shop.states == ["unknown"]


def test_a_crash_while_sending_asks(shop: Shop) -> None:
    """Killed between the request and its answer, the next run does not send."""
    shop.seller.after = [Killed()]
    with pytest.raises(Killed):
        shop.buy()
    with pytest.raises(OutcomeUnknown):
        shop.buy()

    assert len(shop.seller.sold) == 1


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("method", ["admit", "sending", "submitted", "done"])
def test_a_crash_at_each_ledger_write(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, method: str, moment: str
) -> None:
    """Killed before or after any write, no clip is bought twice and none that is paid is lost."""
    real: Callable[..., object] = getattr(Ledger, method)

    def dies(self: Ledger, *args: object) -> object:
        if moment == "before":
            raise Killed
        real(self, *args)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, method, dies)
        with pytest.raises(Killed):
            shop.buy()
    try:
        shop.buy()
    except OutcomeUnknown:
        assert (method, moment) in {("sending", "after"), ("submitted", "before")}
    else:
        assert shop.states[-1] == "done"
    assert len(shop.seller.sold) <= 1


def test_without_the_intent_a_crash_buys_twice(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests above can fail: a ledger that forgets what it was about to send pays again."""
    shop.seller.after = [Killed()]
    with pytest.raises(Killed):
        shop.buy()
    (shop.folder / "ledger.db").unlink()
    shop.buy()

    assert len(shop.seller.sold) == 2


def test_a_lost_download_is_fetched_again_for_nothing(shop: Shop) -> None:
    """A take whose file is gone comes back from the task that was paid."""
    made = shop.buy()
    made.take.path.unlink()

    assert not shop.buy().kept
    assert len(shop.seller.sold) == 1


def test_a_take_that_is_gone_for_good_may_be_bought_again_on_request(shop: Shop) -> None:
    """File and task are both gone: nothing is bought by itself, and with a word it is."""
    shop.buy().take.path.unlink()
    shop.seller.gone = True
    for _ in range(2):
        with pytest.raises(TaskLost, match="is paid and cannot be had"):
            shop.buy()
    assert shop.states == ["lost"]

    shop.limits = replace(shop.limits, rebuys=1)
    with pytest.raises(TaskLost):
        shop.buy()
    shop.seller.gone = False
    shop.buy()
    assert shop.states == ["lost", "done"]
    assert len(shop.seller.sold) == 2


def test_a_task_that_was_lost_and_is_found_again_costs_nothing(shop: Shop) -> None:
    """Lost is what it looks like today: every run looks once more before it asks for money."""
    shop.buy().take.path.unlink()
    shop.seller.gone = True
    with pytest.raises(TaskLost):
        shop.buy()
    shop.seller.gone = False
    shop.buy()

    assert shop.states == ["done"]
    assert len(shop.seller.sold) == 1


def test_another_account_cannot_fetch_what_this_one_bought(shop: Shop) -> None:
    """With another key set, a paid clip is not taken for lost."""
    shop.buy().take.path.unlink()
    shop.seller.account = "another"
    with pytest.raises(KeyRefused, match="a key that is not set now"):
        shop.buy()

    assert shop.states == ["done"]


def test_what_the_quote_did_not_count_is_not_bought_unasked(shop: Shop) -> None:
    """A clip that was thought to be owned needs a new word before money goes."""
    shop.agreed = frozenset()
    with pytest.raises(ConfirmationNeeded, match="the quote counted it as owned"):
        shop.buy()

    assert shop.seller.sold == []


def test_two_who_want_one_purchase_share_its_download(shop: Shop) -> None:
    """The settling of an open purchase and the clip that waits for it fetch it once."""
    vault, ledger = Vault(shop.folder / "vault"), Ledger(shop.folder / "ledger.db")
    shop.seller.dies = True
    with pytest.raises(Killed):
        shop.buy()
    shop.seller.dies = False
    till = Till(ledger, shop.limits, "board", lambda: shop.now)
    desk = Desk(shop.seller, vault, shop.pause)
    (row,) = ledger.unfinished()

    async def both() -> None:
        await asyncio.gather(bring_in(row, desk, till), ensure_bought(*wanted(), desk, till))

    asyncio.run(both())
    assert (shop.states, shop.seller.fetched) == (["done"], 1)


def test_a_failed_task_that_is_charged_all_the_same_is_counted(shop: Shop) -> None:
    """The ledger holds the money the provider says it kept."""
    shop.seller.ends = TaskReport(TaskState.FAILED, charge=Money(Decimal("0.07")))
    with pytest.raises(TaskFailed):
        shop.buy()
    (row,) = Ledger(shop.folder / "ledger.db").purchases()

    assert (row.state, row.charge) == ("refunded", Money(Decimal("0.07")))


def test_a_failure_that_may_have_been_charged_keeps_its_reserve(shop: Shop) -> None:
    """Where a provider does not say that its failure was free, the money counts as bound."""
    shop.seller.ends = TaskReport(TaskState.FAILED, "internal", charged=None)
    with pytest.raises(TaskFailed):
        shop.buy()
    (row,) = Ledger(shop.folder / "ledger.db").purchases()

    assert (row.state, row.charge) == ("refunded", None)


def test_a_refused_prompt_is_final(shop: Shop) -> None:
    """Moderation says no: the prompt is shown, and the same request is not sent again."""
    shop.seller.before = [Refused("sensitive", kind="moderation")]
    with pytest.raises(Refused, match="prompt: a lamp"):
        shop.buy()
    with pytest.raises(TaskFailed, match="failed before: sensitive"):
        shop.buy()

    assert shop.seller.sold == []


def test_a_failed_task_is_not_bought_again_by_itself(shop: Shop) -> None:
    """What the provider could not finish is paid back; another attempt needs a word."""
    shop.seller.ends = TaskReport(TaskState.FAILED, "internal")
    for _ in range(2):
        with pytest.raises(TaskFailed):
            shop.buy()
    shop.seller.ends = TaskReport(TaskState.DONE)
    shop.limits = replace(shop.limits, rebuys=1)
    shop.buy()

    assert len(shop.seller.sold) == 2
    assert shop.states == ["refunded", "done"]


def test_empty_funds_stop_the_run_and_lose_nothing(shop: Shop) -> None:
    """After a top-up the same command goes on."""
    shop.seller.before = [OutOfFunds("balance is 0")]
    with pytest.raises(OutOfFunds):
        shop.buy()
    shop.buy()

    assert shop.states == ["failed", "done"]


def test_a_budget_refuses_before_anything_is_sent(shop: Shop) -> None:
    """The reserve does not fit: nothing was written, nothing sent."""
    shop.limits = replace(shop.limits, board_budget=Money(Decimal("0.05")))
    with pytest.raises(BudgetExceeded):
        shop.buy()

    assert shop.seller.sold == []
    assert shop.states == []


def test_a_charge_above_the_reserve_halts_the_run(shop: Shop) -> None:
    """The take is kept; the next purchase of this run is refused with the reason."""
    shop.seller.ends = TaskReport(TaskState.DONE, charge=Money(Decimal("9.00")))
    vault, ledger = Vault(shop.folder / "vault"), Ledger(shop.folder / "ledger.db")
    vault.open()
    ledger.open()
    till = Till(ledger, shop.limits, "board", lambda: shop.now)
    job, request = wanted()
    desk = Desk(shop.seller, vault, shop.pause)
    asyncio.run(ensure_bought(job, request, desk, till))

    with pytest.raises(LongtakeError, match=r"charged 9\.00 USD"):
        asyncio.run(ensure_bought(job, replace(request, prompt="another"), desk, till))
