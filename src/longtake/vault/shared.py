"""A vault of many machines: in an object store, with a copy on each machine of what it has used."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePath
from typing import Any

from longtake.errors import VaultError, VaultUnreachable
from longtake.extras import load_extra
from longtake.files import in_order, part_beside, sha256_of
from longtake.units import take_name
from longtake.vault.mirror import Mirror, silent
from longtake.vault.store import README, Mark, Vault, marks_folder, object_name
from longtake.vault.voices import Voice, VoiceShelf

SCHEMA = 1
# So many clips are fetched at a time.
_HANDS = 8


def open_vault(where: str | Path, cache: Path, tell: Callable[[str], None] = silent) -> Vault:
    """Give the vault in a folder, or the one at an URL such as `s3://bucket/prefix`; not opened yet.

    `cache` is where copies of remote vaults are kept on this machine, a folder for each. `tell` hears
    of files that had to be fetched again. Raises LongtakeError where the extra `fleet` is missing.
    """
    if isinstance(where, Path) or "://" not in where:
        return Vault(Path(where))
    kit = load_extra("longtake.vault.depot", "a vault in an object store", "fleet")
    depot = kit.open_depot(where.rstrip("/"))
    # A bucket of one name may stand on several servers.
    named = f"{where.rstrip('/')} {os.environ.get('AWS_ENDPOINT_URL', '')}"
    root = cache / hashlib.sha256(named.encode()).hexdigest()[:16]
    return SharedVault(root, Mirror(depot, root, tell))


@dataclass(frozen=True)
class SharedVault(Vault):
    """The takes of many machines; `root` is this machine's copy of those it has used.

    `add`, `note` and `put` come back when their files are in the store, so that whoever reads of them
    in the ledger finds them there. Files come down when they are asked for.
    """

    mirror: Mirror

    def open(self) -> None:
        """Make the folders of the copy; tell a stranger what a new store is. VaultError: it is not there."""
        super().open()
        if self.mirror.depot.volume("README") is None:
            self.mirror.depot.write("README", README.encode())

    def sent(self, sha256: str) -> Path | None:
        """Give a kept picture by the hash of its bytes, or None."""
        return self.mirror.bring(object_name(sha256, "png"), sha256)

    def frame(self, name: str, make: Callable[[Path], None]) -> Path:
        """Give a kept picture by name, made once by `make` on one of the machines.

        Another machine's decoder may give other bytes, and what is sent is part of what is bought:
        the picture that was there first is the one for all.
        """
        place = f"frames/{name}.json"
        if self.noted(place) is None:
            self._show(place, make)
        picture = self.sent(str(self.noted(place)["sha256"]))
        if picture is None:
            raise VaultError(
                f"the picture {name} is no longer in {self.mirror.depot.url}",
                hint="put it back from a backup: clips may have been bought on it",
            )
        return picture

    def recipes(self) -> frozenset[str]:
        """List the names (`take_name`) of all takes in the store."""
        marks = map(Mark.read, map(PurePath, self.mirror.listed("recipes/")))
        return frozenset(take_name(mark.recipe, mark.number) for mark in marks)

    def note(self, name: str, content: Any, *, anew: bool = False) -> None:
        """Keep a small document; what is there already stays unless it is written `anew`."""
        self.mirror.write(name, content, anew=anew)

    def noted(self, name: str) -> Any:
        """Give a small document; None where it is missing."""
        return self.mirror.read(name)

    def notes(self, folder: str, most: int) -> list[Any]:
        """Give the last small documents of a folder that are known here; few make it look for more."""
        if len(super().notes(folder, most)) < most:
            self.mirror.read_all(islice(self.mirror.listed(f"{folder}/"), most))
        return super().notes(folder, most)

    def erase(self, names: Iterable[str]) -> None:
        """Delete files of the vault, in the store and in this copy of it."""
        self.mirror.erase(list(names))

    def gather(self) -> tuple[str, ...]:
        """Bring the records of all takes here, and only those that are in the store.

        Gives the names of those that were damaged.
        """
        there = list(self.mirror.listed("takes/"))
        self._forget("takes", "*.json", there)
        marks = list(self.mirror.listed("recipes/"))
        self._forget("recipes", "*/*.json", marks)
        return self.mirror.read_all([*there, *marks])

    def volume(self, name: str) -> int | None:
        """Give the bytes of a file in the store by its name, None where it is missing."""
        return self.mirror.depot.volume(name)

    def glance(self, name: str) -> bytes | None:
        """Read a small file as it lies in the store now, whoever wrote it; None where it is missing."""
        return self.mirror.depot.read(name)

    def is_whole(self, sha256: str) -> bool:
        """Read a clip and tell whether its bytes are those that were stored."""
        try:
            return self.mirror.bring(object_name(sha256), sha256) is not None
        except VaultUnreachable:
            raise
        except VaultError:
            return False

    def voices(self) -> VoiceShelf:
        """Give the shelf of the voices that lie in the same store."""
        return SharedVoices(self.root, self.mirror)

    def _show(self, place: str, make: Callable[[Path], None]) -> None:
        with part_beside(self.root / "frames" / "made.png") as part:
            make(part)
            sha256 = sha256_of(part)
            self._keep(part, object_name(sha256, "png"))
        self.note(place, {"schema": SCHEMA, "sha256": sha256})

    def _keep(self, part: Path, name: str) -> Path:
        return self.mirror.keep(part, name)

    def _brought(self, record: dict[str, Any]) -> Path | None:
        return self.mirror.bring(object_name(record["sha256"]), record["sha256"])

    def _blob(self, place: str, sha256: str) -> Path | None:
        try:
            return self.mirror.bring(place, sha256)
        except VaultUnreachable:
            raise
        except VaultError:
            return None  # It was damaged, and can be made again.

    def _is_named(self, record: dict[str, Any], recipe: str) -> bool:
        # Every recipe has its mark here: what a store holds is known by its list of names alone.
        number = record.get("take", 1)
        return (self.root / Mark(recipe, number, record["key"]).name).exists()

    def _recorded(self, recipes: Collection[str] | None) -> list[Mark]:
        folders = ["recipes/"] if recipes is None else [marks_folder(each) for each in recipes]
        with ThreadPoolExecutor(_HANDS) as hands:
            found = hands.map(lambda folder: list(self.mirror.listed(folder)), folders)
            names = [name for names in found for name in names]
            self.mirror.read_all(names)
            marks = [Mark.read(path) for path in in_order(self.root / name for name in names)]
            list(hands.map(self.find, [mark.key for mark in marks]))
        return marks

    def _forget(self, folder: str, pattern: str, there: Collection[str]) -> None:
        """Drop documents of this copy that are no longer in the store: another machine removed them."""
        known = frozenset(there)
        for path in (self.root / folder).glob(pattern):
            if path.relative_to(self.root).as_posix() not in known:
                path.unlink(missing_ok=True)


@dataclass(frozen=True)
class SharedVoices(VoiceShelf):
    """The voices of many machines; `root` is this machine's copy of those it has used."""

    mirror: Mirror

    def _keep(self, part: Path, name: str) -> Path:
        return self.mirror.keep(part, name)

    def _is_there(self, voice: Voice) -> bool:
        name = voice.path.relative_to(self.root).as_posix()
        return self.mirror.bring(name, voice.sha256) is not None

    def _note(self, name: str, content: Any) -> None:
        self.mirror.write(name, content, anew=True)

    def _noted(self, name: str) -> Any:
        known = self.mirror.read(name)
        # Its words may have been told on another machine since.
        untold = isinstance(known, dict) and not known.get("words")
        return self.mirror.read(name, fresh=True) if untold else known
