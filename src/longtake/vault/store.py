"""Home of every take: written once, named by content, never changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from longtake.files import (
    publish,
    read_json,
    sha256_of,
    sweep,
    write_bytes,
    write_json,
    written_aside,
)
from longtake.units import FrameRate, Money, Size
from longtake.vault.take import Take

SCHEMA = 1

_README = """This folder belongs to longtake.

takes/    one small record for each take, named by what was asked
objects/  the files themselves, named by the hash of their bytes; never changed
frames/   handoff frames and fitted stills, as they were sent
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

    def find(self, key: str) -> Take | None:
        """Give the take bought under a key, or None; a record without its whole file is no take."""
        record = read_json(self._record(key))
        if not isinstance(record, dict) or record.get("schema") != SCHEMA:
            return None
        take = _read(record, self.root)
        whole = take.path.is_file() and take.path.stat().st_size == record["bytes"]
        return take if whole else None

    def add(self, take: Take, part: Path) -> Take:
        """Keep a finished, measured file; `part` is moved in. Gives the take with its final path."""
        sha256 = sha256_of(part)
        path = self._object(sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        size = part.stat().st_size
        publish(part, path)
        kept = replace(take, sha256=sha256, path=path)
        self._write(kept, size)
        return kept

    def choose_out_point(self, take: Take, out_point: int) -> Take:
        """Record where a take ends in the film."""
        if take.out_point == out_point:
            return take
        chosen = replace(take, out_point=out_point)
        self._write(chosen, take.path.stat().st_size)
        return chosen

    def scratch(self, key: str) -> Path:
        """Give a path on the vault's own disk for a file still to be made."""
        return self.root / "objects" / f"{key[:16]}.part-fetch.mp4"

    def frame(self, name: str, make: Callable[[Path], None]) -> Path:
        """Give a kept picture by name, made once by `make` (which writes a PNG to the path it gets)."""
        path = self.root / "frames" / f"{name}.png"
        if not path.exists():
            with written_aside(path) as part:
                make(part)
        return path

    def recipes(self) -> frozenset[str]:
        """List the recipes of all takes kept here."""
        records = (read_json(path) for path in (self.root / "takes").glob("*.json"))
        return frozenset(record["recipe"] for record in records if isinstance(record, dict))

    def _write(self, take: Take, size: int) -> None:
        write_json(self._record(take.key), {"schema": SCHEMA, "bytes": size, **_written(take)})

    def _record(self, key: str) -> Path:
        return self.root / "takes" / f"{key}.json"

    def _object(self, sha256: str) -> Path:
        return self.root / "objects" / sha256[:2] / f"{sha256}.mp4"


def _written(take: Take) -> dict[str, Any]:
    return {
        "key": take.key,
        "recipe": take.recipe,
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
    }


def _read(record: dict[str, Any], root: Path) -> Take:
    sha256 = record["sha256"]
    width, _, height = record["size"].partition("x")
    return Take(
        key=record["key"],
        recipe=record["recipe"],
        clip=record["clip"],
        sha256=sha256,
        path=root / "objects" / sha256[:2] / f"{sha256}.mp4",
        provider=record["provider"],
        model=record["model"],
        task=record["task"],
        frames=record["frames"],
        rate=FrameRate.parse(record["rate"]),
        size=Size(int(width), int(height)),
        out_point=record["out_point"],
        charge=Money.parse(record["charge"]) if record["charge"] else None,
    )
