"""All a video API must do for us: submit a job, look at its task, fetch the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

from longtake.units import FrameRate, Money, Size


@dataclass(frozen=True)
class Request:
    """What is asked of a provider for one clip; its canonical form is what a clip's key is made of.

    `first` and `last` are PNG files at the canvas size (None: the model begins or ends as it likes);
    `first_sha256` and `last_sha256` are the hashes of their bytes. `canvas` and `rate` are what the
    clip is to have, `frames` its length at that rate.
    """

    model: str
    resolution: str
    seconds: int
    frames: int
    canvas: Size
    rate: FrameRate
    prompt: str
    camera: tuple[str, ...] = ()
    first: Path | None = None
    first_sha256: str = ""
    last: Path | None = None
    last_sha256: str = ""
    take: int = 1
    options: Mapping[str, Any] = field(default_factory=dict)


class TaskState(Enum):
    """Where a task stands; an unknown word of a provider means RUNNING."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class TaskReport:
    """One look at a task: its state, a provider's own words where it failed, its charge if told."""

    state: TaskState
    message: str = ""
    progress: float | None = None
    charge: Money | None = None


class Provider(Protocol):
    """All a video API must do for us: submit a job, look at its task, fetch the result."""

    # the part of a model name before the slash
    name: str

    # how many tasks may run at once
    in_flight: int

    # seconds between two looks at a task
    poll_s: float

    # start a clip; returns the provider's task id
    def submit(self, request: Request) -> str: ...

    # look at a task without cost
    def look(self, task: str) -> TaskReport: ...

    # write a finished clip to a path that does not exist yet
    def fetch(self, task: str, path: Path) -> None: ...

    # let go of workers and connections; remote tasks run on
    def close(self) -> None: ...
