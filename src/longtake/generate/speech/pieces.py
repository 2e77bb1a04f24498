"""Words as an author wrote them, from the pieces a service tells the times of.

A service may tell a word in syllables (C, la, ude), or without its full stop. Whoever reads words along
wants them as they stand in the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from longtake.cues import Word

# So far ahead in the text a piece is looked for; beyond it belongs to something else.
_REACH = 60


def whole_words(pieces: Sequence[Word], text: str) -> tuple[Word, ...]:
    """Join the pieces of each word between two blanks; as they were told where they do not fit the text.

    Signs that are written without blanks (Chinese, Japanese) stay as they were told.
    """
    spans = [match.span() for match in re.finditer(r"\S+", text)]
    places = list(_places(pieces, text))
    if len(places) != len(pieces):
        return tuple(pieces)
    words: list[Word] = []
    last = -1
    for piece, place in zip(pieces, places, strict=True):
        number, (start, end) = next(
            (number, span) for number, span in enumerate(spans) if span[0] <= place < span[1]
        )
        written = text[start:end]
        if _is_unspaced(written):
            words.append(piece)
        elif number == last:
            words[-1] = Word(written, words[-1].start_s, piece.end_s)
        else:
            words.append(Word(written, piece.start_s, piece.end_s))
        last = number
    return tuple(words)


def _places(pieces: Sequence[Word], text: str) -> Iterator[int]:
    """Find where in the text each piece begins, in order; ends at one that is not there."""
    plain, at = _small(text), 0
    for piece in pieces:
        sought = _small(piece.text.strip())
        found = plain.find(sought, at, at + _REACH + len(sought)) if sought else -1
        if found < 0:
            return
        yield found
        at = found + len(sought)


def _small(text: str) -> str:
    """Make letters small one by one, so that each keeps its place: some are two when small."""
    return "".join(sign.lower() if len(sign.lower()) == 1 else sign for sign in text)


def _is_unspaced(word: str) -> bool:
    return any(unicodedata.east_asian_width(sign) == "W" for sign in word)
