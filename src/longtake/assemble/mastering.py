"""The mix becomes one AAC track: as loud as was asked, no peak too high, no louder and softer than it was.

One gain for the whole film, from a measurement of the mix; a limiter for the peaks that it lifts too
high. What counts is what a player decodes: the finished file is measured, and made again where the
codec has put a peak back.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from longtake.files import read_json, write_json
from longtake.media.audio import Loudness, Samples, encode_aac, measure, sound_from
from longtake.media.limiter import limited

# The highest true peak of a finished film, in dB of full scale.
PEAK_DB = -1.0
# What AAC adds to the peaks of most music.
_CODEC_DB = 0.5
# A softer film is one in which next to nothing is heard: it would be made a film of noise.
_NOTHING_LUFS = -50.0
# What the limiter takes off the loudness is given back, up to here; then it would pump.
_PUSH_DB = 6.0
# Peaks no further above the ceiling than this are so few that the loudness stays.
_WORK_DB = 1.5
# A film further from the wanted loudness is made again, this often at most.
_NEAR_LU = 0.3
_ROUNDS = 4

Mix = Callable[[], Iterator[Samples]]


def master(path: Path, mix: Mix, loudness: float | None) -> Loudness:
    """Encode the mix as one .m4a that comes to a loudness in LUFS; tells how loud the file is.

    `mix` begins it anew each time. None for the loudness, and a mix below -50 LUFS, leave it as it is
    but for peaks above -1 dB.
    """
    ceiling = PEAK_DB - _CODEC_DB
    first = _linear_gain(mix, loudness)
    gain = _rehearsed(mix, first, ceiling, loudness)
    for _ in range(_ROUNDS):
        found = _encoded(path, mix, gain, ceiling)
        over = found.peak_db - PEAK_DB
        more = _lacking(found, first, loudness)
        louder = min(gain + more, first.db + _PUSH_DB)
        if over <= 0 and (abs(more) <= _NEAR_LU or louder == gain):
            break
        gain = louder
        ceiling -= over + 0.1 if over > 0 else 0
    return _softened(path, mix, gain, ceiling, found)


def _softened(path: Path, mix: Mix, gain: float, ceiling: float, found: Loudness) -> Loudness:
    """Turn down a film whose peaks the codec puts back each time: the peak binds, the loudness gives way."""
    while found.peak_db > PEAK_DB:
        gain -= found.peak_db - PEAK_DB + 0.3
        found = _encoded(path, mix, gain, ceiling)
    return found


def _encoded(path: Path, mix: Mix, gain: float, ceiling: float) -> Loudness:
    encode_aac(path, limited(_louder(mix(), gain), ceiling))
    return measure(sound_from(path))


@dataclass(frozen=True)
class _Gain:
    """The one gain of a film in dB, and how high it lifts the highest peak."""

    db: float
    peak_db: float


def _linear_gain(mix: Mix, loudness: float | None) -> _Gain:
    """Give the gain that brings the mix to a loudness; 0 where it stays as it is."""
    if loudness is None:
        return _Gain(0.0, 0.0)
    found = measure(mix())
    gain = loudness - found.lufs if found.lufs > _NOTHING_LUFS else 0.0
    return _Gain(gain, found.peak_db + gain)


def _rehearsed(mix: Mix, first: _Gain, ceiling: float, loudness: float | None) -> float:
    """Give back what the limiter takes where it has much to do: to hear it is a third of an encode."""
    if not first.db or first.peak_db < ceiling + _WORK_DB:
        return first.db
    found = measure(limited(_louder(mix(), first.db), ceiling))
    return first.db + min(_lacking(found, first, loudness), _PUSH_DB)


def _lacking(found: Loudness, first: _Gain, loudness: float | None) -> float:
    if loudness is None or not first.db or not math.isfinite(found.lufs):
        return 0.0
    return loudness - found.lufs


def _louder(blocks: Iterator[Samples], gain_db: float) -> Iterator[Samples]:
    for block in blocks:
        yield block * np.float32(10 ** (gain_db / 20))


def note_loudness(folder: Path, key: str, found: Loudness) -> None:
    """Write beside the sound track of a key how loud it is."""
    figures = (found.lufs, found.range_lu, found.peak_db)
    write_json(_note(folder, key), [value if math.isfinite(value) else None for value in figures])


def noted_loudness(folder: Path, key: str) -> Loudness | None:
    """Read how loud the sound track of a key is; None where there is none."""
    known = read_json(_note(folder, key))
    if not isinstance(known, list) or len(known) != 3:
        return None
    return Loudness(*(-math.inf if value is None else float(value) for value in known))


def _note(folder: Path, key: str) -> Path:
    return folder / f"{key}.loudness.json"
