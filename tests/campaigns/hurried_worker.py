"""A worker in a world where a task takes a second: it looks often, and an account allows little."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from longtake.cli.main import main
from longtake.generate.remote import RemoteProvider
from longtake.vault import admission

# What a campaign allows an account: so many tasks at once, so many submits in so many seconds.
IN_FLIGHT, SUBMITS, WINDOW_S = 4, 8, 10.0


def hurry() -> None:
    """Set the pace of the campaign."""
    opened: Callable[..., None] = RemoteProvider.__init__

    def quick(self: Any, *args: Any, **named: Any) -> None:
        opened(self, *args, **named)
        self.in_flight, self.per_minute = IN_FLIGHT, SUBMITS

    RemoteProvider.__init__ = quick  # type: ignore[method-assign]
    RemoteProvider.pause_s = lambda self, elapsed_s, usual_s=None: 0.2  # type: ignore[method-assign]
    admission.MINUTE_S = WINDOW_S


if __name__ == "__main__":
    hurry()
    os.nice(5)
    main()
