"""A frame that is handed on is kept for ever under the hash of what it was made from."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from longtake.errors import HandoffError
from longtake.files import sha256_of
from longtake.generate.handoff import Handoffs
from longtake.plan.job import StillFrame
from longtake.units import FrameRate, Size
from longtake.vault.store import Vault


def test_a_still_that_changes_while_a_run_goes_on(tmp_path: Path) -> None:
    """The plan knew another picture: nothing is kept under its hash."""
    still = tmp_path / "lamp.png"
    Image.new("RGB", (64, 36), "teal").save(still)
    edge = StillFrame(still, sha256_of(still))
    Image.new("RGB", (64, 36), "green").save(still)
    vault = Vault(tmp_path / "vault")
    vault.open()
    handoffs = Handoffs(vault, {}, FrameRate.parse(24), "pad", "black")

    with pytest.raises(HandoffError, match="has changed since"):
        handoffs.frame(edge, Size(64, 36), {})
    assert list((vault.root / "frames").iterdir()) == []
