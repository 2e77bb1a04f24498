"""The fleet for Docker says what its parts understand, and its parts find each other."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from longtake.cli.worker import command as worker
from longtake.holdings import DATABASE, VAULT

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "samples" / "fleet"
WORKERS = ("worker-1", "worker-2")


@pytest.fixture(scope="module")
def fleet() -> dict[str, Any]:
    """The file as Docker reads it."""
    return yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))


@pytest.mark.parametrize("name", WORKERS)
def test_a_worker_is_started_with_options_that_it_has(fleet: dict[str, Any], name: str) -> None:
    """Database and vault are named, by an option or by its variable."""
    service = fleet["services"][name]
    verb, *words = service["command"]
    assert verb == worker.name
    environment = service["environment"]
    with worker.make_context(verb, words) as asked:
        database = asked.params["database"] or environment[DATABASE]
        vault = asked.params["vault"] or environment[VAULT]

    assert urlsplit(database).scheme == "postgresql"
    assert urlsplit(vault).scheme == "s3"
    assert (
        database.rpartition("/")[2] == fleet["services"]["database"]["environment"]["POSTGRES_DB"]
    )
    assert f"/data/{urlsplit(vault).netloc}" in fleet["services"]["store"]["entrypoint"][-1]


def test_the_parts_find_each_other(fleet: dict[str, Any]) -> None:
    """Hosts in addresses are services, at the ports they have; names and passwords are the same."""
    services = fleet["services"]
    store, database = services["store"]["environment"], services["database"]["environment"]
    for name in WORKERS:
        said = services[name]["environment"]
        at, shop = urlsplit(said[DATABASE]), urlsplit(said["AWS_ENDPOINT_URL"])
        assert at.hostname in services and shop.hostname in services
        assert f"--port :{shop.port} " in services[shop.hostname]["entrypoint"][-1]
        assert set(services[name]["depends_on"]) == {at.hostname, shop.hostname}
        assert at.username == database["POSTGRES_USER"]
        assert (said["AWS_ACCESS_KEY_ID"], said["AWS_SECRET_ACCESS_KEY"]) == (
            store["ROOT_ACCESS_KEY"],
            store["ROOT_SECRET_KEY"],
        )
    assert all("healthcheck" in services[name] for name in ("database", "store"))


def test_each_machine_has_a_disk_of_its_own(fleet: dict[str, Any]) -> None:
    """Every volume is declared, and none is used by two."""
    used = [
        volume.partition(":")[0]
        for service in fleet["services"].values()
        for volume in service["volumes"]
    ]
    assert sorted(used) == sorted(fleet["volumes"]) == sorted(set(used))


def test_no_secret_is_written_down(fleet: dict[str, Any]) -> None:
    """Whoever starts it makes one; nothing listens beyond this machine."""
    text = (FOLDER / "compose.yaml").read_text("utf-8")
    assert set(re.findall(r"\$\{(\w+)", text)) == {"FLEET_SECRET"}
    assert "FLEET_SECRET:?" in text
    for service in fleet["services"].values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


def test_the_image_is_built_of_what_is_here() -> None:
    """Every file that is copied is there and is let in, and the extra has its name."""
    text = (FOLDER / "Dockerfile").read_text("utf-8")
    let_in = (FOLDER / "Dockerfile.dockerignore").read_text("utf-8").split()
    copied = [name for line in re.findall(r"^COPY (.*)$", text, re.M) for name in line.split()[:-1]]
    assert copied and all((ROOT / name).exists() and f"!{name}" in let_in for name in copied)
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    (extra,) = re.findall(r'"/longtake\[(\w+)\]"', text)
    assert extra in extras["project"]["optional-dependencies"]
