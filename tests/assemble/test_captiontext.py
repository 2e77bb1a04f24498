"""Words into captions: two lines at most, broken where a reader would breathe."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtake.assemble import captiontext
from longtake.assemble.captiontext import (
    WIDEST,
    Atom,
    atoms_of,
    columns,
    divided,
    laid_out,
    reading_s,
    two_lines,
)
from longtake.subtitles import readable

ENGLISH = (
    "Every evening the keeper climbs one hundred and ninety-nine steps. He has done so since 1911, "
    "when the lamp was new; nobody, he says, has ever asked him why."
)
CHINESE = "每天傍晚，灯塔看守人都会爬上一百九十九级台阶。他从一九一一年开始就一直这样做，那时候灯还是新的。"
JAPANESE = "長いショットはいくつかのクリップに分けて作られます。それぞれのクリップは前のフレームから始まります。"
WORDS = st.text(st.sampled_from("abc .,!?「」、。漢字かなカナ한글ا́\u200d🎬-—\n"), max_size=300).map(
    readable
)


def captions(text: str, widest: float = WIDEST, a_second: float = 15.0) -> list[str]:
    """Divide a text that is spoken at an even pace, and set its captions in lines."""
    parts = divided(text, lambda place: place / a_second, widest)
    return [two_lines(text[low:high], widest) for low, high in parts]


@settings(deadline=None, max_examples=200)
@given(WORDS, st.sampled_from([12.0, 31.0, 42.0]))
def test_nothing_is_lost_and_nothing_too_wide(text: str, widest: float) -> None:
    """Every word of any text is in a caption, in order; each has two lines at most, and they fit."""
    flat = " ".join(text.split())
    made = captions(flat, widest)
    assert "".join("".join(made).split()) == "".join(flat.split())
    assert all(caption.count("\n") <= 1 and columns(caption) <= widest for caption in made)


@settings(deadline=None, max_examples=100)
@given(WORDS)
def test_words_of_letters_are_never_divided(text: str) -> None:
    """A line breaks at blanks, or between signs of Chinese and Japanese, never inside a word."""
    atoms = atoms_of(text, 400)
    for before, after in pairwise(atoms):
        if not before.blank:
            pair = before.text[-1] + after.text[0]
            assert not pair.isascii() or pair[0] == "-"
            assert not any("\uac00" <= sign <= "\ud7a3" for sign in pair) or max(pair) > "\u2e80"


def test_captions_end_where_sentences_and_clauses_do() -> None:
    """Of all ways to divide a text the one that breaks at punctuation is taken."""
    assert captions(ENGLISH) == [
        "Every evening the keeper climbs\none hundred and ninety-nine steps.",
        "He has done so since 1911,",
        "when the lamp was new; nobody,\nhe says, has ever asked him why.",
    ]


def test_chinese_and_japanese_break_between_signs() -> None:
    """No line begins with a closing sign or a particle, no foreign word is torn, lines are short."""
    assert captions(CHINESE, a_second=5)[0] == "每天傍晚，灯塔看守人都\n会爬上一百九十九级台阶。"
    lines = [line for caption in captions(JAPANESE, a_second=6) for line in caption.split("\n")]
    assert all(line[0] not in "、。ーっのはに" and len(line) <= 18 for line in lines)
    assert sum(line.count("クリップ") for line in lines) == 2


def test_an_abbreviation_ends_no_sentence() -> None:
    """`Dr.` and an initial are followed by a name, not by a new caption."""
    pauses = {
        atom.text: atom.pause for atom in atoms_of("So Dr. Smith and J. Doe came. Why, though?")
    }
    assert (pauses["Dr."], pauses["J."], pauses["came."], pauses["Why,"]) == (0, 0, 2, 1)


def test_short_sentences_share_a_caption() -> None:
    """What would flash by alone is read together with its neighbour."""
    assert captions("No. Never! He said so.") == ["No. Never! He said so."]


def test_lines_that_fit_stay_as_they_were_written() -> None:
    """Only what is too wide is broken anew, into as many lines as it needs."""
    assert laid_out("- One.\n- Two.\n- Three.") == "- One.\n- Two.\n- Three."
    broken = laid_out(f"{'word ' * 12}\nend", 20).split("\n")
    assert len(broken) == 4 and all(columns(line) <= 20 for line in broken)


@pytest.mark.parametrize(
    ("text", "count"), [("abc", 3), ("漢字", 4.8), ("e\u0301", 1), ("ab\nabcd", 4), ("", 0), ("مرحبا", 5)]
)  # fmt: skip
def test_columns(text: str, count: float) -> None:
    """Wide signs count more, marks nothing; of several lines the widest counts."""
    assert columns(text) == pytest.approx(count)


def test_wide_signs_take_longer_to_read() -> None:
    """Seventeen letters and seven wide signs are each read in a second."""
    assert reading_s("a" * 17) == 1
    assert reading_s("漢" * 7) == pytest.approx(1, abs=0.02)


def test_lines_are_found_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text of many lines is broken in one pass, not anew for each count of lines."""
    asked: list[Atom] = []
    weigh = captiontext._line_cost

    def counted(atom: Atom) -> float:
        asked.append(atom)
        return weigh(atom)

    monkeypatch.setattr(captiontext, "_line_cost", counted)
    text = "lorem ipsum dolor sit amet " * 70
    lines = laid_out(text).split("\n")
    assert len(asked) < 70 * 5
    assert " ".join(lines).split() == text.split()
    assert all(columns(line) <= WIDEST for line in lines)
