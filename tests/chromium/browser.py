"""Debian's Chromium without a screen, driven by Playwright; every complaint and every request is noted."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import ConsoleMessage, Page, Route, sync_playwright

# The sandbox needs rights that root in a container has not; the others keep the browser from calling home.
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
_INSIDE = ("data:", "blob:")


@dataclass
class Tab:
    """An open page, the errors it reported, and the addresses it asked for that are not its own."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        """Note what the console calls an error."""
        if message.type == "error":
            self.complaints.append(message.text)

    def refuse(self, route: Route) -> None:
        """Let a request fail and note where it would have gone."""
        self.strangers.append(route.request.url)
        route.abort()


def chromium() -> str:
    """Find the browser; without one tests are left out, but not where CI must have installed it."""
    found = shutil.which("chromium")
    if not found:
        reason = "no program `chromium`: Debian's package of that name brings it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@contextmanager
def open_tab(address: str) -> Iterator[Tab]:
    """Open a page in a browser and profile of its own; all it asks for must begin with `address`."""
    # Playwright keeps a loop of asyncio in this thread meanwhile: nothing of ours that runs one may.
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium(), args=_FLAGS) as browser,
        browser.new_context() as surroundings,
    ):
        surroundings.set_default_timeout(60_000)
        tab = Tab(surroundings.new_page())
        tab.page.on("console", tab.hear)
        tab.page.on("pageerror", lambda error: tab.complaints.append(str(error)))
        tab.page.on("crash", lambda _: tab.complaints.append("the page crashed"))
        own = (address, *_INSIDE)
        surroundings.route(lambda url: not url.startswith(own), tab.refuse)
        yield tab
