"""Pieces cover the film once and in order, and are known by what goes into them alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtake.assemble.material import FileMaterial, Material, StillMaterial
from longtake.assemble.pieces import (
    SHORTEST,
    BodyPiece,
    CopyPiece,
    Fade,
    Piece,
    TransitionPiece,
    plan_pieces,
    spans,
)
from longtake.media.encode import EncoderSettings
from longtake.media.normalise import FilmFormat
from longtake.seam.mending import Mending
from longtake.seam.plan import RepairPlan
from longtake.timeline import Cut, Join, Seam, Timeline, TimelineClip, Transition
from longtake.units import FrameRate, Size

RATE, SIZE = FrameRate.parse(24), Size(160, 96)
FILM = FilmFormat(SIZE, RATE)
SETTINGS = EncoderSettings.for_quality("normal", RATE)


def joins() -> st.SearchStrategy[Join]:
    lengths = st.integers(1, 30)
    return st.one_of(
        st.just(Seam()), st.just(Cut()), lengths.map(lambda n: Transition("dissolve", n))
    )


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    """Timelines of one to six clips, long enough for their joins and fades."""
    count = draw(st.integers(1, 6))
    places = []
    for number in range(count):
        head, tail = draw(st.integers(0, 40)), draw(st.integers(0, 40))
        start = head + draw(st.integers(0, 60))
        end = start + draw(st.integers(70, 260))
        places.append(TimelineClip(f"c{number}", f"s{number // 2}", start, end, head, tail))
    kinds = tuple(draw(joins()) for _ in range(count - 1))
    fades = draw(st.integers(0, 30)), draw(st.integers(0, 35))
    return Timeline(RATE, SIZE, tuple(places), kinds, *fades)


def materials(timeline: Timeline) -> dict[str, Material]:
    return {clip.id: FileMaterial(Path(clip.id), f"sha of {clip.id}") for clip in timeline.clips}


def cut(timeline: Timeline, **takes: Material) -> tuple[Piece, ...]:
    return plan_pieces(timeline, {**materials(timeline), **takes}, FILM, SETTINGS)


def shown(pieces: tuple[Piece, ...]) -> list[tuple[tuple[str, int], ...]]:
    """For each film frame the clips and frames that its piece plays."""
    frames: list[tuple[tuple[str, int], ...]] = []
    for piece in pieces:
        for k in range(piece.frames):
            if isinstance(piece, BodyPiece | CopyPiece):
                frames.append(((piece.clip, piece.start + k),))
            else:
                first, second = piece.before_start + k, piece.after_start + k
                frames.append(((piece.before, first), (piece.after, second)))
    return frames


@given(timelines())
def test_pieces_play_every_frame_once_in_order(timeline: Timeline) -> None:
    """Played one after the other the pieces show exactly what the timeline places where."""
    placed: list[list[tuple[str, int]]] = [[] for _ in range(timeline.frames)]
    for at, clip in timeline.placed():
        for k in range(clip.frames):
            placed[at + k].append((clip.id, clip.start + k))
    assert shown(cut(timeline)) == [tuple(frame) for frame in placed]


@given(timelines())
def test_pieces_are_of_good_length(timeline: Timeline) -> None:
    """A body piece holds about one group of pictures; none is empty."""
    for piece in cut(timeline):
        assert piece.frames > 0
        if isinstance(piece, BodyPiece):
            assert piece.frames < SETTINGS.gop + 2 * SHORTEST


@given(timelines())
def test_fades_go_evenly_from_end_to_end(timeline: Timeline) -> None:
    """Frame by frame the veil is what the film's fades ask for at that place, wherever pieces end."""
    at = 0
    for piece in cut(timeline):
        for k in range(piece.frames):
            level = 1.0
            for fade in () if isinstance(piece, CopyPiece) else piece.fades:
                level *= fade.level(k)
            rising = min(1.0, (at + 1) / (timeline.fade_in + 1))
            falling = min(1.0, (timeline.frames - at) / (timeline.fade_out + 1))
            assert level == pytest.approx(rising * falling)
            at += 1


@given(timelines())
def test_spans_tell_of_every_piece(timeline: Timeline) -> None:
    """Spans lie end to end over the film and count all pieces."""
    pieces = cut(timeline)
    told = spans(pieces)
    assert (told[0].start, told[-1].end) == (0, timeline.frames)
    assert all(a.end == b.start for a, b in pairwise(told))
    assert sum(span.pieces for span in told) == len(pieces)


@given(timelines(), st.data())
def test_one_transition_touches_its_neighbourhood(timeline: Timeline, draw: st.DataObject) -> None:
    """Another join makes anew at most its own piece and the pieces at its two sides, and fades."""
    timeline = replace(timeline, fade_in=0, fade_out=0)
    if not timeline.joins:
        return
    index = draw.draw(st.integers(0, len(timeline.joins) - 1))
    changed = list(timeline.joins)
    changed[index] = draw.draw(joins())
    keys = {piece.key for piece in cut(timeline)}
    new = [p for p in cut(replace(timeline, joins=tuple(changed))) if p.key not in keys]
    assert len(new) <= 5


def one(**more: object) -> Timeline:
    return replace(Timeline(RATE, SIZE, (TimelineClip("a", "s", 0, 100),), ()), **more)


def keys(*pieces: Piece) -> list[str]:
    return [piece.key for piece in pieces]


def test_place_and_name_are_no_part_of_a_key() -> None:
    """The same frames of the same file have the same key under another id, scene and place."""
    two = (TimelineClip("b", "t", 0, 48), TimelineClip("x", "u", 0, 100))
    later = Timeline(RATE, SIZE, two, (Cut(),))
    same = FileMaterial(Path("elsewhere"), "sha of a")
    assert keys(*cut(one())) == keys(*cut(later, x=same)[1:])


def test_what_goes_into_a_key() -> None:
    """Other bytes, another format, another quality and another encoder build are other pieces."""
    takes = materials(one())
    plain = keys(*plan_pieces(one(), takes, FILM, SETTINGS))
    final = EncoderSettings.for_quality("final", RATE)
    others = [
        plan_pieces(one(), {"a": FileMaterial(Path("a"), "other")}, FILM, SETTINGS),
        plan_pieces(one(), takes, replace(FILM, fit="cover"), SETTINGS),
        plan_pieces(one(), takes, replace(FILM, background="#ffffff"), SETTINGS),
        plan_pieces(one(), takes, FILM, final),
        plan_pieces(one(), takes, FILM, SETTINGS, "another build"),
    ]
    assert all(not set(plain) & set(keys(*other)) for other in others)


def test_longer_clip_keeps_its_first_pieces() -> None:
    """A clip is cut on a grid of its own, so another end makes its last piece anew only."""
    shorter = one(clips=(TimelineClip("a", "s", 0, 110),))
    longer = one(clips=(TimelineClip("a", "s", 0, 140),))
    assert keys(*cut(shorter))[:2] == keys(*cut(longer))[:2]


def test_still_that_moves_depends_on_its_length() -> None:
    """A move runs over the author's frames; a held picture looks the same however long it stands."""
    held = StillMaterial(Path("a.png"), "sha", ("Static shot",), 48)
    moved = replace(held, camera=("Zoom in",))
    assert keys(*cut(one(), a=held)) == keys(*cut(one(), a=replace(held, frames=96)))
    assert keys(*cut(one(), a=moved))[0] != keys(*cut(one(), a=replace(moved, frames=96)))[0]


def test_still_that_moves_is_the_same_beside_any_join() -> None:
    """Frames that a transition adds at its ends change none of the others."""
    moved = StillMaterial(Path("a.png"), "sha", ("Pan left",), 120)
    longer = one(clips=(TimelineClip("a", "s", 0, 140),))
    assert keys(*cut(one(), a=moved))[0] == keys(*cut(longer, a=moved))[0]


def test_fade_rises_and_falls() -> None:
    """A fade of three frames shows a quarter, a half, three quarters, and no pure end."""
    rising = Fade(0, 3, True, "#000000")
    assert [rising.level(k) for k in range(4)] == [0.25, 0.5, 0.75, 1.0]
    assert [replace(rising, rising=False).level(k) for k in range(3)] == [0.75, 0.5, 0.25]


@dataclass(frozen=True)
class Grouped:
    """Clips whose groups are `keys` frames long, each open at its end by two; `none` is not copied."""

    keys: int
    none: str = ""

    def run_within(self, clip: str, start: int, end: int) -> tuple[int, int] | None:
        first = -(-start // self.keys) * self.keys
        last = end if end % self.keys == 0 else max(first, end - 2)
        return (first, last) if last - first >= 12 and clip != self.none else None

    def refusal(self, clip: str) -> str:
        return "said why" if clip == self.none else ""


@given(
    timelines(), st.integers(12, 90), st.lists(st.tuples(st.integers(0, 200), st.integers(1, 9)))
)
def test_copies_leave_the_film_what_it_is(
    timeline: Timeline, keys: int, marks: list[tuple[int, int]]
) -> None:
    """With copies the film plays the same frames in order; no fade or repair lies on a copied one."""
    repaired = tuple(sorted((low, low + length) for low, length in marks))
    takes = materials(timeline)
    takes["c0"] = FileMaterial(Path("c0"), "sha", Mending(RepairPlan(500)), repaired)
    pieces = plan_pieces(timeline, takes, FILM, SETTINGS, copies=Grouped(keys, "c1"))
    assert shown(pieces) == shown(cut(timeline))
    at = 0
    for piece in pieces:
        assert piece.frames > 0
        if isinstance(piece, CopyPiece):
            assert (
                timeline.fade_in <= at and at + piece.frames <= timeline.frames - timeline.fade_out
            )
            material = takes[piece.clip]
            assert isinstance(material, FileMaterial) and piece.clip != "c1"
            assert not material.mended(piece.start, piece.end)
        at += piece.frames


@given(timelines(), st.integers(12, 90))
def test_copies_change_no_other_piece(timeline: Timeline, keys: int) -> None:
    """Transitions are the same pieces whether what stands beside them is copied or rendered."""
    with_copies = plan_pieces(timeline, materials(timeline), FILM, SETTINGS, copies=Grouped(keys))
    both = [
        [p for p in pieces if isinstance(p, TransitionPiece)]
        for pieces in (cut(timeline), with_copies)
    ]
    assert both[0] == both[1]


def test_refused_clip_is_cut_as_ever() -> None:
    """A clip of which nothing is copied keeps the pieces it has without copies, with the reason."""
    plain = cut(one())
    refused = plan_pieces(one(), materials(one()), FILM, SETTINGS, copies=Grouped(24, "a"))
    assert keys(*plain) == keys(*refused)
    assert [span.reason for span in spans(refused)] == ["said why"]


def test_copied_run_is_known_by_its_clip_alone() -> None:
    """Neither the film's format nor its encoder makes another copy of the same frames."""
    final = EncoderSettings.for_quality("final", RATE)
    first, other = (
        keys(*plan_pieces(one(), materials(one()), FILM, settings, copies=Grouped(50)))
        for settings in (SETTINGS, final)
    )
    assert first == other and len(first) == 1
