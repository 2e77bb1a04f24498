"""Kill a client at every step of a repaired chain, run it again, and compare every picture.

    python tests/campaigns/resume.py --kills 20

A real simulator sells three clips that drift; each is repaired, handed on corrected, and the last one
is led back to the approved picture. One client is left alone: its handoff files and its film are the
measure. All others are killed with SIGKILL, before or after each write of a calibration, of a
decision and of a handoff frame, while the film is rendered, and at random instants; then they run
again. Their handoff files must be the same byte for byte, their films frame for frame, and no clip
may be sold to them twice.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import av
from crash import Oracle, hurry
from killing import Blow, arm, die, exit_code, set_timer
from PIL import Image

from longtake.events import Event, Rendering
from longtake.film import make_film
from longtake.generate import handoff
from longtake.media.scenery import paint_place
from longtake.units import Size
from longtake.vault.store import Vault
from longtake.wishes import Wishes

DRIFT = {
    "static": {"exposure": 1.01, "contrast": 1.02, "saturation": 1.05, "warmth": 1},
    "ramp": {"contrast": 1.01, "saturation": 1.04, "warmth": 1},
}
# x264 gives the same pictures in every process only where a width is a multiple of eight macroblocks.
SCENARIO = {"task_s": 0.05, "scale": 0.1875, "rate": "12", "drift": DRIFT}
CLIPS = 3
BOARD = """longtake: 1
title: Resume
model: apimart/MiniMax-Hailuo-2.3
resolution: 768p
film: {size: 256x144, fps: 12}
scenes:
  - {id: a, start: start.png, prompt: a lamp is lit, camera: [Truck right]}
  - {id: b, prompt: it burns}
  - {id: c, prompt: a ship answers, reanchor: start.png}
"""


# Each clip writes a calibration and a decision; the still and two clips are handed on.
STEPS = {"write": (1, 2, 3, 4, 6), "hand on": (1, 2, 3), "render": (1, 2)}
# One client that is killed three times; while a film is rendered it may tell of it only once.
FEW = (Blow("write", 2), Blow("hand on", 1, after=True), Blow("render", 1))


@dataclass(frozen=True)
class Outcome:
    """What a client that went on to its end left behind: hashes of handoffs, decisions and frames."""

    handoffs: dict[str, str]
    decisions: dict[str, str]
    film: tuple[str, ...]


def client(folder: Path, blow: Blow | None) -> None:
    """Make the film of a folder, in this process, and be killed where that is wanted."""
    os.environ["LONGTAKE_HOME"] = str(folder / "home")
    hurry()
    rendered = 0

    def tell(event: Event) -> None:
        nonlocal rendered
        rendered += isinstance(event, Rendering)
        if blow and blow.step == "render" and rendered == blow.count:
            die()

    if blow and blow.step == "write":
        arm(Vault, "note", blow)
    if blow and blow.step == "hand on":
        arm(handoff, "save_png", blow)
    set_timer(blow)
    make_film(folder / "board.yaml", Wishes(quality="draft", agreed=True, workers=1), tell)
    os._exit(0)


def begun(folder: Path) -> Path:
    """Make a folder with the board and its picture."""
    folder.mkdir()
    (folder / "board.yaml").write_text(BOARD, encoding="utf-8")
    Image.fromarray(paint_place(Size(1366, 768), "dawn")).save(folder / "start.png")
    return folder


def outcome(folder: Path) -> Outcome:
    """Hash all that a finished client has handed on, decided and shown."""
    vault = folder / "home" / "vault"
    pictures, words = sorted(vault.rglob("*.png")), sorted(vault.glob("mendings/*.json"))
    return Outcome(
        {path.name: _hash(path.read_bytes()) for path in pictures},
        {path.name: _hash(path.read_bytes()) for path in words},
        _frames(folder / "films" / "board" / "film.mp4"),
    )


def _frames(film: Path) -> tuple[str, ...]:
    with av.open(str(film)) as source:
        frames = source.decode(source.streams.video[0])
        return tuple(_hash(frame.to_ndarray().tobytes()) for frame in frames)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def trial(
    folder: Path, blows: tuple[Blow, ...], sim: Oracle, whole: Outcome
) -> tuple[int, list[str]]:
    """Kill a client by each blow, run it to its end, and name what differs; counts kills."""
    before = sim.oracle("submits")["paid"]
    begun(folder)
    codes = [exit_code(client, folder, each) for each in (*blows, None)]
    faults = [] if codes[-1] == 0 else [f"ended with {codes}"]
    if codes[-1] == 0:
        found = outcome(folder)
        if found.handoffs != whole.handoffs:
            faults.append("other handoff frames")
        if found.decisions != whole.decisions:
            faults.append("other decisions")
        if found.film != whole.film:
            faults.append("another film")
    sold = sim.oracle("submits")["paid"] - before
    if sold != CLIPS:
        faults.append(f"{sold} clips sold")
    shutil.rmtree(folder)
    return codes.count(None), [f"{blows}: {fault}" for fault in faults]


def planned_blows(names: list[str], kills: int, chance: random.Random) -> list[Blow]:
    """Give the exact moments of the named steps, then random ones."""
    exact = [
        Blow(step, count, after)
        for step in names
        for count in STEPS[step]
        for after in ((False,) if step == "render" else (False, True))
    ]
    return exact + [Blow("", seconds=chance.uniform(0.2, 6)) for _ in range(kills)]


def main() -> int:
    """Run the campaign and print its figures; exit 1 on any fault."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=10, help="random kills after the exact ones")
    parser.add_argument("--steps", default=",".join(STEPS), help="exact steps, by name")
    parser.add_argument("--few", action="store_true", help="one client, killed once at each step")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    names = [name for name in options.steps.split(",") if name]
    singles = planned_blows(names, options.kills, random.Random(options.seed))
    planned = [FEW] if options.few else [(blow,) for blow in singles]
    kills, faults, start = 0, [], time.monotonic()
    sim = Oracle(SCENARIO)
    os.environ |= {"APIMART_API_HOST": f"{sim.url}/apimart", "APIMART_API_KEY": "apimart-key"}
    try:
        with tempfile.TemporaryDirectory(prefix="longtake-resume-") as name:
            whole_folder = begun(Path(name) / "whole")
            assert exit_code(client, whole_folder, None) == 0
            whole = outcome(whole_folder)
            for number, blows in enumerate(planned):
                killed, wrong = trial(Path(name) / f"t{number}", blows, sim, whole)
                kills, faults = kills + killed, faults + wrong
    finally:
        sim.stop()
    print(
        f"{len(planned)} trials, {kills} kills; {len(whole.handoffs)} handoff files, "
        f"{len(whole.decisions)} decisions, {len(whole.film)} frames compared each; "
        f"{len(faults)} faults, {time.monotonic() - start:.0f} s"
    )
    for fault in faults[:20]:
        print("FAULT", fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
