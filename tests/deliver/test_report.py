"""The report as a browser reads it: its pictures, its links, and nothing an author could smuggle in."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from boards import plan_of
from longtake.assemble.film import Film
from longtake.assemble.pieces import Span
from longtake.deliver.folder import deliver_film
from longtake.deliver.page import Page, describe
from longtake.deliver.report import write_report
from longtake.errors import Fault, Where
from synthetic import read_barcode

HOSTILE = (
    "</script><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' autofocus onfocus='alert(1)",
    "{{ 7*7 }} {% raw %} ${7*7} <%= 7*7 %>",
    "</title></style><!--",
    "&lt;b&gt; &amp;amp; &#60;",
    "\u202eevig ma I\u202c \u2066isolated\u2069 שלום",
    "javascript:alert(1)",
    "]]></svg><script>alert(1)</script>",
)


class Reading(HTMLParser):
    """Every tag with its attributes, and all text between them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every tag of a name."""
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        """Tags and the names of their attributes: what no author's text may change."""
        return [(tag, tuple(attributes)) for tag, attributes in self.tags]


def page_saying(said: str, film: Path) -> Page:
    """A page that shows a text in every place that can hold words from outside."""
    board = """
longtake: 1
title: T
scenes:
  - {id: a, prompt: x, camera: [Pan left], start: a.png}
  - {id: b, footage: b.mp4}
"""
    plan = plan_of(board, stills={"a.png": "0"}, footage={"b.mp4": 24})
    job, footage = plan.sources
    fault = Fault(Where(said, 1, 2), said, "code", said, said)
    job = replace(job, prompt=said, camera=(said,), offer=f"x/{said}", card={})
    hostile = replace(
        plan,
        title=said,
        board=said,
        sources=(job, replace(footage, path=Path("folder") / said)),
        scenes=(("a", said), ("b", said)),
        shots=tuple(replace(note, shot=said, other_split=said) for note in plan.shots),
        warnings=(fault,),
    )
    spans = (Span(0, 3, said, said, said, 1),)
    page = describe(Film(film, plan.timeline, spans, made=True, rendered=0), hostile)
    scenes = tuple(
        replace(scene, cards=tuple(replace(card, id=said) for card in scene.cards))
        for scene in page.scenes
    )
    bars = tuple(replace(bar, words=said) for bar in page.strip)
    joins = tuple(replace(join, before=said, after=said, words=said) for join in page.joins)
    return replace(page, scenes=scenes, strip=bars, joins=joins)


def rendered(page: Page, folder: Path, film: Path | None = None) -> str:
    """The HTML of a page with empty pictures."""
    pictures = dict.fromkeys(page.frames, b"")
    write_report(folder / "report.html", page, film or folder / "film.mp4", pictures, "1-2-3")
    return (folder / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("said", HOSTILE)
def test_outside_words_stay_words(said: str, stand_in: Path, tmp_path: Path) -> None:
    """Hostile text changes no tag and no attribute of the page, and is shown as it was written."""
    harmless = Reading(rendered(page_saying("x", stand_in), tmp_path))
    hostile = Reading(rendered(page_saying(said, stand_in), tmp_path))

    assert hostile.shape == harmless.shape
    assert Counter(hostile.text)[said] >= 10


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(), min_size=1, max_size=40))
def test_any_text_at_all(tmp_path_factory: pytest.TempPathFactory, said: str) -> None:
    """No text whatsoever changes the shape of the page."""
    folder = tmp_path_factory.getbasetemp()
    film = folder / "any.mp4"
    film.write_bytes(b"film")
    page = page_saying("x", film)
    scene = replace(page.scenes[0], title=said)
    changed = replace(page, title=said, scenes=(scene, *page.scenes[1:]))

    assert Reading(rendered(changed, folder)).shape == Reading(rendered(page, folder)).shape


def test_half_a_surrogate_does_not_cost_the_page(stand_in: Path, tmp_path: Path) -> None:
    """A sign that no encoding can hold, out of a file name or an escape, becomes a question mark."""
    html = rendered(page_saying("a\ud800z", stand_in), tmp_path)

    assert '<p class="prompt" dir="auto">a?z</p>' in html


def test_author_texts_find_their_own_direction(stand_in: Path, tmp_path: Path) -> None:
    """Titles and prompts in a script written from the right do not turn the page around."""
    html = rendered(page_saying("שלום", stand_in), tmp_path)

    assert '<h1 dir="auto">שלום</h1>' in html
    assert '<p class="prompt" dir="auto">שלום</p>' in html


def test_nothing_runs_but_our_own_style_and_script(stand_in: Path, tmp_path: Path) -> None:
    """The page's policy names the hashes of the one style and the one script it holds."""
    html = rendered(page_saying("x", stand_in), tmp_path)
    policy = Reading(html).all("meta")[1]["content"] or ""

    for tag, rule in (("style", "style-src"), ("script", "script-src")):
        texts = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digests = [base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() for t in texts]
        assert [f"{rule} 'sha256-{digest}';" in policy for digest in digests] == [True]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_no_attribute_carries_style_or_script(stand_in: Path, tmp_path: Path) -> None:
    """There is no inline style and no event handler, which the policy would forbid."""
    tags = Reading(rendered(page_saying("x", stand_in), tmp_path)).tags

    names = {name for _, attributes in tags for name in attributes}
    assert not [name for name in names if name == "style" or name.startswith("on")]


@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("film.mp4", "film.mp4"),
        ("film #1?.mp4", "film%20%231%3F.mp4"),
        ("a:b%20.mp4", "a%3Ab%2520.mp4"),
        ("пёс.mp4", "%D0%BF%D1%91%D1%81.mp4"),
    ],
)
def test_the_film_is_linked_relatively(
    name: str, link: str, stand_in: Path, tmp_path: Path
) -> None:
    """The page finds the film beside it wherever both are moved, whatever its name."""
    reading = Reading(rendered(page_saying("x", stand_in), tmp_path, tmp_path / name))

    assert [video["src"] for video in reading.all("video")] == [link]
    links = [a["href"] or "" for a in reading.all("a")]
    assert {href.partition("#")[0] for href in links} == {link, ""}


def test_each_clip_shows_the_frames_of_the_film(tiny: Any, tmp_path: Path) -> None:
    """The three pictures of a clip are the film's own first, middle and last frame of it."""
    report, _ = deliver_film(tiny.film, tiny.plan, tmp_path)
    links = [i["src"] or "" for i in Reading(report.path.read_text(encoding="utf-8")).all("img")]

    jpegs = [base64.b64decode(link.removeprefix("data:image/jpeg;base64,")) for link in links]
    codes = [read_barcode(np.asarray(Image.open(io.BytesIO(j)).convert("L"))) for j in jpegs]
    assert [codes[at : at + 3] for at in range(0, 12, 3)] == [
        [(1, 0), (1, 14), (1, 29)],  # cut at its full 30 frames
        [(2, 0), (2, 35), (2, 70)],  # the 72nd frame is shown once, by the next clip
        [(3, 0), (3, 20), (3, 41)],  # six frames go to the dissolve
        [(4, 6), (4, 26), (4, 47)],
    ]


def test_a_film_of_one_still(stand_in: Path, tmp_path: Path) -> None:
    """A film without joins, prompts and warnings still makes a whole page."""
    plan = plan_of("longtake: 1\ntitle: T\nscenes: [{id: a, still: a.png}]", stills={"a.png": "0"})
    page = describe(Film(stand_in, plan.timeline, (), made=True, rendered=0), plan)

    html = rendered(page, tmp_path)

    assert len(Reading(html).all("img")) == 3
    assert html.endswith("</html>")


def test_no_badge_looks_like_another_part(stand_in: Path, tmp_path: Path) -> None:
    """What a clip is made of is the class of its badge: no rule of the page's own parts meets it."""
    html = rendered(page_saying("x", stand_in), tmp_path)
    style = "".join(re.findall("<style>(.*?)</style>", html, re.DOTALL))

    for kind in ("still", "footage", "card", "drawn", "model"):
        assert not re.findall(rf"(?<!\.kind)\.{kind}\b", style)
