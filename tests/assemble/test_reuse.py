"""What exists is used again; what is damaged, half made or lost with a dead process is made anew."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import select
import subprocess
import sys
from dataclasses import replace
from multiprocessing import connection
from pathlib import Path
from typing import Any

import pytest

from longtake.assemble.film import Workshop, assemble_film
from longtake.assemble.material import FileMaterial, Material
from longtake.cues import CueSheet, MusicCue
from longtake.errors import AssemblyError
from longtake.files import sha256_of
from longtake.timeline import Cut, Seam, Timeline, TimelineClip, Transition
from synthetic import planned, watch

from .conftest import Reel, timeline_of

NAMES = ("c3", "c5", "long", "c7")


def small() -> Timeline:
    """Four clips with dissolves between them."""
    places = [TimelineClip(n, n, 0, 120 if n == "long" else 36) for n in NAMES]
    return timeline_of(places, [Transition("dissolve", 8) for _ in NAMES[1:]])


def with_join(timeline: Timeline, index: int, join: Any) -> Timeline:
    joins = list(timeline.joins)
    joins[index] = join
    return replace(timeline, joins=tuple(joins))


def pieces(folder: Path) -> set[Path]:
    return set((folder / "work" / "pieces").rglob("*.piece"))


def is_right(reel: Reel, timeline: Timeline, path: Path) -> bool:
    """Whether every frame outside transitions is the planned one."""
    shown, seen = planned(timeline), watch(path)
    return len(shown) == len(seen) and all(
        frame.code == reel.clips[clips[0][0]].code(clips[0][1])
        for clips, frame in zip(shown, seen, strict=True)
        if len(clips) == 1
    )


def test_second_run_does_nothing(reel: Reel, tmp_path: Path) -> None:
    """The same film again renders no frame and leaves the file alone."""
    first = reel.film(small(), tmp_path)
    stamp = first.path.stat().st_mtime_ns
    again = reel.film(small(), tmp_path)
    assert (first.made, first.rendered, again.made, again.rendered) == (True, 204, False, 0)
    assert again.path.stat().st_mtime_ns == stamp


def test_lost_film_is_joined_from_its_pieces(reel: Reel, tmp_path: Path) -> None:
    """Without its file the film is joined again, byte for byte, and nothing is rendered."""
    first = reel.film(small(), tmp_path)
    content = first.path.read_bytes()
    first.path.unlink()
    again = reel.film(small(), tmp_path)
    assert (again.made, again.rendered) == (True, 0)
    assert again.path.read_bytes() == content


def test_replaced_film_is_put_back(reel: Reel, tmp_path: Path) -> None:
    """A file that somebody wrote over the film is not taken for it."""
    first = reel.film(small(), tmp_path)
    first.path.write_bytes(b"other")
    assert reel.film(small(), tmp_path).made
    assert is_right(reel, small(), first.path)


def test_another_kind_of_transition_renders_one_piece(reel: Reel, tmp_path: Path) -> None:
    """Changing what a transition looks like makes that transition's piece and no other."""
    reel.film(small(), tmp_path)
    before = pieces(tmp_path)
    film = reel.film(with_join(small(), 1, Transition("wipe", 8, direction="up")), tmp_path)
    assert (len(pieces(tmp_path) - before), film.rendered) == (1, 8)


def test_longer_transition_renders_its_neighbours_ends(reel: Reel, tmp_path: Path) -> None:
    """Another length touches the transition, the piece that ends there and the one that begins there."""
    reel.film(small(), tmp_path)
    before = pieces(tmp_path)
    timeline = with_join(small(), 2, Transition("dissolve", 12))
    film = reel.film(timeline, tmp_path)
    assert len(pieces(tmp_path) - before) == 3
    assert film.rendered == 12 + (108 - 96) + (36 - 12)
    assert is_right(reel, timeline, film.path)


def test_moved_scenes_render_nothing(reel: Reel, tmp_path: Path) -> None:
    """Clips joined by cuts may change their order freely."""
    cuts = replace(small(), joins=(Cut(),) * 3)
    reel.film(cuts, tmp_path)
    turned = replace(cuts, clips=cuts.clips[::-1])
    film = reel.film(turned, tmp_path)
    assert (film.made, film.rendered) == (True, 0)
    assert is_right(reel, turned, film.path)


def test_same_clip_twice_is_rendered_once(reel: Reel, tmp_path: Path) -> None:
    """A clip that stands in the film twice is made once."""
    places = [TimelineClip("x", "s", 0, 36), TimelineClip("y", "s", 0, 36)]
    takes: dict[str, Material] = dict.fromkeys("xy", reel.clips["c3"].material)
    workshop = Workshop(tmp_path / "work", workers=1, copies=False)
    path = tmp_path / "film.mp4"
    film = assemble_film(timeline_of(places, [Cut()]), takes, path, workshop=workshop)
    assert (film.rendered, [f.code[1] for f in watch(path)]) == (36, [*range(36), *range(36)])


def test_music_touches_no_picture(reel: Reel, tmp_path: Path) -> None:
    """Another bed of music makes another sound track out of the same pieces."""
    reel.film(small(), tmp_path)
    before = pieces(tmp_path)
    clip = reel.clips["c3"].path
    cues = CueSheet((MusicCue(clip, sha256_of(clip), -30),))
    film = reel.film(small(), tmp_path, cues=cues)
    assert (film.made, film.rendered, pieces(tmp_path)) == (True, 0, before)


def test_new_title_only_joins(reel: Reel, tmp_path: Path) -> None:
    """A chapter's title stands in the film's file alone."""
    reel.film(small(), tmp_path)
    film = reel.film(small(), tmp_path, cues=CueSheet(chapters=(("c3", "Renamed"),)))
    assert (film.made, film.rendered) == (True, 0)
    assert b"Renamed" in film.path.read_bytes()


@pytest.mark.parametrize("harm", ["flip", "cut", "head", "empty"])
def test_damaged_pieces_are_made_anew(reel: Reel, tmp_path: Path, harm: str) -> None:
    """Pieces that are not what was kept are found when they are used, all of them, and made again."""
    film = reel.film(small(), tmp_path)
    victims = sorted(pieces(tmp_path))[:2]
    for victim in victims:
        content = bytearray(victim.read_bytes())
        place = {"flip": len(content) - 40, "head": 60}.get(harm, 0)
        content[place] ^= 1 if place else 0
        victim.write_bytes(content[: {"cut": -7, "empty": 0}.get(harm)])
    film.path.unlink()
    again = reel.film(small(), tmp_path)
    assert 0 < again.rendered < film.rendered
    assert is_right(reel, small(), again.path)
    assert all(victim.exists() for victim in victims)


def test_damaged_sound_is_made_anew(reel: Reel, tmp_path: Path) -> None:
    """A kept sound track that cannot be read does not stop the film for good."""
    film = reel.film(small(), tmp_path)
    (sound,) = (tmp_path / "work" / "sound").glob("*.m4a")
    whole = sound.stat().st_size
    sound.write_bytes(sound.read_bytes()[:900])
    film.path.unlink()
    assert reel.film(small(), tmp_path).rendered == 0
    assert sound.stat().st_size == whole


RUN = """
import multiprocessing, pickle, sys
from pathlib import Path
from longtake.assemble.film import assemble_film
def told(frames):
    print(*(child.pid for child in multiprocessing.active_children()), flush=True)
    sys.stdin.readline()
timeline, takes, path, workshop = pickle.loads(Path(sys.argv[1]).read_bytes())
assemble_film(timeline, takes, path, workshop=workshop, progress=told)
"""


def kill_in_the_middle(order: Path) -> None:
    """Assemble in a process of its own, kill it after its first clip, wait for its workers' end."""
    path = os.pathsep.join(entry for entry in sys.path if entry)
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    command = [sys.executable, "-c", RUN, str(order)]
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path}, **pipes) as run:
        assert run.stdin and run.stdout
        assert run.stdout.readline().split() == []
        run.stdin.write(b"go on\n")
        run.stdin.flush()
        workers = [os.pidfd_open(int(pid)) for pid in run.stdout.readline().split()]
        run.kill()
    # A descriptor of a process can be read when that process has ended.
    assert workers and len(select.select(workers, [], [], 20)[0]) == len(workers)


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="looks at processes as only Linux can")
def test_killed_assembly_goes_on(reel: Reel, tmp_path: Path) -> None:
    """After kill -9 in the middle no film stands there, nothing runs on, and the next run goes on."""
    order = (
        small(),
        reel.materials,
        tmp_path / "film.mp4",
        Workshop(tmp_path / "work", workers=1, copies=False),
    )
    (tmp_path / "order").write_bytes(pickle.dumps(order))
    kill_in_the_middle(tmp_path / "order")
    assert pieces(tmp_path) and not (tmp_path / "film.mp4").exists()
    film = reel.film(small(), tmp_path)
    assert 0 < film.rendered < 204
    assert is_right(reel, small(), film.path)


def test_killed_worker_is_replaced(reel: Reel, tmp_path: Path) -> None:
    """A worker that is killed takes nothing with it: the film is whole and each frame counted once."""
    counted: list[int] = []

    def told(frames: int) -> None:
        workers = multiprocessing.active_children()
        if workers and len(counted) == 1:
            workers[0].kill()
        counted.append(frames)

    film = reel.film(small(), tmp_path, progress=told)
    assert (sum(counted), film.rendered) == (204, 204)
    assert is_right(reel, small(), film.path)


class DeadlyPath(type(Path())):
    """A path whose arrival ends a worker process: what a broken decoder would do."""

    def __reduce__(self) -> Any:
        return os._exit, (1,)


def test_file_that_kills_workers_is_read_from_a_copy(reel: Reel, tmp_path: Path) -> None:
    """Where a clip kills every worker, a copy decoded by another program is used."""
    whole = reel.clips["c3"].material
    takes = {**reel.materials, "c3": FileMaterial(DeadlyPath(whole.path), whole.sha256)}
    workshop = Workshop(tmp_path / "work", workers=1, copies=False)
    film = assemble_film(small(), takes, tmp_path / "film.mp4", workshop=workshop)
    assert is_right(reel, small(), film.path)
    assert not list(tmp_path.rglob("*.part-*"))


def test_still_that_kills_workers_is_an_error(reel: Reel, tmp_path: Path) -> None:
    """What kills its process each time is named, and the other clips' pieces are kept."""
    still = reel.clips["still"].material
    takes = {**reel.materials, "still": replace(still, path=DeadlyPath(still.path))}
    places = [TimelineClip("c3", "s", 0, 36), TimelineClip("still", "s", 0, 9)]
    workshop = Workshop(tmp_path / "work", workers=1, copies=False)
    path = tmp_path / "film.mp4"
    with pytest.raises(AssemblyError, match="rendering still killed its process"):
        assemble_film(timeline_of(places, [Seam()]), takes, path, workshop=workshop)
    assert len(pieces(tmp_path)) == 1


def test_interrupt_ends_the_workers(reel: Reel, tmp_path: Path) -> None:
    """An interrupt while rendering comes through at once and leaves no worker behind."""
    ends: list[Any] = []

    def told(frames: int) -> None:
        ends.extend(child.sentinel for child in multiprocessing.active_children())
        if ends:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reel.film(small(), tmp_path, progress=told)
    assert ends and len(connection.wait(ends, 20)) == len(ends)
    assert is_right(reel, small(), reel.film(small(), tmp_path).path)
