"""Files that are either whole or not there: written aside, synced, renamed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import socket
import time
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

# Temporary names carry this and their writer (machine, process, and a mark of its own, for numbers of
# processes come round again), so that a later run can sweep what a killed one left without taking a
# living one's file from under it: that of another thread, or of another machine in a shared folder.
PART = ".part-"
_OLD_S = 24 * 3600.0
_MARK = secrets.token_hex(3)


def sha256_of(path: Path) -> str:
    """Hash a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def part_beside(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, in a folder that is there; what still lies there is deleted."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(part_name(path.name))
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def written_aside(path: Path, mode: int = 0o644, *, first: bool = False) -> Iterator[Path]:
    """Give a temporary path beside `path`; on success its file is synced and takes the final name.

    On an error, or where nothing was written, the final name stays as it was; with `first` it does so
    where a file has the name already.
    """
    with part_beside(path) as part:
        part.touch(mode=0o600)
        yield part
        publish(part, path, mode, first=first)


def part_name(name: str) -> str:
    """Give a temporary name beside a final one; its ending stays, libav and Pillow go by it."""
    stem, dot, ending = name.rpartition(".")
    mark = f"{PART}{os.getpid()}-{_machine()}-{_MARK}-{secrets.token_hex(4)}"
    return f"{stem}{mark}.{ending}" if dot else f"{name}{mark}"


def oldest_first(folder: Path, pattern: str) -> list[Path]:
    """List the files of a folder by their time of change; those still being written are left out."""
    return in_order(path for path in folder.glob(pattern) if PART not in path.name)


def in_order(paths: Iterable[Path]) -> list[Path]:
    """Sort files by their time of change, then by name; those that are not there are left out."""
    found = []
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            found.append((path.stat().st_mtime_ns, path))
    return [path for _, path in sorted(found)]


def publish(part: Path, path: Path, mode: int = 0o644, *, first: bool = False) -> None:
    """Sync a finished file, give it its final name, and sync the folder that names it.

    With `first` a file that has the name already keeps it, and `part` is dropped.
    """
    part.chmod(mode)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    if first and _is_named_first(part, path):
        part.unlink()
    else:
        part.replace(path)
    _sync_folder(path.parent)


def write_bytes(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a whole file at once, atomically."""
    with written_aside(path, mode) as part:
        part.write_bytes(content)


def write_json(path: Path, content: Any) -> None:
    """Write a document atomically, readable by people and diff tools."""
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False)
    try:
        written = text.encode()
    except UnicodeEncodeError:
        # A file name that is no UTF-8 has bytes that only an escape can carry.
        written = json.dumps(content, indent=1, sort_keys=True).encode()
    write_bytes(path, written + b"\n")


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
        if part.is_file() and not _is_being_written(part):
            part.unlink(missing_ok=True)
            count += 1
    return count


def lives(process: int) -> bool:
    """Tell whether there is a process of this number on this machine, whosever it is."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True


def _is_named_first(part: Path, path: Path) -> bool:
    """Give a file a second name unless somebody has it; False where that cannot be done here."""
    try:
        path.hardlink_to(part)
    except FileExistsError:
        return True
    except OSError:
        return path.exists()
    return True


def _is_being_written(part: Path) -> bool:
    process, *rest = part.name.partition(PART)[2].partition(".")[0].split("-")
    if not process.isdecimal():
        return False
    if len(rest) == 3 and rest[0] != _machine():
        return _is_fresh(part)  # Nobody here can ask whether its writer lives.
    if int(process) == os.getpid():
        return len(rest) == 3 and rest[1] == _MARK
    return lives(int(process)) and _is_fresh(part)


def _is_fresh(part: Path) -> bool:
    """Tell a file that may still be somebody's: what is a day old belongs to nobody."""
    with contextlib.suppress(FileNotFoundError):
        return time.time() - part.stat().st_mtime < _OLD_S
    return False


@cache
def _machine() -> str:
    """Name this machine, or this container: wherever the number of a process means another one."""
    spaces = Path("/proc/self/ns/pid")
    place = spaces.readlink() if spaces.is_symlink() else ""
    return hashlib.sha256(f"{socket.gethostname()} {place}".encode()).hexdigest()[:8]


def _sync_folder(folder: Path) -> None:
    # Windows has no handle for a folder; there the rename alone must do.
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
