"""Files that are either whole or not there: written aside, synced, renamed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Temporary names carry this so that a later run can sweep what a killed one left.
PART = ".part-"


def sha256_of(path: Path) -> str:
    """Hash a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; on success its file is synced and takes the final name.

    On an error, or where nothing was written, the final name stays as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # The ending is kept: libav and Pillow choose the format by it.
    handle, name = tempfile.mkstemp(
        prefix=f"{path.stem}{PART}", suffix=path.suffix, dir=path.parent
    )
    os.close(handle)
    part = Path(name)
    try:
        yield part
        publish(part, path)
    finally:
        part.unlink(missing_ok=True)


def publish(part: Path, path: Path) -> None:
    """Sync a finished file, give it its final name, and sync the folder that names it."""
    part.chmod(0o644)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)
    _sync_folder(path.parent)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a whole file at once, atomically."""
    with written_aside(path) as part:
        part.write_bytes(content)


def write_json(path: Path, content: Any) -> None:
    """Write a document atomically, readable by people and diff tools."""
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False)
    write_bytes(path, text.encode() + b"\n")


def read_json(path: Path) -> Any:
    """Read a document of ours; None where it is missing or damaged (it can be made again)."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def sweep(folder: Path) -> int:
    """Delete what killed runs left half written below a folder; returns how many files."""
    count = 0
    for part in folder.rglob(f"*{PART}*"):
        part.unlink(missing_ok=True)
        count += 1
    return count


def _sync_folder(folder: Path) -> None:
    # Windows has no handle for a folder; there the rename alone must do.
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
