"""All a video API must do for us: submit a job, look at its task, fetch the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from longtake.units import FrameRate, Money, Size


@dataclass(frozen=True)
class Request:
    """What is asked of a provider for one clip; its canonical form is what a clip's key is made of.

    `first` and `last` are PNG files at the canvas size (None: the model begins or ends as it likes);
    `first_sha256` and `last_sha256` are the hashes of their bytes. `canvas` and `rate` are what the
    clip is to have, `frames` its length at that rate. `references` are pictures of the cast, each a
    PNG file and its hash. All of these were written here: their very bytes are sent. `options` are
    the model's own switches; `drawn` marks a clip that is made here at the film's own size and rate.
    `take` tells the takes of a clip apart; `lands` says that `last` is asked of this one alone.
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
    references: tuple[tuple[Path, str], ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    drawn: bool = False
    lands: bool = False


class TaskState(Enum):
    """Where a task stands; an unknown word of a provider means RUNNING."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class TaskReport:
    """One look at a task: its state, a provider's own words where it failed, its charge if told.

    `refused` is true where the provider would not show what it made (moderation). `charged` tells of a
    task that failed whether its money is gone; None where nobody knows. `metered_s` are the seconds it
    counted, where it tells those and no money.
    """

    state: TaskState
    message: str = ""
    progress: float | None = None
    charge: Money | None = None
    refused: bool = False
    metered_s: int | None = None
    charged: bool | None = False


@dataclass(frozen=True)
class ListedTask:
    """One line of a provider's own list of tasks; `created_s` is its time, since 1970 (UTC)."""

    id: str
    model: str
    seconds: int
    created_s: float
    state: TaskState


class Provider(Protocol):
    """All a video API must do for us: submit a job, look at its task, fetch the result.

    Errors are those of `longtake.errors`, and say by `.charged` whether money is gone: Unreachable,
    RateLimited, Refused, OutOfFunds and KeyRefused mean that nothing was taken; OutcomeUnknown that
    nobody knows. None of these methods sends a job twice.
    """

    # the part of a model name before the slash
    name: str

    # names the account without telling its key; limits are kept for each account
    account: str

    # how many tasks may run at once, and how many may be submitted a minute
    in_flight: int
    per_minute: int

    # how long a task may take before a run gives up looking at it
    deadline_s: float

    # do all that costs nothing ahead of a submit, such as uploading its pictures
    def prepare(self, request: Request) -> None: ...

    # start a clip; returns the provider's task id. `nonce` is sent where a header for it exists
    def submit(self, request: Request, nonce: str) -> str: ...

    # look at a task without cost
    def look(self, task: str) -> TaskReport: ...

    # write a finished clip to a path that does not exist yet
    def fetch(self, task: str, path: Path) -> None: ...

    # say how long to wait before the next look at a task that is so many seconds old, where such
    # tasks usually take `usual_s` (None: nobody knows yet)
    def pause_s(self, elapsed_s: float, usual_s: float | None = None) -> float: ...

    # end every wait for a free request in other threads soon: the run is being stopped
    def interrupt(self) -> None: ...

    # list all tasks of a model made at or after a time; None where no list says that
    def tasks_since(self, model: str, since_s: float) -> tuple[ListedTask, ...] | None: ...

    # let go of workers and connections; remote tasks run on
    def close(self) -> None: ...


@runtime_checkable
class CallsBack(Protocol):
    """A provider that can call an address when a task has changed."""

    name: str

    # have it call this address about all that is submitted from now on
    def call_back_at(self, url: str) -> None: ...

    # name the task that a call of it is about, "" where it names none
    def task_called(self, said: Any) -> str: ...
