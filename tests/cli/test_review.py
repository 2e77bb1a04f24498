"""`longtake review`: an address for the browser, on this machine alone, until it is stopped."""

from __future__ import annotations

import re
import signal
import socket
import sys
from pathlib import Path

import httpx
import pytest

from commands import TWO_SHOTS, Cli, Write, start

ADDRESS = re.compile(r"^http://127\.0\.0\.1:(\d+)/\?key=([\w-]{40,})$")


def test_the_page_is_served_until_it_is_stopped(write: Write, tmp_path: Path) -> None:
    """The address is all that stdout says; it opens the page, and Ctrl-C is no failure."""
    write(TWO_SHOTS)
    run = start(tmp_path, "review", "--animatic", "--no-open")
    assert run.stdout and run.stderr
    address = run.stdout.readline().strip()
    with httpx.Client(trust_env=False, timeout=60) as client:
        first = client.get(address)
        page = client.get(address.partition("?")[0])
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=30)

    assert ADDRESS.match(address)
    assert (first.status_code, page.status_code) == (200, 200)
    assert "it comes home" in page.text
    assert (run.returncode, out) == (0, "")
    assert "Ctrl-C ends it" in err


def test_a_port_that_is_taken(cli: Cli, write: Write) -> None:
    """It is said, with the way out."""
    write(TWO_SHOTS)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = cli("review", "--no-open", "--port", str(port))

    assert said.code == 1
    assert f"port {port} of 127.0.0.1 cannot be used: another program has it" in said.err
    assert "`--port`" in said.err


def test_without_its_packages(cli: Cli, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """What must be installed is said as a command."""
    write(TWO_SHOTS)
    for name in [name for name in sys.modules if name.startswith("longtake.review.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "starlette.applications", None)
    said = cli("review", "--no-open")

    assert said.code == 1
    assert "the review page needs the package starlette" in said.err
    assert 'hint: `pip install "longtake[review]"` installs it' in said.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("gone.yaml",), "there is no file gone.yaml"),
        (("--draft", "--animatic"), "a film is a draft or an animatic, not both"),
    ],
)
def test_what_cannot_be_shown(
    cli: Cli, write: Write, options: tuple[str, ...], message: str
) -> None:
    """Nothing is served, and the exit is that of a wrong command line."""
    write(TWO_SHOTS)
    said = cli("review", "--no-open", *options)

    assert said.code == 2
    assert message in said.err
