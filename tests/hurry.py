"""`longtake` for a world in which a task is done in a moment: it looks at tasks often.

`python tests/hurry.py make board.yaml` is the program itself, but for that.
"""

from __future__ import annotations

from longtake.cli.main import main
from longtake.generate.remote import RemoteProvider

PAUSE_S = 0.05


def pause_s(provider: RemoteProvider, elapsed_s: float, usual_s: float | None = None) -> float:
    """Wait a moment between two looks, however long a task may take."""
    return PAUSE_S


def hurry() -> None:
    """Let this process look often at the tasks of all providers."""
    RemoteProvider.pause_s = pause_s  # type: ignore[method-assign]


if __name__ == "__main__":
    hurry()
    main()
