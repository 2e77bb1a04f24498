"""`make` makes what is missing, says what it did, and does nothing twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import TWO_SHOTS, Cli, Outcome, Write
from json_schemas import check


def line(clip: str, state: str) -> str:
    """Give a line as it is where nobody watches: 72 signs, the word at its end."""
    return f"{clip} {'.' * (70 - len(clip) - len(state))} {state}"


@pytest.fixture
def made(cli: Cli, write: Write) -> Outcome:
    """A film of two chained clips, just made."""
    write(TWO_SHOTS)
    return cli("make")


def test_a_first_run_and_all_after_it(cli: Cli, write: Write, made: Outcome) -> None:
    """First all is made; then nothing; then what an edit touches, and each time it is said."""
    assert (made.code, made.out) == (0, "films/board/film.mp4\n")
    assert made.err.splitlines()[:3] == [
        "Two shots  2 clips to make, 0 owned; 47 frames",
        line("bay.1/1", "made"),
        line("bay.2/1", "made"),
    ]
    assert "0 of 47 frames rendered, 2 clips made, 0 kept" in made.err
    assert Path("films/board/film.mp4").stat().st_size

    again = cli("make")
    assert (again.code, again.out) == (0, "films/board/film.mp4\n")
    assert again.err == "nothing to do: films/board/film.mp4 is up to date\n"
    assert cli("status").out.splitlines() == [
        line("bay.1/1", "owned"),
        line("bay.2/1", "owned"),
        "",
        "clips   2 owned, 0 missing",
        "film    films/board/film.mp4: up to date",
    ]

    write(TWO_SHOTS.replace("comes home", "comes home, camera: [Pan left]"))
    assert cli("explain", "bay").out == ("bay.1/1: kept\nbay.2/1: made again, its camera changed\n")
    stands = check("status", cli("status", "--json").out)
    assert (stands["missing"], stands["lacking"], stands["up_to_date"]) == (["bay.2/1"], 24, False)
    edited = cli("make")
    assert line("bay.1/1", "kept") in edited.err.splitlines()
    assert "0 of 47 frames rendered, 1 clip made, 1 kept" in edited.err


def test_what_continues_an_edited_clip(cli: Cli, write: Write, made: Outcome) -> None:
    """A clip that is made again for the sake of another names that other."""
    write(TWO_SHOTS.replace("a boat sets out", "a raft sets out"))

    assert cli("explain", "bay.2/1").out == (
        "bay.2/1: made again, its handoff frame changed because bay.1/1 did\n"
    )
    spans = check("explain", cli("explain", "--json").out)
    assert (spans["frames"], spans["lacking"], len(spans["spans"])) == (47, 47, 2)


def test_a_run_as_data(cli: Cli, write: Write) -> None:
    """With --json every line is an event, and nothing else is on stdout or stderr."""
    write(TWO_SHOTS)
    said = cli("animatic", "--json", "--no-labels", "--quality", "draft")
    first, *lines = said.out.splitlines()
    events = [check("events", line) for line in lines]

    assert (said.code, said.err) == (0, "")
    assert json.loads(first) == {"longtake": 1, "version": "0.1.0"}
    assert [e["state"] for e in events if e["event"] == "clip"].count("made") == 2
    film = next(event for event in events if event["event"] == "film")
    assert (film["path"], film["frames"], film["rendered"]) == (
        "films/board/film-animatic.mp4",
        47,
        0,
    )
    assert [e["kind"] for e in events if e["event"] == "file"] == ["report", "contact sheet"]


def test_a_film_whose_frames_an_animatic_has_rendered(cli: Cli, write: Write) -> None:
    """Where no model is named both films show the same: this one is not made, and nothing of it lacks."""
    write(TWO_SHOTS)
    cli("animatic")

    assert cli("status").out.splitlines()[-1] == (
        "film    films/board/film.mp4: not made yet; "
        "all its 47 frames are rendered, and only to be put together"
    )


def test_a_film_that_is_not_made_yet(cli: Cli, write: Write) -> None:
    """Everything is missing, and looking at it makes nothing."""
    write(TWO_SHOTS)

    assert cli("status").out.splitlines()[3:] == [
        "clips   0 owned, 2 missing",
        "film    films/board/film.mp4: not made yet; 47 of 47 frames would be rendered",
    ]
    assert cli("explain", "bay.1/1").out == "bay.1/1: never made\n"
    explained = cli("explain")
    assert "bay.1/1  whole frames  no take yet\n" in explained.out
    assert "times are minutes:seconds:frames of the film\n" in explained.err
    assert not Path(".longtake").exists()
