"""Programs of the author's own machine: run without a shell, fed and ended as they must be."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import subprocess
from collections.abc import Mapping, Sequence
from threading import Event

from longtake.errors import ProviderError, Refused, Unreachable
from longtake.generate.plain import plain_words


class Program:
    """A program that is given words, and perhaps a text; `name` is what messages call it."""

    def __init__(self, name: str, words: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name = name
        self._words = words
        self._environment = dict(environment)
        self._stopped = Event()
        self._running: set[subprocess.Popen[bytes]] = set()

    def run(
        self, marks: Mapping[str, str], last: str, total_s: float, text: bytes | None = None
    ) -> bytes:
        """Run it once and give what it printed; it is killed when the time is up.

        `marks` are put in for `{name}` in its words; `last` is the mark whose value becomes the last
        word where no word has it. Raises Refused where it cannot be started, Unreachable where it failed.
        """
        child = self._started(marks, last, text is not None)
        self._running.add(child)
        with child:
            try:
                if self._stopped.is_set():
                    _end(child)
                out, log = child.communicate(text, timeout=total_s)
            except subprocess.TimeoutExpired as exc:
                _end(child)
                raise Unreachable(f"{self.name} was not done after {total_s:.0f} s") from exc
            except BaseException:
                _end(child)
                raise
            finally:
                self._running.discard(child)
        if child.returncode:
            raise Unreachable(
                f"{self.name} failed with {child.returncode}: {_last(log)}",
                hint=f"check {self.name}",
            )
        return out

    def interrupt(self) -> None:
        """End it wherever it runs, and start it no more."""
        self._stopped.set()
        for child in tuple(self._running):
            _end(child)

    def _started(self, marks: Mapping[str, str], last: str, fed: bool) -> subprocess.Popen[bytes]:
        words = [_filled(word, marks) for word in self._words]
        if not any(f"{{{last}}}" in word for word in self._words):
            words.append(marks[last])
        try:
            return subprocess.Popen(
                words,
                env=self._environment,
                stdin=subprocess.PIPE if fed else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except (OSError, ValueError) as exc:
            why = exc.strerror if isinstance(exc, OSError) else str(exc)
            raise Refused(
                f"{self.name} cannot be started: {why}", hint=f"check {self.name}"
            ) from exc


def command_words(name: str, command: str) -> list[str]:
    """Divide a command line into words as a shell would; raises ProviderError."""
    try:
        return shlex.split(command)
    except ValueError as exc:
        raise ProviderError(
            f"{name} cannot be read: {str(exc).lower()}",
            hint="close what was opened with a quote",
        ) from exc


def _filled(word: str, marks: Mapping[str, str]) -> str:
    # In one pass: what was put in is not looked at for marks again.
    return re.sub(r"\{(\w+)\}", lambda mark: marks.get(mark[1], mark[0]), word)


def _last(log: bytes) -> str:
    """Give the last line of a log, addresses in it without what may allow something."""
    lines = [line for line in log.decode("utf-8", "replace").splitlines() if line.strip()]
    return plain_words(re.sub(r"\?\S+", "?...", lines[-1])) if lines else "it said nothing"


def _end(child: subprocess.Popen[bytes]) -> None:
    """Kill a program and all that it has started."""
    if os.name == "posix":
        # What ended on its own this very moment has no group any more.
        with contextlib.suppress(OSError):
            os.killpg(child.pid, signal.SIGKILL)
    else:
        child.kill()
