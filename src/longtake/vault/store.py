"""Home of every take: written once, named by content, never changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote, unquote

from longtake.files import (
    oldest_first,
    part_beside,
    part_name,
    publish,
    read_json,
    sha256_of,
    sweep,
    write_bytes,
    write_json,
    written_aside,
)
from longtake.units import FrameRate, Money, Size, take_name
from longtake.vault.take import Take
from longtake.vault.voices import VoiceShelf

SCHEMA = 1

README = """This folder belongs to longtake.

takes/    one small record for each take, named by what was asked
recipes/  under which words of which boards a take is asked for besides: one file each
objects/  the files themselves, named by the hash of their bytes; never changed
frames/   handoff frames and fitted stills, as they were sent
voices/   one small record for each voice, named by what was asked
sounds/   the voices themselves, named by the hash of their bytes
blobs/    what can be made again: boards on their way to other machines, pieces, films
"""


@dataclass(frozen=True)
class Mark:
    """Says that a take is asked for under a recipe; all of it stands in the name of its file."""

    recipe: str
    number: int
    key: str

    @classmethod
    def read(cls, path: PurePath) -> Mark:
        """Read a mark out of its name."""
        number, _, key = path.stem.partition("-")
        return cls(unquote(path.parent.name), int(number) if number.isdecimal() else 1, key)

    @property
    def name(self) -> str:
        return f"{marks_folder(self.recipe)}{self.number}-{self.key}.json"

    def as_json(self) -> dict[str, Any]:
        """Give what is written into the file, for people."""
        return {"schema": SCHEMA, "recipe": self.recipe, "take": self.number, "key": self.key}


@dataclass(frozen=True)
class Vault:
    """Home of every take: written once, named by content, never changed.

    Safe to use from several processes, and from several machines that share the folder: files get
    their final name only when they are whole, two writers of one take write the same bytes, and what
    several may add to is a file for each. Nothing is locked.
    """

    root: Path

    def open(self) -> None:
        """Make the folders, tell a stranger what they are, sweep what a killed run left."""
        for name in ("takes", "objects", "frames"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        sweep(self.root)
        if not (self.root / "README").exists():
            write_bytes(self.root / "README", README.encode())

    def find(self, key: str, recipe: str = "") -> Take | None:
        """Give the take of a key, or None; a record without its whole file is no take.

        Found under another `recipe` than it was made for, it is recorded under this one as well:
        the words of a board may change without changing what is asked.
        """
        record = _sound(self.noted(record_name(key)))
        path = record and self._brought(record)
        if not record or not path:
            return None
        if recipe and not self._is_named(record, recipe):
            mark = Mark(recipe, _number(record), key)
            self.note(mark.name, mark.as_json())
        return _read(record, path, recipe)

    def add(self, take: Take, part: Path) -> Take:
        """Keep a finished, measured file; `part` is moved in. Gives the take with its final path.

        A key goes on with the take it has: the file of another task of it is kept beside, unrecorded.
        """
        sha256 = sha256_of(part)
        size = part.stat().st_size
        path = self._keep(part, object_name(sha256))
        kept = replace(take, sha256=sha256, path=path)
        owned = self.find(take.key)
        if owned is None or owned.task == take.task:
            record = {"schema": SCHEMA, "bytes": size, **_written(kept)}
            self.note(record_name(kept.key), record, anew=True)
            self.find(kept.key, kept.recipe)
        return kept

    def scratch(self, key: str) -> Path:
        """Give a path on the vault's own disk for a file still to be made."""
        return self.root / "objects" / part_name(f"{key[:16]}.mp4")

    def sent(self, sha256: str) -> Path | None:
        """Give a kept picture by the hash of its bytes, or None."""
        pictures = (self.root / "frames").glob("*.png")
        return next((path for path in pictures if sha256_of(path) == sha256), None)

    def frame(self, name: str, make: Callable[[Path], None]) -> Path:
        """Give a kept picture by name, made once by `make` (which writes a PNG to the path it gets)."""
        path = self.root / "frames" / f"{name}.png"
        if not path.exists():
            # Of two that made it at once the first is sent by both: what is sent is what is bought.
            with written_aside(path, first=True) as part:
                make(part)
        return path

    def by_recipe(self, recipes: Collection[str] | None = None) -> dict[str, Take]:
        """Give the takes by their names (`take_name`), the one recorded last where two have one name.

        Those of some recipes, or of all where None.
        """
        found: dict[str, Take] = {}
        for mark in self._recorded(recipes):
            take = self.find(mark.key, mark.recipe)
            if take is not None:
                found[take_name(mark.recipe, take.number)] = take
        return found

    def recipes(self) -> frozenset[str]:
        """List the names (`take_name`) of all takes kept here; a record whose file is gone is none."""
        records = (_sound(read_json(path)) for path in (self.root / "takes").glob("*.json"))
        whole = [
            record
            for record in records
            if record and (self.root / object_name(record["sha256"])).is_file()
        ]
        marks = self.marks()
        return frozenset(
            take_name(recipe, _number(record))
            for record in whole
            for recipe in (*record["recipes"], *marks.get(record["key"], ()))
        )

    def marks(self) -> dict[str, list[str]]:
        """Give the recipes under which takes are asked for besides their own, by the takes' keys."""
        found: dict[str, list[str]] = {}
        for path in oldest_first(self.root / "recipes", "*/*.json"):
            mark = Mark.read(path)
            found.setdefault(mark.key, []).append(mark.recipe)
        return found

    def note(self, name: str, content: Any, *, anew: bool = False) -> None:
        """Keep a small document beside the takes; `name` is its path in the vault.

        What is written there already stays where the vault can tell, unless it is written `anew`.
        """
        if anew or self.noted(name) is None:
            write_json(self.root / name, content)

    def noted(self, name: str) -> Any:
        """Give a small document; None where it is missing or damaged."""
        return read_json(self.root / name)

    def notes(self, folder: str, most: int) -> list[Any]:
        """Give the last small documents of a folder, oldest first."""
        return [read_json(path) for path in oldest_first(self.root / folder, "*.json")[-most:]]

    def gather(self) -> tuple[str, ...]:
        """See to it that all records lie under `root`; gives those that are there and are damaged."""
        return ()

    def volume(self, name: str) -> int | None:
        """Give the bytes of a file by its path in the vault, None where it is missing."""
        path = self.root / name
        return path.stat().st_size if path.is_file() else None

    def glance(self, name: str) -> bytes | None:
        """Read a small file as it lies there now, whoever wrote it; None where it is missing."""
        path = self.root / name
        return path.read_bytes() if path.is_file() else None

    def is_whole(self, sha256: str) -> bool:
        """Read a clip and tell whether its bytes are those that were stored."""
        path = self.root / object_name(sha256)
        return path.is_file() and sha256_of(path) == sha256

    def erase(self, names: Iterable[str]) -> None:
        """Delete files of the vault by their paths in it, those that are there."""
        for name in names:
            (self.root / name).unlink(missing_ok=True)

    def put(self, name: str, path: Path) -> None:
        """Keep a copy of a file that can be made again, under a name that may be given anew."""
        sha256 = sha256_of(path)
        place = _blob_name(sha256, path.suffix)
        with part_beside(self.root / place) as part:
            shutil.copyfile(path, part)
            size = part.stat().st_size
            self._keep(part, place)
        content = {"schema": SCHEMA, "sha256": sha256, "bytes": size, "file": place}
        self.note(_pointer_name(name), content, anew=True)

    def get(self, name: str) -> Path | None:
        """Give a file by its name, None where there is none or it is not what was put there.

        It is the vault's: to be read, never to be written to.
        """
        pointer = self._pointer(name)
        return self._blob(pointer["file"], pointer["sha256"]) if pointer else None

    def has(self, name: str) -> bool:
        """Tell whether a file is there by its name, for all who share the vault; fetches nothing."""
        pointer = self._pointer(name)
        return bool(pointer) and self.volume(pointer["file"]) == pointer.get("bytes")

    def voices(self) -> VoiceShelf:
        """Give the shelf of the voices that lie in the same place."""
        return VoiceShelf(self.root)

    def _pointer(self, name: str) -> dict[str, Any]:
        """Give what is written of a file that can be made again, nothing where that is not sound."""
        pointer = self.noted(_pointer_name(name))
        if not isinstance(pointer, dict) or pointer.get("schema") != SCHEMA:
            return {}
        sha256, place = str(pointer.get("sha256")), str(pointer.get("file"))
        return pointer if place == _blob_name(sha256, Path(place).suffix) else {}

    def _keep(self, part: Path, name: str) -> Path:
        """Move a finished file to its final name."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        publish(part, path)
        return path

    def _brought(self, record: dict[str, Any]) -> Path | None:
        """Give the whole file of a record."""
        path = self.root / object_name(record["sha256"])
        return path if path.is_file() and path.stat().st_size == record["bytes"] else None

    def _blob(self, place: str, sha256: str) -> Path | None:
        path = self.root / place
        return path if path.is_file() and sha256_of(path) == sha256 else None

    def _is_named(self, record: dict[str, Any], recipe: str) -> bool:
        mark = Mark(recipe, _number(record), record["key"])
        return recipe in record["recipes"] or (self.root / mark.name).exists()

    def _recorded(self, recipes: Collection[str] | None) -> list[Mark]:
        """List under which recipes there are which takes, those recorded last at the end."""
        found = []
        for path in oldest_first(self.root / "takes", "*.json"):
            record = _sound(read_json(path)) or {"recipes": []}
            at = path.stat().st_mtime_ns
            found += [(at, Mark(each, _number(record), path.stem)) for each in record["recipes"]]
        for path in oldest_first(self.root / "recipes", "*/*.json"):
            found.append((path.stat().st_mtime_ns, Mark.read(path)))
        found.sort(key=lambda row: row[0])
        return [mark for _, mark in found if recipes is None or mark.recipe in recipes]


def record_name(key: str) -> str:
    """Name the record of a take."""
    return f"takes/{key}.json"


def object_name(sha256: str, ending: str = "mp4") -> str:
    """Name a file of bytes that are never changed."""
    return f"objects/{sha256[:2]}/{sha256}.{ending}"


def marks_folder(recipe: str) -> str:
    """Name the folder of all marks of a recipe."""
    return f"recipes/{quote(recipe, safe='')}/"


def _blob_name(sha256: str, suffix: str) -> str:
    return f"blobs/files/{sha256[:2]}/{sha256}{suffix}"


def _pointer_name(name: str) -> str:
    return f"blobs/names/{quote(name, safe='/').replace('..', '%2E%2E')}.json"


def _written(take: Take) -> dict[str, Any]:
    return {
        "key": take.key,
        "recipes": [take.recipe],
        "clip": take.clip,
        "sha256": take.sha256,
        "provider": take.provider,
        "model": take.model,
        "task": take.task,
        "frames": take.frames,
        "rate": str(take.rate),
        "size": str(take.size),
        "out_point": take.out_point,
        "charge": str(take.charge) if take.charge else None,
        "take": take.number,
        "lands": take.lands,
    }


_TEXTS = ("key", "clip", "sha256", "provider", "model", "task", "rate", "size")


def _sound(record: Any) -> dict[str, Any] | None:
    """Give a record that has all it needs, or None: a damaged one is no take, and no reason to stop."""
    if not isinstance(record, dict) or record.get("schema") != SCHEMA:
        return None
    whole = (
        all(isinstance(record.get(name), str) for name in _TEXTS)
        and all(isinstance(record.get(name), int) for name in ("bytes", "frames", "out_point"))
        and isinstance(record.get("recipes"), list)
        and bool(record["recipes"])
        and all(isinstance(recipe, str) for recipe in record["recipes"])
        and "x" in record["size"]
    )
    return record if whole else None


def _number(record: dict[str, Any]) -> int:
    """Tell which take a record is of; there was only one of a recipe once."""
    number = record.get("take", 1)
    return number if isinstance(number, int) else 1


def _read(record: dict[str, Any], path: Path, recipe: str) -> Take | None:
    width, _, height = record["size"].partition("x")
    try:
        return Take(
            key=record["key"],
            recipe=recipe or record["recipes"][-1],
            clip=record["clip"],
            sha256=record["sha256"],
            path=path,
            provider=record["provider"],
            model=record["model"],
            task=record["task"],
            frames=record["frames"],
            rate=FrameRate(Fraction(record["rate"])),
            size=Size(int(width), int(height)),
            out_point=record["out_point"],
            charge=Money.parse(record["charge"]) if record.get("charge") else None,
            number=_number(record),
            lands=str(record.get("lands") or ""),
        )
    except (ValueError, ZeroDivisionError):
        return None
