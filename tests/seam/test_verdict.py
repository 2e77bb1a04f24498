"""Numbers become words: each limit has its finding, and the gravest names the seam."""

from __future__ import annotations

from dataclasses import replace

import pytest

from longtake.seam.measure import SeamScore
from longtake.seam.verdict import colour_limits, judge, judge_landing

GOOD = SeamScore(
    motion=2.0,
    first_step=0.0,
    handoff_de=0.2,
    handoff_step=0.1,
    light_step=0.1,
    tint_step=0.0,
    handoff_ssim=0.995,
    handoff_shift=0.01,
    likeness=1.0,
    sharp_ratio=0.1,
    sharp_noise=0.3,
    freeze_frames=0,
    repeated=0,
    flash=0.0,
    flash_frames=(),
    tail_fade=1.0,
    tail_blur=0.0,
    tail_noise=0.0,
    blur_noise=0.0,
    turn=0.2,
    leap=1.0,
    pace=0.1,
    jump=1.0,
    bars=0.0,
    sound=None,
)


@pytest.mark.parametrize(
    ("field", "value", "verdict"),
    [
        ("handoff_de", 0.53, "exposure"),
        ("handoff_step", 0.48, "exposure"),
        ("handoff_ssim", 0.95, "softer"),
        ("handoff_shift", 0.16, "first frame ignored"),
        ("likeness", 0.5, "scene changed"),
        ("sharp_ratio", -1.3, "softer"),
        ("repeated", 1, "duplicate"),
        ("repeated", 2, "freeze"),
        ("flash", -0.05, "flash"),
        ("flash_frames", (3,), "flash"),
        ("tail_fade", 0.94, "tail fades"),
        ("tail_fade", 1.06, "tail fades"),
        ("tail_blur", -0.51, "tail blurred"),
        ("turn", 4.6, "jump"),
        ("leap", 1.7, "jump"),
        ("pace", -1.4, "jump"),
        ("bars", 0.03, "bars"),
    ],
)
def test_each_field_has_its_limit_and_its_word(field: str, value: float, verdict: str) -> None:
    """A value beyond the limit is found, with field, value and limit; nothing else is."""
    found = judge(replace(GOOD, **{field: value}))

    assert found.verdict == verdict
    assert len(found.findings) == 1
    assert found.findings[0].words


def test_good_numbers_are_clean() -> None:
    """Nothing beyond its limit, nothing found."""
    assert judge(GOOD).clean
    assert judge(GOOD).findings == ()


def test_a_jump_alone_is_shown_and_decides_nothing() -> None:
    """Alone it is wrong too often."""
    found = judge(replace(GOOD, jump=3.0))

    assert found.verdict == "clean"
    assert [(finding.field, finding.counts) for finding in found.findings] == [("jump", False)]


def test_motion_hides_a_colour_step_up_to_a_point() -> None:
    """Limits grow with motion, and stop growing at twelve codes."""
    assert colour_limits(0) == (0.40, 0.35)
    assert colour_limits(12) == colour_limits(50) == pytest.approx((1.12, 1.07))
    assert judge(replace(GOOD, handoff_de=0.6)).verdict == "exposure"
    assert judge(replace(GOOD, handoff_de=0.6, motion=6.0)).clean
    assert colour_limits(0, 0.2) == pytest.approx((0.50, 0.55))
    assert colour_limits(0, 0.6) == colour_limits(0, 9)
    assert judge(replace(GOOD, handoff_step=0.7, first_step=0.4)).clean
    assert judge(replace(GOOD, handoff_step=0.7, first_step=0.1)).verdict == "exposure"


def test_a_restless_take_may_be_restless_at_its_seam() -> None:
    """Sharpness and light that vary anyway widen their limits."""
    soft = replace(GOOD, sharp_ratio=-1.5, tail_blur=-0.7, tail_fade=0.93)

    assert len(judge(soft).findings) == 3
    assert judge(replace(soft, sharp_noise=1.6, blur_noise=0.3, tail_noise=0.03)).clean


def test_what_explains_most_names_the_seam() -> None:
    """Another picture also differs in colour and place; all of that is listed, one word decides."""
    found = judge(replace(GOOD, likeness=0.1, handoff_de=30.0, tint_step=20.0, repeated=1))

    assert found.verdict == "scene changed"
    assert {finding.verdict for finding in found.findings} == {
        "scene changed",
        "colour",
        "duplicate",
    }


def test_numbers_are_given_by_name() -> None:
    """What does not apply is left out."""
    measures = replace(GOOD, freeze_frames=None).measures

    assert measures["handoff_de"] == 0.2
    assert "freeze_frames" not in measures
    assert "sound" not in measures


def test_how_a_clip_gets_to_where_it_lands_is_its_own_affair() -> None:
    """A light that changes on the way, and a rest behind it, are as asked for; a jump is told only."""
    landed = replace(GOOD, tail_fade=0.6, tail_blur=-2.0, repeated=9, freeze_frames=9, pace=-3.0)

    assert judge(landed).verdict == "tail fades"
    assert judge_landing(landed).clean
    assert [finding.field for finding in judge_landing(landed).findings] == ["pace"]


@pytest.mark.parametrize(
    ("field", "value", "verdict"),
    [
        ("handoff_shift", 0.5, "last frame ignored"),
        ("likeness", 0.2, "scene changed"),
        ("handoff_de", 2.0, "exposure"),
        ("handoff_ssim", 0.9, "softer"),
    ],
)
def test_where_a_clip_lands_is_judged(field: str, value: float, verdict: str) -> None:
    """It is the clip before that is blamed for a frame it did not end on."""
    found = judge_landing(replace(GOOD, **{field: value}))

    assert found.verdict == verdict
    assert "begins on" not in found.findings[0].words
