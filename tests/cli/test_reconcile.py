"""A purchase of unknown outcome waits for a person's word, and takes it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from commands import TWO_SHOTS, Cli, Write
from json_schemas import check
from longtake.vault.ledger import Ledger
from purchases import MORNING, intent, submitted

SHOWN = """\
2  bay.2/1  /films/bay.yaml
  sent     2026-10-12 09:14:03 UTC, nothing known since 2026-10-12 09:14:33
  to       minimax, MiniMax-Hailuo-02, 6 s
  price    0.28 USD, reserved until your word
  prompt   a boat sets out
  message  no answer within 30 s, see https://api.example/v1
  look at  the video tasks and the balance of your MiniMax account

"""


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """A ledger with a purchase under way and one of unknown outcome."""
    home = tmp_path / "home"
    monkeypatch.setenv("LONGTAKE_HOME", str(home))
    submitted(home, "bay.1/1")
    row = intent(home, "bay.2/1")
    ledger = Ledger(home / "ledger.db")
    ledger.sending(row, MORNING)
    message = "no answer within 30 s, see https://api.example/v1?token=s3cret"
    ledger.unknown(row.id, message, MORNING + 30)
    return ledger


@pytest.mark.usefixtures("ledger")
def test_what_is_known(cli: Cli) -> None:
    """All that helps to find the task is shown, and the exit code asks for a word."""
    said = cli("reconcile")

    assert (said.code, said.out) == (6, SHOWN)
    assert said.err == (
        "error: 1 purchase waits for your word\n"
        "hint: look at your account, then say `longtake reconcile 2 --made TASK` or `--not-made`\n"
    )
    assert cli("reconcile", "2") == said


def test_it_was_made(cli: Cli, ledger: Ledger) -> None:
    """With its task id it is a purchase like any other: the next run fetches it."""
    said = cli("reconcile", "2", "--made", " 424010985738629 ")

    assert (said.code, said.err) == (0, "")
    assert said.out == (
        "purchase 2 is task 424010985738629; the next `make` fetches it and pays nothing\n"
        "a mistyped task can be said again, until its clip is here\n"
    )
    assert (ledger.get(2).state, ledger.get(2).task) == ("submitted", "424010985738629")
    assert cli("reconcile").out == "no purchase waits for your word\n"


def test_it_was_not_made(cli: Cli, ledger: Ledger) -> None:
    """It took nothing and may be sent again."""
    said = cli("reconcile", "2", "--not-made")

    assert (said.code, said.out) == (
        0,
        "purchase 2 was not made; the next `make` may send it again\n",
    )
    assert (ledger.get(2).state, str(ledger.get(2).charge)) == ("failed", "0.00 USD")


def test_a_mistyped_task_is_corrected(cli: Cli, ledger: Ledger) -> None:
    """Until its clip is here a word can be taken back, even if its task was looked for in vain."""
    cli("reconcile", "2", "--made", "42401098573862")
    ledger.lost(2, "no such task", MORNING + 60)
    assert cli("reconcile", "2", "--made", "424010985738629").code == 0
    assert (ledger.get(2).state, ledger.get(2).task) == ("submitted", "424010985738629")

    cli("reconcile", "2", "--not-made")
    assert ledger.get(2).state == "failed"


def test_an_answer_of_the_provider_is_not_overruled(cli: Cli, ledger: Ledger) -> None:
    """Whose task id came with the answer needs nobody's word."""
    said = cli("reconcile", "1", "--not-made")

    assert said.code == 1
    assert "its outcome is known" in said.err
    assert ledger.get(1).state == "submitted"


def test_a_task_that_another_purchase_has(cli: Cli, ledger: Ledger) -> None:
    """One task is never taken for two clips."""
    said = cli("reconcile", "2", "--made", "task-1")

    assert (said.code, ledger.get(2).state) == (1, "unknown")
    assert said.err.startswith('error: task task-1 is that of purchase 1, "bay.1/1" of /films')


@pytest.mark.parametrize(
    ("words", "code", "start"),
    [
        (["1", "--not-made"], 1, "error: purchase 1 is submitted: its outcome is known\n"),
        (["9", "--not-made"], 1, "error: the ledger has no purchase 9\n"),
        (["--not-made"], 2, "error: a word is about one purchase"),
        (["2", "--made", "t", "--not-made"], 2, "error: a word is about one purchase"),
        (["2", "--made", "a b"], 2, "error: invalid value for '--made': \"a b\" is no task id\n"),
    ],
)
def test_words_that_mean_nothing(
    cli: Cli, ledger: Ledger, words: list[str], code: int, start: str
) -> None:
    """Whatever is not one word about one open question changes nothing."""
    before = ledger.purchases()
    said = cli("reconcile", *words)

    assert said.code == code
    assert said.err.startswith(start)
    assert ledger.purchases() == before


def test_a_run_that_died_while_sending(cli: Cli, ledger: Ledger) -> None:
    """What has been going out for long waits for a word too; what goes out now does not."""
    old = intent(ledger.path.parent, "bay.3/1")
    ledger.sending(old, MORNING)
    fresh = intent(ledger.path.parent, "bay.4/1", at=time.time())
    ledger.sending(fresh, time.time())
    said = cli("reconcile")

    assert "3  bay.3/1" in said.out
    assert "4  bay.4/1" not in said.out


def test_the_status_of_a_board(cli: Cli, ledger: Ledger, write: Write) -> None:
    """Its own purchases under way, and those of unknown outcome, are shown; others are not."""
    board = str(write(TWO_SHOTS))
    home = ledger.path.parent
    submitted(home, "bay.3/1", board=board)
    ledger.unknown(intent(home, "bay.4/1", board=board).id, "no answer", MORNING)
    document = check("status", cli("status", "--json").out)

    assert cli("status").out.splitlines()[-2:] == [
        "buying  1 clip under way: bay.3/1",
        "unknown nobody knows whether 1 clip was bought (4): `longtake reconcile`",
    ]
    assert (document["buying"], document["unknown"]) == (["bay.3/1"], [4])


def test_the_task_of_a_run_that_could_not_write_it(cli: Cli, ledger: Ledger) -> None:
    """It was told the moment it was bought: nobody has to wait before it is said again."""
    row = intent(ledger.path.parent, "bay.3/1", at=time.time())
    ledger.sending(row, time.time())

    assert cli("reconcile", "3", "--not-made").code == 1
    assert cli("reconcile", "3", "--made", "task-of-3").code == 0
    assert ledger.get(3).task == "task-of-3"


def test_words_about_the_wrong_purchase_are_taken_back(cli: Cli, ledger: Ledger) -> None:
    """A task that was denied is free: for the purchase whose it is, and for the same one again."""
    other = intent(ledger.path.parent, "bay.3/1")
    ledger.unknown(other.id, "no answer", MORNING)
    for words in (("2", "--made", "t"), ("2", "--not-made"), ("2", "--made", "t")):
        assert cli("reconcile", *words).code == 0
    assert cli("reconcile", "2", "--made", "t").code == 0
    assert cli("reconcile", "2", "--not-made").code == 0
    assert cli("reconcile", "3", "--made", "t").code == 0

    assert (ledger.get(2).task, ledger.get(3).task) == ("", "t")


def test_what_a_lost_key_bought_is_given_up(
    cli: Cli, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody else can ask for it: its author may say that it will not come."""
    monkeypatch.setenv("MINIMAX_API_KEY", "another-key")
    said = cli("reconcile", "1", "--not-made")

    assert (said.code, ledger.get(1).state) == (0, "failed")


def test_what_was_bought_twice_is_said(cli: Cli, ledger: Ledger) -> None:
    """The film goes on with the take it has; the late one is fetched all the same."""
    cli("reconcile", "2", "--not-made")
    row = submitted(ledger.path.parent, "bay.2/1")
    said = cli("reconcile", "2", "--made", "late")

    assert f"bought twice: the film goes on with the take of purchase {row.id}" in said.out
