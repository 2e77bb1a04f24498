"""Seeded joins of known kinds: how many are found, and how many good ones are called bad.

python tests/benchmarks/joins.py [--joins 1000] [--seed 1] [--workers 2] [--list]
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "src")]

import joinkinds  # noqa: E402  (the folder above holds them)
import joinworlds as worlds  # noqa: E402

from longtake.media.clipwriter import write_clip  # noqa: E402
from longtake.media.planes import Planes  # noqa: E402
from longtake.seam.measure import SeamScore, measure_seam  # noqa: E402
from longtake.seam.pick import pick_out_point  # noqa: E402
from longtake.seam.scan import Scan, scan_clip  # noqa: E402
from longtake.seam.verdict import Finding, judge  # noqa: E402
from longtake.units import FrameRate, Size  # noqa: E402

RATE = FrameRate.parse("24")
A_WORLD = 12
STRICT = ("geometry", "fade", "blur", "freeze")
GOOD = ("good", "wanted")
BARS = {"found": 0.85, "false": 0.05, "strict": 0.99}


@dataclass(frozen=True)
class Outcome:
    """What was said of one join, and on which grounds."""

    world: str
    kind: str
    family: str
    wants: tuple[str, ...]
    verdict: str
    findings: tuple[Finding, ...]
    score: SeamScore
    trimmed: int

    @property
    def found(self) -> bool:
        """Whether a bad join was called bad, for whatever reason."""
        return self.verdict != "clean"

    @property
    def named(self) -> bool:
        """Whether one of the findings is a right one."""
        return any(finding.verdict in self.wants for finding in self.findings if finding.counts)


@dataclass(frozen=True)
class Table:
    """Rates per kind and family, and the bars."""

    outcomes: tuple[Outcome, ...]

    def share(self, *families: str) -> float:
        """Give the share called bad among the joins of these families (all bad ones if none)."""
        chosen = [
            o.found
            for o in self.outcomes
            if (o.family in families if families else o.family not in GOOD)
        ]
        return sum(chosen) / len(chosen) if chosen else float("nan")

    def lines(self) -> Iterator[str]:
        """Write the table."""
        rows: dict[str, list[Outcome]] = defaultdict(list)
        for outcome in self.outcomes:
            rows[outcome.kind].append(outcome)
        yield "| kind | joins | called bad | rightly named |"
        yield "|---|---|---|---|"
        for kind in joinkinds.KINDS:
            of = rows.get(kind.name, [])
            if of:
                bad, named = (
                    sum(o.found for o in of) / len(of),
                    sum(o.named for o in of) / len(of),
                )
                right = f"{named:.0%}" if kind.wants else ""
                yield f"| {kind.name} | {len(of)} | {bad:.0%} | {right} |"
        yield ""
        yield "| bar | reached | wanted |"
        yield "|---|---|---|"
        yield f"| bad joins found | {self.share():.1%} | >= {BARS['found']:.0%} |"
        yield f"| false alarms | {self.share(*GOOD):.1%} | <= {BARS['false']:.0%} |"
        for family in STRICT:
            yield f"| {family} | {self.share(family):.1%} | >= {BARS['strict']:.0%} |"

        yield ""
        yield "| end of the first take | takes | kept whole | frames trimmed: least, median, most |"
        yield "|---|---|---|---|"
        for name, families in (("clean", GOOD), ("fades", ("fade",)), ("blurred", ("blur",))):
            cut = sorted(o.trimmed for o in self.outcomes if o.family in families)
            if cut:
                kept = f"{cut.count(0) / len(cut):.0%}"
                yield f"| {name} | {len(cut)} | {kept} | {cut[0]}, {cut[len(cut) // 2]}, {cut[-1]} |"

    @property
    def reached(self) -> bool:
        """Whether all bars are reached; a family that did not come up counts as reached."""
        strict = [self.share(family) for family in STRICT]
        return (
            not self.share() < BARS["found"]
            and not self.share(*GOOD) > BARS["false"]
            and not any(share < BARS["strict"] for share in strict)
        )


def run(joins: int, seed: int, workers: int, size: Size = worlds.SIZE) -> Table:
    """Draw, encode, scan, measure and judge so many joins."""
    orders = list(orders_of(joins, seed, size))
    if workers <= 1:
        return Table(tuple(o for order in orders for o in judge_world(order)))
    with ProcessPoolExecutor(workers) as pool:
        return Table(tuple(o for found in pool.map(judge_world, orders) for o in found))


Order = tuple[worlds.World, tuple[joinkinds.Kind, ...]]


def judge_world(order: Order) -> list[Outcome]:
    """Make and judge all joins of one world."""
    world, kinds = order
    with tempfile.TemporaryDirectory() as folder:
        scans: dict[tuple[object, ...], Scan] = {}
        return [_outcome(world, kind, Path(folder), scans) for kind in kinds]


def orders_of(joins: int, seed: int, size: Size) -> Iterator[Order]:
    """Deal worlds and kinds so that all motions meet all kinds, a third of the joins good."""
    chance = random.Random(seed)
    good = [kind for kind in joinkinds.KINDS if kind.family in GOOD]
    bad = [kind for kind in joinkinds.KINDS if kind.family not in GOOD]
    left, number = joins, 0
    deck: list[joinkinds.Kind] = []
    while left > 0:
        motion = worlds.MOTIONS[number % len(worlds.MOTIONS)]
        world = worlds.World(motion, chance.choice(worlds.TEXTURES), chance.randrange(10**6), size)
        chosen = chance.sample(good, 4)
        while len(chosen) < A_WORLD:
            deck = deck or chance.sample(bad, len(bad))
            kind = deck.pop()
            if world.moves or not kind.moving:
                chosen.append(kind)
        yield world, tuple(chosen[: min(left, A_WORLD)])
        left -= A_WORLD
        number += 1


def _outcome(
    world: worlds.World, kind: joinkinds.Kind, folder: Path, scans: dict[tuple[object, ...], Scan]
) -> Outcome:
    change = kind.change if kind.change != "cut" else ""
    first = ("before", change, kind.before, kind.crf)
    if first not in scans:
        scans[first] = _scanned(joinkinds.take_before(world, kind), folder, kind.crf)

    @cache
    def drawn(moment: float) -> Planes:
        return world.planes(moment, kind.change)

    after = _scanned(joinkinds.take_after(world, kind, drawn), folder, kind.crf)
    score = measure_seam(scans[first], after, first=kind.first)
    judged = judge(score)
    return Outcome(
        world=str(world),
        kind=kind.name,
        family=kind.family,
        wants=kind.wants,
        verdict=judged.verdict,
        findings=judged.findings,
        score=score,
        trimmed=pick_out_point(scans[first].profile).trimmed,
    )


def _scanned(frames: list[Planes], folder: Path, crf: int) -> Scan:
    path = folder / "take.mp4"
    height, width = frames[0][0].shape
    size = Size(width, height)
    write_clip(frames, path, size=size, rate=RATE, crf=crf, preset="veryfast", threads=1)
    return scan_clip(path)


def main() -> None:
    """Run the benchmark and print its table; exit code 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--joins", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--list", action="store_true", help="print the joins judged wrongly")
    asked = parser.parse_args()
    table = run(asked.joins, asked.seed, asked.workers)
    print("\n".join(table.lines()))
    for outcome in table.outcomes if asked.list else ():
        if outcome.found == (outcome.family in GOOD):
            signs = "; ".join(f"{f.field} {f.value:.3f} > {f.limit:.3f}" for f in outcome.findings)
            print(f"{outcome.kind:22} {outcome.world:26} {signs}")
    sys.exit(0 if table.reached else 1)


if __name__ == "__main__":
    main()
