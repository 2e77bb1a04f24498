"""A tiny film whose frames say which they are, assembled once, and the plan it follows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from boards import plan_of
from longtake.assemble.film import Film, Workshop, assemble_film
from longtake.plan.job import Plan
from synthetic import make_clip

BOARD = """
longtake: 1
title: Tiny
film: {size: 160x96}
scenes:
  - {id: opener, title: The opener, footage: opener.mp4}
  - {id: dawn, prompt: a stair, seconds: 3, start: fresh, camera: [Push in]}
  - {id: noon, prompt: a door, seconds: 2}
  - {id: dusk, title: Dusk, prompt: a lamp, seconds: 2, start: fresh, join: dissolve 6f}
"""


@dataclass(frozen=True)
class Tiny:
    """The film, its plan, and the synthetic scene that each of its clips shows."""

    film: Film
    plan: Plan
    scenes: dict[str, int]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """A cut, a seam and a dissolve between four clips of 160x96."""
    folder = tmp_path_factory.mktemp("tiny")
    plan = plan_of(BOARD, footage={"opener.mp4": 30})
    scenes = {source.id: number for number, source in enumerate(plan.sources, 1)}
    takes = {
        source.id: make_clip(folder / f"{number}.mp4", number, source.frames).material
        for number, source in enumerate(plan.sources, 1)
    }
    workshop = Workshop(folder / "work", "draft", workers=2)
    film = assemble_film(plan.timeline, takes, folder / "film.mp4", workshop=workshop)
    return Tiny(film, plan, scenes)


@pytest.fixture
def stand_in(tmp_path: Path) -> Path:
    """A file where a film should be, for reports that show no picture of it."""
    path = tmp_path / "film.mp4"
    path.write_bytes(b"film")
    return path
