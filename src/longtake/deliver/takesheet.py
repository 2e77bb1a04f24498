"""The takes of one clip side by side: first, middle and last frame of each, its place and why.

        take 1          take 2 · proposed
[sent]  [first]         [first]
        [middle]        [middle]
[asked] [last]          [last]
        3rd: softer     1st: begins on the handoff frame; sharp
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from longtake.deliver.contact import write_line
from longtake.deliver.pictures import fitted
from longtake.files import written_aside
from longtake.media.frames import frame_at
from longtake.media.stills import open_still
from longtake.media.type import text_image

_GROUND = (22, 23, 26)
_INK, _FAINT, _ACCENT = (236, 236, 232), (150, 152, 158), (240, 186, 92)
_GAP, _HEAD, _NAME = 14, 52, 30
_SIDE, _LINES = 300, 8
# So many takes stand in one row; more go on below.
_ACROSS = 4


@dataclass(frozen=True)
class TakeColumn:
    """One take on the sheet: its file, the frame it ends with, and what is said above and below it."""

    path: Path
    out_point: int
    name: str
    mark: str
    lines: tuple[str, ...]


def write_take_sheet(
    path: Path,
    title: str,
    columns: Sequence[TakeColumn],
    *,
    sent: Path | None = None,
    asked: Path | None = None,
) -> None:
    """Write the takes of a clip as JPEG; `sent` and `asked` are the pictures they were given.

    Raises MediaError where a take cannot be decoded.
    """
    shown = [_moments(column) for column in columns]
    side = fitted(*shown[0][0].size, _SIDE)
    given = _given(sent, asked, side)
    beside = side[0] + _GAP if given else 0
    across = min(_ACROSS, len(columns))
    below = [_said(column, side[0]) for column in columns]
    tallest = max(sum(line.height for line in lines) for lines in below)
    band = _NAME + 3 * (side[1] + _GAP // 2) + tallest + 2 * _GAP
    bands = -(-len(columns) // across)
    size = (_GAP + beside + across * (side[0] + _GAP), _HEAD + bands * band)
    sheet = Image.new("RGB", size, _GROUND)
    write_line(sheet, title, (_GAP, 16), 20, _INK, size[0] - 2 * _GAP)
    for place, column in enumerate(columns):
        row, at = divmod(place, across)
        corner = (_GAP + beside + at * (side[0] + _GAP), _HEAD + row * band)
        _name(sheet, column, corner, side[0])
        pictures = [picture.resize(side) for picture in shown[place]]
        _put(sheet, pictures, (corner[0], corner[1] + _NAME), _GAP // 2)
        foot = corner[1] + _NAME + 3 * (side[1] + _GAP // 2)
        _put(sheet, below[place], (corner[0], foot), 0)
        if at == 0:
            _put_given(sheet, given, corner[1] + _NAME, side)
    with written_aside(path) as part:
        sheet.save(part, "JPEG", quality=88)


def _moments(column: TakeColumn) -> list[Image.Image]:
    frames = (0, column.out_point // 2, column.out_point)
    return [Image.fromarray(frame_at(column.path, index)) for index in frames]


def _given(
    sent: Path | None, asked: Path | None, side: tuple[int, int]
) -> list[tuple[str, Image.Image, int]]:
    """List the pictures the takes were given, each with its words and the row it stands beside."""
    rows = (("the frame they were given", sent, 0), ("the frame to end on", asked, 2))
    return [
        (what, Image.fromarray(open_still(path)).resize(side), at)
        for what, path, at in rows
        if path is not None
    ]


def _put_given(
    sheet: Image.Image,
    given: list[tuple[str, Image.Image, int]],
    top: int,
    side: tuple[int, int],
) -> None:
    for what, picture, at in given:
        y = top + at * (side[1] + _GAP // 2)
        sheet.paste(picture, (_GAP, y))
        write_line(sheet, what, (_GAP, y + side[1] + 3), 13, _FAINT, side[0])


def _said(column: TakeColumn, room: int) -> list[Image.Image]:
    return [text_image(line, 13, _FAINT, room, 2) for line in column.lines[:_LINES]]


def _name(sheet: Image.Image, column: TakeColumn, corner: tuple[int, int], room: int) -> None:
    x, y = corner
    wide = write_line(sheet, column.name, (x, y + 4), 17, _INK, room // 2)
    write_line(sheet, column.mark, (x + wide + 10, y + 7), 13, _ACCENT, room - wide - 10)


def _put(
    sheet: Image.Image, pictures: list[Image.Image], corner: tuple[int, int], gap: int
) -> None:
    """Lay pictures below each other."""
    x, y = corner
    for picture in pictures:
        sheet.paste(picture, (x, y), picture if picture.mode == "RGBA" else None)
        y += picture.height + gap
