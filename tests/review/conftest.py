"""Small films, each made once for all that look at them, or change a copy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hurry import pause_s
from longtake import make_film
from longtake.generate.remote import RemoteProvider
from longtake.testing.serve import Simulator
from reviewing import ANIMATIC, BOUGHT, FINAL, Visit, visited, written


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


@pytest.fixture(scope="session")
def world() -> Iterator[Simulator]:
    """A small and quick world."""
    with Simulator({"task_s": 0.05, "scale": 0.1, "rate": "12"}) as running:
        yield running


@pytest.fixture(scope="session")
def shop(world: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a film whose clips were bought, one of them in two takes, chosen by their rank."""
    folder = tmp_path_factory.mktemp("bought").resolve()
    with pytest.MonkeyPatch.context() as patch:
        enter(world, patch, folder)
        make_film(written(folder, BOUGHT), replace(FINAL, take_best=True))
    return folder


@pytest.fixture
def sim(world: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Simulator]:
    """The world, which the key and host of this process lead to."""
    enter(world, monkeypatch, tmp_path)
    yield world
    world.change(accounts={"apimart-key": {"host": "apimart"}})


@pytest.fixture
def bought(shop: Path, sim: Simulator, tmp_path: Path) -> Path:
    """The board of a copy of that film, with a home of its own."""
    shutil.copytree(shop, tmp_path, dirs_exist_ok=True)
    return tmp_path / "board.yaml"


def enter(world: Simulator, patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Lead to a world, with a home in a folder."""
    patch.setenv("APIMART_API_HOST", f"{world.url}/apimart")
    patch.setenv("APIMART_API_KEY", "apimart-key")
    patch.setenv("LONGTAKE_HOME", str(folder / "home"))
    # Looks at a task come seconds apart.
    patch.setattr(RemoteProvider, "pause_s", pause_s)
