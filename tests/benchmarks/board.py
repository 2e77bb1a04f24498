"""A board of 10,000 shots: how long `check` and `plan` take for it, and how much memory.

    python tests/benchmarks/board.py [SHOTS]

Measured for scenes of 20 shots, for one scene of them all (a chain of as many clips and more), and for
scenes of one shot. Prints a table and exits with 1 where something is beyond its bar; a whole run of
10,000 shots writes it into board.md.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[2]
SHOTS = 10_000
# The least of so many runs counts: what else a machine does adds to all of them.
RUNS = 3
SCENES_OF = (20, 0, 1)
TITLE = """# A board of 10,000 shots, measured

Written by `python tests/benchmarks/board.py`: CPU seconds (the least of {runs} runs) and the peak of memory of
whole processes, Python's start and all imports included. Prompts with names, camera words, narrations,
lower thirds, transitions, bridges and long shots: some 13,500 clips. Load of the machine meanwhile: {load:.1f}
on {cores} cores; what runs beside a process makes its CPU seconds longer.

"""
HEADS = (
    "| shots | of a scene | MB of YAML | verb | CPU s | bar | MB | bar | lines |\n"
    "|---|---|---|---|---|---|---|---|---|"
)
# Verb and options -> CPU seconds and megabytes that it may take.
BARS = {
    ("check",): (3.0, 500.0),
    ("plan",): (5.0, 500.0),
    ("plan", "--json"): (5.0, 500.0),
    ("plan", "--all"): (5.0, 500.0),
}
HEAD = """longtake: 1
title: Ten thousand shots
model: minimax/MiniMax-Hailuo-02
resolution: 768P
look: warm claymation, soft window light
vars: {season: late autumn}
cast:
  keeper: {text: "an old keeper, white beard, yellow raincoat"}
film: {fade_in: 1s, fade_out: 2s}
scenes:
"""


@dataclass(frozen=True)
class Used:
    """What one process took."""

    cpu_s: float
    peak_mb: float
    lines: int


def board(shots: int, in_a_scene: int) -> str:
    """Write a board as a long series would look: chains, fresh starts, every kind of key."""
    parts = [HEAD]
    for scene in range(-(-shots // in_a_scene)):
        parts.append(
            f"  - id: s{scene}\n    title: Scene {scene}\n    start: stills/p{scene % 9}.png\n"
        )
        if scene:
            parts.append(f"    join: {('dissolve 0.5s', 'dip black 0.8s', 'cut')[scene % 3]}\n")
        parts.append("    shots:\n")
        parts += [_shot(scene, n) for n in range(min(in_a_scene, shots - scene * in_a_scene))]
    return "".join(parts)


def _shot(scene: int, number: int) -> str:
    text = f"${{keeper}} climbs step {number} of tower {scene} in ${{season}}"
    keys = [f"      - prompt: {text!r}", f"seconds: {(6, 10, 15, 8)[number % 4]}"]
    if number % 2:
        keys.append("camera: [Push in, Pan left]")
    if number % 5 == 2:
        keys.append(f"narration: Every evening he climbs {number} steps of tower {scene}.")
    if number % 7 == 3:
        keys += ["start: fresh", "lighting: changes"]
    if number % 11 == 5:
        keys += ["start: fresh", "join: bridge 6s"]
    if number % 13 == 6:
        keys.append(f"lower_third: Tower {scene}")
    if number % 17 == 8:
        keys.append("mute: true")
    first, *rest = dict.fromkeys(key for key in keys)
    return "\n        ".join([first, *rest]) + "\n"


def run(folder: Path, *arguments: str) -> Used:
    """Run longtake on the board; an exit code other than 0 ends the benchmark."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "LONGTAKE_HOME": str(folder / "home"),
        # What an installed package has as well: its modules compiled once, not at every start.
        "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
        "PYTHONDONTWRITEBYTECODE": "",
    }
    command = [sys.executable, "-m", "longtake", arguments[0], "board.yaml", *arguments[1:]]
    with (folder / "out.txt").open("w") as out:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=out)
        _, status, spent = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    said = (folder / "out.txt").read_text(encoding="utf-8")
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed\n{said[-2000:]}")
    return Used(spent.ru_utime + spent.ru_stime, spent.ru_maxrss / 1024, said.count("\n"))


def main(shots: int) -> int:
    """Measure every verb on every board; gives 1 where one is beyond its bar."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "stills").mkdir()
        for number in range(9):
            picture = Image.new("RGB", (1366, 768), (number * 20, 60, 90))
            picture.save(folder / f"stills/p{number}.png")
        (folder / "board.yaml").write_text(board(40, 20), encoding="utf-8")
        for arguments in BARS:
            run(folder, *arguments)
        rows = [HEADS]
        print(HEADS)
        beyond = [_measure(folder, shots, each or shots, rows) for each in SCENES_OF]
    if shots == SHOTS:
        told = TITLE.format(runs=RUNS, load=os.getloadavg()[2], cores=os.cpu_count())
        (Path(__file__).parent / "board.md").write_text(told + "\n".join(rows) + "\n", "utf-8")
    return min(sum(beyond), 1)


def _measure(folder: Path, shots: int, in_a_scene: int, rows: list[str]) -> int:
    """Write a row for each verb on one board; gives how many are beyond their bars."""
    text = board(shots, in_a_scene)
    (folder / "board.yaml").write_text(text, encoding="utf-8")
    beyond = 0
    for arguments, (most_s, most_mb) in BARS.items():
        used = min((run(folder, *arguments) for _ in range(RUNS)), key=lambda used: used.cpu_s)
        beyond += used.cpu_s > most_s or used.peak_mb > most_mb
        rows.append(
            f"| {shots:,} | {in_a_scene:,} | {len(text) / 1e6:.1f} | {' '.join(arguments)} "
            f"| {used.cpu_s:.2f} | < {most_s:g} | {used.peak_mb:.0f} | < {most_mb:g} "
            f"| {used.lines:,} |"
        )
        print(rows[-1], flush=True)
    return beyond


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else SHOTS))
