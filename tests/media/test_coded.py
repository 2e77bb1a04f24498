"""Where a clip's coded pictures can be cut, by hand-made orders of decoding."""

from __future__ import annotations

import pytest

from longtake.media.coded import CodedClip, CodedPicture

# Decode order of a group with B frames: each row shows display places.
OPEN = [0, 3, 1, 2, 6, 4, 5, 9, 7, 8, 12, 10, 11, 15, 13, 14]


def clip(order: list[int], keys: set[int]) -> CodedClip:
    return CodedClip(pictures=tuple(CodedPicture(i, i in keys, 0, 1) for i in order))


def twice(order: list[int]) -> list[int]:
    return [*order, *(index + len(order) for index in order)]


@pytest.mark.parametrize(
    ("part", "run"),
    [
        ((0, 32), (0, 32)),
        # The picture that was decoded ahead of those before it is out: so are they.
        ((0, 31), (0, 29)),
        # One frame left over would be a key picture right before another.
        ((0, 30), (0, 26)),
        ((1, 32), (16, 32)),
        ((16, 32), (16, 32)),
        ((17, 32), None),
        # Nothing of it is long enough.
        ((0, 11), None),
        ((21, 20), None),
    ],
)
def test_runs_that_can_be_taken_out(part: tuple[int, int], run: tuple[int, int] | None) -> None:
    """A run begins on a key picture and ends where all that was decoded is shown."""
    assert clip(twice(OPEN), {0, 16}).run_within(*part) == run


def test_key_picture_that_others_reach_back_past() -> None:
    """A picture behind which earlier ones are still decoded is no place to begin or end."""
    open_group = [0, 3, 1, 2, 6, 4, 5, 9, 7, 8, 12, 10, 11, 18, 13, 14, 15, 16, 17, *range(19, 40)]
    assert clip(open_group, {0, 18}).run_within(1, 40) is None
    assert clip(open_group, {0, 18}).run_within(0, 18) == (0, 13)


def test_rest_of_one_frame_is_avoided() -> None:
    """What is left behind a copied run is nothing or more than one frame."""
    assert clip(list(range(40)), {0}).run_within(0, 39) == (0, 39)
    assert clip([*range(30), 31, 30], {0}).run_within(0, 31) == (0, 29)


def test_delay_of_a_run() -> None:
    """Decode order runs ahead of display order by as many pictures as wait for a later one."""
    assert clip(twice(OPEN), {0, 16}).delay(0, 32) == 1
    assert clip(list(range(20)), {0}).delay(0, 20) == 0


def test_notes_read_back() -> None:
    """A clip written down is the same clip; what another version wrote is not read."""
    found = clip(OPEN, {0})
    assert CodedClip.from_json(found.as_json()) == found
    assert CodedClip.from_json(found.as_json() | {"version": 0}) is None
    assert CodedClip.from_json(None) is None
