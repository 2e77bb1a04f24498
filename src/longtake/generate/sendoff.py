"""The moment between writing that a request goes out and its first byte: a machine may sleep in it.

Who wakes hours later must not send: others took the request for one without an answer long ago, asked
about it, and perhaps bought the clip again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from longtake.vault.ledger import Ledger
from longtake.vault.purchase import Purchase

# Within so many seconds a request has left, or it does not leave any more.
SEND_WITHIN_S = 10.0
SLEPT = "this machine slept before it could send the request"

_late: ContextVar[Callable[[], bool]] = ContextVar("late", default=lambda: False)


def awake_s() -> float:
    """Give seconds that count on while this machine sleeps, and that no one sets."""
    # Linux alone leaves sleep out of the monotonic clock and has another one that does not.
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


@contextmanager
def leaving(
    ledger: Ledger,
    purchase: Purchase,
    now: float,
    awake: Callable[[], float] = awake_s,
    within_s: float = SEND_WITHIN_S,
) -> Iterator[bool]:
    """Write down that the request goes out now, and have it leave within `within_s` seconds or not at all.

    Gives False where the intent is no longer one's own. Inside, `is_late` tells when it is too late;
    the wire asks it last, when a connection stands.
    """
    until = awake() + within_s
    own = ledger.sending(purchase, now)
    token = _late.set(lambda: awake() > until)
    try:
        yield own
    finally:
        _late.reset(token)


def is_late() -> bool:
    """Tell whether a request that was to leave must not leave any more."""
    return _late.get()()
