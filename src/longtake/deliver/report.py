"""The report: one HTML page with every clip, join and length of a film, its pictures inside it."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from longtake.assemble.film import Film
from longtake.deliver.page import Page
from longtake.deliver.seamcards import SeamSection
from longtake.deliver.templating import environment, template_text
from longtake.files import written_aside

# How far into a report its identity is looked for: the head of the page up to the styles.
_HEAD = 4096
_STYLES = ("shared.css", "report.css")
_TEXTS = ("report.html.j2", "seams.html.j2", "shared.html.j2", *_STYLES, "report.js")


def report_identity(film: Film, page: Page, seams: str = "") -> str:
    """Name the one report that belongs to this film file, these words, seams and templates."""
    stat = film.path.stat()
    texts = (template_text(name) for name in _TEXTS)
    said = [repr(page), seams, *texts]
    words = hashlib.sha256("\0".join(said).encode(errors="replace")).hexdigest()[:16]
    return f"{stat.st_size}-{stat.st_mtime_ns}-{words}"


def is_report_of(path: Path, identity: str) -> bool:
    """Tell whether the file at `path` is the report of this identity."""
    try:
        with path.open("rb") as file:
            return f'name="longtake-film" content="{identity}"'.encode() in file.read(_HEAD)
    except OSError:
        return False


def write_report(
    path: Path,
    page: Page,
    film: Path,
    pictures: Mapping[int, bytes],
    identity: str,
    seams: SeamSection | None = None,
) -> None:
    """Write the page; `pictures` are JPEG files by film frame, the film is linked beside it."""
    style, script = "".join(map(template_text, _STYLES)), template_text("report.js")
    text = (
        environment()
        .get_template("report.html.j2")
        .stream(
            page=page,
            seams=seams,
            identity=identity,
            film=relative_link(film, path.parent),
            film_name=film.name,
            picture=lambda frame: _as_link(pictures[frame]),
            drawn=_as_link,
            style=style,
            script=script,
            policy=_policy(style, script),
        )
    )
    text.enable_buffering()
    with written_aside(path) as part:
        # Half a surrogate, from a file name or an escape in YAML, must not cost the whole page.
        text.dump(str(part), encoding="utf-8", errors="replace")


def relative_link(file: Path, folder: Path) -> str:
    """Give the address of a file as seen from a page in a folder, quoted for a URL."""
    return quote(os.fsencode(Path(os.path.relpath(file, folder)).as_posix()))


def _policy(style: str, script: str) -> str:
    """Allow the film beside the page, pictures inside it, and these two texts, nothing else."""
    # `file:` because some browsers hold that a page on disk has no origin of its own.
    return (
        "default-src 'none'; img-src data:; media-src 'self' file:; "
        f"style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _as_link(jpeg: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
