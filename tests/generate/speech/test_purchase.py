"""A voice is bought once: through every answer, every death, and every doubt."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import longtake
from longtake.cues import Word
from longtake.errors import (
    BudgetExceeded,
    ConfirmationNeeded,
    KeyRefused,
    LongtakeError,
    OutcomeUnknown,
    OutOfFunds,
    PlanError,
    RateLimited,
    Refused,
    TaskLost,
    Unreachable,
)
from longtake.generate.speech.purchase import ensure_spoken
from longtake.plan.speech import SpeechOffer
from longtake.testing import Simulator
from longtake.units import Money
from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Limits
from voices import Counter, Talker, a_job

PRICE = "0.000195 USD"


class Killed(BaseException):
    """The process dies here."""


def test_a_voice_is_bought_once(tmp_path: Path) -> None:
    """Its row is done, at its reserve; with words and bytes it is found again and not said again."""
    counter = Counter(tmp_path)
    first, again = counter.buy(), counter.buy()

    assert first == again
    assert first.words == (Word("Step", Fraction(0), Fraction(1, 2)),)
    assert counter.rows == [("done", PRICE)]
    assert counter.talker.sold == ["Step by step."]


def test_the_charge_is_of_the_characters_that_were_counted(tmp_path: Path) -> None:
    """What the other side counts wins over the table; the reserve is kept beside it."""
    counter = Counter(tmp_path, Talker(characters=10))
    counter.buy()
    (row,) = Ledger(tmp_path / "ledger.db").purchases()

    assert (str(row.reserved), str(row.charge)) == (PRICE, "0.00015 USD")


def test_a_dear_voice_halts_its_run(tmp_path: Path) -> None:
    """Where one costs more than its table said, the next of that run is not bought."""
    counter = Counter(tmp_path, Talker(characters=1000))
    buying = counter.open()
    ensure_spoken(a_job(), buying)

    with pytest.raises(PlanError, match="more than the"):
        ensure_spoken(a_job("Another."), buying)
    assert counter.talker.sold == ["Step by step."]


@pytest.mark.parametrize("error", [Unreachable("no line"), RateLimited("slower", retry_after_s=7)])
def test_what_was_not_taken_is_sent_again(tmp_path: Path, error: LongtakeError) -> None:
    """A closed door and a full one: one sale in the end."""
    counter = Counter(tmp_path, Talker(before=[error, error]))
    counter.buy()

    assert counter.rows == [("done", PRICE)]
    assert len(counter.talker.sold) == 1


def test_a_lost_answer_is_asked_about_and_never_sent_again(tmp_path: Path) -> None:
    """The doubt stays over runs, with the way out; a word of a person frees it."""
    counter = Counter(tmp_path, Talker(after=[OutcomeUnknown("no answer", charged=None)]))
    for _ in range(2):
        with pytest.raises(OutcomeUnknown, match="nobody knows") as caught:
            counter.buy()
    assert caught.value.hint == (
        "look at your account, then say `longtake reconcile 1 --made paid` or `--not-made`"
    )
    assert (counter.rows, len(counter.talker.sold)) == ([("unknown", PRICE)], 1)

    Ledger(tmp_path / "ledger.db").failed(1, "not taken, says its buyer", 2000.0)
    counter.buy()

    assert [state for state, _ in counter.rows] == ["failed", "done"]


def test_a_doubt_stops_what_waits_for_its_place(tmp_path: Path) -> None:
    """The question is asked at once: no other text waits for a place that a doubt holds."""
    limits = Limits(1, 100)
    talker = Talker(after=[OutcomeUnknown("no answer", charged=None)])
    counter = Counter(tmp_path, talker, limits=limits)
    buying = counter.open()
    for job in (a_job(), a_job("Another.")):
        with pytest.raises(OutcomeUnknown, match=r'whether "a \(voice\)" was bought'):
            ensure_spoken(job, buying)

    assert (counter.now, talker.sold) == (1000.0, ["Step by step."])


def test_an_answer_without_sound_leaves_doubt(tmp_path: Path) -> None:
    """It came, and may be charged: it is no voice, and no reason to pay again."""
    counter = Counter(tmp_path, Talker(content=b"<html>"))
    with pytest.raises(OutcomeUnknown, match="its answer"):
        counter.buy()

    assert counter.rows == [("unknown", PRICE)]


@pytest.mark.parametrize("error", [KeyRefused("bad key"), OutOfFunds("empty"), Refused("a slip")])
def test_a_certain_no_costs_nothing_and_may_be_tried_again(
    tmp_path: Path, error: LongtakeError
) -> None:
    """Once its reason is gone the same text is bought."""
    counter = Counter(tmp_path, Talker(before=[error]))
    with pytest.raises(type(error)):
        counter.buy()
    counter.buy()

    assert [state for state, _ in counter.rows] == ["failed", "done"]


def test_moderation_is_not_asked_twice(tmp_path: Path) -> None:
    """The same text would be refused again."""
    counter = Counter(tmp_path, Talker(before=[Refused("rude", kind="moderation")]))
    for _ in range(2):
        with pytest.raises(Refused, match=r"(?s)refused by moderation: rude.*text: Step by step"):
            counter.buy()
    assert counter.rows[0][0] == "refused"


def test_a_budget_binds_voices(tmp_path: Path) -> None:
    """What would pass it is not sent."""
    limits = Limits(3, 100, board_budget=Money(Decimal("0.0003")))
    counter = Counter(tmp_path, limits=limits)
    counter.buy()

    with pytest.raises(BudgetExceeded, match="may cost"):
        counter.buy(a_job("Another one."))
    assert counter.talker.sold == ["Step by step."]


def test_only_what_the_quote_counted_is_bought(tmp_path: Path) -> None:
    """A voice thought to be owned whose file is gone waits for a word."""
    counter = Counter(tmp_path, agreed=frozenset())
    with pytest.raises(ConfirmationNeeded, match="its voice is gone"):
        counter.buy()
    unknown = a_job(offer=SpeechOffer("openai", "mine"))
    with pytest.raises(PlanError, match="nobody knows what"):
        Counter(tmp_path).buy(unknown)


def test_a_paid_voice_whose_file_is_gone_is_bought_again_on_request_only(tmp_path: Path) -> None:
    """No answer comes twice: it is lost, and `--retakes` is the word."""
    counter = Counter(tmp_path)
    counter.buy().path.unlink()
    with pytest.raises(TaskLost, match="paid and cannot be had") as caught:
        counter.buy()
    assert "`--retakes 1`" in caught.value.hint

    Counter(tmp_path, counter.talker, limits=Limits(3, 100, rebuys=1)).buy()

    assert [state for state, _ in counter.rows] == ["lost", "done"]
    assert len(counter.talker.sold) == 2


def test_two_boards_share_a_voice(tmp_path: Path) -> None:
    """The same words by the same voice, wherever they stand, are one purchase."""
    counter = Counter(tmp_path)

    assert counter.buy(board="one") == counter.buy(board="two")
    assert counter.talker.sold == ["Step by step."]


def test_a_death_while_sending_is_a_doubt(tmp_path: Path) -> None:
    """Whether the text arrived nobody knows: after the crash a person is asked, at once."""
    counter = Counter(tmp_path, Talker(after=[Killed()]))
    with pytest.raises(Killed):
        counter.buy()
    with pytest.raises(OutcomeUnknown, match="its run ended while"):
        counter.buy()

    assert len(counter.talker.sold) == 1


def test_another_run_that_is_sending_is_waited_for(tmp_path: Path) -> None:
    """What another board's run has under way is not sent beside it; its death becomes a doubt."""
    counter = Counter(tmp_path, Talker(after=[Killed()]))
    with pytest.raises(Killed):
        counter.buy(board="one")
    with pytest.raises(OutcomeUnknown, match="its run ended while it was being sent"):
        counter.buy(board="two")

    assert counter.now > 1300
    assert len(counter.talker.sold) == 1


KILLER = """
import json, os, signal, sys, time
from decimal import Decimal
from pathlib import Path
from longtake.errors import OutcomeUnknown
from longtake.generate.collect import Till
from longtake.generate.http import _trusted
from longtake.generate.settle import close_dead_rows
from longtake.generate.speech.kept import Booth
from longtake.generate.speech.purchase import Buying, ensure_spoken
from longtake.generate.speech.registry import open_speaker
from longtake.generate.speech.remote import RemoteSpeaker
from longtake.plan.speech import SpeechJob, SpeechOffer
from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Limits
from longtake.vault.voices import VoiceShelf

OFFER = SpeechOffer("openai", "tts-1", Decimal(15))
STEPS = [(Ledger, "admit"), (Ledger, "sending"), (RemoteSpeaker, "say"), (VoiceShelf, "add"),
         (Ledger, "done"), (RemoteSpeaker, "words"), (VoiceShelf, "tell_words")]

def arm(owner, name, after):
    real = getattr(owner, name)
    def deadly(*args):
        if after:
            real(*args)
        os.kill(os.getpid(), signal.SIGKILL)
    setattr(owner, name, deadly)

def buy(home, text, blow):
    ledger, shelf = Ledger(home / "ledger.db"), VoiceShelf(home / "vault")
    ledger.open(); shelf.open()
    close_dead_rows(ledger, shelf, text, time.time())
    if blow:
        arm(*blow)
    speaker = open_speaker(OFFER, os.environ)
    till = Till(ledger, Limits(100, 1000), text, time.time)
    job = SpeechJob("a", OFFER, "alloy", text, OFFER.price(text))
    if shelf.find(job.key):
        os._exit(0)  # as `make` does: what is owned is not asked for
    try:
        ensure_spoken(job, Buying(Booth(speaker, shelf), till))
    except OutcomeUnknown:
        os._exit(6)
    os._exit(0)

def run(*asked):
    child = os.fork()
    if not child:
        buy(*asked)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

_trusted()  # once, before all forks: it reads the certificates of the world
home, told = Path(sys.argv[1]), {}
for owner, name in STEPS:
    for after in (False, True):
        text = f"{name} {after}"
        told[text] = [run(home, text, (owner, name, after)), run(home, text, None), run(home, text, None)]
print(json.dumps(told))
"""

# Between these two nobody can know: the text is on its way, or its answer is not kept yet.
DOUBTFUL = {"sending True", "say False", "say True", "add False"}


@pytest.mark.skipif(sys.platform != "linux", reason="clients are forked and killed")
def test_killed_between_every_step_nothing_is_paid_twice(tmp_path: Path) -> None:
    """kill -9 before and after each step, over real HTTP: bought once, or asked about, never twice."""
    with Simulator({}) as sim:
        environment = {
            **os.environ,
            "PYTHONPATH": str(Path(longtake.__file__).parents[1]),
            "LONGTAKE_SPEECH_URL": f"{sim.url}/openai/v1",
            "LONGTAKE_SPEECH_KEY": "openai-key",
        }
        command = [sys.executable, "-c", KILLER, str(tmp_path)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        submits, tasks = sim.oracle("submits"), sim.oracle("tasks")

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    asked = {text for text, codes in told.items() if codes[1] == 6}
    # Of the openai wire only `words` does nothing: it names no place to ask.
    assert {text for text, codes in told.items() if codes[0] != -9} == {
        "tell_words False",
        "tell_words True",
    }
    assert asked == DOUBTFUL
    assert all(codes[1:] == ([6, 6] if text in asked else [0, 0]) for text, codes in told.items())
    assert submits["twice"] == []
    sold = {task["prompt"] for task in tasks}
    # What was sold and is not on the shelf is asked about; what was not is bought.
    assert set(told) - sold <= asked
    states = {row.board: row.state for row in Ledger(tmp_path / "ledger.db").purchases()}
    assert {text for text, state in states.items() if state == "unknown"} == asked
    assert {state for text, state in states.items() if text not in asked} == {"done"}
