"""The contact sheet shows the middle of every clip in film order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from longtake.deliver.contact import contact_sheet
from synthetic import level_of


def test_middle_frames_in_rows(tiny: Any, tmp_path: Path) -> None:
    """Four clips of one film stand side by side, each under the grey of its own scene."""
    contact_sheet(tiny.film, tiny.plan, tmp_path / "contact.jpg")

    with Image.open(tmp_path / "contact.jpg") as sheet:
        grey = np.asarray(sheet.convert("L"), np.float64)
    # Columns of 160 + 14 pixels; the left third of each picture holds its scene's level.
    seen = [grey[120:140, 24 + column * 174 : 54 + column * 174].mean() for column in range(4)]
    levels = [(level_of(scene) - 16) * 255 / 219 for scene in tiny.scenes.values()]
    assert np.abs(np.subtract(seen, levels)).max() < 6
