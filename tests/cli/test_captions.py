"""Captions from the command line: counted by `plan`, in the film and beside it after a run."""

from __future__ import annotations

import json
from pathlib import Path

import av
import pytest

from commands import SMALL, Cli, Write
from json_schemas import check

BOARD = f"""\
longtake: 1
title: Read
{SMALL}captions: {{file: w.srt, language: de}}
scenes:
  - {{id: bay, prompt: a boat sets out, seconds: 2}}
  - {{id: sea, prompt: it sails, seconds: 2, start: fresh, captions: {{burn: true}}}}
"""
SRT = """\
1
00:00:00,500 --> 00:00:01,500
{\\an8}One & <b

2
00:00:02,500 --> 00:00:03,500
Two
"""


@pytest.fixture
def board(write: Write) -> Path:
    """A board with a caption in each of two scenes; those of the second are burned."""
    path = write(BOARD)
    (path.parent / "w.srt").write_text(SRT)
    return path


def test_plan_counts_captions(cli: Cli, board: Path) -> None:
    """How many, from where, and how they are shown; as text and as JSON."""
    assert (
        "captions 1 from w.srt as a track, 1 from w.srt drawn into the picture" in cli("plan").out
    )
    told = check("plan", cli("plan", "--json").out)
    assert told["captions"] == [
        {"source": "w.srt", "count": 1, "burned": False},
        {"source": "w.srt", "count": 1, "burned": True},
    ]


def test_a_run_hands_captions_over(cli: Cli, board: Path) -> None:
    """The track is in the film in its language, both files lie beside it, and a second run keeps all."""
    first = cli("animatic")
    assert first.code == 0
    folder = board.parent / "films" / board.stem
    with av.open(str(folder / "film-animatic.mp4")) as film:
        (track,) = film.streams.subtitles
        said = [bytes(packet)[2:] for packet in film.demux(track)]
        assert track.metadata["language"] == "deu"
    assert [text for text in said if text] == [b"One & <b"]
    assert "One &amp; &lt;b" in (folder / "captions-animatic.vtt").read_text()
    assert "Two" in (folder / "captions-animatic.srt").read_text()
    times = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert cli("animatic").code == 0
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == times


def test_a_broken_file_is_a_fault(cli: Cli, board: Path) -> None:
    """`check` points at the key, names the line in the file, and says what a time looks like."""
    (board.parent / "w.srt").write_text(SRT.replace("00:00:03,500", "soon"))
    outcome = cli("check", "--json")
    assert outcome.code == 2
    (fault,) = json.loads(outcome.out.splitlines()[-1])["faults"]
    assert fault["message"] == 'w.srt, line 6: "00:00:02,500 --> soon" are no times'
    assert "00:00:01,000 --> 00:00:03,500" in fault["hint"]
