"""What is decoded for the pieces of one clip."""

from __future__ import annotations

from longtake.assemble.render import decoded_at_once


def test_frames_between_pieces_that_are_far_apart_are_not_decoded() -> None:
    """Pieces at both ends of a clip that is copied in between are decoded apart, near ones in one go."""
    assert decoded_at_once([(12, 24), (141, 143)]) == [(12, 24), (141, 143)]
    assert decoded_at_once([(130, 143), (0, 48), (48, 96)]) == [(0, 143)]
    # A transition may reach into the frames of the last piece.
    assert decoded_at_once([(0, 10), (100, 140), (120, 132)]) == [(0, 10), (100, 140)]
