"""The same takes in a film of another shape: every frame cut alike, its own pieces, one sound."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from longtake.assemble.film import Film, Workshop, is_assembled
from longtake.assemble.material import StillMaterial
from longtake.assemble.pieces import plan_pieces
from longtake.assemble.render import Shown, clip_frames
from longtake.cues import CueSheet, TitleCue
from longtake.media.encode import EncoderSettings
from longtake.media.normalise import FilmFormat
from longtake.timeline import Seam, Timeline, TimelineClip, Transition
from longtake.units import Focus, Size
from synthetic import decoded, luma_of, planned, read_barcode

from .conftest import RATE, SIZE, Reel, all_joins, timeline_of

SQUARE, TALL = Size(96, 96), Size(96, 170)
CENTRE, WHOLE = Focus(), Focus(whole=True)


def shaped(timeline: Timeline, size: Size, focus: Focus) -> Timeline:
    """The same film in another shape."""
    clips = tuple(replace(clip, focus=focus) for clip in timeline.clips)
    return replace(timeline, size=size, clips=clips)


def lumas(film: Film) -> list[np.ndarray]:
    """The luma of each frame of a film."""
    return [luma_of(frame).astype(int) for frame in decoded(film.path)]


def beside(reel: Reel, timeline: Timeline, folder: Path, name: str) -> Film:
    """Assemble a film of another shape in the workshop of the first."""
    (folder / name).mkdir()
    workshop = Workshop(folder / "work", workers=1, copies=False)
    return reel.film(timeline, folder / name, workshop=workshop)


def test_every_frame_is_the_films_own_cut_alike(reel: Reel, tmp_path: Path) -> None:
    """Along a seam and a dissolve each frame is a part of the film's own frame, in the same place."""
    places = [TimelineClip("a1", "s", 0, 48), TimelineClip("a2", "s", 0, 48)]
    places += [TimelineClip("c3", "t", 0, 30, 0, 6)]
    timeline = timeline_of(places, [Seam(), Transition("dissolve", 10)], fade_out=8)
    whole = lumas(reel.film(timeline, tmp_path))
    square = lumas(beside(reel, shaped(timeline, SQUARE, Focus.parse("0.35,0.5")), tmp_path, "b"))
    assert len(whole) == len(square) == timeline.frames
    for at, (full, part) in enumerate(zip(whole, square, strict=True)):
        assert part.shape == (96, 96)
        assert np.abs(full[:, 8 : 8 + 96] - part).mean() < 2, at


def test_whole_pictures_show_every_planned_frame(reel: Reel, tmp_path: Path) -> None:
    """With every kind of join, still and footage, each frame's barcode is the planned one."""
    timeline = shaped(all_joins(), TALL, WHOLE)
    film = beside(reel, timeline, tmp_path, "tall")
    frames = lumas(film)
    assert len(frames) == timeline.frames
    for at, (shown, luma) in enumerate(zip(planned(film.timeline), frames, strict=True)):
        if len(shown) == 1 and 8 < at < len(frames) - 30:
            code = read_barcode(luma[56 : 56 + 58])
            assert code == reel.clips[shown[0][0]].code(shown[0][1]), at


def test_a_film_of_another_shape_touches_nothing_of_the_film(reel: Reel, tmp_path: Path) -> None:
    """The film stays up to date, no piece is shared or lost, and the sound is made once."""
    timeline = timeline_of([TimelineClip("c3", "s", 0, 36)], [])
    film = reel.film(timeline, tmp_path)
    workshop = Workshop(tmp_path / "work", workers=1, copies=False)
    kept = set(workshop.shelf.folder.rglob("*.piece"))
    sounds = {path: path.stat().st_mtime_ns for path in workshop.sounds.rglob("*")}
    square = beside(reel, shaped(timeline, SQUARE, CENTRE), tmp_path, "b")
    assert (film.rendered, square.rendered) == (36, 36)
    assert set(workshop.shelf.folder.rglob("*.piece")) > kept
    assert {path: path.stat().st_mtime_ns for path in workshop.sounds.rglob("*")} == sounds
    assert is_assembled(timeline, reel.materials, film.path, workshop=workshop)[0]
    assert not beside(reel, timeline, tmp_path, "again").rendered


def test_another_focus_is_another_piece(reel: Reel) -> None:
    """Of two films in one shape only the pieces of a clip with another focus are made anew."""
    timeline = timeline_of(
        [TimelineClip("c3", "s", 0, 36), TimelineClip("c4", "s", 0, 36)],
        [Transition("dissolve", 8)],
    )
    settings = EncoderSettings.for_quality("draft", RATE)

    def keys(*focus: Focus) -> list[str]:
        clips = zip(timeline.clips, focus, strict=True)
        there = replace(
            timeline, size=SQUARE, clips=tuple(replace(clip, focus=f) for clip, f in clips)
        )
        made = plan_pieces(there, reel.materials, FilmFormat(SQUARE, RATE), settings)
        return [piece.key for piece in made]

    centre, other = keys(CENTRE, CENTRE), keys(CENTRE, Focus.parse("0.4,0.5"))
    assert [one == two for one, two in zip(centre, other, strict=True)] == [True, False, False]
    assert centre == keys(Focus.parse("0.5,0.5"), CENTRE)
    assert len({*centre, *keys(WHOLE, WHOLE)}) == 6


def still_frames(folder: Path, focus: Focus, size: Size) -> list[np.ndarray]:
    """Luma of the first and the last frame of a still that is pushed into."""
    ramp = np.linspace(40, 220, 320, dtype=np.uint8)
    Image.fromarray(np.repeat(ramp[None], 180, 0)).convert("RGB").save(folder / "still.png")
    still = StillMaterial(folder / "still.png", "00", ("Push in",), 24)
    shown = Shown("a", still, 0, 24, focus)
    frames = [luma_of(frame) for _, frame in clip_frames(shown, FilmFormat(size, RATE), 0, 24)]
    return [frames[0].astype(int), frames[-1].astype(int)]


def test_still_is_cut_from_its_file_and_then_moved(tmp_path: Path) -> None:
    """The camera moves within the part that is kept: its middle stays, its edges come nearer."""
    first, last = still_frames(tmp_path, Focus.parse("0.25,0.5"), SQUARE)
    middle = 16 + (40 + 180 * 90 / 320) * 219 / 255
    assert abs(first[48, 48] - middle) <= 3 and abs(last[48, 48] - middle) <= 3
    assert np.ptp(last[48]) < np.ptp(first[48]) - 4


def test_a_whole_still_is_moved_within_its_own_edges(tmp_path: Path) -> None:
    """What is around it keeps its place while the camera moves."""
    first, last = still_frames(tmp_path, WHOLE, TALL)
    for frame in (first, last):
        # Twice as bright inside as outside, at the same rows.
        assert (frame[58:112, 48] > 1.4 * frame[52, 48]).all()
        assert (np.abs(frame[:56, 48] - frame[0, 48]) <= 6).all()
    assert np.ptp(last[85]) < np.ptp(first[85]) - 4


def test_titles_are_laid_out_anew(reel: Reel, tmp_path: Path) -> None:
    """A title lies inside a tall film as it does inside a wide one, and is drawn, not cut."""
    cue = TitleCue(("still",), "lower_third", "lower third", '{"preset":"box","text":"Ada"}')
    timeline = timeline_of([TimelineClip("still", "s", 0, 48)], [])
    inside = []
    for size, focus in ((SIZE, None), (Size(96, 160), CENTRE)):
        there = replace(timeline, size=size, clips=(replace(timeline.clips[0], focus=focus),))
        (tmp_path / str(size)).mkdir()
        film = reel.film(there, tmp_path / str(size), cues=CueSheet(titles=(cue,)))
        shown = Shown("still", reel.materials["still"], 0, 1, focus)
        ((_, plain),) = clip_frames(shown, FilmFormat(size, RATE), 0, 1)
        rows, columns = np.nonzero(np.abs(lumas(film)[30] - luma_of(plain)) > 40)
        inside.append((columns.min() / size.width, columns.max() / size.width))
        assert rows.max() < size.height - 2
    assert all(low > 0.02 and high < 0.98 for low, high in inside)
    assert np.ptp(inside[1]) > np.ptp(inside[0])
