"""Home of every take: written once, named by content, never changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from longtake.files import (
    oldest_first,
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

SCHEMA = 1

_README = """This folder belongs to longtake.

takes/    one small record for each take, named by what was asked
objects/  the files themselves, named by the hash of their bytes; never changed
frames/   handoff frames and fitted stills, as they were sent
voices/   one small record for each voice, named by what was asked
sounds/   the voices themselves, named by the hash of their bytes
"""


@dataclass(frozen=True)
class Vault:
    """Home of every take: written once, named by content, never changed.

    Safe to use from several processes: files get their final name only when they are whole, and two
    writers of one take write the same bytes.
    """

    root: Path

    def open(self) -> None:
        """Make the folders, tell a stranger what they are, sweep what a killed run left."""
        for name in ("takes", "objects", "frames"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        sweep(self.root)
        if not (self.root / "README").exists():
            write_bytes(self.root / "README", _README.encode())

    def find(self, key: str, recipe: str = "") -> Take | None:
        """Give the take of a key, or None; a record without its whole file is no take.

        Found under another `recipe` than it was made for, it is recorded under this one as well:
        the words of a board may change without changing what is asked.
        """
        record = _sound(read_json(self._record(key)))
        if record is None:
            return None
        path = self._object(record["sha256"])
        if not path.is_file() or path.stat().st_size != record["bytes"]:
            return None
        if recipe and recipe not in record["recipes"]:
            record["recipes"].append(recipe)
            write_json(self._record(key), record)
        return _read(record, path, recipe)

    def add(self, take: Take, part: Path) -> Take:
        """Keep a finished, measured file; `part` is moved in. Gives the take with its final path.

        A key goes on with the take it has: the file of another task of it is kept beside, unrecorded.
        """
        sha256 = sha256_of(part)
        path = self._object(sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        size = part.stat().st_size
        publish(part, path)
        kept = replace(take, sha256=sha256, path=path)
        owned = self.find(take.key)
        if owned is None or owned.task == take.task:
            record = {"schema": SCHEMA, "bytes": size, **_written(kept)}
            write_json(self._record(kept.key), record)
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
            with written_aside(path) as part:
                make(part)
        return path

    def by_recipe(self) -> dict[str, Take]:
        """Give the takes by their names (`take_name`), the one recorded last where two have one name."""
        found: dict[str, Take] = {}
        for path in oldest_first(self.root / "takes", "*.json"):
            for recipe in (_sound(read_json(path)) or {"recipes": []})["recipes"]:
                take = self.find(path.stem, recipe)
                if take is not None:
                    found[take_name(recipe, take.number)] = take
        return found

    def recipes(self) -> frozenset[str]:
        """List the names (`take_name`) of all takes kept here; a record whose file is gone is none."""
        records = (_sound(read_json(path)) for path in (self.root / "takes").glob("*.json"))
        return frozenset(
            take_name(recipe, _number(record))
            for record in records
            if record and self._object(record["sha256"]).is_file()
            for recipe in record["recipes"]
        )

    def _record(self, key: str) -> Path:
        return self.root / "takes" / f"{key}.json"

    def _object(self, sha256: str) -> Path:
        return self.root / "objects" / sha256[:2] / f"{sha256}.mp4"


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
