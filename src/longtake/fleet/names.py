"""How things of a fleet are called in its vault and in its queues."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

# A worker that was not heard of for so many seconds is perhaps no longer there.
SILENT_S = 10.0
CANCELLED = "the run was cancelled"


def film_name(run: str, name: str) -> str:
    """Name a finished file of a run in the vault."""
    return f"films/{run}/{name}"


def board_name(board: str) -> str:
    """Name a board by its folder and file: where it was sent from may be another machine."""
    return "/".join(PurePath(board).parts[-2:])


def keyless(providers: Iterable[str]) -> str:
    """Say that no worker can buy from some providers."""
    return f"no worker has a key of {' or '.join(providers)}"


def provider_queue(provider: str, account: str) -> str:
    """Name the queue of an account: a slow provider holds no other."""
    return f"provider:{provider}:{account}"
