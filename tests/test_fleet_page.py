"""The figures of docs/fleet.md are those of our own tables."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from longtake.generate.catalogue import load_offers
from longtake.generate.providers import apiinone, apimart, minimax, minimax_v2, pixazo

PAGE = (Path(__file__).parents[1] / "docs" / "fleet.md").read_text("utf-8")
PROFILES = {
    each.PROFILE.name: each.PROFILE for each in (apiinone, apimart, minimax, minimax_v2, pixazo)
}


def rows(first: str) -> list[list[str]]:
    """Give the rows of the table whose first column has this name."""
    table = PAGE.partition(f"| {first} |")[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("| ").split("|")] for line in table]


@pytest.mark.parametrize("row", rows("account"), ids=lambda row: row[0])
def test_what_an_account_gives_an_hour(row: list[str]) -> None:
    """By its limits, for clips of 143 frames that take two minutes."""
    profile = PROFILES[row[0]]
    clips = min(profile.in_flight * 3600 // 120, profile.per_minute * 60)

    expected = [profile.in_flight, profile.per_minute, clips, round(clips * 143 / 24 / 60, 1)]
    assert [float(cell) for cell in row[1:]] == expected


@pytest.mark.parametrize("row", rows("model"), ids=lambda row: f"{row[0]} {row[1]}")
def test_what_an_hour_of_film_costs(row: list[str], tmp_path: Path) -> None:
    """By the offers that come with the package."""
    model, resolution, length, count, clip, hour = row
    seconds = int(length.removesuffix(" s"))
    offer = load_offers(tmp_path)[model]
    (made,) = (each for each in offer.resolutions if each.name == resolution)
    each = made.per_clip.get(seconds) or (made.per_second or Decimal()) * seconds
    clips = -(-86_400 // (24 * seconds - 1))

    assert seconds in made.lengths and int(count) == clips
    assert Decimal(clip.removesuffix(" USD")) == each
    assert hour == f"{each * clips:.2f} USD"


def test_every_table_is_looked_at() -> None:
    """An account more, or a provider more, belongs on the page."""
    assert {row[0] for row in rows("account")} == set(PROFILES)
    assert len(rows("model")) >= 8
