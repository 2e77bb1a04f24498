"""What is drawn over the film: laid on its frames, cut into pieces, drawn where it belongs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from longtake.assemble.film import Workshop
from longtake.assemble.material import FileMaterial, Material
from longtake.assemble.overlays import LaidOverlays, Overlay, film_overlays, layers
from longtake.assemble.pieces import SHORTEST, Piece, plan_pieces, spans
from longtake.cues import CueSheet, NamedFile, TitleCue
from longtake.files import sha256_of
from longtake.media import type as type_
from longtake.media.encode import EncoderSettings
from longtake.media.normalise import FilmFormat
from longtake.timeline import Cut, Timeline, TimelineClip, Transition
from synthetic import decoded

from .conftest import RATE, SIZE, Reel, timeline_of

SETTINGS = EncoderSettings.for_quality("normal", RATE)


def three() -> Timeline:
    """Three clips of 120 frames, a dissolve of 12 between the first two, without handles."""
    places = [TimelineClip(name, name, 0, 120) for name in "abc"]
    return timeline_of(places, [Transition("dissolve", 12), Cut()])


def title(*clips: str, **more: object) -> TitleCue:
    usual = TitleCue(clips, "logo", "lower third", "{}", delay_s=Fraction(1), seconds=Fraction(2))
    return replace(usual, **more)  # type: ignore[arg-type]


def cut(timeline: Timeline, *cues: TitleCue) -> tuple[Piece, ...]:
    takes: dict[str, Material] = {c.id: FileMaterial(Path(c.id), c.id) for c in timeline.clips}
    overlays = film_overlays(timeline, CueSheet(titles=cues), ())
    return plan_pieces(timeline, takes, FilmFormat(SIZE, RATE), SETTINGS, "", overlays)


def keys(pieces: tuple[Piece, ...]) -> set[str]:
    return {piece.key for piece in pieces}


def windows(timeline: Timeline, *cues: TitleCue) -> list[tuple[int, int]]:
    found = film_overlays(timeline, CueSheet(titles=cues), ())
    return [(overlay.start, overlay.end) for overlay in found]


def test_title_begins_with_its_shot() -> None:
    """Counted from the middle of the transition in front, a second later, for two seconds."""
    assert windows(three(), title("b")) == [(114 + 24, 114 + 72)]


def test_title_is_gone_before_its_shot_ends() -> None:
    """However long it was to stand, it is clear of the shot's end; a shot may be several clips."""
    long = title("b", "c", seconds=Fraction(60), clear_s=Fraction(1, 2))
    assert windows(three(), long) == [(138, 348 - 12)]
    assert windows(three(), replace(long, clips=("a",))) == [(24, 114 - 12)]


def test_title_without_clips_lies_over_the_whole_film() -> None:
    """The logo stands from the first frame to the last."""
    brand = TitleCue((), "logo", "logo", "{}", steady=True)
    assert windows(three(), brand) == [(0, 348)]


def test_title_of_a_shot_that_came_out_short_is_left_out() -> None:
    """What would stand for less than half a second is not shown at all."""
    assert windows(three(), title("b", delay_s=Fraction(9, 2))) == []


def test_pieces_are_cut_where_titles_begin_and_end() -> None:
    """Only the pieces under a title are other than without it."""
    bare, titled = cut(three()), cut(three(), title("c"))
    new = [piece for piece in titled if piece.key not in keys(bare)]
    over = [piece for piece in titled if piece.layers]
    assert sum(piece.frames for piece in over) == 48
    assert {id(piece) for piece in over} <= {id(piece) for piece in new}
    # Beside the title the grid is met anew, so nothing outside its own clip changes.
    assert all(getattr(piece, "clip", "") == "c" for piece in new)


def test_another_title_touches_its_window_only() -> None:
    """Edited words make the frames under them anew, and no others."""
    old, new = cut(three(), title("b")), cut(three(), title("b", options='{"text":"B"}'))
    changed = [piece for piece in new if piece.key not in keys(old)]
    assert sum(piece.frames for piece in changed) == 48


def test_moved_clip_takes_its_title_along() -> None:
    """A clip with its title that stands elsewhere in the film has the same pieces."""
    there = timeline_of([TimelineClip(n, n, 0, 120) for n in "abc"], [Cut(), Cut()])
    moved = replace(there, clips=there.clips[::-1])
    assert keys(cut(there, title("c"))) == keys(cut(moved, title("c")))


def test_steady_overlay_does_not_know_the_length_of_the_film() -> None:
    """A logo over a film that grows makes nothing anew of what there was."""
    brand = TitleCue((), "logo", "logo", "{}", steady=True)
    longer = replace(
        three(),
        clips=(*three().clips, TimelineClip("d", "d", 0, 48)),
        joins=(*three().joins, Cut()),
    )
    moving = replace(brand, steady=False)
    assert keys(cut(three(), brand)) <= keys(cut(longer, brand))
    assert not keys(cut(three(), moving)) & keys(cut(longer, moving))


def test_no_piece_is_cut_too_short() -> None:
    """Where a window ends just beside another edge, one piece holds both."""
    for delay in range(60):
        cue = title("c", delay_s=Fraction(delay, 24), seconds=Fraction(71, 24))
        pieces = cut(three(), cue, replace(cue, delay_s=cue.delay_s + Fraction(3, 24)))
        assert min(piece.frames for piece in pieces) >= SHORTEST


def test_files_count_by_content() -> None:
    """Another logo file is another piece; the same under another path is not."""
    one = title("c", files=(NamedFile("logo", Path("x"), "1"),))
    same = title("c", files=(NamedFile("logo", Path("y"), "1"),))
    other = title("c", files=(NamedFile("logo", Path("x"), "2"),))
    assert keys(cut(three(), one)) == keys(cut(three(), same))
    assert keys(cut(three(), one)) != keys(cut(three(), other))


def test_spans_name_what_is_drawn() -> None:
    """The reason of a span tells that a title lies over it."""
    told = [span.reason for span in spans(cut(three(), title("c")))]
    assert "whole frames, lower third" in told
    assert "dissolve, lower third" in [
        span.reason for span in spans(cut(three(), title("a", delay_s=Fraction(3))))
    ]


@pytest.fixture
def mark(tmp_path: Path) -> NamedFile:
    """A white square with nothing around it."""
    path = tmp_path / "mark.png"
    picture = Image.new("RGBA", (40, 40), (255, 0, 0, 0))
    picture.paste((255, 255, 255, 255), (10, 10, 30, 30))
    picture.save(path)
    return NamedFile("logo", path, sha256_of(path))


def test_overlay_shows_in_its_window_and_under_the_fade(
    reel: Reel, mark: NamedFile, tmp_path: Path
) -> None:
    """Drawn over body and transition alike, from its first frame to its last, darkened by the fade."""
    timeline = timeline_of(
        [TimelineClip("c3", "x", 0, 36), TimelineClip("c5", "y", 0, 36)],
        [Transition("dissolve", 8)],
        fade_out=20,
    )
    cue = title(
        "c3", "c5", delay_s=Fraction(10, 24), files=(mark,), options='{"opacity":1,"size":3}'
    )
    film = reel.film(timeline, tmp_path, cues=CueSheet(titles=(cue,)))
    # A white square of 20 pixels with a margin of 5 in the corner of 160x96.
    lights = [
        float(np.mean(frame.to_ndarray(format="gray")[8:22, 138:152]))
        for frame in decoded(film.path)
    ]
    assert film.timeline.frames == 64
    assert all(light > 225 for light in lights[10:44])
    assert all(light < 200 for light in (*lights[:10], *lights[58:]))
    assert lights[45] > lights[50] > lights[56] > 60


def test_changed_options_render_the_window_only(
    reel: Reel, mark: NamedFile, tmp_path: Path
) -> None:
    """A film with an edited title renders as many frames as lie under it."""
    timeline = timeline_of([TimelineClip("long", "x", 0, 120)], [])
    cue = title("long", files=(mark,), seconds=Fraction(1))
    workshop = Workshop(tmp_path / "work", workers=1)
    reel.film(timeline, tmp_path, workshop=workshop, cues=CueSheet(titles=(cue,)))
    edited = replace(cue, options='{"corner":"top-left"}')
    film = reel.film(timeline, tmp_path, workshop=workshop, cues=CueSheet(titles=(edited,)))
    assert film.rendered == 24


def test_overlays_are_found_by_their_frames() -> None:
    """A look-up by frames gives what a look at all overlays does, in the same order."""
    spans_ = [(0, 3000), (600, 700), (100, 520), (511, 512), (512, 513), (2999, 3000)]
    drawn = tuple(Overlay(*span, "logo", f"{n}", "{}", "1") for n, span in enumerate(spans_))
    laid = LaidOverlays(drawn)
    for start, end in ((0, 100), (500, 512), (512, 600), (255, 257), (2990, 3000)):
        assert laid.layers(start, end) == layers(drawn, start, end)


@pytest.fixture
def fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of fonts that is all this machine has."""
    caches = (type_._system_fonts, type_._font_with, type_._font_with_all, type_._has)
    monkeypatch.setattr(type_, "_FOLDERS", {"linux": (str(tmp_path),)})
    monkeypatch.setattr(type_.sys, "platform", "linux")
    for cache in caches:
        cache.cache_clear()
    yield tmp_path
    for cache in caches:
        cache.cache_clear()


def test_font_that_steps_in_is_part_of_the_key(fonts: Path) -> None:
    """A font that is installed later, and has the signs, makes the pieces under them anew."""
    cue = title("b", kind="lower_third", options='{"text": "了亮 Ada"}')
    ascii_only = replace(cue, options='{"text": "Ada"}')
    before, plain = keys(cut(three(), cue)), keys(cut(three(), ascii_only))
    chinese = Path(__file__).parents[1] / "media" / "fonts" / "WenQuanYiMicroHei-part.ttf"
    shutil.copy(chinese, fonts / "wqy.ttf")
    type_._system_fonts.cache_clear()
    type_._font_with.cache_clear()
    assert type_.undrawable("了亮") == ""
    assert keys(cut(three(), cue)) != before
    assert keys(cut(three(), ascii_only)) == plain


def test_a_progress_line_knows_where_scenes_begin() -> None:
    """It has a gap at each, wherever the takes have put them, and lies over the whole film."""
    timeline = three()
    line = title(kind="progress", delay_s=Fraction(0), seconds=None)
    (overlay,) = film_overlays(timeline, CueSheet(titles=(line,)), ())
    assert (overlay.start, overlay.end) == (0, timeline.frames)
    assert json.loads(overlay.options)["marks"] == sorted(timeline.scene_starts().values())
    assert len(timeline.scene_starts()) == 3
