"""`plan` and `diff` say what an edit does: what stays, what is joined or made again, and its price."""

from __future__ import annotations

import io
import sys

import pytest

from commands import TWO_SHOTS, Cli, Write
from json_schemas import check

BOARD = """\
longtake: 1
title: The ferryman
model: minimax/MiniMax-Hailuo-02
resolution: 768p
scenes:
  - id: shore
    shots:
      - {prompt: evening at the shore, seconds: 6}
      - {prompt: he pushes off, seconds: 6}
      - {prompt: mist over the water, seconds: 6}
  - {id: lamp, prompt: a lamp, seconds: 6, start: fresh, join: dissolve 0.5s}
  - {id: end, title_card: {text: The end}, seconds: 2}
"""


def test_an_edit_and_its_price(cli: Cli, write: Write) -> None:
    """One line for each reason, what it comes to, and what all of the new board still costs."""
    write(BOARD, "old.yaml")
    write(BOARD.replace("pushes off", "waits").replace("The end", "Fin"), "new.yaml")

    assert (
        cli("diff", "old.yaml", "new.yaml").out
        == """\
The ferryman  old.yaml -> new.yaml

made again  shore.2/1  its prompt changed  0.28 USD
made again  shore.3/1  its handoff frame changed because shore.2/1 did  0.28 USD
re-joined   lamp/1     the dissolve 12f before it shows a clip that changed
re-joined   end        its text changed

edit    1 kept, 2 re-joined, 2 made again for 0.56 USD
film    0:25.4, as before
price   0.56 USD for what changed; 1.12 USD still to pay for all of new.yaml
"""
    )


def test_a_bible_that_many_clips_share(cli: Cli, write: Write) -> None:
    """Clips with one reason share a line."""
    write(BOARD, "old.yaml")
    write(BOARD.replace("scenes:", "look: warm\nscenes:"), "new.yaml")

    assert "made again  shore.1/1, shore.2/1, shore.3/1, lamp/1  its look changed  1.12 USD" in (
        cli("diff", "old.yaml", "new.yaml").out
    )


def test_what_costs_nothing(cli: Cli, write: Write) -> None:
    """Music, captions and titles are named; nothing is to be paid for them."""
    write(BOARD, "old.yaml")
    write(BOARD.replace("scenes:", "film: {loudness: -20 LUFS}\nscenes:"), "new.yaml")
    said = cli("diff", "old.yaml", "new.yaml").out

    assert "besides     loudness\n" in said
    assert "price   nothing for what changed; 1.12 USD" in said
    assert "nothing changes" in cli("diff", "old.yaml", "old.yaml").out


def test_the_old_board_from_elsewhere(
    cli: Cli, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`-` reads the old board as if it lay where the new one does, the only one in the folder."""
    write("look: warm\n", "house.yaml")
    write(BOARD.replace("scenes:", "extends: ../house.yaml\nscenes:"), "eps/board.yaml")
    old = BOARD.replace("scenes:", "extends: ../house.yaml\nscenes:").replace("a lamp", "a candle")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(old.encode())))
    found = check("diff", cli("diff", "-", "eps", "--json").out)

    states = [(clip["clip"], clip["state"], clip["price"]) for clip in found["clips"]]
    assert states[3:] == [("lamp/1", "again", "0.28 USD"), ("end", "kept", None)]
    assert (found["price"], found["total"], found["besides"]) == ("0.28 USD", "1.12 USD", [])


def test_faults_of_what_is_read(cli: Cli, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are shown where they stand: in standard input, or in a file that is not there."""
    write(BOARD)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"longtake: 1\ntitle: 3\n")))
    said = cli("diff", "-", "board.yaml")
    gone = cli("diff", "none.yaml", "board.yaml")

    assert (said.code, gone.code) == (2, 2)
    assert said.err.startswith("standard input:")
    assert "no file" in gone.err


def test_a_film_that_was_made(cli: Cli, write: Write) -> None:
    """After an edit `plan` shows what becomes of each clip; before one that all are kept."""
    write(TWO_SHOTS)
    assert "take" not in cli("plan").out
    cli("make")
    same = cli("plan").out
    write(TWO_SHOTS.replace("comes home", "sinks"))
    edited = cli("plan")
    clips = check("plan", cli("plan", "--json").out)["clips"]

    assert "continues bay.1/1  kept" in same
    assert "edit " not in same
    assert "made again  bay.2/1  its prompt changed\n" in edited.out
    assert "edit    1 kept, 1 made again\n" in edited.out
    assert [(clip["state"], clip["why"]) for clip in clips] == [
        ("kept", ""),
        ("again", "its prompt changed"),
    ]


def test_an_edit_that_only_joins_anew(cli: Cli, write: Write) -> None:
    """A join that changed says so until the film is made again."""
    write(TWO_SHOTS)
    cli("make")
    write(TWO_SHOTS.replace("home, ", "home, join: dip black 4f, "))
    before = cli("explain", "board.yaml", "bay.2").out
    cli("make")

    assert before == "bay.2/1: re-joined, the join before it changed from seam to dip black 4f\n"
    assert cli("explain", "board.yaml", "bay.2").out == "bay.2/1: kept\n"


def test_a_muted_shot_is_told(cli: Cli, write: Write) -> None:
    """`plan` names what is muted, and that its take stays."""
    write(TWO_SHOTS)
    cli("make")
    write(TWO_SHOTS.replace("home, ", "home, mute: true, "))
    said = cli("plan")

    assert "left out    bay.2/1  no longer in the film; its take stays\n" in said.out
    assert "muted   bay.2: left out of the film\n" in said.out
    assert check("plan", cli("plan", "--json").out)["gone"] == ["bay.2/1"]


def test_a_card_that_changed(cli: Cli, write: Write) -> None:
    """What is drawn into the film is told of, too: `explain` names it, and nothing has to be made."""
    card = "  - {id: end, title_card: {text: Fin}, seconds: 2}\n"
    write(TWO_SHOTS + card)
    cli("make")
    write(TWO_SHOTS + card.replace("Fin", "The end"))

    assert cli("explain", "board.yaml", "end").out == "end: re-joined, its text changed\n"
    assert "end: re-joined, its text changed\n" in cli("explain").err
