"""No test touches the real home, the keys in the environment, or any host but this one."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from longtake.media.workers import cores
from postgres import Server, running

# No test looks at the clock: a busy machine is no fault.
settings.register_profile("without a clock", deadline=None)
settings.load_profile("without a clock")


def pytest_xdist_auto_num_workers() -> int:
    """Give `-n auto` one process more than there are cores: many tests wait for others to die or to wake."""
    return cores() + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long: nobody waits at the end for the last of them."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


KEYS = (
    "APIMART_API_KEY",
    "MINIMAX_API_KEY",
    "MINIMAX_API_HOST",
    "PIXAZO_API_KEY",
    "PIXAZO_API_HOST",
    "APIINONE_API_KEY",
    "APIINONE_API_HOST",
    "LONGTAKE_UPLOAD_COMMAND",
    "LONGTAKE_UPLOAD_PUT",
    "LONGTAKE_UPLOAD_PUBLIC",
    "LONGTAKE_SPEECH_COMMAND",
    "LONGTAKE_SPEECH_URL",
    "LONGTAKE_SPEECH_KEY",
    "LONGTAKE_SPEECH_PRICE",
    "FAL_KEY",
    "AWS_ENDPOINT_URL",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
)


@pytest.fixture(autouse=True, scope="session")
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HOME", "USERPROFILE", "LONGTAKE_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(home))
        for key in KEYS:
            patch.delenv(key, raising=False)
        yield home


@pytest.fixture(autouse=True, scope="session")
def _no_other_host() -> Iterator[None]:
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in (
            "127.0.0.1",
            "::1",
        ):
            raise AssertionError(f"a test tried to reach {address[0]}")
        real(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server for all tests of this worker."""
    with running() as server:
        yield server


@pytest.fixture
def database(postgres: Server) -> str:
    """The address of an empty PostgreSQL database."""
    return postgres.database()
