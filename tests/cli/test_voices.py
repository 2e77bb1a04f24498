"""Voices on the command line: shown, agreed to, bought, asked about."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands import Cli, Write
from json_schemas import check
from longtake.testing import Simulator
from longtake.vault.ledger import Ledger

SPOKEN = """\
longtake: 1
title: Spoken
film: {size: 64x36, fps: 12}
voice: openai/alloy
scenes:
  - {id: bay, prompt: a boat, seconds: 3, narration: The boat sets out.}
"""
SAY = (
    "import sys, wave; out = wave.open(sys.argv[1], 'wb'); out.setnchannels(1);"
    "out.setsampwidth(2); out.setframerate(8000); out.writeframes(bytes(2 * 8000 * {seconds}))"
)
PRICE = "0.00027 USD"


@pytest.fixture
def sim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """A service that speaks as OpenAI does, at OpenAI's price, and a home of its own."""
    with Simulator({}) as running:
        monkeypatch.setenv("LONGTAKE_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("LONGTAKE_SPEECH_URL", f"{running.url}/openai/v1")
        monkeypatch.setenv("LONGTAKE_SPEECH_KEY", "openai-key")
        monkeypatch.setenv("LONGTAKE_SPEECH_PRICE", "15.00 USD")
        yield running


class Terminal(io.StringIO):
    """A terminal on which something was typed."""

    def isatty(self) -> bool:
        return True


def test_a_voice_is_quoted_agreed_to_and_bought_once(
    cli: Cli, write: Write, sim: Simulator
) -> None:
    """Its price is in the plan, nothing is bought without a word, and a second run buys nothing."""
    write(SPOKEN)
    planned, unasked = cli("plan").out, cli("make")
    made, again = cli("make", "--yes"), cli("make")

    assert "narration by openai/tts-1/alloy, about " in planned
    assert f" to 2.3 s, {PRICE}\n" in planned
    assert "voices  1 to make, 0 owned (openai/tts-1/alloy)" in planned
    assert f"price   {PRICE} still to pay" in planned
    assert (unasked.code, f"1 voice would cost {PRICE}, and nobody" in unasked.err) == (3, True)
    assert made.code == 0
    assert "bay (voice) ..." in made.err
    assert (again.code, again.err) == (0, "nothing to do: films/board/film.mp4 is up to date\n")
    assert sim.oracle("submits")["paid"] == 1
    assert sim.oracle("money")["charged"] == "0.00027"


def test_what_is_owned_is_said(cli: Cli, write: Write, sim: Simulator) -> None:
    """Plan, status, explain, ledger and verify know a voice that is bought."""
    write(SPOKEN)
    before = cli("explain", "bay").out.splitlines()
    cli("make", "--yes")
    (voice,) = check("plan", cli("plan", "--json").out)["voices"]

    assert before[-1] == f"bay (voice): never said by openai/tts-1/alloy in these words; {PRICE}"
    assert "voices  0 to make, 1 owned" in cli("status").out
    assert cli("explain", "bay").out.splitlines()[-1] == (
        "bay (voice): kept, said by openai/tts-1/alloy"
    )
    assert (voice["owned"], voice["low_s"] == voice["high_s"]) == (True, True)
    assert f"charged  {PRICE} for 1 voice" in cli("ledger").out
    (row,) = check("ledger", cli("ledger", "--json").out)["rows"]
    assert (row["clip"], row["model"], row["state"]) == ("bay (voice)", "tts-1", "done")
    assert "nothing is wrong" in cli("verify", "--full").out


def test_a_lost_answer_waits_for_a_word(
    cli: Cli, write: Write, sim: Simulator, tmp_path: Path
) -> None:
    """It is shown with its text; charged, it is bought again only where that is asked for."""
    write(SPOKEN)
    sim.change(faults=[{"do": "drop", "when": "after", "times": 1}])
    lost, shown = cli("make", "--yes"), cli("reconcile")
    word = cli("reconcile", "1", "--made", "paid")
    refused, again = cli("make", "--yes"), cli("make", "--yes", "--retakes", "1")

    assert (lost.code, "`longtake reconcile 1 --made paid` or `--not-made`" in lost.err) == (
        6,
        True,
    )
    assert "text     The boat sets out." in shown.out
    assert "`longtake make --retakes 1` buys it again" in word.out
    assert (refused.code, "--retakes 1" in refused.err) == (1, True)
    assert again.code == 0
    rows = Ledger(tmp_path / "home" / "ledger.db").purchases()
    assert [row.state for row in rows] == ["lost", "done"]


def test_a_doubt_stops_the_next_who_speaks(
    cli: Cli, write: Write, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing more is bought for a film that a doubt stops, at no other service either."""
    monkeypatch.setenv("MINIMAX_API_HOST", f"{sim.url}/minimax")
    monkeypatch.setenv("MINIMAX_API_KEY", "minimax-key")
    second = "  - {id: c, prompt: x, seconds: 3, narration: {text: On., voice: minimax/Ada}}\n"
    write(SPOKEN + second)
    sim.change(faults=[{"do": "drop", "when": "after", "times": 1}])
    said = cli("make", "--yes")

    assert (said.code, 'whether "bay (voice)" was bought' in said.err) == (6, True)
    assert [task["prompt"] for task in sim.oracle("tasks")] == ["The boat sets out."]


def test_a_doubt_about_a_voice_is_called_one(cli: Cli, write: Write, sim: Simulator) -> None:
    """The status of a board tells voices from clips."""
    write(SPOKEN)
    sim.change(faults=[{"do": "drop", "when": "after", "times": 1}])
    cli("make", "--yes")

    assert "unknown nobody knows whether 1 voice was bought (1)" in cli("status").out


def test_it_was_not_made_says_its_buyer(cli: Cli, write: Write, sim: Simulator) -> None:
    """What never arrived is sent again by that word."""
    write(SPOKEN)
    sim.change(faults=[{"do": "drop", "times": 1}])
    cli("make", "--yes")
    cli("reconcile", "1", "--not-made")

    assert cli("make", "--yes").code == 0
    assert sim.oracle("submits")["paid"] == 1


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch, cli: Cli, write: Write, sim: Simulator) -> None:
    """A run that dies between keeping its voice and writing that down."""

    def die(*asked: object) -> None:
        raise Killed

    write(SPOKEN)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Ledger, "done", die)
        cli("make", "--yes")


class Killed(BaseException):
    """The process dies here."""


@pytest.mark.usefixtures("dying")
def test_a_kept_voice_leaves_no_doubt(cli: Cli, sim: Simulator, tmp_path: Path) -> None:
    """Though its run died before it could say so, the next one finds it there, bought once and paid."""
    status, made = cli("status").out, cli("make")
    (row,) = Ledger(tmp_path / "home" / "ledger.db").purchases()

    assert "under way" not in status
    assert (made.code, row.state, row.sha256 != "") == (0, "done", True)
    assert sim.oracle("submits")["paid"] == 1


@pytest.mark.usefixtures("dying")
@pytest.mark.parametrize("word", [("--not-made",), ("--made", "paid")])
def test_no_word_undoes_a_kept_voice(cli: Cli, tmp_path: Path, word: tuple[str, ...]) -> None:
    """A doubt about a voice that is on its shelf is settled by looking there; its price stands."""
    ledger = Ledger(tmp_path / "home" / "ledger.db")
    ledger.unknown(1, "its run ended while it was being sent", 1000.0)
    said = cli("reconcile", "1", *word)
    (row,) = ledger.purchases()

    assert (said.code, "purchase 1 is done: its outcome is known" in said.err) == (1, True)
    assert (row.state, row.charge, str(row.reserved)) == ("done", None, PRICE)
    assert cli("reconcile").out == "no purchase waits for your word\n"


@pytest.mark.usefixtures("dying")
def test_a_word_about_a_voice_just_sent_looks_on_its_shelf(cli: Cli, tmp_path: Path) -> None:
    """Named by its number it is not lost while it lies there."""
    said = cli("reconcile", "1", "--made", "paid")
    (row,) = Ledger(tmp_path / "home" / "ledger.db").purchases()

    assert "its voice was kept" in said.out
    assert row.state == "done"


def test_an_animatic_buys_no_voice(cli: Cli, write: Write, sim: Simulator) -> None:
    """It costs nothing and asks nobody, key or not, budget or not; owned voices it uses."""
    write(SPOKEN + "budget: 0.0001 USD\n")
    before = cli("animatic")
    over = cli("make", "--yes")

    assert (before.code, over.code) == (0, 4)
    assert sim.oracle("requests") == {}


def test_a_voice_without_its_key_stops_before_anything(
    cli: Cli, write: Write, monkeypatch: pytest.MonkeyPatch, sim: Simulator
) -> None:
    """The variable is named, as for clips."""
    monkeypatch.setenv("LONGTAKE_SPEECH_URL", "")
    monkeypatch.setenv("LONGTAKE_SPEECH_KEY", "")
    write(SPOKEN)
    said = cli("make", "--yes")

    assert (said.code, "LONGTAKE_SPEECH_KEY is not set" in said.err) == (5, True)


def test_dearer_clips_are_agreed_to_again(
    cli: Cli, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A voice longer than the estimate makes its clips longer: the new price is asked for, the voice kept."""
    (tmp_path / "say.py").write_text(SAY.format(seconds=9))
    monkeypatch.setenv("LONGTAKE_SPEECH_COMMAND", f"{sys.executable} {tmp_path / 'say.py'}")
    monkeypatch.setenv("LONGTAKE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MINIMAX_API_KEY", "k")
    monkeypatch.setenv("MINIMAX_API_HOST", "http://127.0.0.1:9")
    write(
        "longtake: 1\ntitle: T\nmodel: minimax/MiniMax-Hailuo-02\nresolution: 768P\nvoice: command/x\n"
        "scenes: [{id: a, prompt: x, seconds: auto, narration: Hello there.}]\n"
    )
    screen = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal("y\nn\n"))
    monkeypatch.setattr(sys, "stderr", screen)
    code = cli("make").code

    assert code == 3
    assert "Buy 1 clip for 0.28 USD? [y/N]" in screen.getvalue()
    assert (
        "The voices are longer than was estimated: Buy 1 clip for 0.56 USD (not 0.28 USD)?"
        in screen.getvalue()
    )
    assert "not agreed: no clip was bought" in screen.getvalue()
    assert len(list((tmp_path / "home" / "vault" / "voices").glob("*.json"))) == 1


def test_a_title_that_a_short_voice_cuts(
    cli: Cli, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the first plan could not warn of is said as soon as the voices are there, once."""
    (tmp_path / "say.py").write_text(SAY.format(seconds=1))
    monkeypatch.setenv("LONGTAKE_SPEECH_COMMAND", f"{sys.executable} {tmp_path / 'say.py'}")
    monkeypatch.setenv("LONGTAKE_HOME", str(tmp_path / "home"))
    words = "The keeper climbs all the stairs to light the lamp once more for the ships."
    shot = f"seconds: auto, title_card: {{text: Ho}}, narration: {words}"
    board = SPOKEN.replace("openai/alloy", "command/x")
    write(board.replace("seconds: 3, narration: The boat sets out.", shot))
    planned, made, again = cli("plan"), cli("make", "--yes"), cli("make", "--yes")

    assert "the title card" not in planned.err
    assert made.err.count("warning: the title card would stand for 5 s, its shot has room") == 1
    assert "warning" not in again.err
