"""Rows of runs that are gone: closed as they were seen, and never under a run that lives."""

from __future__ import annotations

from dataclasses import replace

from ledgers import order
from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Admitted, Limits, Purchase

ROOMY = Limits(100, 1000)


def intent(ledger: Ledger, key: str = "k", owner: str = "w1") -> Purchase:
    """Have a worker write an intent."""
    admission = ledger.admit(replace(order(key), owner=owner), ROOMY, 0.0)
    assert isinstance(admission, Admitted)
    return admission.purchase


def sending(ledger: Ledger, key: str = "k") -> Purchase:
    """Take a purchase to the moment before its request leaves."""
    row = intent(ledger, key)
    assert ledger.sending(row, 1.0)
    return ledger.get(row.id)


def test_a_row_knows_who_sends_it(ledger: Ledger) -> None:
    """The worker's name is kept from the intent on."""
    intent(ledger, "a", owner="w1")
    intent(ledger, "b", owner="")

    assert [row.owner for row in ledger.unfinished()] == ["w1", ""]


def test_what_a_dead_worker_had_not_sent_has_failed(ledger: Ledger) -> None:
    """Its place is free at once, and the clip may be bought by another."""
    assert ledger.abandoned(intent(ledger), 5.0).state == "failed"
    assert isinstance(ledger.admit(order("k"), ROOMY, 6.0), Admitted)


def test_what_a_dead_worker_was_sending_is_a_doubt(ledger: Ledger) -> None:
    """Nobody knows whether it left."""
    assert ledger.abandoned(sending(ledger), 5.0).state == "unknown"


def test_a_row_that_moved_on_is_left_alone(ledger: Ledger) -> None:
    """Seen as an intent, and sent since: its worker lives, and nobody buys beside it."""
    seen = intent(ledger)
    assert ledger.sending(seen, 1.0)

    assert ledger.abandoned(seen, 5.0).state == "sending"


def test_a_row_that_is_sent_anew_is_left_alone(ledger: Ledger) -> None:
    """Not taken the first time, it goes out again: that is another moment than the one that was seen."""
    seen = sending(ledger)
    ledger.not_sent(seen.id, "no route", 2.0)
    assert ledger.sending(ledger.get(seen.id), 3.0)

    assert ledger.abandoned(seen, 5.0).state == "sending"


def test_who_wakes_too_late_ends_the_doubt(ledger: Ledger) -> None:
    """It was not sent, says the only one who could have: nothing is owed, the clip may be bought."""
    row = ledger.abandoned(sending(ledger), 5.0)
    woken = ledger.not_sent(row.id, "this machine slept", 900.0)

    assert (woken.state, woken.charge is not None) == ("failed", True)
    assert isinstance(ledger.admit(order("k"), ROOMY, 901.0), Admitted)


def test_who_wakes_after_a_person_s_word_changes_nothing(ledger: Ledger) -> None:
    """A task that was named stays named."""
    row = ledger.abandoned(sending(ledger), 5.0)
    ledger.submitted(row.id, "task-9", 6.0)

    assert ledger.not_sent(row.id, "this machine slept", 900.0).state == "submitted"


def test_a_request_that_was_not_taken_may_go_again(ledger: Ledger) -> None:
    """Nobody doubted it meanwhile: the intent is there again, with the same nonce."""
    row = sending(ledger)
    ledger.not_sent(row.id, "no route", 2.0)

    assert ledger.sending(row, 3.0)
