"""A board that is packed here and unpacked elsewhere plans the very same film."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from longtake.errors import PlanError, VaultError
from longtake.fleet.bundle import bundle_of, pack, unpack
from longtake.fleet.letters import plan_digest, refuse_other_plan
from longtake.planning import plan_film
from longtake.vault.store import Vault
from longtake.wishes import Wishes

BIBLE = """longtake: 1
title: House
look: warm clay
cast: {keeper: {text: an old keeper}}
"""
BOARD = """longtake: 1
title: Packed
extends: ../house.yaml
model: apimart/MiniMax-Hailuo-2.3
resolution: 768p
film: {size: 136x76}
vars: {season: winter}
scenes:
  - {id: title, still: stills/title.png, seconds: 2}
  - {id: a, start: stills/title.png, prompt: "${keeper} in ${season}"}
"""


@pytest.fixture
def board(tmp_path: Path) -> Path:
    """A board beside its bible, with a picture and choices."""
    folder = tmp_path / "here" / "episode"
    (folder / "stills").mkdir(parents=True)
    (folder.parent / "house.yaml").write_text(BIBLE)
    (folder / "board.yaml").write_text(BOARD)
    (folder / "board.choices.yaml").write_text("longtake: 1\nclips: {}\n")
    (folder / ".env").write_text("APIMART_API_KEY=secret\n")
    Image.new("RGB", (136, 76), (90, 60, 30)).save(folder / "stills/title.png")
    return folder / "board.yaml"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """A vault that both machines share."""
    made = Vault(tmp_path / "vault")
    made.open()
    return made


def test_the_plan_is_the_same_elsewhere(board: Path, vault: Vault, tmp_path: Path) -> None:
    """All that it reads comes along, the author's own offers too; keys do not."""
    catalogue = tmp_path / "home"
    (catalogue / "offers").mkdir(parents=True)
    (catalogue / "offers" / "note.txt").write_text("mine")
    bundle = pack(board, None, catalogue, vault)
    there, offers = unpack(bundle.name, vault, tmp_path / "there" / "tree")
    wishes = Wishes()
    own = plan_film(board, wishes)
    other = plan_film(there, replace(wishes, common=replace(wishes.holdings, catalogue=offers)))

    assert plan_digest(own) == plan_digest(other)
    assert (offers / "offers/note.txt").read_text() == "mine"
    assert not list((tmp_path / "there").rglob(".env"))
    assert pack(board, None, catalogue, vault) == bundle


def test_another_picture_is_another_bundle(board: Path, tmp_path: Path) -> None:
    """A bundle is named by all that is in it."""
    before, _ = bundle_of(board, None, tmp_path)
    Image.new("RGB", (136, 76), (1, 2, 3)).save(board.parent / "stills/title.png")
    after, _ = bundle_of(board, None, tmp_path)

    assert before.name != after.name


def test_a_plan_that_came_out_otherwise_is_refused(board: Path) -> None:
    """Nothing is bought where a board means something else than where it was sent."""
    one, other = (plan_film(board, Wishes(variables={"season": s})) for s in ("winter", "may"))
    refuse_other_plan(one, plan_digest(one))

    with pytest.raises(PlanError, match="came out otherwise"):
        refuse_other_plan(other, plan_digest(one))


def test_a_bundle_that_is_gone(board: Path, vault: Vault, tmp_path: Path) -> None:
    """A packed board of which a file was lost is refused, and nothing is left half unpacked."""
    bundle = pack(board, None, tmp_path / "home", vault)
    for path in (vault.root / "blobs/files").rglob("*.png"):
        path.unlink()

    with pytest.raises(VaultError, match="no longer whole"):
        unpack(bundle.name, vault, tmp_path / "there" / "tree")
    assert not (tmp_path / "there" / "tree").exists()
