"""Each field of a seam's score answers to its own fault, and to no other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from longtake.media.planes import Planes
from longtake.seam.measure import SeamScore, measure_seam, structure
from longtake.seam.scan import EndSound, Scan
from longtake.seam.verdict import judge
from longtake.testing.drift import Drift, Shade
from seam.takes import FRAMES, MEET, after, before, ground, moment, named, scanned, take


def score(drift: Drift) -> SeamScore:
    """Measure a seam whose second take is spoiled."""
    return measure_seam(before(), after(drift))


def test_two_takes_that_meet_measure_nothing() -> None:
    """Without a fault there is no difference at the handoff, and motion goes on."""
    good = score(Drift())

    assert good.handoff_de == 0
    assert good.handoff_ssim == pytest.approx(1)
    assert good.handoff_shift < 0.01
    assert good.freeze_frames == 0
    assert (good.flash, good.flash_frames) == (0, ())
    assert judge(good).verdict == "clean"


@pytest.mark.parametrize(
    ("drift", "verdict"),
    [
        (Drift(static=Shade(exposure=1.05)), "exposure"),
        (Drift(static=Shade(saturation=1.15)), "colour"),
        (Drift(static=Shade(warmth=4)), "colour"),
        (Drift(blur=1.5), "softer"),
        (Drift(frozen=1), "duplicate"),
        (Drift(frozen=3), "freeze"),
        (Drift(flash_frame=0, flash_gain=1.15), "flash"),
        (Drift(flash_frame=4, flash_gain=1.2), "flash"),
        (Drift(bars=0.12), "bars"),
    ],
    ids=named,
)
def test_a_fault_of_the_second_take_is_named(drift: Drift, verdict: str) -> None:
    """Each thing a provider does to a clip gets its own word."""
    assert judge(score(drift)).verdict == verdict


@pytest.mark.parametrize(
    ("drift", "verdict"),
    [
        (Drift(fade_frames=8, fade_to=0.8), "tail fades"),
        (Drift(soft_frames=3, soft_radius=2.0), "tail blurred"),
    ],
    ids=named,
)
def test_a_bad_tail_is_named(drift: Drift, verdict: str) -> None:
    """A tail is judged against its own clip, though the next one begins on that very frame."""
    spoiled = drift.apply(moment(MEET), FRAMES - 1, FRAMES)
    seam = measure_seam(before(drift), take(MEET, drawn=held(spoiled)))

    assert seam.handoff_de == 0
    assert judge(seam).verdict == verdict


def held(planes: Planes) -> Callable[[float], Planes]:
    """Draw a picture that moves on as the world does."""

    def drawn(at: float) -> Planes:
        by = round((at - MEET) * 2) * 2
        y, u, v = planes
        return np.roll(y, -by, 1), np.roll(u, -by // 2, 1), np.roll(v, -by // 2, 1)

    return drawn


def moved(x: int) -> Scan:
    """Scan a second take whose picture lies elsewhere."""
    return take(MEET, drawn=lambda at: moment(at + x / 4))


def test_a_shifted_first_frame_is_measured_in_cells() -> None:
    """Four samples of a picture 320 wide are four cells."""
    seam = measure_seam(before(), moved(4))

    assert seam.handoff_shift == pytest.approx(4, abs=0.2)
    assert judge(seam).verdict == "first frame ignored"


def test_another_place_is_no_seam() -> None:
    """An unrelated picture is told from a shifted one."""
    seam = measure_seam(before(), take(MEET, drawn=lambda at: moment(at, seed=5)))

    assert seam.likeness < 0.5
    assert judge(seam).verdict == "scene changed"


def test_a_repeated_handoff_frame_is_a_duplicate() -> None:
    """Frame 0 repeats the handoff frame: shown it is one duplicate, left out it is none."""
    shown = measure_seam(before(), after(), first=0)

    assert (shown.repeated, shown.freeze_frames) == (1, 0)
    assert judge(shown).verdict == "duplicate"


def test_a_still_shot_cannot_freeze() -> None:
    """Where nothing moves, nothing stands still either."""
    still = [moment(MEET)] * FRAMES
    seam = measure_seam(scanned(still), scanned(still), first=0)

    assert seam.repeated is None
    assert judge(seam).verdict == "clean"


def test_what_is_drawn_on_twos_does_not_freeze() -> None:
    """A pair that stands still is normal where every other pair does."""
    one, other = take(MEET - 25, drawn=twos), take(MEET, drawn=twos)

    assert measure_seam(one, other).freeze_frames == 0
    assert measure_seam(one, take(MEET, drift=Drift(frozen=3), drawn=twos)).freeze_frames == 4


def twos(at: float) -> Planes:
    """Draw every moment twice."""
    return moment(at // 2 * 2)


def test_frozen_frames_that_creep_are_frozen() -> None:
    """Two frames that move less than any others do not pass because a codec smeared them."""

    def creeping(at: float) -> Planes:
        crept = (0, 0.5, 0.5)
        return moment(MEET + crept[round(at) - MEET] if at < MEET + 3 else at - 2)

    assert measure_seam(before(), take(MEET, drawn=creeping)).freeze_frames == 2
    assert measure_seam(before(), after()).freeze_frames == 0


def test_movement_backwards_is_a_turn() -> None:
    """Steps that undo the last ones are far from usual."""
    backwards = take(MEET, drawn=lambda at: moment(2 * MEET - at))
    seam = measure_seam(before(), backwards)

    assert seam.turn > 3.5
    assert judge(seam).verdict == "jump"


def test_frames_left_out_are_a_leap() -> None:
    """The step after the seam is larger than any around it."""
    skipped = take(MEET, drawn=lambda at: moment(at + 4 * (at > MEET)))

    assert measure_seam(before(), skipped).leap > 1.5
    assert measure_seam(before(), after()).leap == pytest.approx(1, abs=0.1)


def test_an_earlier_out_point_is_measured_there() -> None:
    """The seam stands at the out-point, wherever the take goes on to."""
    longer = take(MEET - FRAMES + 1, frames=FRAMES + 5)

    assert judge(measure_seam(longer, after(), out=FRAMES - 1)).clean
    assert not judge(measure_seam(longer, after())).clean


def test_wanted_changes_are_no_fault() -> None:
    """Dusk over both takes, and a lamp switched on in either, leave the seam clean."""

    def dusk(at: float) -> Planes:
        return Drift(static=Shade(exposure=round(1.5 * 0.988**at, 4))).apply(moment(at), 0, 1)

    def lamp(on: int) -> Callable[[float], Planes]:
        shade = Drift(static=Shade(exposure=1.3))
        return lambda at: shade.apply(moment(at), 0, 1) if at >= on else moment(at)

    for drawn in (dusk, lamp(MEET + 9), lamp(MEET - 7)):
        seam = measure_seam(take(MEET - FRAMES + 1, drawn=drawn), take(MEET, drawn=drawn))
        assert judge(seam).findings == ()


def test_structure_minds_noise() -> None:
    """A picture has its own structure, and less of it under noise."""
    luma = ground()[..., 1].astype(np.float32)
    noisy = luma + np.random.default_rng(2).normal(0, 15, luma.shape).astype(np.float32)

    assert structure(luma, luma) == pytest.approx(1)
    assert structure(luma, noisy) < 0.95


def tone(level: float, phase: float, seconds: float = 2.0) -> np.ndarray:
    """Make a tone of 200 Hz."""
    time = np.arange(int(seconds * 48_000)) / 48_000
    return (level * np.sin(2 * np.pi * 200 * time + phase)).astype(np.float32)


def sounding(level: float, phase: float, start: int) -> Scan:
    """Scan a take with a tone that begins at a phase."""
    return take(start, sound=EndSound(tone(level, phase), tone(level, phase), 0))


def test_a_step_of_level_is_heard() -> None:
    """A quarter of the level is twelve decibels less, and no click where the wave goes on."""
    end = 2 * np.pi * 200 * FRAMES / 24
    seam = measure_seam(sounding(0.2, -end, MEET - 25), sounding(0.05, 0, MEET), first=0)

    assert seam.sound is not None
    assert seam.sound.level_db == pytest.approx(-12, abs=0.3)
    assert [finding.verdict for finding in judge(seam).sound] == ["sound step"]


def test_a_wave_that_breaks_off_clicks() -> None:
    """The phase at the end of one take must go on in the next."""
    end = 2 * np.pi * 200 * FRAMES / 24
    smooth = measure_seam(sounding(0.2, 0, MEET - 25), sounding(0.2, end, MEET), first=0)
    broken = measure_seam(sounding(0.2, 0, MEET - 25), sounding(0.2, end + 2, MEET), first=0)

    assert judge(smooth).sound == ()
    assert [finding.verdict for finding in judge(broken).sound] == ["click"]
