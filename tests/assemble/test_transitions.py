"""Two runs of even frames played over each other show how far each transition has come."""

from __future__ import annotations

from collections.abc import Iterator

import av
import numpy as np
import pytest

from longtake.assemble.pieces import Fade
from longtake.assemble.transitions import faded, transition_frames
from longtake.errors import AssemblyError
from longtake.media.color import planes_to_frame
from longtake.storyboard.grammar import XFADE_NAMES
from longtake.timeline import Transition
from synthetic import luma_of


def even(luma: int, size: tuple[int, int] = (64, 36)) -> av.VideoFrame:
    """A grey frame."""
    width, height = size
    chroma = np.full((height // 2, width // 2), 128, np.uint8)
    return planes_to_frame(np.full((height, width), luma, np.uint8), chroma, chroma)


def play(join: Transition, first: int = 60, second: int = 180) -> list[np.ndarray]:
    """The lumas of a transition between two even clips."""
    before, after = [even(first)] * join.frames, [even(second)] * join.frames
    return [luma_of(frame) for frame in transition_frames(join, before, after)]


@pytest.mark.parametrize("frames", [1, 2, 5, 300])
def test_dissolve_never_shows_a_pure_end(frames: int) -> None:
    """Frame i of d is (i + 1) / (d + 1) of the way: its neighbours outside are the pure clips."""
    means = [luma.mean() for luma in play(Transition("dissolve", frames))]
    steps = (np.arange(frames) + 1) / (frames + 1)
    assert np.allclose(means, 60 + 120 * steps, atol=0.8)


@pytest.mark.parametrize("value", [0, 16, 128, 235, 255])
def test_dissolve_of_equal_frames_is_that_frame(value: int) -> None:
    """Mixing a grey with itself gives it back to the bit."""
    for luma in play(Transition("dissolve", 9), value, value):
        assert (luma == value).all()


@pytest.mark.parametrize("direction", ["left", "right", "up", "down"])
def test_wipe_edge_travels_to_its_direction(direction: str) -> None:
    """The second clip comes in from the side away from where the edge travels to."""
    middle = play(Transition("wipe", 9, direction=direction))[4]
    halves = {
        "right": (middle[:, :20], middle[:, -20:]),
        "left": (middle[:, -20:], middle[:, :20]),
        "down": (middle[:12], middle[-12:]),
        "up": (middle[-12:], middle[:12]),
    }
    new, old = halves[direction]
    assert (new == 180).all() and (old == 60).all()


def test_xfade_fade_is_the_dissolve() -> None:
    """ffmpeg's own fade and ours agree to a code: they have the same progress at each frame."""
    ours, theirs = play(Transition("dissolve", 7)), play(Transition("xfade", 7, name="fade"))
    assert all(np.abs(a.astype(int) - b).max() <= 1 for a, b in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("name", sorted(XFADE_NAMES))
def test_every_xfade_name_gives_its_frames(name: str) -> None:
    """Each name that a storyboard may use exists, gives every frame, and comes from one to the other."""
    lumas = play(Transition("xfade", 5, name=name))
    assert [luma.shape for luma in lumas] == [(36, 64)] * 5
    assert any(np.abs(luma.astype(int) - 60).max() > 20 for luma in lumas)
    assert any(np.abs(luma.astype(int) - 180).max() > 20 for luma in lumas)


@pytest.mark.parametrize("frames", [1, 2, 47])
def test_xfade_of_any_length(frames: int) -> None:
    """Not one frame is lost or made up by ffmpeg's own clock."""
    join = Transition("xfade", frames, name="wipeleft")
    run = [even(60)] * frames
    assert len(list(transition_frames(join, run, run))) == frames


def test_too_few_frames() -> None:
    """A transition that gets fewer frames than it plays says so."""
    with pytest.raises(AssemblyError, match="of 4 frames got 3"):
        list(transition_frames(Transition("dissolve", 4), [even(1)] * 3, [even(1)] * 4))


def test_fade_veils_with_its_colour() -> None:
    """Half-way a white fade over black lies in the middle."""
    frame = faded(even(16), 0, (Fade(0, 1, True, "#ffffff"),))
    assert luma_of(frame).mean() == pytest.approx((16 + 235) / 2, abs=1)


def test_fade_outside_its_frames_changes_nothing() -> None:
    """Past its end a fade gives the very frame back."""
    frame = even(99)
    assert faded(frame, 5, (Fade(0, 3, True, "#ffffff"),)) is frame


@pytest.mark.parametrize("kind", ["dissolve", "xfade"])
def test_a_long_transition_holds_few_frames(kind: str) -> None:
    """Frames are asked for as they are shown: a minute takes no more memory than a second."""
    asked = 0

    def run() -> Iterator[av.VideoFrame]:
        nonlocal asked
        for _ in range(1440):
            asked += 1
            yield even(60)

    join = (
        Transition("xfade", 1440, name="fade") if kind == "xfade" else Transition("dissolve", 1440)
    )
    frames = transition_frames(join, run(), run())
    ahead = [asked / 2 - shown for shown, _ in enumerate(frames)]
    assert len(ahead) == 1440
    assert max(ahead) <= 4
