"""A board and every file it reads, packed by content, unpacked in a folder of its own elsewhere."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from longtake.errors import StoryboardError, VaultError
from longtake.files import part_beside, part_name, read_json, sha256_of, write_json
from longtake.storyboard.choices import choices_path
from longtake.storyboard.load import load_storyboard
from longtake.storyboard.series import read_series
from longtake.survey import survey_files
from longtake.vault.store import Vault

FORM = 1
_CATALOGUE = "catalogue"
# The user's own offers and speakers: a plan hangs on them.
_SHELVES = ("offers", "speech")


@dataclass(frozen=True)
class Bundle:
    """A packed board: `files` are the hashes of its files by their places, `board` is the place of the
    board itself. Equal boards have equal names.
    """

    board: str
    files: dict[str, str]

    @property
    def name(self) -> str:
        """The hash of all of it."""
        words = json.dumps([FORM, self.board, self.files], sort_keys=True)
        return hashlib.sha256(words.encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """Give what is kept of it."""
        return {"form": FORM, "board": self.board, "files": self.files}


def bundle_of(
    board: Path, variables: Mapping[str, str] | None, catalogue: Path
) -> tuple[Bundle, dict[str, Path]]:
    """Look together what a board reads; gives the files by their hashes beside.

    Raises StoryboardError for a board with faults.
    """
    named = list(map(_absolute, _read_by(board, variables)))
    root = Path(os.path.commonpath([path.parent for path in named]))
    placed = {f"board/{path.relative_to(root).as_posix()}": path for path in named}
    for shelf in _SHELVES:
        for path in sorted((catalogue / shelf).rglob("*")):
            if path.is_file():
                placed[f"{_CATALOGUE}/{path.relative_to(catalogue).as_posix()}"] = path
    hashes = {place: sha256_of(path) for place, path in placed.items()}
    main = f"board/{_absolute(board).relative_to(root).as_posix()}"
    return Bundle(main, hashes), {hashes[place]: path for place, path in placed.items()}


def pack(board: Path, variables: Mapping[str, str] | None, catalogue: Path, vault: Vault) -> Bundle:
    """Put a board and all it reads into the vault; what is there already is not sent again."""
    bundle, files = bundle_of(board, variables, catalogue)
    name = _bundle_name(bundle.name)
    for sha256, path in files.items():
        # Each is looked for: what can be sent again is what a store may drop when it is old.
        if not vault.has(_file_name(sha256)):
            vault.put(_file_name(sha256), path)
    if vault.has(name):
        return bundle
    with part_beside(vault.root / "bundle.json") as part:
        write_json(part, bundle.as_json())
        vault.put(name, part)
    return bundle


def unpack(name: str, vault: Vault, folder: Path) -> tuple[Path, Path]:
    """Lay a packed board out in a folder; gives the board's file, and the folder of offers and speakers.

    Raises VaultError where something of it is no longer in the vault.
    """
    packed = vault.get(_bundle_name(name))
    written = read_json(packed) if packed else None
    if not isinstance(written, dict) or written.get("form") != FORM:
        raise _gone(name)
    bundle = Bundle(written["board"], written["files"])
    if bundle.name != name:
        raise _gone(name)
    if not folder.exists():
        part = folder.with_name(part_name(folder.name))
        try:
            for place, sha256 in bundle.files.items():
                _lay(vault, sha256, part / _safe(place), name)
            part.rename(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return folder / _safe(bundle.board), folder / _CATALOGUE


def _read_by(board: Path, variables: Mapping[str, str] | None) -> Iterable[Path]:
    """List the board, what it extends, its choices, and every file that these name."""
    series = read_series(board)
    storyboard = load_storyboard(board, set_vars=variables, hold_faults=True)
    survey = survey_files(storyboard)
    faults = (*storyboard.held_faults, *survey.faults)
    if faults:
        raise StoryboardError(storyboard.in_file_order(faults))
    choices = choices_path(board)
    return dict.fromkeys(
        (
            *series.paths,
            *((choices,) if choices.is_file() else ()),
            *survey.stills,
            *survey.footage,
            *survey.sounds,
            *survey.captions,
            *survey.fonts,
        )
    )


def _absolute(path: Path) -> Path:
    # Links are not followed: a file is laid where the board names it.
    return Path(os.path.abspath(path))  # noqa: PTH100 - that of pathlib follows links


def _lay(vault: Vault, sha256: str, path: Path, name: str) -> None:
    kept = vault.get(_file_name(sha256))
    if kept is None:
        raise _gone(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(kept, path)


def _safe(place: str) -> PurePosixPath:
    """Read a place of a bundle; one that leads out of its folder is none of ours."""
    path = PurePosixPath(place)
    if path.is_absolute() or ".." in path.parts:
        raise VaultError(f"a packed board names a place outside of itself: {place}")
    return path


def _gone(name: str) -> VaultError:
    return VaultError(
        f"the packed board {name[:12]} is no longer whole in the vault",
        hint="send it again: `longtake make --fleet`",
    )


def _bundle_name(name: str) -> str:
    return f"bundles/{name}"


def _file_name(sha256: str) -> str:
    return f"bundles/files/{sha256}"
