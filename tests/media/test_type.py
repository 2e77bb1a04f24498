"""Text as pictures."""

import numpy as np
import pytest

from longtake.media.type import clean, text_image, undrawable, wrapped

_WHITE = (255, 255, 255)


def _ink(text, **how):
    return np.asarray(text_image(text, 20, _WHITE, 300, **how).getchannel("A")).sum()


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \t\r\n\x00\x07",
        "🎬🚀👩‍👩‍👧",
        "مرحبا بالعالم",
        "日本語のテキスト",
        "\ud800 half a pair",
        "Z̷̛̳͓a̵̧lgo",
        "\U0010ffff\ue000",
        "x" * 20_000,
        "many words " * 2_000,
    ],
)
def test_any_text_can_be_set(text):
    """No text crashes, and none is wider than it may be."""
    picture = text_image(text, 20, _WHITE, 300, 3)

    assert picture.mode == "RGBA"
    assert picture.width <= 304


def test_words_wrap_at_blanks():
    """Lines break between words where they can, and nothing is lost."""
    lines = wrapped("the keeper climbs the stairs", 20, 150, 5)

    assert len(lines) > 1
    assert " ".join(lines) == "the keeper climbs the stairs"


def test_a_word_longer_than_a_line_is_divided():
    """A text without blanks fills line after line."""
    assert "".join(wrapped("m" * 40, 20, 200, 9)) == "m" * 40


def test_what_does_not_fit_ends_in_an_ellipsis():
    """The last line says that there is more."""
    lines = wrapped("one two three four five six seven", 20, 100, 2)

    assert len(lines) == 2
    assert lines[-1].endswith("…")


def test_what_just_fits_has_no_ellipsis():
    """A text that fits is shown whole."""
    assert wrapped("short", 20, 300, 1) == ["short"]


def test_controls_are_dropped_and_blanks_joined():
    """Control signs vanish; any white space is one blank."""
    assert clean("a\x00b \t\n c\u200d\ufe0f") == "ab c"


def test_bold_has_more_ink():
    """The bold weight is visibly heavier."""
    assert _ink("keeper", weight="bold") > 1.2 * _ink("keeper")


def test_a_sign_no_font_has_still_shows():
    """A sign that no font has is drawn as a box or a question mark, not as nothing."""
    assert _ink("\ue123") > 0


def test_signs_that_become_boxes():
    """Those that no font can have are named, each of them; blanks and Latin letters are not."""
    assert undrawable("a \U000f0000é\U000f0001") == "\U000f0000\U000f0001"
