"""What repairs do to seeded joins: whether any seam is worse for it, and whether wanted changes stay.

python tests/benchmarks/joinrepairs.py [--joins 300] [--seed 5] [--workers 2] [--list]

Each join is measured as it was made and as the film shows it, by all measures of a seam. A change
that the board declares (`lighting: changes`) must keep its size; an undeclared one is repaired as a
fault, and is shown for comparison.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "src")]

import joinkinds  # noqa: E402  (the folder above holds them)
import joinworlds as worlds  # noqa: E402
import numpy as np  # noqa: E402
from joins import RATE, Order, orders_of  # noqa: E402

from longtake.media.clipwriter import write_clip  # noqa: E402
from longtake.media.color import Sampling  # noqa: E402
from longtake.media.frames import decode_frames, last_frame  # noqa: E402
from longtake.media.planes import Planes, SmallPlanes, planes_of, shrink_planes  # noqa: E402
from longtake.media.probe import probe  # noqa: E402
from longtake.seam.apply import Mender  # noqa: E402
from longtake.seam.ends import REACH, WORKING, cut_off, read_ends  # noqa: E402
from longtake.seam.harm import compared  # noqa: E402
from longtake.seam.look import look_at  # noqa: E402
from longtake.seam.measure import SeamScore, measure_seam  # noqa: E402
from longtake.seam.plan import RepairPlan  # noqa: E402
from longtake.seam.repair import Switches, plan_repair  # noqa: E402
from longtake.seam.scan import KEPT, Scan, Scanner, scan_clip  # noqa: E402
from longtake.seam.verdict import judge  # noqa: E402
from longtake.units import Size  # noqa: E402

LIGHT = ("dusk", "lamp after", "lamp before")
LEAST_KEPT = 0.95
# Below this change of light (a logarithm) its share that stays says nothing.
LEAST_CHANGE = 0.02


@dataclass(frozen=True)
class Mended:
    """One join, as made and as shown; `stays` is what is left of a declared change of light."""

    world: str
    kind: str
    family: str
    touched: bool
    refused: bool
    clean: tuple[bool, bool]
    worse: tuple[str, ...]
    stays: float | None


def mend_world(order: Order) -> list[Mended]:
    """Make, measure, repair and measure all joins of one world."""
    world, kinds = order
    with tempfile.TemporaryDirectory() as folder:
        return [_mended(world, kind, Path(folder)) for kind in kinds]


def _mended(world: worlds.World, kind: joinkinds.Kind, folder: Path) -> Mended:
    @cache
    def drawn(moment: float) -> Planes:
        return world.planes(moment, kind.change)

    earlier = _written(joinkinds.take_before(world, kind), folder / "before.mp4", kind.crf)
    later = _written(joinkinds.take_after(world, kind, drawn), folder / "after.mp4", kind.crf)
    frames = probe(later).frames
    sent = last_frame(earlier).rgb
    lighting = "changes" if kind.change in LIGHT else "constant"
    # What RGB cut off the picture sent, the film still shows in front of the seam.
    front = _small_tail(earlier) if cut_off(sent) else ()
    ends = read_ends(later, frames - 1, Sampling(), sent, front)
    plan = plan_repair(ends, Switches(lighting=lighting)).plan
    made, shown = _scans(later, frames, plan)
    first, handoff = scan_clip(earlier), look_at(sent)
    plain = measure_seam(first, made, first=1, handoff=handoff)
    mended = measure_seam(first, shown, first=1 + plan.drop, handoff=handoff)
    worse, _ = compared(_seen(plain), _seen(mended))
    return Mended(
        str(world),
        kind.name,
        kind.family,
        not plan.copyable,
        bool(plan.refused),
        (judge(plain).clean, judge(mended).clean),
        worse,
        _stays(made, shown) if lighting == "changes" else None,
    )


def _small_tail(path: Path) -> tuple[SmallPlanes, ...]:
    last = probe(path).frames
    frames = decode_frames(path, last - REACH, last)
    return tuple(shrink_planes(planes_of(frame), WORKING) for _, frame in frames)


def _seen(score: SeamScore) -> dict[str, float]:
    """Give the measures that a viewer sees: what a take's own restlessness is, is no fault.

    Where all that was kept of the take repeats the handoff frame, no motion was measured.
    """
    unseen = {"freeze_frames"}
    if (score.repeated or 0) >= KEPT:
        unseen |= {"turn", "pace", "jump", "leap"}
    return {
        name: value
        for name, value in score.measures.items()
        if not name.endswith("_noise") and name not in unseen
    }


def _written(frames: list[Planes], path: Path, crf: int) -> Path:
    height, width = frames[0][0].shape
    size = Size(width, height)
    write_clip(frames, path, size=size, rate=RATE, crf=crf, preset="veryfast", threads=1)
    return path


def _scans(path: Path, frames: int, plan: RepairPlan) -> tuple[Scan, Scan]:
    facts = probe(path)
    made, shown, mender = Scanner(facts), Scanner(facts), Mender(plan, Sampling())
    for index, frame in decode_frames(path, 0, frames):
        made.add(frame)
        shown.add_planes(mender.planes(index, planes_of(frame)))
    return made.scan(), shown.scan()


def _stays(made: Scan, shown: Scan) -> float | None:
    """Give the share of the take's change of light, from its start to its end, that is still shown."""
    asked, left = (
        float(np.log(scan.profile.luma[-3:].mean() / scan.profile.luma[:3].mean()))
        for scan in (made, shown)
    )
    return left / asked if abs(asked) > LEAST_CHANGE else None


def _lines(found: list[Mended]) -> Iterator[str]:
    rows: dict[str, list[Mended]] = defaultdict(list)
    for join in found:
        rows[join.kind].append(join)
    yield "| kind | joins | repaired | refused | clean as made | clean as shown | worse by any measure |"
    yield "|---|---|---|---|---|---|---|"
    for kind in joinkinds.KINDS:
        of = rows.get(kind.name, [])
        if of:
            made, shown = (sum(join.clean[side] for join in of) for side in (0, 1))
            counts = Counter(name for join in of for name in join.worse)
            worse = sum(bool(join.worse) for join in of)
            why = (
                f" ({', '.join(f'{name} {count}' for name, count in counts.items())})"
                if worse
                else ""
            )
            yield (
                f"| {kind.name} | {len(of)} | {sum(j.touched for j in of)} | "
                f"{sum(j.refused for j in of)} | {made} | {shown} | {worse}{why} |"
            )
    stays = [join.stays for join in found if join.stays is not None]
    yield ""
    yield f"Joins made worse: {sum(bool(join.worse) for join in found)} of {len(found)}."
    if stays:
        yield (
            f"Declared changes of light keep {min(stays):.1%} to {max(stays):.1%} of their size "
            f"({len(stays)} takes; at least {LEAST_KEPT:.0%} wanted)."
        )


def main() -> None:
    """Run the benchmark and print its table; exit code 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--joins", type=int, default=300)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--list", action="store_true", help="print the joins that became worse")
    asked = parser.parse_args()
    with ProcessPoolExecutor(asked.workers) as pool:
        orders = orders_of(asked.joins, asked.seed, worlds.SIZE)
        found = [join for joins in pool.map(mend_world, orders) for join in joins]
    print("\n".join(_lines(found)))
    for join in found if asked.list else ():
        if join.worse:
            print(f"{join.kind:24} {join.world:28} {', '.join(join.worse)}")
    kept = [join.stays for join in found if join.stays is not None]
    sys.exit(any(join.worse for join in found) or min(kept, default=1.0) < LEAST_KEPT)


if __name__ == "__main__":
    main()
