"""A run can be stopped at any moment, and two runs never share a folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import longtake
from commands import SMALL, TWO_SHOTS, Cli, Write, start

CHAIN = f"""\
longtake: 1
title: Four in a chain
{SMALL}scenes:
  - {{id: sea, prompt: the sea, camera: [Pan right], seconds: 40}}
"""
HOLD = """\
import sys
from pathlib import Path
from longtake.project import Project
with Project(Path("board.yaml")).hold():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
def test_a_run_is_stopped_and_goes_on(
    write: Write, tmp_path: Path, cli: Cli, number: signal.Signals
) -> None:
    """Stopped after its first clip, a run exits 130; the next keeps that clip and ends well."""
    write(CHAIN)
    first = start(tmp_path, "make", "--json")
    assert first.stdout and first.stderr
    for line in first.stdout:
        if json.loads(line).get("state") == "made":
            break
    first.send_signal(number)
    out, err = first.communicate()

    assert first.returncode == 130
    assert json.loads(out.splitlines()[-1])["exit"] == 130
    assert err.strip() == "stopped\nhint: the same command goes on where it stopped"

    second = cli("make")
    assert second.code == 0
    assert f"sea/1 {'.' * 61} kept" in second.err


def test_another_run_holds_the_project(write: Write, tmp_path: Path, cli: Cli) -> None:
    """The second run exits 11 and says who is in; `status` says so too; after it all is free."""
    write(TWO_SHOTS)
    environment = {**os.environ, "PYTHONPATH": str(Path(longtake.__file__).parents[1])}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", HOLD],
        cwd=tmp_path,
        env=environment,
        text=True,
        stdin=pipe,
        stdout=pipe,
    ) as holder:
        assert holder.stdout and holder.stdout.readline() == "held\n"
        said = cli("make")
        status = cli("status")
        holder.kill()

    host = os.uname().nodename
    who = (
        f"another run holds {tmp_path.resolve()}: process {holder.pid} on {host}, making board.yaml"
    )
    assert (said.code, said.out) == (11, "")
    assert said.err == f"error: {who}\nhint: wait for it, or stop it; nothing was done here\n"
    assert status.out.splitlines()[-1] == f"run     {who}"
    assert "run " not in cli("status").out
