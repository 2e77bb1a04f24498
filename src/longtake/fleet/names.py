"""How things of a fleet are called in its vault and in its queues."""

from __future__ import annotations

# A worker that was not heard of for so many seconds is perhaps no longer there.
SILENT_S = 10.0
CANCELLED = "the run was cancelled"


def film_name(run: str, name: str) -> str:
    """Name a finished file of a run in the vault."""
    return f"films/{run}/{name}"


def provider_queue(provider: str, account: str) -> str:
    """Name the queue of an account: a slow provider holds no other."""
    return f"provider:{provider}:{account}"
