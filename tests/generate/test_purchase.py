"""One clip is bought once, whatever the network, the provider or a crash does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from longtake.errors import (
    BudgetExceeded,
    ConfirmationNeeded,
    OutcomeUnknown,
    OutOfFunds,
    RateLimited,
    Refused,
    TaskFailed,
    Unreachable,
    VaultError,
)
from longtake.generate.line import Line
from longtake.generate.provider import TaskReport, TaskState
from longtake.generate.purchase import ensure_bought
from longtake.units import Money
from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Admission, Limits, Order
from sellers import Killed, Shop, wanted


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


def test_a_doubt_about_one_take_stops_no_other(shop: Shop) -> None:
    """Takes are bought for the same words: only the one nobody knows about waits for a word."""
    shop.seller.after = [OutcomeUnknown("the connection broke", charged=None)]
    with pytest.raises(OutcomeUnknown):
        shop.buy()
    made = shop.buy(take=2)

    assert (made.take.number, made.kept, shop.states) == (2, False, ["unknown", "done"])
    assert len(shop.seller.sold) == 2
    with pytest.raises(OutcomeUnknown):
        shop.buy()


def test_a_take_of_an_earlier_run_keeps_its_number(shop: Shop) -> None:
    """Brought home though nothing waits for it, it is the take it was bought as."""
    shop.seller.dies = True
    with pytest.raises(Killed):
        shop.buy(take=3)
    shop.seller.dies = False
    ledger = shop.open_till().ledger
    (row,) = ledger.unfinished()
    shop.settle(row)

    take = shop.desk.vault.find(row.key)
    assert take is not None
    assert (row.take, take.number) == (3, 3)


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


def test_what_the_quote_did_not_count_is_not_bought_unasked(shop: Shop) -> None:
    """A clip that was thought to be owned needs a new word before money goes."""
    shop.agreed = frozenset()
    with pytest.raises(ConfirmationNeeded, match="the quote counted it as owned"):
        shop.buy()

    assert shop.seller.sold == []


def test_a_refused_prompt_is_final(shop: Shop) -> None:
    """Moderation says no: the prompt is shown, and the same request is not sent again."""
    shop.seller.before = [Refused("sensitive", kind="moderation")]
    with pytest.raises(Refused, match="prompt: a lamp"):
        shop.buy()
    with pytest.raises(Refused, match="sensitive\nprompt: a lamp"):
        shop.buy()

    assert shop.seller.sold == []


def test_a_failed_task_is_not_bought_again_by_itself(shop: Shop) -> None:
    """What the provider could not finish is paid back; another attempt needs a word."""
    shop.seller.ends = TaskReport(TaskState.FAILED, "internal")
    for _ in range(2):
        with pytest.raises(TaskFailed):
            shop.buy()
    shop.limits = replace(shop.limits, rebuys=1)
    with pytest.raises(TaskFailed):
        shop.buy()
    with pytest.raises(TaskFailed) as again:
        shop.buy()
    assert "--retakes 2" in again.value.hint
    shop.seller.ends = TaskReport(TaskState.DONE)
    shop.limits = replace(shop.limits, rebuys=2)
    shop.buy()

    assert len(shop.seller.sold) == 3
    assert shop.states == ["refunded", "refunded", "done"]


def test_what_a_word_brought_back_is_not_bought_beside(shop: Shop) -> None:
    """A later attempt took nothing: the purchase that is under way again is the one that counts."""
    shop.seller.after = [OutcomeUnknown("the connection broke", charged=None)]
    with pytest.raises(OutcomeUnknown):
        shop.buy()
    ledger = Ledger(shop.folder / "ledger.db")
    ledger.failed(1, "not taken, says its buyer", shop.now)
    shop.seller.before = [OutOfFunds("balance is 0")]
    with pytest.raises(OutOfFunds):
        shop.buy()
    ledger.submitted(1, "task-1", shop.now)
    shop.buy()

    assert (shop.states, len(shop.seller.sold)) == (["done", "failed"], 1)


def test_an_answer_that_names_the_task_of_another_asks(shop: Shop) -> None:
    """One task is never taken for two clips, whoever says so."""
    shop.buy()
    shop.seller.sold.clear()
    with pytest.raises(OutcomeUnknown):
        shop.buy(prompt="another")

    assert shop.states == ["done", "unknown"]


def test_a_fault_before_sending_leaves_nothing_behind(shop: Shop) -> None:
    """Whatever keeps a request from leaving, the clip may be bought by the next run at once."""
    shop.seller.unready = [VaultError("no room for a picture")]
    with pytest.raises(VaultError):
        shop.buy()

    assert shop.states == ["failed"]


def test_who_waits_for_a_place_says_why(shop: Shop) -> None:
    """Rows of another board hold all places: the run is not silent for an hour."""
    shop.seller.dies = True
    with pytest.raises(Killed):
        shop.buy(prompt="another", board="another")
    shop.seller.dies = False
    shop.limits = replace(shop.limits, in_flight=1)
    shop.buy()

    (why,) = shop.told
    assert why == "it waits for a place at minimax: 1 tasks are under way, 1 are allowed"


class Asked(Ledger):
    """A ledger that notes how many ask it for a place at once."""

    asking, most = 0, 0

    def admit(self, order: Order, limits: Limits, now: float) -> Admission:
        self.asking += 1
        self.most = max(self.most, self.asking)
        answer = super().admit(order, limits, now)
        self.asking -= 1
        return answer


@pytest.mark.parametrize(("shared", "most"), [(True, 1), (False, 4)])
def test_of_all_who_wait_one_asks(shop: Shop, shared: bool, most: int) -> None:
    """Four clips before an account with one place: who is first in line asks the ledger, nobody else."""
    till = shop.open_till()
    ledger = Asked(shop.folder / "ledger.db")
    till = replace(till, ledger=ledger, limits=replace(shop.limits, in_flight=1))
    tills = [till if shared else replace(till, line=Line()) for _ in range(4)]
    job, request = wanted()

    async def buy_all() -> None:
        clips = (
            ensure_bought(job, replace(request, prompt=f"lamp {n}"), shop.desk, each)
            for n, each in enumerate(tills)
        )
        await asyncio.gather(*clips)

    asyncio.run(buy_all())

    assert len(shop.seller.sold) == 4
    assert ledger.most <= most
    assert shared or ledger.most > 1


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
