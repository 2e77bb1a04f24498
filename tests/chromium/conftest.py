"""Films made once, each watched once in Chromium; the tests look at what was seen."""

from __future__ import annotations

import pytest

from .browser import chromium
from .reels import REELS
from .viewing import Viewing, view


@pytest.fixture(scope="session", params=REELS)
def viewing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Viewing:
    """A film of each reel, watched."""
    chromium()
    reel = REELS[request.param]
    film = reel.film(tmp_path_factory.mktemp("reel").resolve())
    return view(reel, film)
