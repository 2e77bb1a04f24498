"""The times of syllables become those of words."""

from __future__ import annotations

from fractions import Fraction

import pytest

from longtake.cues import Word
from longtake.generate.speech.pieces import whole_words


def timed(*texts: str) -> list[Word]:
    """Give pieces that take a second each."""
    return [Word(text, Fraction(at), Fraction(at + 1)) for at, text in enumerate(texts)]


def shown(words: tuple[Word, ...]) -> list[tuple[str, int, int]]:
    """Give words with whole seconds."""
    return [(word.text, int(word.start_s), int(word.end_s)) for word in words]


def test_syllables_are_joined_and_full_stops_come_back() -> None:
    """A word begins with its first piece and ends with its last, as it is written."""
    pieces = timed("Hel", "lo", "cl", "AUDE", "the", "end")

    assert shown(whole_words(pieces, "Hello, Claude: the end.")) == [
        ("Hello,", 0, 2),
        ("Claude:", 2, 4),
        ("the", 4, 5),
        ("end.", 5, 6),
    ]


def test_the_same_word_twice() -> None:
    """Each is itself, in order."""
    assert shown(whole_words(timed("no", "no", "no"), "No no, no!")) == [
        ("No", 0, 1),
        ("no,", 1, 2),
        ("no!", 2, 3),
    ]


def test_signs_without_blanks_stay() -> None:
    """Chinese is told sign by sign, and read so."""
    assert shown(whole_words(timed("你", "好", "ok"), "你好。 OK")) == [
        ("你", 0, 1),
        ("好", 1, 2),
        ("OK", 2, 3),
    ]


@pytest.mark.parametrize("text", ["other words", "", "one " + "x " * 50 + "two"])
def test_pieces_of_something_else_stay_as_they_were_told(text: str) -> None:
    """What does not fit the text is not forced upon it: a number read out, another spelling."""
    pieces = timed("one", "two")

    assert whole_words(pieces, text) == tuple(pieces)


def test_letters_that_grow_when_small_keep_their_places() -> None:
    """Some signs are two letters when small: what follows is found all the same."""
    assert shown(whole_words(timed("İs", "TANBUL", "is"), "İstanbul is.")) == [
        ("İstanbul", 0, 2),
        ("is.", 2, 3),
    ]
