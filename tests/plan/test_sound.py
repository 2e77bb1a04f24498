"""What the cue sheet says of music, of the clips' own sound and of the film's loudness."""

from __future__ import annotations

import pytest

from boards import faults_of, plan_of
from longtake.cues import MusicCue

HEAD = "longtake: 1\ntitle: T\n"
BOARD = """\
music: {file: film.wav}
scenes:
  - {id: a, prompt: x, seconds: 14, music: {file: a.wav, cross_fade: 12f}}
  - id: b
    music: [{file: b.wav, level: -30 LUFS, duck: false}, {file: more.wav, from: 2, loop: false}]
    shots: [{prompt: y}, {prompt: z, seconds: 14, music: {file: shot.wav}}]
"""


def test_what_beds_lie_under() -> None:
    """Music lies under the film, or from the first clip of its scene or shot to the last, in file order."""
    music = plan_of(HEAD + BOARD).cues.music

    assert [(bed.path.name, bed.clips) for bed in music] == [
        ("film.wav", None),
        ("a.wav", ("a/1", "a/2")),
        ("b.wav", ("b.1/1", "b.2/2")),
        ("more.wav", ("b.1/1", "b.2/2")),
        ("shot.wav", ("b.2/1", "b.2/2")),
    ]


def test_settings_of_beds() -> None:
    """Levels, cross-fades in frames, loops and ducking are the author's, else the defaults."""
    plan = plan_of(HEAD + BOARD)

    def settings(bed: MusicCue) -> tuple[object, ...]:
        return bed.level, bed.cross_fade, bed.loop, bed.duck, bed.offset_s

    assert list(map(settings, plan.cues.music)) == [
        (-22, 24, True, True, 0),
        (-22, 12, True, True, 0),
        (-30, 24, True, False, 0),
        (-22, 24, False, True, 2),
        (-22, 24, True, True, 0),
    ]


@pytest.mark.parametrize(
    ("film", "loudness"),
    [("", -14), ("film: {loudness: -23 LUFS}\n", -23), ("film: {loudness: off}\n", None)],
)
def test_loudness_of_the_film(film: str, loudness: float | None) -> None:
    """-14 LUFS where the author says nothing, what he says, or none at all."""
    plan = plan_of(HEAD + film + "scenes: [{prompt: x}]\n")

    assert plan.cues.loudness == loudness


@pytest.mark.parametrize("written", ["-3 LUFS", "-60 LUFS", "loud", "14 LUFS"])
def test_no_loudness_of_a_film(written: str) -> None:
    """What no film can be, or no film should be, is a fault that says what may be written."""
    said = faults_of(HEAD + f"film: {{loudness: {written}}}\nscenes: [{{prompt: x}}]\n", hints=True)

    assert "between -40 and -6" in said[0]
    assert "off" in said[0]


def test_dropped_sound() -> None:
    """`sound: drop` leaves out the own sound of a shot, or of all shots of its scene."""
    plan = plan_of(
        HEAD + "scenes: [{id: a, prompt: x, sound: drop}, {id: b, sound: drop, shots: "
        "[{prompt: y}, {prompt: z}]}, {id: c, shots: [{prompt: u, sound: drop}, {footage: f.mp4}]}]",
        footage={"f.mp4": 48},
    )

    assert plan.cues.silenced == {"a/1", "b.1/1", "b.2/1", "c.1/1"}
    assert plan.cues.ducked == frozenset()


def test_levels_of_the_clips_own_sound() -> None:
    """All clips of a scene with the same level come to it together; what is dropped has none."""
    plan = plan_of(
        HEAD
        + "scenes: [{id: a, prompt: x, seconds: 14, sound_level: -30 LUFS}, {id: b, sound_level: "
        "-20 LUFS, shots: [{prompt: y}, {prompt: z, sound: drop}, {prompt: u, sound_level: -30 LUFS}]}, "
        "{id: c, prompt: v}]",
    )
    assert [(cue.clips, cue.level) for cue in plan.cues.levels] == [
        (("a/1", "a/2"), -30),
        (("b.1/1",), -20),
        (("b.3/1",), -30),
    ]
    assert plan_of(HEAD + "scenes: [{prompt: x}]").cues.levels == ()
    said = faults_of(HEAD + "scenes: [{prompt: x, sound_level: loud}]", hints=True)
    assert "-22 LUFS" in said[0]
