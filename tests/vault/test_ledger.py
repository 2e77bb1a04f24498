"""Admission is one transaction: no key twice, no budget broken, no account overrun."""

from __future__ import annotations

import threading
from dataclasses import replace
from decimal import Decimal

import pytest

from ledgers import Place, order
from longtake.errors import TaskTaken, VaultError
from longtake.units import Money
from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Admitted, Limits, NoRoom, OverBudget, Standing

ROOMY = Limits(in_flight=100, per_minute=1000)


def admit(ledger: Ledger, key: str, limits: Limits = ROOMY, now: float = 0.0) -> object:
    """Ask for a purchase."""
    return ledger.admit(order(key), limits, now)


def bought(ledger: Ledger, key: str, now: float = 0.0) -> int:
    """Take a purchase as far as the provider's answer."""
    admission = admit(ledger, key, now=now)
    assert isinstance(admission, Admitted)
    assert ledger.sending(admission.purchase, now)
    return ledger.submitted(admission.purchase.id, f"task-{key}", now).id


def test_the_intent_is_on_disk_before_anything_is_sent(ledger: Ledger, place: Place) -> None:
    """Another process sees the row with its reserve as soon as admit returns."""
    admit(ledger, "k")

    row = place.ledger().find("k")
    assert row is not None
    assert (row.state, str(row.reserved)) == ("intent", "0.30 USD")


def test_a_key_is_admitted_once(ledger: Ledger) -> None:
    """A second wish for the same clip gets the purchase that stands."""
    admit(ledger, "k")

    assert isinstance(admit(ledger, "k"), Standing)


def test_twenty_threads_get_one_admission(ledger: Ledger) -> None:
    """However many ask at once, one may send."""
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(admit(ledger, "k"))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(isinstance(a, Admitted) for a in found) == 1


def test_tasks_in_flight_are_bounded_over_all_boards(ledger: Ledger) -> None:
    """The account's room is shared by every board and process that uses the ledger."""
    limits = Limits(in_flight=2, per_minute=1000)
    for key in ("a", "b"):
        admit(ledger, key, limits)

    assert isinstance(ledger.admit(order("c", board="other"), limits, 0.0), NoRoom)


def test_a_finished_task_frees_its_place(ledger: Ledger) -> None:
    """Room comes back when a purchase is closed."""
    limits = Limits(in_flight=1, per_minute=1000)
    ledger.done(bought(ledger, "a"), "sha", None, 1.0)

    assert isinstance(admit(ledger, "b", limits, now=1.0), Admitted)


def test_submits_a_minute_are_counted_from_their_answers(ledger: Ledger) -> None:
    """A slot taken at second 50 is free again at 110, not before."""
    limits = Limits(in_flight=100, per_minute=1)
    bought(ledger, "a", now=50.0)
    waiting = admit(ledger, "b", limits, now=60.0)

    assert isinstance(waiting, NoRoom)
    assert waiting.after_s == pytest.approx(50.0)
    assert isinstance(admit(ledger, "b", limits, now=110.5), Admitted)


def test_a_budget_binds_reserves_and_charges(ledger: Ledger) -> None:
    """What is reserved counts until the real charge is known, then the charge does."""
    limits = Limits(100, 1000, board_budget=Money(Decimal("0.70")))
    first = bought(ledger, "a")
    assert isinstance(admit(ledger, "b", limits), Admitted)
    assert isinstance(admit(ledger, "c", limits), OverBudget)

    ledger.done(first, "sha", Money(Decimal("0.05")), 1.0)
    assert isinstance(admit(ledger, "c", limits), Admitted)


def test_a_run_s_budget_counts_only_what_the_run_bought(ledger: Ledger) -> None:
    """`--budget` binds this run; older purchases are not in it."""
    bought(ledger, "a")
    limits = Limits(100, 1000, run_budget=Money(Decimal("0.30")), run_start=ledger.last_number())

    assert isinstance(admit(ledger, "b", limits), Admitted)
    assert isinstance(admit(ledger, "c", limits), OverBudget)


def test_a_budget_that_boards_share(ledger: Ledger) -> None:
    """What any of them bought in the run counts, and what others bought does not."""
    bought(ledger, "a")
    budget = Money(Decimal("0.60"))
    start = ledger.last_number()
    shared = Limits(100, 1000, run_budget=budget, run_start=start, run_boards=("one", "two"))
    bought(ledger, "b")
    first, second, third = (order(key, board=f"{key}") for key in ("one", "two", "three"))

    assert isinstance(ledger.admit(first, shared, 0.0), Admitted)
    assert isinstance(ledger.admit(second, shared, 0.0), Admitted)
    assert isinstance(ledger.admit(replace(first, key="more"), shared, 0.0), OverBudget)
    assert isinstance(ledger.admit(third, Limits(100, 1000, run_budget=budget), 0.0), Admitted)


def test_what_was_never_taken_may_be_sent_again(ledger: Ledger) -> None:
    """A purchase that failed without a charge does not stand in the way."""
    bought_id = bought(ledger, "a")
    ledger.failed(bought_id, "no such model", 1.0)
    again = admit(ledger, "a")

    assert isinstance(again, Admitted)
    assert again.purchase.attempt == 2


def test_a_refunded_clip_is_bought_again_on_request_only(ledger: Ledger) -> None:
    """Automatic re-buys are nought; `--retakes 1` allows one more attempt."""
    ledger.refunded(bought(ledger, "a"), "it failed", 1.0)

    assert isinstance(admit(ledger, "a"), Standing)
    assert isinstance(admit(ledger, "a", Limits(100, 1000, rebuys=1)), Admitted)


def test_an_unknown_outcome_is_never_followed(ledger: Ledger) -> None:
    """However many attempts are allowed, an unknown one stands."""
    admission = admit(ledger, "a")
    assert isinstance(admission, Admitted)
    ledger.sending(admission.purchase, 0.0)
    ledger.unknown(admission.purchase.id, "timed out", 1.0)

    assert isinstance(admit(ledger, "a", Limits(100, 1000, rebuys=9)), Standing)


def test_an_intent_that_was_given_up_cannot_be_sent_any_more(ledger: Ledger) -> None:
    """A run that was frozen while another took its clip over finds that it may not send."""
    frozen = admit(ledger, "a")
    assert isinstance(frozen, Admitted)
    ledger.failed(frozen.purchase.id, "its run ended before it was sent", 200.0)
    fresh = admit(ledger, "a", now=201.0)

    assert isinstance(fresh, Admitted)
    assert not ledger.sending(frozen.purchase, 202.0)
    assert ledger.sending(fresh.purchase, 202.0)


def test_a_closed_purchase_stays_as_it_is(ledger: Ledger) -> None:
    """The second process that waited for one task changes nothing."""
    number = bought(ledger, "a")
    ledger.done(number, "first", None, 1.0)

    assert ledger.refunded(number, "late", 2.0).sha256 == "first"


def test_a_ledger_of_a_newer_version_is_left_alone(ledger: Ledger, place: Place) -> None:
    """What a newer longtake wrote is refused, not guessed at."""
    place.tamper("UPDATE facts SET value = '99' WHERE name = 'schema'")

    with pytest.raises(VaultError, match="written by a newer longtake"):
        ledger.open()


def test_an_unknown_outcome_holds_its_place_for_a_while_only(ledger: Ledger) -> None:
    """A task that may be running counts as in flight until it must be over."""
    limits = Limits(in_flight=1, per_minute=1000, unknown_s=60.0)
    admission = admit(ledger, "a", limits)
    assert isinstance(admission, Admitted)
    ledger.sending(admission.purchase, 0.0)
    ledger.unknown(admission.purchase.id, "timed out", 1.0)

    assert isinstance(admit(ledger, "b", limits, now=59.0), NoRoom)
    assert isinstance(admit(ledger, "b", limits, now=61.0), Admitted)


def test_failures_do_not_use_up_the_minutes_to_come(ledger: Ledger) -> None:
    """Five refused requests an hour ago leave room now, whatever they were refused for."""
    limits = Limits(in_flight=100, per_minute=1)
    ledger.failed(bought(ledger, "a", now=0.0), "no funds", 0.0)

    assert isinstance(admit(ledger, "b", limits, now=3600.0), Admitted)


def test_a_clock_set_back_does_not_stop_all_purchases(ledger: Ledger) -> None:
    """An answer that lies in the future is no reason to wait for it."""
    limits = Limits(in_flight=1, per_minute=1)
    ledger.done(bought(ledger, "a", now=10_000_000.0), "sha", None, 10_000_000.0)

    assert isinstance(admit(ledger, "b", limits, now=100.0), Admitted)


def test_rows_of_dead_runs_give_their_places_back(ledger: Ledger) -> None:
    """What another board's killed run left open holds no place for ever."""
    limits = Limits(in_flight=1, per_minute=1000, unknown_s=600.0, task_s=3600.0)
    bought(ledger, "a", now=0.0)

    assert isinstance(admit(ledger, "b", limits, now=3000.0), NoRoom)
    assert isinstance(admit(ledger, "b", limits, now=4000.0), Admitted)


def test_a_late_answer_wins_over_a_person_s_word(ledger: Ledger) -> None:
    """Said "not made" too early: the task id that arrives after all is kept, not thrown away."""
    admission = admit(ledger, "a")
    assert isinstance(admission, Admitted)
    ledger.sending(admission.purchase, 0.0)
    ledger.failed(admission.purchase.id, "it was not made", 1.0)
    row = ledger.submitted(admission.purchase.id, "task-late", 2.0)

    assert (row.state, row.task, row.charge) == ("submitted", "task-late", None)
    assert isinstance(admit(ledger, "a", now=3.0), Standing)


def test_the_usual_time_of_a_model_is_known_after_a_few_clips(ledger: Ledger) -> None:
    """From the answer to the file, the middle of the last ones; nothing is guessed from one."""
    for key, took in (("a", 60.0), ("b", 80.0), ("c", 700.0)):
        assert ledger.usual_s("sim", "m", 6) is None
        ledger.done(bought(ledger, key), "sha", None, took)

    assert ledger.usual_s("sim", "m", 6) == 80.0
    assert ledger.usual_s("sim", "m", 10) is None


def test_the_last_charge_of_each_kind_of_clip(ledger: Ledger) -> None:
    """What a provider took last stands, whatever it took before."""
    for key, charge in (("a", "0.20"), ("b", "0.35")):
        ledger.done(bought(ledger, key), "sha", Money(Decimal(charge)), 1.0)

    assert ledger.charges() == {("sim", "m", "", 6): Money(Decimal("0.35"))}


def test_what_boards_bought_since(ledger: Ledger) -> None:
    """Neither what was bought before, nor what others bought."""
    old = bought(ledger, "old")
    ledger.admit(order("other", board="other"), ROOMY, 0.0)
    bought(ledger, "new")

    assert [row.key for row in ledger.since(old, ["b", "c"])] == ["new"]
    assert ledger.since(old, []) == ()


def test_which_tasks_have_a_purchase(ledger: Ledger) -> None:
    """Those of other providers, and none, are nobody's."""
    bought(ledger, "a")
    admit(ledger, "b")

    assert ledger.owned_tasks("sim", ["task-a", "task-b", ""]) == {"task-a"}
    assert ledger.owned_tasks("another", ["task-a"]) == frozenset()


def test_the_purchases_of_a_recipe(ledger: Ledger) -> None:
    """Whatever board they were for."""
    ledger.admit(replace(order("a", board="one"), recipe="sea"), ROOMY, 0.0)
    ledger.admit(order("b"), ROOMY, 0.0)

    assert [row.key for row in ledger.of_recipe("sea")] == ["a"]


def test_a_lost_take_may_follow_as_often_as_allowed(ledger: Ledger) -> None:
    """Paid and gone: another attempt needs a word, and is counted."""
    row = bought(ledger, "a")
    ledger.done(row, "sha", None, 1.0)
    assert ledger.lost(row, "no such task", 2.0).state == "lost"

    assert isinstance(admit(ledger, "a"), Standing)
    assert isinstance(admit(ledger, "a", Limits(100, 1000, rebuys=1)), Admitted)


def test_a_word_can_be_told_from_an_answer(ledger: Ledger) -> None:
    """Only a task that somebody named may be named anew."""
    answered = bought(ledger, "a")
    admission = admit(ledger, "b")
    assert isinstance(admission, Admitted)
    ledger.unknown(admission.purchase.id, "no answer", 0.0)
    ledger.submitted(admission.purchase.id, "task-b", 0.0)

    assert not ledger.was_unknown(answered)
    assert ledger.was_unknown(admission.purchase.id)


def test_a_task_that_a_list_proved_takes_no_word(ledger: Ledger) -> None:
    """What the provider's own list says is not for a person to deny."""
    admission = admit(ledger, "a")
    assert isinstance(admission, Admitted)
    row = admission.purchase.id
    ledger.unknown(row, "no answer", 0.0)
    assert ledger.was_unknown(row)
    ledger.proved(row, "task-a", 0.0)

    assert (ledger.get(row).state, ledger.get(row).task) == ("submitted", "task-a")
    assert not ledger.was_unknown(row)


def test_one_task_is_never_that_of_two_purchases(ledger: Ledger) -> None:
    """Refused in the transaction itself; a purchase that was not made holds its task no more."""
    first = ledger.get(bought(ledger, "a"))
    admission = admit(ledger, "b")
    assert isinstance(admission, Admitted)
    second = admission.purchase.id
    for write in (ledger.submitted, ledger.proved):
        with pytest.raises(TaskTaken, match=f"purchase {first.id}"):
            write(second, first.task, 1.0)
    assert ledger.get(second).state == "intent"
    ledger.failed(first.id, "not taken", 2.0)

    assert ledger.get(first.id).task == ""
    assert ledger.submitted(second, first.task, 3.0).task == first.task


@pytest.mark.parametrize("bad", ["\ud83d", "\0"])
def test_what_a_provider_said_may_be_no_text(ledger: Ledger, bad: str) -> None:
    """Half an emoji does not keep its outcome from being written down."""
    number = bought(ledger, "k")

    assert ledger.refused(number, f"not this {bad}", 1.0).message == "not this ?"
    assert ledger.get(number).state == "refused"
