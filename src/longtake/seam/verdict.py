"""What a seam's numbers mean: findings, each with the limit it broke, and one word for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from longtake.seam.measure import SeamScore
from longtake.seam.normal import FLASH, SURELY_BLURRED, SURELY_FADED

Verdict = Literal[
    "clean",
    "duplicate",
    "freeze",
    "flash",
    "exposure",
    "colour",
    "softer",
    "jump",
    "first frame ignored",
    "last frame ignored",
    "tail fades",
    "tail blurred",
    "bars",
    "scene changed",
]
Heard = Literal["sound step", "click"]

# What explains most comes first: the first finding of this order names the seam.
ORDER: tuple[Verdict, ...] = (
    "scene changed",
    "bars",
    "tail fades",
    "tail blurred",
    "flash",
    "first frame ignored",
    "last frame ignored",
    "exposure",
    "colour",
    "softer",
    "freeze",
    "jump",
    "duplicate",
)

# Colour limits grow with motion, which hides a step: base + slope * min(motion, most); and with the
# new take's own first step, in which a coarse codec (crf 26) moves the mean colour by up to 0.6.
DE_BASE, DE_SLOPE, MOTION_MOST = 0.40, 0.06, 12.0
STEP_BASE, STEP_SLOPE = 0.35, 0.06
FIRST_STEP_MOST = 0.6
# Good joins at crf 26 sink to 0.963 and move by 0.12 cells; two pixels of 1280 move 0.5.
SSIM_LEAST = 0.96
SHIFT_MOST = 0.15
LIKENESS_LEAST = 0.6
SHARP_MOST = 1.25
FADE_LEAST = 0.95
BLUR_LEAST = -0.5
# Few good joins pass 4, a reversal begins at 3.8 and is 12 in the median.
TURN_MOST = 4.5
PACE_LEAST = -1.3
# Good joins reach 1.2, two frames left out 2.0 and more.
LEAP_MOST = 1.6
# Reports only: alone it finds a third of the bad joins, and cries at good ones that start to move.
JUMP_MOST = 2.7
BARS_MOST = 0.02
LEVEL_MOST_DB = 6.0
HEARD_DB = -60.0
CLICK_MOST = 2.0


@dataclass(frozen=True)
class Finding:
    """One measure beyond its limit: what it is a sign of, its value and limit, and that in plain words.

    A finding that does not count is shown and decides nothing: it is often right about nothing.
    """

    verdict: Verdict | Heard
    field: str
    value: float
    limit: float
    words: str
    counts: bool = True


@dataclass(frozen=True)
class Judgement:
    """The verdict over a seam with all findings behind it; `sound` holds those that are heard."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    sound: tuple[Finding, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether nothing is to be seen at the seam."""
        return self.verdict == "clean"


def judge(score: SeamScore) -> Judgement:
    """Hold a seam's numbers against their limits."""
    findings = (
        *_scene(score),
        *_tail(score),
        *_light_and_colour(score),
        *_geometry(score),
        *_movement(score),
    )
    return _judgement(findings, score)


def judge_landing(score: SeamScore) -> Judgement:
    """Hold the numbers of a seam against their limits where a clip was asked to end on a given frame.

    It changes towards its end because it should, and the clip behind begins as it would without it: how
    both move is shown and decides nothing.
    """
    scene = "the clip ends on another picture than the one it was to end on"
    findings = (
        *(replace(f, words=scene if f.field == "likeness" else f.words) for f in _scene(score)),
        *_light_and_colour(score),
        *map(_landed, _geometry(score)),
        # Whether the clip behind begins with a rest is its own affair.
        *(replace(f, counts=False) for f in _movement(score) if f.field != "freeze_frames"),
    )
    return _judgement(findings, score)


def _landed(finding: Finding) -> Finding:
    """Blame the clip before for a picture that is not where it was to be."""
    if finding.field == "handoff_shift":
        words = f"the picture ends {finding.value:.2f} cells from where it was to be"
        return replace(finding, verdict="last frame ignored", words=words)
    if finding.field == "handoff_ssim":
        words = f"the last frame's detail differs from what was asked for ({finding.value:.3f})"
        word: Verdict = "softer" if finding.verdict == "softer" else "last frame ignored"
        return replace(finding, verdict=word, words=words)
    return finding


def _judgement(findings: Iterable[Finding], score: SeamScore) -> Judgement:
    found = tuple(findings)
    named = {finding.verdict for finding in found if finding.counts}
    verdict: Verdict = next((word for word in ORDER if word in named), "clean")
    return Judgement(verdict, found, tuple(_heard(score)))


def colour_limits(motion: float, first_step: float = 0.0) -> tuple[float, float]:
    """Give the limits of handoff_de and handoff_step for a motion and a take's own first step."""
    hidden, own = min(motion, MOTION_MOST), min(first_step, FIRST_STEP_MOST)
    return DE_BASE + DE_SLOPE * hidden + own / 2, STEP_BASE + STEP_SLOPE * hidden + own


def _scene(score: SeamScore) -> list[Finding]:
    found = []
    if score.likeness < LIKENESS_LEAST:
        words = "the clip begins on another picture than the one it was given"
        found.append(Finding("scene changed", "likeness", score.likeness, LIKENESS_LEAST, words))
    if score.bars > BARS_MOST:
        words = f"black bars take {score.bars:.0%} of a side on one side of the seam only"
        found.append(Finding("bars", "bars", score.bars, BARS_MOST, words))
    return found


def _tail(score: SeamScore) -> list[Finding]:
    found = []
    dark = max(min(FADE_LEAST, 1 - 4 * score.tail_noise), SURELY_FADED)
    if score.tail_fade < dark:
        words = f"the clip before has faded to {score.tail_fade:.0%} of its light"
        found.append(Finding("tail fades", "tail_fade", score.tail_fade, dark, words))
    elif score.tail_fade > 2 - dark:
        words = f"the clip before brightens to {score.tail_fade:.0%} of its light at its end"
        found.append(Finding("tail fades", "tail_fade", score.tail_fade, 2 - dark, words))
    soft = max(min(BLUR_LEAST, -3 * score.blur_noise), SURELY_BLURRED)
    if score.tail_blur < soft:
        words = f"the last frame keeps {2**score.tail_blur:.0%} of its clip's sharpness"
        found.append(Finding("tail blurred", "tail_blur", score.tail_blur, soft, words))
    return found


def _light_and_colour(score: SeamScore) -> list[Finding]:
    found = []
    if abs(score.flash) > FLASH:
        words = "the clip's first frames flash and settle again"
        found.append(Finding("flash", "flash", abs(score.flash), FLASH, words))
    if score.flash_frames:
        words = "single frames flash: " + ", ".join(map(str, score.flash_frames))
        found.append(Finding("flash", "flash_frames", float(len(score.flash_frames)), 0, words))
    tint = score.tint_step > abs(score.light_step)
    word: Verdict = "colour" if tint else "exposure"
    what = "colours shift" if tint else "the light steps"
    limits = zip(
        ("handoff_de", "handoff_step"), colour_limits(score.motion, score.first_step), strict=True
    )
    for field, limit in limits:
        value = float(getattr(score, field))
        if value > limit:
            words = f"{what} by {value:.2f} in L*a*b* at the seam"
            found.append(Finding(word, field, value, limit, words))
    return found


def _geometry(score: SeamScore) -> list[Finding]:
    found = []
    moved = score.handoff_shift > SHIFT_MOST
    if moved:
        words = f"the picture lies {score.handoff_shift:.2f} cells from where it was"
        found.append(
            Finding("first frame ignored", "handoff_shift", score.handoff_shift, SHIFT_MOST, words)
        )
    if score.handoff_ssim < SSIM_LEAST:
        words = f"the first frame's detail differs from what was sent ({score.handoff_ssim:.3f})"
        word: Verdict = "first frame ignored" if moved else "softer"
        found.append(Finding(word, "handoff_ssim", score.handoff_ssim, SSIM_LEAST, words))
    sharp = max(SHARP_MOST, score.sharp_noise)
    if score.sharp_ratio is not None and abs(score.sharp_ratio) > sharp:
        words = f"sharpness changes {2**score.sharp_ratio:.2f}-fold over the seam"
        found.append(Finding("softer", "sharp_ratio", score.sharp_ratio, sharp, words))
    return found


def _movement(score: SeamScore) -> list[Finding]:
    found = []
    if score.repeated:
        many = score.repeated > 1
        words = f"{score.repeated} frames stand still" if many else "one frame is shown twice"
        word: Verdict = "freeze" if many else "duplicate"
        found.append(Finding(word, "freeze_frames", score.repeated, 0, words))
    if score.turn > TURN_MOST:
        words = "the movement changes its direction"
        found.append(Finding("jump", "turn", score.turn, TURN_MOST, words))
    if score.leap > LEAP_MOST:
        words = f"the first step of the new take is {score.leap:.1f} times the largest around it"
        found.append(Finding("jump", "leap", score.leap, LEAP_MOST, words))
    if score.pace < PACE_LEAST:
        words = f"the movement falls to {2**score.pace:.0%}"
        found.append(Finding("jump", "pace", score.pace, PACE_LEAST, words))
    if score.jump > JUMP_MOST:
        words = f"the step over the seam is {score.jump:.1f} times a usual one"
        found.append(Finding("jump", "jump", score.jump, JUMP_MOST, words, counts=False))
    return found


def _heard(score: SeamScore) -> list[Finding]:
    found: list[Finding] = []
    sound = score.sound
    if sound is None:
        return found
    loud = max(sound.before_db, sound.after_db)
    if abs(sound.level_db) > LEVEL_MOST_DB and loud > HEARD_DB:
        words = f"the sound goes from {sound.before_db:.0f} to {sound.after_db:.0f} dBFS"
        found.append(
            Finding("sound step", "level_db", sound.level_db, LEVEL_MOST_DB, words, counts=False)
        )
    if sound.click > CLICK_MOST:
        words = "the sound breaks off with a click"
        found.append(Finding("click", "click", sound.click, CLICK_MOST, words, counts=False))
    return found
