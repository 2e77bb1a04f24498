"""A limiter that looks ahead: peaks between samples too stay under a ceiling, and nothing clicks.

    peak      ________|\\________________      dB above the ceiling
    gain      ------\\____/``````---------      down before the peak, held, then back evenly

Where nothing comes near the ceiling the sound goes through unchanged, to the bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from longtake.media.audio import RATE, Samples, silence

Floats = NDArray[np.float64]

# The gain is decided for groups of samples, 3000 of them a second.
_GROUP = 16
_GROUPS = RATE // _GROUP
# 5 ms down, long enough to be no click; 10 ms held, the distance of two peaks of a deep tone.
_AHEAD = 15
_HOLD = 30
# 40 dB a second: slower is heard as a hole behind each beat, faster as a rasp on deep tones.
_RELEASE_DB = 40 / _GROUPS
# Samples on each side from which a value between two samples is computed.
_REACH = 12
# Groups multiplied at once: with more, OpenBLAS wakes threads that cost ten times what they save.
_AT_ONCE = 128


def limited(blocks: Iterable[Samples], ceiling_db: float) -> Iterator[Samples]:
    """Yield the sound with every peak, at four times the rate, under a ceiling in dB of full scale.

    As many samples come out as go in; about three seconds of them are held. Both sides get the same
    gain.
    """
    past = np.zeros(_HOLD)
    released = np.zeros(_AHEAD)
    edge = 0.0
    end = (silence(0), 0, np.zeros(_AHEAD + 1))
    for (block, count, over), (_, _, coming) in pairwise(
        chain(_measured(blocks, ceiling_db), [end])
    ):
        depths = np.concatenate([past, over, coming[: _AHEAD + 1]])
        # A window tells of all that an edge between two groups must be low for, see `_eased`.
        held = sliding_window_view(depths, _HOLD + _AHEAD + 2).max(axis=1)
        released = np.concatenate([released[-_AHEAD:], _released(held, released[-1])])
        edges = np.concatenate([[edge], np.convolve(released, _EASE, "valid")])
        past, edge = over[-_HOLD:], float(edges[-1])
        if count:
            yield (block * _gains(edges) if edges.any() else block)[:, :count]


# Weights of the last groups: the gain glides as along a hill, without a corner.
_EASE = np.hanning(_AHEAD + 3)[1:-1] / np.hanning(_AHEAD + 3)[1:-1].sum()


def _released(held: Floats, before: float) -> Floats:
    """Let what was held go at an even pace: each is what is held, or the one before less a step."""
    ramp = np.arange(len(held) + 1) * _RELEASE_DB
    followed: Floats = np.maximum.accumulate(np.concatenate([[before], held]) + ramp) - ramp
    # What the ramp leaves behind its own rounding is no reduction.
    followed[followed < 1e-9] = 0
    return followed[1:]


def _gains(edges: Floats) -> Samples:
    """Give each sample its gain; from edge to edge of its group it goes straight."""
    gains = (10 ** (-edges / 20)).astype(np.float32)
    way = np.arange(_GROUP, dtype=np.float32) / _GROUP
    straight = gains[:-1, None] + np.diff(gains)[:, None] * way
    return straight.reshape(-1).astype(np.float32, copy=False)


def _measured(
    blocks: Iterable[Samples], ceiling_db: float
) -> Iterator[tuple[Samples, int, Floats]]:
    """Yield blocks of a second, the count of samples that are no filling, and for each group by how
    many dB it is over the ceiling.
    """
    ceiling = 10 ** (ceiling_db / 20)
    before = silence(_REACH)
    for (block, count), (after, _) in pairwise(chain(_even(blocks), [(silence(RATE), 0)])):
        around = np.concatenate([before, block, after[:, :_REACH]], axis=1)
        peaks = np.maximum(*(_peaks(side, ceiling) for side in around))
        yield block, count, 20 * np.log10(np.maximum(peaks / ceiling, 1))
        before = block[:, -_REACH:]


def _even(blocks: Iterable[Samples]) -> Iterator[tuple[Samples, int]]:
    """Cut into blocks of a second, the last filled up with silence; yields how much is no filling."""
    rest = silence(0)
    # In front of everything, for the gain must be down when the first sample comes.
    yield silence(RATE), 0
    for block in blocks:
        rest = np.concatenate([rest, block], axis=1)
        while rest.shape[1] >= RATE:
            yield rest[:, :RATE], RATE
            rest = rest[:, RATE:]
    count = rest.shape[1]
    if count:
        yield np.concatenate([rest, silence(RATE - count)], axis=1), count


def _between() -> Samples:
    """Weights that turn a group and what lies around it into the three values behind each sample."""
    weights = np.zeros((_GROUP + 2 * _REACH, 3 * _GROUP), np.float32)
    taps = np.arange(1 - _REACH, _REACH + 1)
    for quarter in (1, 2, 3):
        distance = taps - quarter / 4
        shape = np.sinc(distance) * np.i0(6 * np.sqrt(1 - (distance / _REACH) ** 2))
        shape /= shape.sum()
        for sample in range(_GROUP):
            column = (quarter - 1) * _GROUP + sample
            weights[sample + 1 : sample + 1 + len(taps), column] = shape
    return weights


_BETWEEN = _between()
# The most by which a value between samples can pass all samples around it.
_MOST = float(np.abs(_BETWEEN).sum(axis=0).max())


def _peaks(side: NDArray[np.float32], ceiling: float) -> Floats:
    """Give each group's highest value, between its samples too where that could pass the ceiling.

    `side` reaches `_REACH` samples further than the groups at both ends.
    """
    windows = sliding_window_view(side, _GROUP + 2 * _REACH)[::_GROUP]
    peaks: Floats = np.abs(windows).max(axis=1).astype(np.float64)
    near = np.flatnonzero(peaks * _MOST > ceiling)
    if len(near):
        for some in np.split(near, range(_AT_ONCE, len(near), _AT_ONCE)):
            found = np.abs(windows[some] @ _BETWEEN).max(axis=1)
            peaks[some] = np.maximum(peaks[some], found)
    return peaks
