"""What is paid for comes home once, or says why it cannot."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from longtake.errors import (
    KeyRefused,
    LongtakeError,
    OutcomeUnknown,
    RateLimited,
    TaskFailed,
    TaskLost,
    Unreachable,
)
from longtake.generate.clip import Desk
from longtake.generate.collect import Till
from longtake.generate.provider import TaskReport, TaskState
from longtake.generate.purchase import ensure_bought
from longtake.generate.settle import bring_in
from longtake.units import Money
from longtake.vault.ledger import Ledger
from longtake.vault.store import Vault
from sellers import Killed, Seller, Shop, wanted


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A fresh shop."""
    return Shop(tmp_path)


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
    shop.seller.account, shop.seller.gone = "another", True
    with pytest.raises(KeyRefused, match="with another key"):
        shop.buy()

    assert shop.states == ["done"]


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


def test_a_word_that_comes_late_changes_no_film(shop: Shop) -> None:
    """Bought twice after a wrong word: the take that the film is made of stays, both are kept."""
    shop.seller.after = [OutcomeUnknown("the connection broke", charged=None)]
    with pytest.raises(OutcomeUnknown):
        shop.buy()
    ledger = Ledger(shop.folder / "ledger.db")
    ledger.failed(1, "not taken, says its buyer", shop.now)
    used = shop.buy().take
    row = ledger.submitted(1, "task-1", shop.now)
    shop.seller.shade = 200
    shop.settle(row)

    assert shop.states == ["done", "done"]
    assert shop.buy().take.sha256 == used.sha256 == ledger.get(2).sha256
    assert ledger.get(1).sha256 != used.sha256
    assert len(list((shop.folder / "vault" / "objects").rglob("*.mp4"))) == 2


def test_looks_that_take_long_count(shop: Shop) -> None:
    """Half an hour of looks without an answer is half an hour."""

    class Slow(Seller):
        def look(self, task: str) -> TaskReport:
            shop.now += 60.0
            raise Unreachable("no answer within 60 s")

    shop.seller = Slow()
    with pytest.raises(Unreachable):
        shop.buy()

    assert shop.now - 1000.0 < shop.seller.deadline_s + 120.0


def test_a_look_waits_as_long_as_it_is_asked_to(shop: Shop) -> None:
    """A provider that is asked too often names a time, and gets it."""
    shop.seller.busy = [RateLimited("slow down", retry_after_s=40.0)]
    shop.buy()

    assert 1040.0 <= shop.now < 1050.0


def test_a_clip_that_cannot_be_fetched_holds_no_place(shop: Shop) -> None:
    """Its task is over; what its file suffers from keeps no other from being made."""
    shop.seller.torn = True
    with pytest.raises(TaskFailed, match="no whole clip"):
        shop.buy(prompt="another")
    shop.seller.torn = False
    shop.limits = replace(shop.limits, in_flight=1)
    shop.buy()

    assert (shop.told, shop.states) == ([], ["submitted", "done"])


def test_more_seconds_than_were_asked_for_halt_the_run(shop: Shop) -> None:
    """A provider that bills seconds told more of them: nothing is bought until somebody has looked."""
    shop.seller.ends = TaskReport(TaskState.DONE, metered_s=9)
    till = shop.open_till()
    asyncio.run(ensure_bought(*wanted(), shop.desk, till))

    assert "counted as 9 s, more than the 6 s" in str(till.halt.reason)


def test_a_charge_above_the_reserve_halts_the_run(shop: Shop) -> None:
    """The take is kept; the next purchase of this run is refused with the reason."""
    shop.seller.ends = TaskReport(TaskState.DONE, charge=Money(Decimal("9.00")))
    till, desk = shop.open_till(), shop.desk
    job, request = wanted()
    asyncio.run(ensure_bought(job, request, desk, till))

    with pytest.raises(LongtakeError, match=r"charged 9\.00 USD"):
        asyncio.run(ensure_bought(job, replace(request, prompt="another"), desk, till))
