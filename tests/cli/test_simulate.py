"""`simulate` says where it answers, answers until it is stopped, and names what it lacks."""

from __future__ import annotations

import signal
import sys
import urllib.request
from pathlib import Path

import pytest

from calls import free_port
from commands import Cli, start


def test_until_it_is_stopped(tmp_path: Path) -> None:
    """It names addresses and keys, answers there, and Ctrl-C is no failure."""
    port = free_port()
    command = start(tmp_path, "simulate", "--port", str(port))
    assert command.stdout and command.stderr
    with command.stdout, command.stderr:
        said = []
        for line in command.stderr:
            said.append(line)
            if line.startswith("hint:"):
                break
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_sim/oracle/tasks") as answer:
            tasks = answer.read()
        command.send_signal(signal.SIGINT)
        code = command.wait()
        rest = command.stderr.read()

    assert said[0] == f"the providers answer at http://127.0.0.1:{port}; Ctrl-C ends it\n"
    assert (
        f"  APIMART_API_HOST=http://127.0.0.1:{port}/apimart APIMART_API_KEY=apimart-key\n" in said
    )
    assert f"  LONGTAKE_UPLOAD_PUT=http://127.0.0.1:{port}/host/{{name}}\n" in said
    assert said[-1].startswith("hint: set LONGTAKE_HOME to a folder of its own")
    assert (tasks, code, rest) == (b"[]", 0, "")


def test_without_its_packages(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """What must be installed is said as a command."""
    for name in ("longtake.testing.serve", "longtake.serving"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    said = cli("simulate")

    assert (said.code, said.out) == (1, "")
    assert said.err == (
        "error: the simulator needs the package uvicorn\n"
        'hint: `pip install "longtake[simulate]"` installs it\n'
    )


def test_a_scenario_that_is_none(cli: Cli, tmp_path: Path) -> None:
    """A word the simulator does not know is named before it starts."""
    (tmp_path / "bad.yaml").write_text("speed: 3\n")
    said = cli("simulate", "--scenario", "bad.yaml")

    assert said.code == 1
    assert said.err.startswith("error: a scenario knows no speed\n")
