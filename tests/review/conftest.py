"""A small film, made once for all that only look at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from longtake import make_film
from longtake.testing.serve import Simulator
from reviewing import ANIMATIC, Visit, visited, written


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The board of a film that is made."""
    board = written(tmp_path_factory.mktemp("drawn").resolve())
    make_film(board, ANIMATIC)
    return board


@pytest.fixture(scope="session")
def visit(drawn: Path) -> Iterator[Visit]:
    """Its page."""
    with visited(drawn) as visit:
        yield visit


@pytest.fixture
def sim(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Simulator]:
    """A small and quick world, which the key and host of this process lead to."""
    with Simulator({"task_s": 0.05, "scale": 0.1}) as running:
        monkeypatch.setenv("APIMART_API_HOST", f"{running.url}/apimart")
        monkeypatch.setenv("APIMART_API_KEY", "apimart-key")
        monkeypatch.setenv("LONGTAKE_HOME", str(tmp_path / "home"))
        yield running
