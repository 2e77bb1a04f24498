"""Run the command line in this process, on boards written in the test."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import Cli, Outcome, Write
from hurry import pause_s
from longtake.cli.main import run
from longtake.generate.remote import RemoteProvider


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Run a command line in an empty folder of its own."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Outcome:
        capsys.readouterr()
        code = run(arguments)
        said = capsys.readouterr()
        return Outcome(code, said.out, said.err)

    return call


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at simulated tasks often: they are done in a moment."""
    monkeypatch.setattr(RemoteProvider, "pause_s", pause_s)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a board into the folder the commands run in."""

    def board(text: str, name: str = "board.yaml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return board
