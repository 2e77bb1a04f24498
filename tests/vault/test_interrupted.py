"""A vault in a store whose writer is killed, whose network goes, or whose keys are wrong."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from longtake.errors import VaultUnreachable
from longtake.files import PART, sha256_of
from longtake.vault.depot import open_depot
from longtake.vault.mirror import Mirror
from longtake.vault.shared import SharedVault, open_vault
from longtake.vault.store import Vault
from sharing import KEY, OTHER, drawn, taken
from swift_server import KEY as ACCESS
from swift_server import SECRET, Swift

# A machine that puts things into a vault, and is killed before the step on files that is asked for.
_MACHINE = """
import os, signal, sys
from pathlib import Path
from longtake.vault.shared import open_vault
from sharing import KEY, drawn, taken

url, copy, last = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
steps = 0

def count(event, words):
    global steps
    at = str(words[0]) if words else ""
    if event in ("open", "os.rename", "os.remove", "os.chmod", "os.utime") and str(copy) in at:
        steps += 1
        if steps == last:
            os.kill(os.getpid(), signal.SIGKILL)

vault = open_vault(url, copy)
vault.open()
sys.addaudithook(count)
taken(vault)
print("take", flush=True)
vault.frame("dawn-47", drawn(b"picture"))
print("frame", flush=True)
film = copy / "film.mp4"
film.write_bytes(b"film")
vault.put("film", film)
print("film", flush=True)
print(steps)
"""


def machine(url: str, copy: Path, last: int = 0) -> list[str]:
    """Run a machine until it is done or killed; gives what it could say by then."""
    here = Path(__file__).parents[1]
    paths = os.pathsep.join([str(here), str(here.parent / "src")])
    words = [sys.executable, "-c", _MACHINE, url, str(copy), str(last)]
    run = subprocess.run(
        words, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": paths}
    )
    assert run.returncode in (0, -signal.SIGKILL), run.stderr
    return run.stdout.split()


def seen(vault: Vault) -> dict[str, bytes]:
    """Give what a machine finds of all that another puts into a vault."""
    take, film = vault.find(KEY, "r1"), vault.get("film")
    found = {"take": take.path if take else None, "film": film}
    if vault.noted("frames/dawn-47.json"):
        found["frame"] = vault.frame("dawn-47", drawn(b"another"))
    return {name: path.read_bytes() for name, path in found.items() if path}


WHOLE = {"take": b"clip", "frame": b"picture", "film": b"film"}


def test_a_machine_killed_at_any_step_leaves_nothing_half(tmp_path: Path) -> None:
    """What it said to be there is there; all else is whole or not there, and is put there again."""
    *said, steps = machine(f"file://{tmp_path}/store", tmp_path / "copy")
    assert said == list(WHOLE) and int(steps) > 30
    for step in range(1, int(steps) + 1, 8):
        url, copy = f"file://{tmp_path}/store{step}", tmp_path / f"copy{step}"
        said = machine(url, copy, step)
        found = seen(open_vault(url, tmp_path / f"other{step}"))
        assert set(said) <= set(found) and found.items() <= WHOLE.items(), step

        again = open_vault(url, copy)
        again.open()
        assert not list(copy.rglob(f"*{PART}*")), step
        assert seen(again).items() <= WHOLE.items()
        taken(again)
        assert seen(open_vault(url, tmp_path / f"third{step}"))["take"] == b"clip"


@pytest.mark.parametrize("when", [3, 20])
def test_a_machine_killed_beside_an_s3_server(s3: Swift, tmp_path: Path, when: int) -> None:
    """The same where the store is on another machine."""
    url = f"{s3.url}/{tmp_path.name}"
    said = machine(url, tmp_path / "copy", when)
    found = seen(open_vault(url, tmp_path / "other"))

    assert set(said) <= set(found) and found.items() <= WHOLE.items()
    assert machine(url, tmp_path / "copy")[:3] == list(WHOLE)
    assert seen(open_vault(url, tmp_path / "third")) == WHOLE


def test_a_file_harmed_on_the_server_is_refused(s3: Swift, tmp_path: Path) -> None:
    """Swift itself hands on bytes that are no longer those it was given."""
    url, told = f"{s3.url}/{tmp_path.name}", list[str]()
    one = open_vault(url, tmp_path / "one")
    one.open()
    before = set(s3.objects())
    content = os.urandom(5000)
    taken(one, content)
    (stored,) = (path for path in set(s3.objects()) - before if path.stat().st_size == 5000)
    stored.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))

    two = open_vault(url, tmp_path / "two", told.append)
    assert not two.is_whole(sha256_of(one.find(KEY).path))  # type: ignore[union-attr]
    assert told


def test_a_server_that_is_away_and_comes_back(
    tmp_path_factory: pytest.TempPathFactory, s3: Swift, tmp_path: Path
) -> None:
    """Nothing is taken for done meanwhile; what is here can be read; the same call ends it later."""
    depot = open_depot(f"{s3.url}/{tmp_path.name}", patience_s=0.3)
    vault = SharedVault(tmp_path / "copy", Mirror(depot, tmp_path / "copy"))
    vault.open()
    taken(vault)
    s3.stop()
    try:
        with pytest.raises(VaultUnreachable, match="did not answer") as caught:
            taken(vault, b"other", OTHER)
        assert vault.find(KEY) is not None
        with pytest.raises(VaultUnreachable):
            vault.find(OTHER)
    finally:
        s3.start()
    # A server that has just begun may take its time.
    patient = Mirror(open_depot(f"{s3.url}/{tmp_path.name}"), tmp_path / "copy")
    taken(SharedVault(tmp_path / "copy", patient), b"other", OTHER)

    assert caught.value.hint and SECRET not in str(caught.value)
    other = open_vault(f"{s3.url}/{tmp_path.name}", tmp_path / "other")
    assert other.recipes() == {"r1"} and other.find(OTHER) is not None


@pytest.mark.parametrize(
    ("variable", "value"),
    [("AWS_SECRET_ACCESS_KEY", "another-secret"), ("AWS_ACCESS_KEY_ID", "studio:bob")],
)
def test_wrong_keys(
    s3: Swift, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """Said at once, in words that hold neither key nor secret."""
    monkeypatch.setenv(variable, value)
    vault = open_vault(f"{s3.url}/{tmp_path.name}", tmp_path)

    with pytest.raises(VaultUnreachable, match="does not let us in") as caught:
        vault.open()
    words = str(caught.value)
    assert "AWS_SECRET_ACCESS_KEY" in words
    assert not any(each in words for each in (value, ACCESS, SECRET))


def test_a_bucket_that_is_not_there(s3: Swift, tmp_path: Path) -> None:
    """It is not taken for an empty vault."""
    with pytest.raises(VaultUnreachable, match="s3://no-such/vault is not there"):
        open_vault("s3://no-such/vault", tmp_path).open()


@pytest.mark.parametrize("url", ["s3://key:secret@bucket/v", "s3://bucket?x=1", "ftp://host/x"])
def test_addresses_of_no_vault(url: str, tmp_path: Path) -> None:
    """Keys do not belong into an address, and are not said again."""
    with pytest.raises(Exception, match="vault") as caught:
        open_vault(url, tmp_path)
    assert "secret@" not in str(caught.value)


class Wire(socketserver.ThreadingTCPServer):
    """A wire to a server that is cut in every connection after some bytes of what it answers."""

    def __init__(self, server: int, bytes_each: int) -> None:
        super().__init__(("127.0.0.1", 0), _Carrier)
        self.server, self.bytes_each = server, bytes_each
        self.cuts, self.silent = 0, False
        self.over = threading.Event()


class _Carrier(socketserver.BaseRequestHandler):
    server: Wire

    def handle(self) -> None:
        """Carry bytes both ways until one side ends, or enough came back."""
        left = self.server.bytes_each
        with socket.create_connection(("127.0.0.1", self.server.server)) as server:
            ways = {self.request: server, server: self.request}
            while left > 0:
                for source in select.select(list(ways), [], [])[0]:
                    chunk = source.recv(min(left, 65536))
                    if not chunk:
                        return
                    ways[source].sendall(chunk)
                    left -= len(chunk) if source is server else 0
            if self.server.silent:
                self.server.over.wait()
        self.server.cuts += 1


@pytest.fixture
def cut(s3: Swift, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], Wire]]:
    """Puts a wire that is cut between us and the server."""
    with contextlib.ExitStack() as open_ones:

        def put(bytes_each: int) -> Wire:
            wire = open_ones.enter_context(Wire(s3.port, bytes_each))
            threading.Thread(target=wire.serve_forever, args=(0.01,)).start()
            open_ones.callback(wire.shutdown)
            open_ones.callback(wire.over.set)
            monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{wire.server_address[1]}")
            return wire

        yield put


def impatient(url: str, copy: Path) -> Vault:
    """Open a vault that soon says that it has no answer."""
    return SharedVault(copy, Mirror(open_depot(url, patience_s=0.5), copy))


def stored(url: str, tmp_path: Path) -> bytes:
    """Put a film of a million bytes into a vault."""
    content = os.urandom(1_000_000)
    one = open_vault(url, tmp_path / "one")
    one.open()
    taken(one, content)
    return content


def test_a_wire_that_is_cut_again_and_again(
    s3: Swift, tmp_path: Path, cut: Callable[[int], Wire]
) -> None:
    """A film comes in parts, and is whole."""
    url = f"{s3.url}/{tmp_path.name}"
    content = stored(url, tmp_path)
    wire = cut(300_000)
    take = impatient(url, tmp_path / "two").find(KEY)

    assert take is not None and take.path.read_bytes() == content
    assert wire.cuts >= 3


@pytest.mark.parametrize("silent", [False, True])
def test_a_wire_on_which_nothing_comes_through(
    s3: Swift, tmp_path: Path, cut: Callable[[int], Wire], silent: bool
) -> None:
    """Cut at once, or dead without a sign: the run says so in its time, and nothing half lies here."""
    url = f"{s3.url}/{tmp_path.name}"
    stored(url, tmp_path)
    wire = cut(100)
    wire.silent = silent

    with pytest.raises(VaultUnreachable, match="did not answer for takes/"):
        impatient(url, tmp_path / "two").find(KEY)
    assert not [path for path in (tmp_path / "two").rglob("*") if path.is_file()]
    assert silent or wire.cuts
