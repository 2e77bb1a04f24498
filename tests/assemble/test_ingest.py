"""While takes land, pieces are made that the film wants whatever still comes, and no others."""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping
from dataclasses import replace
from multiprocessing import connection
from pathlib import Path
from queue import SimpleQueue
from random import Random

import pytest

from longtake.assemble.film import Workshop, assemble_film, cut_film
from longtake.assemble.ingest import ComingFilm, Ingest, decided_pieces
from longtake.assemble.material import Material, StillMaterial
from longtake.assemble.seams import look_at_seams, seam_places
from longtake.assemble.shifts import Shift
from longtake.cues import CueSheet, MusicCue
from longtake.errors import MediaError
from longtake.files import sha256_of, sweep
from longtake.seam.mending import Mending
from longtake.seam.plan import RepairPlan
from longtake.timeline import Cut, Join, Seam, Timeline, TimelineClip, Transition
from longtake.vault.take import Take

from .conftest import RATE, SIZE, Reel, timeline_of

NOTHING, WORKSHOP = CueSheet(), Workshop(Path("work"), copies=False)


def take(clip: str, frames: int, out_point: int, drop: int = 0) -> Take:
    """A take of a clip that nothing stands behind."""
    mending = Mending(RepairPlan(out_point, drop)).as_json()
    names = ("k", "r", clip, f"sha of {clip}", Path(clip), "p", "m", "t")
    return Take(*names, frames, RATE, SIZE, out_point, mending=mending)


def chance_film(chance: Random) -> tuple[Timeline, dict[str, Take | Material]]:
    """A film of takes and stills, its joins and fades, and how all of it turns out."""
    places, shown = [], dict[str, Take | Material]()
    for number in range(chance.randint(2, 7)):
        clip, tail = f"c{number}", chance.choice([0, 0, chance.randint(1, 24)])
        frames = chance.randint(70, 200)
        if chance.random() < 0.2:
            places.append(TimelineClip(clip, "s", 0, frames, 9000, 9000))
            shown[clip] = StillMaterial(Path(clip), clip, ("Static shot",), frames)
            continue
        places.append(TimelineClip(clip, "s", 0, frames, 0, tail))
        early = chance.choice([0, 0, 1, chance.randint(0, 12), frames - 68])
        length = frames - early + chance.randint(0, tail)
        shown[clip] = take(clip, length, frames - 1 - early, chance.choice([0, 0, 3]))
    dissolve = Transition("dissolve", chance.randint(1, 30))
    joins: list[Join] = [chance.choice((Seam(), Cut(), dissolve)) for _ in places[1:]]
    fades = {"fade_in": chance.choice([0, 0, 24]), "fade_out": chance.choice([0, 30, 60])}
    return timeline_of(places, joins, **fades), shown


@pytest.mark.parametrize("first", range(0, 200, 25))
def test_what_is_decided_is_wanted_however_the_rest_turns_out(first: int) -> None:
    """In any order of landing, each piece that is ever decided stands in the film that comes of it."""
    for chance in map(Random, range(first, first + 25)):
        timeline, shown = chance_film(chance)
        final = wanted(timeline, shown)
        landing = [clip for clip, there in shown.items() if isinstance(there, Take)]
        chance.shuffle(landing)
        decided = set[str]()
        for count in range(len(landing) + 1):
            here = {clip: there for clip, there in shown.items() if clip not in landing[count:]}
            keys = decided_keys(timeline, here)
            # What was decided once stays so.
            assert decided <= keys <= final
            decided = keys
        assert decided == final


def wanted(timeline: Timeline, shown: Mapping[str, Take | Material]) -> set[str]:
    """The pieces of the film that comes of it."""
    return {piece.key for piece in cut_film(timeline, shown, WORKSHOP, NOTHING, "").pieces}


def decided_keys(timeline: Timeline, here: Mapping[str, Take | Material]) -> set[str]:
    """The pieces that are decided by what is here."""
    _, pieces = decided_pieces(ComingFilm(timeline, here, WORKSHOP, NOTHING))
    return {piece.key for piece in pieces}


def three(join: Join, **more: int) -> Timeline:
    """Three clips of five seconds with the same join between them."""
    return timeline_of([TimelineClip(name, "s", 0, 120) for name in "abc"], [join] * 2, **more)


def frames_decided(timeline: Timeline, here: str) -> int:
    """Count the frames that are decided once these clips are here, whole."""
    takes = {clip: take(clip, 120, 119) for clip in here}
    _, pieces = decided_pieces(ComingFilm(timeline, takes, WORKSHOP, NOTHING))
    return sum(piece.frames for piece in pieces)


def test_a_clip_between_seams_is_decided_when_it_lands() -> None:
    """All its frames but the one that the next clip shows are made at once, wherever it stands."""
    assert [frames_decided(three(Seam()), clip) for clip in "abc"] == [119, 119, 120]


def test_a_transition_waits_for_both_its_clips() -> None:
    """Of a clip alone what lies outside its transitions is made; they follow with the second clip."""
    dissolves = three(Transition("dissolve", 20))
    assert [frames_decided(dissolves, here) for here in ("b", "ab", "ac")] == [80, 200, 200]


def test_what_a_fade_may_reach_waits() -> None:
    """The last clip alone may be shorter than the fade: of the one before, only its start is made."""
    faded = three(Cut(), fade_out=30)
    assert [frames_decided(faded, here) for here in ("c", "b", "bc")] == [120, 48, 240]


def takes_of(reel: Reel, timeline: Timeline) -> dict[str, Take]:
    """The reel's clips as takes that are shown to their end."""
    lengths = {clip.id: clip.end for clip in timeline.clips}
    return {
        clip: replace(
            take(clip, frames, frames - 1),
            path=reel.clips[clip].path,
            sha256=sha256_of(reel.clips[clip].path),
            mending=None,
        )
        for clip, frames in lengths.items()
    }


def small() -> Timeline:
    """Four clips with dissolves between them, faded at both ends."""
    places = [TimelineClip(name, name, 0, 36) for name in ("c3", "c5", "c4", "c7")]
    return timeline_of(places, [Transition("dissolve", 8)] * 3, fade_in=5, fade_out=5)


class Foreman:
    """Hears of shifts, and waits for the pieces of a clip."""

    def __init__(self) -> None:
        self.shifts: list[Shift] = []
        self._told: SimpleQueue[Shift] = SimpleQueue()

    def hear(self, shift: Shift) -> None:
        self._told.put(shift)

    def wait_for(self, clip: str, what: str = "ingest") -> None:
        """Wait until pieces of a clip have been made, or something else was done to it."""
        while (what, clip) not in {(shift.what, shift.clip) for shift in self.shifts}:
            self.shifts.append(self._told.get(timeout=60))

    def all_heard(self) -> int:
        """Take down what else was told; give the count of frames."""
        while not self._told.empty():
            self.shifts.append(self._told.get())
        return sum(shift.frames for shift in self.shifts)

    @property
    def clips(self) -> set[str]:
        """The clips of which frames were made."""
        return {shift.clip for shift in self.shifts if shift.frames}


def test_a_film_is_ready_to_be_joined_when_its_last_take_has_landed(
    reel: Reel, tmp_path: Path
) -> None:
    """Nothing is left to render, each piece was made once, and the music is measured."""
    timeline, workshop, foreman = (
        small(),
        Workshop(tmp_path / "work", workers=1, copies=False),
        Foreman(),
    )
    takes, song = takes_of(reel, timeline), reel.clips["c3"].path
    cues = CueSheet((MusicCue(song, sha256_of(song), -30),))
    with Ingest(ComingFilm(timeline, {}, workshop, cues), foreman.hear) as ingest:
        for clip in ("c5", "c7", "c3", "c4"):
            ingest.land(clip, takes[clip])
            foreman.wait_for(clip)
    measured = [path.name.split(".", 1)[1] for path in workshop.sounds.iterdir()]
    path = tmp_path / "film.mp4"
    film = assemble_film(timeline, takes, path, workshop=workshop, cues=cues)

    assert (foreman.all_heard(), film.rendered, film.made) == (timeline.frames, 0, True)
    assert measured == ["heard.json"]
    assert len(list(workshop.shelf.folder.rglob("*.piece"))) == len(wanted(timeline, takes))
    assert not list(tmp_path.rglob("*.part-*"))


def test_takes_that_land_at_the_end_are_left_to_all_processors(reel: Reel, tmp_path: Path) -> None:
    """More than the few workers here are busy with is rendered by assembly."""
    timeline, workshop, foreman = (
        small(),
        Workshop(tmp_path / "work", workers=1, copies=False),
        Foreman(),
    )
    takes = takes_of(reel, timeline)
    with Ingest(ComingFilm(timeline, {}, workshop, NOTHING), foreman.hear) as ingest:
        for clip, landed in takes.items():
            ingest.land(clip, landed)
    film = assemble_film(timeline, takes, tmp_path / "film.mp4", workshop=workshop)

    assert foreman.all_heard() + film.rendered == timeline.frames
    assert film.rendered > 0


def test_pieces_of_footage_need_no_take(reel: Reel, tmp_path: Path) -> None:
    """What stands between cuts is made before any clip has come."""
    places = [TimelineClip(name, "s", 0, 36) for name in ("c3", "c5")]
    footage, foreman = {"c3": reel.clips["c3"].material}, Foreman()
    coming = ComingFilm(
        timeline_of(places, [Cut()]), footage, Workshop(tmp_path, copies=False), NOTHING
    )
    with Ingest(coming, foreman.hear):
        foreman.wait_for("c3")

    assert foreman.all_heard() == 36


def test_ends_at_seams_are_measured_when_nothing_else_is_to_do(reel: Reel, tmp_path: Path) -> None:
    """A look at the seams of the film, which its report needs, then decodes nothing."""
    places = [TimelineClip(name, "s", 0, 48) for name in ("a1", "a2")]
    timeline, workshop, foreman = (
        timeline_of(places, [Seam()]),
        Workshop(tmp_path, copies=False),
        Foreman(),
    )
    takes, coming = takes_of(reel, timeline), ComingFilm(timeline, {}, workshop, NOTHING)
    with Ingest(coming, foreman.hear) as ingest:
        for clip in ("a2", "a1"):
            ingest.land(clip, takes[clip])
            foreman.wait_for(clip)
            foreman.wait_for(clip, "measure")
    gone = {clip: replace(there, path=tmp_path / "gone.mp4") for clip, there in takes.items()}
    (seam,) = look_at_seams(seam_places(timeline, gone), coming.scans).seams

    assert (seam.place.before.clip, seam.place.after.clip) == ("a1", "a2")


def test_a_run_that_fails_drops_what_is_rendered(reel: Reel, tmp_path: Path) -> None:
    """An error comes through at once, no worker runs on, and what lies there is whole."""
    timeline, workshop, foreman = (
        small(),
        Workshop(tmp_path / "work", workers=1, copies=False),
        Foreman(),
    )
    takes, ends = takes_of(reel, timeline), list[int]()
    with (
        pytest.raises(KeyError),
        Ingest(ComingFilm(timeline, {}, workshop, NOTHING), foreman.hear) as ingest,
    ):
        ingest.land("c3", takes["c3"])
        foreman.wait_for("c3")
        ingest.land("c5", takes["c5"])
        ends = [child.sentinel for child in multiprocessing.active_children()]
        raise KeyError
    assert ends and len(connection.wait(ends, 20)) == len(ends)
    sweep(tmp_path)

    assert {path.suffix for path in workshop.shelf.folder.rglob("*.*")} == {".piece"}
    film = assemble_film(timeline, takes, tmp_path / "film.mp4", workshop=workshop)
    assert 0 < film.rendered < timeline.frames


def test_a_take_that_cannot_be_rendered_is_left_to_assembly(reel: Reel, tmp_path: Path) -> None:
    """A file that is gone stops nothing here: the other clips are made, and assembly tells."""
    timeline, workshop, foreman = (
        small(),
        Workshop(tmp_path / "work", workers=1, copies=False),
        Foreman(),
    )
    takes = takes_of(reel, timeline)
    takes["c5"] = replace(takes["c5"], path=tmp_path / "gone.mp4", sha256="gone")
    with Ingest(ComingFilm(timeline, {}, workshop, NOTHING), foreman.hear) as ingest:
        ingest.land("c5", takes["c5"])
        ingest.land("c7", takes["c7"])
        foreman.wait_for("c7")

    assert foreman.clips == {"c7"}
    with pytest.raises(MediaError, match="gone"):
        assemble_film(timeline, takes, tmp_path / "film.mp4", workshop=workshop)


def test_takes_that_fit_no_joins_are_left_to_assembly(tmp_path: Path) -> None:
    """Where no film comes of the takes, nothing is rendered and nothing raised."""
    coming = ComingFilm(small(), {}, Workshop(tmp_path, workers=1, copies=False), NOTHING)
    foreman = Foreman()
    with Ingest(coming, foreman.hear) as ingest:
        ingest.land("c3", take("c3", 5, 4))

    assert foreman.all_heard() == 0


@pytest.mark.parametrize("first", range(0, 24, 8))
def test_what_is_decided_is_wanted_where_frames_are_copied(
    reel: Reel, tmp_path: Path, first: int
) -> None:
    """How pieces are rendered beside copied frames is known from the first take on, and not before."""
    for chance in map(Random, range(first, first + 8)):
        # Footage may be of any size, takes of one model are of one.
        order = [chance.choice(("c7", "screen")), *chance.sample(("c3", "c4", "c5", "c6"), 3)]
        places = [TimelineClip(name, name, 0, 36) for name in order]
        joins: list[Join] = [chance.choice((Cut(), Transition("dissolve", 8))) for _ in order[1:]]
        timeline = timeline_of(places, joins, fade_in=5)
        workshop, takes = Workshop(tmp_path / "work"), takes_of(reel, timeline)
        footage: dict[str, Material] = {order[0]: reel.clips[order[0]].material}
        landing = chance.sample(order[1:], 3)
        shown = {**takes, **footage}
        final = {piece.key for piece in cut_film(timeline, shown, workshop, NOTHING, "").pieces}
        decided = set[str]()
        for count in range(len(landing) + 1):
            here = {clip: there for clip, there in shown.items() if clip not in landing[count:]}
            coming = ComingFilm(timeline, here, workshop, NOTHING)
            keys = {piece.key for piece in decided_pieces(coming)[1]}
            assert decided <= keys <= final, (order, landing, count)
            decided = keys
        assert decided == final
