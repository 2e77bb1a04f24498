"""Every seam of a film looked at: as its takes were made, and as the film shows them repaired.

`seam_places` decides what there is to look at, and touches nothing; `look_at_seams` decodes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtake.assemble.conform import conform
from longtake.assemble.endscans import (
    EndScans,
    MeasuredEnds,
    TakeEnds,
    ensure_measured,
    measure_ends,
)
from longtake.assemble.material import DrawnMaterial, FileMaterial, Material
from longtake.media.color import Plane
from longtake.media.normalise import FilmFormat
from longtake.media.workers import cores
from longtake.seam.measure import SeamScore, measure_seam
from longtake.seam.mending import Mending
from longtake.seam.scan import Scan
from longtake.seam.verdict import Finding, Judgement, judge, judge_landing
from longtake.timeline import Seam, Timeline, TimelineClip
from longtake.units import Fit, film_frames_until
from longtake.vault.take import Take

# What a difference picture multiplies a difference by, and its grey for none.
AMPLIFIED, GREY = 8, 128
# Frames whose mean stands for a clip's beginning and its end.
_LEVEL_FRAMES = 4


@dataclass(frozen=True)
class SeamPlace:
    """A seam between two takes: seam `number` of the film, whose next clip begins at film frame `at`.

    `trimmed` frames of the film were given up because the tail of the take before it was bad,
    `dropped` because the next take began with a picture that stood still. At a `landing` the take
    before it was asked to end on that picture.
    """

    number: int
    before: TakeEnds
    after: TakeEnds
    at: int
    trimmed: int
    dropped: int
    landing: bool = False

    @property
    def key(self) -> str:
        """Name all that a look at it shows."""
        log = self.after.mending.as_json() if self.after.mending else None
        sides = [f"{ends.clip} {ends.key}" for ends in (self.before, self.after)]
        words = repr([self.number, sides, self.at, self.trimmed, self.dropped, log])
        words += " landing" if self.landing else ""
        return hashlib.sha256(words.encode()).hexdigest()


@dataclass(frozen=True, eq=False)
class SeamView:
    """One way of showing a seam: its numbers, what they mean, and the handoff less the first frame.

    `difference` is luma (rows, columns) uint8: grey where both are alike, amplified where not.
    """

    score: SeamScore
    judgement: Judgement
    difference: Plane


@dataclass(frozen=True)
class BrokenLimit:
    """A measure that is beyond its limit, plain or repaired; None where it does not apply.

    `counts` tells whether it decides, or is only told.
    """

    field: str
    plain: float | None
    repaired: float | None
    limit: float
    words: str
    counts: bool


@dataclass(frozen=True, eq=False)
class SeamLook:
    """What was seen at a seam: as the takes were made, and as the film shows them."""

    place: SeamPlace
    plain: SeamView
    repaired: SeamView

    @property
    def verdict(self) -> str:
        """The word for the seam as the film shows it."""
        return self.repaired.judgement.verdict

    @property
    def clean(self) -> bool:
        """Whether nothing is to be seen at it in the film."""
        return self.repaired.judgement.clean

    @property
    def mended(self) -> bool:
        """Whether repairs made a seam clean that was not."""
        return self.clean and not self.plain.judgement.clean

    @property
    def log(self) -> tuple[Mapping[str, Any], ...]:
        """What was tried on the clip behind the seam, and what became of it."""
        return self.place.after.mending.log if self.place.after.mending else ()

    @property
    def refused(self) -> str:
        """Why no repair would do; empty where one would, or none is needed."""
        return self.place.after.mending.plan.refused if self.place.after.mending else ""

    @property
    def broken(self) -> tuple[BrokenLimit, ...]:
        """All measures beyond their limits, those that count first; what is heard comes last."""
        return tuple(_broken(self.plain, self.repaired))


@dataclass(frozen=True)
class Levels:
    """Light, colour, contrast and sharpness of a few frames, as the profile of a scan measures them."""

    luma: float
    saturation: float
    contrast: float
    sharpness: float


@dataclass(frozen=True)
class ClipLevels:
    """The levels of a clip at its first and its last frames, as made and as shown."""

    clip: str
    plain: tuple[Levels, Levels]
    repaired: tuple[Levels, Levels]


@dataclass(frozen=True)
class FilmSeams:
    """All seams of a film in order, and its chains with the levels of their clips."""

    seams: tuple[SeamLook, ...]
    chains: tuple[tuple[ClipLevels, ...], ...]


@dataclass(frozen=True)
class UnseenSeams:
    """The seams of a film that nobody has looked at yet, and the folder that keeps what is measured."""

    places: tuple[SeamPlace, ...] = ()
    folder: Path = Path()

    @property
    def key(self) -> str:
        """Name all that a look would show, without looking."""
        return hashlib.sha256(" ".join(place.key for place in self.places).encode()).hexdigest()

    def look(self) -> FilmSeams:
        """Look at them; raises MediaError where a take cannot be decoded."""
        return look_at_seams(self.places, self.folder)


def seam_places(
    timeline: Timeline, takes: Mapping[str, Take | Material], fit: Fit = "auto"
) -> tuple[SeamPlace, ...]:
    """List the seams of a planned timeline between the takes that are there, and where they fall.

    Where some takes are missing, film frames are those of the plan there. `fit` is how footage and
    stills come into the film.
    """
    planned = dict(zip((clip.id for clip in timeline.clips), timeline.clips, strict=True))
    blanks = {clip: FileMaterial(Path(clip), "") for clip in planned if clip not in takes}
    conformed = conform(timeline, {**blanks, **takes})
    wanted = dict(zip(planned, conformed.clips, strict=True))
    placed = list(conformed.placed())
    places: list[SeamPlace] = []
    film = FilmFormat(timeline.size, timeline.rate, fit, timeline.background)
    number = 0
    for index, join in enumerate(conformed.joins):
        if not isinstance(join, Seam):
            continue
        number += 1
        before, (at, after) = placed[index][1].id, (placed[index + 1][0], placed[index + 1][1].id)
        ends, behind = (_ends(wanted[clip], takes.get(clip), film) for clip in (before, after))
        if ends is None or behind is None:
            continue
        trimmed, left = 0, takes[before]
        if isinstance(left, Take):
            whole, kept = (
                min(planned[before].end, film_frames_until(frame, left.rate, timeline.rate))
                for frame in (left.frames - 1, left.out_point)
            )
            trimmed = whole - kept
        dropped = wanted[after].start - planned[after].start
        cut = max(0, trimmed), max(0, dropped)
        places.append(SeamPlace(number, ends, behind, at, *cut, join.landing))
    return tuple(places)


def _ends(laid: TimelineClip, shown: Take | Material | None, film: FilmFormat) -> TakeEnds | None:
    """Give a take, footage or a still as a seam meets it; None for what has no frames to look at."""
    if shown is None or isinstance(shown, DrawnMaterial):
        return None
    if isinstance(shown, Take):
        return take_ends(laid.id, shown)
    last, begin = laid.end - 1, laid.start
    return TakeEnds(laid.id, shown.path, shown.sha256, last, None, shown, film, begin)


def count_seams(timeline: Timeline) -> int:
    """Count the seams of a film."""
    return sum(isinstance(join, Seam) for join in timeline.joins)


def take_ends(clip: str, take: Take) -> TakeEnds:
    """Give the take of a clip as a seam meets it."""
    mending = Mending.from_json(take.mending)
    return TakeEnds(clip, take.path, take.sha256, take.out_point, mending)


def look_at_seams(places: tuple[SeamPlace, ...], folder: Path) -> FilmSeams:
    """Look at seams; scans are kept in `folder`, so that only takes never looked at are decoded.

    Memory holds two clips' scans at a time. Raises MediaError where a take cannot be decoded.
    """
    _measure_all({ends.key: ends for ends in _sides(places)}.values(), folder)
    looks: list[SeamLook] = []
    chains: list[list[ClipLevels]] = []
    last: tuple[str, MeasuredEnds] | None = None
    for place in places:
        goes_on = last is not None and last[0] == place.before.key
        before = last[1] if last and goes_on else measure_ends(place.before, folder)
        if not goes_on:
            chains.append([_levels(place.before, before)])
        after = measure_ends(place.after, folder)
        chains[-1].append(_levels(place.after, after))
        looks.append(_look(place, before, after))
        last = (place.after.key, after)
    return FilmSeams(tuple(looks), tuple(map(tuple, chains)))


def _sides(places: Iterable[SeamPlace]) -> Iterator[TakeEnds]:
    for place in places:
        yield place.before
        yield place.after


def _measure_all(sides: Iterable[TakeEnds], folder: Path) -> None:
    """Measure what never was, beside each other: decoding and numpy leave other threads alone."""
    pool = ThreadPoolExecutor(cores())
    try:
        for _ in pool.map(lambda ends: ensure_measured(ends, folder), sides):
            pass
    finally:
        pool.shutdown(cancel_futures=True)


def _look(place: SeamPlace, before: MeasuredEnds, after: MeasuredEnds) -> SeamLook:
    judged = judge_landing if place.landing else judge
    plain = _view(before.plain.tail, after.plain.head, 1, judged)
    if not (place.before.is_mended or place.after.is_mended or place.after.dropped):
        return SeamLook(place, plain, plain)
    # The frame that was sent stands once: behind a lead-in left out, one frame more is gone.
    first = 1 + place.after.dropped
    return SeamLook(place, plain, _view(before.repaired.tail, after.repaired.head, first, judged))


def _view(
    before: Scan, after: Scan, first: int, judged: Callable[[SeamScore], Judgement]
) -> SeamView:
    score = measure_seam(before, after, first=first)
    return SeamView(score, judged(score), _difference(before, after))


def _difference(before: Scan, after: Scan) -> Plane:
    """Give the first frame less the handoff frame, light for lighter, at half the size of a scan."""
    one, other = before.look(before.frames - 1).luma, after.look(0).luma
    if one.shape != other.shape:
        return np.full((90, 160), GREY, np.uint8)
    step = other - one
    rows, columns = (side - side % 2 for side in step.shape)
    pairs = step[:rows:2, :columns] + step[1:rows:2, :columns]
    halved = (pairs[:, 0::2] + pairs[:, 1::2]) / 4
    return np.clip(np.rint(halved * AMPLIFIED + GREY), 0, 255).astype(np.uint8)


def _levels(ends: TakeEnds, measured: MeasuredEnds) -> ClipLevels:
    def both(scans: EndScans, first: int) -> tuple[Levels, Levels]:
        start = slice(first, first + _LEVEL_FRAMES)
        return _level(scans.head, start), _level(scans.tail, slice(-_LEVEL_FRAMES, None))

    return ClipLevels(ends.clip, both(measured.plain, 0), both(measured.repaired, ends.dropped))


def _level(scan: Scan, part: slice) -> Levels:
    profile = scan.profile

    def mean(curve: NDArray[np.float32]) -> float:
        return float((curve[part] if len(curve[part]) else curve[-1:]).mean())

    return Levels(
        *map(mean, (profile.luma, profile.saturation, profile.contrast, profile.sharpness))
    )


def _broken(plain: SeamView, repaired: SeamView) -> Iterator[BrokenLimit]:
    found: dict[str, Finding] = {}
    for view in (repaired, plain):
        for finding in (*view.judgement.findings, *view.judgement.sound):
            found.setdefault(finding.field, finding)
    order = sorted(found.values(), key=lambda finding: not finding.counts)
    for finding in order:
        field = finding.field
        values = _value(plain.score, field), _value(repaired.score, field)
        yield BrokenLimit(field, *values, finding.limit, finding.words, finding.counts)


def _value(score: SeamScore, field: str) -> float | None:
    """Read the value that a finding of a field would have."""
    if field in ("level_db", "click"):
        return float(getattr(score.sound, field)) if score.sound else None
    if field == "freeze_frames":
        return None if score.repeated is None else float(score.repeated)
    if field == "flash_frames":
        return float(len(score.flash_frames))
    value = getattr(score, field)
    return None if value is None else abs(float(value)) if field == "flash" else float(value)
