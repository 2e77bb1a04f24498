"""How the report names clips, joins, prices and sizes."""

from __future__ import annotations

import math
from decimal import Decimal
from pathlib import Path

from longtake.media.audio import Loudness
from longtake.plan.job import (
    ClipJob,
    DrawnClip,
    Edge,
    EndOf,
    FootageClip,
    Plan,
    Source,
    StillClip,
    StillFrame,
)
from longtake.plan.speech import Spoken
from longtake.timeline import Cut, Join, Seam
from longtake.units import FrameRate, Money

_COLOURS = {"#000000": "black", "#ffffff": "white"}


def kind_of(source: Source) -> str:
    """Say in one word where a clip comes from: still, footage, drawn or model."""
    if isinstance(source, StillClip):
        return "still"
    if isinstance(source, FootageClip):
        return "footage"
    if isinstance(source, DrawnClip):
        return "card"
    return "drawn" if source.draws else "model"


def made_of(source: Source) -> str:
    """Say what a clip is made of."""
    if isinstance(source, StillClip):
        return short_path(source.path)
    if isinstance(source, FootageClip):
        return f"{short_path(source.path)}, frames {source.start} to {source.end - 1}"
    if isinstance(source, DrawnClip):
        return source.text
    if not source.draws:
        return f"{source.offer}, {source.resolution}"
    _, _, model = source.offer.partition("/")
    return f"drawn here in the place of {model}" if model else "drawn here"


def begins_on(source: Source) -> str:
    """Say which picture a clip begins on; empty where that is no choice."""
    if not isinstance(source, ClipJob):
        return ""
    if source.first is None:
        return "a drawn card" if source.draws else "nothing, only words"
    return _edge_words(source.first)


def ends_on(source: Source) -> str:
    """Say which picture a clip must end on; empty where it is free."""
    if not isinstance(source, ClipJob) or source.last is None:
        return ""
    return _edge_words(source.last)


def join_kind(join: Join) -> str:
    """Say in one word what a join is: seam, cut or transition."""
    if isinstance(join, Seam):
        return "seam"
    return "cut" if isinstance(join, Cut) else "transition"


def join_words(join: Join) -> str:
    """Say what a join is, with its length in frames where it has one."""
    if isinstance(join, Seam | Cut):
        return join_kind(join)
    colour = _COLOURS.get(join.colour.lower(), join.colour)
    how = f"{join.kind} to {colour}" if colour else str(join)
    return f"{how}, {frames_words(join.frames)}"


def price_words(plan: Plan) -> str:
    """Say what all clips of a plan cost together, owned or not: the answer outlives the purchase."""
    sums: dict[str, Money] = {}
    for _, price, _ in plan.quote.lines:
        if price is not None and price.amount:
            nothing = Money(Decimal(0), price.currency)
            sums[price.currency] = sums.get(price.currency, nothing) + price
    unpriced = sum(price is None for _, price, _ in plan.quote.lines)
    words = [str(amount) for amount in sums.values()]
    if unpriced:
        words.append(f"{unpriced} clip{'s' if unpriced > 1 else ''} without a known price")
    return " + ".join(words) or "nothing"


def rate_words(rate: FrameRate) -> str:
    """Write a frame rate as people do: 24, 29.97."""
    return f"{float(rate.value):.3f}".rstrip("0").rstrip(".")


def seconds_words(rate: FrameRate, frames: int) -> str:
    """Write a length in seconds and frames."""
    return f"{float(rate.seconds(frames)):.2f} s · {frames_words(frames)}"


def frames_words(frames: int) -> str:
    """Count frames in words."""
    return f"{frames} frame{'' if frames == 1 else 's'}"


def bytes_words(count: int) -> str:
    """Write a file size with a unit that fits."""
    for unit, size in (("GB", 10**9), ("MB", 10**6)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{max(1, round(count / 1000))} kB"


def loudness_words(loudness: Loudness | None) -> str:
    """Say how loud a film is: the whole of it, from soft to loud, its highest peak."""
    if loudness is None:
        return "none"
    if not math.isfinite(loudness.lufs):
        return "silence"
    peak = f"true peak {loudness.peak_db:.1f} dB"
    return f"{loudness.lufs:.1f} LUFS, range {loudness.range_lu:.1f} LU, {peak}"


def short_path(path: Path) -> str:
    """Name a file and its folder; the rest of a path tells strangers about the machine."""
    return "/".join(part for part in path.parts[-2:] if part != path.anchor)


def _edge_words(edge: Edge) -> str:
    if isinstance(edge, StillFrame):
        return short_path(edge.path)
    return f"the {'end' if isinstance(edge, EndOf) else 'start'} of {edge.clip}"


def voice_words(spoken: Spoken) -> str:
    """Say who speaks over a clip, and for how long."""
    by = f"by {spoken.job.said_by}" if spoken.job else "from a file"
    if spoken.voice is None:
        length = f"{float(spoken.low_s):.1f} to {float(spoken.high_s):.1f} s"
        return f"narration {by}, not said yet: about {length}"
    return f"narration {by}, {float(spoken.high_s):.1f} s"
