"""Put what belongs to a film beside it: the report and the contact sheet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from longtake.assemble.film import Film
from longtake.deliver.contact import write_contact_sheet
from longtake.deliver.page import describe
from longtake.deliver.pictures import film_pictures, picture_side
from longtake.deliver.report import is_report_of, report_identity, write_report
from longtake.plan.job import Plan


@dataclass(frozen=True)
class Deliverable:
    """A file handed over with the film."""

    kind: str
    path: Path


def deliver_film(film: Film, plan: Plan, folder: Path) -> tuple[Deliverable, ...]:
    """Write the report and the contact sheet of a film; leave alone those that are this film's.

    The report of `film-animatic.mp4` is `report-animatic.html`. It goes on being right only while
    the film stays where it is, seen from `folder`. Raises MediaError where the film is damaged.
    """
    report = Deliverable("report", folder / f"{_name(film, 'report')}.html")
    sheet = Deliverable("contact sheet", folder / f"{_name(film, 'contact')}.jpg")
    page = describe(film, plan)
    identity = report_identity(film, page)
    if not (is_report_of(report.path, identity) and sheet.path.is_file()):
        pictures = film_pictures(film.path, page.frames, picture_side(len(page.frames)))
        write_contact_sheet(sheet.path, page, pictures)
        # The report comes last: its identity says that both are there.
        write_report(report.path, page, film.path, pictures, identity)
    return report, sheet


def _name(film: Film, kind: str) -> str:
    stem = film.path.stem
    return kind + stem.removeprefix("film") if stem.startswith("film") else f"{kind}-{stem}"
