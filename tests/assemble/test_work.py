"""How many workers a film's missing pieces are worth."""

from __future__ import annotations

from pathlib import Path

import pytest

from longtake.assemble import work
from longtake.assemble.material import FileMaterial
from longtake.assemble.pieces import BodyPiece
from longtake.assemble.render import RenderUnit, Shown
from longtake.assemble.shelf import Shelf
from longtake.media.encode import EncoderSettings
from longtake.media.normalise import FilmFormat
from longtake.units import FrameRate, Size

RATE = FrameRate.parse("24")
SHOWN = Shown("c", FileMaterial(Path("c.mp4"), "c"), 0, 240, None)


def units(count: int, frames: int, size: Size) -> tuple[RenderUnit, ...]:
    """So many units, each of one piece."""
    piece = BodyPiece("key", "c", 0, frames)
    film = FilmFormat(size, RATE)
    settings = EncoderSettings.for_quality("draft", RATE)
    return (RenderUnit(SHOWN, (piece,), None, None, film, settings, Shelf(Path("shelf"))),) * count


@pytest.mark.parametrize(
    ("count", "frames", "size", "expected"),
    [
        (60, 144, Size(1920, 1080), 8),
        (3, 144, Size(136, 76), 1),
        (4, 12, Size(1920, 1080), 2),
        (1, 1, Size(16, 16), 1),
    ],
)
def test_a_worker_is_started_where_it_earns_what_it_costs(
    monkeypatch: pytest.MonkeyPatch, count: int, frames: int, size: Size, expected: int
) -> None:
    """One for each core of eight where there is much to render, one alone for a film of thumbnails."""
    monkeypatch.setattr(work, "cores", lambda: 8)

    assert work.hands(units(count, frames, size)) == expected
