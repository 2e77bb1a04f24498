"""Words from outside, made fit to be shown."""

from __future__ import annotations

import unicodedata

_SHOWN = 300


def plain_words(text: str) -> str:
    """Give words from outside on one line, without control signs, and not too long."""
    kept = "".join(
        " " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter
        for letter in text[: 4 * _SHOWN]
        if unicodedata.category(letter) not in ("Cf", "Cs", "Co")
    )
    short = " ".join(kept.split())
    return short if len(short) <= _SHOWN else short[: _SHOWN - 3] + "..."
