"""Clips and one film with every kind of join, made once for all tests of the assembler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from longtake.assemble.film import Film, Workshop, assemble_film
from longtake.assemble.material import Material
from longtake.cues import CueSheet
from longtake.timeline import Cut, Join, Seam, Timeline, TimelineClip, Transition
from longtake.units import FrameRate, Size
from synthetic import Clip, Making, Sound, Still, make_chain, make_clip, make_still

RATE, SIZE = FrameRate.parse(24), Size(160, 96)


@dataclass(frozen=True)
class Reel:
    """Clips by name, and how to make a film of them."""

    clips: Mapping[str, Clip | Still]

    @property
    def materials(self) -> dict[str, Material]:
        return {name: clip.material for name, clip in self.clips.items()}

    def film(self, timeline: Timeline, folder: Path, **how: Any) -> Film:
        """Assemble into `folder`, whose pieces are kept between calls; nothing is copied."""
        workshop = how.pop("workshop", Workshop(folder / "work", workers=1, copies=False))
        path = folder / "film.mp4"
        return assemble_film(timeline, self.materials, path, workshop=workshop, **how)


def timeline_of(places: list[TimelineClip], joins: list[Join], **more: Any) -> Timeline:
    """A timeline in the tests' format."""
    return replace(Timeline(RATE, SIZE, tuple(places), tuple(joins)), **more)


@pytest.fixture(scope="session")
def reel(tmp_path_factory: pytest.TempPathFactory) -> Reel:
    """Two chained clips, one of five seconds, eight short ones, a still."""
    folder = tmp_path_factory.mktemp("reel")
    hum = Sound(hum=0.2)
    chain = make_chain(folder, 1, 2, 48, sound=hum)
    clips: dict[str, Clip | Still] = {"a1": chain[0], "a2": chain[1]}
    clips["long"] = make_clip(folder / "long.mp4", 2, 120, sound=Sound(44_100, 1))
    for scene in range(3, 11):
        sound = hum if scene % 2 else None
        clips[f"c{scene}"] = make_clip(folder / f"c{scene}.mp4", scene, 36, sound=sound)
    clips["still"] = make_still(folder / "still.png", 11)
    clips["screen"] = make_clip(folder / "screen.mp4", 12, 60, making=Making(size=(320, 192)))
    return Reel(clips)


def all_joins() -> Timeline:
    """Every kind of join, with and without handles; a still; a part of footage; fades at both ends."""
    joins: dict[str, Join | None] = {
        "a1": Seam(),
        "a2": Cut(),
        "long": Transition("dissolve", 12),
        "c3": Transition("dip", 9, colour="#ff0000"),
        "c4": Transition("wipe", 8, direction="left"),
        "c5": Transition("wipe", 8, direction="right"),
        "c6": Transition("wipe", 8, direction="up"),
        "c7": Transition("wipe", 8, direction="down"),
        "c8": Transition("xfade", 8, name="fade"),
        "still": Transition("xfade", 8, name="wipeleft"),
        "c9": Transition("xfade", 8, name="circleopen"),
        "screen": Cut(),
        "c10": None,
    }
    lengths = {"a1": 48, "a2": 48, "long": 120, "still": 30}
    places = []
    for name in joins:
        end = lengths.get(name, 36)
        place = TimelineClip(name, f"scene {name[:1]}", 0, end)
        places.append(place)
    handles = {"long": (0, 100, 0, 20), "c4": (4, 30, 4, 6), "screen": (10, 50, 10, 10)}
    for name, (start, end, head, tail) in handles.items():
        index = list(joins).index(name)
        place = replace(places[index], start=start, end=end, head=head, tail=tail)
        places[index] = place
    kinds = [join for join in joins.values() if join]
    return timeline_of(places, kinds, fade_in=10, fade_out=60, background="#203040")


@pytest.fixture(scope="session")
def all_joins_film(reel: Reel, tmp_path_factory: pytest.TempPathFactory) -> Film:
    """The film of `all_joins`, assembled once."""
    folder = tmp_path_factory.mktemp("all-joins")
    cues = CueSheet(chapters=(("scene a", "The first"), ("scene l", "The <long> one")))
    workshop = Workshop(folder / "work", workers=2, copies=False)
    return reel.film(all_joins(), folder, workshop=workshop, cues=cues, title="All joins")
