"""Watches the files of a board: whoever changes them, the page hears of it.

One thread reads what a run writes down, and is quick; another looks how the film stands whenever a file
has changed, which takes as long as planning it.
"""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from longtake.errors import LongtakeError
from longtake.plan.job import ClipJob, FootageClip, StillClip, StillFrame
from longtake.project import Project, home
from longtake.review.journal import Journal
from longtake.review.running import LogReader, Run, told
from longtake.runlog import RunName
from longtake.standing import Standing, look
from longtake.wishes import Wishes

# How often is looked: for the lines of a run, and for files that changed.
_LINES_S, _FILES_S = 0.2, 0.5
# The lock of a run is tried at every so many looks for lines: it is held for a moment each time.
_TURNS = 5
# A look may take this share of one core.
_SHARE = 0.25

# A board names its bible near its top; longer chains of bibles are nobody's.
_EXTENDS, _TOP, _MOST_BIBLES = (
    re.compile(rb"^extends:[ \t]*[\"']?([^\"'#\r\n]+)", re.MULTILINE),
    65_536,
    8,
)
# What the page is told of a run as it happens; all else is seen when the page is read anew.
_KINDS = ("run", "clip", "rendering", "film", "seams", "end")

Signature = tuple[object, ...]


@dataclass(frozen=True)
class Seen:
    """How the film stood when it was last looked at; `wrong` says why it could not be looked at since."""

    standing: Standing | None = None
    wrong: str = ""
    number: int = 0


class Watch:
    """Keeps what is known of a board, and writes what changes into a journal."""

    def __init__(self, board: Path, wishes: Wishes, journal: Journal) -> None:
        self.board = board
        self.wishes = wishes
        self.journal = journal
        self.run = Run()
        self.holder = ""
        self.seen = Seen()
        self._reader: LogReader | None = None
        self._ended = threading.Event()
        self._nudged = threading.Event()
        self._first = threading.Event()
        self._threads = [
            threading.Thread(target=work, name=name, daemon=True)
            for name, work in (("lines", self._read_lines), ("files", self._watch_files))
        ]

    def start(self) -> None:
        """Begin to watch."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Watch no more."""
        self._ended.set()
        self._nudged.set()
        for thread in self._threads:
            thread.join(timeout=10)

    def nudge(self) -> None:
        """Have the files looked at now: something was done that changed them."""
        self._nudged.set()

    def known(self) -> Seen:
        """Give how the film stands, once it was looked at for the first time."""
        self._first.wait()
        return self.seen

    def read_lines(self) -> None:
        """Read what the run has written down since."""
        if self._reader is None:
            project = Project.of(self.board, self.wishes.variables)
            self._reader = LogReader(RunName.of(project, self.wishes.flavour).path)
        lines = tuple(self._reader.lines())
        if lines:
            self.run = told(self.run, lines)
            # Who holds the project tells a run that goes on from one that was broken off.
            self.find_holder()
        for facts in lines:
            kind = facts.get("event")
            if kind in _KINDS:
                self.journal.add(kind, **{k: v for k, v in facts.items() if k != "event"})

    def look(self) -> None:
        """Look how the film stands."""
        number = self.seen.number + 1
        try:
            self.seen = Seen(look(self.board, self.wishes), "", number)
        except (LongtakeError, OSError) as error:
            # What stood before still stands: the author is in the middle of an edit.
            self.seen = Seen(self.seen.standing, str(error), number)
        except Exception as error:  # noqa: BLE001 - a page that waits for ever would tell nobody
            said = f"this is a bug of longtake: {type(error).__name__}: {error}"
            self.seen = Seen(self.seen.standing, said, number)
        self.journal.add("changed")
        self._first.set()

    @property
    def live(self) -> bool:
        """Whether the run is at work."""
        return bool(self.holder) and self.run.began is not None and self.run.ended is None

    def find_holder(self) -> None:
        """Look which run holds the project: one that was killed leaves no other sign."""
        holder = Project(self.board).holder()
        if holder != self.holder:
            self.holder = holder
            self.journal.add("holder", who=holder)

    def _read_lines(self) -> None:
        for turn in count():
            self.read_lines()
            if turn % _TURNS == 0:
                self.find_holder()
            if self._ended.wait(_LINES_S):
                return

    def _watch_files(self) -> None:
        last: Signature | None = None
        while not self._ended.is_set():
            self._nudged.clear()
            now = self.signature()
            if now != last:
                began = time.monotonic()
                # Taken before the look: what changes meanwhile is looked at again.
                last = now
                self.look()
                self._nudged.wait((time.monotonic() - began) * (1 / _SHARE - 1))
            self._nudged.wait(_FILES_S)

    def signature(self) -> Signature:
        """Tell all watched files apart from what they were at another moment."""
        return tuple(_stat_of(path) for path in self._files())

    def _files(self) -> Iterator[Path]:
        """List the files and folders by whose change a film may stand otherwise."""
        folder, work = self.board.parent, Project(self.board).work
        yield from _chain(self.board)
        yield from sorted((*folder.glob("*.yaml"), *folder.glob("*.yml"), folder / ".env"))
        yield from (work / "clips.json", work / "run.json", work / "takes" / "takes")
        vault = home() / "vault"
        with contextlib.suppress(OSError):
            yield from sorted(path for path in vault.iterdir() if path.name != "objects")
        # Its write-ahead log comes and goes with each reader; the file itself changes with its rows.
        yield home() / "ledger.db"
        standing = self.seen.standing
        if standing:
            yield standing.film
            yield from dict.fromkeys(_pictures(standing))


def _chain(board: Path) -> Iterator[Path]:
    """Give a board and the bibles it extends, as far as that can be told without reading them whole."""
    for _ in range(_MOST_BIBLES):
        yield board
        try:
            with board.open("rb") as file:
                named = _EXTENDS.search(file.read(_TOP))
            board = board.parent / named[1].decode().strip() if named else board
        except (OSError, ValueError):
            return
        if not named:
            return


def _pictures(standing: Standing) -> Iterator[Path]:
    for source in standing.plan.sources:
        if isinstance(source, StillClip | FootageClip):
            yield source.path
        elif isinstance(source, ClipJob):
            yield from (edge.path for edge in (source.first, source.last)
                        if isinstance(edge, StillFrame))  # fmt: skip


def _stat_of(path: Path) -> tuple[int, ...] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns
