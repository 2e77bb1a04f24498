"""Caption files: read however they were written, written so that text stays text."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from longtake.cues import TimedText
from longtake.errors import MediaError
from longtake.subtitles import (
    MOST_BYTES,
    as_srt,
    as_vtt,
    read_subtitles,
    readable,
    three_letters,
)

HOSTILE = (
    "{\\an8}{\\fs90}x",
    "a\\Nb",
    "<b>bold</b>",
    "<i",
    "&lt;script&gt; &amp;",
    "00:00:01,000 --> 00:00:02,000",
    "a -\u2060-> b --> c",
    "7",
    "<\u2060b> {\u2060\\an8} --\u2060>",
    'NUL\x00 "quotes" %{pts}',
    "one\n\n\ntwo\r\nthree\u2028four",
    "NOTE me\nSTYLE",
    "WEBVTT",
    "\ud800",
)
ANY_TEXT = st.text(st.characters() | st.sampled_from("<>{}\\&-\u2060\n7:,"), max_size=60)


def texts(content: str, name: str = "a.srt") -> list[str]:
    return [caption.text for caption in read_subtitles(content.encode(), name)]


def times(content: str) -> list[tuple[float, float]]:
    found = read_subtitles(content.encode(), "a.srt")
    return [(float(caption.start_s), float(caption.end_s)) for caption in found]


def fault(content: bytes) -> str:
    with pytest.raises(MediaError) as caught:
        read_subtitles(content, "a.srt")
    return caught.value.message


@settings(deadline=None)
@given(st.lists(ANY_TEXT, min_size=1, max_size=5))
@example(list(HOSTILE))
def test_any_text_comes_back_from_both_formats(said: list[str]) -> None:
    """What is written is read again to the same words and times, whatever the words are."""
    captions = tuple(
        TimedText(Fraction(number), number + Fraction(1, 2), readable(text))
        for number, text in enumerate(said)
        if readable(text)
    )
    if captions:
        assert read_subtitles(as_srt(captions).encode(), "a.srt") == captions
        assert read_subtitles(as_vtt(captions, "a note").encode(), "a.vtt") == captions


@settings(deadline=None)
@given(
    st.binary(max_size=200) | ANY_TEXT.map(lambda text: ("1\n" + text).encode("utf-8", "ignore"))
)
def test_any_bytes_are_captions_or_one_fault(content: bytes) -> None:
    """Nothing that stands in a file crashes its reader."""
    try:
        assert read_subtitles(content, "a.srt")
    except MediaError as error:
        assert error.message.startswith("a.srt")


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["utf-8", "utf-8-sig", "utf-16"])
def test_line_ends_and_byte_order_marks(ends: str, mark: str) -> None:
    """A file of any system is read, its lines kept apart."""
    content = ends.join(["1", "00:00:01,000 --> 00:00:02,500", "Grüße,", "二", ""])
    found = read_subtitles(content.encode(mark), "a.srt")
    assert found == (TimedText(Fraction(1), Fraction(5, 2), "Grüße,\n二"),)


def test_blank_lines_and_numbers_may_be_missing() -> None:
    """Captions are told apart by their times alone, and a number said stays said."""
    content = "00:01.0 --> 00:02.0\nIn 1911\n1911\n\n2\n00:03.0 --> 00:04.0\nyes\n3\n0:00:05,5 --> 00:00:06\nno"
    assert texts(content) == ["In 1911\n1911", "yes", "no"]
    assert times(content) == [(1, 2), (3, 4), (5.5, 6)]


def test_captions_in_disorder_and_over_each_other() -> None:
    """They are sorted; the first of two that overlap ends early; two of one moment become one."""
    content = "00:05.0 --> 00:06.0\nc\n\n00:01.0 --> 00:04.0\na\n\n00:02.0 --> 00:03.0\nb\n\n00:05.0 --> 00:07.0\nd"
    assert texts(content) == ["a", "b", "c\nd"]
    assert times(content) == [(1, 2), (2, 3), (5, 7)]


def test_tags_of_srt_and_of_webvtt() -> None:
    """Paired tags and a leading place are left out of SRT; all tags and escapes are read of WebVTT."""
    head = "00:01.0 --> 00:02.0 line:0\n"
    assert texts(head + "{\\an8}<i>so <b>it</b></i> <font color='#fff'>is</font>") == ["so it is"]
    assert texts(head + "a <b> c {\\fs90} &lt;") == ["a <b> c {\\fs90} &lt;"]
    said = (
        "WEBVTT - x\n\nSTYLE\n::cue {}\n\nname\n"
        + head
        + "<v Ada>a &lt;b&gt; <00:01.5><c.x>c</c>\n\nNOTE no\nno\n"
    )
    assert texts(said, "a.vtt") == ["a <b> c"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "a.srt holds no captions"),
        (b"Hello\nworld", "a.srt holds no captions"),
        (b"1\n00:00:0x,000 --> 00:00:02,000\na", 'a.srt, line 2: "00:00:0x,000 --> 00:00:02,000" are no times'),
        (b"1\n00:61:00,000 --> 00:62:00,000\na", "a.srt, line 2: minutes and seconds end at 59"),
        (b"\n\n00:02.0 --> 00:01.0\na", "a.srt, line 3: the caption ends before it begins"),
        (b"00:01.0 --> 00:02.0\n\xff\xfa", "a.srt, line 2 is no UTF-8 text"),
        (b"00:01.0 --> 00:02.0\n" + b"x" * 3000, "a.srt, line 1: the caption has more than 2,000 characters"),
        (b"x" * (MOST_BYTES + 1), "a.srt has more than 4 MB: it is no caption file"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(content: bytes, said: str) -> None:
    """Each fault of a file names the line on which it stands."""
    assert fault(content) == said


def test_several_faults_at_once() -> None:
    """The first three are told, and that there are more."""
    told = fault(b"00:02.0 --> 00:01.0\na\n\n" * 5)
    assert [f"line {n}:" in told for n in (1, 4, 7, 10)] == [True, True, True, False]
    assert told.endswith("; and more")


def test_a_time_never_passes_its_frame() -> None:
    """Written in milliseconds, a frame's time is cut off: the frame it belongs to shows it."""
    second = TimedText(Fraction(1001, 24000) * 2, Fraction(3600 * 11), "x")
    assert "00:00:00,083 --> 11:00:00,000" in as_srt([second])


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("de", "deu"),
        ("pt-BR", "por"),
        ("zh-Hans", "zho"),
        ("yue", "yue"),
        ("xx", "und"),
        ("", "und"),
    ],
)
def test_languages_of_three_letters(tag: str, name: str) -> None:
    """Tags become the letters that an MP4 holds; an unknown one is undetermined."""
    assert three_letters(tag) == name


def test_readable_text() -> None:
    """Blanks are single, controls and turning marks gone; joiners and marks that scripts need stay."""
    said = " a\t b\x00\n\n\r\n \u202ec\u200d\u0301 \ud83d \u2067d\u2069"
    assert readable(said) == "a b\nc\u200d\u0301 \u2067d\u2069"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("1\n00:00:01,000 --> 00:00:02,000\na\n\n2\n00:00:06 -- 00:00:07\nb", 6),
        ("1\n00:00:01,000 --> 00:00:02,000\na\n\n2\n00:06 -> 00:07\nb", 6),
        ("WEBVTT\n\nx\n00:01.000 --> 00:02.000\na\n\ny\n00:03.000 -> 00:04.000\nb", 8),
        ("00:00:01,000 --> 00:00:02,000\na\n00:00:06,000 to 00:00:07,000\nb", 3),
    ],
)
def test_a_broken_time_line_is_no_words(text: str, line: int) -> None:
    """Two times without their arrow are told with their line, and no caption takes in the next one."""
    with pytest.raises(MediaError, match=f"line {line}: .* are no times"):
        read_subtitles(text.encode(), "a.srt")


def test_times_among_words_are_words() -> None:
    """Opening hours in a caption are read as they stand."""
    content = b"1\n00:00:01,000 --> 00:00:02,000\n10:00 - 12:00\nopen from 10:00 - 12:00\n"
    assert read_subtitles(content, "a.srt")[0].text == "10:00 - 12:00\nopen from 10:00 - 12:00"


@pytest.mark.parametrize(
    "captions",
    [
        [("00:00:01,000", "x" * 1500)] * 2,
        [("00:00:01,000", "x" * 1500), ("00:00:01,200", "x" * 1500)],
        [("00:00:01,000", "x\n" * 30)] * 2,
        [("00:00:01,000", "x\n" * 60)],
    ],
)
def test_captions_of_one_moment_are_no_book(captions: list[tuple[str, str]]) -> None:
    """What is shown together holds no more than one caption may, in signs and in lines."""
    text = "\n".join(f"{start} --> 00:00:03,000\n{words}\n" for start, words in captions)
    with pytest.raises(MediaError, match=r"more than (2,000 characters|40 lines)"):
        read_subtitles(text.encode(), "a.srt")
