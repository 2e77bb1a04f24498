"""The contact sheet: the middle frame of every clip in one picture, to see a film at a glance."""

from __future__ import annotations

import io
from collections.abc import Mapping
from math import ceil, sqrt
from pathlib import Path

from PIL import Image

from longtake.assemble.film import Film
from longtake.deliver.page import Card, Page, describe
from longtake.deliver.pictures import film_pictures, fitted, picture_side
from longtake.files import written_aside
from longtake.media.type import text_image
from longtake.plan.job import Plan

_GROUND = (22, 23, 26)
_INK = (236, 236, 232)
_FAINT = (150, 152, 158)
_GAP = 14
_FEWEST_COLUMNS, _MOST_COLUMNS = 4, 8
# JPEG holds 65535 rows.
_HIGHEST = 60_000


def contact_sheet(film: Film, plan: Plan, path: Path) -> None:
    """Write the contact sheet of a film as JPEG."""
    page = describe(film, plan)
    middles = [card.moments[1].frame for scene in page.scenes for card in scene.cards]
    write_contact_sheet(path, page, film_pictures(film.path, middles, picture_side(len(middles))))


def write_contact_sheet(path: Path, page: Page, pictures: Mapping[int, bytes]) -> None:
    """Write the contact sheet of a described film; `pictures` are JPEG files by film frame."""
    cards = [card for scene in page.scenes for card in scene.cards]
    width, height = fitted(page.width, page.height, picture_side(3 * len(cards)))
    step = (width + _GAP, height + _GAP + 22)
    columns = _columns(len(cards), *step)
    rows = ceil(len(cards) / columns)
    head = 44
    sheet = Image.new("RGB", (columns * step[0] + _GAP, rows * step[1] + _GAP + head), _GROUND)
    write_line(sheet, page.title, (_GAP, _GAP), 20, _INK, sheet.width - 2 * _GAP)
    for place, card in enumerate(cards):
        row, column = divmod(place, columns)
        corner = (_GAP + column * step[0], head + _GAP + row * step[1])
        _put(sheet, card, pictures[card.moments[1].frame], corner, (width, height))
    with written_aside(path) as part:
        sheet.save(part, "JPEG", quality=88)


def _put(
    sheet: Image.Image, card: Card, jpeg: bytes, corner: tuple[int, int], size: tuple[int, int]
) -> None:
    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as picture:
        sheet.paste(picture.resize(size) if picture.size != size else picture, corner)
    x, y = corner[0], corner[1] + size[1] + 4
    time = write_line(sheet, card.moments[1].timecode, (x, y), 12, _FAINT, size[0])
    write_line(sheet, card.id, (x + time + 8, y), 12, _INK, size[0] - time - 8)


def write_line(
    sheet: Image.Image,
    text: str,
    corner: tuple[int, int],
    size_px: int,
    colour: tuple[int, int, int],
    room: int,
) -> int:
    """Set one line of text and give its width; where there is no room for a word there is none."""
    if room < 2 * size_px:
        return 0
    line = text_image(text, size_px, colour, room)
    sheet.paste(line, corner, line)
    return line.width


def _columns(count: int, width: int, height: int) -> int:
    """Choose the columns of a sheet: about as wide as high, then longer, never too high for JPEG."""
    square = ceil(sqrt(count * height / width))
    readable = min(max(square, _FEWEST_COLUMNS), _MOST_COLUMNS)
    return max(1, min(count, readable), ceil(count * height / _HIGHEST))
