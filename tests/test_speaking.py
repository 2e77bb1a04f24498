"""When words are said: by the voice's own word, by where it rests, by estimate."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtake.cues import NarrationCue, Word
from longtake.speaking import SpokenClock, phrase_words

TEXT = "Every evening he climbs. He has done so since 1911, when the lamp was new; nobody asks."


def told(clip: str, text: str, seconds: float, *words: Word) -> NarrationCue:
    return NarrationCue(clip, clip, text, -18.0, Fraction(seconds), words=words)


def heard(*parts: tuple[float, float]) -> list[tuple[Fraction, Fraction]]:
    return [(Fraction(start), Fraction(end)) for start, end in parts]


@settings(deadline=None, max_examples=100)
@given(
    st.text("ab .,!漢é", min_size=1, max_size=60).map(lambda text: " ".join(f"a{text}".split())),
    st.lists(
        st.tuples(st.text("ab漢é.", max_size=4), st.floats(0, 9), st.floats(0, 9)), max_size=8
    ),
)
def test_time_never_runs_backwards(text: str, said: list[tuple[str, float, float]]) -> None:
    """Whatever a voice says of its words, no sign is spoken before the one in front of it."""
    words = tuple(Word(word, Fraction(start), Fraction(end)) for word, start, end in said)
    clock = SpokenClock(text, told("a", text, 5, *words))
    times = [clock.at(place) for place in range(len(text) + 1)]
    assert times == sorted(times) and times[0] >= 0


def test_short_words_are_not_found_inside_longer_ones() -> None:
    """The word `he` of a voice is the word of the text, not a part of `the`."""
    text = "Up the hill and the stair, he said"
    words = (Word("he", Fraction(4), Fraction(5)),)
    assert SpokenClock(text, told("a", text, 6, *words)).at(text.index(" he") + 1) == 4


def test_estimates_share_the_voices_length() -> None:
    """Without a word from the voice a longer sentence takes longer, and a full stop takes its time."""
    clock = SpokenClock("Short one. A sentence that is twice as long.", told("a", "", 6))
    start = clock.at(11)
    assert 1.2 < start < 2.4
    assert clock.at(44) == 6
    assert start - clock.at(9) > clock.at(9) - clock.at(8)


def test_phrases_begin_where_the_voice_begins_again() -> None:
    """Rests of a voice are laid on punctuation: each phrase begins when its rest is over."""
    parts = heard((0.25, 1.75), (2, 3.5), (3.625, 4.75), (5, 5.75))
    words = phrase_words(TEXT, parts, Fraction(6))
    assert [(word.text, float(word.start_s), float(word.end_s)) for word in words] == [
        ("Every evening he climbs.", 0.25, 1.75),
        ("He has done so since 1911,", 2, 3.5),
        ("when the lamp was new;", 3.625, 4.75),
        ("nobody asks.", 5, 5.75),
    ]
    clock = SpokenClock(TEXT, told("a", TEXT, 6, *words))
    assert clock.at(TEXT.index("when")) == 3.625


def test_a_sentence_ends_at_a_long_rest() -> None:
    """Where a short rest is nearer to what is expected, the long one is still the end of the sentence."""
    text = "He climbs one hundred and ninety-nine steps. He has done so since 1911."
    expected = SpokenClock(text, told("a", text, 6)).at(text.index("He has"))
    rest, blink = expected - 0.7, expected + 0.2
    parts = heard((0, rest - 0.3), (rest, blink - 0.12), (blink, 6))
    assert [float(word.start_s) for word in phrase_words(text, parts, Fraction(6))] == [0, rest]


def test_a_breath_inside_a_sentence_is_no_phrase() -> None:
    """A rest far from any punctuation has no part in it, and punctuation needs no rest."""
    parts = heard((0, 0.75), (1, 1.75), (2, 6))
    words = phrase_words(TEXT, parts, Fraction(6))
    assert [word.text for word in words] == [
        "Every evening he climbs.",
        "He has done so since 1911, when the lamp was new; nobody asks.",
    ]
    assert words[1].start_s == 2


def test_closed_lips_are_no_rest() -> None:
    """Silences of less than a tenth of a second are sounds of speech."""
    assert len(phrase_words("One. Two.", heard((0, 1), (1.0625, 2)), Fraction(2))) == 1


@pytest.mark.parametrize(("text", "parts"), [("", [(0, 1)]), ("Silent.", []), (" \n", [(0, 1)])])
def test_nothing_said(text: str, parts: list[tuple[float, float]]) -> None:
    """A voice that says nothing, or no text, has no phrases."""
    assert phrase_words(text, heard(*parts), Fraction(1)) == ()


@settings(deadline=None, max_examples=100)
@given(
    st.text("ab .,;!漢。，", min_size=1, max_size=80),
    st.lists(st.floats(0, 9), max_size=12).map(sorted),
)
def test_phrases_are_the_text(text: str, edges: list[float]) -> None:
    """Whatever is heard: together the phrases are the text, one after the other."""
    parts = heard(*zip(edges[::2], edges[1::2], strict=False))
    words = phrase_words(text, parts, Fraction(9))
    times = [time for word in words for time in (word.start_s, word.end_s)]
    assert times == sorted(times)
    assert not words or "".join("".join(w.text for w in words).split()) == "".join(text.split())


def test_a_long_text_of_many_rests_is_one_phrase() -> None:
    """Beyond what can be weighed in reasonable room, a text is laid between its first and last sound."""
    many = 700
    heard = [(Fraction(at), Fraction(2 * at + 1, 2)) for at in range(many)]
    (word,) = phrase_words("a, " * many, heard, Fraction(many))
    assert (word.start_s, word.end_s) == (0, Fraction(2 * many - 1, 2))
