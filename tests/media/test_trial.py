"""Whether clips can be made here is found out by making one."""

from __future__ import annotations

from pathlib import Path

import pytest

from longtake.errors import MediaError
from longtake.media.trial import try_encoder


def test_an_encoder_that_works(tmp_path: Path) -> None:
    """It is named with its version."""
    assert try_encoder(tmp_path).startswith("x264 in PyAV ")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """What cannot be written is an error, not a good sign."""
    (tmp_path / "file").touch()

    with pytest.raises(MediaError, match="could not be written"):
        try_encoder(tmp_path / "file")
