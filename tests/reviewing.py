"""The review page of a board, visited over real HTTP; and boards whose films cost little to make."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx

from longtake.review.serve import Review
from longtake.wishes import Wishes

DRAWN = """\
longtake: 1
title: Two boats
film: {size: 160x90, fps: 12}
scenes:
  - id: bay
    title: The bay
    shots:
      - {prompt: a boat sets out, seconds: 2, camera: [Truck right]}
      - {prompt: it comes home, seconds: 2}
  - {id: night, join: dissolve 4f, prompt: lamps over the water, seconds: 2}
"""
ANIMATIC = Wishes(animatic=True, quality="draft", workers=2)
FINAL = Wishes(quality="draft", workers=2)
# Small as the simulator makes its clips at a tenth of their size.
BOUGHT = """\
longtake: 1
title: Bought
model: apimart/MiniMax-Hailuo-2.3
resolution: 768p
draft: {model: apimart/MiniMax-Hailuo-2.3, resolution: 768p}
budget: 9.00 USD
film: {size: 136x76, fps: 12}
scenes:
  - id: a
    shots:
      - {prompt: a lamp is lit, takes: 2}
      - prompt: a ship answers
"""


@dataclass(frozen=True)
class Visit:
    """A running page, and a browser of a kind that has its cookie."""

    review: Review
    client: httpx.Client

    @property
    def origin(self) -> str:
        """The page's own origin."""
        return f"http://127.0.0.1:{self.review.port}"

    def page(self, **said: object) -> str:
        """Read the page."""
        answer = self.client.get("/", params={key: str(value) for key, value in said.items()})
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, deed: str, **said: object) -> httpx.Response:
        """Send a form of the page."""
        form = {key: str(value) for key, value in said.items()}
        return self.client.post(f"/{deed}", data=form, headers={"Origin": self.origin})

    def changed(self) -> None:
        """Have the page look at the files, now."""
        self.review.watch.look()


@contextmanager
def visited(board: Path, wishes: Wishes = ANIMATIC) -> Iterator[Visit]:
    """Open the page of a board and go in by its address."""
    with Review(board, wishes) as review:
        parts = urlsplit(review.address)
        base = f"{parts.scheme}://{parts.netloc}"
        # A server lets go of an idle line after five seconds, in the middle of a word on a busy machine.
        limits = httpx.Limits(keepalive_expiry=1)
        with httpx.Client(base_url=base, trust_env=False, timeout=60, limits=limits) as client:
            assert client.get("/", params=parse_qs(parts.query)).status_code == 200
            review.watch.known()
            yield Visit(review, client)


def written(folder: Path, text: str = DRAWN, name: str = "board.yaml") -> Path:
    """Write a board."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def bill_number(page: str) -> str:
    """Read the number of the bill on a page."""
    found = re.search(r'name="bill" value="([0-9a-f]+)"', page)
    assert found, page
    return found[1]


def words(page: str) -> str:
    """Give what a page says, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())
