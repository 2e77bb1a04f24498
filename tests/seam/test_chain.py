"""A share of the chain benchmark on every change: a few hops through real encodes."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.chain_ways import DRIFTING, Chain, Ours, Provider, run_chain
from benchmarks.chain_worlds import draw_world
from longtake.units import Size

SIZE = Size(480, 270)
HOPS = 4


def chain(provider: Provider, way: str, folder: Path) -> Chain:
    """Hand the portrait on a few times."""
    return run_chain(draw_world("portrait", SIZE), provider, way, HOPS, folder)


def test_a_lossless_faithful_provider(tmp_path: Path) -> None:
    """Nothing drifts: no bias, no colour, no sharpness."""
    states = chain(Provider(crf=0, frames=12), "ours", tmp_path).states

    assert max(abs(value) for value in states[-1].bias) < 0.15
    assert states[-1].delta_e < states[0].delta_e + 0.1
    assert states[-1].sharpness > 0.95


def test_a_drifting_provider(tmp_path: Path) -> None:
    """The drift is taken back hop by hop, where it adds up without repair."""
    provider = Provider(drift=DRIFTING, frames=12)
    ours, plain = (
        chain(provider, way, tmp_path).states[-1] for way in ("ours", "ours, unrepaired")
    )

    assert plain.saturation > 1.05
    assert ours.saturation == pytest.approx(1, abs=0.03)
    assert ours.mean_delta_e < 0.4 * plain.mean_delta_e


def test_a_provider_that_does_not_tag(tmp_path: Path) -> None:
    """The matrix is learnt from the picture sent, where the clip's size alone would mislead."""
    ours, plain = (
        chain(Provider(tags=False, frames=12), way, tmp_path).states[-1]
        for way in ("ours", "ours, unrepaired")
    )

    assert ours.delta_e < 0.6 * plain.delta_e


def test_the_same_clip_gives_the_same_bytes(tmp_path: Path) -> None:
    """A chain that is taken up again hands the very same picture on."""
    first = draw_world("market", SIZE)
    Provider(drift=DRIFTING, frames=12).clip(first, tmp_path / "a.mp4")

    one, other = (Ours()(tmp_path / "a.mp4", first) for _ in range(2))
    assert one.tobytes() == other.tobytes()
