"""Rendered pictures get the clips' own headers, by whatever preset and quality; or a number of their own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from longtake.errors import MediaError
from longtake.media.coded import CodedClip, look_at_coded
from longtake.media.encode import EncodedRun, EncoderSettings, encode_run
from longtake.media.h264 import parameter_sets
from longtake.media.headers import film_head, joint_avcc
from longtake.media.matching import Match, among, match
from longtake.units import FrameRate, Size
from synthetic import Making, make_clip, picture

RATE, SIZE = FrameRate.parse(24), Size(160, 96)


def coded(folder: Path, **options: str) -> CodedClip:
    return look_at_coded(make_clip(folder / "c.mp4", 1, 24, making=Making(options=options)).path)


def matched(clip: CodedClip, quality: str) -> Match:
    settings = EncoderSettings.for_quality(quality, RATE)
    found = match(clip.head, clip.options, settings, SIZE, RATE)
    assert found
    return found


def run_by(settings: EncoderSettings) -> EncodedRun:
    frames = (picture(1, moment, Making()) for moment in range(12))
    return encode_run(frames, SIZE, RATE, settings)


@pytest.mark.parametrize("quality", ["draft", "normal", "final"])
@pytest.mark.parametrize(
    "options",
    [
        {"preset": "ultrafast"},
        {"preset": "medium", "crf": "28"},
        {"preset": "slow", "tune": "film"},
        {"profile": "main", "level": "4.0"},
        {"profile": "baseline"},
        {"b": "300k"},
    ],
    ids=lambda options: " ".join(options.values()),
)
def test_headers_of_x264_are_matched(tmp_path: Path, options: dict[str, str], quality: str) -> None:
    """What is rendered has the clip's very sets, at every quality of ours."""
    clip = coded(tmp_path, **options)
    found = matched(clip, quality)
    assert film_head(run_by(found.settings).avcc, RATE) == clip.head
    assert found.avcc == joint_avcc((clip.head,))


def test_quality_stays_ours(tmp_path: Path) -> None:
    """A coarse clip does not make what is rendered beside it coarse, nor a fine one heavy."""
    sizes = []
    for number, crf in enumerate(("40", "19", "5")):
        folder = tmp_path / str(number)
        folder.mkdir()
        settings = matched(coded(folder, crf=crf, preset="faster"), "normal").settings
        sizes.append(sum(len(packet.sample) for packet in run_by(settings).packets))
    plain = run_by(EncoderSettings.for_quality("normal", RATE))
    own = sum(len(packet.sample) for packet in plain.packets)
    assert np.allclose(sizes, own, rtol=0.25)


@pytest.mark.parametrize("options", [{}, {"ref": "16"}, {"keyint": "1"}, {"ref": "none"}])
def test_own_number_where_headers_cannot_be_matched(
    tmp_path: Path, options: dict[str, str]
) -> None:
    """Without a note, or where matching would cost too much, both sets stand under two numbers."""
    clip = coded(tmp_path, preset="medium")
    settings = EncoderSettings.for_quality("normal", RATE)
    found = match(clip.head, options, settings, SIZE, RATE)
    assert found and [len(sets) for sets in parameter_sets(found.avcc)] == [2, 2]
    assert film_head(run_by(found.settings).avcc, RATE).ids.isdisjoint(clip.head.ids)


def test_own_headers_ask_for_nothing(tmp_path: Path) -> None:
    """A clip that was encoded as we do needs no other settings."""
    settings = EncoderSettings.for_quality("normal", RATE)
    head = film_head(run_by(settings).avcc, RATE)
    found = match(head, {}, settings, SIZE, RATE)
    assert found == Match(settings, joint_avcc((head,)))


def test_strange_sets_have_no_place_in_a_film(tmp_path: Path) -> None:
    """A rendered run is taken for part of a film only when its sets are the film's."""
    found = matched(coded(tmp_path, preset="slow"), "draft")
    assert among(run_by(found.settings), found.avcc, RATE).avcc == found.avcc
    with pytest.raises(MediaError, match="different H"):
        among(run_by(EncoderSettings.for_quality("draft", RATE)), found.avcc, RATE)
