"""The takes of a clip side by side in one picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from longtake.deliver.takesheet import TakeColumn, write_take_sheet
from longtake.media.clipwriter import write_clip
from longtake.media.frames import save_png
from longtake.units import FrameRate, Size

SIZE = Size(320, 180)


def clip(path: Path, *shades: int) -> Path:
    """Write a clip of grey frames."""
    frames = [np.full((SIZE.height, SIZE.width, 3), shade, np.uint8) for shade in shades]
    write_clip(frames, path, size=SIZE, rate=FrameRate.parse(24))
    return path


def shade_at(sheet: Path, x: int, y: int) -> int:
    """Give the grey of a picture's point."""
    with Image.open(sheet) as picture:
        return int(np.asarray(picture.convert("L"))[y, x])


def test_first_middle_and_last_frame_stand_below_each_other(tmp_path: Path) -> None:
    """Of each take up to its out-point, beside the frame that was sent; more than four go on below."""
    sent = tmp_path / "sent.png"
    save_png(np.full((180, 320, 3), 120, np.uint8), sent)
    path = clip(tmp_path / "take.mp4", 40, 90, 200, 250)
    lines = ("1st: begins on the handoff frame", "sharp")
    columns = [TakeColumn(path, 2, f"take {n}", "", lines) for n in range(1, 6)]
    sheet = tmp_path / "takes" / "a-1.jpg"
    write_take_sheet(sheet, "Film: 5 takes of a", columns, sent=sent)

    with Image.open(sheet) as picture:
        assert (picture.width, picture.height > 1200) == (14 + 5 * 314, True)
    found = [shade_at(sheet, x, y) for x, y in ((160, 160), (480, 160), (480, 340), (480, 520))]
    assert np.allclose(found, (120, 40, 90, 200), atol=4)


def test_a_hostile_title_is_drawn_as_text(tmp_path: Path) -> None:
    """Whatever an author's words hold, the picture is written."""
    path = clip(tmp_path / "take.mp4", 40, 90)
    column = TakeColumn(path, 1, "take 1", "proposed", ("<b>\x1b[31m" * 90,))
    write_take_sheet(tmp_path / "a.jpg", "\x00\u202e" + "long " * 400, [column])

    assert (tmp_path / "a.jpg").is_file()
