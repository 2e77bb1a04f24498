"""A clip's own sound makes room for what sounds over it, and comes back."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from longtake.assemble.clipsound import clip_gains
from longtake.assemble.ducking import BRIDGED, DUCKED_DB, RAMP, bridged, ducked
from longtake.assemble.listened import listener
from longtake.assemble.sound import sound_key
from longtake.cues import CueSheet, LevelCue
from longtake.media.audio import measure
from longtake.timeline import Cut, TimelineClip
from synthetic import Clip, Sound, make_clip

from .conftest import timeline_of
from .listening import heard, level_db, rms_db, tone

RATE = 48_000


def lowered(count: int, place: int, *sounding: tuple[int, int]) -> np.ndarray:
    """The gain in dB of every sample of a stretch."""
    sound = np.ones((2, count), np.float32)
    ducked(sound, place, sounding)
    gain: np.ndarray = 20 * np.log10(sound[0])
    return gain


def test_short_rests_are_bridged() -> None:
    """Runs that overlap, touch or lie less than the gap apart are one; empty runs are none."""
    runs = [(5000, 6000), (0, 10), (9, 30), (30, 40), (140, 200), (300, 300), (301, 400)]
    assert bridged(runs, 100) == ((0, 40), (140, 200), (301, 400), (5000, 6000))
    assert bridged([(0, 10), (109, 200)], 100) == ((0, 200),)


def test_lower_under_every_sample_and_nowhere_else() -> None:
    """All of what something sounds over has the full depth; a ramp away from it nothing has changed."""
    gain = lowered(RATE * 4, 0, (RATE, RATE * 2))
    assert np.allclose(gain[RATE : RATE * 2], DUCKED_DB, atol=1e-3)
    assert np.all(gain[: RATE - RAMP + 1] == 0)
    assert np.all(gain[RATE * 2 + RAMP :] == 0)


def test_ramps_are_smooth_and_alike() -> None:
    """Down and up take 0.3 s each, mirror each other, and no sample jumps."""
    gain = lowered(RATE * 4, 0, (RATE, RATE * 2))
    down, up = gain[RATE - RAMP : RATE], gain[RATE * 2 : RATE * 2 + RAMP]
    assert np.allclose(down, up[::-1], atol=1e-3)
    assert down[RAMP // 2] == pytest.approx(DUCKED_DB / 2, abs=0.01)
    assert np.abs(np.diff(gain)).max() < 2 * abs(DUCKED_DB) / RAMP


def test_a_clip_in_the_middle_of_a_ramp() -> None:
    """A clip's gain is that of its place in the film: cut anywhere, the ramp goes on."""
    whole = lowered(RATE * 4, 0, (RATE, RATE * 2), (RATE * 3, RATE * 4))
    parts = [
        lowered(10_007, place, (RATE, RATE * 2), (RATE * 3, RATE * 4))
        for place in range(0, RATE * 4, 10_007)
    ]
    assert np.array_equal(np.concatenate(parts)[: RATE * 4], whole)


@pytest.fixture(scope="module")
def hums(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Clip]:
    """Two clips of six seconds that hum deep, so that a high tone over them can be told apart."""
    folder = tmp_path_factory.mktemp("hums")
    sound = Sound(32_000, hum=0.4, beeps_s=())
    return {name: make_clip(folder / f"{name}.mp4", 1, 144, sound=sound) for name in "ab"}


def hum_db(sound: np.ndarray, start_s: float, end_s: float) -> float:
    """The level of the clips' hum alone."""
    return level_db(sound, 220, start_s, end_s)


FILM = timeline_of([TimelineClip(n, f"scene {n}", 0, 144) for n in "ab"], [Cut()])


def test_ducked_under_the_music_of_one_scene(tmp_path: Path, hums: dict[str, Clip]) -> None:
    """Without music a ducked clip has its own level; under its scene's it lies 14 dB lower."""
    music = (replace(tone(tmp_path / "t.wav", 7), clips=("b", "b")),)
    plain = hum_db(heard(tmp_path, hums, FILM), 1, 5)
    sound = heard(tmp_path, hums, FILM, CueSheet(music, ducked=frozenset("ab")))

    assert hum_db(sound, 1, 5) == pytest.approx(plain, abs=0.3)
    assert hum_db(sound, 7, 11) == pytest.approx(plain + DUCKED_DB, abs=0.3)
    assert hum_db(sound, 5.8, 5.9) < plain - 6


def test_only_the_clips_named_are_ducked(tmp_path: Path, hums: dict[str, Clip]) -> None:
    """Music of the film lies over both clips; the one that keeps its sound keeps its level."""
    cues = CueSheet((tone(tmp_path / "t.wav", 13),), ducked=frozenset("b"))
    sound = heard(tmp_path, hums, FILM, cues)
    assert hum_db(sound, 7, 11) - hum_db(sound, 1, 5) == pytest.approx(DUCKED_DB, abs=0.3)


@pytest.mark.parametrize(("rest_s", "back"), [(1.0, False), (2.5, True)])
def test_a_rest_in_the_music(
    tmp_path: Path, hums: dict[str, Clip], rest_s: float, back: bool
) -> None:
    """In a long rest the clip's sound comes back; a short one, here at each turn of a loop, is bridged."""
    cue = tone(tmp_path / "t.wav", 2 + rest_s, quiet_s=rest_s)
    plain = hum_db(heard(tmp_path, hums, FILM), 1, 5)
    sound = heard(tmp_path, hums, FILM, CueSheet((cue,), ducked=frozenset("ab")))
    second = 2 + rest_s
    middle = hum_db(sound, second + rest_s / 2 - 0.1, second + rest_s / 2 + 0.1)
    assert middle == pytest.approx(plain + (0 if back else DUCKED_DB), abs=0.4)
    assert hum_db(sound, second + rest_s + 0.2, second + rest_s + 1.8) < plain - 13.5
    assert (rest_s * RATE >= BRIDGED) == back


def test_music_that_ends_lets_the_clip_back(tmp_path: Path, hums: dict[str, Clip]) -> None:
    """Music that does not loop ducks for as long as it lasts, from where it is entered."""
    cue = replace(tone(tmp_path / "t.wav", 5), loop=False, offset_s=Fraction(2))
    plain = hum_db(heard(tmp_path, hums, FILM), 1, 5)
    sound = heard(tmp_path, hums, FILM, CueSheet((cue,), ducked=frozenset("ab")))
    assert hum_db(sound, 0.5, 2.9) == pytest.approx(plain + DUCKED_DB, abs=0.3)
    assert hum_db(sound, 3.5, 5.5) == pytest.approx(plain, abs=0.3)


def test_silent_music_ducks_nothing(tmp_path: Path, hums: dict[str, Clip]) -> None:
    """A file in which nothing is heard makes no room for itself."""
    cues = CueSheet((tone(tmp_path / "t.wav", 13, peak=0),), ducked=frozenset("ab"))
    assert rms_db(heard(tmp_path, hums, FILM, cues), 1, 5) > -12


def test_ducking_is_part_of_the_key_where_it_is_heard(
    tmp_path: Path, hums: dict[str, Clip]
) -> None:
    """With music a ducked clip makes another sound track; without, it is the same one."""
    takes = {name: clip.material for name, clip in hums.items()}
    music = (tone(tmp_path / "t.wav", 1),)
    both = [CueSheet(music, ducked=frozenset(names)) for names in ("", "a")]
    none = [replace(cues, music=()) for cues in both]
    assert sound_key(FILM, takes, both[0]) != sound_key(FILM, takes, both[1])
    assert sound_key(FILM, takes, none[0]) == sound_key(FILM, takes, none[1])


def test_clips_come_to_their_level_together(tmp_path: Path) -> None:
    """A scene's clips get one gain, so that the soft one stays softer; the others keep their level."""
    hums = {"a": 0.4, "b": 0.1, "c": 0.2}
    clips = {
        name: make_clip(tmp_path / f"{name}.mp4", 1, 96, sound=Sound(hum=hum, beeps_s=()))
        for name, hum in hums.items()
    }
    film = timeline_of([TimelineClip(n, "s", 0, 96) for n in "abc"], [Cut(), Cut()])
    plain = heard(tmp_path, clips, film)
    level = CueSheet(levels=(LevelCue(("a", "b"), -30.0),))
    sound = heard(tmp_path, clips, film, level)
    moved = [hum_db(sound, s, s + 2) - hum_db(plain, s, s + 2) for s in (1, 5, 9)]

    assert moved[0] == pytest.approx(moved[1], abs=0.1)
    assert moved[2] == pytest.approx(0, abs=0.1)
    both = sound[:, : 8 * RATE]
    assert measure([both.astype(np.float32)]).lufs == pytest.approx(-30, abs=2)
    assert rms_db(both, 0, 8) < rms_db(plain, 0, 8) - 10


def test_a_silent_clip_has_no_level(tmp_path: Path) -> None:
    """Clips in which nothing sounds are not made loud."""
    clips = {"a": make_clip(tmp_path / "a.mp4", 1, 48, sound=Sound(hum=0.0, beeps_s=()))}
    clips["b"] = make_clip(tmp_path / "b.mp4", 1, 48)
    takes = {name: clip.material for name, clip in clips.items()}
    cues = CueSheet(levels=(LevelCue(("a", "b"), -20.0),))
    assert clip_gains(takes, cues, listener(tmp_path / "sound")) == {}
