"""An S3 server for the tests of vaults, started when the first of them needs it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from swift_server import Swift, swift


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swift]:
    """A server with a bucket, and the variables of its clients in the environment."""
    with swift(tmp_path_factory.mktemp("swift")) as server, pytest.MonkeyPatch.context() as patch:
        for name, value in server.variables.items():
            patch.setenv(name, value)
        yield server
