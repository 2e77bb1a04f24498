"""Look whether all that was paid for is there and whole, and what lies there that nothing needs.

Looking never changes a file. What should be removed is listed first, as `Spare`, and removed by those
who asked.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from longtake.errors import LongtakeError, MediaError, VaultError
from longtake.files import PART, read_json, sha256_of
from longtake.units import Money
from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Purchase
from longtake.vault.store import SCHEMA, Vault, object_name, record_name

# What was written to within a day may be another run's that is still at work.
PART_LIFE_S = 24 * 3600.0
FRAME_LIFE_S = 30 * 24 * 3600.0

_HASH = re.compile(r"[0-9a-f]{64}")

StrictCheck = Callable[[Path], object]


@dataclass(frozen=True)
class Flaw:
    """One thing that is not as it should be, and what to do about it."""

    what: str
    remedy: str


@dataclass(frozen=True)
class Spare:
    """Something that nothing needs: what it is, its files, their bytes, and what was paid for it."""

    what: str
    paths: tuple[Path, ...]
    volume: int
    paid: Money | None = None
    key: str = ""


def records_of(vault: Vault) -> Iterator[tuple[Path, dict[str, Any] | None]]:
    """Give every record of a vault by its path; None for one that cannot be read."""
    for name in vault.gather():
        yield Path(name), None
    marks = vault.marks()
    for path in sorted((vault.root / "takes").glob("*.json")):
        if PART not in path.name:
            record = read_json(path)
            sound = isinstance(record, dict) and _is_sound(record)
            yield path, _with_marks(record, marks) if sound else None


def audit_takes(
    vault: Vault,
    again: str,
    strict: StrictCheck | None = None,
    seen: Callable[[], None] = lambda: None,
) -> Iterator[Flaw]:
    """Find records without their file, and files that are not what was stored.

    `again` says how such a take is had again once its record is gone. With `strict` every byte is
    read: the file's hash is its name, and `strict` raises MediaError for no whole film. `seen` hears
    of each record that was looked at.
    """
    for path, record in records_of(vault):
        if record is None or record["key"] != path.stem:
            yield Flaw(f"{path}: is no record of a take", f"delete it; {again}")
        else:
            yield from _file_flaws(vault, path, record, again, strict)
        seen()


def audit_ledger(ledger: Ledger, vault: Vault) -> Iterator[Flaw]:
    """Find damage of the ledger, and purchases that are done and whose take is not there."""
    if not ledger.exists():
        return
    damage = _damage(ledger)
    if damage:
        yield Flaw(
            f"{ledger.place}: {damage}",
            "buy nothing: what was bought cannot be known. Put back a copy from a backup, all takes are"
            " safe in their vault",
        )
        return
    for row in ledger.purchases():
        if row.state != "done" or was_removed(vault, row.key):
            continue
        kept = vault.voices().find(row.key) if row.is_speech else vault.find(row.key)
        if kept is None and row.is_speech:
            yield Flaw(
                f'purchase {row.id}, "{row.clip}" of {row.board}: its voice is not in the vault',
                "it is paid and cannot be had again; `make` says how to buy it anew",
            )
        elif kept is None:
            yield Flaw(
                f'purchase {row.id}, "{row.clip}" of {row.board}: its take is not in the vault',
                f"the next `make` of that board fetches task {row.task} of {row.provider} again"
                " and pays nothing, as long as the provider keeps it",
            )


def stray_parts(root: Path, now: float) -> Iterator[Spare]:
    """List what killed runs left half written below a folder, a day ago or longer."""
    for path in sorted(root.rglob(f"*{PART}*")) if root.is_dir() else ():
        with contextlib.suppress(FileNotFoundError):
            state = path.stat()
            if path.is_file() and now - state.st_mtime > PART_LIFE_S:
                yield Spare("half-written file", (path,), state.st_size)


def spare_frames(vault: Vault, ledger: Ledger, now: float) -> Iterator[Spare]:
    """List frames of a month ago or longer that no purchase sent: they can be made again.

    A frame that was sent is part of its purchase's key and stays for ever: another encoder would give
    other bytes, and the clip would be bought anew. Where a take has no purchase to ask, all stay.
    """
    rows = ledger.purchases() if ledger.exists() else ()
    bought = {row.key for row in rows}
    if any(record is None or record["key"] not in bought for _, record in records_of(vault)):
        return
    sent = {sha256 for row in rows for sha256 in _frames_sent(row)}
    for path in sorted((vault.root / "frames").glob("*.png")):
        if PART in path.name or now - path.stat().st_mtime <= FRAME_LIFE_S:
            continue
        if sha256_of(path) not in sent:
            yield Spare("frame that no purchase sent", (path,), path.stat().st_size)


def spare_takes(
    vault: Vault, ledger: Ledger, in_use: frozenset[str], before: float
) -> Iterator[Spare]:
    """List takes whose recipe is not in use, and which were bought before a time.

    A take without a finished purchase is left alone: nobody could say what it cost. What was bought
    twice lies beside its take, and is in no use.
    """
    done = {row.key: row for row in ledger.purchases() if row.state == "done"}
    found = [record for _, record in records_of(vault)]
    records = [record for record in found if record is not None]
    for record in records:
        row = done.get(record["key"])
        wanted = not in_use.isdisjoint(record["recipes"])
        if row is None or wanted or (row.closed or row.began) >= before:
            continue
        shared = sum(other["sha256"] == record["sha256"] for other in records) > 1
        marks = sorted((vault.root / "recipes").glob(f"*/*-{row.key}.json"))
        paths = [_record(vault, row.key), *marks] + ([] if shared else [_file(vault, record)])
        volume = sum(vault.volume(path.relative_to(vault.root).as_posix()) or 0 for path in paths)
        what = f'take of "{row.clip}" of {row.board}'
        yield Spare(what, tuple(paths), volume, row.charge or row.reserved, row.key)
    if None in found:
        return  # Nobody can say which file it names.
    recorded = {record["sha256"] for record in records}
    for row in ledger.purchases():
        if row.state != "done" or row.sha256 in recorded or (row.closed or row.began) >= before:
            continue
        size = vault.volume(object_name(row.sha256))
        if size is not None:
            what = f'second take of "{row.clip}" of {row.board}'
            path = _file(vault, {"sha256": row.sha256})
            yield Spare(what, (path,), size, row.charge or row.reserved)


def remove_spare(vault: Vault, spare: Spare) -> None:
    """Delete what is spare; of a take a note stays, which says that it was removed on purpose."""
    if spare.key:
        note = vault.noted(record_name(spare.key))
        vault.note(f"removed/{spare.key}.json", note, anew=True)
    for path in spare.paths:
        if path.is_relative_to(vault.root):
            vault.erase([path.relative_to(vault.root).as_posix()])
        else:
            path.unlink(missing_ok=True)


def was_removed(vault: Vault, key: str) -> bool:
    """Tell whether a take was removed on purpose."""
    return vault.noted(f"removed/{key}.json") is not None


def _with_marks(record: dict[str, Any], marks: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    return {**record, "recipes": [*record["recipes"], *marks.get(record["key"], ())]}


def _is_sound(record: Mapping[str, Any]) -> bool:
    # Files are named by these: what is no hash must not lead out of the vault.
    named = all(_HASH.fullmatch(str(record.get(name))) for name in ("key", "sha256"))
    recipes = record.get("recipes")
    told = isinstance(record.get("clip"), str) and isinstance(record.get("bytes"), int)
    return record.get("schema") == SCHEMA and named and told and isinstance(recipes, list)


def _file_flaws(
    vault: Vault,
    record_path: Path,
    record: Mapping[str, Any],
    again: str,
    strict: StrictCheck | None,
) -> Iterator[Flaw]:
    path, size = _file(vault, record), vault.volume(object_name(record["sha256"]))
    clip = f'the take of "{record["clip"]}"'
    if size is None:
        yield Flaw(f"{path}: {clip} is missing", f"delete {record_path}; {again}")
        return
    remedy = f"delete it; {again}"
    if size != record["bytes"]:
        yield Flaw(f"{path}: {clip} has {size:,} bytes, not {record['bytes']:,}", remedy)
    elif strict is not None and not vault.is_whole(record["sha256"]):
        yield Flaw(f"{path}: {clip} is not what was stored: its hash differs", remedy)
    elif strict is not None:
        try:
            strict(path)
        except MediaError as error:
            yield Flaw(f"{path}: {clip} is no whole film: {error.message}", remedy)


def _damage(ledger: Ledger) -> str:
    damage = ledger.damage()
    if damage:
        return damage
    # It may be whole and yet be no ledger, or one of a newer longtake.
    try:
        ledger.open()
    except VaultError as error:
        return error.message
    return ""


def _frames_sent(row: Purchase) -> Iterator[str]:
    try:
        asked = json.loads(row.request)
    except ValueError as error:
        raise LongtakeError(f"purchase {row.id} of the ledger cannot be read") from error
    if isinstance(asked, dict):
        yield from (asked.get("first") or "", asked.get("last") or "")
        yield from asked.get("references") or ()


def _record(vault: Vault, key: str) -> Path:
    return vault.root / record_name(key)


def _file(vault: Vault, record: Mapping[str, Any]) -> Path:
    return vault.root / object_name(str(record["sha256"]))
