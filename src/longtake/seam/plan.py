"""What is to be done to one clip so that its joins are not seen: pure values, hashed.

    frame   0 ... drop ........ drop + settles ............................ last
    drop    xxxxxxx             left out: the picture stands still here
    move            start ----> rest                                        one affine a frame
    colour  start ------------------------------------------------------->  end, frame by frame
    flashes   |  |                                |                         single frames evened out

A plan names frames of the clip itself, at the clip's own rate, and nothing of the film.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from longtake.seam.fit import SAME, ColourMap
from longtake.seam.register import STILL, Move

# Part of every hash: raised when the same plan shall give other pictures. A plan keeps the version it
# was made with, for the next clip was bought on what that showed: older ones must stay readable.
REPAIR_VERSION = 1
# Frames over which a misplaced first frame comes to rest.
SETTLES = 16


@dataclass(frozen=True)
class Bars:
    """Black rows and columns at the edges, as parts of the sides."""

    top: float = 0.0
    bottom: float = 0.0
    left: float = 0.0
    right: float = 0.0

    @property
    def widest(self) -> float:
        """The largest of them."""
        return max(self.top, self.bottom, self.left, self.right)


NO_BARS = Bars()


@dataclass(frozen=True)
class Flash:
    """One frame and the colours that even it out."""

    frame: int
    map: ColourMap


@dataclass(frozen=True)
class RepairPlan:
    """The repairs of one clip, whose out-point is frame `last`; the default repairs nothing.

    `drop` frames are left out at the start. `bars` are filled with the mirror of what stands beside
    them. `start` and `end` are the colours of frames 0 and
    `last`; where they are too small to be seen, `shown` is False and only the handoff frame gets
    them, so that nothing adds up along a chain. `move` places frame `drop`, `rest` all frames from
    `settles` frames later on. `refused` says why no repair would do. `version` is the one of the
    rules it was made by.
    """

    last: int
    drop: int = 0
    start: ColourMap = SAME
    end: ColourMap = SAME
    shown: bool = True
    flashes: tuple[Flash, ...] = ()
    move: Move = STILL
    rest: Move = STILL
    settles: int = SETTLES
    bars: Bars = NO_BARS
    refused: str = ""
    version: int = REPAIR_VERSION

    @property
    def copyable(self) -> bool:
        """Whether the film shows the clip's own frames, untouched; some may be left out."""
        return not self.touched()

    @property
    def sha256(self) -> str:
        """Name the plan by all that shows in the pictures it leads to."""
        facts = self.as_json()
        del facts["refused"]
        written = json.dumps([self.version, facts], sort_keys=True)
        return hashlib.sha256(written.encode()).hexdigest()

    def part(self, low: int, high: int) -> str:
        """Name what shows in frames [low, high): plans that differ elsewhere only are named alike."""
        drifts = self.start != self.end
        colours = [self.start, *((self.end, self.last) if drifts else ())] if self.shown else []
        moves = self.move != self.rest and low < self.drop + self.settles
        facts = [
            self.version,
            [each if isinstance(each, int) else asdict(each) for each in colours],
            [asdict(flash) for flash in self.flashes if low <= flash.frame < high],
            asdict(self.rest),
            [asdict(self.move), self.drop, self.settles] if moves else [],
            asdict(self.bars),
        ]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    def colour(self, frame: int) -> ColourMap:
        """Give what is done to the colours of a frame, flashes left out."""
        if self.start == self.end:
            return self.start
        return self.start.towards(self.end, min(1.0, max(0.0, frame / max(1, self.last))))

    def flash(self, frame: int) -> ColourMap:
        """Give what evens out a frame that flashes; nothing for all others."""
        return next((flash.map for flash in self.flashes if flash.frame == frame), SAME)

    def place(self, frame: int) -> Move:
        """Give where the points of a frame go."""
        share = min(1.0, max(0.0, (frame - self.drop) / max(1, self.settles)))
        if self.move == self.rest or share == 1:
            return self.rest
        return self.move.towards(self.rest, share * share * (3 - 2 * share))

    def touched(self) -> tuple[tuple[int, int], ...]:
        """List the runs [start, end) of frames that must be rendered; no other frame changes."""
        whole = (self.shown and (self.start, self.end) != (SAME, SAME)) or self.rest != STILL
        whole = whole or self.bars != NO_BARS
        if whole:
            return ((self.drop, self.last + 1),)
        frames = {flash.frame for flash in self.flashes if flash.frame >= self.drop}
        if self.move != STILL:
            frames |= set(range(self.drop, min(self.drop + self.settles, self.last + 1)))
        runs: list[tuple[int, int]] = []
        for frame in sorted(frames):
            if runs and runs[-1][1] == frame:
                runs[-1] = (runs[-1][0], frame + 1)
            else:
                runs.append((frame, frame + 1))
        return tuple(runs)

    def as_json(self) -> dict[str, Any]:
        """Write the plan in plain values."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return plain

    @classmethod
    def from_json(cls, written: dict[str, Any]) -> RepairPlan:
        """Read what `as_json` wrote, now or before; raises ValueError for a plan of a later version."""
        facts = dict(written)
        if not 1 <= facts["version"] <= REPAIR_VERSION:
            raise ValueError("a repair plan of a later version")
        for name in ("start", "end"):
            facts[name] = _map(facts[name])
        for name in ("move", "rest"):
            facts[name] = Move(**facts[name])
        facts["bars"] = Bars(**facts["bars"])
        facts["flashes"] = tuple(Flash(f["frame"], _map(f["map"])) for f in facts["flashes"])
        return cls(**facts)


def _map(written: dict[str, Any]) -> ColourMap:
    # By name: a file may hold them in another order.
    red, green, blue = (
        (r, g, b, one) for r, g, b, one in (written[name] for name in ("red", "green", "blue"))
    )
    return ColourMap(red, green, blue)
