"""How a run goes on, or ended: read from the lines it writes down, whoever runs it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

# So much is read at a time: a page that is opened late must not hold a long log in memory.
_CHUNK = 1 << 20


@dataclass(frozen=True)
class ClipNow:
    """What a run last said of a clip: its state, how far it is in percent, and a message."""

    state: str
    percent: int | None = None
    message: str = ""


@dataclass(frozen=True)
class Run:
    """A run as far as it has come; `began` and `ended` are seconds since 1970, None for not yet.

    `rendered` frames of `total` are there, of the shape `aspect` where that is not the film's own.
    """

    name: str = ""
    began: float | None = None
    ended: float | None = None
    clips: Mapping[str, ClipNow] = field(default_factory=dict)
    rendered: int = 0
    total: int = 0
    aspect: str = ""
    film: str = ""
    visible_seams: int = 0
    message: str = ""
    hint: str = ""

    @property
    def counts(self) -> Mapping[str, int]:
        """Count the clips by what was said of them last."""
        found: dict[str, int] = {}
        for now in self.clips.values():
            found[now.state] = found.get(now.state, 0) + 1
        return found


def told(run: Run, lines: Iterable[Mapping[str, Any]]) -> Run:
    """Give a run after some more lines of it; a line of a form unknown here changes nothing."""
    clips = dict(run.clips)
    for facts in lines:
        match facts:
            case {"event": "run", "run": str(name), "at": float(at)}:
                run, clips = Run(name, at), {}
            case {"event": "clip", "clip": str(clip), "state": str(state), "message": str(said)}:
                percent = facts.get("percent")
                clips[clip] = ClipNow(state, percent if isinstance(percent, int) else None, said)
            case _:
                run = _changed(run, facts)
    return replace(run, clips=clips)


def _changed(run: Run, facts: Mapping[str, Any]) -> Run:
    match facts:
        case {"event": "rendering", "frames": int(frames), "total": int(total), "aspect": str(a)}:
            return replace(run, rendered=frames, total=total, aspect=a)
        case {"event": "film", "name": str(film)}:
            return replace(run, film=film, rendered=0, total=0)
        case {"event": "seams", "visible": int(visible)}:
            return replace(run, visible_seams=visible)
        case {"event": "end", "at": float(at), "message": str(message), "hint": str(hint)}:
            return replace(run, ended=at, message=message, hint=hint)
    return run


class LogReader:
    """Reads on in the log of a run from where it stopped, and begins again with a new run."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._place = (0, 0)
        self._at = 0
        self._rest = b""

    def lines(self) -> Iterator[Mapping[str, Any]]:
        """Yield the lines that are whole and were not read yet."""
        try:
            with self._path.open("rb") as file:
                stat = os.fstat(file.fileno())
                place = stat.st_dev, stat.st_ino
                if place != self._place or stat.st_size < self._at:
                    self._place, self._at, self._rest = place, 0, b""
                file.seek(self._at)
                while chunk := file.read(_CHUNK):
                    self._at += len(chunk)
                    *whole, self._rest = (self._rest + chunk).split(b"\n")
                    yield from filter(None, map(_facts, whole))
        except OSError:
            return


def _facts(line: bytes) -> Mapping[str, Any] | None:
    try:
        facts = json.loads(line)
    except ValueError:
        return None
    return facts if isinstance(facts, dict) else None
