"""The whole error tree; every error raised on purpose is one of these.

LongtakeError                      exit 1
├── StoryboardError                exit 2   faults in a document, all at once
├── PlanError                      exit 2   a plan that cannot be made
│   └── BudgetExceeded             exit 4
├── ConfirmationNeeded             exit 3   a choice or a yes is missing
│   └── ChoiceNeeded               exit 3   of several takes none was chosen
├── ProviderError                  exit 1   .charged: True, False or None (unknown)
│   ├── KeyMissing                 exit 5
│   ├── KeyRefused                 exit 5
│   ├── OutOfFunds                 exit 5
│   ├── Refused                    exit 1   the provider will not make this, and took nothing
│   ├── RateLimited                exit 1   not now; .retry_after_s
│   ├── Unreachable                exit 1   the request certainly never arrived
│   ├── OutcomeUnknown             exit 6   it may have been accepted: nobody knows
│   ├── FirstFrameIgnored          exit 3   paid for, but it does not continue its chain
│   ├── TaskFailed                 exit 1
│   ├── TaskLost                   exit 1   paid for, and can no longer be had
│   └── ResultExpired              exit 1   the link is dead; another may be asked for
├── HandoffError                   exit 1   a frame that should be passed on cannot be had
│   └── LandingRefused             exit 1   a take does not end where the next clip begins
├── VaultError                     exit 1   a stored file is missing or not what it was
│   ├── VaultUnreachable           exit 1   the store of a vault does not answer, or lets nobody in
│   ├── TaskTaken                  exit 1   a task that another purchase has already
│   └── ProjectBusy                exit 11  another run holds the project
├── Detached                       exit 130 other machines go on with what nobody here watches any more
├── MediaError                     exit 1   a file that is no readable picture, sound or video
└── AssemblyError                  exit 1   pieces that do not make a film
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Where:
    """A place in a document: file name as the author wrote it, line and column counted from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Fault:
    """One thing wrong (or doubtful) in a document, in the author's words.

    `code` is a short stable slug; `excerpt` is the source line with its caret line, ready to print.
    `place` is the way to the value it is about, such as ("scenes", 0, "join"), where there is one.
    """

    where: Where
    message: str
    code: str
    excerpt: str = ""
    hint: str = ""
    place: tuple[Any, ...] = field(default=(), compare=False, repr=False)

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.message}"]
        if self.excerpt:
            lines.append(self.excerpt)
        if self.hint:
            lines.append(f"hint: {self.hint}")
        return "\n".join(lines)


class LongtakeError(Exception):
    """Base of every error we raise on purpose."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "", where: Where | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.where = where

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        hint = f"\nhint: {self.hint}" if self.hint else ""
        return f"{place}{self.message}{hint}"


class StoryboardError(LongtakeError):
    """The document has faults; `.faults` holds all of them in file order."""

    exit_code = 2

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n\n".join(str(fault) for fault in faults))
        self.faults = faults


class PlanError(LongtakeError):
    """A sound document from which no plan can be made."""

    exit_code = 2


class BudgetExceeded(PlanError):
    """The quote is higher than the author's limit."""

    exit_code = 4


class ConfirmationNeeded(LongtakeError):
    """Going on needs a word from the author that was not given."""

    exit_code = 3


class ChoiceNeeded(ConfirmationNeeded):
    """Several takes of a clip are there, and the author has not said which one is kept."""


class ProviderError(LongtakeError):
    """A provider did not give what was asked; `.charged` is None where nobody knows."""

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        where: Where | None = None,
        job: str = "",
        task: str = "",
        charged: bool | None = False,
    ) -> None:
        super().__init__(message, hint=hint, where=where)
        self.job = job
        self.task = task
        self.charged = charged


class KeyMissing(ProviderError):
    """No key for this provider is set."""

    exit_code = 5


class KeyRefused(ProviderError):
    """The provider does not accept the key, or not on this host."""

    exit_code = 5


class OutOfFunds(ProviderError):
    """The account's balance or plan does not cover the job."""

    exit_code = 5


class Refused(ProviderError):
    """The provider will not make this job, and took nothing for it; `.kind` is invalid or moderation."""

    def __init__(self, message: str, *, kind: str = "invalid", **facts: Any) -> None:
        super().__init__(message, **facts)
        self.kind = kind


class RateLimited(ProviderError):
    """The provider takes nothing just now; `.retry_after_s` is what it asked for, or None."""

    def __init__(self, message: str, *, retry_after_s: float | None = None, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.retry_after_s = retry_after_s


class Unreachable(ProviderError):
    """The request certainly never arrived: it may be sent again."""


class OutcomeUnknown(ProviderError):
    """The job may have been accepted, and nobody knows: only a person may say that it was not."""

    exit_code = 6


class FirstFrameIgnored(ProviderError):
    """A clip was made and paid, and does not begin on the frame it was given."""

    exit_code = 3


class TaskFailed(ProviderError):
    """The provider took the job and could not finish it."""


class TaskLost(ProviderError):
    """A job that was paid for can no longer be had."""


class ResultExpired(ProviderError):
    """The link to a finished clip is dead; asking for the task again may give another."""


class HandoffError(LongtakeError):
    """A frame that one clip should hand to the next cannot be had."""


class LandingRefused(HandoffError):
    """A take that was to end on the frame the next clip begins with does not: it is kept, not chosen."""


class VaultError(LongtakeError):
    """A stored file is missing, or is not what was stored."""


class VaultUnreachable(VaultError):
    """The store of a vault does not answer, or lets nobody in: what it holds is not known now."""


class TaskTaken(VaultError):
    """One task is never that of two purchases."""


class ProjectBusy(VaultError):
    """Another run holds the project."""

    exit_code = 11


class Detached(LongtakeError):
    """A run of other machines goes on, and nobody here watches it any more."""

    exit_code = 130


class MediaError(LongtakeError):
    """A file is not the picture, sound or video it should be."""


class AssemblyError(LongtakeError):
    """The pieces at hand do not make the film that was planned."""
