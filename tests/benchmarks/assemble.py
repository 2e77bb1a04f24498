"""Measure assembly against its peers, in one run: `python tests/benchmarks/assemble.py --quick|--full`.

The same clips become the same film by us (all of it rendered, or copied where it can be), by MoviePy, by one ffmpeg filter graph, and (the floor: no
joins, nothing rendered) by `ffmpeg -f concat -c copy`; x264 preset and crf are equal. Each is a fresh
process; CPU seconds and memory are of its whole process tree. Figures go to benchmarks.md beside this.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "src")]

import av  # noqa: E402  (the folders above hold what follows)
import imageio_ffmpeg  # noqa: E402
import numpy as np  # noqa: E402
from dressing import make_sounds  # noqa: E402
from material import DISSOLVE, DRAWN, FRAMES, Material, make_material, read_number  # noqa: E402
from measure import Cost, measure  # noqa: E402

WAYS = ("ours", "copying", "graph", "moviepy", "copy")
CHANGES = ("unchanged", "kind", "length", "joined", "captions", "burned", "heard")
# Clips with a key picture every second: of ours and the floor only, peers render them all the same.
KEYED, KEYED_WAYS = 24, {"ours", "copying", "copy"}
# MoviePy holds every clip open: so many bytes for each pixel of each clip were seen.
PEER_BYTES_A_PIXEL = 115


@dataclass(frozen=True)
class Row:
    """One measurement; `psnr` is of luma and chroma against the source frames, in dB."""

    way: str
    clips: int
    size: str
    cost: Cost
    psnr: tuple[float, float] | None = None
    note: str = ""


def main() -> None:
    args = _arguments()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="longtake-bench-") as name:
        for quality, width, height, count in _sizes(args):
            for keyint in args.keyint:
                material = make_material(width, height, count, keyint)
                ways = set(args.ways) & (KEYED_WAYS if keyint == KEYED else set(WAYS))
                for row in _measured(material, quality, Path(name), ways):
                    rows.append(row)
                    print(_line(row), flush=True)
    text = report(rows)
    print(text)
    if not args.dry:
        (HERE / "benchmarks.md").write_text(text, encoding="utf-8")


def _arguments() -> Any:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="480x270 only")
    parser.add_argument("--full", action="store_true", help="1920x1080, then 60 clips of 480x270")
    parser.add_argument(
        "--clips", type=int, nargs="+", help="how many clips (default 10, or 10 30 60)"
    )
    parser.add_argument("--ways", nargs="+", default=list(WAYS), choices=WAYS)
    parser.add_argument(
        "--keyint", type=int, nargs="+", default=[250, KEYED], help="key pictures of the clips"
    )
    parser.add_argument("--dry", action="store_true", help="print only, leave benchmarks.md alone")
    args = parser.parse_args()
    if args.quick == args.full:
        parser.error("choose one of --quick and --full")
    return args


def _sizes(args: Any) -> list[tuple[str, int, int, int]]:
    """List what is measured: quality, width, height, clips."""
    if args.quick:
        return [("draft", 480, 270, count) for count in args.clips or [10]]
    large = [("draft", 1920, 1080, count) for count in args.clips or [10, 30, 60]]
    # The graph and MoviePy fit into memory with sixty clips at this size only.
    return [*large, ("draft", 480, 270, 60), ("normal", 1920, 1080, 10)]


def _measured(material: Material, quality: str, folder: Path, ways: set[str]) -> Iterator[Row]:
    """Run each way in fresh processes and give its rows; files are gone afterwards."""
    work = Path(tempfile.mkdtemp(dir=folder))
    size = f"{material.width}x{material.height} {quality}"
    size += ", keys every second" if material.keyint == KEYED else ""
    order = work / "order.json"
    clips = [str(path) for path in material.clips]
    order.write_text(json.dumps([quality, material.width, material.height, clips]))
    film = work / "film.mp4"
    make_sounds(work)
    count = len(material.clips)
    for way in (way for way in WAYS if way in ways):
        too_large = _too_large(material, way) if way in ("graph", "moviepy") else ""
        if too_large:
            yield Row(way, count, size, Cost(0, 0, 0), None, too_large)
            continue
        cost = measure(_command(way, order, film), film)
        psnr = None if way == "copy" else quality_of(film, material)
        yield Row(way, count, size, cost, psnr)
        if way in ("ours", "copying"):
            for changed in CHANGES:
                again = measure(_command(f"{way}-{changed}", order, film), film)
                yield Row(f"{way}, {changed}", count, size, again)
        film.unlink()
    shutil.rmtree(work)


def _too_large(material: Material, way: str) -> str:
    """Say why a peer is left out at this size; empty where it is run."""
    pixels = len(material.clips) * material.width * material.height
    if way == "graph" and pixels > 10 * 1920 * 1080:
        return "left out: see 10 clips"
    needed = pixels * PEER_BYTES_A_PIXEL
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return "" if needed < free / 2 else f"left out: takes about {needed / 1e9:.0f} GB"


def _command(way: str, order: Path, film: Path) -> list[str]:
    return [sys.executable, str(HERE / "ways.py"), way, str(order), str(film)]


def quality_of(film: Path, material: Material) -> tuple[float, float]:
    """Check that every frame is the planned one; give luma and chroma PSNR of every tenth."""
    planned = material.sources
    wanted = {
        (c, f) for at, source in enumerate(planned) if source and at % 10 == 0 for c, f in [source]
    }
    errors = np.zeros(2)
    counts = np.zeros(2)
    originals = _originals(material, wanted)
    at = -1
    with av.open(str(film)) as opened:
        opened.streams.video[0].thread_type = "AUTO"
        for at, frame in enumerate(opened.decode(video=0)):
            source = planned[at] if at < len(planned) else None
            if source is None:
                continue
            planes = _planes(frame)
            number = (source[0] % DRAWN, source[1])
            if read_number(planes[0]) != number:
                raise SystemExit(f"{film}: frame {at} shows {read_number(planes[0])}, not {number}")
            if at % 10 == 0:
                key, original = next(originals)
                assert key == source
                for place, (ours, theirs) in enumerate(zip(planes, original, strict=True)):
                    errors[int(place > 0)] += float(np.square(ours.astype(np.int32) - theirs).sum())
                    counts[int(place > 0)] += ours.size
    if at + 1 != len(planned):
        raise SystemExit(f"{film}: {at + 1} frames, {len(planned)} were planned")
    luma, chroma = (10 * math.log10(255**2 / (e / c)) for e, c in zip(errors, counts, strict=True))
    return luma, chroma


def _originals(material: Material, wanted: set[tuple[int, int]]) -> Iterator[Any]:
    for index, path in enumerate(material.clips):
        with av.open(str(path)) as clip:
            for number, frame in enumerate(clip.decode(video=0)):
                if (index, number) in wanted:
                    yield (index, number), _planes(frame)


def _planes(frame: av.VideoFrame) -> list[Any]:
    return [
        np.frombuffer(bytes(p), np.uint8).reshape(p.height, -1)[:, : p.width] for p in frame.planes
    ]


def _line(row: Row) -> str:
    quality = f"{row.psnr[0]:.1f} / {row.psnr[1]:.1f}" if row.psnr else ""
    if row.note:
        return f"| {row.size} | {row.clips} | {row.way} | {row.note} | | | | |"
    cost = row.cost
    return (
        f"| {row.size} | {row.clips} | {row.way} | {cost.cpu_s:.2f} | {cost.wall_s:.1f} "
        f"| {cost.peak_mb:.0f} | {cost.bytes / 1e6:.1f} | {quality} |"
    )


def report(rows: list[Row]) -> str:
    """Write the figures, then the ratios that the project promises."""
    head = "| size | clips | way | CPU s | wall s | peak MB | film MB | PSNR luma / chroma dB |"
    versions = ", ".join(f"{name} {version(name)}" for name in ("av", "moviepy", "numpy"))
    ffmpeg = imageio_ffmpeg.get_ffmpeg_version()
    lines = [
        "# Assembly, measured",
        "",
        f"Written by `python tests/benchmarks/assemble.py`, {datetime.date.today()}.",
        f"{os.cpu_count()} cores of {_processor()}; Python {platform.python_version()}, {versions}, ffmpeg {ffmpeg}.",
        f"Clips of {FRAMES} frames at 24 a second, scenes of three chained clips, a dissolve of {DISSOLVE}",
        "frames between scenes; x264 with groups of two seconds, for all `veryfast` and crf 24 (draft) or `faster`",
        "and crf 19 (normal).",
        "CPU and memory are of the whole process tree; memory is the PSS of anonymous pages, looked at five",
        "times a second.",
        "",
        "`copying`: frames that nothing is done to come out of the clips as they are. `keys every second`: of",
        "clips whose groups of pictures are 24 frames long at most; all others have one group.",
        "`unchanged`: the same film again. `kind`: one dissolve became a wipe. `length`: one dissolve became",
        "four frames longer, which moves all that follows, so the sound track is made anew. `joined`: the film",
        "was lost, its pieces were not. `captions`: words for 2.5 s in every 4, a track of their own. `burned`:",
        "those of every tenth clip drawn into the picture. `heard`: music and a voice, all at -14 LUFS.",
        "`copy`: the clips one after the other, `-f concat -c copy`.",
        "",
        head,
        "|---|---|---|---|---|---|---|---|",
        *map(_line, rows),
        "",
        "| bar | reached | wanted |",
        "|---|---|---|",
        *_bars(rows),
    ]
    return "\n".join(lines) + "\n"


def _bars(rows: list[Row]) -> Iterator[str]:
    found = {(row.size, row.clips, row.way): row.cost for row in rows if not row.note}
    for size, clips in dict.fromkeys((row.size, row.clips) for row in rows):

        def cost(way: str, size: str = size, clips: int = clips) -> Cost | None:
            return found.get((size, clips, way))

        where = f"{clips} clips of {size}"
        for way, wanted in (("graph", 1.0), ("moviepy", 0.45)):
            yield from _ratio(f"cold, {where}, CPU against {way}", cost("ours"), cost(way), wanted)
        # How much less copying costs than rendering all, of long groups and of short ones.
        saved = 1 / 5 if size.endswith("second") else 1 / 1.9
        long = (clips, "1080" in size) == (60, True)
        promised = round(saved, 3) if long else None
        name = f"copying, cold, {where}, CPU against rendering all"
        yield from _ratio(name, cost("copying"), cost("ours"), promised)
        name = f"copying, unchanged, {where}, CPU against copy"
        yield from _ratio(name, cost("copying, unchanged"), cost("copy"), 0.6 if long else None)
        for change in ("kind", "length"):
            name = f"one transition's {change} changed, {where}, CPU against cold"
            # Of small pictures it is Python's own start that is measured.
            promised = 0.02 if long and change == "kind" else None
            yield from _ratio(name, cost(f"ours, {change}"), cost("ours"), promised)
            yield from _ratio(
                f"copying, {name}",
                cost(f"copying, {change}"),
                cost("ours"),
                1 / 80 if promised else None,
            )
        name = f"unchanged, {where}, CPU against copy"
        yield from _ratio(name, cost("ours, unchanged"), cost("copy"), 1.0)
    for size in dict.fromkeys(row.size for row in rows):
        few, many = found.get((size, 10, "ours")), found.get((size, 60, "ours"))
        if few and many:
            ratio = many.peak_mb / few.peak_mb
            yield f"| peak memory of 60 clips of {size} against 10 | {ratio:.2f} | <= 1.2 |"


def _ratio(
    name: str, ours: Cost | None, theirs: Cost | None, wanted: float | None
) -> Iterator[str]:
    if ours and theirs:
        bar = f"<= {wanted:g}" if wanted is not None else ""
        yield f"| {name} | {ours.cpu_s / theirs.cpu_s:.4f} | {bar} |"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(
            line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")
        )
    except (OSError, StopIteration):
        return platform.machine()


if __name__ == "__main__":
    main()
