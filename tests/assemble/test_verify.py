"""A film that is not what was planned does not get its name."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate
from pathlib import Path

import av
import pytest

from longtake.assemble.film import Film
from longtake.errors import AssemblyError
from longtake.media.verify import Expected, verify_film

from .conftest import RATE


@pytest.fixture(scope="module")
def expected(all_joins_film: Film) -> Expected:
    """What the film of all joins is, every key picture of it looked at."""
    with av.open(str(all_joins_film.path)) as film:
        keys = [
            p.pts * p.time_base * 24
            for p in film.demux(video=0)
            if p.pts is not None and p.is_keyframe
        ]
    starts = tuple(int(key) for key in keys)
    return Expected(all_joins_film.timeline.frames, RATE, starts, frozenset(starts), True)


def test_film_as_planned(all_joins_film: Film, expected: Expected) -> None:
    """A film that is right passes."""
    verify_film(all_joins_film.path, expected)


def test_other_count_of_frames(all_joins_film: Film, expected: Expected) -> None:
    """A frame more or less than planned is found."""
    with pytest.raises(AssemblyError, match=f"{expected.frames + 1} were planned"):
        verify_film(all_joins_film.path, replace(expected, frames=expected.frames + 1))


def test_other_rate(all_joins_film: Film, expected: Expected) -> None:
    """Frames that stand off the grid of the film's rate are found."""
    with pytest.raises(AssemblyError, match="off the frame grid"):
        verify_film(all_joins_film.path, replace(expected, rate=RATE.parse(25)))


def test_piece_without_a_key_frame(all_joins_film: Film, expected: Expected) -> None:
    """A piece that should begin where no key picture stands is found."""
    with pytest.raises(AssemblyError, match=r"no key frame at film frames \[1\]"):
        verify_film(all_joins_film.path, replace(expected, starts=(0, 1)))


def test_sound_that_should_not_be_there(all_joins_film: Film, expected: Expected) -> None:
    """A track too many is found."""
    with pytest.raises(AssemblyError, match="a sound track too many"):
        verify_film(all_joins_film.path, replace(expected, sound=False))


def test_picture_that_cannot_be_decoded(
    all_joins_film: Film, expected: Expected, tmp_path: Path
) -> None:
    """A picture at a joint that is damaged, in a file whose index is whole, is found."""
    with av.open(str(all_joins_film.path)) as film:
        packets = [p for p in film.demux(video=0) if p.pts is not None]
        places = list(accumulate(int(p.is_keyframe) for p in packets))
        third = packets[places.index(3)]
        place, size = third.pos, third.size
    content = bytearray(all_joins_film.path.read_bytes())
    content[place + size // 2 : place + size - 4] = bytes(size - 4 - size // 2)
    (tmp_path / "film.mp4").write_bytes(content)
    with pytest.raises(AssemblyError, match=r"cannot be|no key frame"):
        verify_film(tmp_path / "film.mp4", expected)


def test_damage_behind_any_joint(all_joins_film: Film, expected: Expected, tmp_path: Path) -> None:
    """However many joints a film has, none is left out: damage right behind each is found."""
    joints = frozenset(expected.starts)
    assert len(joints) > 8
    looking = replace(expected, fresh=frozenset(), joints=joints)
    verify_film(all_joins_film.path, looking)
    with av.open(str(all_joins_film.path)) as film:
        packets = {p.pts * p.time_base * 24: p for p in film.demux(video=0) if p.pts is not None}
        places = {joint: (packets[joint].pos, packets[joint].size) for joint in joints}
    whole = all_joins_film.path.read_bytes()
    for place, size in places.values():
        content = bytearray(whole)
        content[place + size // 2 : place + size - 4] = bytes(size - 4 - size // 2)
        (tmp_path / "film.mp4").write_bytes(content)
        with pytest.raises(AssemblyError, match=r"cannot be|no key frame"):
            verify_film(tmp_path / "film.mp4", looking)
