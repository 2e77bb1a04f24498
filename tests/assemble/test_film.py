"""A barcode in every frame proves that the film is the planned one; its file is looked at byte by byte."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from longtake.assemble.film import Film, Workshop, assemble_film, is_assembled
from longtake.errors import AssemblyError, MediaError
from longtake.media.h264 import is_idr
from longtake.timeline import Cut, Timeline, TimelineClip, Transition
from synthetic import Seen, boxes_of, decoded, level_of, luma_of, planned, ramp_of, watch

from .conftest import RATE, Reel, timeline_of

# Codes of luma that the encoder, at crf 19, may be off in an even field.
NEAR = 3.0


@pytest.fixture(scope="module")
def seen(all_joins_film: Film) -> list[Seen]:
    return watch(all_joins_film.path)


def fields(reel: Reel, shown: tuple[str, int]) -> np.ndarray:
    """Level and ramp that a clip's frame was drawn with."""
    scene, moment = reel.clips[shown[0]].code(shown[1])
    return np.array([level_of(scene), ramp_of(moment)], float)


def veil(timeline: Timeline, at: int) -> float:
    """The share of the picture that the film's own fades leave at a frame."""
    rising = (at + 1) / (timeline.fade_in + 1)
    falling = (timeline.frames - at) / (timeline.fade_out + 1)
    return min(1.0, rising, falling)


def transition_at(timeline: Timeline, at: int) -> tuple[Transition, float]:
    """The transition that plays at a film frame, and how far it has come."""
    for (start, _), join in zip(list(timeline.placed())[1:], timeline.joins, strict=True):
        if isinstance(join, Transition) and start <= at < start + join.frames:
            return join, (at - start + 1) / (join.frames + 1)
    raise AssertionError(at)


def test_every_frame_is_the_planned_one(reel: Reel, all_joins_film: Film, seen: list[Seen]) -> None:
    """Outside transitions each frame's barcode is the planned one, in order, none missing or twice."""
    timeline = all_joins_film.timeline
    assert len(seen) == timeline.frames
    for at, (shown, frame) in enumerate(zip(planned(timeline), seen, strict=True)):
        if len(shown) == 1 and veil(timeline, at) > 0.7:
            assert frame.code == reel.clips[shown[0][0]].code(shown[0][1]), at


def test_every_field_has_its_brightness(reel: Reel, all_joins_film: Film, seen: list[Seen]) -> None:
    """Outside transitions the even fields are as drawn, veiled by the fades at the film's ends."""
    timeline = all_joins_film.timeline
    blue = 16 + 219 * (0.2126 * 0x20 + 0.7152 * 0x30 + 0.0722 * 0x40) / 255
    for at, (shown, frame) in enumerate(zip(planned(timeline), seen, strict=True)):
        if len(shown) == 1:
            share = veil(timeline, at)
            drawn = fields(reel, shown[0]) * share + blue * (1 - share)
            assert np.allclose([frame.level, frame.ramp], drawn, atol=NEAR), at


def test_seam_shows_the_shared_frame_once(all_joins_film: Film, seen: list[Seen]) -> None:
    """Along a chain the moments count on by one: the frame both clips hold is shown once."""
    moments = [frame.code[1] for frame in seen[8:95]]
    assert moments == list(range(8, 95))


@pytest.mark.parametrize("kind", ["dissolve", "fade"])
def test_cross_fade_mixes_the_right_frames(
    reel: Reel, all_joins_film: Film, seen: list[Seen], kind: str
) -> None:
    """In a dissolve each frame is the mix of the two planned frames in the planned shares."""
    timeline = all_joins_film.timeline
    found = 0
    for at, shown in enumerate(planned(timeline)):
        if len(shown) == 2:
            join, share = transition_at(timeline, at)
            if kind in (join.kind, join.name):
                mix = fields(reel, shown[0]) * (1 - share) + fields(reel, shown[1]) * share
                assert np.allclose([seen[at].level, seen[at].ramp], mix, atol=NEAR), at
                found += 1
    assert found == {"dissolve": 12, "fade": 8}[kind]


def test_dip_goes_through_its_colour(reel: Reel, all_joins_film: Film, seen: list[Seen]) -> None:
    """A dip fades to its colour in the first half, shows it alone, and comes back from it."""
    timeline = all_joins_film.timeline
    red = 16 + 219 * 0.2126
    for at, shown in enumerate(planned(timeline)):
        if len(shown) == 2:
            join, share = transition_at(timeline, at)
            if join.kind == "dip":
                clip, rest = (shown[0], 1 - 2 * share) if share < 0.5 else (shown[1], 2 * share - 1)
                mix = fields(reel, clip) * rest + red * (1 - rest)
                assert np.allclose([seen[at].level, seen[at].ramp], mix, atol=NEAR), at


@pytest.mark.parametrize(
    ("direction", "name"), [(d, "") for d in ("left", "right", "up", "down")] + [("", "wipeleft")]
)
def test_wipe_travels_its_way(
    reel: Reel, all_joins_film: Film, seen: list[Seen], direction: str, name: str
) -> None:
    """Of each field the share that the edge has passed shows the second clip."""
    timeline = all_joins_film.timeline
    areas = [(1 / 24, 7 / 24), (9 / 24, 15 / 24)]
    for at, shown in enumerate(planned(timeline)):
        if len(shown) == 2:
            join, share = transition_at(timeline, at)
            if (join.direction, join.name) == (direction, name):
                first, second = fields(reel, shown[0]), fields(reel, shown[1])
                passed = np.array([covered(direction or "left", share, area) for area in areas])
                mix = first * (1 - passed) + second * passed
                slack = NEAR + np.abs(second - first) * 0.1
                assert (np.abs([seen[at].level, seen[at].ramp] - mix) < slack).all(), at


def covered(direction: str, share: float, across: tuple[float, float]) -> float:
    """How much of a field lies behind an edge that has gone `share` of its way."""
    low, high = across if direction in ("left", "right") else (3 / 8, 7 / 8)
    if direction in ("left", "up"):
        low, high = 1 - high, 1 - low
    return float(np.clip((share - low) / (high - low), 0, 1))


def test_times_lie_on_the_grid(all_joins_film: Film, seen: list[Seen]) -> None:
    """The first frame stands at nought, each next one exactly a 24th of a second later."""
    assert [frame.at for frame in seen] == [Fraction(at, 24) for at in range(len(seen))]


def test_groups_are_closed_and_short(all_joins_film: Film) -> None:
    """Key pictures are IDR pictures, at most two seconds apart, and nothing reaches back past one."""
    with av.open(str(all_joins_film.path)) as film:
        packets = [p for p in film.demux(video=0) if p.pts is not None]
    tick = packets[0].time_base * 24
    keys = [int(p.pts * tick) for p in packets if p.is_keyframe]
    assert all(is_idr(bytes(p)) for p in packets if p.is_keyframe)
    assert max(b - a for a, b in pairwise([*keys, len(packets)])) <= 48
    latest = 0
    for packet in packets:
        latest = packet.pts if packet.is_keyframe else latest
        assert packet.pts >= latest


def test_colour_tags_are_whole(all_joins_film: Film) -> None:
    """The pictures and the file's colr box both say bt709, limited range; pixels are yuv420p."""
    with av.open(str(all_joins_film.path)) as film:
        frame = next(film.decode(video=0))
    tags = (frame.colorspace, frame.color_primaries, frame.color_trc, frame.color_range)
    assert (frame.format.name, [int(tag) for tag in tags]) == ("yuv420p", [1, 1, 1, 1])
    assert b"colrnclx\0\1\0\1\0\1\0" in all_joins_film.path.read_bytes()


def test_file_starts_playing_at_once(all_joins_film: Film) -> None:
    """The index stands before the pictures, and there is one kind of sample entry: one avc1."""
    content = all_joins_film.path.read_bytes()
    boxes = [name for name, _ in boxes_of(content)]
    assert boxes.index(b"moov") < boxes.index(b"mdat")
    entries = content.index(b"stsd") + 8
    moov = dict(boxes_of(content))[b"moov"]
    assert (moov.count(b"avc1"), content[entries + 3]) == (1, 1)
    assert b"avc3" not in moov


def test_chapters_stand_where_scenes_begin(all_joins_film: Film) -> None:
    """Each scene is a chapter with its title, up to the next one; the film has its own title."""
    timeline = all_joins_film.timeline
    with av.open(str(all_joins_film.path)) as film:
        chapters = film.chapters()
        assert film.metadata["title"] == "All joins"
    starts, ends = (
        [float(c[side] * c["time_base"]) for c in chapters] for side in ("start", "end")
    )
    # Chapters of an MP4 are counted in milliseconds.
    wanted = [start / 24 for start in timeline.scene_starts().values()]
    assert starts == pytest.approx(wanted, abs=0.001)
    assert ends == pytest.approx([*wanted[1:], timeline.frames / 24], abs=0.001)
    assert [c["metadata"]["title"] for c in chapters][:2] == ["The first", "The <long> one"]


def test_spans_explain_every_frame(all_joins_film: Film) -> None:
    """The printable spans cover the film from its first frame to its last without a gap."""
    spans = all_joins_film.spans
    assert spans[0].start == 0 and spans[-1].end == all_joins_film.timeline.frames
    assert all(before.end == after.start for before, after in pairwise(spans))


def test_film_of_one_frame(reel: Reel, tmp_path: Path) -> None:
    """The shortest film has one frame and no join."""
    film = reel.film(timeline_of([TimelineClip("c3", "s", 5, 6)], []), tmp_path)
    assert [frame.code for frame in watch(film.path)] == [(3, 5)]


def test_film_at_an_ntsc_rate(reel: Reel, tmp_path: Path) -> None:
    """At 24000/1001 frames a second the grid is exact too."""
    places = [TimelineClip("c3", "s", 0, 30), TimelineClip("c4", "s", 0, 30)]
    timeline = Timeline(RATE.parse("23.976"), timeline_of([], []).size, tuple(places), (Cut(),))
    film = reel.film(timeline, tmp_path)
    assert [f.at for f in watch(film.path)] == [Fraction(1001 * n, 24000) for n in range(60)]


def test_moved_still_moves_all_the_way(reel: Reel, tmp_path: Path) -> None:
    """A still under a camera word moves on in every frame of the length it is given."""
    material = replace(reel.clips["still"].material, camera=("Truck right",))
    timeline = timeline_of([TimelineClip("x", "s", 0, 24)], [])
    workshop = Workshop(tmp_path / "w", workers=1)
    film = assemble_film(timeline, {"x": material}, tmp_path / "f.mp4", workshop=workshop)
    lumas = [luma_of(frame).astype(float) for frame in decoded(film.path)]
    assert len(lumas) == 24
    assert min(np.abs(b - a).mean() for a, b in pairwise(lumas)) > 0.3


def test_clip_without_take(reel: Reel, tmp_path: Path) -> None:
    """A clip that has no take is named, and no file is begun."""
    with pytest.raises(AssemblyError, match="no take of missing"):
        reel.film(timeline_of([TimelineClip("missing", "s", 0, 9)], []), tmp_path)
    assert not list(tmp_path.rglob("*.mp4"))


def test_clip_shorter_than_planned(reel: Reel, tmp_path: Path) -> None:
    """Footage that ends before its planned end is an error that names it, and an old film stays."""
    (tmp_path / "film.mp4").write_bytes(b"old")
    with pytest.raises(MediaError, match="c3"):
        reel.film(timeline_of([TimelineClip("c3", "s", 0, 99)], []), tmp_path)
    assert (tmp_path / "film.mp4").read_bytes() == b"old"


def test_looking_touches_nothing(reel: Reel, tmp_path: Path) -> None:
    """`is_assembled` tells what lacks before and after, and writes no file."""
    timeline = timeline_of(
        [TimelineClip("c3", "s", 0, 36), TimelineClip("c4", "s", 0, 36)], [Cut()]
    )
    look = (timeline, reel.materials, tmp_path / "film.mp4")
    workshop = Workshop(tmp_path / "work", workers=1, copies=False)
    ready, spans, lacking = is_assembled(*look, workshop=workshop)
    assert (ready, len(spans), lacking, list(tmp_path.iterdir())) == (False, 2, 72, [])
    reel.film(timeline, tmp_path)
    assert is_assembled(*look, workshop=workshop)[::2] == (True, 0)
