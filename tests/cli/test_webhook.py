"""`make --webhook`: clips come home when their providers call, and what cannot work is said first."""

from __future__ import annotations

import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from calls import free_port
from commands import Cli, Write
from longtake.generate.remote import RemoteProvider
from longtake.testing.serve import Simulator

BOARD = """longtake: 1
title: Called
model: {}
resolution: 768p
film: {{size: 136x76, fps: 12}}
scenes: [{{id: a, prompt: a lamp is lit}}, {{id: b, prompt: a ship answers}}]
"""


@pytest.fixture
def sim(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Simulator]:
    """A small and quick world, which the keys and hosts of this process lead to."""
    with Simulator({"task_s": 0.2, "scale": 0.1, "rate": "12"}) as running:
        for name in ("apimart", "minimax"):
            monkeypatch.setenv(f"{name.upper()}_API_HOST", f"{running.url}/{name}")
            monkeypatch.setenv(f"{name.upper()}_API_KEY", f"{name}-key")
        monkeypatch.setenv("LONGTAKE_HOME", str(tmp_path / "home"))
        yield running


@pytest.mark.timeout(60)
@pytest.mark.parametrize("model", ["apimart/MiniMax-Hailuo-2.3", "minimax/MiniMax-Hailuo-02"])
def test_a_film_of_clips_that_call(
    cli: Cli, write: Write, sim: Simulator, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    """Looks come an hour apart: only calls can end the waiting. What was bought is bought for good."""
    monkeypatch.setattr(RemoteProvider, "pause_s", lambda *asked: 3600.0)
    write(BOARD.format(model))
    port = free_port()
    called = ("--webhook", f"http://127.0.0.1:{port}/hook", "--listen", f"127.0.0.1:{port}")
    first = cli("make", "--yes", "--quality", "draft", *called)
    again = cli("make", "--yes", "--quality", "draft")

    assert (first.code, again.code) == (0, 0), first.err + again.err
    assert "nothing to do" in again.err
    assert f"webhook: waiting for calls at http://127.0.0.1:{port}/hook\n" in first.err
    assert re.search(r"^webhook: \d+ calls came$", first.err, re.MULTILINE)
    assert "webhook" not in cli("make", "--yes", "--quality", "draft", *called).err
    assert (sim.oracle("submits")["paid"], sim.oracle("submits")["twice"]) == (2, [])
    urls = {each["url"].partition("/hook/")[2].partition("/") for each in sim.oracle("webhooks")}
    tokens = {token for token, _, _ in urls}
    assert len(tokens) == 1
    assert len(tokens.pop()) >= 32


def test_a_port_that_is_taken(cli: Cli, write: Write, sim: Simulator) -> None:
    """It is said, with the way out, and nothing is bought."""
    write(BOARD.format("apimart/MiniMax-Hailuo-2.3"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        place = f"127.0.0.1:{port}"
        said = cli("make", "--yes", "--webhook", "https://films.example", "--listen", place)

    assert said.code == 1
    assert said.err.splitlines()[-2:] == [
        f"error: port {port} of 127.0.0.1 cannot be used: another program has it",
        "hint: choose another place with `--listen HOST:PORT`; nothing was bought",
    ]
    assert sim.oracle("submits")["paid"] == 0


def test_without_its_packages(
    cli: Cli, write: Write, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What must be installed is said as a command, before anything is bought."""
    write(BOARD.format("apimart/MiniMax-Hailuo-2.3"))
    monkeypatch.delitem(sys.modules, "longtake.generate.webhook", raising=False)
    monkeypatch.setitem(sys.modules, "starlette.requests", None)
    said = cli("make", "--yes", "--webhook", "https://films.example")

    assert said.code == 1
    assert 'hint: `pip install "longtake[webhook]"` installs it' in said.err
    assert sim.oracle("submits")["paid"] == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--listen", "127.0.0.1:8443"), "`--listen` says where the address of `--webhook` leads"),
        (
            ("--webhook", "http://films.example"),
            '"http://films.example" is not of the form https://HOST/PATH',
        ),
        (("--webhook", "https://films.example", "--listen", "8443"), "not of the form HOST:PORT"),
    ],
)
def test_options_that_mean_nothing(cli: Cli, options: tuple[str, ...], message: str) -> None:
    """Slips are told before the board is even read."""
    said = cli("make", "missing.yaml", *options)

    assert said.code == 2
    assert message in said.err
