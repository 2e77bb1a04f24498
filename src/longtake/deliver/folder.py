"""Put what belongs to a film beside it: the report, the contact sheet, the captions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from longtake.assemble.film import Film
from longtake.assemble.seams import FilmSeams, UnseenSeams
from longtake.deliver.captions import write_captions
from longtake.deliver.contact import write_contact_sheet
from longtake.deliver.page import describe
from longtake.deliver.pictures import film_pictures, picture_side
from longtake.deliver.report import is_report_of, report_identity, write_report
from longtake.deliver.seamcards import seam_section
from longtake.plan.job import Plan


@dataclass(frozen=True)
class Deliverable:
    """A file handed over with the film."""

    kind: str
    path: Path


def deliver_film(
    film: Film,
    plan: Plan,
    folder: Path,
    seams: UnseenSeams | None = None,
    seen: Callable[[FilmSeams], None] = lambda seams: None,
) -> tuple[Deliverable, ...]:
    """Write the report, contact sheet and captions of a film; leave alone those that are this film's.

    Seams are looked at only for a report that is written; `seen` hears what was found then.

    The report of `film-animatic.mp4` is `report-animatic.html`. It goes on being right only while
    the film stays where it is, seen from `folder`. Raises MediaError where the film is damaged.
    """
    report = Deliverable("report", folder / f"{_name(film, 'report')}.html")
    sheet = Deliverable("contact sheet", folder / f"{_name(film, 'contact')}.jpg")
    page, seams = describe(film, plan), seams or UnseenSeams()
    identity = report_identity(film, page, seams.key)
    if not (is_report_of(report.path, identity) and sheet.path.is_file()):
        shown = None
        if seams.places:
            looked = seams.look()
            seen(looked)
            shown = seam_section(looked, film.timeline)
        frames = (*page.frames, *(shown.frames if shown else ()))
        pictures = film_pictures(film.path, frames, picture_side(len(frames)))
        write_contact_sheet(sheet.path, page, pictures)
        # The report comes last: its identity says that both are there.
        write_report(report.path, page, film.path, pictures, identity, shown)
    written = write_captions(film, plan.cues, folder)
    return report, sheet, *(Deliverable("captions", path) for path in written)


def _name(film: Film, kind: str) -> str:
    stem = film.path.stem
    return kind + stem.removeprefix("film") if stem.startswith("film") else f"{kind}-{stem}"
