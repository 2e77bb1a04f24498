"""How long a text takes to be said, before anybody has said it: a range, by the scripts it is in."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from longtake.units import exact


@dataclass(frozen=True)
class Pace:
    """How many signs of a script a slow and a fast voice say in a second."""

    slow: Fraction
    fast: Fraction


def _pace(slow: str, fast: str) -> Pace:
    return Pace(exact(slow), exact(fast))


# Found by the first word of a letter's Unicode name. Signs are letters: a sign that only marks one
# (a vowel of Devanagari, a tone of Thai) takes no time of its own.
PACES: Mapping[str, Pace] = {
    "CJK": _pace("2.3", "5.5"),
    "HANGUL": _pace("4", "6.5"),
    "HIRAGANA": _pace("6", "10"),
    "KATAKANA": _pace("6", "10"),
    "ARABIC": _pace("7.5", "12"),
    "HEBREW": _pace("7.5", "12.5"),
    "THAI": _pace("6", "11"),
    "LAO": _pace("6", "11"),
    "KHMER": _pace("5", "10"),
    "MYANMAR": _pace("5", "10"),
    "DEVANAGARI": _pace("5.5", "10"),
    "BENGALI": _pace("5.5", "10"),
    "TAMIL": _pace("5.5", "10"),
    "TELUGU": _pace("5.5", "10"),
}
# Latin, Cyrillic, Greek and all others that write a sign for each sound; 150 words of English a
# minute are about 12 letters a second.
USUAL = _pace("11", "17.5")
# "1911" is read as words: a digit takes as long as some letters.
DIGITS = _pace("2", "5")
# Rests at the end of a sentence, and inside one, as a fast and a slow voice take them.
_STOPS, _COMMAS = frozenset(".!?:…。！？：।"), frozenset(",;、，；—–")
_STOP_S, _COMMA_S = (Fraction(1, 10), Fraction(1, 2)), (Fraction(1, 20), Fraction(1, 4))
# What every file has besides: silence before the first word and behind the last.
_BESIDES_S = (Fraction(1, 20), Fraction(1, 2))


def estimate_seconds(text: str) -> tuple[Fraction, Fraction]:
    """Give how long a text takes to be said, by a fast voice and by a slow one."""
    signs = Counter(filter(None, map(_kind, text)))
    fast, slow = _BESIDES_S
    for kind, count in signs.items():
        if kind in ("stop", "comma"):
            rest = _STOP_S if kind == "stop" else _COMMA_S
            fast, slow = fast + rest[0] * count, slow + rest[1] * count
        else:
            pace = DIGITS if kind == "digit" else PACES.get(kind, USUAL)
            fast, slow = fast + count / pace.fast, slow + count / pace.slow
    return fast, slow


@lru_cache(maxsize=4096)
def _kind(sign: str) -> str:
    """Name what a sign counts as, "" for one that takes no time."""
    if sign in _STOPS:
        return "stop"
    if sign in _COMMAS:
        return "comma"
    category = unicodedata.category(sign)
    if category == "Nd":
        return "digit"
    return unicodedata.name(sign, "").partition(" ")[0] if category.startswith("L") else ""
