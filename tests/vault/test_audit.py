"""What is wrong with a vault is found; what nothing needs is told from what was paid for."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from longtake.errors import MediaError
from longtake.files import read_json, write_json
from longtake.vault.audit import (
    audit_ledger,
    audit_takes,
    records_of,
    remove_spare,
    spare_frames,
    spare_takes,
    stray_parts,
    was_removed,
)
from longtake.vault.ledger import Ledger
from longtake.vault.store import Vault
from purchases import MORNING, done, key_of, submitted

DAY_S = 86400.0


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """The vault of a home."""
    vault = Vault(tmp_path / "vault")
    vault.open()
    return vault


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """The ledger of the same home."""
    ledger = Ledger(tmp_path / "ledger.db")
    ledger.open()
    return ledger


def flaws(vault: Vault, *, full: bool = False) -> list[str]:
    """Say what is wrong with a vault's takes, without paths and remedies."""
    strict = (lambda path: None) if full else None
    return [flaw.what.partition(": ")[2] for flaw in audit_takes(vault, "again", strict)]


def old(path: Path, at: float) -> Path:
    """Set a file's time."""
    os.utime(path, (at, at))
    return path


def test_a_sound_vault(vault: Vault, tmp_path: Path) -> None:
    """Nothing is said of takes that are as they were stored."""
    done(tmp_path, "a/1")

    assert flaws(vault, full=True) == []


def test_a_missing_film(vault: Vault, tmp_path: Path) -> None:
    """A record without its film is found without reading a byte, and says how to have it again."""
    _, take = done(tmp_path, "a/1")
    take.path.unlink()
    (flaw,) = audit_takes(vault, "it is fetched again")

    assert flaw.what == f'{take.path}: the take of "a/1" is missing'
    assert flaw.remedy == f"delete {vault.root}/takes/{take.key}.json; it is fetched again"


def test_a_film_cut_off(vault: Vault, tmp_path: Path) -> None:
    """Another size is another file."""
    _, take = done(tmp_path, "a/1")
    take.path.write_bytes(b"fil")

    assert flaws(vault) == ['the take of "a/1" has 3 bytes, not 4']


def test_a_flipped_bit(vault: Vault, tmp_path: Path) -> None:
    """Only reading every byte finds what has the right size."""
    _, take = done(tmp_path, "a/1")
    take.path.write_bytes(b"fiLm")

    assert flaws(vault) == []
    assert flaws(vault, full=True) == ['the take of "a/1" is not what was stored: its hash differs']


def test_a_film_that_does_not_decode(vault: Vault, tmp_path: Path) -> None:
    """What the strict check says is said."""
    done(tmp_path, "a/1")

    def strict(path: Path) -> None:
        raise MediaError("it stops at frame 3")

    (flaw,) = audit_takes(vault, "again", strict)
    assert flaw.what.endswith('the take of "a/1" is no whole film: it stops at frame 3')


@pytest.mark.parametrize("change", [{"key": "../../etc"}, {"sha256": "../x"}, {"schema": 9}])
def test_a_record_that_is_none(vault: Vault, tmp_path: Path, change: dict[str, object]) -> None:
    """A damaged record is named, and what it says is not followed."""
    _, take = done(tmp_path, "a/1")
    path = vault.root / "takes" / f"{take.key}.json"
    write_json(path, {**read_json(path), **change})

    assert list(records_of(vault)) == [(path, None)]
    assert flaws(vault) == ["is no record of a take"]


def test_a_purchase_without_its_take(vault: Vault, ledger: Ledger, tmp_path: Path) -> None:
    """What is paid for and not there is named with its task."""
    row, take = done(tmp_path, "a/1")
    done(tmp_path, "a/2", b"other")
    take.path.unlink()
    (flaw,) = audit_ledger(ledger, vault)

    assert flaw.what == f'purchase {row.id}, "a/1" of /films/bay.yaml: its take is not in the vault'
    assert "fetches task task-1 of minimax again and pays nothing" in flaw.remedy


def test_a_ledger_that_is_damaged(vault: Vault, ledger: Ledger, tmp_path: Path) -> None:
    """A torn page is found, and nobody is told to go on buying."""
    for number in range(6):
        submitted(tmp_path, f"a/{number}", asked={"prompt": "x" * 9000})
    content = bytearray(ledger.path.read_bytes())
    content[8192:12288] = bytes(4096)
    ledger.path.write_bytes(content)
    (flaw,) = audit_ledger(ledger, vault)

    assert "is damaged: " in flaw.what
    assert flaw.remedy.startswith("buy nothing")


def test_a_file_that_is_no_ledger(vault: Vault, ledger: Ledger) -> None:
    """Whatever lies in its place is named."""
    ledger.path.write_bytes(b"notes" * 1000)

    assert [flaw.what for flaw in audit_ledger(ledger, vault)] == [
        f"{ledger.path}: is damaged: file is not a database"
    ]


def test_half_written_files(vault: Vault) -> None:
    """Those of a run that may be alive are left alone."""
    stale, alive = vault.scratch("a" * 64), vault.scratch("b" * 64)
    for path, at in ((stale, MORNING), (alive, MORNING + DAY_S)):
        path.touch()
        old(path, at)

    assert [spare.paths for spare in stray_parts(vault.root, MORNING + DAY_S + 1)] == [(stale,)]


def test_frames_that_were_sent_stay(vault: Vault, ledger: Ledger, tmp_path: Path) -> None:
    """A frame that is part of a purchase is kept for ever; another one goes when it is old."""
    for name in ("sent", "never", "fresh"):
        frame = vault.frame(name, lambda part, name=name: part.write_bytes(name.encode()))  # type: ignore[misc]
        old(frame, MORNING + (40 * DAY_S if name == "fresh" else 0))
    submitted(tmp_path, "a/1", asked={"first": hashlib.sha256(b"sent").hexdigest()})
    found = spare_frames(vault, ledger, MORNING + 41 * DAY_S)

    assert [spare.paths[0].stem for spare in found] == ["never"]


def test_frames_where_the_ledger_is_gone(vault: Vault, ledger: Ledger, tmp_path: Path) -> None:
    """Nobody can tell which frames a take was bought with: all stay."""
    done(tmp_path, "a/1")
    old(vault.frame("any", lambda part: part.write_bytes(b"x") and None), MORNING)
    ledger.path.unlink()

    assert list(spare_frames(vault, ledger, MORNING + 99 * DAY_S)) == []


def test_takes_that_nothing_uses(vault: Vault, ledger: Ledger, tmp_path: Path) -> None:
    """Only old takes of recipes that are not in use are spare, each with what it cost."""
    done(tmp_path, "a/1", b"one", charge="0.25")
    done(tmp_path, "a/2", b"two")
    done(tmp_path, "a/3", b"three", at=MORNING + 9 * DAY_S)
    found = list(spare_takes(vault, ledger, frozenset({"a/2"}), MORNING + DAY_S))

    assert [(spare.what, str(spare.paid)) for spare in found] == [
        ('take of "a/1" of /films/bay.yaml', "0.25 USD")
    ]


def test_removing_a_take(vault: Vault, ledger: Ledger, tmp_path: Path) -> None:
    """It is gone, the note stays, and nobody misses it; a film that another take shares stays."""
    done(tmp_path, "a/1", b"same")
    done(tmp_path, "a/2", b"same")
    done(tmp_path, "a/3", b"other")
    for spare in list(spare_takes(vault, ledger, frozenset({"a/2"}), MORNING + DAY_S)):
        remove_spare(vault, spare)

    assert [record and record["clip"] for _, record in records_of(vault)] == ["a/2"]
    assert vault.find(key_of("a/2")) is not None
    assert len(list((vault.root / "objects").rglob("*.mp4"))) == 1
    assert was_removed(vault, key_of("a/1"))
    assert list(audit_ledger(ledger, vault)) == []


def test_what_was_bought_twice_is_spare(tmp_path: Path) -> None:
    """A second file of one key lies beside the take in use; with the years it may go."""
    row, take = done(tmp_path, "bay.1/1")
    vault, ledger = Vault(tmp_path / "vault"), Ledger(tmp_path / "ledger.db")
    part = vault.scratch("late")
    part.write_bytes(b"another film")
    late = vault.add(replace(take, task="late"), part)
    other, _ = done(tmp_path, "bay.2/1")
    with sqlite3.connect(ledger.path) as db:
        db.execute("UPDATE purchases SET sha256 = ? WHERE id = ?", (late.sha256, other.id))
    spares = list(spare_takes(vault, ledger, frozenset({"bay.1/1", "bay.2/1"}), 1e12))

    assert vault.find(row.key) == take
    assert [(spare.paths, str(spare.paid)) for spare in spares] == [((late.path,), "0.28 USD")]
