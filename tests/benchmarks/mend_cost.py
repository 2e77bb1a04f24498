"""What repairs cost: `python tests/benchmarks/mend_cost.py`, CPU seconds, all in one run.

One bought clip of five seconds in the middle of a chain, 1080p, drifting, is brought into a film: it is
scanned, its first frame held against the one it was given, its repairs decided, its last frame handed
on corrected, and its frames decoded, repaired and encoded. Beside it the same clip decoded and encoded
once, by the same encoder. The bar is 1.5 times that. The check that a file is whole is not counted: it
is made of every clip, repaired or not. Of several rounds the least counts: others use the machine, too.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "src")]

from chain_ways import RATE, Provider  # noqa: E402  (the folders above hold what follows)
from chain_worlds import draw_world  # noqa: E402

from longtake.assemble.conform import materials_of  # noqa: E402
from longtake.assemble.render import Shown, clip_frames  # noqa: E402
from longtake.generate.handoff import Handoffs, refuse_ignored_frame  # noqa: E402
from longtake.generate.mending import Neighbours, mended  # noqa: E402
from longtake.media.encode import EncoderSettings, FrameEncoder  # noqa: E402
from longtake.media.frames import measure_clip  # noqa: E402
from longtake.media.normalise import FilmFormat  # noqa: E402
from longtake.media.planes import FilmFrame, planes_of  # noqa: E402
from longtake.media.probe import probe  # noqa: E402
from longtake.media.stills import open_still  # noqa: E402
from longtake.plan.job import ClipJob, EndOf  # noqa: E402
from longtake.seam.ends import EndsReader  # noqa: E402
from longtake.seam.mending import Mending  # noqa: E402
from longtake.seam.pick import pick_out_point  # noqa: E402
from longtake.seam.scan import Scanner  # noqa: E402
from longtake.testing.drift import Drift, Shade  # noqa: E402
from longtake.units import Money, Size  # noqa: E402
from longtake.vault.store import Vault  # noqa: E402
from longtake.vault.take import Take  # noqa: E402

BAR = 1.5
DRIFT = Drift(static=Shade(contrast=1.03, saturation=1.05), ramp=Shade(saturation=1.05))


def main() -> int:
    """Measure, print, and exit 1 above the bar."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--frames", type=int, default=120)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    size, spent = Size.parse(args.size), dict[str, list[float]]()
    with tempfile.TemporaryDirectory(prefix="longtake-bench-") as name:
        for number in range(args.rounds):
            folder = Path(name) / str(number)
            folder.mkdir()
            for step, seconds in _round(size, args.frames, folder).items():
                spent.setdefault(step, []).append(seconds)
    least = {step: min(each) for step, each in spent.items()}
    plain = least.pop("decode and encode once")
    ours = sum(least.values())
    print(f"{args.frames} frames of {size}, CPU s; decode and encode once: {plain:.2f}")
    for step, seconds in least.items():
        print(f"  {step:<44} {seconds:.2f}")
    print(f"  {'all that is ours, with its decode and encode':<44} {ours:.2f}: {ours / plain:.2f}x")
    return 0 if ours <= BAR * plain else 1


def _round(size: Size, frames: int, folder: Path) -> dict[str, float]:
    vault = Vault(folder / "vault")
    vault.open()
    first = draw_world("coast", size)
    before, job = _take(vault, first, "a", frames), _job("b", size, frames)
    hand_on = _handoffs(vault, size)
    sent = hand_on.frame(EndOf("a"), size, {"a": before})
    take = _take(vault, open_still(sent.path), "b", frames)
    seen, scanned = _scan(take.path)
    spent = {"the scan, beside the decode that counts": scanned}
    spent["the look at the first frame"] = _cpu(lambda: refuse_ignored_frame(job, sent, take, seen))
    around = Neighbours(sent.path, before)
    spent["the repairs decided"] = _cpu(lambda: mended(take, job, vault, around, seen))
    take = mended(take, job, vault, around)
    known = Mending.from_json(take.mending)
    assert known is not None and not known.plan.copyable
    plain = _cpu(lambda: hand_on.frame(EndOf("b"), size, {"b": replace(take, mending=None)}))
    corrected = _cpu(lambda: hand_on.frame(EndOf("b"), size, {"b": take}))
    spent["the last frame as PNG, beside a plain one"] = max(0.0, corrected - plain)
    spent["decode, repair and encode"] = _cpu(lambda: _film(take, size))
    spent["decode and encode once"] = _cpu(lambda: _film(replace(take, mending=None), size))
    return spent


def _take(vault: Vault, first: Any, clip: str, frames: int) -> Take:
    part = vault.scratch(clip)
    part.parent.mkdir(parents=True, exist_ok=True)
    Provider(drift=DRIFT, frames=frames).clip(first, part)
    facts = probe(part)
    names = (clip.ljust(64, "0"), clip, clip, "", part, "apimart", "model", "task")
    return vault.add(Take(*names, frames, RATE, facts.size, frames - 1), part)


def _job(clip: str, size: Size, frames: int) -> ClipJob:
    return ClipJob(
        id=clip,
        scene=clip,
        shot=clip,
        offer="apimart/model",
        draws=False,
        resolution="1080p",
        canvas=size,
        seconds=5,
        frames=frames,
        out_frame=frames - 1,
        prompt="",
        camera=(),
        card={},
        first=EndOf("a"),
        last=None,
        price=Money(Decimal(1)),
        parts={},
        recipe=clip,
    )


def _handoffs(vault: Vault, size: Size) -> Handoffs:
    sources = {clip: _job(clip, size, 120) for clip in "ab"}
    return Handoffs(vault, sources, RATE, "auto", "#000000")


def _scan(path: Path) -> tuple[EndsReader, float]:
    """Give the clip's ends, and what the scan adds to the decode that counts its frames anyway."""
    facts = probe(path)
    scanner, ends = Scanner(facts), EndsReader(facts.frames - 1)

    def look(frame: FilmFrame) -> None:
        ends.put(scanner.frames, planes_of(frame))
        scanner.add(frame)

    scanned = _cpu(lambda: (measure_clip(path, look), pick_out_point(scanner.scan().profile)))
    return ends, max(0.0, scanned - _cpu(lambda: measure_clip(path)))


def _film(take: Take, size: Size) -> None:
    material = materials_of({"b": take}, RATE)["b"]
    shown = Shown("b", material, 0, take.frames)
    encoder = FrameEncoder(size, RATE, EncoderSettings.for_quality("normal", RATE))
    for _, frame in clip_frames(shown, FilmFormat(size, RATE), 0, take.frames):
        encoder.put(frame)
    encoder.close()


def _cpu(work: Callable[[], Any]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


if __name__ == "__main__":
    sys.exit(main())
