"""The known kinds of joins: the end of one take of a world and the beginning of the next.

Each is spoiled in one known way, or not at all; some good ones change because the author wants it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from joinworlds import FRAMES, MEET, World, moved, zoomed

from longtake.media.planes import Planes
from longtake.testing.drift import FAITHFUL, Drift, Shade


@dataclass(frozen=True)
class Kind:
    """One way in which a join is spoiled (or is not).

    `wants` are the verdicts that would be right, empty for a good join; `family` is the group with a
    bar of its own. `before` and `after` spoil the two takes; the second leaves `skip` frames out
    and runs at `speed`; `change` alters all frames by moment, because the author wants it.
    """

    name: str
    wants: tuple[str, ...] = ()
    family: str = "good"
    before: Drift = FAITHFUL
    after: Drift = FAITHFUL
    speed: float = 1.0
    skip: int = 0
    change: str = ""
    crf: int = 18
    moving: bool = False
    first: int = 1


LIGHT = ("exposure", "colour", "flash")
MOVED = ("first frame ignored", "scene changed", "softer")
FADE, BLUR = ("tail fades",), ("tail blurred",)
FROZEN = ("freeze", "duplicate")


def _steady(shade: Shade) -> Drift:
    return Drift(static=shade)


KINDS: tuple[Kind, ...] = (
    Kind("good"),
    Kind("good, made anew", after=Drift(blur=0.45)),
    Kind("good, colour 0.4 % off", after=_steady(Shade(1.002, 1.0, 1.004))),
    Kind("good, crf 26", crf=26),
    Kind("wanted: dusk", change="dusk", family="wanted"),
    Kind("wanted: lamp after", change="lamp after", family="wanted"),
    Kind("wanted: lamp before", change="lamp before", family="wanted"),
    Kind("wanted: pan elsewhere", change="pan", family="wanted"),
    Kind("duplicate", ("duplicate",), "duplicate", moving=True, first=0),
    Kind("freeze 1", FROZEN, "freeze 1", after=Drift(frozen=1), moving=True),
    Kind("freeze 2", FROZEN, "freeze", after=Drift(frozen=2), moving=True),
    Kind("freeze 4", FROZEN, "freeze", after=Drift(frozen=4), moving=True),
    Kind("saturation 3 %", LIGHT, "colour", after=_steady(Shade(saturation=1.03))),
    Kind("saturation 8 %", LIGHT, "colour", after=_steady(Shade(saturation=1.08))),
    Kind("exposure 2 %", LIGHT, "colour", after=_steady(Shade(exposure=1.02))),
    Kind("exposure 5 %", LIGHT, "colour", after=_steady(Shade(exposure=0.95))),
    Kind("warmth 2", LIGHT, "colour", after=_steady(Shade(warmth=2))),
    Kind("contrast 5 %", LIGHT, "colour", after=_steady(Shade(contrast=1.05))),
    Kind("flash", LIGHT, "flash", after=Drift(flash_frame=0, flash_gain=1.12)),
    Kind("flash of frame 4", ("flash",), "flash", after=Drift(flash_frame=4, flash_gain=1.2)),
    Kind("shift 2", MOVED, "geometry", after=Drift(shift=(2, 1))),
    Kind("shift 4", MOVED, "geometry", after=Drift(shift=(-4, 2))),
    Kind("shift 8", MOVED, "geometry", after=Drift(shift=(8, -4))),
    Kind("zoom 1 %", MOVED, "geometry", after=Drift(zoom=1.01)),
    Kind("zoom 2 %", MOVED, "geometry", after=Drift(zoom=1.02)),
    Kind("another place", ("scene changed",), "geometry", change="cut"),
    Kind("soft", ("softer", *MOVED), "softness", after=Drift(blur=1.6)),
    Kind("very soft", ("softer", *MOVED), "softness", after=Drift(blur=3.0)),
    Kind("two left out", ("jump",), "motion", skip=2, moving=True),
    Kind("five left out", ("jump",), "motion", skip=5, moving=True),
    Kind("stop", ("freeze", "jump"), "freeze", speed=0, moving=True),
    Kind("backwards", ("jump",), "motion", speed=-1, moving=True),
    Kind("twice as fast", ("jump",), "motion", speed=2, moving=True),
    Kind(
        "fade to 80 %",
        FADE,
        "fade",
        before=Drift(fade_frames=8, fade_to=0.8),
        after=_steady(Shade(exposure=0.8)),
    ),
    Kind(
        "fade to 50 %",
        FADE,
        "fade",
        before=Drift(fade_frames=8, fade_to=0.5),
        after=_steady(Shade(exposure=0.5)),
    ),
    Kind(
        "blurred end",
        BLUR,
        "blur",
        before=Drift(soft_frames=3, soft_radius=4.0),
        after=Drift(blur=4.0),
    ),
    Kind("bars", ("bars",), "bars", after=Drift(bars=0.12)),
)


def take_before(world: World, kind: Kind) -> list[Planes]:
    """Draw the end of the first take: its last frame shows the moment of meeting."""
    spoiled = _fitted(kind.before, world)
    return [
        spoiled.apply(world.planes(MEET - FRAMES + 1 + k, kind.change), k, FRAMES)
        for k in range(FRAMES)
    ]


def take_after(world: World, kind: Kind, drawn: Callable[[float], Planes]) -> list[Planes]:
    """Draw the beginning of the second take; its frame 0 repeats the moment of meeting."""
    spoiled = _fitted(kind.after, world)
    shown = []
    for k in range(FRAMES):
        place = spoiled.source_frame(k)
        moment = MEET + place * kind.speed + kind.skip * (place > 0)
        planes = drawn(moment)
        shown.append(spoiled.apply(_misplaced(planes, spoiled), k, FRAMES))
    return shown


def _fitted(drift: Drift, world: World) -> Drift:
    """Give a drift in samples of the world's own size."""
    across, down = (part * world.unit for part in drift.shift)
    return replace(
        drift,
        shift=(across, down),
        blur=drift.blur * world.unit,
        soft_radius=drift.soft_radius * world.unit,
    )


def _misplaced(planes: Planes, drift: Drift) -> Planes:
    if drift.zoom == 1 and drift.shift == (0.0, 0.0):
        return planes
    real = [plane.astype(np.float32) for plane in planes]
    real = zoomed(real, drift.zoom) if drift.zoom != 1 else real
    placed = moved(real, drift.shift[0], drift.shift[1])
    y, u, v = (np.clip(np.rint(p), 0, 255).astype(np.uint8) for p in placed)
    return y, u, v
