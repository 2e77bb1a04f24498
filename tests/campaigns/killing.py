"""Clients that are killed on purpose: at a call, before or after it, or at an instant."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# No client of a campaign works longer than this.
_PATIENCE_S = 180


@dataclass(frozen=True)
class Blow:
    """When a client is killed: before (or after) the nth call of a step, or in time."""

    step: str = ""
    count: int = 0
    after: bool = False
    seconds: float = 0.0


def die() -> None:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def arm(owner: Any, name: str, blow: Blow) -> None:
    """Make a function of a module or class deadly."""
    real: Callable[..., Any] = getattr(owner, name)
    seen = 0

    def deadly(*args: Any, **how: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen == blow.count and not blow.after:
            die()
        answer = real(*args, **how)
        if seen == blow.count:
            die()
        return answer

    setattr(owner, name, deadly)


def set_timer(blow: Blow | None) -> None:
    """Have this process killed at the instant of a blow, if it names one."""
    if blow and blow.seconds:
        signal.signal(signal.SIGALRM, lambda *_: die())
        signal.setitimer(signal.ITIMER_REAL, blow.seconds)


def exit_code(client: Callable[..., None], *args: Any) -> int | None:
    """Run a client in a process of its own; None where it was killed."""
    # Forked: a start from nothing costs more than the trial itself. The parent runs no thread.
    child = multiprocessing.get_context("fork").Process(target=client, args=args)
    child.start()
    child.join(_PATIENCE_S)
    if child.is_alive():
        child.kill()
        raise RuntimeError(f"a client hung with {args}")
    return None if child.exitcode == -signal.SIGKILL else child.exitcode
