"""A piece comes off the shelf as it was put there, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from longtake.assemble.shelf import Shelf
from longtake.errors import AssemblyError
from longtake.media.encode import EncodedRun, Packet

IDR = b"\x00\x00\x00\x02\x65\x88"
SLICE = b"\x00\x00\x00\x02\x41\x9a"
RUN = EncodedRun(
    3, (Packet(0, True, IDR), Packet(2, False, SLICE), Packet(1, False, SLICE)), b"avcC"
)
KEY = "ab" * 20


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    shelf = Shelf(tmp_path)
    shelf.put(KEY, RUN)
    return shelf


def test_piece_comes_back_whole(shelf: Shelf) -> None:
    """What was put is what is got; its decode order runs one picture ahead."""
    assert shelf.has(KEY)
    assert (shelf.get(KEY, 3), shelf.delay(KEY)) == (RUN, 1)


def test_delay_of_reordered_pictures(shelf: Shelf) -> None:
    """A picture that is decoded two places before it is shown needs a delay of two."""
    order = (0, 4, 2, 1, 3)
    run = EncodedRun(5, tuple(Packet(n, n == 0, IDR if n == 0 else SLICE) for n in order), b"")
    shelf.put("cd" * 20, run)
    assert shelf.delay("cd" * 20) == 2


def test_any_flipped_bit_is_found(shelf: Shelf) -> None:
    """Whichever byte is harmed, the piece is refused and leaves the shelf."""
    whole = shelf.path(KEY).read_bytes()
    for place in range(len(whole)):
        harmed = bytearray(whole)
        harmed[place] ^= 0x10
        shelf.path(KEY).write_bytes(harmed)
        with pytest.raises(AssemblyError, match="damaged"):
            shelf.get(KEY, 3)
        assert not shelf.has(KEY)


@pytest.mark.parametrize("size", [0, 5, 20, 60, -1])
def test_cut_off_piece_has_no_delay(shelf: Shelf, size: int) -> None:
    """Cut off anywhere, a piece is an error of ours, not of the JSON reader."""
    shelf.path(KEY).write_bytes(shelf.path(KEY).read_bytes()[:size])
    with pytest.raises(AssemblyError, match="damaged"):
        shelf.delay(KEY)
        shelf.get(KEY, 3)


def test_other_count_of_frames(shelf: Shelf) -> None:
    """A sound piece of another length is not the one that is wanted."""
    with pytest.raises(AssemblyError, match="damaged"):
        shelf.get(KEY, 4)


def test_dropping_what_is_damaged_keeps_the_rest(shelf: Shelf) -> None:
    """Only harmed pieces leave the shelf."""
    shelf.put("cd" * 20, RUN)
    shelf.path("cd" * 20).write_bytes(b"")
    shelf.drop_damaged({KEY: 3, "cd" * 20: 3, "ef" * 20: 3})
    assert (shelf.has(KEY), shelf.has("cd" * 20)) == (True, False)
