"""Carry what lies in the vault of one user into another vault: what is paid for is not bought again there."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from longtake.files import oldest_first, read_json
from longtake.vault.audit import records_of
from longtake.vault.store import Vault, record_name
from longtake.vault.take import Take
from longtake.vault.voices import VoiceShelf

# Where notes lie that were made beside takes.
_NOTES = ("mendings", "accepted", "refused", "removed", "calibrations")


@dataclass(frozen=True)
class Carried:
    """How many takes and voices came along, how many were there, and records whose file is not whole."""

    takes: int
    voices: int
    known: int
    broken: tuple[str, ...]


def carry(source: Vault, target: Vault) -> Carried:
    """Copy takes, sent frames, notes and voices out of a vault in a folder; may be called again.

    Takes go last, after all that was decided about them. What the target has already stays as it is.
    """
    target.open()
    voices = _carry_voices(source.voices(), target.voices())
    for path in oldest_first(source.root / "frames", "*.png"):
        target.frame(path.stem, _copy_of(path))
    for folder in _NOTES:
        for path in oldest_first(source.root / folder, "**/*.json"):
            target.note(path.relative_to(source.root).as_posix(), read_json(path))
    takes, known, broken = 0, 0, []
    for key, recipes in _asked(source):
        take = source.find(key)
        if take is None:
            broken.append(record_name(key))
        elif target.noted(record_name(key)) is None:
            _add(take, target)
            takes += 1
        else:
            known += 1
        for recipe in recipes if take else ():
            target.find(key, recipe)
    return Carried(takes, voices, known, tuple(broken))


def _asked(source: Vault) -> Iterator[tuple[str, list[str]]]:
    """List the keys of all takes with their recipes, those recorded last at the end."""
    records = [record for _, record in records_of(source) if record is not None]
    by_key = {record["key"]: record["recipes"] for record in records}
    order = oldest_first(source.root / "takes", "*.json")
    return ((path.stem, by_key[path.stem]) for path in order if path.stem in by_key)


def _add(take: Take, target: Vault) -> None:
    with _copied(take.path, target.scratch(take.key)) as part:
        target.add(replace(take, path=part), part)


def _carry_voices(source: VoiceShelf, target: VoiceShelf) -> int:
    target.open()
    count = 0
    for voice in filter(None, map(source.find, source.keys())):
        if target.find(voice.key) is None:
            with _copied(voice.path, target.scratch(voice.key)) as part:
                target.add(voice, part)
            count += 1
    return count


def _copy_of(path: Path) -> Callable[[Path], None]:
    def make(part: Path) -> None:
        shutil.copyfile(path, part)

    return make


@contextlib.contextmanager
def _copied(path: Path, part: Path) -> Iterator[Path]:
    """Give a copy that may be moved away."""
    part.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copyfile(path, part)
        yield part
    finally:
        part.unlink(missing_ok=True)
