"""What the report shows of seams: cards of those worth a look, and curves along every chain."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields

from PIL import Image

from longtake.assemble.seams import AMPLIFIED, BrokenLimit, ClipLevels, FilmSeams, Levels, SeamLook
from longtake.deliver.page import Moment, moment_at
from longtake.deliver.wording import frames_words
from longtake.media.color import Plane
from longtake.timeline import Timeline

# A page of more pictures, or of more curves, is read by nobody.
MOST_CARDS, MOST_CHAINS = 40, 12
# Film frames shown of each side.
_SIDE = 4
# The size of a curve's picture, and the least its axis spans: noise must not look like drift.
_WIDTH, _HEIGHT, _EDGE = 240.0, 64.0, 4.0
_LEAST_SPAN = {"luma": 8.0, "saturation": 4.0, "contrast": 6.0}
_LEAST_SHARE = 0.3
_UNITS = {
    "luma": "mean, in codes",
    "saturation": "mean distance from grey",
    "contrast": "spread, in codes",
    "sharpness": "variance of the Laplacian",
}


@dataclass(frozen=True)
class NumberRow:
    """A measure beyond its limit, as bought and as repaired."""

    field: str
    plain: str
    repaired: str
    limit: str
    words: str
    counts: bool


@dataclass(frozen=True)
class ChangeRow:
    """A part of the repair, whether it was kept, and why; the measures it moved most."""

    part: str
    kept: bool
    why: str
    moved: str


@dataclass(frozen=True)
class SeamWords:
    """What there is to say of a seam: its verdict, what it `was` as bought, and the numbers behind them."""

    verdict: str
    was: str
    clean: bool
    numbers: tuple[NumberRow, ...]
    heard: tuple[str, ...]
    changes: tuple[ChangeRow, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class SeamCard(SeamWords):
    """One seam: frames of both sides and difference pictures as JPEG files, besides its words."""

    number: int
    before: str
    after: str
    timecode: str
    look_s: str
    left: tuple[Moment, ...]
    right: tuple[Moment, ...]
    plain_difference: bytes
    difference: bytes


@dataclass(frozen=True)
class Curve:
    """One measure along a chain as two lines of SVG points, between the values `low` and `high`."""

    name: str
    unit: str
    plain: str
    repaired: str
    low: str
    high: str


@dataclass(frozen=True)
class ChainCurves:
    """All curves of a chain."""

    first: str
    last: str
    clips: int
    curves: tuple[Curve, ...]


@dataclass(frozen=True)
class SeamSection:
    """All that the report shows of a film's seams; `left_out` seams and chains have no pictures."""

    totals: tuple[tuple[str, str], ...]
    cards: tuple[SeamCard, ...]
    left_out: int
    chains: tuple[ChainCurves, ...]
    chains_left_out: int
    amplified: int = AMPLIFIED
    width: str = f"{_WIDTH:g}"
    height: str = f"{_HEIGHT:g}"

    @property
    def frames(self) -> tuple[int, ...]:
        """The film frames that the cards show, each once."""
        sides = (frame.frame for card in self.cards for frame in (*card.left, *card.right))
        return tuple(dict.fromkeys(sides))


def seam_section(found: FilmSeams, timeline: Timeline) -> SeamSection:
    """Choose the worst seams and the longest chains, and say what there is to say of them."""
    worst = sorted(found.seams, key=_badness, reverse=True)[:MOST_CARDS]
    shown = sorted(worst, key=lambda look: look.place.number)
    longest = sorted(found.chains, key=len, reverse=True)[:MOST_CHAINS]
    chains = [chain for chain in found.chains if chain in longest]
    return SeamSection(
        totals=tuple(_totals(found)),
        cards=tuple(_card(look, timeline) for look in shown),
        left_out=len(found.seams) - len(shown),
        chains=tuple(map(chain_curves, chains)),
        chains_left_out=len(found.chains) - len(chains),
    )


def _badness(look: SeamLook) -> tuple[bool, bool, int, float]:
    counted = sum(each.counts for each in look.broken)
    return not look.clean, look.mended, counted, look.repaired.score.handoff_de


def _totals(found: FilmSeams) -> Iterator[tuple[str, str]]:
    looks = found.seams
    verdicts = Counter(look.verdict for look in looks if not look.clean)
    mended = sum(look.mended for look in looks)
    clean = sum(look.clean for look in looks)
    yield "seams", f"{len(looks):,}"
    yield "clean", f"{clean:,}" + (f", {mended:,} by repair" if mended else "")
    if verdicts:
        yield "to be seen", ", ".join(f"{count:,} {word}" for word, count in verdicts.most_common())
    for name, count in (
        ("trimmed", sum(look.place.trimmed for look in looks)),
        ("left out", sum(look.place.dropped for look in looks)),
    ):
        if count:
            yield name, frames_words(count)


def seam_words(look: SeamLook) -> SeamWords:
    """Say what was seen at a seam."""
    plain = look.plain.judgement.verdict
    return SeamWords(
        verdict=look.verdict,
        was=plain if plain != look.verdict else "",
        clean=look.clean,
        numbers=tuple(map(_number_row, look.broken)),
        heard=tuple(finding.words for finding in look.repaired.judgement.sound),
        changes=tuple(_changes(look)),
        notes=tuple(_notes(look)),
    )


def _card(look: SeamLook, timeline: Timeline) -> SeamCard:
    place, rate = look.place, timeline.rate
    left = range(max(0, place.at - _SIDE), place.at)
    right = range(place.at, min(timeline.frames, place.at + _SIDE))
    return SeamCard(
        **vars(seam_words(look)),
        number=place.number,
        before=place.before.clip,
        after=place.after.clip,
        timecode=rate.timecode(place.at),
        look_s=f"{max(0.0, float(rate.seconds(place.at)) - 1):.4f}",
        left=_moments(timeline, place.before.clip, left),
        right=_moments(timeline, place.after.clip, right),
        plain_difference=_jpeg(look.plain.difference),
        difference=_jpeg(look.repaired.difference),
    )


def _moments(timeline: Timeline, clip: str, frames: range) -> tuple[Moment, ...]:
    return tuple(moment_at(timeline, f"film frame {frame}, {clip}", frame) for frame in frames)


def _number_row(each: BrokenLimit) -> NumberRow:
    values = (_value(each.plain), _value(each.repaired), _value(each.limit))
    return NumberRow(each.field, *values, each.words, each.counts)


def _value(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f}" if value == int(value) else f"{value:.2f}"


def _changes(look: SeamLook) -> Iterator[ChangeRow]:
    for change in look.log:
        before, after = change["before"], change["after"]
        both = [
            (name, before[name], after[name])
            for name in before
            if before[name] is not None and after.get(name) is not None
        ]
        moved = [
            f"{name} {_value(was)} → {_value(now)}"
            for name, was, now in both
            if _value(was) != _value(now)
        ]
        yield ChangeRow(change["part"], bool(change["kept"]), change["why"], ", ".join(moved))


def _notes(look: SeamLook) -> Iterator[str]:
    if look.place.trimmed:
        yield f"{frames_words(look.place.trimmed)} of a bad tail trimmed before it"
    if look.place.dropped:
        yield f"{frames_words(look.place.dropped)} that stood still left out behind it"
    if look.refused:
        yield f"no repair would do: {look.refused}"


def _jpeg(difference: Plane) -> bytes:
    file = io.BytesIO()
    Image.fromarray(difference).save(file, "JPEG", quality=80)
    return file.getvalue()


def chain_curves(chain: tuple[ClipLevels, ...]) -> ChainCurves:
    """Draw the levels of a chain's clips as curves."""
    curves = tuple(_curve(chain, field.name) for field in fields(Levels))
    return ChainCurves(chain[0].clip, chain[-1].clip, len(chain), curves)


def _curve(chain: tuple[ClipLevels, ...], name: str) -> Curve:
    plain = [float(getattr(end, name)) for clip in chain for end in clip.plain]
    repaired = [float(getattr(end, name)) for clip in chain for end in clip.repaired]
    low, high = min(plain + repaired), max(plain + repaired)
    least = _LEAST_SPAN.get(name, _LEAST_SHARE * high)
    if high - low < least:
        middle = (low + high) / 2
        low, high = max(0.0, middle - least / 2), middle + least / 2
    span = max(high - low, 1e-6)

    def points(values: list[float]) -> str:
        return " ".join(f"{_across(at, len(chain)):.1f},{_down(v, low, span):.1f}"
                        for at, v in enumerate(values))  # fmt: skip

    return Curve(name, _UNITS[name], points(plain), points(repaired), f"{low:.0f}", f"{high:.0f}")


def _across(end: int, clips: int) -> float:
    """Place a clip's start and its end: a little apart from its neighbours', so that steps show."""
    clip, is_end = divmod(end, 2)
    return _EDGE + (_WIDTH - 2 * _EDGE) * (clip + (0.92 if is_end else 0.08)) / clips


def _down(value: float, low: float, span: float) -> float:
    return _HEIGHT - _EDGE - (_HEIGHT - 2 * _EDGE) * (value - low) / span
