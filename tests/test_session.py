"""The guards around every test hold."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest


def test_our_home_is_not_the_real_one(_own_home: Path) -> None:
    """What a test writes to the home folder lands in a temporary one."""
    assert Path.home() == _own_home


def test_no_other_host_is_reached() -> None:
    """A connection to any address but this machine's own is refused before it is tried."""
    with socket.socket() as other, pytest.raises(AssertionError, match=r"192\.0\.2\.1"):
        other.connect(("192.0.2.1", 9))
