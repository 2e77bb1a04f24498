"""A vault of many machines: what one has put there another finds, whole, and damaged things are refused."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import pytest

from longtake.cues import Word
from longtake.errors import VaultError
from longtake.files import sha256_of
from longtake.vault.audit import Spare, audit_takes, records_of, remove_spare, was_removed
from longtake.vault.depot import open_depot
from longtake.vault.mirror import Mirror
from longtake.vault.shared import SharedVault, open_vault
from longtake.vault.store import Vault
from longtake.vault.voices import Voice
from sharing import KEY, OTHER, Studio, drawn, taken
from swift_server import Swift


@pytest.fixture(params=["memory", "file", "folder", "s3"])
def studio(request: pytest.FixtureRequest, tmp_path: Path) -> Studio:
    """Machines with a store in memory, in a folder, or at an S3 server, and with a plain shared folder."""
    if request.param == "s3":
        server: Swift = request.getfixturevalue("s3")
        return Studio(tmp_path, lambda copy: open_vault(f"{server.url}/{tmp_path.name}", copy))
    if request.param == "folder":
        return Studio(tmp_path, lambda copy: open_vault(tmp_path / "common", copy))
    if request.param == "file":
        return Studio(tmp_path, lambda copy: open_vault(f"file://{tmp_path}/store", copy))
    depot = open_depot("memory:///")
    return Studio(tmp_path, lambda copy: SharedVault(copy, Mirror(depot, copy)))


def test_a_take_of_one_machine_is_found_on_another(studio: Studio) -> None:
    """By its key and by its recipe, with all that is known of it."""
    made = taken(studio.machine("one"))
    two = studio.machine("two")
    found = two.find(KEY)

    assert found is not None and found.path.read_bytes() == b"clip"
    assert (found.sha256, found.task, found.charge) == (made.sha256, "t1", made.charge)
    assert two.by_recipe().keys() == two.by_recipe(["r1"]).keys() == two.recipes() == {"r1"}
    assert two.by_recipe(["r2"]) == {}
    assert two.find(OTHER) is None


def test_recipes_of_two_machines_are_both_kept(studio: Studio) -> None:
    """Two boards, asked for at once on two machines that had both read the record before."""
    one, two, three = (studio.machine(name) for name in ("one", "two", "three"))
    taken(one)
    two.find(KEY)
    one.find(KEY, "r2")
    two.find(KEY, "r3")

    assert three.recipes() == {"r1", "r2", "r3"}
    take = three.by_recipe()["r3"]
    assert (take.recipe, take.sha256) == ("r3", sha256_of(take.path))


def test_the_later_of_two_takes_of_a_recipe_is_found(studio: Studio) -> None:
    """On every machine the same one, whichever it fetched first."""
    one, two = studio.machine("one"), studio.machine("two")
    taken(one)
    two.find(KEY)
    later = taken(one, b"other", OTHER)
    third = taken(one, b"third", "c" * 64, number=2)

    assert two.by_recipe()["r1"].key == studio.machine("three").by_recipe()["r1"].key == later.key
    assert two.by_recipe()["r1#2"].key == third.key


def test_a_picture_is_made_once_for_all(studio: Studio) -> None:
    """Another machine's bytes would be another purchase."""
    one, two = studio.machine("one"), studio.machine("two")
    made = one.frame("dawn-47", drawn(b"ours"))
    seen = two.frame("dawn-47", drawn(b"theirs"))

    assert made.read_bytes() == seen.read_bytes() == b"ours"
    again = studio.machine("three").sent(sha256_of(made))
    assert again is not None and again.read_bytes() == b"ours"
    assert two.sent("0" * 64) is None


def test_of_two_pictures_made_at_once_one_is_sent(studio: Studio) -> None:
    """A machine that was second takes the picture of the first, although it made its own."""
    one, two = studio.machine("one"), studio.machine("two")

    def second(part: Path) -> None:
        one.frame("dawn-47", drawn(b"first"))
        part.write_bytes(b"second")

    assert two.frame("dawn-47", second).read_bytes() == b"first"


def test_notes_are_seen_by_all(studio: Studio) -> None:
    """What was decided beside a take holds everywhere, and a look before it hides nothing."""
    one, two = studio.machine("one"), studio.machine("two")
    assert two.noted("accepted/x.json") is None
    one.note("accepted/x.json", {"clip": "dawn"})
    for each in range(3):
        (one, two)[each % 2].note(f"calibrations/m/{each}.json", {"n": each})

    assert two.noted("accepted/x.json") == {"clip": "dawn"}
    assert [each["n"] for each in studio.machine("three").notes("calibrations/m", 40)] == [0, 1, 2]
    one.erase(["accepted/x.json", "accepted/none.json"])
    assert studio.machine("four").noted("accepted/x.json") is None


def test_files_that_can_be_made_again(studio: Studio, tmp_path: Path) -> None:
    """A film, then another under its name; names may have signs of any kind, and lead nowhere else."""
    film, name = tmp_path / "film.mp4", "runs/../é #1/film"
    one, two = studio.machine("one"), studio.machine("two")
    assert two.get(name) is None
    for content in (b"first", b"second"):
        film.write_bytes(content)
        one.put(name, film)
    three = studio.machine("three")
    assert (two.has(name), three.has(name), three.has("another")) == (True, True, False)
    found = three.get(name)

    assert found is not None and (found.read_bytes(), found.suffix) == (b"second", ".mp4")
    assert film.exists()


def test_a_voice_of_one_machine_is_heard_on_another(studio: Studio) -> None:
    """With its words, also those that were told later."""
    one, two = studio.machine("one").voices(), studio.machine("two").voices()
    one.open()
    two.open()
    part = one.scratch(KEY)
    part.write_bytes(b"RIFFvoice")
    kept = one.add(Voice(KEY, "espeak/en", "Hi", "", part, Fraction(1)), part)
    heard = two.find(KEY)
    assert heard is not None and heard.path.read_bytes() == b"RIFFvoice" and not heard.words
    told = one.tell_words(kept, (Word("Hi", Fraction(0), Fraction(1)),))
    later = two.find(KEY)

    assert later is not None and later.words == told.words
    assert two.find(OTHER) is None


class Parcel:
    """A take in a store in a folder, whose files a test may harm, and a machine that told of it."""

    def __init__(self, tmp_path: Path) -> None:
        self.store = tmp_path / "store"
        self.told: list[str] = []
        self.copy = tmp_path / "two"
        one = open_vault(f"file://{self.store}", tmp_path / "one")
        one.open()
        self.take = taken(one)
        self.path = self.store / "objects" / self.take.sha256[:2] / self.take.path.name
        self.two = open_vault(f"file://{self.store}", self.copy, self.told.append)
        self.two.open()


@pytest.fixture
def parcel(tmp_path: Path) -> Parcel:
    """A take that another machine has put into a store."""
    return Parcel(tmp_path)


@pytest.mark.parametrize("content", [b"clop", b"cl", b"", b"a stranger's film"])
def test_a_damaged_file_is_told_and_never_used(parcel: Parcel, content: bytes) -> None:
    """Changed, short, empty, another's: looked at twice, and named in words; then it may be put back."""
    parcel.path.write_bytes(content)
    with pytest.raises(
        VaultError, match=f"objects/.*{parcel.take.sha256}.mp4 .* is not what was stored"
    ):
        parcel.two.find(KEY)
    assert len(parcel.told) == 2
    assert not list(parcel.copy.rglob("*.mp4"))

    parcel.path.write_bytes(b"clip")
    found = parcel.two.find(KEY)
    assert found is not None and found.path.read_bytes() == b"clip"


def test_a_file_that_is_gone_is_no_take(parcel: Parcel) -> None:
    """As in a vault in a folder: what was bought is looked for at its provider then."""
    parcel.path.unlink()

    assert parcel.two.find(KEY) is None


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"no json"])
def test_a_damaged_document_is_told_and_never_used(parcel: Parcel, content: bytes) -> None:
    """A record that cannot be read is not taken for one that is not there."""
    (parcel.store / "takes" / f"{KEY}.json").write_bytes(content)

    with pytest.raises(VaultError, match=f"takes/{KEY}.json"):
        parcel.two.find(KEY)
    assert len(parcel.told) == 2


def test_another_document_under_the_name_is_refused(parcel: Parcel) -> None:
    """One with a word changed, and one that is whole and belongs elsewhere."""
    record = parcel.store / "takes" / f"{KEY}.json"
    whole = record.read_text()
    record.with_name(f"{OTHER}.json").write_text(whole)
    record.write_text(whole.replace("dawn", "dusk"))

    for key in (KEY, OTHER):
        with pytest.raises(VaultError):
            parcel.two.find(key)


def test_a_copy_that_was_damaged_is_fetched_again(parcel: Parcel, tmp_path: Path) -> None:
    """Of the same length or not, its bytes are looked at once in every run."""
    found = parcel.two.find(KEY)
    assert found is not None
    found.path.write_bytes(b"clop")
    (parcel.copy / found.path.parents[2].name / "takes" / f"{KEY}.json").write_text("torn")
    again = open_vault(f"file://{parcel.store}", parcel.copy, parcel.told.append).find(KEY)

    assert again is not None and again.path.read_bytes() == b"clip"
    assert len(parcel.told) == 1


def test_a_blob_that_was_damaged_is_none(parcel: Parcel, tmp_path: Path) -> None:
    """It can be made again, and put there anew."""
    film = tmp_path / "film.mp4"
    film.write_bytes(b"film")
    parcel.two.put("film", film)
    (stored,) = (parcel.store / "blobs" / "files").rglob("*.mp4")
    stored.write_bytes(b"fill")
    three = open_vault(f"file://{parcel.store}", tmp_path / "three")
    assert three.get("film") is None
    stored.unlink()
    assert parcel.two.get("film") is not None and not parcel.two.has("film")
    parcel.two.put("film", film)

    found = three.get("film")
    assert found is not None and found.read_bytes() == b"film"


def test_a_vault_in_a_store_is_looked_through(parcel: Parcel) -> None:
    """Missing, short and changed files and damaged records, found from a machine that has none of them."""
    assert list(audit_takes(parcel.two, "again", lambda path: None)) == []
    record = parcel.store / "takes" / f"{OTHER}.json"
    record.write_text("torn")
    parcel.path.write_bytes(b"clop")
    fresh = open_vault(f"file://{parcel.store}", parcel.copy / "fresh")
    changed = [flaw.what for flaw in audit_takes(fresh, "again", lambda path: None)]
    parcel.path.write_bytes(b"cl")
    short = [flaw.what for flaw in audit_takes(fresh, "again")]
    parcel.path.unlink()
    gone = [flaw.what for flaw in audit_takes(fresh, "again")]

    assert all(flaws[0] == f"takes/{OTHER}.json: is no record of a take" for flaws in (short, gone))
    said = [flaws[1].partition('"dawn" ')[2] for flaws in (changed, short, gone)]
    assert said == ["is not what was stored: its hash differs", "has 2 bytes, not 4", "is missing"]


def test_what_is_removed_on_one_machine_is_gone_for_all(parcel: Parcel) -> None:
    """File, record and marks in the store; another machine's copy of the records learns of it."""
    three = open_vault(f"file://{parcel.store}", parcel.copy / "three")
    three.gather()
    parcel.two.gather()
    root, key = parcel.two.root, parcel.take.key
    paths = (root / f"takes/{key}.json", root / f"recipes/r1/1-{key}.json")
    spare = Spare(
        "take", (*paths, root / f"objects/{parcel.take.sha256[:2]}/{parcel.path.name}"), 4, key=key
    )
    remove_spare(parcel.two, spare)

    assert not parcel.path.exists() and parcel.two.find(key) is None
    assert was_removed(three, key) and three.recipes() == frozenset()
    assert list(records_of(three)) == []


def test_a_folder_that_two_machines_write_at_once(tmp_path: Path) -> None:
    """Nothing but renames keeps them apart: no recipe of one is lost to the other's."""
    vaults = [Vault(tmp_path / "common") for _ in range(2)]
    for vault in vaults:
        vault.open()
    take = taken(vaults[0])

    def ask(place: int) -> None:
        for n in range(20):
            vaults[place].find(KEY, f"r{place}-{n}")
            taken(vaults[place])

    with ThreadPoolExecutor(2) as hands:
        list(hands.map(ask, range(2)))
    assert len(vaults[0].recipes()) == 41
    assert sha256_of(take.path) == take.sha256


def test_what_another_machine_is_writing_is_not_swept(tmp_path: Path) -> None:
    """Whether its process lives cannot be asked here; what is a day old belongs to nobody."""
    vault = Vault(tmp_path)
    vault.open()
    mine = vault.scratch(KEY)
    front, machine, mark, end = mine.name.rsplit("-", 3)
    theirs = mine.with_name(f"{front}-0f0f0f0f-{mark}-{end}")
    before = mine.with_name(f"{front}-{machine}-0f0f0f-{end}")
    for path in (mine, theirs, before):
        path.write_bytes(b"half")
    vault.open()
    assert (mine.exists(), theirs.exists(), before.exists()) == (True, True, False)

    os.utime(theirs, (0, 0))
    vault.open()
    assert (mine.exists(), theirs.exists()) == (True, False)
