"""The report works in a real browser, from disk, as it is opened by a double click."""

from __future__ import annotations

import pytest

from .browser import open_tab
from .viewing import Viewing

LINKS = "[...document.querySelectorAll('td [data-at]')].map((link) => Number(link.dataset.at))"
FILM = "document.querySelector('video')"
LOOK = """(place) => new Promise((done) => {
  const film = document.querySelector("video");
  film.addEventListener("seeked", () => { film.pause(); done(film.currentTime); }, { once: true });
  document.querySelectorAll("td [data-at]")[place].click();
})"""
PICTURES = """Promise.all([...document.images].map(async (image) => {
  image.loading = "eager";
  await image.decode();
  return image.naturalWidth;
}))"""


def test_a_report_shows_its_film_and_asks_nobody(viewing: Viewing) -> None:
    """Every picture is shown, every join leads to its place in the film; no error, no other file."""
    folder = viewing.film.path.parent
    with open_tab(folder.as_uri()) as tab:
        tab.page.goto((folder / "report.html").as_uri())
        tab.page.wait_for_function(f"{FILM}.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA")
        wanted = tab.page.evaluate(LINKS)
        sought = [tab.page.evaluate(LOOK, place) for place in range(len(wanted))]
        widths = tab.page.evaluate(PICTURES)

    assert len(wanted) == len(viewing.film.timeline.joins)
    # The player plays on from there.
    assert sought == pytest.approx(wanted, abs=0.5)
    assert widths and min(widths) > 0
    assert tab.complaints == []
    assert tab.strangers == []
