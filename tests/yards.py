"""A small fleet on this machine: a database, a simulator, workers in processes of their own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import imageio_ffmpeg

import longtake
from longtake.testing.serve import Simulator

# Workers of tests live fast: nobody waits a quarter of a minute for a dead one.
QUICK = ("--beat", "0.2", "--dead-after", "1.5", "--poll", "0.1", "--cores", "2")
_PATIENCE_S = 90.0


class Yard:
    """Where boards are sent from, and the workers that make their films; `sim` sells the clips."""

    def __init__(
        self,
        folder: Path,
        database: str,
        sim: Simulator,
        vault: str = "",
        worker_program: str = "",
    ) -> None:
        self.folder = folder
        self._program = [worker_program] if worker_program else ["-m", "longtake"]
        self.database = database
        self.sim = sim
        self._vault = vault or str(folder / "vault")
        self._started: list[subprocess.Popen[str]] = []

    @property
    def environment(self) -> dict[str, str]:
        """All that a process of the fleet finds in its environment."""
        return {**os.environ, **self.variables}

    @property
    def variables(self) -> dict[str, str]:
        """Where its processes find each other, and the provider."""
        return {
            "PYTHONPATH": str(Path(longtake.__file__).parents[1]),
            "LONGTAKE_HOME": str(self.folder / "home"),
            "LONGTAKE_DATABASE": self.database,
            "LONGTAKE_VAULT": self._vault,
            "APIMART_API_HOST": f"{self.sim.url}/apimart",
            "APIMART_API_KEY": "apimart-key",
        }

    def board(self, text: str, name: str = "board") -> Path:
        """Write a board into a project of its own."""
        path = self.folder / "projects" / name / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def worker(self, *options: str, wait: bool = True, key: str = "apimart-key") -> Worker:
        """Start a worker with a provider's key, and come back when it works, or at once."""
        number = len(self._started)
        folder = str(self.folder / f"worker-{number}")
        words = [*self._program, "worker", *QUICK, "--folder", folder, *options]
        environment = {**self.environment, "APIMART_API_KEY": key}
        if "://" in self._vault:
            # A machine of its own: it shares nothing but the database and the bucket.
            environment["LONGTAKE_HOME"] = f"{folder}-home"
        started = self._start(words, self.folder, stderr=subprocess.PIPE, env=environment)
        worker = Worker(started)
        if wait:
            worker.wait_for("works")
        return worker

    def start_verb(self, *words: str, log: Path) -> subprocess.Popen[str]:
        """Start a verb that writes into a file."""
        command = ["-m", "longtake", *words]
        with log.open("w") as file:
            return self._start(command, self.folder, stdout=file, stderr=subprocess.DEVNULL)

    def start(self, board: Path, *options: str) -> subprocess.Popen[str]:
        """Start `longtake make --fleet` in a board's folder."""
        command = ["make", board.name, "--quality", "draft", "--fleet", *options]
        pipe = subprocess.PIPE
        return self._start(["-m", "longtake", *command], board.parent, stdout=pipe, stderr=pipe)

    def make(self, board: Path, *options: str) -> subprocess.CompletedProcess[str]:
        """Run `longtake make --fleet` to its end."""
        return ended(self.start(board, *options))

    def here(self, board: Path, home: Path) -> subprocess.CompletedProcess[str]:
        """Make a film on this machine alone, with a ledger and a vault of its own."""
        alone = {k: v for k, v in self.environment.items() if k not in _SHARED}
        command = ["make", board.name, "--quality", "draft", "--yes"]
        environment = {**alone, "LONGTAKE_HOME": str(home)}
        return self.verb(*command, cwd=board.parent, env=environment)

    def verb(self, *words: str, **how: Any) -> subprocess.CompletedProcess[str]:
        """Run a verb to its end."""
        settled = {"cwd": self.folder, "env": self.environment, **how}
        command = [sys.executable, "-m", "longtake", *words]
        return subprocess.run(command, text=True, capture_output=True, check=False, **settled)

    def close(self) -> None:
        """End all that was started."""
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.wait(_PATIENCE_S)
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()

    def _start(self, words: Sequence[str], cwd: Path, **how: Any) -> subprocess.Popen[str]:
        settled = {"env": self.environment, **how}
        process = subprocess.Popen([sys.executable, *words], cwd=cwd, text=True, **settled)
        self._started.append(process)
        return process


_SHARED = ("LONGTAKE_DATABASE", "LONGTAKE_VAULT")


class Worker:
    """A worker's process, and what it says."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[str] = []
        self._news = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()

    def wait_for(self, words: str) -> None:
        """Wait until it says something."""

        def heard() -> bool:
            return any(words in line for line in self.said) or self.process.poll() is not None

        with self._news:
            assert self._news.wait_for(heard, _PATIENCE_S), self.said
        assert any(words in line for line in self.said), self.said

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(_PATIENCE_S)

    def end(self) -> None:
        """End it as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(_PATIENCE_S) == 0

    def freeze(self) -> None:
        """Have it do nothing more, and not know it."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on as if no time had passed."""
        self.process.send_signal(signal.SIGCONT)

    def _listen(self) -> None:
        assert self.process.stderr is not None
        # It is closed under our hands at the end.
        with contextlib.suppress(ValueError):
            for line in self.process.stderr:
                with self._news:
                    self.said.append(line)
                    self._news.notify_all()
        with self._news:
            self._news.notify_all()


def ended(process: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    """Wait for the end of a process."""
    out, err = process.communicate(timeout=_PATIENCE_S)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def pictures(film: Path) -> str:
    """Hash all frames of a film as they are shown, one after the other."""
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        "-i",
        str(film),
        "-map",
        "0:v",
        "-f",
        "framemd5",
        "-",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout
