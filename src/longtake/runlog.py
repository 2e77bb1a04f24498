"""What a run does, written down line by line as it happens, so that others can watch it.

One file for each board and kind of film. A line is one JSON object, and whole as soon as its line feed
is there; a new run begins a new file. Nothing is decided by it: what exists is told by takes and films.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from longtake.errors import LongtakeError
from longtake.events import Assembled, Event, Rendering, SeamsSeen, Tell, Voiced
from longtake.files import write_bytes
from longtake.generate.ensure import Progress
from longtake.plan.job import Plan
from longtake.project import Project

FORM = 1
# A bar of a hundred steps is as fine as anybody looks.
_STEPS = 100


@dataclass(frozen=True)
class RunName:
    """Which run is meant: the last one of a board for one kind of film, in this working folder.

    `version` tells films of other variables apart.
    """

    work: Path
    board: str
    flavour: str = ""
    version: str = ""

    @classmethod
    def of(cls, project: Project, flavour: str) -> RunName:
        """Name the runs of a project's board for one kind of film."""
        return cls(project.work, project.board.stem, flavour, project.version)

    @property
    def path(self) -> Path:
        """Where its log lies."""
        name = "-".join(filter(None, (self.board, self.version, self.flavour)))
        return self.work / "runs" / f"{name}.jsonl"


@contextmanager
def written_down(name: RunName, plan: Plan, tell: Tell) -> Iterator[Tell]:
    """Begin the log of a run, and end it with the error it ended by; gives who hears for both."""
    log = _RunLog(name.path, plan)

    def hear(event: Event) -> None:
        log(event)
        tell(event)

    try:
        yield hear
    except LongtakeError as error:
        log.end(error.message, error.hint)
        raise
    except BaseException as error:
        log.end("stopped" if isinstance(error, KeyboardInterrupt) else type(error).__name__)
        raise
    else:
        log.end()
    finally:
        log.close()


class _RunLog:
    """Writes lines with one call each: who reads meanwhile sees whole lines but for the last."""

    def __init__(self, path: Path, plan: Plan) -> None:
        self._owned = set(plan.quote.owned)
        self._offered: set[str] = set()
        self._shares: dict[str, int] = {}
        self._rendered = self._said = 0
        self._shape = ""
        self._file = -1
        head = {"longtake": FORM, "event": "run", "run": secrets.token_hex(8), "at": time.time()}
        facts = {"clips": len(plan.jobs), "owned": len(self._owned), "price": str(plan.quote.total)}
        # A disk that is full or read-only is for the run itself to say, where it matters.
        with contextlib.suppress(OSError):
            write_bytes(path, _line({**head, **facts}))
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND)

    def __call__(self, event: Event) -> None:
        """Write what a person would want to see of an event, if anything."""
        match event:
            case Progress():
                self._clip(event)
            case Voiced(voice, state, message):
                self._write("voice", voice=voice, state=state, message=message)
            case Rendering(frames, total, aspect):
                self._rendering(frames, total, aspect)
            case Assembled(film):
                self._rendered = self._said = 0
                self._write("film", name=film.path.name, made=film.made, rendered=film.rendered)
            case SeamsSeen(seams, visible):
                self._write("seams", seams=seams, visible=visible)

    def end(self, message: str = "", hint: str = "") -> None:
        """Write that the run is over, and by what error."""
        self._write("end", at=time.time(), message=message, hint=hint)

    def close(self) -> None:
        """Write no more."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _clip(self, event: Progress) -> None:
        step = None if event.share is None else int(event.share * _STEPS)
        if event.state == "making" and step is not None:
            # The first word of a clip comes before anybody has looked whether it is there already.
            if step == self._shares.get(event.clip) or (not step and event.clip in self._owned):
                return
            self._shares[event.clip] = step
        state = event.state
        if state == "kept" and event.clip in self._owned:
            return
        if state == "kept" and event.clip in self._offered:
            # Bought in this run, and chosen in it.
            state = "made"
        if state == "choose":
            self._offered.add(event.clip)
        if state == "made":
            # A run that goes on with a choice walks over all clips again.
            self._owned.add(event.clip)
            self._shares.pop(event.clip, None)
        self._write("clip", clip=event.clip, state=state, percent=step, message=event.message)

    def _rendering(self, frames: int, total: int, aspect: str) -> None:
        self._rendered += frames
        if self._rendered - self._said < total / _STEPS and self._rendered < total:
            return
        self._said = self._rendered
        self._write("rendering", frames=self._rendered, total=total, aspect=aspect)

    def _write(self, event: str, **facts: Any) -> None:
        if self._file >= 0:
            with contextlib.suppress(OSError):
                os.write(self._file, _line({"event": event, **facts}))


def _line(facts: dict[str, Any]) -> bytes:
    return json.dumps(facts, separators=(",", ":")).encode() + b"\n"
