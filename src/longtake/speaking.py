"""When each sign of a spoken text is said: from what the voice tells of itself, and by estimate."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from longtake.cues import NarrationCue, Word

# Voices leave out words and read others: the next word they say is looked for so many signs ahead.
_AHEAD = 60
# Shorter silences are sounds of speech.
_REST_S = Fraction(9, 100)
# What it costs to leave a rest, or a break of the text, without a partner: as much as so wide a miss.
_LONE_REST_S, _LONE_BREAK_S = 0.2, 0.6
# For each second of a rest that finds no partner, and that lacks to the rest behind a sentence.
_LONG_REST, _SHORT_REST, _SENTENCE_REST_S = 1.5, 4.0, 0.25
_SENTENCE_ENDS = frozenset(".!?…。！？؟।")
# So many pairs are weighed at most: of a longer text the estimate serves as well.
_MOST_PAIRS = 250_000
# Behind it a voice rests, or may.
_BREAK = re.compile(r"[.!?…؟।,;:–—،؛][\"'”’»)]*\s+|[。！？，、；：][」』”）]*")


class SpokenClock:
    """When each sign of a narration is spoken: by the voice's own word times, else by estimate.

    Between two known moments time passes in proportion to what is said: letters, and pauses at
    punctuation.
    """

    def __init__(self, text: str, cue: NarrationCue) -> None:
        self._weights = [0.0]
        for sign, after in zip(text, text[1:] + " ", strict=True):
            self._weights.append(self._weights[-1] + _weight(sign, after))
        # The last pause is not part of the voice.
        end = len(text.rstrip(".!?…。！？ "))
        self._weights = [min(weight, self._weights[max(end, 1)]) for weight in self._weights]
        self._known = _known_moments(text, cue)

    def at(self, place: int) -> float:
        """Give the second at which the sign at a place begins (or, behind the last, has ended)."""
        after = min(max(bisect_right(self._known, (place, float("inf"))), 1), len(self._known) - 1)
        (low, low_s), (high, high_s) = self._known[after - 1], self._known[after]
        span = self._weights[high] - self._weights[low]
        share = (self._weights[place] - self._weights[low]) / span if span else 0.0
        return low_s + (high_s - low_s) * min(max(share, 0.0), 1.0)


def phrase_words(
    text: str, heard: Sequence[tuple[Fraction, Fraction]], seconds: Fraction
) -> tuple[Word, ...]:
    """Tell when the phrases of a text are said, where the voice itself tells no words.

    `heard` are the parts of the voice, in seconds, where something is heard; between them it rests.
    Each rest is laid where the text has punctuation, as near as may be to where the text alone would
    put it; phrases without a rest between them are one.
    """
    parts = _without_blinks(heard)
    if not parts or not text.strip():
        return ()
    first, last = parts[0][0], parts[-1][1]
    whole = NarrationCue("", "", text, 0.0, seconds, words=(Word(text, first, last),))
    clock = SpokenClock(text, whole)
    rests = [(before[1], after[0]) for before, after in pairwise(parts)]
    breaks = [match.end() for match in _BREAK.finditer(text) if match.end() < len(text)]
    ends = [text[:place].rstrip("\"'”’»)」』） ")[-1:] in _SENTENCE_ENDS for place in breaks]
    expected = [(clock.at(place), end) for place, end in zip(breaks, ends, strict=True)]
    laid = _laid_rests(expected, rests) if len(breaks) * len(rests) <= _MOST_PAIRS else []
    starts, stops = [(0, first)], []
    for number, rest in laid:
        stops.append((breaks[number], rests[rest][0]))
        starts.append((breaks[number], rests[rest][1]))
    stops.append((len(text), last))
    return tuple(
        Word(text[low:high].strip(), start_s, end_s)
        for (low, start_s), (high, end_s) in zip(starts, stops, strict=True)
    )


def _without_blinks(
    heard: Sequence[tuple[Fraction, Fraction]],
) -> list[tuple[Fraction, Fraction]]:
    """Join parts between which nobody rests: the closed lips of a `p` are silent too."""
    parts: list[tuple[Fraction, Fraction]] = []
    for start, end in heard:
        if parts and start - parts[-1][1] < _REST_S:
            parts[-1] = parts[-1][0], end
        else:
            parts.append((start, end))
    return parts


def _laid_rests(
    breaks: list[tuple[float, bool]], rests: list[tuple[Fraction, Fraction]]
) -> list[tuple[int, int]]:
    """Pair breaks of a text with rests, both in order; a break is when it is expected, in seconds, and
    whether a sentence ends there.

    Of all pairings that one is taken whose distances are least; neither side must find a partner. A
    long rest is rather the end of a sentence than a short one, and rarely nothing at all.
    """
    lengths = [float(end - start) for start, end in rests]
    lone = [_LONE_REST_S + _LONG_REST * length for length in lengths]
    # cost of the first b breaks against the first r rests, and whether the last two are a pair
    table = [[(0.0, False)] * (len(rests) + 1)]
    table[0] = [(sum(lone[:r]), False) for r in range(len(rests) + 1)]
    for b, (expected, sentence) in enumerate(breaks, 1):
        row = [(b * _LONE_BREAK_S, False)]
        for r, (_, end) in enumerate(rests, 1):
            lacking = max(0.0, _SENTENCE_REST_S - lengths[r - 1]) if sentence else 0.0
            paired = table[b - 1][r - 1][0] + abs(expected - float(end)) + _SHORT_REST * lacking
            alone = min(table[b - 1][r][0] + _LONE_BREAK_S, row[r - 1][0] + lone[r - 1])
            row.append((paired, True) if paired <= alone else (alone, False))
        table.append(row)
    pairs = []
    b, r = len(breaks), len(rests)
    while b and r:
        if table[b][r][1]:
            b, r = b - 1, r - 1
            pairs.append((b, r))
        elif table[b][r][0] == table[b - 1][r][0] + _LONE_BREAK_S:
            b -= 1
        else:
            r -= 1
    return pairs[::-1]


def _known_moments(text: str, cue: NarrationCue) -> list[tuple[int, float]]:
    """List places of a text with their seconds, rising: the words of the voice that are found in it."""
    folded = text.lower() if len(text.lower()) == len(text) else text
    known: list[tuple[int, float]] = []
    at = 0
    for word in cue.words:
        bare = re.sub(r"^\W+|\W+$", "", word.text.lower())
        if not bare:
            continue
        found = _place_of(bare, folded, at)
        if found < 0 or (known and float(word.start_s) < known[-1][1]):
            continue
        at = found + len(bare)
        known += [(found, float(word.start_s)), (at, float(max(word.end_s, word.start_s)))]
    if not known or known[0][0] > 0:
        known.insert(0, (0, 0.0))
    if known[-1][0] < len(text):
        rest = re.search(r"\w", text[known[-1][0] :])
        end = max(float(cue.seconds), known[-1][1]) if rest else known[-1][1]
        known.append((len(text), end))
    return known


def _place_of(word: str, text: str, at: int) -> int:
    """Find a spoken word behind a place of a text; -1 where it is not, or too far away to be this one."""
    within = text[: at + len(word) + _AHEAD]
    # Chinese and Japanese words have no edges that can be seen.
    edge = "" if word[0] > "\u2e80" else r"\b"
    match = re.compile(rf"{edge}{re.escape(word)}{edge}").search(within, at)
    return match.start() if match else -1


_PAUSES: dict[Literal["sentence", "clause"], float] = {"sentence": 5.0, "clause": 2.5}


def _weight(sign: str, after: str) -> float:
    """Weigh how long a sign takes to say, a letter being 1."""
    if sign in "。！？":
        return _PAUSES["sentence"]
    if sign in "，、；：،؛":
        return _PAUSES["clause"]
    if sign in ".!?…؟।" and after.isspace():
        return _PAUSES["sentence"]
    if sign in ",;:–—" and after.isspace():
        return _PAUSES["clause"]
    if sign.isdecimal():
        return 3.0
    if sign.isalpha():
        return 3.4 if sign > "\u2e80" else 1.0
    return 0.4
