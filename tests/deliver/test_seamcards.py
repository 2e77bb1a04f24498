"""What the report says of seams: the worst of them, curves along chains, and when it is made again."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from longtake.assemble.endscans import TakeEnds
from longtake.assemble.seams import (
    ClipLevels,
    FilmSeams,
    Levels,
    SeamLook,
    SeamPlace,
    SeamView,
    UnseenSeams,
)
from longtake.deliver.folder import deliver_film
from longtake.deliver.page import describe
from longtake.deliver.report import write_report
from longtake.deliver.seamcards import MOST_CARDS, seam_section
from longtake.errors import MediaError
from longtake.seam.measure import SeamScore, measure_seam
from longtake.seam.mending import Mending
from longtake.seam.plan import RepairPlan
from longtake.seam.verdict import judge
from longtake.timeline import Seam, Timeline, TimelineClip
from longtake.units import FrameRate, Size
from seam.takes import after, before

TIMELINE = Timeline(
    FrameRate.parse("24"),
    Size(160, 96),
    (TimelineClip("a", "s", 0, 48), TimelineClip("b", "s", 0, 48)),
    (Seam(),),
)
EVEN = Levels(100, 20, 30, 500)


@pytest.fixture(scope="module")
def good() -> SeamScore:
    """The numbers of a seam that nobody sees."""
    return measure_seam(before(), after())


def look_of(number: int, plain: SeamScore, repaired: SeamScore, log: Any = ()) -> SeamLook:
    """A seam at film frame 47 with these numbers."""
    mending = Mending(RepairPlan(47), log=tuple(log))
    ends = (TakeEnds("a", Path("a"), "1", 47), TakeEnds("b", Path("b"), "2", 47, mending))
    views = [SeamView(s, judge(s), np.full((90, 160), 128, np.uint8)) for s in (plain, repaired)]
    return SeamLook(SeamPlace(number, *ends, 47, 3, 0), *views)


def chain_of(*lumas: float) -> tuple[ClipLevels, ...]:
    """Clips whose light rises as bought and stays as repaired."""
    return tuple(
        ClipLevels(f"c{n}", (replace(EVEN, luma=luma),) * 2, (EVEN, EVEN))
        for n, luma in enumerate(lumas)
    )


def test_a_card_tells_what_was_repaired(good: SeamScore) -> None:
    """Verdicts and numbers of both ways, frames of both sides, trims, and the repair's own log."""
    log = {"part": "colour", "kept": True, "why": "better"}
    tried = {
        **log,
        "before": {"handoff_de": 3.0, "jump": 1.0},
        "after": {"handoff_de": 0.2, "jump": 1.0},
    }
    plain = replace(good, handoff_de=3.0, light_step=2.0)
    (card,) = seam_section(FilmSeams((look_of(1, plain, good, [tried]),), ()), TIMELINE).cards

    assert (card.verdict, card.was, card.clean) == ("clean", "exposure", True)
    assert [frame.frame for frame in (*card.left, *card.right)] == list(range(43, 51))
    assert [row.field for row in card.numbers] == ["handoff_de"]
    assert [change.moved for change in card.changes] == ["handoff_de 3 → 0.20"]
    assert card.notes == ("3 frames of a bad tail trimmed before it",)
    with Image.open(io.BytesIO(card.difference)) as picture:
        assert picture.size == (160, 90)


def test_only_the_worst_have_pictures(good: SeamScore) -> None:
    """A long film shows so many seams, its bad ones among them, and says how many it leaves out."""
    bad = replace(good, handoff_de=9.0)
    looks = tuple(look_of(n, good, bad if n in (5, 90) else good) for n in range(1, 101))
    section = seam_section(FilmSeams(looks, ()), TIMELINE)
    numbers = [card.number for card in section.cards]

    assert (len(numbers), section.left_out) == (MOST_CARDS, 100 - MOST_CARDS)
    assert {5, 90} <= set(numbers)
    assert numbers == sorted(numbers)


def test_curves_show_drift_and_its_repair() -> None:
    """What was bought rises along the chain, what is shown stays level; noise fills no axis."""
    (chain,) = seam_section(FilmSeams((), (chain_of(100, 110, 120),)), TIMELINE).chains
    luma = next(curve for curve in chain.curves if curve.name == "luma")
    plain, shown = (
        [float(point.split(",")[1]) for point in line.split()]
        for line in (luma.plain, luma.repaired)
    )

    assert (luma.low, luma.high, chain.clips) == ("100", "120", 3)
    assert plain[0] > plain[2] > plain[4]
    assert len(set(shown)) == 1
    (steady,) = seam_section(FilmSeams((), (chain_of(100, 101),)), TIMELINE).chains
    assert (steady.curves[0].low, steady.curves[0].high) == ("96", "104")


def test_hostile_names_stay_words(good: SeamScore, tiny: Any, tmp_path: Path) -> None:
    """Words out of repair logs and the names of clips are shown, never read as markup."""
    tried = {"part": "<b>x</b>", "kept": False, "why": "<script>", "before": {}, "after": {}}
    section = seam_section(FilmSeams((look_of(1, good, good, [tried]),), ()), TIMELINE)
    page = describe(tiny.film, tiny.plan)
    pictures = dict.fromkeys((*page.frames, *section.frames), b"")
    write_report(tmp_path / "r.html", page, tiny.film.path, pictures, "1", section)
    html = (tmp_path / "r.html").read_text(encoding="utf-8")

    assert "&lt;script&gt;" in html and "<b>x</b>" not in html
    assert html.count("<polyline") == 0
    assert 'id="seams"' in html


def test_a_report_is_made_again_for_another_repair(tiny: Any, tmp_path: Path) -> None:
    """What would be seen at a seam is part of the report's identity, and asked without a look."""
    unseen = UnseenSeams((), tmp_path)
    report, _ = deliver_film(tiny.film, tiny.plan, tmp_path, unseen)
    inode = report.path.stat().st_ino
    deliver_film(tiny.film, tiny.plan, tmp_path, unseen)
    assert report.path.stat().st_ino == inode

    ends = (TakeEnds("a", Path("none"), "1", 47), TakeEnds("b", Path("none"), "2", 47))
    place = SeamPlace(1, *ends, 47, 0, 0)
    with pytest.raises(MediaError, match="none"):
        deliver_film(tiny.film, tiny.plan, tmp_path, UnseenSeams((place,), tmp_path))
