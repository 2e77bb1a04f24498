"""Who is at work in a folder is told without getting in anybody's way."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from filelock import FileLock

from commands import TWO_SHOTS, Cli, Write
from longtake.errors import ProjectBusy
from longtake.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project in which something ran before."""
    project = Project(tmp_path / "board.yaml")
    project.work.mkdir()
    return project


def note(project: Project, said: object) -> Path:
    """Leave the note of a run."""
    path = project.work / "run.json"
    path.write_text(json.dumps(said), encoding="utf-8")
    return path


def dead_process() -> int:
    """Give the number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_status_after_a_killed_run(project: Project, write: Write, cli: Cli) -> None:
    """Nobody is named, and what the run left lies as it lay."""
    write(TWO_SHOTS)
    left = note(project, {"pid": dead_process(), "host": socket.gethostname(), "board": "b"})
    half = project.work / f"piece.part-{os.getpid()}-1.mp4"
    half.touch()

    assert "run " not in cli("status").out
    assert sorted(project.work.iterdir()) == sorted([left, half])


def test_a_note_of_another_machine(project: Project) -> None:
    """Its processes cannot be asked; the lock tells."""
    note(project, {"pid": 1, "host": "elsewhere", "board": "b.yaml"})
    assert project.holder() == ""

    with FileLock(project.work / "run.lock"):
        assert project.holder().endswith("process 1 on elsewhere, making b.yaml")


def test_the_run_that_is_in(project: Project) -> None:
    """A living run is named while it holds the folder, and not after."""
    with project.hold():
        assert f"process {os.getpid()} on" in project.holder()

    assert project.holder() == ""


@pytest.mark.parametrize("said", [5, [], {"pid": "x"}, {"pid": -1, "host": 5}, {"pid": 10**30}])
def test_an_odd_note(project: Project, said: object) -> None:
    """A note that is not as a run writes it names nobody."""
    note(project, said)

    assert project.holder() == ""


def test_a_lock_that_is_tried_turns_no_run_away(project: Project) -> None:
    """A run waits for the moment that another one looks."""
    lock = FileLock(project.work / "run.lock", thread_local=False)
    lock.acquire()
    threading.Timer(0.05, lock.release).start()

    with project.hold():
        assert (project.work / "run.json").exists()


def test_a_lock_that_stays_turns_the_run_away(project: Project) -> None:
    """It does not wait long, and says who is in."""
    note(project, {"pid": 1, "host": "elsewhere", "board": "b.yaml"})
    with (
        FileLock(project.work / "run.lock"),
        pytest.raises(ProjectBusy, match="process 1 on elsewhere"),
        project.hold(),
    ):
        raise AssertionError("two runs are in one folder")
