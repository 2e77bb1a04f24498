"""Seams of a film are found, measured plain and repaired, and not decoded a second time."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from longtake.assemble.material import FileMaterial, StillMaterial
from longtake.assemble.seams import GREY, SeamPlace, UnseenSeams, look_at_seams, seam_places
from longtake.files import sha256_of
from longtake.media.clipwriter import write_clip
from longtake.media.color import Sampling, planes_to_rgb
from longtake.media.frames import save_png
from longtake.seam.fit import ColourMap
from longtake.seam.mending import Mending
from longtake.seam.plan import RepairPlan
from longtake.testing.drift import FAITHFUL, Drift, Shade
from longtake.timeline import Cut, Seam, Timeline, TimelineClip
from longtake.units import FrameRate, Size
from longtake.vault.take import Take
from seam.takes import moment

RATE, SIZE, FRAMES = FrameRate(Fraction(24)), Size(320, 180), 20
DARKER = Drift(static=Shade(exposure=0.9))
LIGHTER = ColourMap.of(np.diag([1 / 0.9, 1 / 0.9, 1 / 0.9, 0])[:3])


def take_of(clip: str, path: Path, mending: Mending | None = None, out: int = FRAMES - 1) -> Take:
    """A take of a file, as a vault would give it."""
    sha256 = sha256_of(path) if path.exists() else clip
    names = (clip, clip, clip, sha256, path, "apimart", "model", "task")
    written: Any = mending.as_json() if mending else None
    return Take(*names, FRAMES, RATE, SIZE, out, mending=written)


def timeline_of(*joins: Seam | Cut) -> Timeline:
    """A planned film of clips `c0`, `c1`, ... with these joins."""
    clips = tuple(TimelineClip(f"c{n}", "scene", 0, FRAMES) for n in range(len(joins) + 1))
    return Timeline(RATE, SIZE, clips, joins)


@pytest.fixture
def pair(tmp_path: Path) -> Any:
    """Make two chained takes, the second spoiled by a drift."""

    def make(drift: Drift = FAITHFUL, mending: Mending | None = None) -> dict[str, Take]:
        for clip, start, spoiled in (("c0", 0, FAITHFUL), ("c1", FRAMES - 1, drift)):
            shown = (
                spoiled.apply(moment(start + spoiled.source_frame(k)), k, FRAMES)
                for k in range(FRAMES)
            )
            write_clip(shown, tmp_path / f"{clip}.mp4", size=SIZE, rate=RATE, crf=8)
        return {
            "c0": take_of("c0", tmp_path / "c0.mp4"),
            "c1": take_of("c1", tmp_path / "c1.mp4", mending),
        }

    return make


def places_of(takes: Any) -> tuple[SeamPlace, ...]:
    """The one seam of a film of two takes."""
    return seam_places(timeline_of(Seam()), takes)


def test_where_seams_fall(tmp_path: Path) -> None:
    """Only seams count; a trimmed tail and a dropped lead-in are counted, and move what follows."""
    takes = {f"c{n}": take_of(f"c{n}", tmp_path / f"c{n}.mp4") for n in range(4)}
    takes["c0"] = replace(takes["c0"], out_point=FRAMES - 4)
    takes["c1"] = replace(takes["c1"], mending=Mending(RepairPlan(19, drop=2)).as_json())
    first, second = seam_places(timeline_of(Seam(), Cut(), Seam()), takes)

    assert (first.number, first.at, first.trimmed, first.dropped) == (1, 16, 3, 2)
    assert (second.number, second.at, second.after.clip) == (2, 16 + 18 + 19, "c3")


def test_a_take_that_is_missing(tmp_path: Path) -> None:
    """The seams around it are left out, the numbers of the others stay."""
    takes = {clip: take_of(clip, tmp_path / f"{clip}.mp4") for clip in ("c0", "c2", "c3")}

    (place,) = seam_places(timeline_of(Seam(), Seam(), Seam()), takes)

    assert (place.number, place.before.clip, place.after.clip) == (3, "c2", "c3")


def test_a_good_seam(pair: Any, tmp_path: Path) -> None:
    """It is clean, and where nothing was repaired both views are one."""
    (look,) = look_at_seams(places_of(pair()), tmp_path / "scans").seams

    assert look.clean
    assert look.plain is look.repaired
    assert abs(look.repaired.difference.astype(int) - GREY).mean() < 4


def test_a_seam_that_was_repaired(pair: Any, tmp_path: Path) -> None:
    """It is judged as bought and as shown; the numbers that broke a limit have both values."""
    mending = Mending(RepairPlan(FRAMES - 1, start=LIGHTER, end=LIGHTER))
    found = look_at_seams(places_of(pair(DARKER, mending)), tmp_path / "scans")
    (look,) = found.seams
    broken = {each.field: each for each in look.broken}

    assert (look.plain.judgement.verdict, look.verdict, look.mended) == ("exposure", "clean", True)
    assert broken["handoff_de"].plain > broken["handoff_de"].limit > broken["handoff_de"].repaired
    assert look.plain.difference.mean() < look.repaired.difference.mean() - 20
    (chain,) = found.chains
    before, after = chain
    assert after.plain[0].luma < 0.95 * before.plain[1].luma
    assert after.repaired[0].luma == pytest.approx(before.repaired[1].luma, rel=0.02)


def test_a_lead_in_left_out(pair: Any, tmp_path: Path) -> None:
    """Frames that stand still are a freeze as bought, and gone as shown."""
    mending = Mending(RepairPlan(FRAMES - 1, drop=3))
    (look,) = look_at_seams(places_of(pair(Drift(frozen=3), mending)), tmp_path / "scans").seams

    assert look.plain.judgement.verdict == "freeze"
    assert (look.verdict, look.place.dropped) == ("clean", 3)


def test_a_chain_that_begins_on_footage(pair: Any, tmp_path: Path) -> None:
    """The seam behind footage is looked at as any other; nothing of it can be trimmed."""
    takes = pair()
    footage = {**takes, "c0": FileMaterial(takes["c0"].path, takes["c0"].sha256)}
    (place,) = places = places_of(footage)
    (look,) = look_at_seams(places, tmp_path / "scans").seams
    (usual,) = look_at_seams(places_of(takes), tmp_path / "scans").seams

    assert (place.before.out, place.trimmed, look.verdict) == (FRAMES - 1, 0, "clean")
    assert look.repaired.score.measures == pytest.approx(usual.repaired.score.measures, abs=0.05)


def test_a_chain_that_begins_on_a_still(pair: Any, tmp_path: Path) -> None:
    """The still as the film draws it is held against the first frame."""
    takes, path = pair(), tmp_path / "still.png"
    save_png(planes_to_rgb(*moment(FRAMES - 1), Sampling()), path)
    still = StillMaterial(path, sha256_of(path), ("Static shot",), FRAMES)
    places = places_of({**takes, "c0": still})
    (look,) = look_at_seams(places, tmp_path / "scans").seams

    assert look.repaired.score.handoff_de < 0.4
    assert look.repaired.score.handoff_shift < 0.06


def test_nothing_is_decoded_twice(pair: Any, tmp_path: Path) -> None:
    """What was measured once needs the takes no more; a damaged scan is measured again."""
    places = places_of(pair())
    first = look_at_seams(places, tmp_path / "scans")
    for scan in (tmp_path / "scans").iterdir():
        scan.write_bytes(scan.read_bytes()[:1000])
    again = look_at_seams(places, tmp_path / "scans")
    (tmp_path / "c0.mp4").unlink()
    (tmp_path / "c1.mp4").unlink()
    third = look_at_seams(places, tmp_path / "scans")

    scores = [look.seams[0].repaired.score.measures for look in (first, again, third)]
    assert scores[1] == pytest.approx(scores[0], abs=0.02)
    assert scores[2] == pytest.approx(scores[0], abs=0.02)


def test_the_key_of_seams(tmp_path: Path) -> None:
    """It changes with what would be seen, and with nothing else."""
    takes = {clip: take_of(clip, tmp_path / f"{clip}.mp4") for clip in ("c0", "c1")}
    plan = Mending(RepairPlan(19, start=LIGHTER))
    changed = [
        {**takes, "c0": replace(takes["c0"], out_point=12)},
        {**takes, "c1": replace(takes["c1"], sha256="other")},
        {**takes, "c1": replace(takes["c1"], mending=plan.as_json())},
        {**takes, "c1": replace(takes["c1"], path=tmp_path / "elsewhere.mp4")},
    ]
    keys = [UnseenSeams(places_of(each)).key for each in (takes, *changed)]

    assert len(set(keys[:-1])) == 4
    assert keys[-1] == keys[0]


def test_a_clip_lands_on_a_part_of_footage(pair: Any, tmp_path: Path) -> None:
    """The frame it was to end on is the one where that part begins, not the first of the file."""
    takes = pair()
    clips = (TimelineClip("c0", "s", 0, FRAMES), TimelineClip("f", "s", 6, FRAMES))
    film = Timeline(RATE, SIZE, clips, (Seam(landing=True),))
    shown = FileMaterial(takes["c1"].path, takes["c1"].sha256)
    (place,) = seam_places(film, {"c0": takes["c0"], "f": shown})
    (look,) = look_at_seams((place,), tmp_path / "scans").seams
    whole = replace(film, clips=(clips[0], replace(clips[1], start=0)))
    (begun,) = look_at_seams(
        seam_places(whole, {"c0": takes["c0"], "f": shown}), tmp_path / "scans"
    ).seams

    assert (place.landing, place.after.begin) == (True, 6)
    assert begun.clean
    assert look.verdict in ("last frame ignored", "scene changed")
