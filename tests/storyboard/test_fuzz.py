"""Whatever is in a file: a storyboard, or faults with a place in it; nothing else."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from longtake.errors import StoryboardError
from longtake.storyboard.load import load_storyboard

BOARD = """longtake: 1
title: How a lighthouse works
vars: {season: late autumn}
film: {fps: 24, size: 1280x720, fade_in: 1s, background: "#fff"}
cast: {keeper: {text: "an old keeper in ${season}"}}
music: {file: audio/theme.mp3, level: -22 LUFS, from: 3}
scenes:
  - &a {id: title, still: stills/title.png, seconds: 4}
  - id: dawn
    start: stills/dawn.png
    join: dip black 0.8s
    shots:
      - prompt: "${keeper} climbs"
        camera: [Tracking shot, 推进]
        focus: 0.5,0.5
      - {prompt: {camera: slow, text: x}, end: title.start, start: previous}
  - {footage: {file: a.mp4, from: 1, to: 2}, takes: 2, captions: {style: {size: 4}}}
"""
WORDS = """&a *a << ? | > - : , [ ] { } "" ' ! !!str % @ ` # ${ ${x} $${ ~ .nan 1e999 -1 0x
99999999999 title scenes prompt shots start join dawn.end previous dissolve true null 漢 \u202e"""
BREAKS = ("\n", "\t", "  ", "\n- ", ": ", "\r\n", "---\n", "\0", "\u2028", "9" * 50, "👩‍👩‍👧")
PIECES = st.sampled_from((*WORDS.split(), *BREAKS))


def load_bytes(raw: bytes) -> None:
    """Load a file of these bytes; faults are fine where they can be shown."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "b.yaml"
        path.write_bytes(raw)
        try:
            load_storyboard(path)
        except StoryboardError as exc:
            assert exc.faults
            str(exc).encode()
            lines = raw.count(b"\n") + raw.count(b"\r") + 1
            assert all(1 <= fault.where.line <= lines for fault in exc.faults)


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_any_bytes(raw: bytes) -> None:
    """Arbitrary bytes and arbitrary text load or have faults."""
    load_bytes(raw)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(BOARD)), st.integers(0, 12), PIECES), max_size=6))
def test_board_with_pieces_put_in_and_cut_out(edits: list[tuple[int, int, str]]) -> None:
    """A sound board hurt in a few places loads or has faults."""
    text = BOARD
    for at, cut, piece in edits:
        text = text[:at] + piece + text[at + cut :]
    load_bytes(text.encode())
