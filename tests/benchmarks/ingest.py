"""What is left to do when the last take has landed, with ingest and without: `python tests/benchmarks/ingest.py`.

    python tests/benchmarks/ingest.py film --clips 3 --task 15     # four chains against the simulator
    python tests/benchmarks/ingest.py assembly --clips 60          # large clips, the shelf filled before
    python tests/benchmarks/ingest.py assembly --no-copy           # the same, all of it rendered

`film` buys the same film twice and tells for each: CPU seconds of the process tree and frames rendered
after the last take, and what lies between a clip and the next one of its chain. `assembly` lands the last
of many takes whose pieces are made, and holds what follows against `ffmpeg -f concat -c copy`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "src")]

from material import FRAMES, Material, make_material  # noqa: E402  (the folders above hold these)
from measure import measure, tree_cpu_s  # noqa: E402
from ways import ours, planned, takes_of  # noqa: E402

from longtake.assemble.film import Workshop, assemble_film  # noqa: E402
from longtake.assemble.ingest import ComingFilm, Ingest, decided_pieces  # noqa: E402
from longtake.assemble.shifts import Shift  # noqa: E402
from longtake.cues import CueSheet  # noqa: E402
from longtake.events import Assembled, Event  # noqa: E402
from longtake.film import make_film  # noqa: E402
from longtake.generate.ensure import Progress  # noqa: E402
from longtake.testing.serve import Simulator  # noqa: E402
from longtake.timeline import Timeline  # noqa: E402
from longtake.vault.take import Take  # noqa: E402
from longtake.wishes import Wishes  # noqa: E402

CHAINS = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    kinds = parser.add_subparsers(dest="kind", required=True)
    film = kinds.add_parser("film")
    film.add_argument("--clips", type=int, default=3, help="in each of four chains")
    film.add_argument("--task", type=float, default=15.0, help="seconds a task takes")
    film.add_argument("--scale", type=float, default=0.5, help="of the model's canvas")
    assembly = kinds.add_parser("assembly")
    assembly.add_argument("--clips", type=int, default=60)
    assembly.add_argument("--quality", default="draft")
    assembly.add_argument("--keyint", type=int, default=250, help="frames between key pictures")
    assembly.add_argument("--no-copy", dest="copies", action="store_false")
    assembly.add_argument("--folder", type=Path, help="where pieces are kept between runs")
    for name in ("make", "land"):
        kinds.add_parser(name).add_argument("order")
    options = parser.parse_args()
    if options.kind in ("make", "land"):
        (make_once if options.kind == "make" else land_last)(json.loads(options.order))
    elif options.kind == "film":
        compare_films(options)
    else:
        compare_assembly(options)


def board(folder: Path, clips: int) -> None:
    """Write four chains with a dissolve between them."""
    scenes = [
        f'  - {{id: c{chain}-{clip}, prompt: "chain {chain} clip {clip}"'
        + (", start: fresh, join: dissolve 0.5s}" if chain and not clip else "}")
        for chain in range(CHAINS)
        for clip in range(clips)
    ]
    head = "longtake: 1\ntitle: M\nmodel: apimart/MiniMax-Hailuo-2.3\nresolution: 768p\nscenes:\n"
    (folder / "board.yaml").write_text(head + "\n".join(scenes) + "\n")


def compare_films(options: argparse.Namespace) -> None:
    """Make the film with ingest and without, each in a world of its own."""
    scenario = {"task_s": options.task, "scale": options.scale, "render": "early"}
    for ingest in (False, True):
        with Simulator(scenario) as sim, tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            board(folder, options.clips)
            here = {"LONGTAKE_HOME": name, "APIMART_API_HOST": f"{sim.url}/apimart"}
            environment = {**os.environ, **here, "APIMART_API_KEY": "apimart-key"}
            order = json.dumps({"board": str(folder / "board.yaml"), "ingest": ingest})
            said = subprocess.run(
                [sys.executable, __file__, "make", order],
                env=environment,
                check=True,
                stdout=subprocess.PIPE,
            )
            tasks = sim.oracle("tasks")
        print(f"ingest {'on ' if ingest else 'off'}", said.stdout.decode().strip(), _gaps(tasks))


def _gaps(tasks: list[dict[str, Any]]) -> str:
    by_prompt = {task["prompt"].partition(" [")[0]: task for task in tasks}
    found = []
    for prompt, task in by_prompt.items():
        chain, _, clip = prompt.rpartition(" ")
        after = by_prompt.get(f"{chain} {int(clip) + 1}")
        found += [after["created"] - task["ends"]] if after else []
    return f"gap median {statistics.median(found):.2f} s, most {max(found):.2f} s"


def make_once(order: dict[str, Any]) -> None:
    """Make one film and print what came after its last take."""
    landed, done, frames = [0.0, 0.0], [0.0, 0.0], 0

    def tell(event: Event) -> None:
        nonlocal landed, done, frames
        if isinstance(event, Progress) and event.state == "made":
            landed = [tree_cpu_s(), time.monotonic()]
        elif isinstance(event, Shift) and event.what == "render":
            frames += event.frames
        elif isinstance(event, Assembled):
            done = [tree_cpu_s(), time.monotonic()]

    wishes = Wishes(quality="draft", agreed=True, ingest=order["ingest"])
    begun = time.monotonic()
    film = make_film(order["board"], wishes, tell)
    ended = [tree_cpu_s(), time.monotonic()]
    print(
        f"{film.timeline.frames} frames in {ended[1] - begun:.1f} s, {ended[0]:.1f} CPU s; "
        f"after the last take: {frames} frames rendered, film {done[0] - landed[0]:.2f} CPU s "
        f"{done[1] - landed[1]:.1f} s, report {ended[0] - done[0]:.2f} CPU s;"
    )


def compare_assembly(options: argparse.Namespace) -> None:
    """Fill the shelf, take the last clip's pieces off it, and land its take."""
    material = make_material(1920, 1080, options.clips, options.keyint)
    how = {"quality": options.quality, "copies": options.copies}
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or Path(name)
        film = folder / "film.mp4"
        if not film.exists():
            ours(material, film, change="", **how)
        _take_off(material, film, **how)
        order = {"clips": options.clips, "keyint": options.keyint, "film": str(film), **how}
        said = subprocess.run(
            [sys.executable, __file__, "land", json.dumps(order)],
            check=True,
            stdout=subprocess.PIPE,
        )
        print(said.stdout.decode().strip())
        peer = folder / "copy.mp4"
        orders = folder / "order.json"
        clips = [str(path) for path in material.clips]
        orders.write_text(json.dumps([options.quality, 1920, 1080, clips]))
        command = [sys.executable, str(HERE / "ways.py"), "copy", str(orders), str(peer)]
        floor = measure(command, peer).cpu_s
        spent = float(said.stdout.split()[0])
        print(f"concat -c copy {floor:.2f} CPU s: {spent / floor:.2f}x of it (wanted <= 3)")


def _coming(
    material: Material, film: Path, quality: str, copies: bool
) -> tuple[ComingFilm, dict[str, Any]]:
    timeline, names = planned(material)
    shown = {
        clip: _take(clip, there.path, there.sha256, timeline)
        for clip, there in takes_of(material, names, film).items()
    }
    workshop = Workshop(film.parent / f"work-{copies}", quality, copies=copies)
    return ComingFilm(timeline, shown, workshop, CueSheet()), shown


def _take(clip: str, path: Path, sha256: str, timeline: Timeline) -> Take:
    names = ("", "", clip, sha256, path, "", "", "")
    return Take(*names, FRAMES, timeline.rate, timeline.size, FRAMES - 1)


def _take_off(material: Material, film: Path, quality: str, copies: bool) -> None:
    """Take off the shelf what the last clip has a part in, what is known of it, and the sound."""
    coming, shown = _coming(material, film, quality, copies)
    last = coming.timeline.clips[-1].id
    lacking = replace(coming, shown={c: s for c, s in shown.items() if c != last})
    whole, kept = ({piece.key for piece in decided_pieces(c)[1]} for c in (coming, lacking))
    for key in whole - kept:
        coming.workshop.shelf.path(key).unlink(missing_ok=True)
    note = hashlib.sha256(shown[last].sha256.encode()).hexdigest()[:32]
    (coming.workshop.folder / "coded" / "clips" / f"{note}.json").unlink(missing_ok=not copies)
    for sound in coming.workshop.sounds.glob("*.m4a"):
        sound.unlink()
    film.unlink(missing_ok=True)


def land_last(order: dict[str, Any]) -> None:
    """Land the last take of a film whose other pieces are made; print what that took."""
    material = make_material(1920, 1080, order["clips"], order["keyint"])
    film = Path(order["film"])
    coming, shown = _coming(material, film, order["quality"], order["copies"])
    clip = coming.timeline.clips[-1].id
    take = shown[clip]
    waiting = replace(coming, shown={c: s for c, s in shown.items() if c != clip})
    shifts: list[Shift] = []
    with Ingest(waiting, shifts.append) as ingest:
        while not shifts:
            time.sleep(0.1)
        began = tree_cpu_s(), time.monotonic()
        ingest.land(clip, take)
    landed = tree_cpu_s(), time.monotonic()
    shifts.clear()
    assemble_film(
        coming.timeline,
        shown,
        film,
        workshop=coming.workshop,
        watch=shifts.append,
    )
    ended = tree_cpu_s(), time.monotonic()
    parts = ", ".join(f"{s.what} {s.ended_s - s.began_s:.2f} s" for s in shifts)
    print(
        f"{ended[0] - began[0]:.2f} CPU s and {ended[1] - began[1]:.1f} s from the last take to the film: "
        f"its pieces {landed[0] - began[0]:.2f} CPU s, then (wall) {parts}"
    )


if __name__ == "__main__":
    main()
