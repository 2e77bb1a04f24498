"""Voices begin with their clips, to the sample, are heard whole, and music makes room for them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from longtake.assemble.ducking import DUCKED_DB
from longtake.assemble.sound import film_mix, sound_key
from longtake.assemble.voices import voice_starts
from longtake.cues import CueSheet, NarrationCue
from longtake.errors import AssemblyError
from longtake.media.audio import Samples
from longtake.timeline import Cut, Join, Seam, Timeline, TimelineClip, Transition
from longtake.units import FrameRate, half_up
from synthetic import Clip, Sound, make_clip

from .conftest import timeline_of
from .listening import level_db, rms_db, said, tone, wave_of

RATE = 48_000
VOICE_HZ, MUSIC_HZ = 440, 2000


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Clip]:
    """Three mute clips of four seconds."""
    folder = tmp_path_factory.mktemp("mute")
    return {name: make_clip(folder / f"{name}.mp4", 1, 97) for name in "abc"}


def film_of(*joins: Join, fps: str = "24", frames: int = 96, **more: object) -> Timeline:
    """A film of the three clips, a scene each."""
    places = [TimelineClip(name, f"scene {name}", 0, frames) for name in "abc"]
    joins = joins or (Cut(), Cut())
    return timeline_of(places, list(joins), rate=FrameRate.parse(fps), **more)


def mix(folder: Path, clips: dict[str, Clip], film: Timeline, cues: CueSheet) -> Samples:
    """The film's sound before anything is done to its loudness."""
    takes = {name: clip.material for name, clip in clips.items()}
    return np.concatenate(list(film_mix(film, takes, cues, folder / "sound")()), axis=1)


def voice(seconds: float) -> np.ndarray:
    """Somebody who speaks on one pitch."""
    return wave_of(seconds, VOICE_HZ, 0.2)


@pytest.mark.parametrize("fps", ["24", "23.976", "30000/1001"])
@pytest.mark.parametrize(
    "joins", [(Cut(), Cut()), (Seam(), Seam()), (Transition("dissolve", 9), Cut())], ids=str
)
def test_voices_stand_on_the_sample(
    tmp_path: Path, clips: dict[str, Clip], fps: str, joins: tuple[Join, ...]
) -> None:
    """What is said with a clip begins on the sample of its frame, behind every kind of join."""
    click = np.zeros(RATE)
    click[[0, RATE - 1]] = 0.5
    film = film_of(*joins, fps=fps)
    cues = CueSheet(narration=tuple(said(tmp_path / f"{n}.wav", n, click) for n in "abc"))

    sound = mix(tmp_path, clips, film, cues)

    starts = [half_up(film.rate.seconds(frame) * RATE) for frame in film.clip_starts.values()]
    found = np.flatnonzero(np.abs(sound[0]) > 0.01).tolist()
    assert found == sorted([*starts, *(start + RATE - 1 for start in starts)])


@pytest.mark.parametrize("level", [-16.0, -24.0])
def test_voice_has_its_level(tmp_path: Path, clips: dict[str, Clip], level: float) -> None:
    """A voice is brought to its level, however loud its file; a short word too."""
    words = (said(tmp_path / "a.wav", "a", wave_of(3, 997, 0.03), level),)
    words += (said(tmp_path / "b.wav", "b", wave_of(0.3, 997, 0.9), level),)
    sound = mix(tmp_path, clips, film_of(), CueSheet(narration=words))
    assert rms_db(sound, 0.5, 2.5) == pytest.approx(level - 3.0, abs=0.2)
    assert rms_db(sound, 4.05, 4.25) == pytest.approx(level - 3.0, abs=0.2)


def test_voice_goes_on_over_the_next_clip(tmp_path: Path, clips: dict[str, Clip]) -> None:
    """A voice longer than its clip is heard to its end, and the next one over it."""
    cues = CueSheet(narration=(said(tmp_path / "a.wav", "a", voice(6)),))
    sound = mix(tmp_path, clips, film_of(), cues)
    levels = [level_db(sound, VOICE_HZ, at, at + 0.5) for at in (1, 3.8, 5.4)]
    assert np.allclose(levels, levels[0], atol=0.1)
    assert rms_db(sound, 6.01, 12) < -80


def test_voice_at_the_end_begins_sooner(tmp_path: Path, clips: dict[str, Clip]) -> None:
    """Where the film ends before the voice does, it begins sooner and is heard whole."""
    words = np.concatenate([voice(4.5), np.zeros(RATE)])
    cues = CueSheet(narration=(said(tmp_path / "c.wav", "c", words),))
    sound = mix(tmp_path, clips, film_of(), cues)
    assert rms_db(sound, 0, 6.45) < -80
    assert min(rms_db(sound, 6.52, 6.6), rms_db(sound, 10.9, 11)) > -25


@pytest.mark.parametrize(("lengths", "starts"), [((5, 2), (0, 5)), ((3, 5, 4), (0, 3, 8))])
def test_voices_never_speak_at_once(
    tmp_path: Path, clips: dict[str, Clip], lengths: tuple[int, ...], starts: tuple[int, ...]
) -> None:
    """Where a take ends before its voice does, the next voice waits; at the end both begin sooner."""
    words = [said(tmp_path / f"{n}.wav", n, voice(s)) for n, s in zip("abc", lengths, strict=False)]
    cues = CueSheet(narration=tuple(words))
    assert voice_starts(film_of(), cues) == tuple(start * RATE for start in starts)
    sound = mix(tmp_path, clips, film_of(), cues)
    peak = np.abs(mix(tmp_path, clips, film_of(), CueSheet(narration=cues.narration[:1]))).max()
    assert np.abs(sound).max() == pytest.approx(peak, rel=0.02)


def test_more_words_than_film(tmp_path: Path, clips: dict[str, Clip]) -> None:
    """Voices that cannot be said one after the other in the whole film are an error."""
    words = tuple(said(tmp_path / f"{n}.wav", n, voice(7)) for n in "ab")
    with pytest.raises(AssemblyError, match=r'up to .* "b" is 2\.0 s longer'):
        mix(tmp_path, clips, film_of(), CueSheet(narration=words))


def test_voice_longer_than_the_film(tmp_path: Path, clips: dict[str, Clip]) -> None:
    """What cannot be said in the whole film is an error that names the shot, never cut."""
    cues = CueSheet(narration=(said(tmp_path / "b.wav", "b", voice(12.5)),))
    with pytest.raises(AssemblyError, match=r'shot "b" is 0\.5 s longer'):
        mix(tmp_path, clips, film_of(), cues)


def test_words_do_not_fade_with_the_film(tmp_path: Path, clips: dict[str, Clip]) -> None:
    """The first and the last word are heard whole though picture and music come and go."""
    film = film_of(fade_in=48, fade_out=48)
    music = replace(tone(tmp_path / "m.wav", 13, hz=MUSIC_HZ), duck=False)
    words = tuple(said(tmp_path / f"{n}.wav", n, voice(4)) for n in "ac")
    sound = mix(tmp_path, clips, film, CueSheet((music,), narration=words))
    spoken = [level_db(sound, VOICE_HZ, at, at + 0.1) for at in (0.05, 3, 11.85)]
    assert np.allclose(spoken, spoken[0], atol=0.2)
    played = [level_db(sound, MUSIC_HZ, at, at + 0.1) for at in (0.05, 11.85)]
    assert max(played) < level_db(sound, MUSIC_HZ, 5, 6) - 20


def talk(folder: Path, *pauses_s: float) -> NarrationCue:
    """A voice over clip b: a second of words, a pause, a second of words, and so on."""
    parts = [voice(1)]
    for pause in pauses_s:
        parts += [np.zeros(int(pause * RATE)), voice(1)]
    return said(folder / "talk.wav", "b", np.concatenate(parts))


def music_under(
    folder: Path, clips: dict[str, Clip], words: NarrationCue, *, duck: bool = True
) -> Samples:
    """A bed under the whole film, and these words over its second third."""
    music = replace(tone(folder / "m.wav", 13, hz=MUSIC_HZ), duck=duck)
    return mix(folder, clips, film_of(), CueSheet((music,), narration=(words,)))


def test_music_makes_room_for_words(tmp_path: Path, clips: dict[str, Clip]) -> None:
    """From the first word to the last music lies 14 dB lower, before and behind it does not."""
    sound = music_under(tmp_path, clips, talk(tmp_path, 1.0))
    around = level_db(sound, MUSIC_HZ, 1, 3)
    for start, end in ((4, 5), (5.1, 5.9), (6, 7)):
        lower = level_db(sound, MUSIC_HZ, start, end)
        assert lower == pytest.approx(around + DUCKED_DB, abs=0.1)
    assert level_db(sound, MUSIC_HZ, 7.4, 11) == pytest.approx(around, abs=0.1)
    assert level_db(sound, MUSIC_HZ, 3.2, 3.65) == pytest.approx(around, abs=0.1)


def test_music_comes_back_in_a_long_pause(tmp_path: Path, clips: dict[str, Clip]) -> None:
    """A pause of two seconds is no longer bridged."""
    sound = music_under(tmp_path, clips, talk(tmp_path, 2.0))
    around = level_db(sound, MUSIC_HZ, 1, 3)
    assert level_db(sound, MUSIC_HZ, 5.5, 6.5) == pytest.approx(around, abs=0.1)


def test_music_that_keeps_its_level(tmp_path: Path, clips: dict[str, Clip]) -> None:
    """`duck: false` leaves a bed as loud under words as elsewhere."""
    sound = music_under(tmp_path, clips, talk(tmp_path, 1.0), duck=False)
    around = level_db(sound, MUSIC_HZ, 1, 3)
    assert level_db(sound, MUSIC_HZ, 4, 7) == pytest.approx(around, abs=0.1)


def test_ramps_of_music_do_not_click(tmp_path: Path, clips: dict[str, Clip]) -> None:
    """Where music goes down and comes back no sample jumps further than its tone moves."""
    sound = music_under(tmp_path, clips, replace(talk(tmp_path, 2.0), level=-70))
    peak = np.abs(sound[0, RATE : 2 * RATE]).max()
    steepest = peak * 2 * np.pi * MUSIC_HZ / RATE
    assert np.abs(np.diff(sound[0, 3 * RATE : 8 * RATE])).max() < 1.05 * steepest


def test_clips_make_room_for_words(tmp_path: Path) -> None:
    """`sound: duck` lowers a clip's own sound under words too, one that keeps its sound stays."""
    hums = {n: make_clip(tmp_path / f"{n}.mp4", 1, 96, sound=Sound(hum=0.3)) for n in "abc"}
    words = tuple(said(tmp_path / f"{n}.wav", n, voice(3.5)) for n in "bc")
    cues = CueSheet(ducked=frozenset("ab"), narration=words)
    sound = mix(tmp_path, hums, film_of(), cues)
    plain, lower, kept = (level_db(sound, 220, at, at + 2) for at in (1, 5, 9))
    assert lower == pytest.approx(plain + DUCKED_DB, abs=0.1)
    assert kept == pytest.approx(plain, abs=0.1)


def test_what_is_not_spoken_yet(tmp_path: Path, clips: dict[str, Clip]) -> None:
    """Words without a file are not heard, lower nothing and change no key."""
    film, music = film_of(), (tone(tmp_path / "m.wav", 13, hz=MUSIC_HZ),)
    takes = {name: clip.material for name, clip in clips.items()}
    words = replace(talk(tmp_path), path=None, sha256="")
    cues = CueSheet(music, narration=(words,))
    assert sound_key(film, takes, cues) == sound_key(film, takes, CueSheet(music))
    sound = mix(tmp_path, clips, film, cues)
    assert np.array_equal(sound, mix(tmp_path, clips, film, CueSheet(music)))


def test_words_are_part_of_the_key(tmp_path: Path, clips: dict[str, Clip]) -> None:
    """Another voice, place or level is another sound; other text for the same voice is not."""
    film, words = film_of(), talk(tmp_path)
    takes = {name: clip.material for name, clip in clips.items()}

    def key(cue: NarrationCue) -> str:
        return sound_key(film, takes, CueSheet(narration=(cue,)))

    others = [replace(words, sha256="other"), replace(words, clip="c"), replace(words, level=-20)]
    assert len({key(words), *map(key, others)}) == 4
    assert key(replace(words, text="other")) == key(words)
