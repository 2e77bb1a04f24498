"""The folder of a board: where its working files and films lie, and the lock that keeps runs apart."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from longtake.errors import ProjectBusy
from longtake.files import read_json, sweep, write_bytes


@dataclass(frozen=True)
class Project:
    """The folder of a board, with its `.longtake/` (free to delete) and `films/`."""

    board: Path

    @property
    def folder(self) -> Path:
        return self.board.parent

    @property
    def work(self) -> Path:
        """Pieces, drawn takes, records and logs: all of it can be made again for nothing."""
        return self.folder / ".longtake"

    @property
    def films(self) -> Path:
        return self.folder / "films" / self.board.stem

    def film(self, flavour: str = "") -> Path:
        """Name the film's file; `flavour` is "animatic", "draft" or nothing."""
        return self.films / (f"film-{flavour}.mp4" if flavour else "film.mp4")

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Keep other runs out of this folder; raises ProjectBusy naming the one that is in.

        The lock is the operating system's: it is free at once when its holder dies.
        """
        self.work.mkdir(parents=True, exist_ok=True)
        holder = self.work / "run.json"
        lock = FileLock(self.work / "run.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise ProjectBusy(
                f"another run holds {self.folder}: {_who(holder)}",
                hint="wait for it, or stop it; nothing was done here",
            ) from None
        try:
            sweep(self.work)
            write_bytes(self.work / ".gitignore", b"*\n")
            here = {"pid": os.getpid(), "host": socket.gethostname(), "board": self.board.name}
            write_bytes(holder, json.dumps(here).encode())
            yield
        finally:
            holder.unlink(missing_ok=True)
            lock.release()


def _who(holder: Path) -> str:
    said = read_json(holder)
    if not isinstance(said, dict):
        return "it is just starting"
    return f"process {said.get('pid')} on {said.get('host')}, making {said.get('board')}"
