"""The folder of a board: where its working files and films lie, and the lock that keeps runs apart."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
from filelock import FileLock, Timeout

from longtake.errors import ProjectBusy
from longtake.files import lives, read_json, sweep, write_bytes
from longtake.units import Aspect

# So long a run waits for the lock before it takes another for the folder's holder.
_PATIENCE_S = 1.0
# The one key that has our name: it goes where the process says, never where a folder does.
_SPEECH_KEY = "LONGTAKE_SPEECH_KEY"
_KEY = re.compile(r"[A-Z][A-Z0-9_]*(?:KEY|TOKEN|SECRET)")


# What a name of a version may not end in, for films are called by it too.
_TAKEN = re.compile(r"\b(?:animatic|draft|\d+x\d+)\b")
_MOST_SIGNS = 60


@dataclass(frozen=True)
class Project:
    """The folder of a board, with its `.longtake/` (free to delete) and `films/`.

    `version` names the films of a board whose variables were given other values.
    """

    board: Path
    version: str = ""

    @classmethod
    def of(cls, board: Path, variables: Mapping[str, str] | None) -> Project:
        """Give the project in which films of a board with these variables lie."""
        return cls(board, version_of(variables or {}))

    @property
    def folder(self) -> Path:
        return self.board.parent

    @property
    def work(self) -> Path:
        """Pieces, drawn takes, records and logs: all of it can be made again for nothing."""
        return self.folder / ".longtake"

    @property
    def scans(self) -> Path:
        """What was measured at the ends of takes."""
        return self.work / "scans"

    @property
    def films(self) -> Path:
        return self.folder / "films" / self.board.stem

    def film(self, flavour: str = "", aspect: Aspect | None = None) -> Path:
        """Name the film's file; `flavour` is "animatic", "draft" or nothing, `aspect` another shape."""
        parts = ("film", self.version, flavour, aspect.file_name if aspect else "")
        return self.films / f"{'-'.join(filter(None, parts))}.mp4"

    def other_shapes(self, flavour: str = "") -> dict[Aspect, Path]:
        """Find the films that were made in other shapes, in the order of their names."""
        found: dict[Aspect, Path] = {}
        for path in sorted(self.films.glob("film-*.mp4")):
            # What is no shape of ours is an author's file.
            with contextlib.suppress(ValueError):
                aspect = Aspect.parse(path.stem.rpartition("-")[2])
                if self.film(flavour, aspect) == path:
                    found[aspect] = path
        return found

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Keep other runs out of this folder; raises ProjectBusy naming the one that is in.

        The lock is the operating system's: it is free at once when its holder dies.
        """
        self.work.mkdir(parents=True, exist_ok=True)
        holder = self.work / "run.json"
        # `status` may try the lock for a moment: that is no run, and must not turn one away.
        lock = FileLock(self.work / "run.lock", timeout=_PATIENCE_S)
        try:
            lock.acquire()
        except Timeout:
            raise ProjectBusy(
                self._held_by(read_json(holder)),
                hint="wait for it, or stop it; nothing was done here",
            ) from None
        try:
            sweep(self.work)
            sweep(self.films)
            write_bytes(self.work / ".gitignore", b"*\n")
            here = {"pid": os.getpid(), "host": socket.gethostname(), "board": self.board.name}
            write_bytes(holder, json.dumps(here).encode())
            yield
        finally:
            holder.unlink(missing_ok=True)
            lock.release()

    @contextlib.contextmanager
    def choosing(self) -> Iterator[None]:
        """Let one at a time change the choices of this folder's boards; a run does not keep them out."""
        self.work.mkdir(parents=True, exist_ok=True)
        with FileLock(self.work / "choices.lock"):
            yield

    def holder(self) -> str:
        """Say which run is at work in this folder, or nothing; writes nothing.

        What a killed run left is told by its process being gone; the lock itself is tried, for a
        moment, only where that cannot be known.
        """
        note = self.work / "run.json"
        if not note.exists():
            return ""
        said = read_json(note)
        if _is_gone(said):
            return ""
        try:
            with FileLock(self.work / "run.lock", timeout=0):
                return ""
        except (Timeout, OSError):
            return self._held_by(said)

    def _held_by(self, said: Any) -> str:
        return f"another run holds {self.folder.resolve()}: {_who(said)}"


def version_of(variables: Mapping[str, str]) -> str:
    """Name a version of a film by the variables it is made with: `season-winter`, or nothing without any.

    Other values have another name, whatever signs they hold: no version overwrites another's film.
    """
    name = "_".join(_named(*pair) for pair in sorted(variables.items()))
    return name if len(name) <= 2 * _MOST_SIGNS else f"version-{_mark(name)}"


def _named(name: str, value: str) -> str:
    told = f"{name} {value}"
    plain = re.fullmatch(r"[a-z0-9]+( [a-z0-9]+)+", told) and not _TAKEN.search(told)
    if plain and len(told) <= _MOST_SIGNS:
        return told.replace(" ", "-")
    shown = re.sub(r"[^a-z0-9]+", "-", told.casefold())[:_MOST_SIGNS].strip("-")
    return f"{shown}-{_mark(f'{name}={value}')}"


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:8]


def _is_gone(said: Any) -> bool:
    """Tell whether a note is of a process of this host that no longer lives."""
    if not isinstance(said, dict) or said.get("host") != socket.gethostname():
        return False
    pid = said.get("pid")
    # Windows has no way to ask for a process that does it no harm.
    if os.name != "posix" or not isinstance(pid, int) or pid <= 0:
        return False
    return not lives(pid)


def _who(said: Any) -> str:
    if not isinstance(said, dict):
        return "it is just starting"
    return f"process {said.get('pid')} on {said.get('host')}, making {said.get('board')}"


def home() -> Path:
    """Give the user's own folder of paid takes and the ledger, shared by all boards.

    `LONGTAKE_HOME` names another one.
    """
    named = os.environ.get("LONGTAKE_HOME")
    return Path(named) if named else platformdirs.user_data_path("longtake", appauthor=False)


def environment(folder: Path) -> Mapping[str, str]:
    """Give the variables that keys are read from: the process's own, and `.env` beside the board.

    The process wins. Lines of `.env` are NAME=VALUE, quotes around a value are taken off; only keys
    count there, and a host that no key of the process's own would be sent to: a folder may come from
    a stranger.
    """
    try:
        text = (folder / ".env").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        text = ""
    found = re.findall(r"^\s*(?:export\s+)?([A-Z][A-Z0-9_]*)\s*=\s*(.*?)\s*$", text, re.MULTILINE)
    beside = {name: value.strip("'\"") for name, value in found if name not in os.environ}
    kept = {name: value for name, value in beside.items() if _counts(name, beside)}
    return kept | dict(os.environ)


def _counts(name: str, beside: Mapping[str, str]) -> bool:
    """Tell whether a line of `.env` is a key, or the host that a key from there goes to."""
    if name.startswith("LONGTAKE_") and name != _SPEECH_KEY:
        return False
    if _KEY.fullmatch(name):
        return True
    # Variables of one provider begin with one word: where the process has a key of that name, its
    # host is for the process to say.
    word = name.partition("_")[0] + "_"
    return (
        name.endswith("_HOST")
        and any(_KEY.fullmatch(each) and each.startswith(word) for each in beside)
        and not any(_KEY.fullmatch(each) and each.startswith(word) for each in os.environ)
    )
