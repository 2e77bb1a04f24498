"""When the phrases of a voice are said that tells nothing of its words: heard in the voice itself."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from longtake.cues import Word
from longtake.media.audio import RATE, voice_parts
from longtake.speaking import phrase_words


def heard_phrases(path: Path, text: str) -> tuple[Word, ...]:
    """Listen where a voice rests, and tell when each phrase of its text is said.

    Nothing for a file in which nothing is heard. Raises MediaError where it is no sound.
    """
    heard = voice_parts(path)
    parts = [(Fraction(start, RATE), Fraction(end, RATE)) for start, end in heard.parts]
    return phrase_words(text, parts, Fraction(heard.samples, RATE))
