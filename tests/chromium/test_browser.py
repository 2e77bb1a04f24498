"""What watches the browser sees what it shall see."""

from __future__ import annotations

from pathlib import Path

import pytest

from .browser import chromium, open_tab


def test_other_hosts_are_refused_and_noted() -> None:
    """A page that asks another host for something is found out, and gets nothing."""
    with open_tab("http://127.0.0.1:9/") as tab:
        tab.page.set_content("<img src='http://192.0.2.1/a.png'>", wait_until="load")

    assert tab.strangers == ["http://192.0.2.1/a.png"]
    assert tab.complaints == ["Failed to load resource: net::ERR_FAILED"]


def test_without_a_browser_tests_are_left_out_but_not_in_ci(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A machine without Chromium skips with the reason; where CI should have installed it, it fails."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="chromium"):
        chromium()
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="Debian's package"):
        chromium()
