"""`verify` says what is wrong with what was bought, and what to do; all else is one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from commands import Cli
from longtake.media.clipwriter import write_clip
from longtake.units import FrameRate, Size
from purchases import done


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own."""
    monkeypatch.setenv("LONGTAKE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def film(tmp_path: Path) -> bytes:
    """The bytes of a whole small clip."""
    path = tmp_path / "clip.mp4"
    grey = [np.full((36, 64, 3), 90, np.uint8)] * 4
    write_clip(grey, path, size=Size(64, 36), rate=FrameRate.parse(24))
    return path.read_bytes()


def test_all_is_well(cli: Cli, home: Path, film: bytes) -> None:
    """Both depths find a whole take to be whole."""
    done(home, "bay.1/1", film)
    quick, full = cli("verify"), cli("verify", "--full")

    assert (quick.code, full.code) == (0, 0)
    assert quick.out == (
        "1 take and the ledger looked at (sizes only, `--full` reads every byte): nothing is wrong\n"
    )
    assert full.out == "1 take and the ledger looked at (every byte read): nothing is wrong\n"


def test_a_take_that_is_gone(cli: Cli, home: Path) -> None:
    """The record, and the purchase that it was, both say how it comes back."""
    _, take = done(home, "bay.1/1")
    take.path.unlink()
    said = cli("verify")

    assert said.code == 1
    assert said.out == (
        f'{take.path}: the take of "bay.1/1" is missing\n'
        f"  hint: delete {home}/vault/takes/{take.key}.json; the next `make` fetches it again from"
        " its task and pays nothing\n"
        'purchase 1, "bay.1/1" of /films/bay.yaml: its take is not in the vault\n'
        "  hint: the next `make` of that board fetches task task-1 of minimax again and pays"
        " nothing, as long as the provider keeps it\n"
        "1 take and the ledger looked at (sizes only, `--full` reads every byte): 2 things wrong\n"
    )


def test_a_take_that_is_no_film(cli: Cli, home: Path) -> None:
    """`--full` decodes, with the same strictness that a clip meets when it comes in."""
    done(home, "bay.1/1", b"no film at all, but stored as it came")

    assert cli("verify").code == 0
    said = cli("verify", "--full")
    assert said.code == 1
    assert 'the take of "bay.1/1" is no whole film: ' in said.out


def test_clips_drawn_here(cli: Cli, home: Path, tmp_path: Path) -> None:
    """Inside a project its drawn clips are looked at too; they come back for nothing."""
    record = tmp_path / ".longtake" / "takes" / "takes" / "00.json"
    record.parent.mkdir(parents=True)
    record.write_text("{")

    assert cli("verify").out.splitlines()[:2] == [
        ".longtake/takes/takes/00.json: is no record of a take",
        "  hint: delete it; the next run draws it again for nothing",
    ]
