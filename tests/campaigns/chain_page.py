"""Buy one chain of thirty clips twice, plain and repaired, and show both: `chain.html`.

    python tests/campaigns/chain_page.py --folder /tmp/chain

A real simulator sells the clips over HTTP; each adds about one per cent of contrast and saturation to
the picture it was sent. The page holds the first and the last clip of both films side by side, and the
curves of light, saturation, contrast and sharpness along them.
"""

from __future__ import annotations

import argparse
import base64
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "benchmarks"), str(HERE.parents[1] / "src")]

from chain_worlds import draw_world  # noqa: E402  (the folders above hold what follows)

from longtake.assemble.film import Film  # noqa: E402
from longtake.assemble.seams import ClipLevels, look_at_seams, seam_places  # noqa: E402
from longtake.deliver.page import shown_alone  # noqa: E402
from longtake.deliver.pictures import film_pictures  # noqa: E402
from longtake.deliver.seamcards import ChainCurves, chain_curves  # noqa: E402
from longtake.film import make_film, plan_film  # noqa: E402
from longtake.media.frames import save_png  # noqa: E402
from longtake.project import Project  # noqa: E402
from longtake.standing import find_takes  # noqa: E402
from longtake.testing.serve import Simulator  # noqa: E402
from longtake.units import Size  # noqa: E402
from longtake.wishes import Wishes  # noqa: E402

KEY = "chain-page"
# What a viewer would not name in one clip; thirty of them are another film.
DRIFT = {
    "static": {"exposure": 0.996, "contrast": 1.01, "saturation": 1.008},
    "ramp": {"contrast": 1.005, "saturation": 1.01, "warmth": 0.4},
}
BOARD = """longtake: 1
title: {title}
model: apimart/MiniMax-Hailuo-2.3
resolution: 768p
film: {{size: {size}}}
{repairs}
scenes:
  - id: coast
    start: world.png
    shots:
{shots}
"""
_STYLE = """body { margin: 2rem auto; max-width: 1180px; padding: 0 1rem; font: 15px/1.5 system-ui, sans-serif;
background: #131417; color: #ececE8; } .pair { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; }
figure { margin: 0 0 1rem; } img { display: block; width: 100%; border-radius: 6px; }
figcaption, p { color: #979aa3; } svg { width: 100%; height: 120px; background: #1c1e22; border-radius: 6px; }
polyline { fill: none; stroke: #6fbf98; stroke-width: 2; vector-effect: non-scaling-stroke; }
polyline.plain { stroke: #e0a35c; stroke-dasharray: 5 4; } h1, h2 { font-weight: 620; }"""


def main() -> None:
    """Make both films and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True, help="where films and page go")
    parser.add_argument("--clips", type=int, default=30)
    parser.add_argument("--scale", type=float, default=0.375, help="of 1366x768")
    parser.add_argument("--moves", nargs="+", default=["Static shot"], help="camera words, in turn")
    args = parser.parse_args()
    chain = Chain(args.clips, args.scale, tuple(args.moves))
    folder = args.folder.resolve()
    os.environ |= {"LONGTAKE_HOME": str(folder / "home"), "APIMART_API_KEY": KEY}
    scenario = {"scale": args.scale, "drift": DRIFT, "accounts": {KEY: {"host": "apimart"}}}
    with Simulator(scenario) as sim:
        os.environ["APIMART_API_HOST"] = f"{sim.url}/apimart"
        # Each run mostly waits for the provider: both go at once.
        with ThreadPoolExecutor(2) as pool:
            made_at_once = {
                name: pool.submit(made, folder / name, chain, repairs)
                for name, repairs in (("plain", "repair: off\ncolor: off"), ("repaired", ""))
            }
            films = {name: film.result() for name, film in made_at_once.items()}
    levels = {name: chain_levels(folder / name) for name in films}
    both = [
        replace(one, plain=other.repaired)
        for one, other in zip(levels["repaired"], levels["plain"], strict=True)
    ]
    page = folder / "chain.html"
    page.write_text(written(films, chain_curves(tuple(both))), encoding="utf-8")
    print(page)


@dataclass(frozen=True)
class Chain:
    """How many clips are bought, how large, and how the camera moves in one after the other."""

    clips: int
    scale: float
    moves: tuple[str, ...]


def made(folder: Path, chain: Chain, repairs: str) -> Film:
    """Make the film of one chain."""
    folder.mkdir(parents=True, exist_ok=True)
    size = Size(*(round(side * chain.scale / 2) * 2 for side in (1366, 768)))
    save_png(draw_world("coast", Size(1366, 768)), folder / "world.png")
    shots = "\n".join(
        f'      - {{prompt: "[{chain.moves[clip % len(chain.moves)]}] the coast, {folder.name}, hour {clip}", seconds: 6}}'
        for clip in range(chain.clips)
    )
    text = BOARD.format(title=folder.name, size=size, repairs=repairs, shots=shots)
    (folder / "board.yaml").write_text(text, encoding="utf-8")
    return make_film(folder / "board.yaml", Wishes(agreed=True))


def chain_levels(folder: Path) -> tuple[ClipLevels, ...]:
    """Look at the seams of a film and give the levels along its one chain."""
    board = folder / "board.yaml"
    plan, project = plan_film(board, Wishes()), Project(board)
    places = seam_places(plan.timeline, find_takes(plan, project))
    found = look_at_seams(places, project.scans)
    clean = sum(look.clean for look in found.seams)
    print(f"{folder.name}: {clean} of {len(found.seams)} seams clean")
    return found.chains[0]


def written(films: dict[str, Film], curves: ChainCurves) -> str:
    """Write the page of both films."""
    count = len(next(iter(films.values())).timeline.clips)
    rows = "".join(
        f'<h2>Clip {number}</h2><div class="pair">{_pair(films, number - 1)}</div>'
        for number in (1, count)
    )
    drawn = "".join(
        f"<figure><figcaption>{curve.name}, {curve.low} to {curve.high}</figcaption>"
        f'<svg viewBox="0 0 240 64" preserveAspectRatio="none"><polyline class="plain" '
        f'points="{curve.plain}"/><polyline points="{curve.repaired}"/></svg></figure>'
        for curve in curves.curves
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>A chain of {count} clips</title>'
        f"<style>{_STYLE}</style><h1>A chain of {count} clips</h1><p>Each clip was bought on the last "
        "frame of the one before it, from a model that adds about one per cent of contrast and "
        "saturation each time. Left as bought, right with repairs.</p>"
        f'{rows}<h2>Along the chain</h2><p>dashed: as bought; solid: repaired</p><div class="pair">'
        f"{drawn}</div></html>\n"
    )


def _pair(films: dict[str, Film], clip: int) -> str:
    figures = []
    for name, film in films.items():
        shown, start, end = list(shown_alone(film.timeline))[clip]
        frame = (start + end) // 2
        jpeg = film_pictures(film.path, [frame], 640)[frame]
        link = base64.b64encode(jpeg).decode()
        figures.append(
            f'<figure><img src="data:image/jpeg;base64,{link}" alt="{escape(name)}">'
            f"<figcaption>{escape(name)}, {escape(shown.id)}, film frame {frame}</figcaption></figure>"
        )
    return "".join(figures)


if __name__ == "__main__":
    main()
