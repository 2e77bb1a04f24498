"""What lies beside a film, and when it is made again."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from longtake.assemble.film import Film
from longtake.deliver.folder import Deliverable, deliver_film
from longtake.errors import Fault, MediaError, Where


@pytest.fixture
def film(tiny: Any, tmp_path: Path) -> Film:
    """The tiny film in a folder of its own, as found by a run that had nothing to do."""
    copy: Film = replace(tiny.film, path=tmp_path / "film.mp4", made=False)
    shutil.copy(tiny.film.path, copy.path)
    return copy


def test_report_and_sheet_lie_beside_the_film(film: Film, tiny: Any, tmp_path: Path) -> None:
    """A film is handed over with a report and a contact sheet."""
    delivered = deliver_film(film, tiny.plan, tmp_path)

    assert delivered == (
        Deliverable("report", tmp_path / "report.html"),
        Deliverable("contact sheet", tmp_path / "contact.jpg"),
    )
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"film.mp4", "report.html", "contact.jpg"}


def test_an_animatic_has_a_report_of_its_own(film: Film, tiny: Any, tmp_path: Path) -> None:
    """The report of an animatic does not take the place of the film's."""
    animatic = replace(film, path=film.path.rename(tmp_path / "film-animatic.mp4"))

    delivered = deliver_film(animatic, tiny.plan, tmp_path)

    assert [each.path.name for each in delivered] == [
        "report-animatic.html",
        "contact-animatic.jpg",
    ]


def test_nothing_is_made_for_an_unchanged_film(film: Film, tiny: Any, tmp_path: Path) -> None:
    """A report that belongs to this very film is left alone, and so is its contact sheet."""
    first = deliver_film(film, tiny.plan, tmp_path)
    inodes = [each.path.stat().st_ino for each in first]

    assert deliver_film(film, tiny.plan, tmp_path) == first
    assert [each.path.stat().st_ino for each in first] == inodes


def test_takes_that_are_owned_by_now_change_nothing(film: Film, tiny: Any, tmp_path: Path) -> None:
    """The second run of a bought film quotes nothing more; the report stays as it is."""
    report, _ = deliver_film(film, tiny.plan, tmp_path)
    inode = report.path.stat().st_ino
    quote = tiny.plan.quote
    lines = tuple((clip, price, True) for clip, price, _ in quote.lines)

    deliver_film(film, replace(tiny.plan, quote=replace(quote, lines=lines)), tmp_path)

    assert report.path.stat().st_ino == inode


def test_another_film_of_the_same_name(film: Film, tiny: Any, tmp_path: Path) -> None:
    """A film written anew gets a new report."""
    report, _ = deliver_film(film, tiny.plan, tmp_path)
    before = report.path.read_bytes()
    shutil.copyfile(tiny.film.path, tmp_path / "other.mp4")
    (tmp_path / "other.mp4").replace(film.path)

    deliver_film(film, tiny.plan, tmp_path)

    assert report.path.read_bytes() != before


def test_an_edit_that_leaves_the_film_as_it_was(film: Film, tiny: Any, tmp_path: Path) -> None:
    """Words that only the report shows are brought up to date."""
    report, _ = deliver_film(film, tiny.plan, tmp_path)

    doubt = Fault(Where("board.yaml", 1, 1), "ghosts ahead", "ghost")
    deliver_film(film, replace(tiny.plan, warnings=(doubt,)), tmp_path)

    assert "ghosts ahead" in report.path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["report.html", "contact.jpg"])
def test_a_deleted_file_comes_back(name: str, film: Film, tiny: Any, tmp_path: Path) -> None:
    """What somebody deleted is made again."""
    deliver_film(film, tiny.plan, tmp_path)
    (tmp_path / name).unlink()

    deliver_film(film, tiny.plan, tmp_path)

    assert (tmp_path / name).is_file()


def test_a_damaged_film_leaves_no_report(film: Film, tiny: Any, tmp_path: Path) -> None:
    """Where the film cannot be read there is an error and no half-made page."""
    whole = film.path.read_bytes()
    film.path.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(MediaError):
        deliver_film(film, tiny.plan, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]
