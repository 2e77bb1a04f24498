"""Captions on film frames: of files and of narration, none over another."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtake.assemble.captions import (
    Caption,
    film_captions,
    letter_size,
    timed,
    widest_line,
)
from longtake.assemble.film import Workshop
from longtake.assemble.overlays import film_overlays
from longtake.cues import (
    CaptionFile,
    CaptionSheet,
    CaptionStyle,
    CueSheet,
    NarrationCue,
    TimedText,
    Word,
)
from longtake.timeline import Cut, Timeline, TimelineClip, Transition
from longtake.units import Size
from synthetic import decoded

from .conftest import RATE, Reel, timeline_of

TEXT = (
    "Every evening the keeper climbs one hundred and ninety-nine steps. He has done so since 1911."
)


def three() -> Timeline:
    """Clips a, b, c of 120 frames; a dissolve of 12 leads into b, so b begins at 114, c at 228."""
    places = [TimelineClip(name, name, 0, 120) for name in "abc"]
    wide = timeline_of(places, [Transition("dissolve", 12), Cut()])
    return replace(wide, size=Size(1280, 720))


def file_of(
    *texts: tuple[float, float, str], clip: str | None = None, clips: str = "abc"
) -> CueSheet:
    """A cue sheet with one caption file; times in seconds."""
    said = tuple(TimedText(Fraction(a), Fraction(b), text) for a, b, text in texts)
    return CueSheet(captions=CaptionSheet((CaptionFile("w.srt", said, frozenset(clips), clip),)))


def told(clip: str, text: str, seconds: float, *words: Word) -> NarrationCue:
    return NarrationCue(clip, clip, text, -18.0, Fraction(seconds), words=words)


def places(cues: CueSheet, timeline: Timeline | None = None) -> list[tuple[int, int, str]]:
    return [(c.start, c.end, c.text) for c in film_captions(timeline or three(), cues)]


def test_a_boards_file_counts_from_the_start_of_the_film() -> None:
    """Captions stand where their times say; what lies behind the end is cut off or left out."""
    cues = file_of((0, 1, "a"), (5, 6.5, "b"), (14, 20, "c"), (20, 21, "d"))
    assert places(cues) == [(0, 24, "a"), (120, 156, "b"), (336, 348, "c")]


def test_a_scenes_file_counts_from_its_start_and_stays_in_it() -> None:
    """It begins in the middle of the transition into the scene, and ends with the scene."""
    cues = file_of((0, 1, "a"), (4, 9, "b"), (6, 7, "c"), clip="b", clips="b")
    assert places(cues) == [(114, 138, "a"), (210, 228, "b")]


def test_a_file_leaves_out_scenes_that_have_their_own() -> None:
    """A caption that runs into a scene without captions ends there, and goes on behind it."""
    assert places(file_of((0, 14, "x"), clips="ac")) == [(0, 114, "x"), (228, 336, "x")]


def test_captions_of_two_sources_never_overlap() -> None:
    """The first gives way; where it would only flash up, both are shown together."""
    cues = replace(file_of((0, 2, "file")), narration=(told("a", "Said now.", 1),))
    assert places(cues) == [(0, 48, "Said now.\nfile")]
    later = replace(file_of((0.5, 2, "file")), narration=(told("a", "Said now.", 1),))
    assert places(later) == [(0, 12, "Said now."), (12, 48, "file")]


def test_narration_begins_with_its_shot_and_its_words() -> None:
    """Estimated times share the voice's length; the second caption begins with its sentence."""
    found = places(CueSheet(narration=(told("b", TEXT, 5),)))
    assert [text for _, _, text in found] == [
        "Every evening the keeper climbs\none hundred and ninety-nine steps.",
        "He has done so since 1911.",
    ]
    assert found[0][0] == 114
    assert found[1][0] - found[0][1] == 2
    # Two thirds of the signs are in the first sentence.
    assert 114 + 70 < found[1][0] < 114 + 90
    assert found[1][1] >= 114 + 5 * 24


def test_word_times_are_kept_where_the_voice_tells_them() -> None:
    """A caption begins on the frame of its first word, however the voice spells or skips words."""
    words = (
        Word("every", Fraction(1, 4), Fraction(1, 2)),
        Word("evenin'", Fraction(1, 2), Fraction(1)),
        Word("steps", Fraction(5, 2), Fraction(3)),
        Word("He,", Fraction(4), Fraction(17, 4)),
        Word("nineteen-eleven", Fraction(5), Fraction(6)),
    )
    found = places(CueSheet(narration=(told("b", TEXT, 6, *words),)))
    assert [start for start, _, _ in found] == [114 + 6, 114 + 96]
    assert found[0][1] >= 114 + 72


def test_a_short_caption_stands_until_it_is_read() -> None:
    """What is said fast stays a second; a hole of less than half a second behind it is closed."""
    alone = told("a", "Yes!", 0.25)
    assert places(CueSheet(narration=(alone,))) == [(0, 24, "Yes!")]
    soon = told("a", "Two words here. " * 3, 1.0)
    # Without anything behind it, as long as it takes to read, at 17 signs a second or so.
    long_s = places(CueSheet(narration=(soon,)))[0][1] / 24
    assert 2.2 < long_s < 3.2
    words = file_of((3, 4, "next"))
    assert places(replace(words, narration=(soon,)))[0][1] <= 72


def test_a_caption_never_leaves_the_film() -> None:
    """A voice that outlasts the film keeps its captions inside it."""
    found = places(CueSheet(narration=(told("c", TEXT, 60),)))
    assert found and max(end for _, end, _ in found) <= 348
    assert places(CueSheet(narration=(told("c", " \n", 1),))) == []


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.text("ab .,!漢。", max_size=80), st.floats(0.05, 9)),
        max_size=4,
    ),
    st.lists(st.tuples(st.floats(0, 16), st.floats(0.01, 9)), max_size=6),
)
def test_captions_stand_in_order_inside_the_film(
    said: list[tuple[str, str, float]], written: list[tuple[float, float]]
) -> None:
    """Whatever is said and written: captions rise, never overlap, and end with the film."""
    file = file_of(*((start, start + length, "w") for start, length in written))
    found = places(replace(file, narration=tuple(told(*one) for one in said)))
    edges = [edge for start, end, _ in found for edge in (start, end)]
    assert edges == sorted(edges)
    assert all(start < end for start, end, _ in found)
    assert not edges or (edges[0] >= 0 and edges[-1] <= 348)


def test_takes_that_end_early_move_their_captions() -> None:
    """Captions hang on clips: a shorter first clip brings those of the second forward."""
    short = timeline_of([TimelineClip("a", "a", 0, 60), TimelineClip("b", "b", 0, 120)], [Cut()])
    said = CueSheet(narration=(told("b", "Now.", 1),))
    assert [start for start, _, _ in places(said)] == [114]
    assert [start for start, _, _ in places(said, short)] == [60]


def test_clips_without_captions() -> None:
    """Narration of a clip that wants no captions, or has a file, has none."""
    cues = CueSheet(narration=(told("a", "One.", 1), told("b", "Two.", 1)))
    off = replace(cues, captions=CaptionSheet(unspoken=frozenset("a")))
    assert [text for _, _, text in places(off)] == ["Two."]


def test_lines_follow_the_shape_of_the_film() -> None:
    """An upright film has shorter lines, larger letters too; a wide one never more than 42 columns."""
    upright, wide = Size(720, 1280), Size(1280, 720)
    assert widest_line(wide) == 42 and 30 < widest_line(upright) < 34
    assert widest_line(upright, CaptionStyle(size=Fraction(76))) < 17
    assert letter_size(CaptionStyle(), Size(1920, 1080)) == 57
    tall = replace(three(), size=upright)
    lines = places(CueSheet(narration=(told("a", TEXT, 5),)), tall)
    assert max(len(line) for _, _, text in lines for line in text.split("\n")) <= 32


def test_times_of_frames() -> None:
    """Files beside the film get the exact seconds of the frames."""
    assert timed([Caption(12, 36, "x", "w.srt")], RATE) == (
        TimedText(Fraction(1, 2), Fraction(3, 2), "x"),
    )


def burned(cues: CueSheet, *clips: str) -> CueSheet:
    style = CaptionStyle(size=Fraction(90), box=True)
    return replace(cues, captions=replace(cues.captions, burned=tuple((c, style) for c in clips)))


def test_burned_captions_are_overlays() -> None:
    """Each is drawn over its own frames and no others, by what it looks like alone."""
    cues = burned(file_of((1, 2, "one"), (6, 7, "{two}")), "b")
    (overlay,) = film_overlays(three(), cues, film_captions(three(), cues))
    assert (overlay.start, overlay.end, overlay.kind, overlay.steady) == (144, 168, "caption", True)
    assert '"text": "{two}"' in overlay.options


@pytest.mark.parametrize("burn", [False, True])
def test_film_with_captions(reel: Reel, tmp_path: Path, burn: bool) -> None:
    """Burned ones change the pictures of their frames alone; others are a track on the same frames."""
    timeline = timeline_of(
        [TimelineClip("c3", "s", 0, 36), TimelineClip("c4", "s", 0, 36)], [Cut()]
    )
    cues = file_of((0.5, 1, "Words"), (2, 2.5, "More"), clips={"c3", "c4"})  # type: ignore[arg-type]
    shown = burned(cues, "c3", "c4") if burn else cues
    bare = reel.film(timeline, tmp_path / "bare")
    film = reel.film(timeline, tmp_path / "with", cues=shown)
    apart = [
        np.abs(a.to_ndarray().astype(int) - b.to_ndarray()).max()
        for a, b in zip(decoded(bare.path), decoded(film.path), strict=True)
    ]
    changed = [n for n, most in enumerate(apart) if most > 40]
    assert changed == ([*range(12, 24), *range(48, 60)] if burn else [])
    with av.open(str(film.path)) as opened:
        tracks = [stream.type for stream in opened.streams]
    assert ("subtitle" in tracks) != burn


def test_changed_captions_render_no_picture_anew(reel: Reel, tmp_path: Path) -> None:
    """Another word in the caption track is a matter of joining; the film is written, not rendered."""
    timeline = timeline_of([TimelineClip("c3", "s", 0, 36)], [])
    workshop = Workshop(tmp_path / "work", workers=1, copies=False)
    clips = frozenset({"c3"})
    one, two = (file_of((0, 1, text), clips=clips) for text in ("one", "two"))  # type: ignore[arg-type]
    assert reel.film(timeline, tmp_path, workshop=workshop, cues=one).rendered == 36
    again = reel.film(timeline, tmp_path, workshop=workshop, cues=two)
    assert (again.made, again.rendered) == (True, 0)
    assert not reel.film(timeline, tmp_path, workshop=workshop, cues=two).made


def test_captions_stand_where_the_voice_is() -> None:
    """A voice that waits for the last one, or begins sooner, takes its captions along."""
    words = ("a", "Some words are said here.", 5.0), ("b", "And then some more words.", 12.0)
    found = places(CueSheet(narration=tuple(told(*word) for word in words)))
    assert [place[0] for place in found[:2]] == [0, 348 - 12 * 24]


@pytest.mark.parametrize("silent", ["a", "b", "c"])
def test_captions_of_a_scene_leave_out_shots_that_want_none(silent: str) -> None:
    """What is said over a scene has captions in all of its shots but those that want none."""
    sheet = CaptionSheet(unspoken=frozenset(silent))
    found = places(CueSheet(narration=(told("a", f"{TEXT} {TEXT}", 14.0),), captions=sheet))
    runs = {"a": (0, 114), "b": (114, 228), "c": (228, 348)}
    for clip, (low, high) in runs.items():
        assert any(start < high and end > low for start, end, _ in found) == (clip != silent)
