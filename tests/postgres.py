"""Debian's PostgreSQL on 127.0.0.1: started by the tests that need it, gone when they end."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

_PR_SET_PDEATHSIG = 1
_PATIENCE_S = 60.0
# What a test writes need not outlive the machine; what it proves of a killed server holds without.
_UNSYNCED = ("fsync=off", "full_page_writes=off")


class Server:
    """A PostgreSQL server of its own; `database` gives a fresh database in it."""

    def __init__(self, *settings: str) -> None:
        self._programs = _programs()
        self.folder = Path(tempfile.mkdtemp(prefix="longtake-postgres-"))
        self._settings = settings
        self._made = 0
        self.port = _free_port()
        self.log = self.folder / "log"
        self._running: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:
            # PostgreSQL does not run as root.
            shutil.chown(self.folder, "postgres", "postgres")
        self._run(
            "initdb", "-D", str(self.data), "-U", "longtake", "-A", "trust", "-E", "UTF8", "-N"
        )
        self.start()

    @property
    def data(self) -> Path:
        """Where the server's files lie."""
        return self.folder / "data"

    def start(self) -> None:
        """Start the server, and wait until it answers; it ends with the thread that starts it."""
        chosen = [
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=200",
            *self._settings,
        ]
        options = [word for setting in chosen for word in ("-c", setting)]
        command = [self._programs / "postgres", "-D", self.data, *options]
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(
                command, stdout=log, stderr=log, preexec_fn=_end_with_parent, **_account()
            )
        until = time.monotonic() + _PATIENCE_S
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
                return
            except psycopg.OperationalError:
                if self._running.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(self.log.read_text()) from None
                # It is another program that is waited for, not a moment in our own.
                time.sleep(0.02)

    def stop(self, how: int = signal.SIGINT) -> None:
        """Stop it: SIGINT ends what is under way, SIGQUIT is a power cut."""
        if self._running is not None:
            self._running.send_signal(how)
            self._running.wait(_PATIENCE_S)
            self._running = None

    def close(self) -> None:
        """Stop it and remove its files."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """Give the address of a database."""
        return f"postgresql://longtake@127.0.0.1:{self.port}/{database}"

    def database(self, like: str = "template1") -> str:
        """Make a database, empty or `like` another one that nobody uses; gives its address."""
        self._made += 1
        name = f"trial_{self._made}"
        self.ask(f"CREATE DATABASE {name} TEMPLATE {like}")
        return self.url(name)

    def cut(self, url: str, *, of: str = "application_name = 'longtake'") -> int:
        """End sessions of a database, as a broken network would; gives how many there were.

        `of` says whose: those of ledgers.
        """
        name = url.rpartition("/")[2]
        query = (
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            f" WHERE datname = '{name}' AND {of}"
        )
        return int(self.ask(query)[0][0])

    def ask(self, query: str) -> list[tuple[object, ...]]:
        """Carry out a statement as the administrator."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as db:
            answer = db.execute(query)
            return answer.fetchall() if answer.description else []

    def _run(self, program: str, *options: str) -> None:
        subprocess.run(
            [self._programs / program, *options],
            check=True,
            capture_output=True,
            cwd=self.folder,
            **_account(),
        )


@contextlib.contextmanager
def running(*settings: str) -> Iterator[Server]:
    """Run a server that is synced only where `settings` say so; where there is none the test is left out.

    Under CI, where it must have been installed, the test fails instead.
    """
    try:
        server = Server(*(settings or _UNSYNCED))
    except FileNotFoundError:
        reason = "no program `postgres`: Debian's package postgresql brings it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    try:
        yield server
    finally:
        server.close()


def _programs() -> Path:
    found = shutil.which("initdb")
    # Debian keeps each version's programs out of the way.
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4])
    )
    if found:
        return Path(found).resolve().parent
    if not versions:
        raise FileNotFoundError("initdb")
    return versions[-1].parent


def _account() -> dict[str, object]:
    if os.geteuid() != 0:
        return {}
    who = pwd.getpwnam("postgres")
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port: int = place.getsockname()[1]
        return port


def _end_with_parent() -> None:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)
