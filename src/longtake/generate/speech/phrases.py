"""When the phrases of a voice are said that tells nothing of its words: heard in the voice itself."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

from longtake.cues import Word
from longtake.media.audio import RATE, heard_parts, integrated_loudness
from longtake.speaking import phrase_words

# What lies so far below the voice's own loudness is a rest, in the quietest of rooms or not.
_REST_DB = 24.0


def heard_phrases(path: Path, text: str) -> tuple[Word, ...]:
    """Listen where a voice rests, and tell when each phrase of its text is said.

    Nothing for a file in which nothing is heard. Raises MediaError where it is no sound.
    """
    loudness = integrated_loudness(path)
    if loudness == -math.inf:
        return ()
    heard = heard_parts(path, loudness - _REST_DB)
    parts = [(Fraction(start, RATE), Fraction(end, RATE)) for start, end in heard.parts]
    return phrase_words(text, parts, Fraction(heard.samples, RATE))
