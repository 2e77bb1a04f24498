"""How visible a seam is: every way in which two clips may fail to meet, each in its own unit.

    before  ... A-2 A-1 A0 |             A0: the out-point, whose picture was sent
    after            (B0) B1 B2 ...      B0: the picture come back; the film goes on at `first`

Colour, geometry and sharpness compare A0 with B0, which ought to be one picture; motion compares
the steps across the seam with those around it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from longtake.media.likeness import luma_likeness
from longtake.seam.lab import delta_e
from longtake.seam.look import Look, Real
from longtake.seam.normal import (
    CREPT,
    ENDING,
    body_before,
    crept,
    flash_frames,
    leading_still,
    light_off_trend,
    longest_still,
    motion,
    robust_spread,
    sharpness_loss,
    still_limit,
)
from longtake.seam.register import block_shifts
from longtake.seam.scan import KEPT, Scan, cosine, gain_between, movement
from longtake.seam.soundstep import SoundStep, sound_step

# Frames on each side that say what is normal.
AROUND = 26
# Below this motion nobody sees a frame stand still. Measured: a few things moving before a still
# ground reach 0.17 over the whole picture, the codec's noise in a still shot 0.01.
SEEN_MOTION = 0.15
# The least motion that counts in ratios: the codec's noise in a shot that stands still.
_FLOOR = 0.35
# Frames at the head of a clip that may still flash, and those that show how it settled.
_FLASHING, _SETTLED = 8, 12
_STAYED = 0.5


@dataclass(frozen=True)
class SeamScore:
    """How visible a seam is: colour, geometry, sharpness, light, motion and sound, each in its own unit.

    `handoff_*`: the handoff frame against the clip's frame 0. `handoff_de` is the median CIEDE2000
    of 16x9 cells, `handoff_step` the size of the mean difference in L*a*b*, `light_step` its L* part
    and `tint_step` the rest; `handoff_shift` is in cells of a picture 320 wide, `likeness` a
    correlation. `flash` is the logarithm of the head's brightening where it is gone again soon.
    `sharp_ratio`, `tail_blur` and `pace` are log2; `turn` is in usual spreads, `jump` and `leap` in
    usual steps (of the median and the largest around the seam). `freeze_frames` are repeated frames beyond
    frame 0, `repeated` those the film shows; both None where nothing moves. `motion` is the median
    change between frames and `first_step` that of the mean colour in the new take's own first step;
    they and the `*_noise` of the takes themselves set the limits.
    """

    motion: float
    first_step: float
    handoff_de: float
    handoff_step: float
    light_step: float
    tint_step: float
    handoff_ssim: float
    handoff_shift: float
    likeness: float
    sharp_ratio: float | None
    sharp_noise: float
    freeze_frames: int | None
    repeated: int | None
    flash: float
    flash_frames: tuple[int, ...]
    tail_fade: float
    tail_blur: float
    tail_noise: float
    blur_noise: float
    turn: float
    leap: float
    pace: float
    jump: float
    bars: float
    sound: SoundStep | None

    @property
    def measures(self) -> dict[str, float]:
        """Give the numbers by their fields' names, those left out that do not apply."""
        single = ((name, value) for name, value in vars(self).items() if name != "sound")
        return {name: float(value) for name, value in single if isinstance(value, int | float)}


def measure_seam(
    before: Scan,
    after: Scan,
    *,
    out: int | None = None,
    first: int = 1,
    handoff: Look | None = None,
) -> SeamScore:
    """Measure the seam where the film goes from frame `out` of one clip to frame `first` of the next.

    `out` is the last frame where None. `handoff` is the picture that was sent, where it is not that
    frame as decoded.
    """
    out = before.frames - 1 if out is None else out
    sent, back = handoff or before.look(out), after.look(0)
    moved = _motion(before, after, out)
    freeze = _freeze(before, after, out)
    same = sent.luma.shape == back.luma.shape
    ssim, shift = (structure(sent.luma, back.luma), _shift(sent, back)) if same else (1.0, 0.0)
    cells_alike = sent.lab.shape == back.lab.shape
    mean = back.lab.mean((0, 1)) - sent.lab.mean((0, 1)) if cells_alike else np.zeros(3)
    body = body_before(out)
    faded, light_noise = light_off_trend(before.profile, out, body)
    blur, blur_noise = sharpness_loss(before.profile, out, body)
    # A frozen lead-in has its own field; movement is judged from where it begins.
    shown = max(first, 1 + (freeze or 0))
    pace, jump = _movement(before, after, out, shown, moved)
    return SeamScore(
        motion=moved,
        first_step=_first_step(after),
        handoff_de=float(np.median(delta_e(sent.lab, back.lab))) if cells_alike else 0.0,
        handoff_step=float(np.linalg.norm(mean)),
        light_step=float(mean[0]),
        tint_step=float(np.hypot(mean[1], mean[2])),
        handoff_ssim=ssim,
        handoff_shift=shift,
        likeness=luma_likeness(sent.luma, back.luma) if same else 1.0,
        sharp_ratio=_sharp_ratio(before, after, out) if same else None,
        sharp_noise=_sharp_noise(before, after, out),
        freeze_frames=freeze,
        repeated=None if freeze is None else max(0, freeze + 1 - first),
        flash=_flash(sent, back, after) if same else 0.0,
        flash_frames=tuple(f for f in flash_frames(after.profile) if f < KEPT),
        tail_fade=faded,
        tail_blur=blur,
        tail_noise=light_noise,
        blur_noise=blur_noise,
        turn=_turn(before, after, out, shown),
        leap=_leap(before, after, out, shown),
        pace=pace,
        jump=jump,
        bars=_bars(before, after, out),
        sound=sound_step(before, after, out, first),
    )


def structure(one: Real, other: Real) -> float:
    """Give the structural similarity (SSIM) of two luma pictures in windows of 7x7."""
    mean_one, mean_other = _boxed(one), _boxed(other)
    spread_one = _boxed(one * one) - mean_one**2
    spread_other = _boxed(other * other) - mean_other**2
    common = _boxed(one * other) - mean_one * mean_other
    small, large = 6.5025, 58.5225
    light = (2 * mean_one * mean_other + small) / (mean_one**2 + mean_other**2 + small)
    detail = (2 * common + large) / (spread_one + spread_other + large)
    return float((light * detail).mean())


def _motion(before: Scan, after: Scan, out: int) -> float:
    changes = np.concatenate(
        [before.profile.change[max(1, out + 1 - AROUND) : out + 1], after.profile.change[1:AROUND]]
    )
    return float(np.median(changes)) if len(changes) else 0.0


def _first_step(after: Scan) -> float:
    """Give how far the mean colour goes from frame 0 to frame 1: encoders code their first picture finer."""
    if len(after.head) < 2:
        return 0.0
    first, second = (look.lab.mean((0, 1)) for look in after.head[:2])
    return float(np.linalg.norm(second - first))


def _freeze(before: Scan, after: Scan, out: int) -> int | None:
    """Count the frames at the head that only repeat frame 0; None where little moves anyway."""
    moved = motion(before.profile, out + 1 - ENDING, out + 1)
    if moved < SEEN_MOTION:
        return None
    tail = before.profile.change[max(1, out + 1 - AROUND) : out + 1]
    limit = still_limit(moved, tail)
    changes = after.profile.change[1:]
    leading = leading_still(changes, limit)
    usual = max(longest_still(tail, limit), longest_still(changes[leading:AROUND], limit))
    if leading > usual:
        return leading
    return CREPT if crept(changes, tail, moved) else 0


def _sharp_ratio(before: Scan, after: Scan, out: int) -> float:
    old = before.profile.sharpness[max(0, out - 3) : out + 1]
    new = after.profile.sharpness[1:4] if after.frames > 1 else after.profile.sharpness[:1]
    ratio = (float(np.median(new)) + 0.5) / (float(np.median(old)) + 0.5)
    return float(np.log2(ratio))


def _sharp_noise(before: Scan, after: Scan, out: int) -> float:
    """Give how far sharpness ranges within either take, as log2: codecs blur what moves fast."""
    ranges = [
        np.ptp(np.log2(values + 0.5))
        for values in (
            before.profile.sharpness[max(0, out + 1 - ENDING) : out + 1],
            after.profile.sharpness[1 : 1 + ENDING],
        )
        if len(values)
    ]
    return float(max(ranges, default=0.0))


def _flash(sent: Look, back: Look, after: Scan) -> float:
    """Give the gain of frame 0 where most of it is gone again when the head has settled."""
    gain = gain_between(sent.luma, back.luma)
    curve = np.cumsum(after.profile.gain[: _FLASHING + _SETTLED], dtype=np.float64)
    if len(curve) <= 2:
        return 0.0
    settled = float(np.median(curve[min(_FLASHING, len(curve) // 2) :]))
    return gain if abs(gain + settled) < _STAYED * abs(gain) else 0.0


def _shift(sent: Look, back: Look) -> float:
    shifts, _ = block_shifts(sent.luma, back.luma, (2, 2))
    return float(np.median(np.hypot(shifts[:, 0], shifts[:, 1])))


def _movement(before: Scan, after: Scan, out: int, first: int, moved: float) -> tuple[float, float]:
    """Give pace and jump of the step from frame `out` to frame `first`."""
    old = before.profile.change[max(1, out - 3) : out + 1]
    new = after.profile.change[first + 1 : first + 5]
    if not len(old) or not len(new) or first >= len(after.head):
        return 0.0, 0.0
    one, other = before.look(out).luma, after.look(first).luma
    if one.shape != other.shape:
        return 0.0, 0.0
    step = other - one
    pace = float(np.log2((new.mean() + _FLOOR) / (old.mean() + _FLOOR)))
    jump = float(np.abs(step).mean()) / max(moved, float(old.mean()), float(new.mean()), _FLOOR)
    return pace, jump


def _turn(before: Scan, after: Scan, out: int, first: int) -> float:
    """Say by how many of their usual spreads the picture's steps change direction at the seam.

    The last step of one take against the first of the next: a difference across the seam would hold
    the loss of two codecs.
    """
    if first >= len(after.head) or out - 1 < before.frames - len(before.tail):
        return 0.0
    usual = np.concatenate(
        [
            before.profile.turn[max(2, out + 1 - ENDING) : out + 1],
            after.profile.turn[3 : 3 + ENDING],
        ]
    )
    if len(usual) < 4:
        return 0.0
    last = _step(before, out)
    following = _step(after, first)
    if last.shape != following.shape:
        return 0.0
    return (float(np.median(usual)) - cosine(last, following)) / max(robust_spread(usual), 0.1)


def _step(scan: Scan, frame: int) -> Real:
    gain = float(scan.profile.gain[frame])
    return movement(scan.look(frame - 1).luma, scan.look(frame).luma, gain)


def _leap(before: Scan, after: Scan, out: int, first: int) -> float:
    """Give the first step of the new take against the largest of those around it."""
    old = before.profile.change[max(1, out + 1 - ENDING) : out + 1]
    new = after.profile.change[first + 1 : first + ENDING]
    if first >= after.frames or not len(old) or not len(new):
        return 0.0
    largest = max(float(old.max()), float(new.max()), _FLOOR)
    return float(after.profile.change[first]) / largest


def _bars(before: Scan, after: Scan, out: int) -> float:
    """Give the share of a side that black bars take on one side of the seam and not elsewhere."""
    most = 0.0
    for name in ("top", "bottom", "left", "right"):
        old = getattr(before.profile, name)
        new = getattr(after.profile, name)
        usual = float(np.median(old[: out + 1]))
        most = max(most, abs(float(old[out]) - usual), abs(float(np.median(new[:4])) - usual))
    return most


def _boxed(picture: Real) -> Real:
    """Average over windows of 7x7, the edge repeated."""
    side = 7
    for axis in (0, 1):
        pad = [(side // 2 + 1, side // 2) if a == axis else (0, 0) for a in (0, 1)]
        sums = np.cumsum(np.pad(picture, pad, mode="edge"), axis, dtype=np.float64)
        low, high = [slice(None)] * 2, [slice(None)] * 2
        low[axis], high[axis] = slice(0, -side), slice(side, None)
        picture = ((sums[tuple(high)] - sums[tuple(low)]) / side).astype(np.float32)
    return picture
