"""The review page open in the browser, as its author sees it, and pictures of its views."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from longtake.review.serve import Review
from longtake.wishes import Wishes

from .browser import Tab, chromium, open_tab

WIDTHS = {"wide": (1280, 800), "phone": (390, 844)}
DRAFT = Wishes(quality="draft")


@dataclass
class Scene:
    """A board, its page, and the browser it is open in."""

    board: Path
    review: Review
    tab: Tab
    pictures: Path

    @property
    def page(self) -> Page:
        """What is seen."""
        return self.tab.page

    def open(self, path: str = "/") -> None:
        """Go to an address of the page."""
        self.page.goto(f"http://127.0.0.1:{self.review.port}{path}")
        self.page.wait_for_selector("#sheet")

    def until(self, condition: str) -> None:
        """Wait until something holds; Playwright's own way needs `eval`, which the page forbids."""
        self.page.evaluate(
            f"""async () => {{
              for (let turns = 0; !({condition}); turns += 1) {{
                if (turns > 600) throw new Error("it never came to that");
                await new Promise((done) => setTimeout(done, 50));
              }}
            }}"""
        )

    def shoot(self, name: str) -> None:
        """Take pictures of a view at both widths; nothing may be wider than its window."""
        for width, (across, down) in WIDTHS.items():
            self.page.set_viewport_size({"width": across, "height": down})
            wide = self.page.evaluate("document.scrollingElement.scrollWidth")
            self.page.screenshot(path=str(self.pictures / f"{name}-{width}.png"))
            assert wide <= across, f"{name} is {wide} wide at {across}"
        across, down = WIDTHS["wide"]
        self.page.set_viewport_size({"width": across, "height": down})


@contextmanager
def opened(board: Path, wishes: Wishes, pictures: Path) -> Iterator[Scene]:
    """Open the page of a board as its author does."""
    chromium()
    with Review(board, wishes) as review:
        origin = f"http://127.0.0.1:{review.port}"
        with open_tab(origin) as tab:
            across, down = WIDTHS["wide"]
            tab.page.set_viewport_size({"width": across, "height": down})
            tab.page.goto(review.address)
            tab.page.wait_for_selector("#sheet")
            yield Scene(board, review, tab, pictures)
