"""Beeps and hums show where every sound of the film lies, and how loud it is."""

from __future__ import annotations

import wave
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from longtake.assemble.film import Workshop, assemble_film
from longtake.assemble.material import Material
from longtake.assemble.sound import ensure_sound, sound_key
from longtake.cues import CueSheet
from longtake.media.audio import integrated_loudness
from longtake.media.ffmpeg import run_ffmpeg
from longtake.timeline import Cut, Join, Seam, Timeline, TimelineClip, Transition
from longtake.units import FrameRate, Size, half_up
from synthetic import Clip, Making, Sound, beep_times, listen, make_chain, make_clip

from .conftest import Reel, timeline_of
from .listening import heard, rms_db, tone

NTSC = FrameRate.parse("23.976")
TINY = Size(96, 64)


def tiny(folder: Path, number: int, **how: Any) -> Clip:
    """A clip of 24 frames that beeps in its middle, of another make each time; every fifth is mute."""
    rates = (48_000, 44_100, 48_000, 44_100)
    # WebM counts in milliseconds: a late track in it cannot say when it begins.
    late = Fraction(1, 4) if number % 7 == 3 and number % 6 != 2 else Fraction(0)
    sound = Sound(rates[number % 4], 1 + number % 2, late_s=late) if number % 5 != 4 else None
    webm = number % 6 == 2
    codec, options = (
        ("libvpx-vp9", {"deadline": "realtime", "cpu-used": "8"}) if webm else ("libx264", {})
    )
    making = Making((96, 64), "24000/1001", codec, options=options, **how)
    path = folder / f"{number}.{'webm' if webm else 'mp4'}"
    return make_clip(path, number, 24, sound=sound, making=making)


@pytest.fixture(scope="module")
def sixty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Timeline, Path]:
    """A film of sixty clips at 24000/1001, its joins mixed."""
    folder = tmp_path_factory.mktemp("sixty")
    clips = [tiny(folder, number) for number in range(60)]
    kinds: tuple[Join, ...] = (
        Seam(),
        Cut(),
        Transition("dissolve", 4),
        Transition("dip", 3, colour="#000000"),
    )
    timeline = Timeline(
        NTSC,
        TINY,
        tuple(TimelineClip(str(n), f"s{n}", 0, 24) for n in range(60)),
        tuple(kinds[n % 4] for n in range(59)),
    )
    takes: dict[str, Material] = {str(clip.scene): clip.material for clip in clips}
    workshop = Workshop(folder / "work", "draft", workers=2)
    return timeline, assemble_film(timeline, takes, folder / "film.mp4", workshop=workshop).path


def test_beeps_of_sixty_clips_are_heard_with_their_frames(sixty: tuple[Timeline, Path]) -> None:
    """From the first clip to the last no sound is more than a millisecond off its picture."""
    timeline, film = sixty
    wanted = [
        float(NTSC.seconds(at)) + 0.5 for at, clip in timeline.placed() if int(clip.id) % 5 != 4
    ]
    errors = np.array(beep_times(listen(film), wanted)) - wanted
    assert len(errors) == 48
    assert np.abs(errors).max() <= 0.001, errors


def test_mute_clips_are_silent(sixty: tuple[Timeline, Path]) -> None:
    """A clip without a sound track is silent where others beep."""
    timeline, film = sixty
    mute = [
        float(NTSC.seconds(at)) + 0.5 for at, clip in timeline.placed() if int(clip.id) % 5 == 4
    ]
    assert np.isnan(beep_times(listen(film), mute)).all()


def test_sound_is_as_long_as_the_picture(sixty: tuple[Timeline, Path]) -> None:
    """The frame count is the clock: the track ends with the last frame, to the AAC packet."""
    timeline, film = sixty
    wanted = half_up(NTSC.seconds(timeline.frames) * 48_000)
    assert 0 <= listen(film).shape[1] - wanted < 1024


def test_picture_that_starts_late_in_its_file(tmp_path: Path) -> None:
    """Where a file's first frame stands behind its sound's start, both are still heard together."""
    making = Making(times=tuple(range(6, 54)))
    clip = make_clip(tmp_path / "a.mp4", 1, 48, sound=Sound(beeps_s=(0.5, 1.5)), making=making)
    sound = heard(tmp_path, {"a": clip}, timeline_of([TimelineClip("a", "s", 0, 48)], []))
    assert beep_times(sound, [0.25, 1.25]) == pytest.approx([0.25, 1.25], abs=0.001)


def test_part_of_a_clip(tmp_path: Path) -> None:
    """A clip shown from its frame 12 on is heard from there on."""
    clip = make_clip(tmp_path / "a.mp4", 1, 48, sound=Sound(44_100, 1, (0.25, 1.0)))
    sound = heard(tmp_path, {"a": clip}, timeline_of([TimelineClip("a", "s", 12, 40)], []))
    assert beep_times(sound, [0.5]) == pytest.approx([0.5], abs=0.001)
    assert np.isnan(beep_times(sound, [0.2], 0.1)).all()


@pytest.fixture(scope="module")
def mute(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Clip]:
    """Two clips without sound."""
    folder = tmp_path_factory.mktemp("mute")
    return {name: make_clip(folder / f"{name}.mp4", 1, 72) for name in "ab"}


def mute_film(*, joins: tuple[Join, ...] = (Cut(),), **more: Any) -> Timeline:
    """Six seconds: two scenes of three each."""
    return timeline_of(
        [TimelineClip(name, f"scene {name}", 0, 72) for name in "ab"], list(joins), **more
    )


@pytest.mark.parametrize("level", [-14.0, -20.0, -32.0])
def test_bed_has_its_level(tmp_path: Path, mute: dict[str, Clip], level: float) -> None:
    """A bed alone is as loud as its level says, to half a LUFS; a 997 Hz tone tells it by its power."""
    cues = CueSheet((replace(tone(tmp_path / "t.wav", 6.5), level=level),))
    sound = heard(tmp_path, mute, mute_film(), cues)
    assert rms_db(sound, 1, 5) == pytest.approx(level - 3.0, abs=0.5)
    (made,) = (tmp_path / "sound").glob("*.m4a")
    assert integrated_loudness(made) == pytest.approx(level, abs=0.5)


@pytest.mark.parametrize("loop", [True, False])
def test_bed_loops_or_ends(tmp_path: Path, mute: dict[str, Clip], loop: bool) -> None:
    """A short bed begins again where it loops, and is over where it does not."""
    cues = CueSheet((replace(tone(tmp_path / "t.wav", 2), loop=loop),))
    sound = heard(tmp_path, mute, mute_film(), cues)
    assert rms_db(sound, 0.5, 1.5) > -30
    assert (rms_db(sound, 4.2, 5.8) > -30) == loop


def test_bed_from_its_middle(tmp_path: Path, mute: dict[str, Clip]) -> None:
    """`from` skips the first seconds once; the loop then begins with the file's first sample."""
    cue = tone(tmp_path / "t.wav", 3, quiet_s=1)
    sound = heard(tmp_path, mute, mute_film(), CueSheet((replace(cue, offset_s=Fraction(1)),)))
    loud = [rms_db(sound, start + 0.1, start + 0.9) > -40 for start in range(6)]
    assert loud == [True, True, False, True, True, False]


def test_bed_fades(tmp_path: Path, mute: dict[str, Clip]) -> None:
    """A bed's fades rise and fall evenly at the ends of what it lies under."""
    cue = replace(tone(tmp_path / "t.wav", 7), fade_in=48, fade_out=24)
    sound = heard(tmp_path, mute, mute_film(), CueSheet((cue,)))
    full = rms_db(sound, 3, 4)
    assert rms_db(sound, 0.95, 1.05) == pytest.approx(full - 6.02, abs=0.3)
    assert rms_db(sound, 5.45, 5.55) == pytest.approx(full - 6.02, abs=0.3)
    assert rms_db(sound, 0, 0.02) < full - 30


def test_bed_of_one_scene(tmp_path: Path, mute: dict[str, Clip]) -> None:
    """A scene's own music is heard from its start to its end and nowhere else."""
    cues = CueSheet((replace(tone(tmp_path / "t.wav", 2), clips=("b", "b")),))
    sound = heard(tmp_path, mute, mute_film(), cues)
    assert rms_db(sound, 0, 2.95) < -80
    assert min(rms_db(sound, 3.05, 4), rms_db(sound, 5, 5.95)) > -30


def test_sound_comes_and_goes_with_the_film(tmp_path: Path, mute: dict[str, Clip]) -> None:
    """The film's own fades carry the sound with them."""
    timeline = mute_film(fade_in=24, fade_out=48)
    sound = heard(tmp_path, mute, timeline, CueSheet((tone(tmp_path / "t.wav", 7),)))
    full = rms_db(sound, 2, 3)
    assert rms_db(sound, 0.45, 0.55) == pytest.approx(full - 6.02, abs=0.3)
    assert rms_db(sound, 4.95, 5.05) == pytest.approx(full - 6.02, abs=0.3)


def test_silent_music_file(tmp_path: Path, mute: dict[str, Clip]) -> None:
    """Music in which nothing is heard has no loudness to start from; it stays silence."""
    cues = CueSheet((tone(tmp_path / "t.wav", 2, peak=0),))
    assert rms_db(heard(tmp_path, mute, mute_film(), cues), 0, 6) < -100


def test_nothing_to_hear_is_no_track(tmp_path: Path, mute: dict[str, Clip]) -> None:
    """A film of mute clips has no sound track at all."""
    takes = {name: clip.material for name, clip in mute.items()}
    assert ensure_sound(mute_film(), takes, CueSheet(), tmp_path, "key") is None


def test_silenced_clip(tmp_path: Path) -> None:
    """A clip whose sound is dropped is silent; its neighbour is not."""
    clips = {n: make_clip(tmp_path / f"{n}.mp4", 1, 24, sound=Sound(hum=0.3)) for n in "ab"}
    places = [TimelineClip(name, "s", 0, 24) for name in "ab"]
    sound = heard(tmp_path, clips, timeline_of(places, [Cut()]), CueSheet(silenced=frozenset("a")))
    assert rms_db(sound, 0, 0.95) < -80
    assert rms_db(sound, 1.1, 1.9) > -20


def test_cross_fade_keeps_the_power(tmp_path: Path) -> None:
    """In a dissolve of two different sounds the power stays, to a decibel, all the way."""
    chance = np.random.default_rng(1)
    clips = {}
    for name in "ab":
        path = tmp_path / f"{name}.wav"
        tone(path, 1)
        noise = (chance.normal(0, 0.1, (96_000, 2)) * 32767).astype("<i2")
        with wave.open(str(path), "wb") as file:
            file.setparams((2, 2, 48_000, 0, "NONE", ""))
            file.writeframes(noise.tobytes())
        clips[name] = Clip(path, 1, 0, 48)
    sound = noise_film(tmp_path, clips)
    inside = [rms_db(sound, 1 + k / 10, 1.1 + k / 10) for k in range(10)]
    assert np.allclose(inside, rms_db(sound, 0.2, 0.9), atol=1.0)


def noise_film(folder: Path, clips: dict[str, Clip]) -> np.ndarray:
    """Two clips of two seconds with a dissolve of one."""
    videos = {}
    for name, clip in clips.items():
        bare = make_clip(folder / f"{name}-bare.mp4", 1, 48)
        both = folder / f"{name}-both.mov"
        copy = ["-i", str(bare.path), "-i", str(clip.path), "-c", "copy", str(both)]
        run_ffmpeg(copy, timeout_s=60)
        videos[name] = replace(bare, path=both)
    places = [TimelineClip(name, "s", 0, 48) for name in "ab"]
    return heard(folder, videos, timeline_of(places, [Transition("dissolve", 24)]))


@pytest.mark.parametrize("join", [Cut(), Seam(), Transition("dissolve", 6)])
def test_no_click_at_a_join(tmp_path: Path, join: Join) -> None:
    """Where one hum ends and another begins no sample jumps further than the hums themselves move."""
    chain = make_chain(tmp_path, 1, 2, 36, sound=Sound(hum=0.4, beeps_s=()))
    clips = dict(zip("ab", chain, strict=True))
    sound = heard(tmp_path, clips, timeline_of([TimelineClip(n, "s", 0, 36) for n in "ab"], [join]))
    hum_moves = 0.4 * 2 * np.pi * 220 / 48_000
    near = sound[:, int(1.2 * 48_000) : int(1.7 * 48_000)]
    assert np.abs(np.diff(near)).max() < 2.5 * hum_moves


def test_other_titles_leave_the_sound_alone(reel: Reel) -> None:
    """What is not heard is no part of a sound track's key; what is heard is."""
    timeline = timeline_of(
        [TimelineClip("c3", "s", 0, 36), TimelineClip("c4", "t", 0, 36)], [Cut()]
    )
    key = sound_key(timeline, reel.materials, CueSheet())
    assert sound_key(timeline, reel.materials, CueSheet(chapters=(("s", "x"),))) == key
    assert sound_key(timeline, reel.materials, CueSheet(silenced=frozenset({"c3"}))) != key
    wiped = replace(timeline, joins=(Transition("wipe", 8, direction="up"),))
    dipped = replace(timeline, joins=(Transition("dip", 8, colour="#ff0000"),))
    assert sound_key(wiped, reel.materials, CueSheet()) == sound_key(
        dipped, reel.materials, CueSheet()
    )
