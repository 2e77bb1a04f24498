"""Nothing is written or bought but by a bill that was shown as it is then; bills that changed are shown again."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from longtake.choosing.keeping import keep
from longtake.choosing.reroll import Reroll
from longtake.errors import PlanError
from longtake.project import Project
from longtake.review.desk import Bill, Deed, Desk
from longtake.review.journal import Journal
from longtake.storyboard.choices import choices_path, read_choices
from longtake.testing.serve import Simulator
from reviewing import BOUGHT, FINAL, bill_number, visited, words, written


def take_of(board: Path, clip: str = "a.1/1") -> int | None:
    """Give the number of the take that was chosen."""
    choice = read_choices(board).of().get(clip)
    return choice.take if choice else None


class Told(Journal):
    """A journal that says when a deed ended."""

    def __init__(self) -> None:
        super().__init__()
        self.ended = threading.Event()
        self.said: list[dict[str, object]] = []

    def add(self, kind: str, **facts: object) -> None:
        super().add(kind, **facts)
        if kind == "deed":
            self.said.append(facts)
            self.ended.set()


@pytest.mark.timeout(90)
def test_a_take_is_kept_by_its_bill(bought: Path, sim: Simulator) -> None:
    """The first word shows what it changes downstream and does nothing; only its number does it."""
    kept = take_of(bought)
    assert kept is not None
    other = 3 - kept
    with visited(bought, FINAL) as visit:
        shown = visit.post("keep", clip="a.1/1", number=other)
        still = take_of(bought)
        strange = visit.post("keep", clip="a.1/1", number=other, bill="0" * 24)
        done = visit.post("keep", clip="a.1/1", number=other, bill=bill_number(shown.text))
        visit.changed()
        page = words(visit.page(clip="a.2/1"))

    assert "1 later clip begins on the old frame" in words(shown.text)
    assert "a.2/1 0.2928 USD together 0.2928 USD" in words(shown.text)
    assert still == kept
    assert "This bill is another one now" in words(strange.text)
    assert f"take {other} of a.1/1 is kept" in words(done.text)
    assert take_of(bought) == other
    assert "made again" in page


@pytest.mark.timeout(90)
def test_a_bill_that_changed_is_shown_again(bought: Path, sim: Simulator) -> None:
    """What was agreed to is no longer what would happen: nothing is done."""
    desk = Desk(bought, FINAL, Journal())
    kept = take_of(bought)
    assert kept is not None
    deed = Deed("keep", "a.1/1", 3 - kept)
    before = desk.bill(deed)
    bought.write_text(BOUGHT.replace("a ship answers", "a ship is silent"), encoding="utf-8")
    after = desk.settle(deed, before.number)

    assert isinstance(after, Bill)
    assert after.changed
    assert (before.rows, after.rows) == ((("a.2/1", "0.2928 USD"),), ())
    assert take_of(bought) == kept


@pytest.mark.timeout(90)
def test_takes_are_bought_once_agreed_to(bought: Path, sim: Simulator) -> None:
    """A re-roll names its price before, runs in a thread, and lies beside the others after."""
    journal = Told()
    desk = Desk(bought, FINAL, journal)
    deed = Deed("reroll", "a.2/1", 2)
    bill = desk.bill(deed)
    paid = sim.oracle("submits")["paid"]
    said = desk.settle(deed, bill.number)
    assert journal.ended.wait(60)

    assert (bill.total, len(bill.rows), bill.word) == ("0.5856 USD", 2, "Buy")
    assert isinstance(said, str)
    assert journal.said == [{"said": "further takes of a.2/1 are there", "bad": False}]
    assert sim.oracle("submits")["paid"] == paid + 2
    with visited(bought, FINAL) as visit:
        page = visit.page(clip="a.2/1")
    assert page.count('class="side"') == 3


@pytest.mark.timeout(90)
def test_nothing_is_bought_while_another_run_is_at_work(bought: Path, sim: Simulator) -> None:
    """Its holder is named, and there is no button; a number of an earlier bill does nothing either."""
    desk = Desk(bought, FINAL, Journal())
    deed = Deed("reroll", "a.2/1", 1)
    before = desk.bill(deed)
    paid = sim.oracle("submits")["paid"]
    with Project(bought).hold():
        held = desk.bill(deed)
        after = desk.settle(deed, before.number)

    assert (before.word, held.word) == ("Buy", "")
    assert any("Another run holds" in each for each in held.says)
    assert isinstance(after, Bill)
    assert sim.oracle("submits")["paid"] == paid


@pytest.mark.timeout(90)
def test_what_a_run_meets_is_told(bought: Path, sim: Simulator) -> None:
    """An error of the thread reaches the page in its own words."""
    sim.change(accounts={"another": {"host": "apimart"}})
    journal = Told()
    desk = Desk(bought, FINAL, journal)
    deed = Deed("reroll", "a.2/1", 1)
    desk.settle(deed, desk.bill(deed).number)
    assert journal.ended.wait(60)

    (told,) = journal.said
    assert told["bad"]
    assert "a.2/1: " in str(told["said"])
    assert desk.bill(deed).word == "Buy"


class Interrupted(Desk):
    """A desk whose author saves the board just when a re-roll was planned for the second time."""

    planned = 0

    def _order(self, deed: Deed) -> Reroll:
        order = super()._order(deed)
        self.planned += 1
        if self.planned == 2:
            draft = BOUGHT.replace("- prompt: a ship", "- seconds: 10\n        prompt: a ship")
            self._board.write_text(draft, encoding="utf-8")
        return order


@pytest.mark.timeout(90)
def test_a_board_that_is_saved_while_it_is_agreed(bought: Path, sim: Simulator) -> None:
    """Between the bill and the buying a longer clip became dearer: nothing is bought at that price."""
    journal = Told()
    desk = Interrupted(bought, FINAL, journal)
    deed = Deed("reroll", "a.2/1", 1)
    paid = sim.oracle("submits")["paid"]
    desk.settle(deed, desk.bill(deed).number)
    assert journal.ended.wait(60)

    assert journal.said[0]["bad"]
    assert desk.planned == 2
    assert sim.oracle("submits")["paid"] == paid


def test_a_shot_is_approved_and_taken_back(tmp_path: Path) -> None:
    """The bill says what its final clips will cost; the same deed takes the word back."""
    board = written(tmp_path, BOUGHT)
    desk = Desk(board, FINAL, Journal())
    deed = Deed("approve", "a.2/1")
    bill = desk.bill(deed)
    desk.settle(deed, bill.number)
    approved = desk.approved()
    back = desk.bill(deed)
    desk.settle(deed, back.number)

    assert (bill.rows, bill.total) == ((("a.2/1", "0.2928 USD"),), "0.2928 USD")
    assert approved == {"a.2"}
    assert back.title == "Take back the approval of a.2"
    assert desk.approved() == frozenset()


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("burn", {}),
        ("keep", {"number": "x"}),
        ("keep", {"number": "²"}),
        ("reroll", {"number": "-1"}),
    ],
)
def test_strange_forms_are_refused(kind: str, said: dict[str, str]) -> None:
    """What no form of ours says is no deed."""
    with pytest.raises(PlanError):
        Deed.read(kind, said)


def test_what_cannot_be_done_is_said(tmp_path: Path) -> None:
    """No such clip, no such take, a form that is too long: an answer in words, and nothing is written."""
    board = written(tmp_path, BOUGHT)
    with visited(board, FINAL) as visit:
        clip = visit.post("keep", clip="nowhere", number=1)
        take = visit.post("keep", clip="a.1/1", number=7)
        made = visit.post("reroll", clip="a.1/1")
        long = visit.post("keep", clip="a" * 20_000)

    assert "the board has no shot or clip" in words(clip.text)
    assert "has no take 7" in words(take.text)
    assert "was not made yet" in words(made.text)
    assert long.status_code == 413
    assert not choices_path(board).exists()
    with pytest.raises(PlanError):
        keep(board, FINAL, "a.1/1", 7)
