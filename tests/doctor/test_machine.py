"""Looking at a machine finds what is there and changes nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from longtake.doctor import machine
from longtake.doctor.facts import Package, Place
from longtake.vault.ledger import Ledger


def test_what_runs_here() -> None:
    """Here, where all tests run, ffmpeg, encoder and letters are well."""
    for tried in (
        machine.look_at_ffmpeg(),
        machine.look_at_encoder(),
        machine.look_at_letters(),
    ):
        assert tried.found and not tried.problem


def test_an_ffmpeg_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that is not there, or is another one, is a problem in plain words."""
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "gone"))
    gone = machine.look_at_ffmpeg()
    other = tmp_path / "other"
    other.write_text("#!/bin/sh\necho hello\n")
    other.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(other))

    assert gone.problem.startswith("there is no ffmpeg that runs")
    assert machine.look_at_ffmpeg().problem == "what should be ffmpeg does not say its version"


def test_packages_and_their_versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What longtake was installed to need is listed, without extras and other systems."""
    told = tmp_path / "longtake-9.dist-info"
    told.mkdir()
    (told / "METADATA").write_text(
        "Metadata-Version: 2.4\nName: longtake\nVersion: 9\n"
        "Requires-Dist: longtake-nowhere[fast]<9,>=8.2\n"
        "Requires-Dist: colorama; sys_platform == 'win32'\n"
        "Requires-Dist: starlette>=0.47; extra == 'simulate'\n"
    )
    monkeypatch.syspath_prepend(tmp_path)

    assert machine.needed_packages() == (
        Package("longtake", "9"),
        Package("longtake-nowhere", "", "<9,>=8.2"),
    )


def test_a_folder_that_is_still_to_be_made(tmp_path: Path) -> None:
    """The folder above it is looked at, and nothing is left in it."""
    place = machine.look_at_place(tmp_path / "films" / "board")

    assert place.free > 0 and not place.problem
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """A file that stands in its place is the problem."""
    (tmp_path / "films").touch()

    place = machine.look_at_place(tmp_path / "films")
    assert place == Place(str(tmp_path / "films"), problem="not a directory")


def test_ledgers(tmp_path: Path) -> None:
    """None yet, an empty one, one of a newer version, and a file that is none."""
    ledger = Ledger(tmp_path / "ledger.db")
    none = machine.look_at_ledger(ledger)
    assert not ledger.exists()
    ledger.open()
    empty = machine.look_at_ledger(ledger)
    with sqlite3.connect(ledger.path) as db:
        db.execute("UPDATE facts SET value = '99' WHERE name = 'schema'")
    db.close()
    newer = machine.look_at_ledger(ledger)
    (tmp_path / "text.db").write_text("this is a text, and long enough not to be a database" * 20)

    assert none.found == "there is none yet: nothing was bought"
    assert empty.found == "form 2, purchases: 0"
    assert "newer longtake (version 99)" in newer.problem
    assert "cannot be used" in machine.look_at_ledger(Ledger(tmp_path / "text.db")).problem
