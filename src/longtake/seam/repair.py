"""Decide how a clip is repaired, and keep only what helps: from both its ends to a plan.

Nothing here sees a whole picture's statistics: colours are compared where the same thing is seen. A
pan into another place is no drift.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from longtake.media.planes import SmallPlanes
from longtake.seam.ends import ClipEnds
from longtake.seam.faults import find_bars, find_flashes, still_lead_in
from longtake.seam.fit import SAME, ColourMap, Fit, colour_cells, fit_colour, limited
from longtake.seam.harm import Change, Score, Weighing, seam_measures
from longtake.seam.lab import delta_e, to_lab
from longtake.seam.plan import Bars, RepairPlan
from longtake.seam.register import Move, Registration, register

Real = NDArray[np.float32]

# A first frame is misplaced beyond so many samples of the working size.
_MISPLACED = 0.35
# Beyond these it cannot be brought to rest without being seen: parts of a side, and of its size.
_FARTHEST, _LARGEST = 0.06, 0.08
_THIN_BAR = 0.02
# Mean distance in Lab from which a correction is seen, and below which it is only noise.
_SEEN, _NOISE = 0.30, 0.005
_MOST_START, _MOST_TRACK = 12.0, 2.0
# On the way to an approved picture: over a clip of five seconds a twentieth of it a frame, unseen.
_MOST_ANCHOR = 6.0
_LEAST_SHARE, _LEAST_OVERLAP = 0.35, 0.3
# Median difference of the cells that no change of colour explains.
_ANOTHER = 9.0


@dataclass(frozen=True)
class Switches:
    """What the author lets us do to a clip."""

    color: Literal["off", "match", "match+track"] = "match+track"
    lighting: Literal["constant", "changes"] = "constant"
    repair: Literal["on", "off"] = "on"

    @property
    def track(self) -> bool:
        """Whether a drift within the clip is taken back."""
        return self.color == "match+track" and self.lighting == "constant"


@dataclass(frozen=True)
class Repair:
    """A plan, and for each part that was weighed what it did to the seam."""

    plan: RepairPlan
    log: tuple[Change, ...] = ()


def plan_repair(
    ends: ClipEnds, switches: Switches = Switches(), score: Score | None = None
) -> Repair:
    """Decide the repairs of one clip; a part is kept only if the seam gets better and nothing worse.

    `score` measures a seam from the frames before and after it, at working size; without one, our
    own few measures decide. A plan whose `refused` is set repairs nothing: another take is needed.
    """
    nothing = RepairPlan(ends.last)
    if switches.repair == "off" or len(ends.head) < 2:
        return Repair(nothing)
    placed = _placing(ends)
    if isinstance(placed, str):
        return Repair(replace(nothing, refused=placed))
    if "bars" in placed or "rest" in placed:
        # Bars are seen, whatever the seam measures.
        nothing = replace(nothing, **placed)
        placed = {}
    measures = score or (lambda before, after: seam_measures(before, after, ends.sampling))
    weighing = Weighing(ends, nothing, measures)
    # In this order: each is found on what the ones before it leave.
    if switches.lighting == "constant" and ends.front:
        flashes = find_flashes(ends)
        weighing.add("flash", {"flashes": flashes} if flashes else {})
    weighing.add("place", placed)
    if placed and weighing.plan.move != placed["move"]:
        # Enlarging softens, and so changes the colours a little: the match may take that back.
        colours = _colours(ends, switches, replace(weighing.plan, **placed))
        weighing.add("place and colour", {**placed, **colours, "shown": True} if colours else {})
    if weighing.plan.start == SAME:
        _match(ends, switches, weighing)
    _lead_back(ends, switches, weighing)
    # A clip that begins afresh may begin with a pause: nothing was there to repeat.
    drop = still_lead_in(ends) if ends.front else 0
    weighing.add("lead-in", {"drop": drop} if drop else {})
    return Repair(weighing.plan, tuple(weighing.log))


def _placing(ends: ClipEnds) -> dict[str, Any] | str:
    """Give where the first frame and all later ones must go, or why no move would do."""
    if ends.sent is None or ends.sent[0].shape != ends.head[0][0].shape:
        return {}
    found = register(ends.sent[0], ends.head[0][0])
    bars = find_bars(ends)
    if bars.widest:
        return _without_bars(bars, found)
    if not found.sure or _typical(found.move, ends) < _MISPLACED:
        return {}
    # The middle and the size of the picture tell how far it would have to travel.
    way = max(abs(found.move.dx), abs(found.move.dy))
    grown = max(abs(found.move.xx - 1), abs(found.move.yy - 1))
    if way > _FARTHEST or grown > _LARGEST:
        return f"begins on another frame than it was given (moved {way:.0%}, zoomed {grown:.0%})"
    return {"move": found.move}


def _without_bars(bars: Bars, found: Registration) -> dict[str, Any] | str:
    """Enlarge a picture that was squeezed between bars; fill thin bars; refuse others."""
    if found.sure and _covers(found.move, bars):
        return {"move": found.move, "rest": found.move}
    if bars.widest > _THIN_BAR:
        return f"shows black bars over {bars.widest:.0%} of the picture"
    return {"bars": bars}


def _covers(move: Move, bars: Bars) -> bool:
    """Tell whether a move pushes the bars out of the picture."""
    inner = np.array(
        [
            [bars.left - 0.5, bars.left - 0.5, 0.5 - bars.right, 0.5 - bars.right],
            [bars.top - 0.5, 0.5 - bars.bottom, bars.top - 0.5, 0.5 - bars.bottom],
            [1.0] * 4,
        ]
    )
    corners = np.abs((move.matrix @ inner)[:2])
    return bool(corners.min() >= 0.494)


def _typical(move: Move, ends: ClipEnds) -> float:
    """Give how far the points of the picture go on average, in samples."""
    height, width = ends.head[0][0].shape
    grid = np.linspace(-0.45, 0.45, 7)
    x, y = (axis.ravel() for axis in np.meshgrid(grid, grid))
    ways = (move.matrix @ np.stack([x, y, np.ones(x.size)]))[:2] - np.stack([x, y])
    return float(np.hypot(ways[0] * width, ways[1] * height).mean())


def _colours(ends: ClipEnds, switches: Switches, plan: RepairPlan) -> dict[str, Any]:
    """Fit the colours of the first frame, and of the last one, to the picture sent."""
    if switches.color == "off":
        return {}
    first = plan.flash(0).on(colour_cells(ends.head[0], ends.sampling, plan.move))
    start = _start(ends, first)
    end = start
    if switches.track and ends.last >= 8:
        last = colour_cells(ends.tail[-1], ends.sampling)
        end = start.then(_track(ends, plan, start, last))
    reach = max(_reach(start, first), _reach(end, first))
    if reach < _NOISE:
        return {}
    return {"start": start, "end": end, "shown": reach >= _SEEN}


def _match(ends: ClipEnds, switches: Switches, weighing: Weighing) -> None:
    """Match the colours of both ends; where the seam gains nothing by it, take back the drift alone.

    A drift that stays would be handed on, and add up along the chain.
    """
    plan = weighing.plan
    facts = _colours(ends, switches, plan)
    weighing.add("colour", facts)
    if weighing.plan is not plan or not facts or not switches.track or ends.last < 8:
        return
    # Of the way to the picture sent, what was just found wanting is a part.
    target = plan.flash(0).on(colour_cells(ends.head[0], ends.sampling))
    led = _led(ends, ends.head[0], target, SAME)
    if isinstance(led, str):
        return
    end = limited(led.fit.map, colour_cells(ends.tail[-1], ends.sampling), _MOST_TRACK)
    without, held = _apart(led.seen, target), _apart(end.on(led.seen), target)
    if held < without - _NOISE:
        shown = _reach(end, colour_cells(ends.head[0], ends.sampling)) >= _SEEN
        weighing.add("drift", {"end": end, "shown": shown}, asked=("drift_de", without, held))


def _start(ends: ClipEnds, first: Real) -> ColourMap:
    if ends.sent is None or ends.sent[0].shape != ends.head[0][0].shape:
        return SAME
    fit = fit_colour(first, colour_cells(ends.sent, ends.sampling))
    if fit is None or not _believed(fit):
        return SAME
    return limited(fit.map, first, _MOST_START)


def _track(ends: ClipEnds, plan: RepairPlan, start: ColourMap, last: Real) -> ColourMap:
    """Fit the last frame to how the clip ought to begin where both see the same, if they see enough."""
    shown, target = _goal(ends, plan, start)
    led = _led(ends, shown, target, start)
    return SAME if isinstance(led, str) else limited(led.fit.map, last, _MOST_TRACK)


def _goal(ends: ClipEnds, plan: RepairPlan, start: ColourMap) -> tuple[SmallPlanes, Real]:
    """Give a picture and its colours, in which the clip is to end: the one sent, else its first frame.

    An encoder's first frame is no goal where there is a better one: it is coded coarser than those
    behind it, and what it lost of the colours every clip of a chain would lose again.
    """
    if ends.sent is not None and ends.sent[0].shape == ends.tail[-1][0].shape:
        return ends.sent, colour_cells(ends.sent, ends.sampling)
    whole = plan.flash(0).then(start)
    return ends.head[0], whole.on(colour_cells(ends.head[0], ends.sampling))


def _lead_back(ends: ClipEnds, switches: Switches, weighing: Weighing) -> None:
    """Let the clip end in the colours of its anchor, if it shows enough of the same; logged anyway.

    It glides there from the colours it begins with: the seam in front of it stays as it is.
    """
    if ends.anchor is None or switches.color == "off" or switches.lighting == "changes":
        return
    start, target = weighing.plan.start, colour_cells(ends.anchor, ends.sampling)
    led = _led(ends, ends.anchor, target, start) if ends.last >= 8 else "the clip is too short"
    if isinstance(led, str):
        weighing.leave("anchor", led)
        return
    way = limited(led.fit.map, start.on(colour_cells(ends.tail[-1], ends.sampling)), _MOST_ANCHOR)
    end = start.then(way)
    without, led_back = (_apart(each.on(led.seen), target) for each in (weighing.plan.end, end))
    if led_back > without - _NOISE:
        weighing.leave("anchor", "the clip ends in its colours already")
        return
    reach = max(_reach(each, colour_cells(ends.head[0], ends.sampling)) for each in (start, end))
    weighing.add(
        "anchor", {"end": end, "shown": reach >= _SEEN}, asked=("anchor_de", without, led_back)
    )


@dataclass(frozen=True, eq=False)
class _Led:
    """A fit of the last frame to another picture, and its own cells where that picture has them."""

    fit: Fit
    seen: Real


def _led(ends: ClipEnds, shown: SmallPlanes, target: Real, start: ColourMap) -> _Led | str:
    """Fit the last frame to the colours of another picture of the same place, or say why not."""
    tail = ends.tail[-1]
    if shown[0].shape != tail[0].shape:
        return "it is of another size"
    found = register(shown[0], tail[0], far=True)
    if not found.sure:
        return "the clip ends on something else"
    seen = colour_cells(tail, ends.sampling, found.move)
    if np.isfinite(seen).all(-1).mean() < _LEAST_OVERLAP:
        return "the clip ends on too little of the same"
    fit = fit_colour(start.on(seen), target)
    if fit is None or not _believed(fit):
        return "no change of colours leads there"
    return _Led(fit, seen)


def _believed(fit: Fit) -> bool:
    # Where only the codec's rounding differs, the fit moves the mean and leaves the noise as it is.
    gains = fit.after <= fit.before + 0.03
    return fit.share >= _LEAST_SHARE and gains and fit.after < _ANOTHER


def _apart(colours: Real, target: Real) -> float:
    whole = np.isfinite(colours).all(-1)
    return float(np.median(delta_e(to_lab(colours[whole]), to_lab(target[whole]))))


def _reach(colours: ColourMap, cells: Real) -> float:
    seen = cells[np.isfinite(cells).all(-1)]
    return float(np.median(delta_e(to_lab(seen), to_lab(colours.on(seen)))))
