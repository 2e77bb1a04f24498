"""A real S3 server for tests: OpenStack Swift, its four servers as processes on 127.0.0.1."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import obstore
import pytest
from filelock import FileLock
from obstore.exceptions import GenericError
from obstore.store import S3Store

HERE = Path(__file__).parent
# An environment of its own: its packages shall not bind the versions of ours.
PLACE = HERE.parent / ".cache" / "swift"
LOCK = HERE / "swift-requirements.lock"
KEY, SECRET = "studio:ada", "a-secret-of-tests"
_START_S = 60.0

_RINGS = """
import sys
from swift.common.ring import RingBuilder
folder, *rest = sys.argv[1:]
for name, port in zip(("account", "container", "object"), rest):
    builder = RingBuilder(2, 1, 1)
    builder.add_dev({"region": 1, "zone": 1, "ip": "127.0.0.1", "port": int(port), "device": "disk",
        "weight": 1.0, "replication_ip": "127.0.0.1", "replication_port": int(port), "meta": ""})
    builder.rebalance()
    builder.get_ring().save(f"{folder}/{name}.ring.gz")
"""
_SERVE = """
import importlib, sys
from swift.common import utils
utils.set_swift_dir(sys.argv.pop(1))
sys.exit(importlib.import_module(f"swift.{sys.argv.pop(1)}.server").main())
"""
_COMMON = """[DEFAULT]
swift_dir = {folder}
devices = {folder}/nodes
mount_check = false
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
log_level = ERROR
recon_cache_path = {folder}/recon
disable_fallocate = true
"""
_STORE = """[pipeline:main]
pipeline = {name}-server
[app:{name}-server]
use = egg:swift#{name}
"""
_PROXY = """[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck s3api tempauth bulk slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
[filter:s3api]
use = egg:swift#s3api
[filter:tempauth]
use = egg:swift#tempauth
user_studio_ada = {secret} .admin
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:bulk]
use = egg:swift#bulk
[filter:slo]
use = egg:swift#slo
"""


@dataclass
class Swift:
    """An S3 server in a folder; may be stopped and started again with all that it holds."""

    folder: Path
    python: Path
    port: int = 0
    url: str = ""
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def variables(self) -> dict[str, str]:
        """What a client needs in its environment."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1",
        }

    def set_up(self) -> None:
        """Write rings and settings; one disk, every thing there once."""
        ports = dict(zip(("account", "container", "object", "proxy"), free_ports(4), strict=True))
        self.port = ports["proxy"]
        for name in ("nodes/disk", "recon"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "swift.conf").write_text("[swift-hash]\nswift_hash_path_suffix = tests\n")
        for name, port in ports.items():
            facts = {"folder": self.folder, "port": port, "user": getpass.getuser(), "name": name}
            body = _PROXY.format(secret=SECRET) if name == "proxy" else _STORE.format(**facts)
            (self.folder / f"{name}.conf").write_text(_COMMON.format(**facts) + body)
        words = [str(ports[name]) for name in ("account", "container", "object")]
        self._python("-c", _RINGS, str(self.folder), *words).check_returncode()

    def start(self) -> None:
        """Start the servers and wait until they answer."""
        for name in ("account", "container", "object", "proxy"):
            room = "obj" if name == "object" else name
            words = ["-c", _SERVE, str(self.folder), room, str(self.folder / f"{name}.conf")]
            log = (self.folder / f"{name}.log").open("ab")
            self.children[name] = subprocess.Popen(
                [self.python, *words], stdout=log, stderr=log, env=_alone(), start_new_session=True
            )
            log.close()
        for name in self.children:
            self._wait(name)

    def stop(self) -> None:
        """Kill the servers as a power cut would."""
        for child in self.children.values():
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        self.children.clear()

    def make_bucket(self, name: str) -> str:
        """Make a bucket; gives the URL of a vault in it."""
        # A store at this address alone: its first name is that of the bucket.
        store = S3Store(
            name,
            endpoint=self.endpoint,
            virtual_hosted_style_request=True,
            access_key_id=KEY,
            secret_access_key=SECRET,
            region="us-east-1",
            client_options={"allow_http": True},
        )
        # It is made then; the package only misses what an answer about a file would have.
        with suppress(GenericError):
            obstore.put(store, name, b"", use_multipart=False)
        return f"s3://{name}/vault"

    def objects(self) -> list[Path]:
        """List the files in which it keeps what it holds."""
        return sorted((self.folder / "nodes/disk/objects").rglob("*.data"))

    def _wait(self, name: str) -> None:
        conf = (self.folder / f"{name}.conf").read_text()
        port = int(conf.partition("bind_port = ")[2].partition("\n")[0])
        until = time.monotonic() + _START_S
        while time.monotonic() < until and self.children[name].poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        log = (self.folder / f"{name}.log").read_text(errors="replace")
        raise AssertionError(f"Swift's {name} server did not start: {log[-2000:]}")

    def _python(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.python), *words]
        return subprocess.run(command, capture_output=True, text=True, env=_alone(), check=False)


def free_ports(count: int) -> list[int]:
    """Give ports that nobody listens on."""
    holders = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [holder.getsockname()[1] for holder in holders]
    for holder in holders:
        holder.close()
    return ports


def installed() -> Path:
    """Give the Python of Swift's environment, made where it is not yet; skips where it cannot be.

    Under CI it must be there: `.ci/run` makes it, and so does this.
    """
    python, done = PLACE / "bin" / "python", PLACE / "installed.lock"
    PLACE.parent.mkdir(exist_ok=True)
    with FileLock(PLACE.with_suffix(".making")):
        if not done.is_file() or done.read_bytes() != LOCK.read_bytes():
            shutil.rmtree(PLACE, ignore_errors=True)
            venv.create(PLACE, with_pip=True)
            pip = [python, "-m", "pip", "-q", "install", "--only-binary=:all:", "--require-hashes"]
            made = subprocess.run(
                [*pip, "-r", LOCK], capture_output=True, text=True, check=False, env=_alone()
            )
            if made.returncode:
                missing(f"Swift could not be installed: {made.stderr[-500:]}")
            done.write_bytes(LOCK.read_bytes())
    return python


def missing(reason: str) -> None:
    """Leave a test out, or fail where all must run."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _alone() -> dict[str, str]:
    """Give the environment without what points at our packages."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


@contextmanager
def swift(folder: Path) -> Iterator[Swift]:
    """Run an S3 server with a bucket (`url` is a place in it) for the time of a test."""
    if sys.platform != "linux":
        missing("Swift keeps what it knows in attributes of files, as Linux has them")
    server = Swift(folder, installed())
    server.set_up()
    server.start()
    try:
        server.url = server.make_bucket("studio")
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swift]:
    """A server with a bucket, and the variables of its clients in the environment."""
    with swift(tmp_path_factory.mktemp("swift")) as server, pytest.MonkeyPatch.context() as patch:
        for name, value in server.variables.items():
            patch.setenv(name, value)
        yield server
