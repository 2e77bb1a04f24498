"""Pictures get a public address at a place of the author's own, and nothing else gets out."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from PIL import Image

from longtake.errors import LongtakeError, ProviderError, Refused, Unreachable, VaultError
from longtake.generate.hosting import PictureHost, open_host
from longtake.generate.http import Wire
from longtake.generate.places import COMMAND, PUBLIC, PUT, has_host
from longtake.media.sendable import Packed, pack_frame
from longtake.testing.serve import Simulator

OPEN = "93.184.215.14"
NAME = "0123456789abcdef.png"
Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def frame(tmp_path: Path) -> Packed:
    """A frame of our own, packed."""
    Image.new("RGB", (64, 36), "green").save(tmp_path / "frame.png")
    return pack_frame(tmp_path / "frame.png", 1_000_000)


def guard(answer: Answer, *addresses: str, base: str = "https://api.example") -> Wire:
    """Make a provider's wire that looks hosts up as told; a handler answers for all of them."""
    return Wire(
        base,
        {"Authorization": "Bearer k3y"},
        "k3y",
        resolve=lambda host, port: list(addresses or (OPEN,)),
        transport=httpx.MockTransport(answer),
    )


def hosted(environment: Mapping[str, str], wire: Wire) -> PictureHost:
    """Open the place that an environment names."""
    host = open_host(environment, ("MINE_API_KEY", "MINE_OTHER_KEY"), wire)
    assert host is not None
    return host


def program(folder: Path, code: str) -> str:
    """Write a program and give the words that start it."""
    path = folder / "put it up.py"
    path.write_text(f"import os, pathlib, sys, time\n{code}\n", encoding="utf-8")
    return f"{sys.executable} '{path}'"


def serving(content: bytes) -> Answer:
    """Answer every request with some bytes."""
    return lambda request: httpx.Response(200, stream=httpx.ByteStream(content))


def test_a_program_is_given_the_picture(tmp_path: Path, frame: Packed) -> None:
    """Its last line is the address; what it gets is our own bytes under a name of their own."""
    code = (
        "path = pathlib.Path(sys.argv[-1])\n"
        f"pathlib.Path({str(tmp_path / 'got')!r}).write_bytes(path.read_bytes())\n"
        "print('putting up'); print('https://cdn.example/' + path.name); print()"
    )
    host = hosted({COMMAND: program(tmp_path, code)}, guard(serving(frame.content)))

    assert host.place(frame, NAME, 30.0) == f"https://cdn.example/{NAME}"
    assert (tmp_path / "got").read_bytes() == frame.content


def test_a_file_in_the_middle_of_the_words(tmp_path: Path, frame: Packed) -> None:
    """`{file}` is replaced wherever it stands, and nothing is appended; no shell reads the words."""
    code = "print('https://cdn.example/' + '|'.join(sys.argv[1:]).replace(os.sep, '_'))"
    words = f"{program(tmp_path, code)} in={{file}} ;$(id)"
    host = hosted({COMMAND: words}, guard(serving(frame.content)))

    url = host.place(frame, NAME, 30.0)
    assert url.endswith(f"{NAME}|;$(id)") and "in=" in url


def test_what_a_program_is_told(tmp_path: Path, frame: Packed) -> None:
    """Variables of the environment, but no provider's key."""
    code = (
        "print('https://cdn.example/' + '-'.join(k for k in os.environ if k.startswith('MINE_')))"
    )
    told = {**os.environ, COMMAND: program(tmp_path, code), "MINE_API_KEY": "x", "MINE_BUCKET": "y"}
    told["MINE_OTHER_KEY"] = "z"

    url = hosted(told, guard(serving(frame.content))).place(frame, NAME, 30.0)
    assert url == "https://cdn.example/MINE_BUCKET"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("http://cdn.example/a.png", "no https address"),
        ("file:///etc/passwd", "is none"),
        ("/tmp/a.png", "is none"),
        ("https://me:secret@cdn.example/a.png", "a user"),
        ("https://cdn.example/a b.png", "is none"),
        ("", "is none"),
    ],
)
def test_addresses_nobody_may_be_sent_to(
    said: str, why: str, tmp_path: Path, frame: Packed
) -> None:
    """Plain http, files, users in an address, no address: refused, and not for another try."""
    host = hosted({COMMAND: program(tmp_path, f"print({said!r})")}, guard(serving(frame.content)))

    with pytest.raises(Refused, match=why) as caught:
        host.place(frame, NAME, 30.0)
    assert PUBLIC in caught.value.hint and "secret" not in str(caught.value)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.8", "169.254.169.254", "::1"])
def test_a_name_that_leads_into_our_network(address: str, tmp_path: Path, frame: Packed) -> None:
    """What looks public but is not is refused, though a provider might fetch it elsewhere."""
    words = program(tmp_path, "print('https://cdn.example/a.png')")
    host = hosted({COMMAND: words}, guard(serving(frame.content), address))

    with pytest.raises(Refused, match="no public address"):
        host.place(frame, NAME, 30.0)


@pytest.mark.parametrize("content", [b"<!doctype html>", b"\x89PNG"])
def test_an_address_that_gives_something_else(
    content: bytes, tmp_path: Path, frame: Packed
) -> None:
    """A page about the picture, or another picture, is not what the clip shall begin on."""
    words = program(tmp_path, "print('https://cdn.example/a.png')")

    with pytest.raises(Refused, match="something else"):
        hosted({COMMAND: words}, guard(serving(content))).place(frame, NAME, 30.0)


def test_an_address_that_is_not_there_yet(tmp_path: Path, frame: Packed) -> None:
    """A place may need a moment: another try may help."""
    words = program(tmp_path, "print('https://cdn.example/a.png')")
    missing = guard(lambda request: httpx.Response(404))

    with pytest.raises(Unreachable, match="404"):
        hosted({COMMAND: words}, missing).place(frame, NAME, 30.0)


def test_a_program_that_fails(tmp_path: Path, frame: Packed) -> None:
    """Its last words are told, without what signs an address; it may be tried again."""
    code = "sys.exit('first\\nno room at https://s3.example/a?Signature=s3cret \\x1b[31m')"
    host = hosted({COMMAND: program(tmp_path, code)}, guard(serving(b"")))

    with pytest.raises(Unreachable, match=r"no room at https://s3\.example/a") as caught:
        host.place(frame, NAME, 30.0)
    assert not [word for word in ("s3cret", "\x1b", "first") if word in str(caught.value)]


def test_a_program_without_end(tmp_path: Path, frame: Packed) -> None:
    """It is killed when its time is up, and with it what it has started."""
    child = "import sys; sys.stdin.read()"
    code = (
        "import subprocess\n"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}], stdin=subprocess.PIPE)\n"
        f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(child.pid))\n"
        "child.wait()"
    )
    host = hosted({COMMAND: program(tmp_path, code)}, guard(serving(b"")))

    with pytest.raises(Unreachable, match="not done after 1 s"):
        host.place(frame, NAME, 1.0)
    assert is_gone(int((tmp_path / "pid").read_text()))


def test_a_run_that_is_stopped(tmp_path: Path, frame: Packed) -> None:
    """The program is ended at once, whatever time it still had, and started no more."""
    code = f"pathlib.Path({str(tmp_path / 'on')!r}).touch(); open(sys.argv[0] + '.pipe').read()"
    host = hosted({COMMAND: program(tmp_path, code)}, guard(serving(b"")))
    os.mkfifo(tmp_path / "put it up.py.pipe")
    with ThreadPoolExecutor(1) as pool:
        placing = pool.submit(host.place, frame, NAME, 60.0)
        # Opening to write waits for the program to open it to read.
        with (tmp_path / "put it up.py.pipe").open("w"):
            host.interrupt()
            error = placing.exception()

    assert (tmp_path / "on").exists()
    assert isinstance(error, Unreachable) and "-9" in error.message
    with pytest.raises(Unreachable):
        host.place(frame, NAME, 60.0)


def test_a_program_that_is_not_there(frame: Packed) -> None:
    """Nothing would mend it."""
    with pytest.raises(Refused, match="cannot be started"):
        hosted({COMMAND: "/no/such/program"}, guard(serving(b""))).place(frame, NAME, 30.0)


def test_a_put(frame: Packed) -> None:
    """The picture comes with its type and without any key; it is had where it was put."""
    with Simulator() as sim:
        wire = Wire(sim.url, {"Authorization": "Bearer k3y"}, "k3y")
        host = hosted({PUT: f"{sim.url}/host/{{name}}?sig=s3cret"}, wire)
        url = host.place(frame, NAME, 30.0)
        (upload,), bucket = sim.oracle("uploads"), sim.oracle("bucket")
        host.close()
        wire.close()

    assert url == f"{sim.url}/host/{NAME}"
    assert upload["sha256"] == hashlib.sha256(frame.content).hexdigest()
    assert (bucket["put"], bucket["secrets"]) == (1, [])
    assert "content-type" in bucket["headers"]


def test_a_put_with_another_public_address(frame: Packed) -> None:
    """Where the place is read elsewhere than it is written, that address is given away."""
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(f"{request.headers['host']}{request.url.path}")
        return httpx.Response(200, stream=httpx.ByteStream(frame.content))

    with Simulator() as sim:
        named = {PUT: f"{sim.url}/host/{{name}}", PUBLIC: "https://cdn.example/film/{name}"}
        host = hosted(named, guard(answer))
        url = host.place(frame, NAME, 30.0)
        host.close()

    assert url == f"https://cdn.example/film/{NAME}"
    assert seen == [f"cdn.example/film/{NAME}"]


def test_a_put_to_a_private_place_that_has_no_public_address(frame: Packed) -> None:
    """A store on this machine takes the picture, but no provider could fetch it from there."""
    with Simulator() as sim:
        host = hosted({PUT: f"{sim.url}/host/{{name}}"}, guard(serving(frame.content)))
        with pytest.raises(Refused, match="no https address"):
            host.place(frame, NAME, 30.0)
        host.close()


@pytest.mark.parametrize(
    ("status", "error"), [(503, Unreachable), (429, Unreachable), (403, Refused)]
)
def test_a_put_that_is_not_taken(status: int, error: type[LongtakeError], frame: Packed) -> None:
    """A busy place may be asked again; one that forbids it, not."""
    with Simulator({"faults": [{"do": "http", "on": "upload", "status": status}]}) as sim:
        host = hosted({PUT: f"{sim.url}/host/{{name}}"}, guard(serving(b""), base=sim.url))
        with pytest.raises(error, match=f"HTTP {status}"):
            host.place(frame, NAME, 30.0)
        host.close()


@pytest.mark.parametrize(
    ("named", "why"),
    [
        ({PUT: "http://bucket.example/{name}"}, PUT),
        ({PUT: "https://bucket.example/"}, PUT),
        ({PUT: "https://{name}.example/"}, PUT),
        ({PUT: "https://me:pw@bucket.example/{name}"}, PUT),
        ({PUT: "ftp://bucket.example/{name}"}, PUT),
        ({PUT: "https://bucket.example/{name}", PUBLIC: "http://cdn.example/{name}"}, PUBLIC),
        ({PUT: "https://bucket.example/{name}", PUBLIC: "https://cdn.example/"}, PUBLIC),
        ({PUT: "https://bucket.example/{name}", COMMAND: "put"}, "both"),
        ({COMMAND: "put 'half"}, COMMAND),
    ],
)
def test_what_can_be_no_place(named: dict[str, str], why: str) -> None:
    """A slip in a variable is told before anything is sent."""
    with pytest.raises(ProviderError, match=why) as caught:
        open_host(named, (), guard(serving(b"")))
    assert "pw" not in caught.value.message


def test_no_place_at_all() -> None:
    """An empty variable names no place."""
    assert open_host({COMMAND: " "}, (), guard(serving(b""))) is None
    assert [has_host(each) for each in ({}, {PUT: ""}, {PUBLIC: "x"}, {COMMAND: "put"})] == [
        False,
        False,
        False,
        True,
    ]


def is_gone(pid: int) -> bool:
    """Tell whether a process is dead, or dead but for the name: a signal takes a moment to strike."""
    stat, until = Path(f"/proc/{pid}/stat"), time.monotonic() + 30
    try:
        while stat.read_text().rpartition(")")[2].split()[0] not in "ZX":
            if time.monotonic() > until:
                return False
            time.sleep(0.01)
    except OSError:
        pass
    return True


def test_no_room_to_lay_a_picture_out(
    tmp_path: Path, frame: Packed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full or missing folder for temporary files is told as such."""
    host = hosted({COMMAND: "echo"}, guard(serving(frame.content)))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))

    with pytest.raises(VaultError, match="cannot be laid out"):
        host.place(frame, NAME, 30.0)
