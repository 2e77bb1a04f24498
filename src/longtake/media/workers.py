"""Worker processes for pixels: started fresh, gone with their parent."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from concurrent.futures import ProcessPoolExecutor

_PR_SET_PDEATHSIG = 1
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3


def cores() -> int:
    """Count the processors this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def worker_pool(count: int, nice: int = 0) -> ProcessPoolExecutor:
    """Start a pool of worker processes that die with this one; `nice` ones stand back for all others.

    Spawned, not forked: libav's and numpy's threads do not survive a fork. An executor, not a
    multiprocessing.Pool: that one waits for ever when a worker is killed.
    """
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(
        count, mp_context=spawn, initializer=_begin, initargs=(os.getpid(), nice)
    )


def stop_workers(pool: ProcessPoolExecutor) -> None:
    """End a pool now: nothing waits for what its workers are doing."""
    # Before Python 3.14 an executor has no public way to end what it started.
    workers = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for worker in workers:
        worker.kill()


def _begin(parent: int, nice: int) -> None:
    die_with_parent(parent)
    # Windows knows no such number.
    if nice and hasattr(os, "nice"):
        os.nice(nice)
    _keep_memory()


def _keep_memory() -> None:
    """Let glibc keep freed memory: each piece's encoder takes the same 200 MB again.

    Given back and fetched anew it costs a twentieth of all CPU in page faults.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt:
        mallopt(_M_MMAP_THRESHOLD, 32 << 20)
        mallopt(_M_TRIM_THRESHOLD, 1 << 30)


def die_with_parent(parent: int) -> None:
    """Ask Linux to end this process when `parent` ends, kill -9 included; ignore Ctrl-C here.

    The parent decides what an interrupt means; a worker that dies of it would look like a crash.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        # A parent that was killed while this process was still starting is told of to nobody.
        if os.getppid() != parent:
            os._exit(1)
