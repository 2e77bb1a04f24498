"""Hand frames on fifty times and see what is left: `python tests/benchmarks/chain.py --quick|--full`.

Every row stands for a provider (faithful or drifting, lossless or coded, tagged or not); ours stands
beside MoviePy's frame grab, `ffmpeg -sseof`, JPEG handoffs and MKL colour transfer, all on the same
four drawn worlds (or five photographs, `--photos`) in one run. Besides: 39 awkward files, a zoom at the seam, what repairs do to a
perfect clip, and what they cost. Writes chain.md, chain.png (curves) and chain-hop.jpg (one frame after
the last hop) into --folder.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "src")]

import numpy as np  # noqa: E402  (the folders above hold what follows)
from awkward import awkward_files, hits, ways  # noqa: E402
from chain_draw import draw_curves, draw_panels  # noqa: E402
from chain_seams import cost, perfect_clip, zoomed_seam  # noqa: E402
from chain_ways import DRIFTING, Chain, Provider, run_chain  # noqa: E402
from chain_worlds import PHOTOS, WORLDS, draw_world  # noqa: E402

from longtake.units import Size  # noqa: E402


@dataclass(frozen=True)
class Row:
    """One kind of provider, how often it is asked, and who hands on."""

    title: str
    provider: Provider
    hops: int
    ways: tuple[str, ...]


ROWS = (
    Row("faithful, lossless", Provider(crf=0), 50, ("ours", "MoviePy", "ffmpeg")),
    Row("faithful, crf 18", Provider(), 50, ("ours", "ours, unrepaired", "MoviePy", "ffmpeg", "JPEG")),
    Row("faithful, crf 18, untagged", Provider(tags=False), 50, ("ours", "MoviePy")),
    Row("~1 % drift a hop, crf 18", Provider(drift=DRIFTING), 30, ("ours", "ours, unrepaired", "MoviePy", "MKL")),
    Row("no drift, as many hops", Provider(), 30, ("ours", "ours, unrepaired")),
)  # fmt: skip


@dataclass(frozen=True)
class Order:
    """One chain to run."""

    world: str
    row: Row
    way: str
    hops: int
    size: Size


def main() -> None:
    """Run all and print the table as it grows."""
    args = _arguments()
    warnings.simplefilter("ignore")
    args.folder.mkdir(parents=True, exist_ok=True)
    size = Size.parse(args.size or ("640x360" if args.quick else "1280x720"))
    lines: list[str] = []

    def say(line: str) -> None:
        lines.append(line)
        print(line, flush=True)

    say(
        f"Clips of {ROWS[0].provider.frames} frames, {size}; means over {', '.join(args.worlds)}.\n"
    )
    if "files" in args.only:
        _files(say)
    if "seams" in args.only:
        _seams(say, size, args.worlds)
    if "cost" in args.only:
        say(cost(Size(1920, 1080), 48 if args.quick else 120))
    if "chains" in args.only:
        _chains(say, args, size)
    (args.folder / "chain.md").write_text("# Chains, measured\n\n" + "\n".join(lines) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    kind = parser.add_mutually_exclusive_group(required=True)
    kind.add_argument("--quick", action="store_true", help="640x360, 12 hops")
    kind.add_argument("--full", action="store_true", help="1280x720, 50 and 30 hops")
    parser.add_argument("--size", help="of the clips")
    parser.add_argument("--hops", type=int, help="at most so many")
    parser.add_argument("--worlds", nargs="+", default=WORLDS, choices=(*WORLDS, *PHOTOS))
    parser.add_argument("--photos", dest="worlds", action="store_const", const=PHOTOS,
        help="five photographs in place of drawn worlds (needs scikit-image)")  # fmt: skip
    parser.add_argument("--only", nargs="+", default=["files", "seams", "cost", "chains"])
    parser.add_argument("--folder", type=Path, default=HERE, help="where results go")
    parser.add_argument("--workers", type=int, default=2)
    return parser.parse_args()


def _files(say: Any) -> None:
    with tempfile.TemporaryDirectory(prefix="longtake-bench-") as name:
        files = list(awkward_files(Path(name)))
        found = [f"{way} {hits(files, reads)}" for way, reads in ways().items()]
    say(f"Exact last frame of {len(files)} awkward files: {', '.join(found)}.\n")


def _seams(say: Any, size: Size, worlds: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="longtake-bench-") as name:
        for line in (
            *zoomed_seam(size, Path(name), worlds),
            *perfect_clip(size, Path(name), worlds),
        ):
            say(line)
    say("")


def _chains(say: Any, args: argparse.Namespace, size: Size) -> None:
    say("")
    say(
        "| provider | hops | way | dE, first hop | dE, last hop | dE of the mean | bias, codes (worst) "
        "| saturation | contrast | sharpness |"
    )
    say("|---|---|---|---|---|---|---|---|---|---|")
    most = args.hops or (12 if args.quick else ROWS[0].hops)
    kept: dict[tuple[str, str], list[Chain]] = {}
    with ProcessPoolExecutor(args.workers) as pool:
        for row in ROWS:
            orders = list(_orders(row, min(row.hops, most), size, args.worlds))
            for order, chain in zip(orders, pool.map(_run, orders), strict=True):
                chains = kept.setdefault((row.title, order.way), [])
                chains.append(chain)
                if len(chains) == len(args.worlds):
                    say(_line(order, chains))
    draw_curves(kept, args.folder / "chain.png")
    tagged, bare = ROWS[1].title, ROWS[2].title
    shown = [kept[tagged, "ours"], kept[tagged, "MoviePy"], kept[bare, "MoviePy"]]
    firsts = [draw_world(world, size) for world in args.worlds]
    pictures = [firsts, *([chain.picture for chain in chains] for chains in shown)]
    names = ["the picture sent", f"ours, {min(ROWS[1].hops, most)} hops later", "MoviePy's frame grab",
             "the same, clips untagged"]  # fmt: skip
    draw_panels(pictures, names, args.folder / "chain-hop.jpg")


def _orders(row: Row, hops: int, size: Size, worlds: Sequence[str]) -> Iterator[Order]:
    for way in row.ways:
        for world in worlds:
            yield Order(world, row, way, hops, size)


def _run(order: Order) -> Chain:
    first = draw_world(order.world, order.size)
    with tempfile.TemporaryDirectory(prefix="longtake-bench-") as name:
        return run_chain(first, order.row.provider, order.way, order.hops, Path(name))


def _line(order: Order, chains: list[Chain]) -> str:
    states = [chain.states[-1] for chain in chains]

    def mean(name: str) -> float:
        return float(np.mean([getattr(state, name) for state in states]))

    begun = float(np.mean([chain.states[0].delta_e for chain in chains]))
    bias = np.array([state.bias for state in states])
    worst = bias.ravel()[np.abs(bias).argmax()]
    return (
        f"| {order.row.title} | {order.hops} | {order.way} | {begun:.2f} | {mean('delta_e'):.2f} | "
        f"{mean('mean_delta_e'):.2f} | {np.abs(bias).mean():.2f} ({worst:+.2f}) | "
        f"x{mean('saturation'):.2f} | x{mean('contrast'):.2f} | {mean('sharpness'):.2f} |"
    )


if __name__ == "__main__":
    main()
