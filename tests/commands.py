"""Run the command line in this process, or in one of its own, on boards written in the test."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import longtake

COMMAND = [sys.executable, "-c", "from longtake.cli.main import main; main()"]
SMALL = "film: {size: 160x90, fps: 12}\n"
TWO_SHOTS = f"""\
longtake: 1
title: Two shots
{SMALL}scenes:
  - id: bay
    shots:
      - {{prompt: a boat sets out, seconds: 2}}
      - {{prompt: it comes home, seconds: 2}}
"""


@dataclass(frozen=True)
class Outcome:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


Cli = Callable[..., Outcome]
Write = Callable[..., Path]


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start a command in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(Path(longtake.__file__).parents[1])}
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
