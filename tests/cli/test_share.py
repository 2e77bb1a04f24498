"""`share` brings along what was bought before there was a fleet."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from commands import Cli
from longtake.files import sha256_of
from longtake.vault.shared import open_vault
from longtake.vault.store import Vault
from longtake.vault.voices import Voice
from sharing import KEY, OTHER, drawn, taken


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    """A vault of one user, with two takes, a frame, a decision and a voice."""
    monkeypatch.setenv("LONGTAKE_HOME", str(tmp_path / "home"))
    vault = Vault(tmp_path / "home" / "vault")
    vault.open()
    taken(vault)
    taken(vault, b"other", OTHER, number=2)
    vault.find(KEY, "r2")
    vault.frame("dawn-47", drawn(b"picture"))
    vault.note("mendings/x.json", {"plan": 1})
    vault.note("calibrations/m/1.json", {"n": 1})
    voices = vault.voices()
    voices.open()
    part = voices.scratch(KEY)
    part.write_bytes(b"RIFFvoice")
    voices.add(Voice(KEY, "espeak/en", "Hi", "", part, Fraction(1)), part)
    return vault


def test_all_that_is_owned_comes_along(cli: Cli, own: Vault, tmp_path: Path) -> None:
    """Once, however often it is asked for; what was owned is still owned here."""
    url = f"file://{tmp_path}/store"
    first, second = cli("share", "--vault", url), cli("share", "--vault", url)
    assert (first.code, first.out) == (0, "2 takes and 1 voice copied\n")
    assert second.out == "0 takes and 0 voices copied, 2 there already\n"

    other = open_vault(url, tmp_path / "other")
    assert other.recipes() == own.recipes() == {"r1", "r1#2", "r2"}
    mine, theirs = own.find(KEY), other.find(KEY)
    assert mine and theirs and (mine.charge, mine.sha256) == (theirs.charge, theirs.sha256)
    frame = own.frame("dawn-47", drawn(b"another"))
    assert other.sent(sha256_of(frame)) is not None
    assert other.noted("mendings/x.json") == {"plan": 1}
    assert other.notes("calibrations/m", 9) == [{"n": 1}]
    voice = other.voices().find(KEY)
    assert voice is not None and voice.path.read_bytes() == b"RIFFvoice"


def test_a_take_whose_file_is_not_whole_is_told(cli: Cli, own: Vault, tmp_path: Path) -> None:
    """The others come along."""
    found = own.find(OTHER)
    assert found is not None
    found.path.write_bytes(b"o")
    ran = cli("share", "--vault", f"file://{tmp_path}/store")

    assert ran.code == 1
    assert ran.out == f"takes/{OTHER}.json: its file is not whole\n1 take and 1 voice copied\n"


def test_it_has_to_know_where_to(cli: Cli, own: Vault) -> None:
    """No vault is made up."""
    assert cli("share").code == 2


def test_what_others_may_use_is_not_called_unused(
    cli: Cli, own: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their boards lie on other machines: nobody here can tell what they need."""
    monkeypatch.setenv("LONGTAKE_VAULT", f"file://{tmp_path}/store")
    ran = cli("gc", "--unused", "1", "--yes")

    assert ran.code == 2 and "LONGTAKE_VAULT" in ran.err
